//! A hub to tell stories about, and events to send it.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use siaga_hub::webhook::{Signer, WebhookKey};
use siaga_hub::{HubAccess, HubConfig, HubDatabase, HubDenied, HubLimits, HubReader, HubState, LabelPoint};
use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;
use tower::ServiceExt;

pub(crate) const KEY: &str = "whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
pub(crate) const NEW_KEY: &str = "whsec_ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICA=";
pub(crate) const STRANGE_KEY: &str = "whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=";
/// 2026-11-22T08:00:00Z
pub(crate) const NOW_MS: i64 = 1_795_334_400_000;

/// What the header `x-reader` says about the reader.
struct ByHeader;

#[async_trait]
impl HubAccess for ByHeader {
    async fn reader(&self, headers: &HeaderMap) -> Result<HubReader, HubDenied> {
        let reader =
            |sees_unmasked| HubReader { account: headers["x-reader"].to_str().unwrap().to_owned(), sees_unmasked };
        match headers.get("x-reader").map(|value| value.as_bytes()) {
            Some(b"analyst") => Ok(reader(false)),
            Some(b"auditor") => Ok(reader(true)),
            Some(b"crew") => Err(HubDenied::Forbidden),
            Some(b"core-down") => Err(HubDenied::Unavailable),
            _ => Err(HubDenied::SignedOut),
        }
    }
}

pub(crate) struct TestHub {
    pub(crate) state: HubState,
    pub(crate) router: Router,
    pub(crate) now_ms: Arc<AtomicI64>,
    pub(crate) database: HubDatabase,
    /// Removed with the hub.
    pub(crate) folder: tempfile::TempDir,
}

/// An answer, its body read to the end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    /// Fails unless this is the problem with that status and code, in both languages.
    #[track_caller]
    pub(crate) fn is_problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        let kind = self.headers["content-type"].to_str().unwrap();
        assert!(kind.starts_with("application/problem+json"), "{kind}");
        let body = self.json();
        assert_eq!(body["code"], code, "{body}");
        assert_eq!(body["status"], status);
        for title in ["title", "title_en"] {
            assert!(body[title].as_str().is_some_and(|text| !text.is_empty()), "{body}");
        }
        body
    }

    #[track_caller]
    pub(crate) fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }
}

async fn new_postgres_database() -> HubDatabase {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let base = std::env::var("SIAGA_TEST_POSTGRES_URL")
        .expect("SIAGA_TEST_POSTGRES_URL is not set: run the tests as `scripts/with-postgres cargo nextest run`");
    let options = PgConnectOptions::from_str(&base).unwrap();
    let name = format!("hub_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let mut admin = options.clone().database("postgres").connect().await.unwrap();
    for statement in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}")] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut admin).await.unwrap();
    }
    HubDatabase::Postgres(options.database(&name).to_url_lossy().to_string())
}

impl TestHub {
    pub(crate) async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = HubDatabase::Sqlite(folder.path().join("hub.db"));
        Self::open(database, folder, HubLimits::default()).await
    }

    pub(crate) async fn on_postgres() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::open(new_postgres_database().await, folder, HubLimits::default()).await
    }

    async fn open(database: HubDatabase, folder: tempfile::TempDir, limits: HubLimits) -> Self {
        let now_ms = Arc::new(AtomicI64::new(NOW_MS));
        let clock = Arc::clone(&now_ms);
        let state = HubState::open(HubConfig {
            database: database.clone(),
            keys: [KEY, NEW_KEY].map(|key| key.parse().unwrap()).to_vec(),
            limits,
            clock: Arc::new(move || clock.load(Ordering::Relaxed)),
            access: Arc::new(ByHeader),
            kelurahan: Arc::new(HashMap::from([(
                "61.72.01.1001".to_owned(),
                LabelPoint { lon_deg: 109.012_123, lat_deg: 0.908_559 },
            )])),
        })
        .await
        .unwrap();
        Self { router: siaga_hub::router(state.clone()), state, now_ms, database, folder }
    }

    /// The same store, opened once more with other limits.
    pub(crate) async fn with_limits(&self, limits: HubLimits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::open(self.database.clone(), folder, limits).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    /// Delivers an event as a sender in order does.
    pub(crate) async fn deliver(&self, event: &Value) -> Answer {
        self.deliver_raw(event.to_string().into_bytes()).await
    }

    pub(crate) async fn deliver_raw(&self, body: Vec<u8>) -> Answer {
        self.send(delivery(&[KEY], NOW_MS / 1_000, body)).await
    }

    pub(crate) async fn accept_all(&self, events: &[Value]) {
        for event in events {
            self.deliver(event).await.is(202);
        }
    }

    pub(crate) async fn get(&self, path: &str, reader: &str) -> Answer {
        let request = Request::get(path).header("x-reader", reader);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// A statement past the hub, on its own database.
    pub(crate) async fn sql(&self, statement: &'static str) {
        let url = match &self.database {
            HubDatabase::Sqlite(path) => format!("sqlite://{}", path.display()),
            HubDatabase::Postgres(url) => url.clone(),
        };
        let pool = sqlx::AnyPool::connect(&url).await.unwrap();
        sqlx::raw_sql(statement).execute(&pool).await.unwrap();
        pool.close().await;
    }
}

/// A signed request to deliver `body`.
pub(crate) fn delivery(keys: &[&str], timestamp_s: i64, body: Vec<u8>) -> Request<Body> {
    let keys: Vec<WebhookKey> = keys.iter().map(|key| key.parse().unwrap()).collect();
    let signature = Signer::new(keys).sign("msg-1", timestamp_s, &body);
    Request::post("/hub/events")
        .header("content-type", "application/cloudevents+json; charset=utf-8")
        .header("webhook-id", "msg-1")
        .header("webhook-timestamp", timestamp_s.to_string())
        .header("webhook-signature", signature)
        .body(Body::from(body))
        .unwrap()
}

fn event(case_number: &str, sequence: u32, event_type: &str, data: Value) -> Value {
    json!({
        "specversion": "1.0",
        "id": format!("{case_number}/{sequence}"),
        "source": "urn:siaga:singkawang",
        "type": event_type,
        "subject": case_number,
        "time": "2026-11-22T08:00:00Z",
        "datacontenttype": "application/json",
        "sequence": sequence.to_string(),
        "data": data,
    })
}

/// A status update of a building fire in Roban.
pub(crate) fn status(case_number: &str, sequence: u32, status: &str) -> Value {
    let data = json!({
        "case_number": case_number,
        "status": status,
        "stage": "dispatch",
        "agency_code": "damkar",
        "unit_code": null,
        "type_code": "kebakaran-bangunan",
        "category": "kebakaran",
        "priority": 1,
        "kelurahan_code": "61.72.01.1001",
        "kecamatan_code": "61.72.01",
        "sensitive": false,
        "occurred_at": "2026-11-22T07:10:20.500Z",
        "recorded_at": "2026-11-22T07:10:21Z",
    });
    event(case_number, sequence, siaga_hub::STATUS_TYPE, data)
}

/// A record of the same fire, closed.
pub(crate) fn record(case_number: &str, sequence: u32) -> Value {
    let data = json!({
        "case_number": case_number,
        "type_code": "kebakaran-bangunan",
        "category": "kebakaran",
        "priority": 1,
        "kelurahan_code": "61.72.01.1001",
        "kecamatan_code": "61.72.01",
        "sensitive": false,
        "opened_at": "2026-11-22T07:10:00Z",
        "closed_at": "2026-11-22T08:40:00Z",
        "outcome": "handled",
        "stamps": {
            "T0": "2026-11-22T07:09:40Z", "T1": "2026-11-22T07:09:48Z",
            "T2": "2026-11-22T07:10:00Z", "T3": null, "T5": "2026-11-22T07:10:18Z",
            "T12": "2026-11-22T08:40:00Z",
        },
        "agencies": [
            {"code": "damkar", "outcome": "completed", "units": ["damkar-01"],
             "stamps": {"dispatched": "2026-11-22T07:10:18Z", "delivered": null}},
            {"code": "polres", "outcome": "declined", "units": []},
        ],
        "victims": {"dead": 0, "injured": 2, "missing": null, "evacuated": 11},
        "cause": "korsleting",
        "damage": null,
        "calls": 5,
        "merged_numbers": ["SKW-20261122-0041"],
        "reopened": false,
        "revision": 1,
    });
    event(case_number, sequence, siaga_hub::RECORD_TYPE, data)
}

pub(crate) fn erasure(case_number: &str, sequence: u32, fields: &[&str]) -> Value {
    let data = json!({"case_number": case_number, "fields": fields});
    event(case_number, sequence, siaga_hub::ERASED_TYPE, data)
}

/// The event with a data field changed.
pub(crate) fn with(mut event: Value, field: &str, value: Value) -> Value {
    event["data"][field] = value;
    event
}
