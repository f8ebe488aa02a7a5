//! What a batch of events touches.

use crate::views::load::Wanted;
use siaga_domain::{
    Aggregate, Timestamp,
    account::{Account, AccountEvent},
    aggregate::from_log,
    alarm::Alarm,
    assignment::Assignment,
    call::{Call, CallEvent},
    catalog::Catalog,
    incident::{Incident, IncidentEvent},
    unit::Unit,
};
use siaga_store::EventRow;
use uuid::Uuid;

/// Credentials that count no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// All of an account.
    Account(Uuid),
    /// One session or token of an account.
    Session(Uuid, Uuid),
    /// Those of an account that were revoked at this time; which, the store knows.
    Revoked(Uuid, Timestamp),
}

/// What a batch of events touches.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    /// Things to be shown anew.
    pub(crate) wanted: Wanted,
    /// The catalog was imported.
    pub(crate) catalog: bool,
    /// Personal data were erased.
    pub(crate) erased: bool,
    /// Credentials that ended, in order.
    pub(crate) endings: Vec<Ending>,
    /// Cases that ended, or were taken in hand again, in order.
    pub(crate) cases: Vec<(Uuid, Option<Timestamp>)>,
}

impl Touched {
    /// Reads a batch. An event that this version does not understand touches its stream all the same.
    pub(crate) fn of(events: &[EventRow]) -> Self {
        let mut touched = Self::default();
        for event in events {
            touched.take(event);
        }
        touched
    }

    fn take(&mut self, event: &EventRow) {
        let stream = &event.stream;
        if stream.kind == Alarm::KIND {
            self.wanted.alarms.insert(stream.id.clone());
            return;
        }
        if stream.kind == Catalog::KIND {
            self.catalog = true;
            return;
        }
        let Ok(id) = Uuid::parse_str(&stream.id) else { return };
        match stream.kind.as_str() {
            Call::KIND => {
                self.wanted.calls.insert(id);
                if let Some(CallEvent::PersonalErased { .. }) = understood::<Call>(event) {
                    self.erased = true;
                }
            }
            Incident::KIND => {
                self.wanted.incidents.insert(id);
                if let Some(what) = understood::<Incident>(event) {
                    self.incident(id, &what, event.occurred_at);
                }
            }
            Assignment::KIND => drop(self.wanted.assignments.insert(id)),
            Unit::KIND => drop(self.wanted.units.insert(id)),
            Account::KIND => {
                self.wanted.accounts.insert(id);
                if let Some(what) = understood::<Account>(event) {
                    self.endings.extend(ending(id, &what, event.recorded_at));
                }
            }
            _ => {}
        }
    }

    fn incident(&mut self, id: Uuid, event: &IncidentEvent, at: Timestamp) {
        match event {
            // Whether its calls are masked may change with the type; a duplicate's calls are about this case now.
            IncidentEvent::Classified { .. } | IncidentEvent::DuplicateTaken { .. } => {
                self.wanted.calls_of.insert(id);
            }
            IncidentEvent::Closed { .. } | IncidentEvent::Cancelled { .. } | IncidentEvent::Merged { .. } => {
                self.cases.push((id, Some(at)));
            }
            IncidentEvent::Reopened { .. } => self.cases.push((id, None)),
            IncidentEvent::PersonalErased { .. } => self.erased = true,
            IncidentEvent::Opened { .. }
            | IncidentEvent::EnteredFromPaper { .. }
            | IncidentEvent::CardEdited { .. }
            | IncidentEvent::PlaceVerified { .. }
            | IncidentEvent::NoteAdded { .. }
            | IncidentEvent::PhotoAdded { .. }
            | IncidentEvent::CallAttached { .. }
            | IncidentEvent::Dispatched { .. }
            | IncidentEvent::OwnerChanged { .. }
            | IncidentEvent::Linked { .. }
            | IncidentEvent::HandedOver { .. }
            | IncidentEvent::HubAccepted { .. }
            | IncidentEvent::HubSettled { .. }
            | IncidentEvent::HoldPlaced { .. }
            | IncidentEvent::HoldLifted { .. } => {}
        }
    }
}

fn ending(account_id: Uuid, event: &AccountEvent, at: Timestamp) -> Option<Ending> {
    match event {
        AccountEvent::Disabled { .. } | AccountEvent::SignedOut { session_id: None } => {
            Some(Ending::Account(account_id))
        }
        AccountEvent::SignedOut { session_id: Some(session_id) } => Some(Ending::Session(account_id, *session_id)),
        AccountEvent::TokenRevoked { token_id } => Some(Ending::Session(account_id, *token_id)),
        AccountEvent::PasswordSet {} => Some(Ending::Revoked(account_id, at)),
        AccountEvent::Created { .. }
        | AccountEvent::Updated { .. }
        | AccountEvent::Enabled {}
        | AccountEvent::SignedIn { .. }
        | AccountEvent::TokenCreated { .. }
        | AccountEvent::DutyChanged { .. }
        | AccountEvent::ShiftHandedOver { .. }
        | AccountEvent::CallerHistoryRead { .. }
        | AccountEvent::SensitiveCaseRead { .. }
        | AccountEvent::ReplayRead { .. } => None,
    }
}

fn understood<A: Aggregate>(event: &EventRow) -> Option<A::Event> {
    from_log(&event.event_type, &event.data)
        .inspect_err(|error| tracing::error!(position = event.position, %error, "an event is not understood"))
        .ok()
}
