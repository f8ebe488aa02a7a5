//! Statistics: what the centre did, how fast, against which levels. Counted from facts (narrow rows that are written
//! with the events) on the connections of work that can wait, so that no report delays a call.
//!
//! `read` loads a window of facts; everything after it is pure: [`levels`] judges, `durations` makes percentiles,
//! [`calendar`] cuts time as the city does, `activity` and `list` count and list by the same rules.

pub(crate) mod activity;
pub mod calendar;
pub(crate) mod durations;
pub(crate) mod export;
pub(crate) mod facts;
pub mod levels;
pub(crate) mod list;
pub(crate) mod printed;
pub(crate) mod read;
pub(crate) mod volume;
pub(crate) mod words;

#[cfg(test)]
mod tests;
