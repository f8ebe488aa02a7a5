//! GetReplay: the boards as they were, of an hour or of one case. Each page that is read is noted in the log, before it
//! is shown.

use super::Reading;
use crate::{
    Core,
    access::Caller,
    command::account_of,
    context::store_error,
    convert,
    replay::{self, Scope},
    writer::Lane,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use siaga_domain::{SiagaError, Timestamp, account::AccountEvent, limits};
use siaga_proto::v1;

/// The longest stretch, in ms: 6 hours.
const LENGTH_MS_MAX: i64 = 6 * 3_600_000;
/// Events told in one page.
const EVENTS_A_PAGE: u32 = 1_000;
/// The usual stretch, in ms.
const HOUR_MS: i64 = 3_600_000;

/// A page of a replay.
///
/// # Errors
/// SIAGA-1001 naming the field that is not acceptable, SIAGA-1002 when there is no such case, SIAGA-1908 when too many
/// replays are being made.
pub(crate) async fn get_replay(
    core: &Core,
    who: &Caller,
    request: v1::GetReplayRequest,
) -> Result<v1::GetReplayResponse, SiagaError> {
    let place = place(&request.page_token)?;
    let scope = scope(core, &request, place).await?;
    let event = AccountEvent::ReplayRead {
        incident_id: scope.case.as_ref().map(|(id, _)| *id),
        from: scope.from,
        to: scope.to,
    };
    let reading = Reading { account_id: account_of(who)?, event };
    core.writer.internal_as(Lane::Routine, who.clone(), reading).await?;
    let (mut reply, next) = replay::page(&core.context, &scope, place.map(|place| place.after), EVENTS_A_PAGE).await?;
    let token = |after| token(&Place { from: scope.from, to: scope.to, after });
    reply.next_page_token = next.map(token).unwrap_or_default();
    Ok(reply)
}

async fn scope(core: &Core, request: &v1::GetReplayRequest, place: Option<Place>) -> Result<Scope, SiagaError> {
    let case = case(core, request).await?;
    if let Some(Place { from, to, .. }) = place {
        if case.is_none() {
            stretch(from, to)?;
        }
        return Ok(Scope { case, from, to });
    }
    if let Some((id, number)) = case {
        return replay::scope_of_case(&core.context, id, number).await;
    }
    let now = core.context.now();
    let from = convert::time("from", request.from)?.ok_or_else(|| {
        SiagaError::invalid("from", "Pilih awal waktu atau sebuah kejadian.", "Choose a beginning or an incident.")
    })?;
    let to = convert::time("to", request.to)?.unwrap_or_else(|| from.plus_ms(HOUR_MS)).min(now);
    stretch(from, to)?;
    Ok(Scope { case: None, from, to })
}

fn stretch(from: Timestamp, to: Timestamp) -> Result<(), SiagaError> {
    if from >= to || to.ms_since(from) > LENGTH_MS_MAX {
        return Err(SiagaError::invalid(
            "from",
            "Pilih rentang yang sudah lewat, paling lama 6 jam, awal sebelum akhir.",
            "Choose a time that has passed, at most 6 hours, the beginning before the end.",
        ));
    }
    Ok(())
}

async fn case(core: &Core, request: &v1::GetReplayRequest) -> Result<Option<(uuid::Uuid, String)>, SiagaError> {
    let store = &core.context.background;
    let missing = || SiagaError::not_found("Kejadian", "The incident");
    if let Some(id) = convert::optional_id("incident_id", &request.incident_id)? {
        let query = siaga_store::IncidentQuery {
            incident_ids: Some(vec![id]),
            limit: 1,
            ..siaga_store::IncidentQuery::default()
        };
        let found = store.search_incidents(&query).await.map_err(store_error)?.rows.into_iter().next();
        return found.map(|row| Some((id, row.number))).ok_or_else(missing);
    }
    if request.number.is_empty() {
        return Ok(None);
    }
    let number = limits::required("number", &request.number, limits::REFERENCE_CHARS)?.to_uppercase();
    let found = store.incident_by_number(&number).await.map_err(store_error)?;
    found.map(|row| Some((row.incident_id, row.number))).ok_or_else(missing)
}

/// Where a page begins: the stretch as it was at the first page, and the last position told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    from: Timestamp,
    to: Timestamp,
    after: u64,
}

fn token(place: &Place) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}.{}.{}", place.from.unix_ms(), place.to.unix_ms(), place.after))
}

fn place(token: &str) -> Result<Option<Place>, SiagaError> {
    if token.is_empty() {
        return Ok(None);
    }
    let read = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        let mut parts = text.splitn(3, '.');
        let mut time = || {
            let ms: i64 = parts.next()?.parse().ok()?;
            (0..=253_402_300_799_999).contains(&ms).then(|| Timestamp::from_unix_ms(ms))
        };
        let (from, to) = (time()?, time()?);
        Some(Place { from, to, after: parts.next()?.parse().ok()? })
    };
    let wrong = || SiagaError::invalid("page_token", "Ulangi dari awal.", "Begin again.");
    read().map(Some).ok_or_else(wrong)
}
