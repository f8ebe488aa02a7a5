//! The *Laporan Penanganan Kejadian Darurat* as plain data, and the seam to whoever draws it.
//!
//! Whoever fills an [`IncidentReport`] has already decided what its reader may see: every text is
//! resolved (names, not codes), in the report's language where it comes from data, and masked.
//! The renderer only lays out what it is given. All times are UTC and are printed in WIB.

pub mod activity;

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// How many stamps an incident has: T0 (call arrives) to T13 (accepted by the hub).
pub const STAMP_COUNT: usize = 14;

/// The language of the printed document's own words. Data texts arrive already resolved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportLanguage {
    /// Bahasa Indonesia, the document's official form.
    #[default]
    Indonesian,
    /// English, for readers from elsewhere.
    English,
}

/// A piece of personal data, or the reason why it is not printed.
///
/// A blank would leave the reader to guess between "nobody asked" and "not for you", so each
/// reason is printed in words of its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Personal<T> {
    /// The reader may see it.
    Shown(T),
    /// Nothing was ever recorded.
    #[default]
    NotRecorded,
    /// Recorded, but this reader may not see it ("tidak ditampilkan untuk penerima ini").
    Withheld,
    /// Removed by retention or a lawful request.
    Erased,
}

/// Through what an operator learnt of a step that they recorded for someone else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnBehalfMeans {
    /// By telephone.
    Phone,
    /// By radio.
    Radio,
    /// In any other way (in person, by message).
    Other,
}

/// How a time came into the record, when not by its own person at its own moment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportMark {
    /// An operator recorded it for the agency or unit.
    pub on_behalf: Option<OnBehalfMeans>,
    /// It was recorded noticeably after it happened, at this time.
    pub recorded_later_at: Option<Timestamp>,
    /// It corrects an earlier entry.
    pub correction: bool,
}

/// One stamp of T0..T13.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportStamp {
    /// When it happened.
    pub at: Timestamp,
    /// How it was recorded.
    #[serde(default)]
    pub mark: ReportMark,
}

/// The issuing office, as data.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Letterhead {
    /// From the government down to the office; the last line is set largest.
    pub lines: Vec<String>,
    /// Address, telephone, web: one line each.
    pub contacts: Vec<String>,
    /// A remark below the rule, for example that the data are invented.
    pub note: Option<String>,
    /// The town before the date of the signature ("Singkawang").
    pub city: Option<String>,
}

/// What kind of emergency it was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportKind {
    /// The type's name; empty when the incident was never classified.
    pub type_name: String,
    /// The type's category; empty when unknown.
    pub category: String,
    /// 1 (highest) to 4; `None` when never classified.
    pub priority: Option<u8>,
    /// Why a person set another priority than the type's.
    pub override_reason: Option<String>,
}

/// A WGS 84 position.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ReportPoint {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Radius of uncertainty, metres.
    pub accuracy_m: Option<f64>,
}

/// Where it happened.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportPlace {
    /// The place in words.
    pub text: Personal<String>,
    /// Kelurahan by name.
    pub kelurahan: Option<String>,
    /// Kecamatan by name.
    pub kecamatan: Option<String>,
    /// The point on the map.
    pub point: Personal<ReportPoint>,
    /// How the place was verified; `None` = not verified.
    pub verified: Option<String>,
}

/// Who called.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportCaller {
    /// Name as given.
    pub name: Option<String>,
    /// Number as shown or given; callers may have none.
    pub phone: Option<String>,
    /// What they are to the event ("tetangga korban").
    pub relation: Option<String>,
}

/// One call about the incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportCall {
    /// The line or channel that it came in on.
    pub line: String,
    /// When it rang.
    pub at: Timestamp,
    /// Its disposition in words; empty when none was given.
    pub disposition: String,
}

/// Whether an agency leads or supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportAgencyRole {
    /// Leads the handling.
    Lead,
    /// Supports it.
    Support,
}

/// The steps of an assignment that have a column of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportStep {
    /// Sent by the centre (for a unit: assigned).
    Sent,
    /// Stored and drawn by one of the agency's sessions.
    Delivered,
    /// A person has it.
    Acknowledged,
    /// Readiness confirmed and taken.
    Accepted,
    /// A unit is on its way.
    EnRoute,
    /// A unit is at the place.
    OnScene,
    /// Under control.
    UnderControl,
    /// Done.
    Completed,
}

impl ReportStep {
    /// All steps, in their order.
    pub const ALL: [Self; 8] = [
        Self::Sent,
        Self::Delivered,
        Self::Acknowledged,
        Self::Accepted,
        Self::EnRoute,
        Self::OnScene,
        Self::UnderControl,
        Self::Completed,
    ];
}

/// A step that was reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportStepTime {
    /// Which one.
    pub step: ReportStep,
    /// When; of several the earliest counts.
    pub at: Timestamp,
    /// How it was recorded.
    #[serde(default)]
    pub mark: ReportMark,
}

/// One unit of an agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportUnit {
    /// The unit's name or call sign.
    pub name: String,
    /// The steps it reached.
    pub steps: Vec<ReportStepTime>,
}

/// Why an agency's part ended before it was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportAgencyEnd {
    /// The agency declined.
    Declined {
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
    },
    /// The centre withdrew the assignment.
    Withdrawn {
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
    },
}

/// One agency's part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportAgency {
    /// The agency's name.
    pub name: String,
    /// Lead or support.
    pub role: ReportAgencyRole,
    /// The steps it reached.
    pub steps: Vec<ReportStepTime>,
    /// Set when it declined or was withdrawn.
    pub ended: Option<ReportAgencyEnd>,
    /// People, vehicles and equipment as confirmed.
    pub readiness: Option<String>,
    /// What it did.
    pub actions: Option<String>,
    /// Its units.
    pub units: Vec<ReportUnit>,
}

/// One line of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportTimelineEntry {
    /// When it happened.
    pub at: Timestamp,
    /// Role or agency, not a person's name.
    pub who: String,
    /// What happened.
    pub text: String,
    /// How it was recorded.
    #[serde(default)]
    pub mark: ReportMark,
}

/// Victims; `None` is "unknown", which is not 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportVictims {
    /// Dead.
    pub dead: Option<u32>,
    /// Injured.
    pub injured: Option<u32>,
    /// Missing.
    pub missing: Option<u32>,
    /// Evacuated.
    pub evacuated: Option<u32>,
}

/// The case was handed over to another centre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportHandover {
    /// The centre that took it.
    pub to: String,
    /// Who there took it (a role or a name as given), if known.
    pub taken_by: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// How it ended, and how it hangs together with other cases.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportResult {
    /// The outcome in words; `None` while the case is open.
    pub outcome: Option<String>,
    /// Victims.
    pub victims: ReportVictims,
    /// Cause, as far as known.
    pub cause: Option<String>,
    /// Damage.
    pub damage: Option<String>,
    /// Hospital that victims were taken to.
    pub hospital: Option<String>,
    /// Numbers of the cases merged into this one.
    pub merged: Vec<String>,
    /// Number of the case that this one was merged into.
    pub merged_into: Option<String>,
    /// Numbers of linked cases.
    pub linked: Vec<String>,
    /// Set when another centre took it over.
    pub handed_over: Option<ReportHandover>,
}

/// The whole document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IncidentReport {
    /// The issuing office.
    pub letterhead: Letterhead,
    /// Case number, `SKW-20261122-0042`.
    pub number: String,
    /// 1 for the first report of the case, one more for each made after a reopening or correction.
    pub revision: u32,
    /// The type is a sensitive one: every page says that its circulation is limited.
    pub sensitive: bool,
    /// When this copy was made.
    pub printed_at: Timestamp,
    /// The role of the person who had it made ("Operator 112").
    pub printed_by: String,
    /// What.
    pub kind: ReportKind,
    /// Where.
    pub place: ReportPlace,
    /// Who called.
    pub caller: Personal<ReportCaller>,
    /// How many calls were about it; may be more than are listed.
    pub call_count: u32,
    /// The calls that are listed.
    pub calls: Vec<ReportCall>,
    /// What was told.
    pub narrative: Personal<String>,
    /// T0..T13 by index; a missing one is printed as "tidak tercatat".
    pub stamps: [Option<ReportStamp>; STAMP_COUNT],
    /// Agencies, leads first.
    pub agencies: Vec<ReportAgency>,
    /// The timeline, oldest first.
    pub timeline: Vec<ReportTimelineEntry>,
    /// How it ended.
    pub result: ReportResult,
    /// The standard's legal basis, one regulation a line.
    pub legal_basis: Vec<String>,
    /// A closing remark.
    pub closing_note: Option<String>,
}

/// The intervals that a report states, each between two stamps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportInterval {
    /// T0 to T1.
    Answer,
    /// T1 to T2.
    Record,
    /// T2 to T5.
    Dispatch,
    /// T5 to T6.
    Delivery,
    /// T6 to T7.
    Acknowledgement,
    /// T7 to T8.
    Turnout,
    /// T8 to T9.
    Travel,
    /// T9 to T10.
    Control,
    /// T0 to T11: from the first ring until the handling was done.
    Total,
}

impl ReportInterval {
    /// All intervals, in their order.
    pub const ALL: [Self; 9] = [
        Self::Answer,
        Self::Record,
        Self::Dispatch,
        Self::Delivery,
        Self::Acknowledgement,
        Self::Turnout,
        Self::Travel,
        Self::Control,
        Self::Total,
    ];

    /// The stamps (from, to) that it lies between.
    #[must_use]
    pub fn stamps(self) -> (usize, usize) {
        match self {
            Self::Answer => (0, 1),
            Self::Record => (1, 2),
            Self::Dispatch => (2, 5),
            Self::Delivery => (5, 6),
            Self::Acknowledgement => (6, 7),
            Self::Turnout => (7, 8),
            Self::Travel => (8, 9),
            Self::Control => (9, 10),
            Self::Total => (0, 11),
        }
    }
}

/// What an interval came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntervalValue {
    /// Both stamps are there, in order; milliseconds.
    Measured(i64),
    /// A stamp is missing: nothing is guessed in its place.
    NotRecorded,
    /// The later stamp lies before the earlier one (late entries, wrong clocks): no number is
    /// better than a wrong one.
    OutOfOrder,
}

impl IncidentReport {
    /// The value of one interval, from the stamps alone.
    #[must_use]
    pub fn interval(&self, interval: ReportInterval) -> IntervalValue {
        let (from, to) = interval.stamps();
        interval_between(&self.stamps, from, to)
    }

    /// Whether the case was closed; until then every copy is a preliminary one.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.stamps[12].is_some()
    }
}

fn interval_between(stamps: &[Option<ReportStamp>; STAMP_COUNT], from: usize, to: usize) -> IntervalValue {
    let (Some(from), Some(to)) = (&stamps[from], &stamps[to]) else {
        return IntervalValue::NotRecorded;
    };
    match to.at.unix_ms().checked_sub(from.at.unix_ms()) {
        Some(elapsed_ms) if elapsed_ms >= 0 => IntervalValue::Measured(elapsed_ms),
        _ => IntervalValue::OutOfOrder,
    }
}

/// Why no document came out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// Too many reports are being made; nothing is wrong with this one, try again shortly.
    #[error("too many reports are being rendered at once")]
    Busy,
    /// The document could not be set. The text is for the log, not for the user.
    #[error("the report could not be rendered: {0}")]
    Failed(String),
}

/// Draws reports. Rendering takes processor time (tens of milliseconds to seconds): call it away
/// from the threads that serve calls.
pub trait ReportRenderer: Send + Sync {
    /// Makes the document; the bytes are a PDF file.
    ///
    /// # Errors
    /// [`ReportError::Busy`] when its own queue is full, [`ReportError::Failed`] otherwise.
    fn render(&self, report: &IncidentReport, language: ReportLanguage) -> Result<Vec<u8>, ReportError>;

    /// Makes the document of a day, week or month.
    ///
    /// # Errors
    /// As [`ReportRenderer::render`].
    fn render_activity(
        &self,
        report: &activity::ActivityReport,
        language: ReportLanguage,
    ) -> Result<Vec<u8>, ReportError>;
}

#[cfg(test)]
mod tests;
