//! What the commands on an incident's card share: checking input, putting personal texts beside the log, and telling
//! the maker of a stale edit what changed.

use crate::{convert, work::Work};
use siaga_domain::{
    FieldConflict, SiagaError,
    assignment::Assignment,
    incident::{CardChange, Incident, PlaceChange, PlaceContent},
    limits,
};
use siaga_proto::v1;
use siaga_store::PersonalIndex;
use uuid::Uuid;

/// Fields of the card as a client sent them; what is missing stays.
#[derive(Default)]
pub(super) struct Input<'a> {
    pub(super) caller_name: Option<&'a str>,
    pub(super) caller_number: Option<&'a str>,
    pub(super) narrative: Option<&'a str>,
    pub(super) place: Option<&'a v1::PlaceInput>,
}

impl Input<'_> {
    /// Checks the fields and puts the personal ones beside the log.
    pub(super) fn change(&self, work: &mut Work<'_>, incident_id: Uuid) -> Result<CardChange, SiagaError> {
        let mut put = |field: &str, text: Option<&str>, chars_max: usize, index: PersonalIndex| match text {
            Some(text) => {
                let text = limits::text(field, text, chars_max)?;
                Ok::<_, SiagaError>(Some(work.put_personal(
                    ("incident", incident_id),
                    Some(incident_id),
                    field,
                    text,
                    index,
                )))
            }
            None => Ok(None),
        };
        let caller_name = put("caller_name", self.caller_name, limits::NAME_CHARS, PersonalIndex::Words)?;
        let caller_number = put("caller_number", self.caller_number, limits::NUMBER_CHARS, PersonalIndex::Phone)?;
        let narrative = put("narrative", self.narrative, limits::NARRATIVE_CHARS, PersonalIndex::Words)?;
        let place = self.place.map(|place| place_change(work, incident_id, place)).transpose()?;
        Ok(CardChange { caller_name, caller_number, narrative, place })
    }
}

/// Checks a place: the point decides the kelurahan where there is one.
fn place_change(work: &mut Work<'_>, incident_id: Uuid, place: &v1::PlaceInput) -> Result<PlaceChange, SiagaError> {
    let text = limits::text("place.text", &place.text, limits::PLACE_CHARS)?;
    let point = convert::point("place.point", place.point.as_ref())?;
    let city = std::sync::Arc::clone(&work.city);
    let named = (!place.kelurahan_code.is_empty()).then_some(place.kelurahan_code.as_str());
    if let Some(code) = named
        && city.kelurahan(code).is_none()
    {
        return Err(SiagaError::invalid(
            "place.kelurahan_code",
            "Kelurahan ini tidak dikenal.",
            "This kelurahan is not known.",
        ));
    }
    let located = point.map(|(latitude, longitude, _)| city.locate(latitude, longitude));
    if let (Some(named), Some(located)) = (named, &located)
        && located.kelurahan_code.as_deref() != Some(named)
    {
        let there = if located.is_outside() { "luar kota".to_owned() } else { located.kelurahan_name.clone() };
        return Err(SiagaError::new(
            "SIAGA-1313",
            siaga_domain::ErrorKind::Invalid,
            format!("Titik itu berada di {there}, bukan di kelurahan yang dipilih."),
            format!("That point lies in {there}, not in the chosen kelurahan."),
        )
        .field("place.kelurahan_code"));
    }
    let content = PlaceContent { text, point };
    let exact = (!content.text.is_empty() || content.point.is_some())
        .then(|| serde_json::to_string(&content))
        .transpose()
        .map_err(|error| SiagaError::internal(error.to_string()))?
        .map(|content| {
            work.put_personal(("incident", incident_id), Some(incident_id), "place", content, PersonalIndex::Words)
        });
    let outside_city = located.as_ref().is_some_and(crate::city::Located::is_outside);
    let (located_code, neighbour) = located.map_or((None, None), |located| (located.kelurahan_code, located.neighbour));
    Ok(PlaceChange {
        exact,
        kelurahan_code: located_code.or_else(|| named.map(str::to_owned)),
        neighbour_code: neighbour.map(|(code, _)| code),
        outside_city,
    })
}

/// Refuses an edit made on an old card, and says field by field what is stored now and what was wanted.
pub(super) async fn must_be_at(
    work: &Work<'_>,
    incident: &Incident,
    version: u64,
    wanted: &Input<'_>,
) -> Result<(), SiagaError> {
    if version == incident.card_version {
        return Ok(());
    }
    let mut conflicts = Vec::new();
    let texts = [
        ("caller_name", wanted.caller_name, &incident.caller_name),
        ("caller_number", wanted.caller_number, &incident.caller_number),
        ("narrative", wanted.narrative, &incident.narrative),
    ];
    for (field, wanted, stored) in texts {
        let Some(wanted) = wanted else { continue };
        let current = work.personal(stored.as_ref()).await?.unwrap_or_default();
        if current != wanted.trim() {
            conflicts.push(FieldConflict { field: field.into(), current, wanted: wanted.trim().into() });
        }
    }
    if let Some(place) = wanted.place {
        let stored = work.personal(incident.place.exact.as_ref()).await?.unwrap_or_default();
        let stored: PlaceContent = serde_json::from_str(&stored).unwrap_or_default();
        if stored.text != place.text.trim() {
            conflicts.push(FieldConflict {
                field: "place.text".into(),
                current: stored.text,
                wanted: place.text.trim().into(),
            });
        }
        let code = incident.place.kelurahan_code.clone().unwrap_or_default();
        if !place.kelurahan_code.is_empty() && code != place.kelurahan_code {
            conflicts.push(FieldConflict {
                field: "place.kelurahan_code".into(),
                current: code,
                wanted: place.kelurahan_code.clone(),
            });
        }
    }
    Err(SiagaError::stale(incident.card_version, conflicts))
}

/// Names of the agencies that are still at work on the case.
pub(super) async fn agencies_at_work(work: &mut Work<'_>, incident: &Incident) -> Result<Vec<String>, SiagaError> {
    let city = std::sync::Arc::clone(&work.city);
    let mut names = Vec::new();
    for assignment_id in &incident.assignments {
        let assignment = work.get::<Assignment>(assignment_id, ("Tugas", "The assignment")).await?;
        if assignment.is_running() {
            let name = city.agencies.get(&assignment.agency).map(|agency| agency.name_id.clone());
            names.push(name.unwrap_or_else(|| assignment.agency.clone()));
        }
    }
    Ok(names)
}

/// The reply of a command on the card: the incident and its card's version.
pub(super) async fn changed(work: &mut Work<'_>, incident_id: Uuid) -> Result<Option<v1::Changed>, SiagaError> {
    let incident = work.get::<Incident>(incident_id, ("Kejadian", "The incident")).await?;
    Ok(convert::changed(incident_id, incident.card_version))
}
