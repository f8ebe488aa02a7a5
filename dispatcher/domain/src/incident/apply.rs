//! How events change an incident.

use super::{CardChange, Incident, IncidentEvent, IncidentState, Note, Photo, PlaceChange};
use crate::EventMeta;

impl Incident {
    pub(super) fn take_in(&mut self, event: &IncidentEvent, meta: &EventMeta) {
        match event {
            IncidentEvent::Opened { number, owner, owner_label, call_id, first_ring_at, answered_at, card } => {
                self.number.clone_from(number);
                self.owner = *owner;
                self.owner_label.clone_from(owner_label);
                self.calls.extend(call_id);
                self.first_ring_at = *first_ring_at;
                self.answered_at = *answered_at;
                self.opened_at = meta.occurred_at;
                self.edit(card);
                self.card_version = 1;
            }
            IncidentEvent::EnteredFromPaper { sheet } => self.paper = Some((sheet.clone(), meta.recorded_at)),
            IncidentEvent::CardEdited { card } => {
                self.edit(card);
                self.card_version += 1;
            }
            IncidentEvent::PlaceVerified { place, verification } => {
                if let Some(place) = place {
                    self.move_to(place);
                }
                self.place.verified = Some((*verification, meta.stamp()));
                self.card_version += 1;
            }
            IncidentEvent::Classified { classification } => {
                self.classification = Some(classification.clone());
                self.classified.get_or_insert(meta.stamp());
                self.card_version += 1;
            }
            IncidentEvent::NoteAdded { text } => {
                self.notes.push(Note { text: text.clone(), at: meta.occurred_at, by: meta.actor.clone() });
            }
            IncidentEvent::PhotoAdded { file } => {
                self.photos.push(Photo { file: file.clone(), at: meta.occurred_at, by: meta.actor.clone() });
            }
            IncidentEvent::CallAttached { call_id } => {
                if !self.calls.contains(call_id) {
                    self.calls.push(*call_id);
                }
            }
            IncidentEvent::Dispatched { assignments, .. } => {
                self.assignments.extend(assignments);
                self.dispatched.get_or_insert(meta.stamp());
            }
            IncidentEvent::OwnerChanged { owner, label } => {
                self.owner = *owner;
                self.owner_label.clone_from(label);
            }
            _ => self.take_in_ending(event, meta),
        }
    }

    /// What belongs to linking, ending and keeping the case.
    fn take_in_ending(&mut self, event: &IncidentEvent, meta: &EventMeta) {
        match event {
            IncidentEvent::Linked { incident_id, number } => self.linked.push((*incident_id, number.clone())),
            IncidentEvent::Merged { into, number } => {
                self.state = IncidentState::Merged;
                self.ended_at = Some(meta.occurred_at);
                self.merged_into = Some((*into, number.clone()));
            }
            IncidentEvent::DuplicateTaken { incident_id, number, calls, assignments, notes, photos } => {
                self.merged.push((*incident_id, number.clone()));
                self.calls.extend(calls);
                self.assignments.extend(assignments);
                self.notes.extend(notes.iter().cloned());
                self.photos.extend(photos.iter().cloned());
            }
            IncidentEvent::HandedOver { hand_over } => self.handed_over = Some(hand_over.clone()),
            IncidentEvent::Cancelled { .. } => {
                self.state = IncidentState::Cancelled;
                self.ended_at = Some(meta.occurred_at);
            }
            IncidentEvent::Closed { outcome } => {
                self.state = IncidentState::Closed;
                self.ended_at = Some(meta.occurred_at);
                let mut outcome = outcome.clone();
                outcome.closed = Some((meta.occurred_at, meta.actor.label.clone()));
                self.outcome = Some(outcome);
                self.closed_recorded_at = Some(meta.recorded_at);
                self.revision += 1;
                self.hub_accepted = None;
            }
            IncidentEvent::Reopened { .. } => {
                self.state = IncidentState::Open;
                self.ended_at = None;
                self.hub_accepted = None;
            }
            // The record of an earlier closing says nothing of this one.
            IncidentEvent::HubAccepted { revision } if *revision == self.revision => {
                self.hub_accepted.get_or_insert(meta.stamp());
            }
            IncidentEvent::HoldPlaced { .. } => self.legal_hold = true,
            IncidentEvent::HoldLifted { .. } => self.legal_hold = false,
            IncidentEvent::PersonalErased { reason, .. } => {
                self.caller_name = None;
                self.caller_number = None;
                self.narrative = None;
                self.place.exact = None;
                self.notes.clear();
                self.photos.clear();
                self.erased = Some(format!("{}: {reason}", meta.actor.label));
            }
            // Taken in above.
            _ => {}
        }
    }

    fn edit(&mut self, card: &CardChange) {
        let CardChange { caller_name, caller_number, narrative, place } = card;
        self.caller_name = caller_name.clone().or_else(|| self.caller_name.take());
        self.caller_number = caller_number.clone().or_else(|| self.caller_number.take());
        self.narrative = narrative.clone().or_else(|| self.narrative.take());
        if let Some(place) = place {
            self.move_to(place);
            // Another place is not the one that was verified.
            self.place.verified = None;
        }
    }

    fn move_to(&mut self, place: &PlaceChange) {
        self.place.exact.clone_from(&place.exact);
        self.place.kelurahan_code.clone_from(&place.kelurahan_code);
        self.place.neighbour_code.clone_from(&place.neighbour_code);
        self.place.outside_city = place.outside_city;
    }
}
