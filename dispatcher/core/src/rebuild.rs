//! Read models made afresh from the log, and compared with the live ones: the log is the truth, and this proves it.

use crate::{context::store_error, history, statistics::facts::fact_of, work::index_row};
use serde_json::Value;
use siaga_domain::{
    Aggregate, SiagaError, account::Account, alarm::Alarm, assignment::Assignment, call::Call, catalog::Catalog,
    incident::Incident, number_series::NumberSeries, unit::Unit,
};
use siaga_store::{
    EventRow, Fact, FactPage, IncidentIndexRow, IncidentQuery, ReadModelBatch, Store, StreamKey, StreamRow, Timestamp,
};
use std::{
    any::Any,
    collections::{BTreeMap, BTreeSet},
};
use uuid::Uuid;

/// Events or rows read or written at once.
const PAGE: u32 = 1000;

/// Every kind of stream there is. A new aggregate is added here; a log that holds a kind without a line here is
/// refused, and a test fails.
const KINDS: &[Kind] = &[
    kind::<Call>(),
    kind::<Incident>(),
    kind::<Assignment>(),
    kind::<Unit>(),
    kind::<Account>(),
    kind::<Alarm>(),
    kind::<Catalog>(),
    kind::<NumberSeries>(),
];

/// How the streams of one kind are folded.
struct Kind {
    name: &'static str,
    fresh: fn() -> Box<dyn Folded>,
}

const fn kind<A: Aggregate>() -> Kind {
    Kind { name: A::KIND, fresh: || Box::new(A::default()) }
}

/// A state of any aggregate.
trait Folded: Send {
    fn take(&mut self, row: &EventRow) -> Result<(), SiagaError>;
    fn open(&self) -> bool;
    fn incident_id(&self, own_id: &str) -> Option<Uuid>;
    fn state(&self) -> Result<Value, SiagaError>;
    fn index(&self, key: &StreamKey) -> Option<IncidentIndexRow>;
    fn fact(&self, key: &StreamKey) -> Option<Fact>;
}

impl<A: Aggregate> Folded for A {
    fn take(&mut self, row: &EventRow) -> Result<(), SiagaError> {
        history::apply(self, row)
    }

    fn open(&self) -> bool {
        self.is_open()
    }

    fn incident_id(&self, own_id: &str) -> Option<Uuid> {
        self.incident(own_id)
    }

    fn state(&self) -> Result<Value, SiagaError> {
        serde_json::to_value(self).map_err(|error| SiagaError::internal(error.to_string()))
    }

    fn index(&self, key: &StreamKey) -> Option<IncidentIndexRow> {
        (self as &dyn Any).downcast_ref::<Incident>().and_then(|incident| index_row(key, incident))
    }

    fn fact(&self, key: &StreamKey) -> Option<Fact> {
        fact_of(key, self)
    }
}

struct Stream {
    version: u64,
    position: u64,
    folded: Box<dyn Folded>,
}

/// What the log comes to.
#[derive(Default)]
struct Models {
    streams: BTreeMap<StreamKey, Stream>,
    events: u64,
}

/// What a rebuild did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebuilt {
    /// Events read.
    pub events: u64,
    /// Streams written.
    pub streams: u64,
    /// Incidents in the index.
    pub incidents: u64,
    /// Personal rows in the word index.
    pub words: u64,
}

/// Something that the live read models have otherwise than the log says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Stream, or the index row of an incident.
    pub what: String,
    /// In which way.
    pub how: String,
}

/// Makes the read models anew from the whole log. No server may run. `on_progress` is told the position reached and
/// the head's.
///
/// # Errors
/// SIAGA-1900 when the log holds what this version does not know, before anything is changed; SIAGA-1901 when the
/// store fails, after which it must be run again.
pub async fn rebuild(store: &dyn Store, on_progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Rebuilt, SiagaError> {
    let models = fold(store, on_progress).await?;
    store.clear_read_models().await.map_err(store_error)?;
    let mut rebuilt = Rebuilt { events: models.events, streams: 0, incidents: 0, words: 0 };
    let mut batch = ReadModelBatch::default();
    let last = models.streams.len();
    for (written, (key, stream)) in models.streams.into_iter().enumerate() {
        batch.incidents.extend(stream.folded.index(&key));
        batch.facts.extend(stream.folded.fact(&key));
        batch.streams.push(row(key, &stream)?);
        if batch.streams.len() == PAGE as usize || written + 1 == last {
            rebuilt.streams += batch.streams.len() as u64;
            rebuilt.incidents += batch.incidents.len() as u64;
            store.write_read_models(&batch).await.map_err(store_error)?;
            batch = ReadModelBatch::default();
        }
    }
    rebuilt.words = store.rebuild_words().await.map_err(store_error)?;
    Ok(rebuilt)
}

/// Compares the live read models with what the log says. No server may write meanwhile.
///
/// # Errors
/// SIAGA-1900 when the log holds what this version does not know, SIAGA-1901 when the store fails.
pub async fn compare(store: &dyn Store) -> Result<Vec<Difference>, SiagaError> {
    let models = fold(store, &|_, _| {}).await?;
    let mut differences = Vec::new();
    let mut live = BTreeSet::new();
    for kind in KINDS {
        let mut after: Option<String> = None;
        loop {
            let rows = store.list_streams(kind.name, false, after.as_deref(), PAGE).await.map_err(store_error)?;
            for found in &rows {
                live.insert(found.key.clone());
                match models.streams.get(&found.key) {
                    Some(stream) => compare_streams(&row(found.key.clone(), stream)?, found, &mut differences),
                    None => differences.push(different(&found.key, "is not in the log")),
                }
            }
            match rows.last() {
                Some(last) if rows.len() == PAGE as usize => after = Some(last.key.id.clone()),
                _ => break,
            }
        }
    }
    let missing = models.streams.keys().filter(|key| !live.contains(key));
    differences.extend(missing.map(|key| different(key, "is missing")));
    compare_index(store, &models, &mut differences).await?;
    compare_facts(store, &models, &mut differences).await?;
    Ok(differences)
}

fn different(what: &StreamKey, how: &str) -> Difference {
    Difference { what: what.to_string(), how: how.to_owned() }
}

fn compare_streams(expected: &StreamRow, found: &StreamRow, differences: &mut Vec<Difference>) {
    let checks = [
        (expected.version == found.version, "version"),
        (expected.position == found.position, "position"),
        (expected.open == found.open, "open"),
        (expected.incident_id == found.incident_id, "incident"),
        (expected.state == found.state, "state"),
    ];
    let wrong: Vec<&str> = checks.iter().filter(|(same, _)| !same).map(|(_, name)| *name).collect();
    if !wrong.is_empty() {
        differences.push(different(&expected.key, &format!("differs in {}", wrong.join(", "))));
    }
}

async fn compare_index(
    store: &dyn Store,
    models: &Models,
    differences: &mut Vec<Difference>,
) -> Result<(), SiagaError> {
    let mut expected: BTreeMap<Uuid, IncidentIndexRow> = models
        .streams
        .iter()
        .filter_map(|(key, stream)| stream.folded.index(key))
        .map(|row| (row.incident_id, row))
        .collect();
    let mut query = IncidentQuery { include_sensitive: true, limit: PAGE, ..IncidentQuery::default() };
    loop {
        let page = store.search_incidents(&query).await.map_err(store_error)?;
        for found in page.rows {
            let what = format!("index of {}", found.number);
            match expected.remove(&found.incident_id) {
                Some(row) if row == found => {}
                Some(_) => differences.push(Difference { what, how: "differs".into() }),
                None => differences.push(Difference { what, how: "is not in the log".into() }),
            }
        }
        match page.next {
            Some(next) => query.after = Some(next),
            None => break,
        }
    }
    differences.extend(
        expected
            .into_values()
            .map(|row| Difference { what: format!("index of {}", row.number), how: "is missing".into() }),
    );
    Ok(())
}

/// Every fact in the store, in pages.
async fn facts(store: &dyn Store) -> Result<Vec<Fact>, SiagaError> {
    let (from, to) = (Timestamp::from_unix_ms(i64::MIN), Timestamp::from_unix_ms(i64::MAX));
    let mut page = FactPage { from, to, after: None, limit: PAGE };
    let mut facts = Vec::new();
    loop {
        let calls = store.call_facts(&page).await.map_err(store_error)?;
        page.after = calls.last().map(|call| (call.ringing_at, call.call_id));
        let full = calls.len() == PAGE as usize;
        facts.extend(calls.into_iter().map(Fact::Call));
        if !full {
            break;
        }
    }
    page.after = None;
    loop {
        let cases = store.case_facts(&page).await.map_err(store_error)?;
        page.after = cases.last().map(|case| (case.opened_at, case.incident_id));
        let ids: Vec<Uuid> = cases.iter().map(|case| case.incident_id).collect();
        facts.extend(cases.into_iter().map(|case| Fact::Case(Box::new(case))));
        let assignments = store.assignment_facts(&ids).await.map_err(store_error)?;
        facts.extend(assignments.into_iter().map(|fact| Fact::Assignment(Box::new(fact))));
        if ids.len() < PAGE as usize {
            return Ok(facts);
        }
    }
}

async fn compare_facts(
    store: &dyn Store,
    models: &Models,
    differences: &mut Vec<Difference>,
) -> Result<(), SiagaError> {
    let mut expected: BTreeMap<Uuid, Fact> = models
        .streams
        .iter()
        .filter_map(|(key, stream)| stream.folded.fact(key))
        .map(|fact| (fact.id(), fact))
        .collect();
    let what = |fact: &Fact| format!("statistics of {}", fact.id());
    for found in facts(store).await? {
        match expected.remove(&found.id()) {
            Some(fact) if fact == found => {}
            Some(_) => differences.push(Difference { what: what(&found), how: "differ".into() }),
            None => differences.push(Difference { what: what(&found), how: "are not in the log".into() }),
        }
    }
    differences.extend(expected.into_values().map(|fact| Difference { what: what(&fact), how: "are missing".into() }));
    Ok(())
}

fn row(key: StreamKey, stream: &Stream) -> Result<StreamRow, SiagaError> {
    Ok(StreamRow {
        version: stream.version,
        position: stream.position,
        open: stream.folded.open(),
        incident_id: stream.folded.incident_id(&key.id),
        state: stream.folded.state()?,
        key,
    })
}

async fn fold(store: &dyn Store, on_progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Models, SiagaError> {
    let head = store.head().await.map_err(store_error)?.position;
    let mut models = Models::default();
    let mut position = 0;
    loop {
        let events = store.events_after(position, PAGE).await.map_err(store_error)?;
        let Some(last) = events.last() else { return Ok(models) };
        position = last.position;
        for event in &events {
            models.take(event)?;
        }
        on_progress(position, head.max(position));
    }
}

impl Models {
    fn take(&mut self, row: &EventRow) -> Result<(), SiagaError> {
        let kind = KINDS.iter().find(|kind| kind.name == row.stream.kind).ok_or_else(|| {
            SiagaError::internal(format!("event {}: nothing is known of {} streams", row.position, row.stream.kind))
        })?;
        let stream = self.streams.entry(row.stream.clone()).or_insert_with(|| Stream {
            version: 0,
            position: 0,
            folded: (kind.fresh)(),
        });
        stream.folded.take(row)?;
        stream.version = row.version;
        stream.position = row.position;
        self.events += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
