//! Incidents: the case, from opening to the report.

mod apply;
mod decide;
mod event;

pub use event::{CardChange, Classification, HubAction, IncidentEvent, PlaceChange};

use crate::{Aggregate, PersonalRef, actor::Stamp, time::Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where a case is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentState {
    /// In hand.
    #[default]
    Open,
    /// Closed with an outcome.
    Closed,
    /// Ended without one: a mistake, a false call.
    Cancelled,
    /// A duplicate; counts for another incident.
    Merged,
}

impl IncidentState {
    /// Stable name, as in the index.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
            Self::Merged => "merged",
        }
    }
}

/// How a place came to be known as right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceVerification {
    /// The caller confirmed it when it was read back.
    CallerConfirmed,
    /// A position the caller sent.
    CallerLink,
    /// By a landmark.
    Landmark,
    /// A second caller named the same place.
    SecondCaller,
    /// An agency that is there.
    Agency,
    /// The network's position of the caller.
    Network,
}

/// Where it is. Text and point are personal; the kelurahan is not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Row with text and point (`PlaceContent` as JSON).
    pub exact: Option<PersonalRef>,
    /// Official wilayah code of the kelurahan.
    pub kelurahan_code: Option<String>,
    /// Set when the point lies with a neighbour.
    pub neighbour_code: Option<String>,
    /// Outside the city, shoreline allowance included.
    pub outside_city: bool,
    /// How it was verified, and when.
    pub verified: Option<(PlaceVerification, Stamp)>,
}

/// The personal part of a place, kept beside the log.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PlaceContent {
    /// As told.
    pub text: String,
    /// Degrees north and east, and the radius in metres within which it lies (0: not known).
    pub point: Option<(f64, f64, f64)>,
}

/// What the closing report says of people. Unknown is not 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Victims {
    /// Dead.
    pub dead: Option<u32>,
    /// Injured.
    pub injured: Option<u32>,
    /// Missing.
    pub missing: Option<u32>,
    /// Evacuated.
    pub evacuated: Option<u32>,
}

/// How a case ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Code of the catalog's outcomes.
    pub outcome_code: String,
    /// Counts.
    pub victims: Victims,
    /// Cause, damage, hospital, actions, as free text.
    pub cause: String,
    /// Damage.
    pub damage: String,
    /// Hospital that took people in.
    pub hospital: String,
    /// What was done.
    pub actions: String,
    /// When closed, by which post.
    pub closed: Option<(Timestamp, String)>,
}

/// Who took the case at a neighbouring centre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOver {
    /// Agency code of the centre.
    pub centre_code: String,
    /// Person or post there.
    pub taken_by: String,
    /// When.
    pub taken_at: Timestamp,
}

/// A note on the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Its text.
    pub text: PersonalRef,
    /// When.
    pub at: Timestamp,
    /// Who wrote it: account, post, agency.
    pub by: crate::Actor,
}

/// What is known of a photo without looking at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoFile {
    /// The picture, as JPEG in base64. Views name it and never load it.
    pub picture: PersonalRef,
    /// The same, small enough for a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<PersonalRef>,
    /// Bytes of the picture's JPEG.
    pub size_bytes: u32,
    /// Its width, in pixels.
    pub width_px: u32,
    /// Its height, in pixels.
    pub height_px: u32,
}

/// A photo of the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    /// The picture, by name and size.
    pub file: PhotoFile,
    /// When it was taken or given.
    pub at: Timestamp,
    /// Who gave it: account, post, agency.
    pub by: crate::Actor,
}

/// A case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// e.g. "SKW-20261122-0042".
    pub number: String,
    /// Where it is.
    pub state: IncidentState,
    /// Counts edits of the card.
    pub card_version: u64,
    /// When opened (T2).
    pub opened_at: Timestamp,
    /// T0 and T1 of the first call.
    pub first_ring_at: Option<Timestamp>,
    /// T1.
    pub answered_at: Option<Timestamp>,
    /// Operator responsible.
    pub owner: Option<Uuid>,
    /// That operator's post.
    pub owner_label: String,
    /// Caller's name.
    pub caller_name: Option<PersonalRef>,
    /// Caller's number.
    pub caller_number: Option<PersonalRef>,
    /// What happened, as told.
    pub narrative: Option<PersonalRef>,
    /// Where.
    pub place: Place,
    /// What: type, category, priority.
    pub classification: Option<Classification>,
    /// First classified (T4).
    pub classified: Option<Stamp>,
    /// First dispatched (T5).
    pub dispatched: Option<Stamp>,
    /// Calls about it.
    pub calls: Vec<Uuid>,
    /// Assignments, in the order sent.
    pub assignments: Vec<Uuid>,
    /// Notes.
    pub notes: Vec<Note>,
    /// Photos.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Photo>,
    /// Linked incidents: id and number.
    pub linked: Vec<(Uuid, String)>,
    /// Duplicates merged into this one.
    pub merged: Vec<(Uuid, String)>,
    /// Set on a duplicate: where it went.
    pub merged_into: Option<(Uuid, String)>,
    /// Passed to a neighbouring centre.
    pub handed_over: Option<HandOver>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// When it was closed, cancelled or merged; none while it is in hand.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
    /// When the last closing was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_recorded_at: Option<Timestamp>,
    /// Entered from a paper form: its number, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paper: Option<(String, Timestamp)>,
    /// Closings so far.
    pub revision: u32,
    /// The hub has the record of the last closing (T13).
    pub hub_accepted: Option<Stamp>,
    /// Personal data must not be erased.
    pub legal_hold: bool,
    /// Personal data are gone: by which rule or request.
    pub erased: Option<String>,
}

impl Incident {
    /// Its type is one that boards, search and hub mask.
    pub fn is_sensitive(&self) -> bool {
        self.classification.as_ref().is_some_and(|classification| classification.sensitive)
    }

    /// Priority 1 to 4, if classified.
    pub fn priority(&self) -> Option<u8> {
        self.classification.as_ref().map(|classification| classification.priority)
    }

    /// The photo whose picture is this personal row.
    pub fn photo(&self, id: Uuid) -> Option<&Photo> {
        self.photos.iter().find(|photo| photo.file.picture.personal_id == id)
    }

    /// The personal rows with the texts that the case itself names; its photos, which are large, are not among them.
    pub fn personal_ids(&self) -> Vec<Uuid> {
        let fields = [&self.caller_name, &self.caller_number, &self.narrative, &self.place.exact];
        fields
            .into_iter()
            .flatten()
            .chain(self.notes.iter().map(|note| &note.text))
            .map(|personal| personal.personal_id)
            .collect()
    }
}

impl Aggregate for Incident {
    const KIND: &'static str = "incident";
    type Event = IncidentEvent;

    fn apply(&mut self, event: &IncidentEvent, meta: &crate::EventMeta) {
        self.take_in(event, meta);
    }

    fn is_open(&self) -> bool {
        self.state == IncidentState::Open
    }

    fn incident(&self, own_id: &str) -> Option<Uuid> {
        Uuid::parse_str(own_id).ok()
    }
}
