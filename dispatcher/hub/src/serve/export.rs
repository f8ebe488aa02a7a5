//! `GET /hub/cases.csv` and `/hub/cases.geojson`: masked for everybody, page by page from the store, so that an export
//! of any size needs the memory of one page.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::Response;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::OwnedSemaphorePermit;

use super::query::{CaseQuery, LIMIT_MAX, parse};
use super::{admit, answer, mask};
use crate::access::KelurahanLookup;
use crate::problem::{Problem, TOO_MANY};
use crate::state::{HubState, Inner};
use crate::store::{CaseRow, Filter, SENSITIVE};

const COLUMNS: [&str; 16] = [
    "case_number",
    "type_code",
    "category",
    "priority",
    "status",
    "outcome",
    "kelurahan_code",
    "kecamatan_code",
    "opened_hour",
    "closed_hour",
    "agencies",
    "reopened",
    "victims_dead",
    "victims_injured",
    "victims_missing",
    "victims_evacuated",
];

pub(crate) async fn cases_csv(State(hub): State<HubState>, headers: HeaderMap, uri: Uri) -> Response {
    let result = export(hub.inner, Format::Csv, &headers, &uri).await;
    answer("cases.csv", result)
}

pub(crate) async fn cases_geojson(State(hub): State<HubState>, headers: HeaderMap, uri: Uri) -> Response {
    let result = export(hub.inner, Format::GeoJson, &headers, &uri).await;
    answer("cases.geojson", result)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Csv,
    GeoJson,
}

/// Where an export stands between two pages.
struct Progress {
    hub: Arc<Inner>,
    format: Format,
    filter: Filter,
    /// The last row that was given; 0 at the beginning.
    after: i64,
    done: bool,
    /// Held until the last byte is given or the client has gone.
    _permit: OwnedSemaphorePermit,
}

async fn export(hub: Arc<Inner>, format: Format, headers: &HeaderMap, uri: &Uri) -> Result<Response, Problem> {
    let (reader, permit) = admit(&hub, headers).await?;
    let query: CaseQuery = parse(uri)?;
    query.refuse_paging()?;
    let filter = query.filter(true)?;
    drop(permit);
    let permit = Arc::clone(&hub.exports).try_acquire_owned().map_err(|_| Problem::new(&TOO_MANY).retry_after(10))?;
    tracing::info!(account = reader.account, "masked export started");
    let mut progress = Progress { hub, format, filter, after: 0, done: false, _permit: permit };
    // The first page is read before the answer begins, so that a store that fails is still a 503.
    let first = progress.page(true).await.map_err(|error| Problem::database(&error))?;
    let pages = stream::try_unfold((Some(first), progress), next_page);
    let (media_type, name) = match format {
        Format::Csv => ("text/csv; charset=utf-8; header=present", "kasus.csv"),
        Format::GeoJson => ("application/geo+json", "kasus.geojson"),
    };
    let mut response = Response::new(Body::from_stream(pages));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")).expect("the file names are plain ASCII"),
    );
    Ok(response)
}

type Step = (Option<Vec<u8>>, Progress);

/// An error here breaks the connection off: a cut export must not look like a whole one.
async fn next_page((ready, mut progress): Step) -> Result<Option<(Vec<u8>, Step)>, sqlx::Error> {
    if let Some(page) = ready {
        return Ok(Some((page, (None, progress))));
    }
    if progress.done {
        return Ok(None);
    }
    let page = progress.page(false).await.inspect_err(|error| {
        tracing::error!(%error, "an export is broken off: the data hub's store fails");
    })?;
    Ok(Some((page, (None, progress))))
}

impl Progress {
    async fn page(&mut self, first: bool) -> Result<Vec<u8>, sqlx::Error> {
        let rows = self.hub.store.list(&self.filter, self.after, LIMIT_MAX).await?;
        self.done = (rows.len() as i64) < LIMIT_MAX;
        self.after = rows.last().map_or(self.after, |row| row.id);
        Ok(match self.format {
            Format::Csv => csv_page(&rows, first),
            Format::GeoJson => geojson_page(&rows, first, self.done, self.hub.kelurahan.as_ref()),
        })
    }
}

/// The cells of a case, masked, in the order of [`COLUMNS`].
fn cells(row: &CaseRow) -> [Value; 16] {
    let open = !row.sensitive;
    let shown = |value: &Option<String>| if open { json!(value) } else { json!(SENSITIVE) };
    let [dead, injured, missing, evacuated] = row.victims.map(|number| json!(number.filter(|_| open)));
    [
        if open { json!(row.case_number) } else { json!(SENSITIVE) },
        shown(&row.type_code),
        shown(&row.category),
        json!(row.priority.filter(|_| open)),
        json!(row.status),
        shown(&row.outcome),
        json!(row.kelurahan_code),
        json!(row.kecamatan_code),
        mask::hour_wib(row.opened_at_ms),
        row.closed_at_ms.map_or(Value::Null, mask::hour_wib),
        if open { json!(row.agencies) } else { json!([]) },
        json!(row.reopened && open),
        dead,
        injured,
        missing,
        evacuated,
    ]
}

fn csv_page(rows: &[CaseRow], first: bool) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let in_memory = "writing to memory does not fail, and all rows are as long as the header";
    if first {
        writer.write_record(COLUMNS).expect(in_memory);
    }
    for row in rows {
        let cells = cells(row).map(|cell| csv_cell(&cell));
        writer.write_record(cells).expect(in_memory);
    }
    writer.into_inner().expect(in_memory)
}

/// A cell as text. A spreadsheet takes text that begins with one of these characters for a formula; an apostrophe
/// before it makes it text.
fn csv_cell(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => {
            let texts: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
            texts.join("|")
        }
        other => other.to_string(),
    };
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{text}") } else { text }
}

fn geojson_page(rows: &[CaseRow], first: bool, last: bool, kelurahan: &dyn KelurahanLookup) -> Vec<u8> {
    let mut page = String::new();
    if first {
        page.push_str("{\"type\":\"FeatureCollection\",\"features\":[\n");
    }
    for (index, row) in rows.iter().enumerate() {
        if !first || index > 0 {
            page.push_str(",\n");
        }
        let properties: serde_json::Map<String, Value> =
            COLUMNS.iter().map(|&column| column.to_owned()).zip(cells(row)).collect();
        let point = row.kelurahan_code.as_deref().and_then(|code| kelurahan.label_point(code));
        let geometry = point.map(|point| json!({"type": "Point", "coordinates": [point.lon_deg, point.lat_deg]}));
        let feature = json!({"type": "Feature", "geometry": geometry, "properties": properties});
        page.push_str(&feature.to_string());
    }
    if last {
        page.push_str("\n]}\n");
    }
    page.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_taken_for_a_formula() {
        for text in ["=1+1", "+62", "-1", "@SUM(A1)", "\tx", "\rx"] {
            assert_eq!(csv_cell(&json!(text)), format!("'{text}"));
        }
        assert_eq!(csv_cell(&json!("kebakaran-bangunan")), "kebakaran-bangunan");
        assert_eq!(csv_cell(&json!(["damkar", "polres"])), "damkar|polres");
        assert_eq!(csv_cell(&Value::Null), "");
    }
}
