//! What a screen begins with: everything its audience may see, and the position from which changes follow.

use super::{Shared, compose, lock};
use crate::{
    access::sight::{BOARD_AFTER_END_MS, Reader},
    context::{Context, store_error},
    views::{
        Views, after_end_ms,
        load::{Histories, Loaded, Wanted},
        presence::Online,
    },
};
use siaga_domain::{
    Aggregate, SiagaError, account::Account, alarm::Alarm, assignment::Assignment, call::Call, incident::Incident,
    unit::Unit,
};
use siaga_proto::v1::Entity;
use siaga_store::{Head, StreamRow};
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use uuid::Uuid;

/// Streams read at once.
const PAGE: u32 = 1_000;
/// A snapshot serves all who ask for it within this time: after a lost network every screen of an agency comes at
/// once.
const FRESH: Duration = Duration::from_millis(250);

/// What an audience may see.
#[derive(Debug)]
pub(crate) struct Snapshot {
    /// Everything up to here is in it, and more may be.
    pub(crate) position: u64,
    /// The log of that position.
    pub(crate) log_id: Uuid,
    /// In the order to be drawn.
    pub(crate) entities: Vec<Entity>,
}

type Slot = Arc<tokio::sync::Mutex<Option<(Instant, Arc<Snapshot>)>>>;

/// The latest snapshots, by reader. There are as many as agencies and units.
#[derive(Default)]
pub(super) struct Shelf(Mutex<HashMap<Reader, Slot>>);

impl Shelf {
    fn slot(&self, reader: &Reader) -> Slot {
        let mut slots = lock(&self.0);
        slots.retain(|_, slot| {
            let is_fresh =
                |kept: &Option<(Instant, Arc<Snapshot>)>| kept.as_ref().is_some_and(|(made, _)| made.elapsed() < FRESH);
            slot.try_lock().map_or(true, |kept| is_fresh(&kept))
        });
        Arc::clone(slots.entry(reader.clone()).or_default())
    }

    /// Nothing made so far may be shown again.
    pub(super) fn clear(&self) {
        lock(&self.0).clear();
    }
}

pub(super) async fn snapshot(shared: &Shared, reader: &Reader) -> Result<Arc<Snapshot>, SiagaError> {
    let slot = shared.snapshots.slot(reader);
    let mut kept = slot.lock().await;
    if let Some((made, snapshot)) = &*kept
        && made.elapsed() < FRESH
    {
        return Ok(Arc::clone(snapshot));
    }
    let made = Instant::now();
    let snapshot = Arc::new(make(shared, reader).await?);
    *kept = Some((made, Arc::clone(&snapshot)));
    Ok(snapshot)
}

async fn make(shared: &Shared, reader: &Reader) -> Result<Snapshot, SiagaError> {
    let context = &shared.context;
    // Read before anything else: what changes from here on is told by the feed.
    let head = context.store.head().await.map_err(store_error)?;
    let online = Online::now(context).await?;
    let mut entities = match reader {
        Reader::Board | Reader::Full => board(shared, &head, &online).await?,
        Reader::Agency(_) | Reader::Unit(_) => own(shared, &head, &online, reader).await?,
    };
    if *reader == Reader::Board {
        entities.push(compose::parts(lock(&shared.parts).view()));
        entities.push(compose::viewers(lock(&shared.viewers).clone()));
    }
    Ok(Snapshot { position: head.position, log_id: head.log_id, entities })
}

async fn board(shared: &Shared, head: &Head, online: &Online) -> Result<Vec<Entity>, SiagaError> {
    let context = &shared.context;
    let mut loaded = Loaded { upto: head.position, ..Loaded::default() };
    for (kind, open_only) in
        [(Call::KIND, true), (Incident::KIND, true), (Unit::KIND, false), (Alarm::KIND, true), (Account::KIND, true)]
    {
        for row in all(context, kind, open_only).await? {
            loaded.take(row)?;
        }
    }
    let ended = lock(&shared.ended).younger_than(BOARD_AFTER_END_MS, context.now());
    let wanted = Wanted {
        calls: loaded.calls.keys().copied().collect(),
        incidents: loaded.incidents.keys().copied().chain(ended).collect(),
        units: loaded.units.keys().copied().collect(),
        alarms: loaded.alarms.keys().cloned().collect(),
        accounts: loaded.accounts.keys().copied().collect(),
        ..Wanted::default()
    };
    let loaded = loaded.complete(&*context.store, &wanted, Histories::Kept(&shared.phones)).await?;
    Ok(compose::board(&Views::new(context, &loaded, online), &wanted))
}

/// An agency's or a unit's assignments and units.
async fn own(shared: &Shared, head: &Head, online: &Online, reader: &Reader) -> Result<Vec<Entity>, SiagaError> {
    let context = &shared.context;
    let mut loaded = Loaded { upto: head.position, ..Loaded::default() };
    // Every case that may still be on a screen; of their assignments only the own ones are looked at further.
    let mut cases = Loaded { upto: head.position, ..Loaded::default() };
    for row in all(context, Incident::KIND, true).await? {
        cases.take(row)?;
    }
    let ended = lock(&shared.ended).younger_than(after_end_ms(&context.config), context.now());
    let incidents = cases.incidents.keys().copied().chain(ended).collect();
    cases = cases.with_assignments(&*context.store, incidents).await?;
    let is_own = |held: &Assignment| match reader {
        Reader::Agency(code) => held.agency == *code,
        Reader::Unit(id) => held.units.contains_key(id),
        Reader::Full | Reader::Board => false,
    };
    let assignments: BTreeSet<Uuid> =
        cases.assignments.iter().filter(|(_, row)| is_own(&row.state)).map(|(id, _)| *id).collect();
    let is_own_unit = |id: &Uuid, unit: &Unit| match reader {
        Reader::Agency(code) => unit.agency == *code,
        Reader::Unit(own) => id == own,
        Reader::Full | Reader::Board => false,
    };
    for row in all(context, Unit::KIND, false).await? {
        loaded.take(row)?;
    }
    loaded.units.retain(|id, row| is_own_unit(id, &row.state));
    let units: BTreeSet<Uuid> = loaded.units.keys().copied().collect();
    let wanted = Wanted { assignments, units, ..Wanted::default() };
    loaded.incidents = cases.incidents;
    loaded.assignments = cases.assignments;
    let loaded = loaded.complete(&*context.store, &wanted, Histories::None).await?;
    let views = Views::new(context, &loaded, online);
    let shown = wanted.assignments.iter().filter_map(|id| views.assignment(*id, reader));
    let mut entities: Vec<Entity> = shown.map(compose::assignment).collect();
    entities.extend(wanted.units.iter().filter_map(|id| views.unit(*id)).map(compose::unit));
    Ok(entities)
}

/// All streams of a kind, page by page.
async fn all(context: &Context, kind: &str, open_only: bool) -> Result<Vec<StreamRow>, SiagaError> {
    let mut rows: Vec<StreamRow> = Vec::new();
    loop {
        let after = rows.last().map(|row| row.key.id.clone());
        let page = context.store.list_streams(kind, open_only, after.as_deref(), PAGE).await.map_err(store_error)?;
        let last = page.len() < PAGE as usize;
        rows.extend(page);
        if last {
            return Ok(rows);
        }
    }
}
