//! What can happen to an incident.

use super::{HandOver, Outcome, PlaceVerification};
use crate::{PersonalRef, time::Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What kind of emergency it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Classification {
    /// Code of the catalog's types.
    pub type_code: String,
    /// Category of that type.
    pub category: String,
    /// 1 (highest) to 4.
    pub priority: u8,
    /// Why the priority is not the type's.
    #[serde(default)]
    pub priority_reason: String,
    /// Masked on boards, search and hub.
    #[serde(default)]
    pub sensitive: bool,
}

/// A new place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceChange {
    /// Row with text and point.
    pub exact: Option<PersonalRef>,
    /// Kelurahan.
    pub kelurahan_code: Option<String>,
    /// A neighbour's area.
    pub neighbour_code: Option<String>,
    /// Outside the city.
    pub outside_city: bool,
}

/// Fields of the card that an edit changed; what is missing stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardChange {
    /// Caller's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_name: Option<PersonalRef>,
    /// Caller's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_number: Option<PersonalRef>,
    /// What happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub narrative: Option<PersonalRef>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceChange>,
}

impl CardChange {
    /// Nothing would change.
    pub fn is_empty(&self) -> bool {
        self.caller_name.is_none() && self.caller_number.is_none() && self.narrative.is_none() && self.place.is_none()
    }
}

/// What a person does with a message that the hub refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HubAction {
    /// It is sent again.
    Replayed,
    /// It is given up; the case goes on with its next one.
    Skipped,
}

/// What happened to an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum IncidentEvent {
    /// The case was opened.
    Opened {
        /// Its number.
        number: String,
        /// Operator responsible.
        owner: Option<Uuid>,
        /// That operator's post.
        owner_label: String,
        /// The call it came from.
        call_id: Option<Uuid>,
        /// First ring of that call.
        first_ring_at: Option<Timestamp>,
        /// When it was answered.
        answered_at: Option<Timestamp>,
        /// First content of the card.
        card: CardChange,
    },
    /// All of it so far comes from a paper form, and was entered now.
    EnteredFromPaper {
        /// Number of the form; may be empty.
        sheet: String,
    },
    /// The card was edited.
    CardEdited {
        /// What changed.
        card: CardChange,
    },
    /// The place is right.
    PlaceVerified {
        /// A new place, when verifying changed it.
        place: Option<PlaceChange>,
        /// How.
        verification: PlaceVerification,
    },
    /// Type and priority were set.
    Classified {
        /// To these.
        classification: Classification,
    },
    /// A note was added.
    NoteAdded {
        /// Its text.
        text: PersonalRef,
    },
    /// A photo was added.
    PhotoAdded {
        /// The picture, by name and size.
        file: super::PhotoFile,
    },
    /// A call is about this case.
    CallAttached {
        /// The call.
        call_id: Uuid,
    },
    /// It was sent to agencies.
    Dispatched {
        /// The assignments made.
        assignments: Vec<Uuid>,
        /// Their agencies, in the same order.
        agencies: Vec<String>,
    },
    /// Another operator is responsible.
    OwnerChanged {
        /// Account; none: nobody.
        owner: Option<Uuid>,
        /// Post.
        label: String,
    },
    /// It belongs together with another.
    Linked {
        /// The other.
        incident_id: Uuid,
        /// Its number.
        number: String,
    },
    /// It is a duplicate of another: final.
    Merged {
        /// The other.
        into: Uuid,
        /// Its number.
        number: String,
    },
    /// A duplicate was merged into this one.
    DuplicateTaken {
        /// The duplicate.
        incident_id: Uuid,
        /// Its number.
        number: String,
        /// Its calls.
        calls: Vec<Uuid>,
        /// Its assignments.
        assignments: Vec<Uuid>,
        /// Its notes.
        notes: Vec<super::Note>,
        /// Its photos.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        photos: Vec<super::Photo>,
    },
    /// A neighbouring centre has it.
    HandedOver {
        /// Which, who, when.
        hand_over: HandOver,
    },
    /// Ended without an outcome.
    Cancelled {
        /// Why.
        reason: String,
    },
    /// Closed with an outcome.
    Closed {
        /// How it ended.
        outcome: Outcome,
    },
    /// In hand again.
    Reopened {
        /// Why.
        reason: String,
    },
    /// The hub has the record of the last closing.
    HubAccepted {
        /// Which closing.
        revision: u32,
    },
    /// A person settled a message that the hub refused.
    HubSettled {
        /// How.
        action: HubAction,
        /// Which message: the log position of its event times two, and one more for a record.
        message: u64,
        /// Why; empty for one sent again.
        reason: String,
    },
    /// Personal data must not be erased from now on.
    HoldPlaced {
        /// Why.
        reason: String,
    },
    /// The hold ended.
    HoldLifted {
        /// Why.
        reason: String,
    },
    /// The personal data of the case are gone.
    PersonalErased {
        /// The removed rows.
        personal_ids: Vec<Uuid>,
        /// On whose request or by which rule.
        reason: String,
    },
}
