//! Who does something, and on whose behalf.

use crate::{error::SiagaError, time::Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a person or machine is to the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Takes calls and dispatches.
    Operator,
    /// Watches, reassigns, reports.
    Supervisor,
    /// Receives an agency's assignments.
    AgencyDispatcher,
    /// A crew in the field.
    FieldUnit,
    /// Reads the data hub.
    HubAnalyst,
    /// Keeps accounts and the catalog.
    Administrator,
    /// A gateway process.
    Gateway,
    /// Siaga itself: reconcilers, seeding.
    System,
}

/// How an operator learnt what an agency or unit did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// By telephone.
    Telephone,
    /// By radio.
    Radio,
    /// Face to face.
    InPerson,
}

/// A step recorded for somebody who said it by telephone or radio (law 10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnBehalf {
    /// How it was said.
    pub channel: Channel,
    /// With whom: a post or call sign.
    pub contact: String,
    /// When it was said.
    pub said_at: Timestamp,
}

/// Who did it, as every event says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Account; none for the system itself.
    pub account_id: Option<Uuid>,
    /// The post, e.g. "Operator 1".
    pub label: String,
    /// In which role.
    pub role: Role,
    /// Agency of a dispatcher or unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<String>,
    /// Set when recorded on somebody's behalf.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf: Option<OnBehalf>,
}

impl Actor {
    /// Siaga itself.
    pub fn system() -> Self {
        Self { account_id: None, label: "Sistem".into(), role: Role::System, agency: None, on_behalf: None }
    }

    /// The same person, recording what `on_behalf` says.
    ///
    /// # Errors
    /// SIAGA-1101 when the person is not an operator or supervisor, SIAGA-1001 when the time is in the future.
    pub fn on_behalf(mut self, on_behalf: Option<OnBehalf>, now: Timestamp) -> Result<Self, SiagaError> {
        if let Some(on_behalf) = on_behalf {
            if !matches!(self.role, Role::Operator | Role::Supervisor) {
                return Err(SiagaError::new(
                    "SIAGA-1101",
                    crate::error::ErrorKind::Forbidden,
                    "Hanya operator yang dapat mencatat atas nama orang lain.",
                    "Only an operator may record a step on somebody's behalf.",
                )
                .field("on_behalf"));
            }
            if on_behalf.said_at > now.plus_ms(crate::limits::CLOCK_TOLERANCE_MS) {
                return Err(crate::limits::in_the_future("on_behalf.said_at"));
            }
            self.on_behalf = Some(on_behalf);
        }
        Ok(self)
    }
}

/// What every event of the log carries besides its own data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventMeta {
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who.
    pub actor: Actor,
}

impl EventMeta {
    /// Something that happens as it is recorded.
    pub fn now(now: Timestamp, actor: Actor) -> Self {
        Self { occurred_at: now, recorded_at: now, actor }
    }

    /// The stamp this event makes.
    pub fn stamp(&self) -> Stamp {
        Stamp { at: self.occurred_at, recorded_at: self.recorded_at, on_behalf: self.actor.on_behalf.is_some() }
    }
}

/// A moment that was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// When it happened.
    pub at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Recorded by an operator for somebody else.
    #[serde(default)]
    pub on_behalf: bool,
}

impl Stamp {
    /// The earlier of two stamps of the same step: the earliest time counts.
    #[must_use]
    pub fn earlier(self, other: Self) -> Self {
        if other.at < self.at { other } else { self }
    }
}
