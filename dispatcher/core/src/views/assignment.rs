//! Assignments: on boards beside their incident, for agencies and units with what they need to know of it.

use super::{
    Views,
    common::{self, step_stamps},
    load::Row,
};
use crate::{
    access::sight::{self, Reader, TaskSight},
    convert,
};
use siaga_domain::{
    Actor,
    assignment::{AgencyRole, Assignment, Message, Readiness, Side},
    incident::{Incident, IncidentState},
    step::Step,
};
use siaga_proto::v1;
use uuid::Uuid;

impl Views<'_> {
    /// An assignment; none when it is not, or no longer, for this reader.
    pub(crate) fn assignment(&self, id: Uuid, reader: &Reader) -> Option<v1::AssignmentView> {
        let Row { state: held, position } = self.loaded.assignments.get(&id)?;
        let (case_id, case) = self.loaded.case_of(id, held)?;
        let mut view = v1::AssignmentView {
            id: id.to_string(),
            incident_id: case_id.to_string(),
            incident_number: case.state.number.clone(),
            agency_code: held.agency.clone(),
            agency_name: self.agency_name(&held.agency),
            role: role(held.role).into(),
            step: convert::step(held.step).into(),
            stamps: step_stamps(&held.stamps),
            units: units(held),
            caller_shared: held.caller_shared,
            ..v1::AssignmentView::default()
        };
        if !reader.masks(self.loaded.is_sensitive(case_id, &case.state)) {
            put_words(&mut view, held);
        }
        match reader {
            Reader::Full | Reader::Board => {
                view.position = self.loaded.position([*position, case.position]);
                view.agency_online = self.online.agencies.contains(&held.agency);
                if !view.agency_online {
                    view.duty_contact = self.duty_contact(&held.agency);
                }
                let masked = reader.masks(self.loaded.is_sensitive(case_id, &case.state));
                view.messages = self.messages(held, masked);
            }
            Reader::Agency(_) | Reader::Unit(_) => {
                let sight = sight::task(reader, held, &case.state, self.now, self.after_end_ms())?;
                let others = self.assignments_of(&case.state);
                let positions = others.iter().map(|(_, row)| row.position).chain([*position, case.position]);
                view.position = self.loaded.position(positions);
                view.task = Some(self.task(held, &case.state, sight));
                // Written to this desk or by it, whatever else of the case it may see.
                if sight::has_conversation(reader) {
                    view.messages = self.messages(held, false);
                }
            }
        }
        Some(view)
    }

    /// What centre and agency wrote to each other. A reader who may not see the words sees that there are some, so that
    /// nothing stays unread.
    fn messages(&self, held: &Assignment, masked: bool) -> Vec<v1::MessageView> {
        let message = |(index, one): (usize, &Message)| v1::MessageView {
            number: u32::try_from(index + 1).unwrap_or(u32::MAX),
            at: Some(convert::timestamp(one.at)),
            by: Some(common::actor(&one.by)),
            from_centre: one.from == Side::Centre,
            text: self.loaded.text(Some(&one.text)).filter(|_| !masked).map(str::to_owned).unwrap_or_default(),
            read_at: common::time(one.read.as_ref().map(|(at, _)| *at)),
            read_by_label: one.read.as_ref().map(|(_, label)| label.clone()).unwrap_or_default(),
        };
        held.messages.iter().enumerate().map(message).collect()
    }

    /// The case as the agency of an assignment may see it.
    fn task(&self, held: &Assignment, incident: &Incident, sight: TaskSight) -> v1::TaskView {
        let content = self.place_content(&incident.place);
        let kelurahan = incident.place.kelurahan_code.as_deref().and_then(|code| self.city.kelurahan(code));
        let kind = incident.classification.as_ref();
        let is_its = |by: &Actor| sight::is_for_agency(by, &held.agency);
        let text = |reference, visible: bool| {
            self.loaded.text(reference).filter(|_| visible).map(str::to_owned).unwrap_or_default()
        };
        v1::TaskView {
            type_code: kind.map(|kind| kind.type_code.clone()).unwrap_or_default(),
            type_name: kind.map(|kind| self.type_name(&kind.type_code)).unwrap_or_default(),
            priority: kind.map_or(0, |kind| u32::from(kind.priority)),
            place_text: content.text,
            point: content.point.map(common::point),
            kelurahan_name: kelurahan.map(|area| area.name.clone()).unwrap_or_default(),
            kecamatan_name: kelurahan.map(|area| area.kecamatan_name.clone()).unwrap_or_default(),
            place_verified: incident.place.verified.is_some(),
            narrative: text(incident.narrative.as_ref(), sight.words),
            caller_name: text(incident.caller_name.as_ref(), sight.caller),
            caller_number: text(incident.caller_number.as_ref(), sight.caller),
            opened_at: Some(convert::timestamp(incident.opened_at)),
            others: self.others(held, incident),
            notes: if sight.words { self.notes(incident, |note| is_its(&note.by)) } else { Vec::new() },
            closed: incident.state != IncidentState::Open,
            photos: if sight.words { common::photos(incident, |photo| is_its(&photo.by)) } else { Vec::new() },
        }
    }

    /// The other agencies that are on the case.
    fn others(&self, held: &Assignment, incident: &Incident) -> Vec<v1::OtherAgency> {
        let others = self.assignments_of(incident).into_iter().map(|(_, row)| &row.state);
        others
            .filter(|other| other.agency != held.agency && other.sees_case())
            .map(|other| v1::OtherAgency {
                agency_code: other.agency.clone(),
                agency_name: self.agency_name(&other.agency),
                step: convert::step(other.step).into(),
            })
            .collect()
    }
}

/// What people wrote on the assignment.
fn put_words(view: &mut v1::AssignmentView, held: &Assignment) {
    view.readiness = held.readiness.as_ref().map(readiness);
    view.help_requested = held.help_requested.clone().unwrap_or_default();
    match held.step {
        Step::Declined => view.decline_reason.clone_from(&held.ended_reason),
        Step::Withdrawn => view.withdraw_reason.clone_from(&held.ended_reason),
        _ => {}
    }
}

fn readiness(readiness: &Readiness) -> v1::Readiness {
    let Readiness { people, vehicles, equipment, note } = readiness;
    v1::Readiness { people: *people, vehicles: *vehicles, equipment: *equipment, note: note.clone() }
}

fn units(held: &Assignment) -> Vec<v1::UnitProgress> {
    let unit = |(id, progress): (&Uuid, &siaga_domain::assignment::UnitProgress)| v1::UnitProgress {
        unit_id: id.to_string(),
        unit_code: progress.code.clone(),
        step: convert::step(progress.step).into(),
        stamps: step_stamps(&progress.stamps),
    };
    held.units.iter().map(unit).collect()
}

const fn role(role: AgencyRole) -> v1::AgencyRole {
    match role {
        AgencyRole::Lead => v1::AgencyRole::Lead,
        AgencyRole::Support => v1::AgencyRole::Support,
    }
}
