//! The boards as they were: an hour of the centre, or one case, folded from the log by the domain's own state machines
//! and shown by the views of the live boards.
//!
//! A page begins with states as they were at a position ([`past`]): of most things the state of today, as nothing has
//! happened to them since, of the others the fold of their own events, never of the whole log. From there each event is
//! folded in, and what the boards showed differently after it is told ([`film`]). Which events those are say [`hour`]
//! and [`case`]. All of it runs on the connections of work that can wait.

mod case;
mod film;
mod hour;
mod past;
#[cfg(test)]
mod tests;
mod tracks;

use crate::{
    context::{Context, store_error},
    convert,
};
use film::Film;
use past::Past;
use siaga_domain::{ErrorKind, SiagaError, Timestamp};
use siaga_proto::v1;
use siaga_store::EventRow;
use tokio::sync::Semaphore;
use uuid::Uuid;

/// Events after which others get a turn.
const EVENTS_A_TURN: usize = 32;
/// Replays made at once; they are a supervisor's leisure, and a dispatch is not.
static MAKING: Semaphore = Semaphore::const_new(2);

/// What is replayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    /// One case alone, by id and number.
    pub(crate) case: Option<(Uuid, String)>,
    /// From here.
    pub(crate) from: Timestamp,
    /// Until before here.
    pub(crate) to: Timestamp,
}

/// A page before it is told.
struct Scene {
    /// The states at its beginning.
    past: Past,
    /// Its time.
    at: Timestamp,
    /// What comes then.
    events: Vec<EventRow>,
    /// Events of the pages up to its end, and of all.
    told: u64,
    total: u64,
}

/// From when to when a case is replayed.
///
/// # Errors
/// SIAGA-1901 when the store cannot be read.
pub(crate) async fn scope_of_case(context: &Context, id: Uuid, number: String) -> Result<Scope, SiagaError> {
    let (from, to) = case::window(context, id).await?;
    Ok(Scope { case: Some((id, number)), from, to })
}

/// A page of at most so many events: what comes after a position of the log; none: from the beginning, with the picture
/// there.
///
/// # Errors
/// SIAGA-1001 for more than can be folded at once, SIAGA-1908 when too many are being made, SIAGA-1901 when the store
/// cannot be read.
pub(crate) async fn page(
    context: &Context,
    scope: &Scope,
    after: Option<u64>,
    events_max: u32,
) -> Result<(v1::GetReplayResponse, Option<u64>), SiagaError> {
    let _turn = MAKING.try_acquire().map_err(|_| busy())?;
    let Scene { mut past, at, events, told, total } = match &scope.case {
        Some((id, _)) => case::scene(context, *id, scope, after, events_max).await?,
        None => hour::scene(context, scope, after, events_max).await?,
    };
    past.know(&*context.background, &events).await?;
    if after.is_some() {
        // The page before told them.
        past.points.clear();
    }
    let (mut film, entities) = Film::open(context, past, at);
    for (index, event) in events.iter().enumerate() {
        film.event(event)?;
        if index % EVENTS_A_TURN == 0 {
            tokio::task::yield_now().await;
        }
    }
    let next = events.last().filter(|_| told < total).map(|event| event.position);
    if next.is_none() {
        film.pass(scope.to);
    }
    let units = if after.is_none() { film.units() } else { Vec::new() };
    let (steps, points) = film.end();
    let tracks = tracks::tracks(context, &units, scope, points).await?;
    let (incident_id, incident_number) = scope.case.clone().unzip();
    let reply = v1::GetReplayResponse {
        from: Some(convert::timestamp(scope.from)),
        to: Some(convert::timestamp(scope.to)),
        entities: if after.is_none() { entities } else { Vec::new() },
        steps,
        tracks,
        next_page_token: String::new(),
        incident_id: incident_id.map(|id| id.to_string()).unwrap_or_default(),
        incident_number: incident_number.unwrap_or_default(),
        events_told: told,
        events: total,
    };
    Ok((reply, next))
}

/// The head of the log, as who has work that can wait sees it.
async fn head(context: &Context) -> Result<u64, SiagaError> {
    Ok(context.background.head().await.map_err(store_error)?.position)
}

/// SIAGA-1001: more than is folded at once.
fn too_much() -> SiagaError {
    SiagaError::invalid(
        "from",
        "Terlalu banyak untuk diputar ulang sekaligus. Pilih rentang yang lebih pendek.",
        "Too much to be replayed at once. Choose a shorter window.",
    )
}

/// SIAGA-1908: too many replays at once.
fn busy() -> SiagaError {
    SiagaError::new(
        "SIAGA-1908",
        ErrorKind::Exhausted,
        "Terlalu banyak putar ulang sedang disusun. Coba lagi sebentar.",
        "Too many replays are being made. Try again in a moment.",
    )
    .retry_after_ms(2_000)
}
