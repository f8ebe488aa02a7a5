-- What the running system needs and nobody's history depends on.

CREATE TABLE credentials (
    account_id TEXT COLLATE "C" PRIMARY KEY,
    password_hash TEXT COLLATE "C" NOT NULL
);

CREATE TABLE sessions (
    id TEXT COLLATE "C" PRIMARY KEY,
    token_hash TEXT COLLATE "C" NOT NULL UNIQUE,
    account_id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('cookie', 'machine')),
    label TEXT COLLATE "C",
    created_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    last_seen_at_ms BIGINT NOT NULL,
    revoked_at_ms BIGINT
);
CREATE INDEX sessions_of_account ON sessions (account_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at_ms);

CREATE TABLE reader_positions (
    name TEXT COLLATE "C" PRIMARY KEY,
    position BIGINT NOT NULL
);

CREATE TABLE leases (
    name TEXT COLLATE "C" PRIMARY KEY,
    owner TEXT COLLATE "C" NOT NULL,
    until_ms BIGINT NOT NULL
);

CREATE TABLE unit_positions_latest (
    unit_id TEXT COLLATE "C" PRIMARY KEY,
    lat DOUBLE PRECISION NOT NULL,
    lon DOUBLE PRECISION NOT NULL,
    accuracy_m DOUBLE PRECISION,
    speed_mps DOUBLE PRECISION,
    at_ms BIGINT NOT NULL
);

CREATE TABLE unit_positions (
    unit_id TEXT COLLATE "C" NOT NULL,
    at_ms BIGINT NOT NULL,
    lat DOUBLE PRECISION NOT NULL,
    lon DOUBLE PRECISION NOT NULL,
    accuracy_m DOUBLE PRECISION,
    speed_mps DOUBLE PRECISION,
    PRIMARY KEY (unit_id, at_ms)
);
CREATE INDEX unit_positions_by_age ON unit_positions (at_ms);

CREATE TABLE presence (
    gateway_id TEXT COLLATE "C" NOT NULL,
    audience TEXT COLLATE "C" NOT NULL,
    sessions BIGINT NOT NULL,
    seen_at_ms BIGINT NOT NULL,
    PRIMARY KEY (gateway_id, audience)
);

CREATE TABLE hub_cases (
    number TEXT COLLATE "C" PRIMARY KEY,
    incident_id TEXT COLLATE "C" NOT NULL,
    -- The last event that the hub has, and how many messages it got.
    delivered_position BIGINT NOT NULL,
    delivered_sequence BIGINT NOT NULL,
    -- The last event that it should have.
    latest_position BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('pending', 'dead', 'idle')),
    attempts BIGINT NOT NULL,
    next_attempt_at_ms BIGINT NOT NULL,
    -- Since when something waits to be delivered.
    pending_since_ms BIGINT,
    last_error TEXT COLLATE "C",
    refused_position BIGINT,
    skip_reason TEXT COLLATE "C"
);
CREATE INDEX hub_cases_due ON hub_cases (next_attempt_at_ms, number) WHERE state = 'pending';
