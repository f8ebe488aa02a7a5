//! From a case to the report's data, masked for its reader.

use super::{
    lines::{self, Line},
    words::{self, pick},
};
use crate::{
    Context, access::Caller, city::City, context::store_error, convert, history, timeline, views::load::Loaded,
};
use siaga_domain::{
    Channel, PersonalRef, SiagaError, Stamp, Timestamp,
    assignment::{AgencyRole, Assignment},
    catalog::short_name,
    incident::{Incident, PlaceContent},
    report::{
        IncidentReport, Letterhead, OnBehalfMeans, Personal, ReportAgency, ReportAgencyEnd, ReportAgencyRole,
        ReportCall, ReportCaller, ReportHandover, ReportKind, ReportLanguage, ReportMark, ReportPlace, ReportPoint,
        ReportResult, ReportStamp, ReportStep, ReportStepTime, ReportTimelineEntry, ReportUnit, ReportVictims,
    },
    stamps::CaseStamps,
    step::{Stamps, Step},
};
use siaga_store::EventRow;
use std::collections::HashMap;
use uuid::Uuid;

/// A step recorded this much after it happened is marked as entered later, in ms.
const LATER_MS: i64 = 60_000;
/// Calls that are listed; more are counted.
const CALLS_LISTED: usize = 50;
/// Events read at once.
const PAGE: u32 = 1000;

/// What the reader may see of people.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight {
    /// The caller's name and number.
    pub(super) caller: bool,
    /// Narrative and exact place.
    pub(super) words: bool,
}

struct Build<'a> {
    context: &'a Context,
    city: &'a City,
    loaded: &'a Loaded,
    incident: &'a Incident,
    sight: Sight,
    language: ReportLanguage,
    /// How a step was told, by when it was and when it was recorded.
    told: HashMap<(Timestamp, Timestamp), OnBehalfMeans>,
}

/// The report's data.
pub(super) async fn report(
    context: &Context,
    who: &Caller,
    incident_id: Uuid,
    loaded: &Loaded,
    sight: Sight,
    language: ReportLanguage,
) -> Result<IncidentReport, SiagaError> {
    let incident = &loaded.incidents.get(&incident_id).ok_or_else(super::not_here)?.state;
    let city = context.city();
    let told = told(&events(context, incident_id, incident).await?)?;
    let build = Build { context, city: &city, loaded, incident, sight, language, told };
    let assignments = build.assignments();
    Ok(IncidentReport {
        letterhead: build.letterhead(),
        number: incident.number.clone(),
        revision: incident.revision.max(1),
        sensitive: incident.is_sensitive(),
        printed_at: context.now(),
        printed_by: who.label.clone(),
        kind: build.kind(),
        place: build.place(),
        caller: build.caller(),
        call_count: u32::try_from(incident.calls.len()).unwrap_or(u32::MAX),
        calls: build.calls(),
        narrative: build.personal(incident.narrative.as_ref(), sight.words),
        stamps: build.stamps(&assignments),
        agencies: build.agencies(&assignments),
        timeline: build.timeline(who, incident_id).await?,
        result: build.result(),
        legal_basis: city.letterhead.legal_basis.clone(),
        closing_note: build.actions(None),
    })
}

/// The events of the case and of the duplicates it took over.
async fn events(context: &Context, incident_id: Uuid, incident: &Incident) -> Result<Vec<EventRow>, SiagaError> {
    let mut events = Vec::new();
    for id in std::iter::once(incident_id).chain(incident.merged.iter().map(|(id, _)| *id)) {
        let mut after = 0;
        loop {
            let rows = context.background.events_of_incident(id, after, PAGE).await.map_err(store_error)?;
            let full = rows.len() == PAGE as usize;
            after = rows.last().map_or(after, |row| row.position);
            events.extend(rows);
            if !full {
                break;
            }
        }
    }
    Ok(events)
}

fn told(events: &[EventRow]) -> Result<HashMap<(Timestamp, Timestamp), OnBehalfMeans>, SiagaError> {
    let mut told = HashMap::new();
    for event in events {
        let meta = history::meta(event)?;
        if let Some(on_behalf) = meta.actor.on_behalf {
            let means = match on_behalf.channel {
                Channel::Telephone => OnBehalfMeans::Phone,
                Channel::Radio => OnBehalfMeans::Radio,
                Channel::InPerson => OnBehalfMeans::Other,
            };
            told.insert((meta.occurred_at, meta.recorded_at), means);
        }
    }
    Ok(told)
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

impl Build<'_> {
    /// A personal text: shown, or why not.
    fn personal(&self, reference: Option<&PersonalRef>, may_see: bool) -> Personal<String> {
        match (reference, self.loaded.text(reference)) {
            (None, _) if self.incident.erased.is_some() => Personal::Erased,
            (None, _) => Personal::NotRecorded,
            (Some(_), _) if !may_see => Personal::Withheld,
            (Some(_), Some("")) => Personal::NotRecorded,
            (Some(_), Some(text)) => Personal::Shown(text.to_owned()),
            (Some(_), None) => Personal::Erased,
        }
    }

    fn letterhead(&self) -> Letterhead {
        let head = &self.city.letterhead;
        Letterhead {
            lines: head.lines.clone(),
            contacts: head.contacts.clone(),
            note: None,
            city: some(&head.city_name),
        }
    }

    fn kind(&self) -> ReportKind {
        let Some(classification) = &self.incident.classification else { return ReportKind::default() };
        let known = self.city.types.get(&classification.type_code);
        let name =
            known.map_or(classification.type_code.as_str(), |kind| pick(self.language, &kind.name_id, &kind.name_en));
        ReportKind {
            type_name: name.to_owned(),
            category: classification.category.clone(),
            priority: Some(classification.priority),
            override_reason: some(&classification.priority_reason),
        }
    }

    fn place(&self) -> ReportPlace {
        let place = &self.incident.place;
        let area = place.kelurahan_code.as_deref().and_then(|code| self.city.kelurahan(code));
        let (text, point) = match self.personal(place.exact.as_ref(), self.sight.words) {
            Personal::Shown(content) => {
                let content: PlaceContent = serde_json::from_str(&content).unwrap_or_default();
                let point = content.point.map(|(lat, lon, accuracy_m)| ReportPoint {
                    lat,
                    lon,
                    accuracy_m: (accuracy_m > 0.0).then_some(accuracy_m),
                });
                (
                    some(&content.text).map_or(Personal::NotRecorded, Personal::Shown),
                    point.map_or(Personal::NotRecorded, Personal::Shown),
                )
            }
            Personal::NotRecorded => (Personal::NotRecorded, Personal::NotRecorded),
            Personal::Withheld => (Personal::Withheld, Personal::Withheld),
            Personal::Erased => (Personal::Erased, Personal::Erased),
        };
        ReportPlace {
            text,
            kelurahan: area.map(|area| area.name.clone()),
            kecamatan: area.and_then(|area| some(&area.kecamatan_name)),
            point,
            verified: place.verified.map(|(how, _)| words::verification(how, self.language).to_owned()),
        }
    }

    /// The card's caller; what the card leaves open is taken from the first call.
    fn caller(&self) -> Personal<ReportCaller> {
        let call = self.incident.calls.first().and_then(|id| self.loaded.calls.get(id)).map(|row| &row.state);
        let name = self.incident.caller_name.as_ref().or_else(|| call.and_then(|call| call.name.as_ref()));
        let number = self.incident.caller_number.as_ref().or_else(|| call.and_then(|call| call.number.as_ref()));
        let parts = [name, number].map(|reference| self.personal(reference, self.sight.caller));
        if parts.iter().any(|part| matches!(part, Personal::Shown(_))) {
            let [name, phone] = parts.map(|part| match part {
                Personal::Shown(text) => Some(text),
                _ => None,
            });
            return Personal::Shown(ReportCaller { name, phone, relation: None });
        }
        match () {
            () if parts.contains(&Personal::Withheld) => Personal::Withheld,
            () if parts.contains(&Personal::Erased) => Personal::Erased,
            () => Personal::NotRecorded,
        }
    }

    fn calls(&self) -> Vec<ReportCall> {
        let mut calls: Vec<ReportCall> = self
            .incident
            .calls
            .iter()
            .filter_map(|id| self.loaded.calls.get(id))
            .map(|row| ReportCall {
                line: row.state.line.clone(),
                at: row.state.ringing_at,
                disposition: row
                    .state
                    .disposition
                    .map(|disposition| words::disposition(disposition, self.language).to_owned())
                    .unwrap_or_default(),
            })
            .collect();
        calls.sort_by_key(|call| call.at);
        calls.truncate(CALLS_LISTED);
        calls
    }

    fn assignments(&self) -> Vec<Assignment> {
        let held = self.incident.assignments.iter().filter_map(|id| self.loaded.assignments.get(id));
        held.map(|row| row.state.clone()).collect()
    }

    fn mark(&self, stamp: Stamp) -> ReportMark {
        let later = stamp.recorded_at.ms_since(stamp.at) >= LATER_MS;
        let means = self.told.get(&(stamp.at, stamp.recorded_at)).copied().unwrap_or(OnBehalfMeans::Other);
        ReportMark {
            on_behalf: stamp.on_behalf.then_some(means),
            recorded_later_at: later.then_some(stamp.recorded_at),
            correction: false,
        }
    }

    fn stamps(&self, assignments: &[Assignment]) -> [Option<ReportStamp>; 14] {
        CaseStamps::of(self.incident, assignments)
            .0
            .map(|stamp| stamp.map(|stamp| ReportStamp { at: stamp.at, mark: self.mark(stamp) }))
    }

    fn agencies(&self, assignments: &[Assignment]) -> Vec<ReportAgency> {
        let mut agencies: Vec<ReportAgency> = assignments.iter().map(|held| self.agency(held)).collect();
        // Stable: within lead and support they stay in the order sent.
        agencies.sort_by_key(|agency| agency.role == ReportAgencyRole::Support);
        agencies
    }

    fn agency(&self, held: &Assignment) -> ReportAgency {
        let ended = held.stamps.at(held.step).map(|at| (at, held.ended_reason.clone()));
        let ended = match (held.step, ended) {
            (Step::Declined, Some((at, reason))) => Some(ReportAgencyEnd::Declined { at, reason }),
            (Step::Withdrawn, Some((at, reason))) => Some(ReportAgencyEnd::Withdrawn { at, reason }),
            _ => None,
        };
        ReportAgency {
            name: self.agency_name(&held.agency),
            role: match held.role {
                AgencyRole::Lead => ReportAgencyRole::Lead,
                AgencyRole::Support => ReportAgencyRole::Support,
            },
            steps: self.steps(&held.stamps, Step::Sent),
            ended,
            readiness: held.readiness.as_ref().map(|readiness| words::readiness(readiness, self.language)),
            actions: self.actions(Some(held)),
            units: held
                .units
                .values()
                .map(|unit| ReportUnit { name: unit.code.clone(), steps: self.steps(&unit.stamps, Step::UnitAssigned) })
                .collect(),
        }
    }

    /// What was done, as the closing says it: the only agency's own doing, or a remark on the whole.
    fn actions(&self, of: Option<&Assignment>) -> Option<String> {
        let actions = some(&self.incident.outcome.as_ref()?.actions)?;
        let alone = self.incident.assignments.len() == 1;
        (alone == of.is_some()).then_some(actions)
    }

    fn agency_name(&self, code: &str) -> String {
        let agency = self.city.agencies.get(code);
        agency.map_or(code, |agency| pick(self.language, &agency.name_id, &agency.name_en)).to_owned()
    }

    /// `first` is the step that the first column stands for: sent, and assigned for a unit.
    fn steps(&self, stamps: &Stamps, first: Step) -> Vec<ReportStepTime> {
        let columns = [
            (first, ReportStep::Sent),
            (Step::Delivered, ReportStep::Delivered),
            (Step::Acknowledged, ReportStep::Acknowledged),
            (Step::Accepted, ReportStep::Accepted),
            (Step::EnRoute, ReportStep::EnRoute),
            (Step::OnScene, ReportStep::OnScene),
            (Step::UnderControl, ReportStep::UnderControl),
            (Step::Completed, ReportStep::Completed),
        ];
        let reached = columns.into_iter().filter_map(|(step, column)| stamps.get(step).map(|stamp| (column, stamp)));
        reached.map(|(step, stamp)| ReportStepTime { step, at: stamp.at, mark: self.mark(stamp) }).collect()
    }

    /// The case's history, oldest first. Alarms are the centre's own affair; what other agencies noted is for the centre.
    async fn timeline(&self, who: &Caller, incident_id: Uuid) -> Result<Vec<ReportTimelineEntry>, SiagaError> {
        let words = who.is_centre();
        let lines = timeline::entries(&*self.context.background, self.city, self.loaded, incident_id, words).await?;
        // An agency's conversation with the centre is no other agency's matter. That a message was read is told on the
        // card; on paper each would be a row.
        let is_left_out = |event: &str| match event {
            "assignment.messages_read" => true,
            "assignment.message_sent" => !words,
            _ => event.starts_with("alarm."),
        };
        let shown = lines.into_iter().filter(|line| !is_left_out(&line.event));
        let mut entries: Vec<Line> = Vec::new();
        for line in shown {
            let Some(at) = convert::time("occurred_at", line.occurred_at)? else { continue };
            let recorded_at = convert::time("recorded_at", line.recorded_at)?.unwrap_or(at);
            let by = line.by.unwrap_or_default();
            let mark = self.mark(Stamp { at, recorded_at, on_behalf: by.on_behalf.is_some() });
            let entry = ReportTimelineEntry {
                at,
                who: self.post(&by.label, &by.agency_code),
                text: pick(self.language, &line.text_id, &line.text_en).to_owned(),
                // A correction of a step, not merely a late entry: that has its own mark. How and by whom it was told,
                // the sentence says.
                mark: ReportMark { correction: line.event.ends_with("corrected"), on_behalf: None, ..mark },
            };
            entries.push(Line::new(entry, line.event, line.assignment_id));
        }
        entries.sort_by_key(|line| line.entry.at);
        Ok(lines::compact(entries))
    }

    /// A post as it stands beside its rows: "Dispatcher Damkar", where its label has the agency's whole name.
    fn post(&self, label: &str, agency_code: &str) -> String {
        let agency = self.city.agencies.get(agency_code).filter(|agency| !agency.name_id.is_empty());
        agency.map_or_else(
            || label.to_owned(),
            |agency| label.replace(&agency.name_id, &short_name(agency_code, &agency.name_id)),
        )
    }

    fn result(&self) -> ReportResult {
        let incident = self.incident;
        let numbers = |list: &[(Uuid, String)]| list.iter().map(|(_, number)| number.clone()).collect();
        let mut result = ReportResult {
            merged: numbers(&incident.merged),
            merged_into: incident.merged_into.as_ref().map(|(_, number)| number.clone()),
            linked: numbers(&incident.linked),
            handed_over: incident.handed_over.as_ref().map(|hand_over| ReportHandover {
                to: self.agency_name(&hand_over.centre_code),
                taken_by: some(&hand_over.taken_by),
                at: hand_over.taken_at,
            }),
            ..ReportResult::default()
        };
        if let Some(outcome) = &incident.outcome {
            let known = self.city.outcomes.iter().find(|known| known.code == outcome.outcome_code);
            let name = known
                .map_or(outcome.outcome_code.as_str(), |known| pick(self.language, &known.name_id, &known.name_en));
            let victims = outcome.victims;
            result.outcome = Some(name.to_owned());
            result.victims = ReportVictims {
                dead: victims.dead,
                injured: victims.injured,
                missing: victims.missing,
                evacuated: victims.evacuated,
            };
            result.cause = some(&outcome.cause);
            result.damage = some(&outcome.damage);
            result.hospital = some(&outcome.hospital);
        }
        result
    }
}
