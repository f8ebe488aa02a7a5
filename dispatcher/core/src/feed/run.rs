//! The task that reads the log and looks around.

use super::{
    At, Shared, Step,
    compose::{self, Changes},
    ended::Due,
    lock,
    touched::{Ending, Touched},
};
use crate::{
    access::sight::Reader,
    context::store_error,
    convert,
    views::{
        Views,
        load::{Histories, Loaded, Wanted},
        presence::Online,
        viewing,
    },
};
use futures_util::FutureExt;
use siaga_domain::{ErrorKind, SiagaError, Timestamp};
use siaga_proto::v1::{AudienceChange, EndedSession, FeedItem};
use siaga_store::{EventRow, UnitPosition};
use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::time::MissedTickBehavior;
use uuid::Uuid;

/// Events made into one item at most.
pub(super) const BATCH: u32 = 256;
/// How often the log is looked at when no signal comes.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Looks between two looks at what is not in the log: presence, positions, time itself.
const LOOKS_A_ROUND: u32 = 4;
/// Rounds between two words on all parts, whether anything changed or not: a screen that missed one gets the next.
const ROUNDS_A_WORD: u32 = 15;

/// Runs until it is stopped. A turn that fails is tried again; nothing is skipped by it.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut wake = shared.context.store.wake();
    let mut timer = tokio::time::interval(LOOK_EVERY);
    timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut around = Around::default();
    loop {
        let woken = async {
            if wake.changed().await.is_err() {
                // The store will not wake anybody any more; the timer does.
                std::future::pending::<()>().await;
            }
        };
        let ticked = tokio::select! {
            () = shared.stopping.cancelled() => return,
            () = woken => Ticked::Log,
            () = shared.signal.notified() => Ticked::Signal,
            _ = timer.tick() => Ticked::Timer,
        };
        let turn = AssertUnwindSafe(turn(&shared, &mut around, ticked)).catch_unwind();
        let result = turn.await.unwrap_or_else(|_| Err(SiagaError::internal("the feed panicked")));
        note_store(&shared, result);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ticked {
    Log,
    Signal,
    Timer,
}

/// What is remembered from one look around to the next.
#[derive(Default)]
struct Around {
    looks: u32,
    rounds: u32,
    /// When each unit was where it was last told to be.
    told: HashMap<Uuid, Timestamp>,
}

async fn turn(shared: &Shared, around: &mut Around, ticked: Ticked) -> Result<(), SiagaError> {
    read_on(shared).await?;
    if ticked == Ticked::Timer {
        around.looks += 1;
    }
    if around.looks >= LOOKS_A_ROUND || ticked == Ticked::Signal {
        let by_timer = ticked == Ticked::Timer;
        around.looks = if by_timer { 0 } else { around.looks };
        around.rounds += u32::from(by_timer);
        look_around(shared, around, by_timer).await?;
    }
    Ok(())
}

/// The boards see when the store does not answer, and when it does again.
fn note_store(shared: &Shared, result: Result<(), SiagaError>) {
    let up = match &result {
        Err(error) => {
            tracing::warn!(%error, private = error.private, "the feed could not read on");
            error.kind != ErrorKind::Unavailable
        }
        Ok(()) => true,
    };
    if lock(&shared.parts).set("store", up, 0, shared.context.now()) {
        let changes = vec![parts_change(shared)];
        publish_here(shared, changes);
    }
}

/// Reads everything that the log has beyond where the feed is.
async fn read_on(shared: &Shared) -> Result<(), SiagaError> {
    loop {
        let At { position, log_id } = *lock(&shared.at);
        let events = shared.context.store.events_after(position, BATCH).await.map_err(store_error)?;
        let Some(last) = events.last() else {
            return check_log(shared, log_id).await;
        };
        let to = last.position;
        forget_older(shared, &events);
        let touched = Touched::of(&events);
        before_telling(shared, &touched).await?;
        let item = if shared.steps.receiver_count() == 0 {
            None
        } else {
            Some(Arc::new(item_of(shared, &events, to, log_id).await?))
        };
        publish(shared, Step { after: position, position: to, item });
        if events.len() < BATCH as usize {
            return Ok(());
        }
    }
}

/// What another process wrote is read afresh by the next command; without this it would first run into a conflict.
fn forget_older(shared: &Shared, events: &[EventRow]) {
    let streams = &shared.context.streams;
    for event in events {
        if streams.peek(&event.stream).is_some_and(|entry| entry.version < event.version) {
            streams.remove(&event.stream);
        }
    }
}

/// What follows from a batch here, followers or not.
async fn before_telling(shared: &Shared, touched: &Touched) -> Result<(), SiagaError> {
    for ending in &touched.endings {
        match *ending {
            Ending::Account(account_id) | Ending::Revoked(account_id, _) => {
                shared.credentials.forget(account_id, None);
            }
            Ending::Session(account_id, session_id) => shared.credentials.forget(account_id, Some(session_id)),
        }
    }
    if touched.erased {
        shared.phones.clear();
        shared.snapshots.clear();
    }
    if touched.catalog
        && let Err(error) = shared.context.reload_city().await
    {
        if error.kind != ErrorKind::Internal {
            return Err(error);
        }
        // Names as they were are better than no live screens at all.
        tracing::error!(%error, private = error.private, "the imported catalog is not understood");
    }
    let mut ended = lock(&shared.ended);
    for (id, ended_at) in &touched.cases {
        ended.set(*id, *ended_at);
    }
    Ok(())
}

/// After a promotion the log is another one although the server runs on.
async fn check_log(shared: &Shared, log_id: Uuid) -> Result<(), SiagaError> {
    let head = shared.context.store.head().await.map_err(store_error)?;
    if head.log_id != log_id {
        tracing::warn!("the log is another one; followers start afresh");
        let after = {
            let mut at = lock(&shared.at);
            let after = at.position;
            *at = At { position: head.position, log_id: head.log_id };
            after
        };
        shared.snapshots.clear();
        *lock(&shared.ended) = super::ended::EndedCases::load(&shared.context).await?;
        // Whoever follows sees a step that does not begin where the log it knows ended, and asks who we are.
        let item = FeedItem { position: head.position, log_id: head.log_id.to_string(), ..FeedItem::default() };
        let step = Step { after, position: head.position, item: Some(Arc::new(item)) };
        // Nobody may follow just now.
        let _ = shared.steps.send(step);
    }
    Ok(())
}

/// One item from a batch of events. An event whose views cannot be made is left out, loudly, rather than holding up
/// all that come after it.
pub(super) async fn item_of(
    shared: &Shared,
    events: &[EventRow],
    upto: u64,
    log_id: Uuid,
) -> Result<FeedItem, SiagaError> {
    let started = Instant::now();
    let touched = Touched::of(events);
    let changes = match changes_of(shared, &touched, upto).await {
        Err(error) if error.kind == ErrorKind::Internal => changes_one_by_one(shared, events, upto).await?,
        result => result?,
    };
    let ended = ended_sessions(shared, &touched.endings).await?;
    metrics::histogram!("siaga_feed_batch_seconds").record(started.elapsed().as_secs_f64());
    Ok(FeedItem {
        position: upto,
        log_id: log_id.to_string(),
        changes,
        ended,
        server_time: Some(convert::timestamp(shared.context.now())),
    })
}

async fn changes_of(shared: &Shared, touched: &Touched, upto: u64) -> Result<Vec<AudienceChange>, SiagaError> {
    let histories = Histories::Refresh(&shared.phones);
    let loaded = Loaded::load(&shared.context, &touched.wanted, upto, histories).await?;
    let online = lock(&shared.online).clone();
    Ok(compose::changes(&Views::new(&shared.context, &loaded, &online), touched))
}

async fn changes_one_by_one(
    shared: &Shared,
    events: &[EventRow],
    upto: u64,
) -> Result<Vec<AudienceChange>, SiagaError> {
    let mut changes = Vec::new();
    for event in events {
        match changes_of(shared, &Touched::of(std::slice::from_ref(event)), upto).await {
            Ok(some) => changes.extend(some),
            Err(error) if error.kind == ErrorKind::Internal => {
                metrics::counter!("siaga_feed_left_out_total").increment(1);
                tracing::error!(position = event.position, private = error.private, "no view could be made");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(changes)
}

async fn ended_sessions(shared: &Shared, endings: &[Ending]) -> Result<Vec<EndedSession>, SiagaError> {
    let mut ended = Vec::new();
    let mut end = |account_id: Uuid, session_id: Option<Uuid>| {
        ended.push(EndedSession {
            account_id: account_id.to_string(),
            session_id: crate::views::common::id_text(session_id),
        });
    };
    for ending in endings {
        match *ending {
            Ending::Account(account_id) => end(account_id, None),
            Ending::Session(account_id, session_id) => end(account_id, Some(session_id)),
            Ending::Revoked(account_id, at) => {
                let sessions = shared.context.store.sessions_of_account(account_id).await.map_err(store_error)?;
                let revoked = sessions.iter().filter(|session| session.revoked_at == Some(at));
                revoked.for_each(|session| end(account_id, Some(session.id)));
            }
        }
    }
    Ok(ended)
}

/// What is not in the log: who is connected, where units are, how parts are, and what time alone changes.
async fn look_around(shared: &Shared, around: &mut Around, by_timer: bool) -> Result<(), SiagaError> {
    let context = &shared.context;
    let now = context.now();
    let online = Online::now(context).await?;
    let (hub_up, hub_waiting) = hub_state(shared).await?;
    let mut news = {
        let mut parts = lock(&shared.parts);
        let agencies = parts.set_online(&context.city(), &online, now);
        parts.set("hub", hub_up, hub_waiting, now) || agencies
    };
    *lock(&shared.online) = online;
    let viewers = viewing::now(context).await?;
    let mut others_look = std::mem::replace(&mut *lock(&shared.viewers), viewers.clone()) != viewers;
    if around.rounds >= ROUNDS_A_WORD {
        around.rounds = 0;
        news = true;
        others_look = true;
    }
    let mut changes = Changes::default();
    if news {
        changes.0.push(parts_change(shared));
    }
    if others_look {
        let entity = Some(compose::viewers(viewers));
        changes.0.push(AudienceChange { audience: Reader::Board.audience(), entity });
    }
    if by_timer {
        take_off(shared, now, &mut changes).await?;
        move_units(shared, around, &mut changes).await?;
    }
    if !changes.0.is_empty() {
        publish_here(shared, changes.0);
    }
    Ok(())
}

/// Whether the hub answers, and how many cases wait for it: it does not when one that waits was tried in vain. Read from
/// the store, as the delivery may run in another process.
async fn hub_state(shared: &Shared) -> Result<(bool, u32), SiagaError> {
    let hub = shared.context.store.hub_summary().await.map_err(store_error)?;
    Ok((!hub.failing, u32::try_from(hub.pending).unwrap_or(u32::MAX)))
}

/// Cases that ended long enough ago leave the screens.
async fn take_off(shared: &Shared, now: Timestamp, changes: &mut Changes) -> Result<(), SiagaError> {
    let due = lock(&shared.ended).due(now);
    if due.is_empty() {
        return Ok(());
    }
    shared.snapshots.clear();
    let incidents = due.iter().map(|(id, _)| *id).collect();
    let wanted = Wanted { incidents, ..Wanted::default() };
    let upto = lock(&shared.at).position;
    let loaded = Loaded::load(&shared.context, &wanted, upto, Histories::None).await?;
    let online = Online::default();
    let views = Views::new(&shared.context, &loaded, &online);
    for (id, due) in due {
        changes.take_off(&views, id, due == Due::Everywhere);
    }
    Ok(())
}

/// Units whose position is newer than what was told; at most once a round each.
async fn move_units(shared: &Shared, around: &mut Around, changes: &mut Changes) -> Result<(), SiagaError> {
    if shared.steps.receiver_count() == 0 {
        return Ok(());
    }
    let latest = shared.context.store.latest_positions(None).await.map_err(store_error)?;
    let is_news = |position: &&UnitPosition| around.told.get(&position.unit_id).is_none_or(|told| position.at > *told);
    let moved: Vec<UnitPosition> = latest.iter().filter(is_news).copied().collect();
    if moved.is_empty() {
        return Ok(());
    }
    let units = moved.iter().map(|position| position.unit_id).collect();
    let wanted = Wanted { units, ..Wanted::default() };
    let upto = lock(&shared.at).position;
    let loaded = Loaded::load(&shared.context, &wanted, upto, Histories::None).await?;
    let online = Online::default();
    let views = Views::new(&shared.context, &loaded, &online);
    for position in moved {
        changes.unit(&views, position.unit_id);
        around.told.insert(position.unit_id, position.at);
    }
    Ok(())
}

fn parts_change(shared: &Shared) -> AudienceChange {
    let view = lock(&shared.parts).view();
    AudienceChange { audience: Reader::Board.audience(), entity: Some(compose::parts(view)) }
}

/// Tells what has no place in the log of its own.
fn publish_here(shared: &Shared, changes: Vec<AudienceChange>) {
    let At { position, log_id } = *lock(&shared.at);
    let item = FeedItem {
        position,
        log_id: log_id.to_string(),
        changes,
        ended: Vec::new(),
        server_time: Some(convert::timestamp(shared.context.now())),
    };
    publish(shared, Step { after: position, position, item: Some(Arc::new(item)) });
}

fn publish(shared: &Shared, step: Step) {
    let mut at = lock(&shared.at);
    at.position = step.position;
    metrics::gauge!("siaga_feed_position").set(precise(step.position));
    // Nobody may follow just now; who comes under this lock reads on from the position.
    let _ = shared.steps.send(step);
}

/// Exact up to 2^53, which no log reaches.
#[allow(clippy::cast_precision_loss)]
const fn precise(position: u64) -> f64 {
    position as f64
}
