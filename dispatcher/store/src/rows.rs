//! Rows as both databases give them, and what they become.

use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    HubCase, HubCaseState, IncidentIndexRow, PersonalIndex, PersonalRow, Presence, Session, SessionKind, StoreError,
    StoredRequest, StreamKey, StreamRow, Timestamp, UnitPosition, Viewing,
};

pub(crate) fn unsigned(value: i64, what: &str) -> Result<u64, StoreError> {
    u64::try_from(value).map_err(|_| StoreError::unreadable(format!("{what} is negative")))
}

pub(crate) fn signed(value: u64, what: &'static str) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| StoreError::TooMany { what, given: usize::MAX, limit: i64::MAX as usize })
}

pub(crate) fn id(text: &str, what: &str) -> Result<Uuid, StoreError> {
    Uuid::parse_str(text).map_err(|_| StoreError::unreadable(format!("{what} is no UUID")))
}

fn optional_id(text: Option<&str>, what: &str) -> Result<Option<Uuid>, StoreError> {
    text.map(|text| id(text, what)).transpose()
}

const fn time(ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(ms)
}

#[derive(FromRow)]
pub(crate) struct RawStream {
    kind: String,
    id: String,
    version: i64,
    position: i64,
    open: bool,
    incident_id: Option<String>,
    state: String,
}

impl TryFrom<RawStream> for StreamRow {
    type Error = StoreError;

    fn try_from(row: RawStream) -> Result<Self, StoreError> {
        let key = StreamKey { kind: row.kind, id: row.id };
        let what = format!("stream {key}");
        Ok(Self {
            version: unsigned(row.version, &what)?,
            position: unsigned(row.position, &what)?,
            open: row.open,
            incident_id: optional_id(row.incident_id.as_deref(), &what)?,
            state: serde_json::from_str(&row.state).map_err(|_| StoreError::unreadable(format!("{what}, state")))?,
            key,
        })
    }
}

#[derive(FromRow)]
pub(crate) struct RawRequest {
    pub(crate) account_id: String,
    pub(crate) request_id: String,
    request_hash: String,
    reply: Vec<u8>,
    recorded_at_ms: i64,
}

impl TryFrom<RawRequest> for StoredRequest {
    type Error = StoreError;

    fn try_from(row: RawRequest) -> Result<Self, StoreError> {
        Ok(Self {
            account_id: id(&row.account_id, "requests.account_id")?,
            request_id: id(&row.request_id, "requests.request_id")?,
            request_hash: row.request_hash,
            reply: row.reply,
            recorded_at: time(row.recorded_at_ms),
        })
    }
}

#[derive(FromRow)]
pub(crate) struct RawPersonal {
    id: String,
    subject_kind: String,
    subject_id: String,
    incident_id: Option<String>,
    field: String,
    content: String,
    salt: String,
    digest: String,
    search: String,
}

impl PersonalIndex {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Words => "words",
            Self::Phone => "phone",
        }
    }
}

impl TryFrom<RawPersonal> for PersonalRow {
    type Error = StoreError;

    fn try_from(row: RawPersonal) -> Result<Self, StoreError> {
        let what = format!("personal row {}", row.id);
        let mut salt = [0; 16];
        hex::decode_to_slice(&row.salt, &mut salt).map_err(|_| StoreError::unreadable(format!("{what}, salt")))?;
        Ok(Self {
            id: id(&row.id, &what)?,
            subject_kind: row.subject_kind,
            subject_id: id(&row.subject_id, &what)?,
            incident_id: optional_id(row.incident_id.as_deref(), &what)?,
            field: row.field,
            content: row.content,
            salt,
            digest: row.digest,
            index: match row.search.as_str() {
                "none" => PersonalIndex::None,
                "words" => PersonalIndex::Words,
                "phone" => PersonalIndex::Phone,
                _ => return Err(StoreError::unreadable(format!("{what}, search"))),
            },
        })
    }
}

#[derive(FromRow)]
pub(crate) struct RawIncident {
    incident_id: String,
    number: String,
    status: String,
    open: bool,
    type_code: Option<String>,
    priority: Option<i64>,
    kelurahan_code: Option<String>,
    sensitive: bool,
    opened_at_ms: i64,
    closed_at_ms: Option<i64>,
}

impl TryFrom<RawIncident> for IncidentIndexRow {
    type Error = StoreError;

    fn try_from(row: RawIncident) -> Result<Self, StoreError> {
        let what = format!("incident {}", row.number);
        let bad = |_| StoreError::unreadable(format!("{what}, priority"));
        Ok(Self {
            incident_id: id(&row.incident_id, &what)?,
            status: row.status,
            open: row.open,
            type_code: row.type_code,
            priority: row.priority.map(i32::try_from).transpose().map_err(bad)?,
            kelurahan_code: row.kelurahan_code,
            sensitive: row.sensitive,
            opened_at: time(row.opened_at_ms),
            closed_at: row.closed_at_ms.map(time),
            number: row.number,
        })
    }
}

#[derive(FromRow)]
pub(crate) struct RawSession {
    id: String,
    token_hash: String,
    account_id: String,
    kind: String,
    label: Option<String>,
    created_at_ms: i64,
    expires_at_ms: i64,
    last_seen_at_ms: i64,
    revoked_at_ms: Option<i64>,
}

impl SessionKind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Cookie => "cookie",
            Self::Machine => "machine",
        }
    }
}

impl TryFrom<RawSession> for Session {
    type Error = StoreError;

    fn try_from(row: RawSession) -> Result<Self, StoreError> {
        let what = format!("session {}", row.id);
        Ok(Self {
            id: id(&row.id, &what)?,
            token_hash: row.token_hash,
            account_id: id(&row.account_id, &what)?,
            kind: match row.kind.as_str() {
                "cookie" => SessionKind::Cookie,
                "machine" => SessionKind::Machine,
                _ => return Err(StoreError::unreadable(format!("{what}, kind"))),
            },
            label: row.label,
            created_at: time(row.created_at_ms),
            expires_at: time(row.expires_at_ms),
            last_seen_at: time(row.last_seen_at_ms),
            revoked_at: row.revoked_at_ms.map(time),
        })
    }
}

#[derive(FromRow)]
pub(crate) struct RawPosition {
    unit_id: String,
    lat: f64,
    lon: f64,
    accuracy_m: Option<f64>,
    speed_mps: Option<f64>,
    at_ms: i64,
}

impl TryFrom<RawPosition> for UnitPosition {
    type Error = StoreError;

    fn try_from(row: RawPosition) -> Result<Self, StoreError> {
        Ok(Self {
            unit_id: id(&row.unit_id, "unit_positions.unit_id")?,
            lat: row.lat,
            lon: row.lon,
            accuracy_m: row.accuracy_m,
            speed_mps: row.speed_mps,
            at: time(row.at_ms),
        })
    }
}

#[derive(FromRow)]
pub(crate) struct RawPresence {
    gateway_id: String,
    audience: String,
    sessions: i64,
    seen_at_ms: i64,
}

impl TryFrom<RawPresence> for Presence {
    type Error = StoreError;

    fn try_from(row: RawPresence) -> Result<Self, StoreError> {
        Ok(Self {
            sessions: u32::try_from(row.sessions).map_err(|_| StoreError::unreadable("presence.sessions"))?,
            gateway_id: row.gateway_id,
            audience: row.audience,
            seen_at: time(row.seen_at_ms),
        })
    }
}

#[derive(FromRow)]
pub(crate) struct RawViewing {
    incident_id: String,
    account_id: String,
    label: String,
    editing: i64,
    seen_at_ms: i64,
}

impl TryFrom<RawViewing> for Viewing {
    type Error = StoreError;

    fn try_from(row: RawViewing) -> Result<Self, StoreError> {
        Ok(Self {
            incident_id: id(&row.incident_id, "viewing.incident_id")?,
            account_id: id(&row.account_id, "viewing.account_id")?,
            label: row.label,
            editing: row.editing != 0,
            seen_at: time(row.seen_at_ms),
        })
    }
}

#[derive(FromRow)]
pub(crate) struct RawHubCase {
    number: String,
    incident_id: String,
    delivered_position: i64,
    delivered_sequence: i64,
    latest_position: i64,
    state: String,
    attempts: i64,
    next_attempt_at_ms: i64,
    pending_since_ms: Option<i64>,
    last_error: Option<String>,
    refused_position: Option<i64>,
    skip_reason: Option<String>,
}

impl HubCaseState {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Dead => "dead",
            Self::Idle => "idle",
        }
    }

    pub(crate) fn parse(text: &str) -> Result<Self, StoreError> {
        match text {
            "pending" => Ok(Self::Pending),
            "dead" => Ok(Self::Dead),
            "idle" => Ok(Self::Idle),
            _ => Err(StoreError::unreadable("hub_cases.state")),
        }
    }
}

impl TryFrom<RawHubCase> for HubCase {
    type Error = StoreError;

    fn try_from(row: RawHubCase) -> Result<Self, StoreError> {
        let what = format!("hub case {}", row.number);
        Ok(Self {
            incident_id: id(&row.incident_id, &what)?,
            delivered_position: unsigned(row.delivered_position, &what)?,
            delivered_sequence: unsigned(row.delivered_sequence, &what)?,
            latest_position: unsigned(row.latest_position, &what)?,
            state: HubCaseState::parse(&row.state)?,
            attempts: unsigned(row.attempts, &what)?,
            next_attempt_at: time(row.next_attempt_at_ms),
            pending_since: row.pending_since_ms.map(time),
            last_error: row.last_error,
            refused_position: row.refused_position.map(|at| unsigned(at, &what)).transpose()?,
            skip_reason: row.skip_reason,
            number: row.number,
        })
    }
}

/// Every row, or the first that cannot be read.
pub(crate) fn all<Raw, Row>(rows: Vec<Raw>) -> Result<Vec<Row>, StoreError>
where
    Row: TryFrom<Raw, Error = StoreError>,
{
    rows.into_iter().map(Row::try_from).collect()
}
