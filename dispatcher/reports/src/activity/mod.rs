//! The report of a day, week or month: what was counted, how fast it went, when and where.

mod chart;
mod map;
mod texts;
mod view;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

pub(crate) use view::ActivityView;
