//! Incidents, for boards and full cards.

use super::{
    Views,
    common::{self, id_text, time},
    load::Row,
};
use crate::{access::sight::Reader, convert};
use siaga_domain::{
    assignment::Assignment,
    incident::{Incident, IncidentState, Note, Outcome, Place, PlaceContent},
    stamps::CaseStamps,
};
use siaga_proto::v1;
use uuid::Uuid;

/// What boards say instead of a sensitive type.
pub(crate) const SENSITIVE: &str = "Kejadian sensitif";

impl Views<'_> {
    /// An incident. Agencies and units see assignments, not incidents.
    pub(crate) fn incident(&self, id: Uuid, reader: &Reader) -> Option<v1::IncidentView> {
        if !matches!(reader, Reader::Full | Reader::Board) {
            return None;
        }
        let Row { state: incident, position } = self.loaded.incidents.get(&id)?;
        let sensitive = self.loaded.is_sensitive(id, incident);
        let masked = reader.masks(sensitive);
        let text = |reference| self.loaded.text(reference).filter(|_| !masked).map(str::to_owned).unwrap_or_default();
        let held = self.assignments_of(incident);
        let positions = held.iter().map(|(_, row)| row.position).chain([*position]);
        let mut view = v1::IncidentView {
            id: id.to_string(),
            number: incident.number.clone(),
            state: state(incident.state).into(),
            card_version: incident.card_version,
            position: self.loaded.position(positions),
            opened_at: Some(convert::timestamp(incident.opened_at)),
            owner_account_id: id_text(incident.owner),
            owner_label: incident.owner_label.clone(),
            caller_name: text(incident.caller_name.as_ref()),
            caller_number: text(incident.caller_number.as_ref()),
            narrative: text(incident.narrative.as_ref()),
            place: Some(self.place(&incident.place, masked)),
            sensitive,
            masked,
            stamps: self.stamps(incident, &held),
            call_ids: incident.calls.iter().map(ToString::to_string).collect(),
            assignments: held.iter().filter_map(|(held_id, _)| self.assignment_within(*held_id, reader)).collect(),
            notes: if masked { Vec::new() } else { self.notes(incident, |_| true) },
            photos: if masked { Vec::new() } else { common::photos(incident, |_| true) },
            linked_numbers: incident.linked.iter().map(|(_, number)| number.clone()).collect(),
            merged_numbers: incident.merged.iter().map(|(_, number)| number.clone()).collect(),
            handed_over: self.handed_over(incident, masked),
            outcome: incident.outcome.as_ref().map(|outcome| self.outcome(outcome, masked)),
            revision: incident.revision,
            erased_note: erased_note(incident),
            legal_hold: incident.legal_hold,
            paper_entered_at: time(incident.paper.as_ref().map(|(_, entered_at)| *entered_at)),
            paper_sheet: incident.paper.as_ref().map(|(sheet, _)| sheet.clone()).unwrap_or_default(),
            ..v1::IncidentView::default()
        };
        self.classify(&mut view, incident, masked);
        if let Some((into, number)) = &incident.merged_into {
            view.merged_into_id = into.to_string();
            view.merged_into_number.clone_from(number);
        }
        Some(view)
    }

    /// An assignment inside its case. On boards it stands beside it with what was written; once is enough.
    fn assignment_within(&self, id: Uuid, reader: &Reader) -> Option<v1::AssignmentView> {
        let mut view = self.assignment(id, reader)?;
        if *reader == Reader::Board {
            view.messages.clear();
        }
        Some(view)
    }

    /// The assignments that count for a case; those of a duplicate count for the other.
    pub(crate) fn assignments_of(&self, incident: &Incident) -> Vec<(Uuid, &Row<Assignment>)> {
        if incident.merged_into.is_some() {
            return Vec::new();
        }
        incident.assignments.iter().filter_map(|id| Some((*id, self.loaded.assignments.get(id)?))).collect()
    }

    fn classify(&self, view: &mut v1::IncidentView, incident: &Incident, masked: bool) {
        let Some(kind) = &incident.classification else { return };
        view.priority = u32::from(kind.priority);
        if masked {
            view.type_name = SENSITIVE.into();
            return;
        }
        view.type_code.clone_from(&kind.type_code);
        view.type_name = self.type_name(&kind.type_code);
        view.category.clone_from(&kind.category);
        view.priority_reason.clone_from(&kind.priority_reason);
    }

    /// Name of a type; its code when the catalog has forgotten it.
    pub(crate) fn type_name(&self, code: &str) -> String {
        self.city.types.get(code).map_or_else(|| code.to_owned(), |kind| kind.name_id.clone())
    }

    fn stamps(&self, incident: &Incident, held: &[(Uuid, &Row<Assignment>)]) -> Vec<v1::StampView> {
        let states: Vec<Assignment> = held.iter().map(|(_, row)| row.state.clone()).collect();
        CaseStamps::of(incident, &states).known().map(|(code, stamp)| common::stamp(code, stamp)).collect()
    }

    /// Text and point of a place, if they are kept.
    pub(crate) fn place_content(&self, place: &Place) -> PlaceContent {
        // A content that is not understood is a place without one; the kelurahan still stands.
        self.loaded.text(place.exact.as_ref()).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    fn place(&self, place: &Place, masked: bool) -> v1::PlaceView {
        let content = if masked { PlaceContent::default() } else { self.place_content(place) };
        let kelurahan = place.kelurahan_code.as_deref().and_then(|code| self.city.kelurahan(code));
        let neighbour_code = place.neighbour_code.clone().unwrap_or_default();
        v1::PlaceView {
            text: content.text,
            point: content.point.map(common::point),
            kelurahan_code: place.kelurahan_code.clone().unwrap_or_default(),
            kelurahan_name: kelurahan.map(|area| area.name.clone()).unwrap_or_default(),
            kecamatan_name: kelurahan.map(|area| area.kecamatan_name.clone()).unwrap_or_default(),
            verification: place
                .verified
                .map_or(v1::PlaceVerification::Unspecified, |(how, _)| common::verification(how))
                .into(),
            verified_at: time(place.verified.map(|(_, stamp)| stamp.at)),
            neighbour_name: self.city.neighbour_name(&neighbour_code).unwrap_or_default().to_owned(),
            neighbour_code,
            outside_city: place.outside_city,
        }
    }

    /// A case's notes that are for its reader, as far as they are kept.
    pub(crate) fn notes(&self, incident: &Incident, is_for_reader: impl Fn(&Note) -> bool) -> Vec<v1::NoteView> {
        let note = |note: &Note| {
            Some(v1::NoteView {
                at: Some(convert::timestamp(note.at)),
                by: Some(common::actor(&note.by)),
                text: self.loaded.text(Some(&note.text))?.to_owned(),
            })
        };
        incident.notes.iter().filter(|note| is_for_reader(note)).filter_map(note).collect()
    }

    fn handed_over(&self, incident: &Incident, masked: bool) -> Option<v1::HandOverView> {
        let hand_over = incident.handed_over.as_ref()?;
        Some(v1::HandOverView {
            centre_code: hand_over.centre_code.clone(),
            centre_name: self.agency_name(&hand_over.centre_code),
            taken_by: if masked { String::new() } else { hand_over.taken_by.clone() },
            taken_at: Some(convert::timestamp(hand_over.taken_at)),
        })
    }

    fn outcome(&self, outcome: &Outcome, masked: bool) -> v1::OutcomeView {
        let kind = self.city.outcomes.iter().find(|kind| kind.code == outcome.outcome_code);
        let mut view = v1::OutcomeView {
            outcome_code: outcome.outcome_code.clone(),
            outcome_name: kind.map_or_else(|| outcome.outcome_code.clone(), |kind| kind.name_id.clone()),
            closed_at: time(outcome.closed.as_ref().map(|(at, _)| *at)),
            closed_by_label: outcome.closed.as_ref().map(|(_, label)| label.clone()).unwrap_or_default(),
            ..v1::OutcomeView::default()
        };
        if !masked {
            let victims = outcome.victims;
            view.victims = Some(v1::Victims {
                dead: victims.dead,
                injured: victims.injured,
                missing: victims.missing,
                evacuated: victims.evacuated,
            });
            view.cause.clone_from(&outcome.cause);
            view.damage.clone_from(&outcome.damage);
            view.hospital.clone_from(&outcome.hospital);
            view.actions.clone_from(&outcome.actions);
        }
        view
    }
}

fn erased_note(incident: &Incident) -> String {
    incident.erased.as_ref().map(|by| format!("erased by {by}")).unwrap_or_default()
}

/// The contract's form of a case's state.
pub(crate) const fn state(state: IncidentState) -> v1::IncidentState {
    match state {
        IncidentState::Open => v1::IncidentState::Open,
        IncidentState::Closed => v1::IncidentState::Closed,
        IncidentState::Cancelled => v1::IncidentState::Cancelled,
        IncidentState::Merged => v1::IncidentState::Merged,
    }
}
