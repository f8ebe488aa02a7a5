//! How far a unit is on its assignment.

use crate::{
    step::{Stamps, Step},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// A unit on the assignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitProgress {
    /// Call sign.
    pub code: String,
    /// Where it is.
    pub step: Step,
    /// When it got there.
    pub stamps: Stamps,
}

impl UnitProgress {
    /// At work, and not as far as this.
    pub(super) fn is_behind(&self, step: Step) -> bool {
        !self.step.is_final() && self.step < step
    }

    /// Had been put on the assignment by then.
    pub(super) fn was_on_it(&self, at: Timestamp) -> bool {
        self.stamps.at(Step::UnitAssigned).is_none_or(|assigned_at| assigned_at <= at)
    }
}
