//! SearchIncidents: by words, number, telephone, place, type, state and time, newest first, beside the emergencies'
//! connections. Cases of sensitive types are masked, and not found by what is masked.

use super::{limit, limit_text};
use crate::{
    Core,
    access::{Caller, sight::Reader},
    context::store_error,
    convert,
    views::{
        Views,
        load::{Histories, Loaded, Wanted},
        presence::Online,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use siaga_domain::{SiagaError, Timestamp, incident::IncidentState, limits, number_series::case_number};
use siaga_proto::v1;
use siaga_store::{IncidentCursor, IncidentQuery, MAX_SEARCH_WORDS, Store, split_words};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Days back in which a number said without its day is looked for.
const NUMBER_DAYS: i64 = 31;
/// Digits that are the end of a number rather than its day.
const LAST_DIGITS_MAX: usize = 7;
/// Calls and cases of one telephone number that are looked through.
const PHONE_ROWS: u32 = 1_000;

/// Incidents that fit all that is asked, newest first.
///
/// # Errors
/// SIAGA-1001 naming the field that is not acceptable.
pub(crate) async fn search_incidents(
    core: &Core,
    _: &Caller,
    request: v1::SearchIncidentsRequest,
) -> Result<v1::SearchIncidentsResponse, SiagaError> {
    let store = &*core.context.background;
    let query = query(core, store, &request).await?;
    let sensitive_type = |code: &String| core.context.city().types.get(code).is_some_and(|kind| kind.sensitive);
    if query.type_code.as_ref().is_some_and(sensitive_type) {
        // Which of the masked cases are of this type is just what the mask hides.
        return Ok(v1::SearchIncidentsResponse::default());
    }
    let head = store.head().await.map_err(store_error)?;
    let page = store.search_incidents(&query).await.map_err(store_error)?;
    let hidden = |sensitive: bool| sensitive && !request.phone.is_empty();
    let found: Vec<Uuid> = page.rows.iter().filter(|row| !hidden(row.sensitive)).map(|row| row.incident_id).collect();
    let wanted = Wanted { incidents: found.iter().copied().collect(), ..Wanted::default() };
    let loaded = Loaded::load_from(store, &wanted, head.position, Histories::None).await?;
    let online = Online::now(&core.context).await?;
    let views = Views::new(&core.context, &loaded, &online);
    Ok(v1::SearchIncidentsResponse {
        incidents: found.into_iter().filter_map(|id| views.incident(id, &Reader::Board)).collect(),
        next_page_token: page.next.map(token).unwrap_or_default(),
    })
}

async fn query(
    core: &Core,
    store: &dyn Store,
    request: &v1::SearchIncidentsRequest,
) -> Result<IncidentQuery, SiagaError> {
    let words = limit_text("words", &request.words)?;
    if words.as_deref().is_some_and(|words| split_words(words).len() > MAX_SEARCH_WORDS) {
        return Err(SiagaError::invalid(
            "words",
            format!("Paling banyak {MAX_SEARCH_WORDS} kata."),
            format!("At most {MAX_SEARCH_WORDS} words."),
        ));
    }
    let mut query = IncidentQuery {
        words,
        type_code: limit_text("type_code", &request.type_code)?,
        kelurahan_code: limit_text("kelurahan_code", &request.kelurahan_code)?,
        status: state(request.state()).map(|state| state.name().to_owned()),
        opened_from: convert::time("opened_from", request.opened_from)?,
        opened_to: convert::time("opened_to", request.opened_to)?,
        after: after(&request.page_token)?,
        limit: limit(request.limit, 25, 100)?,
        ..IncidentQuery::default()
    };
    if let Some(number) = limit_text("number", &request.number)? {
        by_number(core, store, &number.to_uppercase(), &mut query).await?;
    }
    let phone = limits::text("phone", &request.phone, limits::NUMBER_CHARS)?;
    if !phone.is_empty() {
        let rows = store.personal_by_phone(&phone, PHONE_ROWS).await.map_err(store_error)?;
        let of_phone: BTreeSet<Uuid> = rows.into_iter().filter_map(|row| row.incident_id).collect();
        query.incident_ids = Some(match query.incident_ids.take() {
            Some(ids) => ids.into_iter().filter(|id| of_phone.contains(id)).collect(),
            None => of_phone.into_iter().collect(),
        });
    }
    Ok(query)
}

/// A number as people say it: whole or its beginning, without the city's letters, or only the last digits.
async fn by_number(core: &Core, store: &dyn Store, number: &str, query: &mut IncidentQuery) -> Result<(), SiagaError> {
    let config = &core.context.config;
    let Some(last_digits) = number.parse::<u64>().ok().filter(|_| number.len() <= LAST_DIGITS_MAX) else {
        let has_letters = number.chars().any(char::is_alphabetic);
        let prefix = if has_letters { number.to_owned() } else { format!("{}-{number}", config.number_prefix) };
        query.number_prefix = Some(prefix);
        return Ok(());
    };
    let now = core.context.now();
    let mut ids = Vec::new();
    for days in 0..NUMBER_DAYS {
        let day = now.plus_ms(-days * 24 * 3_600_000).day_at_offset(config.utc_offset_minutes);
        let number = case_number(&config.number_prefix, &day, last_digits);
        let found = store.incident_by_number(&number).await.map_err(store_error)?;
        ids.extend(found.map(|row| row.incident_id));
    }
    query.incident_ids = Some(ids);
    Ok(())
}

const fn state(state: v1::IncidentState) -> Option<IncidentState> {
    match state {
        v1::IncidentState::Unspecified => None,
        v1::IncidentState::Open => Some(IncidentState::Open),
        v1::IncidentState::Closed => Some(IncidentState::Closed),
        v1::IncidentState::Cancelled => Some(IncidentState::Cancelled),
        v1::IncidentState::Merged => Some(IncidentState::Merged),
    }
}

fn token(cursor: IncidentCursor) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}.{}", cursor.opened_at.unix_ms(), cursor.incident_id))
}

fn after(token: &str) -> Result<Option<IncidentCursor>, SiagaError> {
    if token.is_empty() {
        return Ok(None);
    }
    let read = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        let (opened_at, incident_id) = text.split_once('.')?;
        Some(IncidentCursor {
            opened_at: Timestamp::from_unix_ms(opened_at.parse().ok()?),
            incident_id: Uuid::parse_str(incident_id).ok()?,
        })
    };
    let wrong = || SiagaError::invalid("page_token", "Ulangi pencarian dari awal.", "Search again from the beginning.");
    read().map(Some).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_back_to_where_it_was_made_and_a_wrong_one_is_refused() {
        let cursor = IncidentCursor { opened_at: Timestamp::from_unix_ms(-5), incident_id: Uuid::from_u128(9) };
        assert_eq!(after(&token(cursor)).unwrap(), Some(cursor));
        assert_eq!(after("").unwrap(), None);
        for wrong in ["x", "%%%", "eA", &URL_SAFE_NO_PAD.encode("1.2"), &URL_SAFE_NO_PAD.encode([0xff, 0xfe])] {
            assert_eq!(after(wrong).unwrap_err().code, "SIAGA-1001", "{wrong}");
        }
    }
}
