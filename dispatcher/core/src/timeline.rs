//! The case's history as ready sentences, in Indonesian and in English: one line for each event.
//!
//! What people wrote appears only for a reader who may see it, and is gone when it was erased. That somebody read a
//! case is no part of its history; those notes lie with the reader's account.

mod alarm;
mod assignment;
mod call;
mod incident;
#[cfg(test)]
mod tests;

use crate::{
    city::City,
    context::{Context, store_error},
    convert, history,
    views::{
        common,
        load::{Histories, Loaded, Wanted},
    },
};
use siaga_domain::{
    Aggregate, Channel, EventMeta, OnBehalf, PersonalRef, SiagaError,
    aggregate::from_log,
    alarm::Alarm,
    assignment::{Assignment, AssignmentEvent},
    call::Call,
    catalog::short_name,
    incident::{Incident, IncidentEvent},
};
use siaga_proto::v1::TimelineEntry;
use siaga_store::{EventRow, MAX_KEYS, Store, StreamKey};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
};
use uuid::Uuid;

/// Events read at once.
const PAGE: u32 = 1_000;
/// Lines of one case at most; of a longer history the newest are shown.
const LINES_MAX: usize = 10_000;
/// Calls whose ringing and answering is shown; of more calls only that they are about the case.
const CALLS_MAX: usize = 100;
/// Recorded this much after it happened it counts as entered later, in ms.
const LATER_MS: i64 = 60_000;

/// What an event says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sentence {
    id: String,
    en: String,
    correction: bool,
    assignment_id: Option<Uuid>,
    unit_id: Option<Uuid>,
    photo_id: Option<Uuid>,
}

impl Sentence {
    fn new(id: impl Into<String>, en: impl Into<String>) -> Self {
        Self { id: id.into(), en: en.into(), ..Self::default() }
    }
}

/// Numbers of cases.
pub(crate) type Numbers = HashMap<Uuid, String>;

/// What sentences are made with.
pub(crate) struct Names<'a> {
    city: &'a City,
    loaded: &'a Loaded,
    /// Numbers of the duplicates.
    numbers: Numbers,
    /// The reader may see what people wrote.
    words: bool,
    /// Texts that the reader may see.
    texts: Cow<'a, HashMap<Uuid, String>>,
}

impl Names<'_> {
    /// An agency in Indonesian and in English.
    fn agency(&self, code: &str) -> (String, String) {
        match self.city.agencies.get(code) {
            Some(agency) => (agency.name_id.clone(), agency.name_en.clone()),
            None => (code.to_owned(), code.to_owned()),
        }
    }

    /// The same where every line begins with it: as the field writes its code.
    fn short_agency(&self, code: &str) -> String {
        short_name(code, self.city.agencies.get(code).map_or("", |agency| &agency.name_id))
    }

    /// A text after a colon, or nothing.
    fn text(&self, reference: Option<&PersonalRef>) -> String {
        let text = reference.and_then(|reference| self.texts.get(&reference.personal_id));
        text.map(|text| format!(": {text}")).unwrap_or_default()
    }

    /// The photo is still kept, and its reader may see it.
    fn has_photo(&self, id: Uuid) -> bool {
        let has_it = |case: &Incident| case.erased.is_none() && case.photo(id).is_some();
        self.words && self.loaded.incidents.values().any(|case| has_it(&case.state))
    }

    /// The number of another case that an event belongs to.
    fn number(&self, id: Uuid) -> Option<&str> {
        self.numbers.get(&id).map(String::as_str)
    }
}

/// The history of a case, duplicates and calls included, in the order recorded. For the centre, which may see what
/// people wrote.
///
/// # Errors
/// SIAGA-1900, SIAGA-1901 when it cannot be read.
pub(crate) async fn of_incident(context: &Context, incident_id: Uuid) -> Result<Vec<TimelineEntry>, SiagaError> {
    let wanted = Wanted { incidents: [incident_id].into(), ..Wanted::default() };
    let loaded = Loaded::load(context, &wanted, 0, Histories::None).await?;
    entries(&*context.store, &context.city(), &loaded, incident_id, true).await
}

/// The same with what is loaded already: the case with its assignments. `words` says that the reader may see what
/// people wrote.
///
/// # Errors
/// SIAGA-1900, SIAGA-1901 when it cannot be read.
pub(crate) async fn entries(
    store: &dyn Store,
    city: &City,
    loaded: &Loaded,
    incident_id: Uuid,
    words: bool,
) -> Result<Vec<TimelineEntry>, SiagaError> {
    let Some(case) = loaded.incidents.get(&incident_id) else { return Ok(Vec::new()) };
    let (events, numbers) = events(store, incident_id, &case.state).await?;
    let texts = if words { texts(store, &events).await? } else { HashMap::new() };
    let names = Names { city, loaded, numbers, words, texts: Cow::Owned(texts) };
    let mut entries = Vec::with_capacity(events.len());
    for event in &events {
        entries.extend(entry(&names, incident_id, event)?);
    }
    Ok(entries)
}

/// One event beside the case it belongs to, with the names and the texts of what is loaded; none for an event that is
/// no part of a history.
///
/// # Errors
/// SIAGA-1900 when the event is not understood.
pub(crate) fn line(city: &City, loaded: &Loaded, event: &EventRow) -> Result<Option<TimelineEntry>, SiagaError> {
    let names = Names { city, loaded, numbers: Numbers::new(), words: true, texts: Cow::Borrowed(&loaded.personal) };
    entry(&names, event.incident_id.unwrap_or_default(), event)
}

/// The events of a case, of the duplicates it took over, of theirs, and of its calls, in order.
///
/// # Errors
/// SIAGA-1900, SIAGA-1901 when they cannot be read.
pub(crate) async fn events(
    store: &dyn Store,
    incident_id: Uuid,
    incident: &Incident,
) -> Result<(Vec<EventRow>, Numbers), SiagaError> {
    let mut events = BTreeMap::new();
    let mut numbers: Numbers = incident.merged.iter().cloned().collect();
    let mut cases: Vec<Uuid> = std::iter::once(incident_id).chain(numbers.keys().copied()).collect();
    let mut read = 0;
    while let Some(id) = cases.get(read).copied() {
        read += 1;
        for row in of_case(store, id).await? {
            if row.stream.kind == Incident::KIND
                && let IncidentEvent::DuplicateTaken { incident_id: taken, number, .. } =
                    from_log(&row.event_type, &row.data)?
                && !cases.contains(&taken)
            {
                cases.push(taken);
                numbers.insert(taken, number);
            }
            events.insert(row.position, row);
        }
        keep_newest(&mut events, LINES_MAX);
    }
    // Before a call belonged to the case its events belonged to none.
    for call_id in incident.calls.iter().take(CALLS_MAX) {
        let key = StreamKey::new(Call::KIND, call_id);
        let rows = store.events_of_stream(&key, 0, PAGE).await.map_err(store_error)?;
        events.extend(rows.into_iter().map(|row| (row.position, row)));
    }
    Ok((events.into_values().collect(), numbers))
}

/// The events of one case; of very many the newest.
async fn of_case(store: &dyn Store, id: Uuid) -> Result<Vec<EventRow>, SiagaError> {
    let mut events = BTreeMap::new();
    let mut after = 0;
    loop {
        let rows = store.events_of_incident(id, after, PAGE).await.map_err(store_error)?;
        let full = rows.len() == PAGE as usize;
        after = rows.last().map_or(after, |row| row.position);
        events.extend(rows.into_iter().map(|row| (row.position, row)));
        keep_newest(&mut events, LINES_MAX);
        if !full {
            return Ok(events.into_values().collect());
        }
    }
}

/// Keeps so many events. Alarms go first: one that comes and goes for days must not push the case itself out, which a
/// report without alarms would then show as empty.
fn keep_newest(events: &mut BTreeMap<u64, EventRow>, max: usize) {
    let excess = events.len().saturating_sub(max);
    if excess == 0 {
        return;
    }
    let alarms = events.values().filter(|event| event.stream.kind == Alarm::KIND).map(|event| event.position);
    let alarms: Vec<u64> = alarms.take(excess).collect();
    for position in alarms {
        events.remove(&position);
    }
    while events.len() > max {
        events.pop_first();
    }
}

/// The notes that the events name, as far as they are kept.
async fn texts(store: &dyn Store, events: &[EventRow]) -> Result<HashMap<Uuid, String>, SiagaError> {
    let mut ids = BTreeSet::new();
    for event in events {
        let note = match event.stream.kind.as_str() {
            Incident::KIND => match from_log(&event.event_type, &event.data)? {
                IncidentEvent::NoteAdded { text } => Some(text),
                _ => None,
            },
            Assignment::KIND => match from_log(&event.event_type, &event.data)? {
                AssignmentEvent::StepReached { note, .. } => note,
                AssignmentEvent::MessageSent { text, .. } => Some(text),
                _ => None,
            },
            _ => None,
        };
        ids.extend(note.map(|note| note.personal_id));
    }
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut texts = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(MAX_KEYS) {
        let rows = store.personal(chunk).await.map_err(store_error)?;
        texts.extend(rows.into_iter().map(|row| (row.id, row.content)));
    }
    Ok(texts)
}

fn entry(names: &Names<'_>, incident_id: Uuid, event: &EventRow) -> Result<Option<TimelineEntry>, SiagaError> {
    let meta = history::meta(event)?;
    let Some(mut sentence) = sentence(names, &meta.actor.label, event)? else { return Ok(None) };
    let other = event.incident_id.filter(|id| *id != incident_id).and_then(|id| names.number(id));
    if let Some(number) = other {
        sentence.id = format!("({number}) {}", sentence.id);
        sentence.en = format!("({number}) {}", sentence.en);
    }
    if let Some(said) = &meta.actor.on_behalf {
        let (id, en) = on_behalf(said);
        sentence.id = with_bracket(&sentence.id, &id);
        sentence.en = with_bracket(&sentence.en, &en);
    }
    Ok(Some(TimelineEntry {
        position: event.position,
        event: event.event_type.clone(),
        occurred_at: Some(convert::timestamp(meta.occurred_at)),
        recorded_at: Some(convert::timestamp(meta.recorded_at)),
        by: Some(common::actor(&meta.actor)),
        text_id: sentence.id,
        text_en: sentence.en,
        assignment_id: common::id_text(sentence.assignment_id),
        unit_id: common::id_text(sentence.unit_id),
        correction: sentence.correction || is_late(&meta),
        // A photo that was erased leaves its line, without a way to it.
        photo_id: common::id_text(sentence.photo_id.filter(|id| names.has_photo(*id))),
    }))
}

/// `by` is the post that did it. It stands beside the sentence, which names it only where it is somebody else.
fn sentence(names: &Names<'_>, by: &str, event: &EventRow) -> Result<Option<Sentence>, SiagaError> {
    let (kind, data) = (event.event_type.as_str(), &event.data);
    Ok(match event.stream.kind.as_str() {
        Call::KIND => Some(call::sentence(by, &from_log(kind, data)?)),
        Incident::KIND => Some(incident::sentence(names, by, &from_log(kind, data)?)),
        Assignment::KIND => {
            let id = crate::views::load::uuid(&event.stream)?;
            Some(assignment::sentence(names, id, &from_log(kind, data)?))
        }
        Alarm::KIND => alarm::sentence(names, by, &event.stream.id, &from_log(kind, data)?),
        _ => None,
    })
}

fn is_late(meta: &EventMeta) -> bool {
    meta.recorded_at.ms_since(meta.occurred_at) > LATER_MS
}

fn on_behalf(said: &OnBehalf) -> (String, String) {
    let (id, en) = match said.channel {
        Channel::Telephone => ("telepon", "telephone"),
        Channel::Radio => ("radio", "radio"),
        Channel::InPerson => ("tatap muka", "face to face"),
    };
    let contact = &said.contact;
    (format!("via {id}, disampaikan oleh {contact}"), format!("by {en}, as told by {contact}"))
}

/// Puts a remark before the full stop.
fn with_bracket(sentence: &str, remark: &str) -> String {
    match sentence.strip_suffix('.') {
        Some(words) => format!("{words} ({remark})."),
        None => format!("{sentence} ({remark})"),
    }
}

/// Somebody other than the one who did it, after a word; or nothing.
fn unless(by: &str, label: &str, word: &str) -> String {
    if label == by || label.is_empty() { String::new() } else { format!(" {word} {label}") }
}

/// A reason after a colon, or nothing.
fn because(reason: &str) -> String {
    if reason.is_empty() { String::new() } else { format!(": {reason}") }
}
