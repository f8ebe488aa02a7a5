//! SearchIncidents: by number, phone, words, place, type and time. Sensitive cases are found, but masked, and never by
//! their words.

use super::viewed;
use crate::{
    Core,
    access::{Caller, sight::Reader},
    context::store_error,
    convert,
    views::load::{Histories, Wanted},
};
use siaga_domain::{Aggregate, SiagaError, call::Call, limits};
use siaga_proto::v1;
use siaga_store::{IncidentCursor, IncidentQuery, StreamKey};
use std::collections::BTreeSet;
use uuid::Uuid;

const LIMIT: u32 = 25;
const LIMIT_MAX: u32 = 100;
/// Personal rows of one number that are followed to their cases.
const PHONE_ROWS_MAX: u32 = 1_000;

/// Incidents that fit all that is asked, newest first.
///
/// # Errors
/// SIAGA-1001 naming the field that is not acceptable.
pub(crate) async fn search_incidents(
    core: &Core,
    _: &Caller,
    request: v1::SearchIncidentsRequest,
) -> Result<v1::SearchIncidentsResponse, SiagaError> {
    let text = |field: &str, text: &str| {
        limits::text(field, text, limits::NAME_CHARS).map(|text| (!text.is_empty()).then_some(text))
    };
    let state = match request.state() {
        v1::IncidentState::Unspecified => None,
        v1::IncidentState::Open => Some("open".to_owned()),
        v1::IncidentState::Closed => Some("closed".to_owned()),
        v1::IncidentState::Cancelled => Some("cancelled".to_owned()),
        v1::IncidentState::Merged => Some("merged".to_owned()),
    };
    let incident_ids = match text("phone", &request.phone)? {
        Some(phone) => Some(of_phone(core, &phone).await?),
        None => None,
    };
    if incident_ids.as_ref().is_some_and(Vec::is_empty) {
        return Ok(v1::SearchIncidentsResponse::default());
    }
    let query = IncidentQuery {
        words: text("words", &request.words)?,
        number_prefix: text("number", &request.number)?.map(|number| number.to_uppercase()),
        incident_ids,
        opened_from: convert::time("opened_from", request.opened_from)?,
        opened_to: convert::time("opened_to", request.opened_to)?,
        type_code: text("type_code", &request.type_code)?,
        kelurahan_code: text("kelurahan_code", &request.kelurahan_code)?,
        status: state,
        after: cursor(&request.page_token)?,
        limit: if request.limit == 0 { LIMIT } else { request.limit.min(LIMIT_MAX) },
        ..IncidentQuery::default()
    };
    let page = core.context.background.search_incidents(&query).await.map_err(store_error)?;
    let found: Vec<Uuid> = page.rows.iter().map(|row| row.incident_id).collect();
    let wanted = Wanted { incidents: found.iter().copied().collect(), ..Wanted::default() };
    let incidents = viewed(&core.context, &wanted, Histories::None, |views| {
        found.iter().filter_map(|id| views.incident(*id, &Reader::Board)).collect()
    });
    Ok(v1::SearchIncidentsResponse {
        incidents: incidents.await?,
        next_page_token: page
            .next
            .map(|next| format!("{}.{}", next.opened_at.unix_ms(), next.incident_id))
            .unwrap_or_default(),
    })
}

/// The cases that a number is known in: its own fields' and its calls'.
async fn of_phone(core: &Core, phone: &str) -> Result<Vec<Uuid>, SiagaError> {
    let store = &core.context.background;
    let rows = store.personal_by_phone(phone, PHONE_ROWS_MAX).await.map_err(store_error)?;
    let mut ids: BTreeSet<Uuid> = rows.iter().filter_map(|row| row.incident_id).collect();
    let calls: Vec<StreamKey> = rows
        .iter()
        .filter(|row| row.incident_id.is_none() && row.subject_kind == Call::KIND)
        .map(|row| StreamKey::new(Call::KIND, row.subject_id))
        .collect();
    for row in store.load_streams(&calls).await.map_err(store_error)? {
        ids.extend(row.incident_id);
    }
    Ok(ids.into_iter().collect())
}

fn cursor(token: &str) -> Result<Option<IncidentCursor>, SiagaError> {
    if token.is_empty() {
        return Ok(None);
    }
    token
        .split_once('.')
        .and_then(|(at, id)| {
            Some(IncidentCursor {
                opened_at: siaga_domain::Timestamp::from_unix_ms(at.parse().ok()?),
                incident_id: Uuid::parse_str(id).ok()?,
            })
        })
        .map(Some)
        .ok_or_else(|| {
            SiagaError::invalid("page_token", "Halaman ini tidak dikenal. Cari lagi.", "The page is not known. Search again.")
        })
}
