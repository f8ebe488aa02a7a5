//! `siaga drill`: plays a scenario through the public contract, as operators, agencies and units do.

pub mod accounts;
pub mod duration;
pub mod scenario;
