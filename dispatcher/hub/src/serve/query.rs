//! Query parameters and the page cursor.

use axum::extract::Query;
use axum::http::Uri;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::check::is_code;
use crate::problem::{BAD_CURSOR, BAD_QUERY, Problem};
use crate::store::Filter;

pub(crate) const LIMIT_DEFAULT: i64 = 100;
pub(crate) const LIMIT_MAX: i64 = 500;
const CURSOR_PREFIX: &str = "hub1:";

/// The parameters of lists and exports. An unknown one is refused: a misspelt filter must not answer with everything.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseQuery {
    from: Option<String>,
    to: Option<String>,
    #[serde(rename = "type")]
    type_code: Option<String>,
    kelurahan: Option<String>,
    agency: Option<String>,
    status: Option<String>,
    limit: Option<String>,
    cursor: Option<String>,
}

/// The parameters of statistics.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PeriodQuery {
    from: Option<String>,
    to: Option<String>,
}

/// The parameters of one case.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HistoryQuery {
    after: Option<String>,
}

/// Reads the query part of an address.
pub(crate) fn parse<T: serde::de::DeserializeOwned>(uri: &Uri) -> Result<T, Problem> {
    Query::<T>::try_from_uri(uri)
        .map(|Query(query)| query)
        .map_err(|error| Problem::new(&BAD_QUERY).detail("Parameter tidak dikenal atau rusak.", error.to_string()))
}

fn bad(name: &str, what_id: &str, what_en: &str) -> Problem {
    Problem::new(&BAD_QUERY)
        .detail(
            format!("Parameter \"{name}\" harus {what_id}."),
            format!("The parameter \"{name}\" must be {what_en}."),
        )
        .with("parameter", name)
}

fn period(from: Option<&str>, to: Option<&str>, masked: bool) -> Result<Filter, Problem> {
    let filter = Filter { masked, ..Filter::default() };
    let filter = filter
        .between(from, to)
        .ok_or_else(|| bad("from, to", "waktu RFC 3339", "an RFC 3339 time (in an address + is written %2B)"))?;
    if filter.from_ms > filter.to_ms {
        return Err(bad("from", "tidak sesudah \"to\"", "no later than \"to\""));
    }
    Ok(filter)
}

fn code(name: &str, given: Option<&str>) -> Result<String, Problem> {
    match given {
        None | Some("") => Ok(String::new()),
        Some(code) if is_code(code) => Ok(code.to_owned()),
        Some(_) => Err(bad(name, "sebuah kode", "a code")),
    }
}

impl CaseQuery {
    pub(crate) fn filter(&self, masked: bool) -> Result<Filter, Problem> {
        let period = period(self.from.as_deref(), self.to.as_deref(), masked)?;
        Ok(Filter {
            type_code: code("type", self.type_code.as_deref())?,
            kelurahan_code: code("kelurahan", self.kelurahan.as_deref())?,
            agency_code: code("agency", self.agency.as_deref())?,
            status: code("status", self.status.as_deref())?,
            ..period
        })
    }

    /// 1 to 500.
    pub(crate) fn limit(&self) -> Result<i64, Problem> {
        let Some(text) = &self.limit else {
            return Ok(LIMIT_DEFAULT);
        };
        text.parse()
            .ok()
            .filter(|limit| (1..=LIMIT_MAX).contains(limit))
            .ok_or_else(|| bad("limit", "1 sampai 500", "1 to 500"))
    }

    /// The row to go on after; 0 without a cursor.
    pub(crate) fn after(&self) -> Result<i64, Problem> {
        match &self.cursor {
            None => Ok(0),
            Some(cursor) => read_cursor(cursor).ok_or_else(|| Problem::new(&BAD_CURSOR)),
        }
    }

    /// Exports give everything at once: paging has no meaning there.
    pub(crate) fn refuse_paging(&self) -> Result<(), Problem> {
        if self.limit.is_some() || self.cursor.is_some() {
            return Err(bad("limit, cursor", "kosong pada ekspor", "left out of an export"));
        }
        Ok(())
    }
}

impl PeriodQuery {
    /// Statistics never show a sensitive case's own time.
    pub(crate) fn filter(&self) -> Result<Filter, Problem> {
        period(self.from.as_deref(), self.to.as_deref(), true)
    }
}

impl HistoryQuery {
    pub(crate) fn after(&self) -> Result<i64, Problem> {
        let Some(text) = &self.after else {
            return Ok(0);
        };
        text.parse().ok().filter(|after| *after >= 0).ok_or_else(|| bad("after", "nomor urut", "a sequence number"))
    }
}

/// A cursor names a row of the hub and nothing about it.
pub(crate) fn write_cursor(row_id: i64) -> String {
    URL_SAFE_NO_PAD.encode(format!("{CURSOR_PREFIX}{row_id}"))
}

fn read_cursor(cursor: &str) -> Option<i64> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let text = std::str::from_utf8(&bytes).ok()?;
    let row_id = text.strip_prefix(CURSOR_PREFIX)?.parse().ok()?;
    (row_id > 0).then_some(row_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_and_nothing_else_passes_for_one() {
        assert_eq!(read_cursor(&write_cursor(42)), Some(42));
        for cursor in ["", "42", "aHViMTo", "!!", &write_cursor(0), &write_cursor(-1)] {
            assert_eq!(read_cursor(cursor), None, "{cursor}");
        }
    }

    #[test]
    fn a_misspelt_filter_is_refused() {
        let uri: Uri = "/hub/cases?kelurahn=61.72.01.1001".parse().unwrap();
        assert!(parse::<CaseQuery>(&uri).is_err());
        let uri: Uri = "/hub/cases?kelurahan=61.72.01.1001".parse().unwrap();
        assert!(parse::<CaseQuery>(&uri).is_ok());
    }
}
