//! Alarms: raised when something is late or wrong, escalated until a person takes them, ended when the cause ends.

use crate::{
    Aggregate, EventMeta,
    actor::Stamp,
    error::{ErrorKind, SiagaError},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlarmKind {
    /// A call rings too long.
    CallUnanswered,
    /// An abandoned call was not called back.
    AbandonedNotCalledBack,
    /// An incident was not sent to anybody.
    NotDispatched,
    /// No session of the agency has it.
    NotDelivered,
    /// No person at the agency has it.
    NotAcknowledged,
    /// No unit was assigned.
    NoUnit,
    /// No unit is on the way.
    NotEnRoute,
    /// No unit has arrived.
    NotOnScene,
    /// An agency declined.
    Declined,
    /// All agencies declined or were withdrawn.
    NoAgencyLeft,
    /// A unit or agency asks for more.
    HelpRequested,
    /// A unit at work has not been heard of.
    UnitSilent,
    /// The operator responsible has signed off.
    OwnerGone,
    /// All agencies have finished and the case is not closed.
    NotClosed,
    /// Cases wait for the hub.
    HubBehind,
    /// The agency has no live session: call it.
    AgencyOffline,
}

impl AlarmKind {
    /// All kinds.
    pub const ALL: [Self; 16] = [
        Self::CallUnanswered,
        Self::AbandonedNotCalledBack,
        Self::NotDispatched,
        Self::NotDelivered,
        Self::NotAcknowledged,
        Self::NoUnit,
        Self::NotEnRoute,
        Self::NotOnScene,
        Self::Declined,
        Self::NoAgencyLeft,
        Self::HelpRequested,
        Self::UnitSilent,
        Self::OwnerGone,
        Self::NotClosed,
        Self::HubBehind,
        Self::AgencyOffline,
    ];

    /// Stable name, as in ids and configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CallUnanswered => "call-unanswered",
            Self::AbandonedNotCalledBack => "abandoned-not-called-back",
            Self::NotDispatched => "not-dispatched",
            Self::NotDelivered => "not-delivered",
            Self::NotAcknowledged => "not-acknowledged",
            Self::NoUnit => "no-unit",
            Self::NotEnRoute => "not-en-route",
            Self::NotOnScene => "not-on-scene",
            Self::Declined => "declined",
            Self::NoAgencyLeft => "no-agency-left",
            Self::HelpRequested => "help-requested",
            Self::UnitSilent => "unit-silent",
            Self::OwnerGone => "owner-gone",
            Self::NotClosed => "not-closed",
            Self::HubBehind => "hub-behind",
            Self::AgencyOffline => "agency-offline",
        }
    }

    /// The alarm's id: one alarm for one cause, across all processes.
    pub fn id(self, subject: &str) -> String {
        format!("{}:{subject}", self.name())
    }
}

/// How long each kind waits, in seconds, by priority 1 to 4.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlarmLimits {
    /// Seconds by kind and priority; kinds that are left out have the default.
    #[serde(default)]
    pub after_s: BTreeMap<AlarmKind, [u32; 4]>,
    /// An alarm that nobody took escalates after this, in s.
    #[serde(default = "escalate_after_s")]
    pub escalate_after_s: u32,
}

const fn escalate_after_s() -> u32 {
    60
}

impl Default for AlarmLimits {
    fn default() -> Self {
        Self { after_s: BTreeMap::new(), escalate_after_s: escalate_after_s() }
    }
}

impl AlarmLimits {
    /// Limit of a kind in ms for a priority; none counts as 1.
    pub fn after_ms(&self, kind: AlarmKind, priority: Option<u8>) -> i64 {
        let by_priority = self.after_s.get(&kind).copied().unwrap_or_else(|| Self::default_s(kind));
        let index = usize::from(priority.unwrap_or(1).clamp(1, 4) - 1);
        i64::from(by_priority[index]) * 1000
    }

    /// The default limits, in seconds by priority. Sources: the service levels of the field where there is one
    /// (NENA-STA-020.1 for answering, NFPA 1225 for dispatching, Permendagri 114/2018 for arrival); else the city's.
    pub const fn default_s(kind: AlarmKind) -> [u32; 4] {
        match kind {
            AlarmKind::CallUnanswered => [15; 4],
            AlarmKind::AbandonedNotCalledBack => [60; 4],
            AlarmKind::NotDispatched => [60, 60, 120, 300],
            AlarmKind::NotDelivered => [5; 4],
            AlarmKind::NotAcknowledged => [30, 30, 60, 120],
            AlarmKind::NoUnit => [120, 120, 300, 900],
            AlarmKind::NotEnRoute => [300, 300, 600, 1800],
            AlarmKind::NotOnScene => [900, 1200, 2700, 7200],
            AlarmKind::UnitSilent => [900, 900, 1800, 3600],
            AlarmKind::OwnerGone => [60; 4],
            AlarmKind::NotClosed => [1800, 1800, 3600, 7200],
            AlarmKind::HubBehind => [300; 4],
            AlarmKind::Declined | AlarmKind::NoAgencyLeft | AlarmKind::HelpRequested | AlarmKind::AgencyOffline => {
                [0; 4]
            }
        }
    }
}

/// What an alarm is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmSubject {
    /// Case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident_id: Option<Uuid>,
    /// Its number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub incident_number: String,
    /// Assignment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignment_id: Option<Uuid>,
    /// Call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_id: Option<Uuid>,
    /// Unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_id: Option<Uuid>,
    /// Agency code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<String>,
    /// Operator whom it concerns first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Uuid>,
    /// Priority of the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<u8>,
}

/// An alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// What is wrong.
    pub kind: AlarmKind,
    /// With what.
    pub subject: AlarmSubject,
    /// Since when.
    pub raised: Option<Stamp>,
    /// 1: owner and supervisors; 2: all operators.
    pub level: u8,
    /// Who took it.
    pub taken: Option<(Uuid, String, Stamp)>,
    /// The cause is gone.
    pub ended: bool,
}

impl Default for Alarm {
    fn default() -> Self {
        Self {
            kind: AlarmKind::NotDispatched,
            subject: AlarmSubject::default(),
            raised: None,
            level: 0,
            taken: None,
            ended: true,
        }
    }
}

/// What happened to an alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AlarmEvent {
    /// Something is late or wrong.
    Raised {
        /// What.
        kind: AlarmKind,
        /// With what.
        subject: AlarmSubject,
    },
    /// Nobody took it in time: all operators are told.
    Escalated {},
    /// A person has it.
    Taken {
        /// Account.
        by: Uuid,
        /// Post.
        label: String,
    },
    /// The cause is gone.
    Ended {},
}

impl Alarm {
    /// Raises it; none when it is up.
    pub fn raise(&self, kind: AlarmKind, subject: AlarmSubject) -> Option<AlarmEvent> {
        self.ended.then_some(AlarmEvent::Raised { kind, subject })
    }

    /// Escalates it; none when a person has it, it has ended or is there already.
    pub fn escalate(&self) -> Option<AlarmEvent> {
        (!self.ended && self.taken.is_none() && self.level < 2).then_some(AlarmEvent::Escalated {})
    }

    /// Ends it; none when it has ended.
    pub fn end(&self) -> Option<AlarmEvent> {
        (!self.ended).then_some(AlarmEvent::Ended {})
    }

    /// A person takes it; none when the same person has it.
    ///
    /// # Errors
    /// SIAGA-1601 when somebody else has it, SIAGA-1602 when it has ended.
    pub fn take(&self, by: Uuid, label: &str) -> Result<Option<AlarmEvent>, SiagaError> {
        if self.ended {
            return Err(SiagaError::new(
                "SIAGA-1602",
                ErrorKind::Conflict,
                "Alarm ini sudah berakhir.",
                "This alarm has already ended.",
            ));
        }
        match &self.taken {
            Some((taken_by, _, _)) if *taken_by == by => Ok(None),
            Some((_, label, _)) => Err(SiagaError::new(
                "SIAGA-1601",
                ErrorKind::Conflict,
                format!("Alarm ini sudah diambil {label}."),
                format!("This alarm was already taken by {label}."),
            )),
            None => Ok(Some(AlarmEvent::Taken { by, label: label.to_owned() })),
        }
    }
}

impl Aggregate for Alarm {
    const KIND: &'static str = "alarm";
    type Event = AlarmEvent;

    fn apply(&mut self, event: &AlarmEvent, meta: &EventMeta) {
        match event {
            AlarmEvent::Raised { kind, subject } => {
                *self = Self {
                    kind: *kind,
                    subject: subject.clone(),
                    raised: Some(meta.stamp()),
                    level: 1,
                    taken: None,
                    ended: false,
                };
            }
            AlarmEvent::Escalated {} => self.level = 2,
            AlarmEvent::Taken { by, label } => self.taken = Some((*by, label.clone(), meta.stamp())),
            AlarmEvent::Ended {} => self.ended = true,
        }
    }

    fn is_open(&self) -> bool {
        !self.ended
    }

    fn incident(&self, _: &str) -> Option<Uuid> {
        self.subject.incident_id
    }
}
