//! The commands, one file each, named as in the contract.

mod answer_call;
mod ring_call;
