//! Case numbers: one series a day, without a cap.

use crate::{Aggregate, EventMeta};
use serde::{Deserialize, Serialize};

/// The numbers given on one day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberSeries {
    /// The last number given.
    pub last: u64,
}

/// A number was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum NumberSeriesEvent {
    /// This one.
    Given {
        /// The number.
        number: u64,
    },
}

impl NumberSeries {
    /// The next number.
    pub const fn next(&self) -> NumberSeriesEvent {
        NumberSeriesEvent::Given { number: self.last + 1 }
    }
}

/// The number a person says on the radio: prefix, day, and at least four digits.
pub fn case_number(prefix: &str, day: &str, number: u64) -> String {
    format!("{prefix}-{day}-{number:04}")
}

impl Aggregate for NumberSeries {
    const KIND: &'static str = "number_series";
    type Event = NumberSeriesEvent;

    fn apply(&mut self, event: &NumberSeriesEvent, _: &EventMeta) {
        let NumberSeriesEvent::Given { number } = event;
        self.last = self.last.max(*number);
    }

    fn is_open(&self) -> bool {
        false
    }
}
