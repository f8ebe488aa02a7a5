//! The steps of an assignment and of each unit on it, and what may follow what.

use crate::{
    actor::Stamp,
    error::{ErrorKind, SiagaError},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A step of the work, in its order. `Declined`, `Withdrawn` and `Released` stand outside the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The assignment is on its way to the agency.
    Sent,
    /// A session of the agency has stored and drawn it.
    Delivered,
    /// A person has it.
    Acknowledged,
    /// People, vehicles and equipment were checked.
    Ready,
    /// The agency takes it.
    Accepted,
    /// At least one unit is on it.
    UnitAssigned,
    /// The first unit is on the way.
    EnRoute,
    /// The first unit is there.
    OnScene,
    /// The danger does not grow any more.
    UnderControl,
    /// Nothing is left to do for it.
    Completed,
    /// The agency does not take it.
    Declined,
    /// The centre took it back.
    Withdrawn,
    /// A unit was taken off before it had completed.
    Released,
}

impl Step {
    /// The steps in the order of the work.
    pub const ORDER: [Self; 10] = [
        Self::Sent,
        Self::Delivered,
        Self::Acknowledged,
        Self::Ready,
        Self::Accepted,
        Self::UnitAssigned,
        Self::EnRoute,
        Self::OnScene,
        Self::UnderControl,
        Self::Completed,
    ];

    /// The steps that a crew or dispatcher reports.
    pub const REPORTED: [Self; 4] = [Self::EnRoute, Self::OnScene, Self::UnderControl, Self::Completed];

    /// Nothing follows any more, but a correction.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Declined | Self::Withdrawn | Self::Released)
    }

    /// Stable name, as in the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Acknowledged => "acknowledged",
            Self::Ready => "ready",
            Self::Accepted => "accepted",
            Self::UnitAssigned => "unit_assigned",
            Self::EnRoute => "en_route",
            Self::OnScene => "on_scene",
            Self::UnderControl => "under_control",
            Self::Completed => "completed",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
            Self::Released => "released",
        }
    }

    /// Name on screens and paper.
    pub const fn indonesian(self) -> &'static str {
        match self {
            Self::Sent => "dikirim",
            Self::Delivered => "sampai",
            Self::Acknowledged => "dibaca",
            Self::Ready => "kesiapan diperiksa",
            Self::Accepted => "diterima",
            Self::UnitAssigned => "unit ditugaskan",
            Self::EnRoute => "berangkat",
            Self::OnScene => "di lokasi",
            Self::UnderControl => "terkendali",
            Self::Completed => "selesai",
            Self::Declined => "ditolak",
            Self::Withdrawn => "ditarik",
            Self::Released => "dilepas",
        }
    }
}

/// What a report of a step turns out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// A step forward.
    Forward,
    /// The step, or a later one, was reached already: kept as a confirmation, the earliest time counts.
    Confirmation,
}

/// Decides what reporting `step` means at `current`.
///
/// # Errors
/// SIAGA-1401 with the legal steps when it makes no sense after a final step.
pub fn progress(current: Step, step: Step) -> Result<Progress, SiagaError> {
    if current == Step::Completed && step <= Step::Completed {
        return Ok(Progress::Confirmation);
    }
    if current.is_final() || step > Step::Completed {
        return Err(no_sense(current, step));
    }
    Ok(if step > current { Progress::Forward } else { Progress::Confirmation })
}

/// Decides whether `step` is a correction of `current`: a step back to one of the work's order.
///
/// # Errors
/// SIAGA-1402 when it is not earlier than the current one.
pub fn correction(current: Step, step: Step) -> Result<(), SiagaError> {
    if step < current && step <= Step::Completed && !matches!(current, Step::Withdrawn | Step::Released) {
        return Ok(());
    }
    Err(SiagaError::new(
        "SIAGA-1402",
        ErrorKind::Conflict,
        format!("Koreksi harus kembali ke tahap yang lebih awal dari \"{}\".", current.indonesian()),
        format!("A correction goes back to a step before \"{}\".", current.name()),
    )
    .field("step")
    .allowed(Step::ORDER.iter().filter(|earlier| **earlier < current).map(|step| step.name())))
}

/// SIAGA-1401: a step that cannot follow, with those that can.
pub fn no_sense(current: Step, step: Step) -> SiagaError {
    SiagaError::new(
        "SIAGA-1401",
        ErrorKind::Conflict,
        format!("Tahap \"{}\" tidak dapat dicatat: tugas ini sudah \"{}\".", step.indonesian(), current.indonesian()),
        format!("The step \"{}\" cannot be recorded: this assignment is \"{}\".", step.name(), current.name()),
    )
    .field("step")
    .allowed(Step::ORDER.iter().filter(|next| !current.is_final() && **next > current).map(|step| step.name()))
}

/// When each step was reached; a skipped one is missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stamps(pub BTreeMap<Step, Stamp>);

impl Stamps {
    /// Keeps the earliest stamp of a step.
    pub fn keep(&mut self, step: Step, stamp: Stamp) {
        self.0.entry(step).and_modify(|kept| *kept = kept.earlier(stamp)).or_insert(stamp);
    }

    /// Forgets what came after `step`: it was a mistake.
    pub fn back_to(&mut self, step: Step) {
        self.0.retain(|kept, _| *kept <= step);
    }

    /// The stamp of a step.
    pub fn get(&self, step: Step) -> Option<Stamp> {
        self.0.get(&step).copied()
    }

    /// When a step was reached.
    pub fn at(&self, step: Step) -> Option<Timestamp> {
        self.get(step).map(|stamp| stamp.at)
    }

    /// The earliest stamp of `step` or any step of the work after it: a later step proves the earlier.
    pub fn reached(&self, step: Step) -> Option<Stamp> {
        self.0
            .iter()
            .filter(|(kept, _)| **kept >= step && **kept <= Step::Completed)
            .map(|(_, stamp)| *stamp)
            .min_by_key(|stamp| stamp.at)
    }
}
