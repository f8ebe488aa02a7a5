//! Statistics: what the centre did, how fast, against which levels; counted from facts, on connections of their own.

pub(crate) mod facts;
