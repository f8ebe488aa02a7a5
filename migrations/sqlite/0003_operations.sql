-- What the running system needs and nobody's history depends on.

CREATE TABLE credentials (
    account_id TEXT PRIMARY KEY,
    password_hash TEXT NOT NULL
) STRICT;

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    account_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('cookie', 'machine')),
    label TEXT,
    created_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    last_seen_at_ms INTEGER NOT NULL,
    revoked_at_ms INTEGER
) STRICT;
CREATE INDEX sessions_of_account ON sessions (account_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at_ms);

CREATE TABLE reader_positions (
    name TEXT PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT;

CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE unit_positions_latest (
    unit_id TEXT PRIMARY KEY,
    lat REAL NOT NULL,
    lon REAL NOT NULL,
    accuracy_m REAL,
    speed_mps REAL,
    at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE unit_positions (
    unit_id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    lat REAL NOT NULL,
    lon REAL NOT NULL,
    accuracy_m REAL,
    speed_mps REAL,
    PRIMARY KEY (unit_id, at_ms)
) STRICT, WITHOUT ROWID;
CREATE INDEX unit_positions_by_age ON unit_positions (at_ms);

CREATE TABLE presence (
    gateway_id TEXT NOT NULL,
    audience TEXT NOT NULL,
    sessions INTEGER NOT NULL,
    seen_at_ms INTEGER NOT NULL,
    PRIMARY KEY (gateway_id, audience)
) STRICT, WITHOUT ROWID;

CREATE TABLE hub_cases (
    number TEXT PRIMARY KEY,
    incident_id TEXT NOT NULL,
    -- The last event that the hub has, and how many messages it got.
    delivered_position INTEGER NOT NULL,
    delivered_sequence INTEGER NOT NULL,
    -- The last event that it should have.
    latest_position INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'dead', 'idle')),
    attempts INTEGER NOT NULL,
    next_attempt_at_ms INTEGER NOT NULL,
    -- Since when something waits to be delivered.
    pending_since_ms INTEGER,
    last_error TEXT,
    refused_position INTEGER,
    skip_reason TEXT
) STRICT;
CREATE INDEX hub_cases_due ON hub_cases (next_attempt_at_ms, number) WHERE state = 'pending';
