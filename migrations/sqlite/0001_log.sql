-- The truth: the event log, its head, the personal rows beside it and the stored replies.
-- STRICT everywhere: a column holds exactly the kind of value that the hash chain was made over.

CREATE TABLE log_head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    position INTEGER NOT NULL,
    hash TEXT NOT NULL,
    -- Renewed by init, restore and promotion: cursors of another log do not fit.
    log_id TEXT NOT NULL
) STRICT;

CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    stream_kind TEXT NOT NULL,
    stream_id TEXT NOT NULL,
    stream_version INTEGER NOT NULL,
    incident_id TEXT,
    event_type TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    data TEXT NOT NULL,
    occurred_at_ms INTEGER NOT NULL,
    recorded_at_ms INTEGER NOT NULL,
    actor TEXT NOT NULL,
    account_id TEXT,
    request_id TEXT,
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    UNIQUE (stream_kind, stream_id, stream_version)
) STRICT;
CREATE INDEX events_of_incident ON events (incident_id, position) WHERE incident_id IS NOT NULL;

CREATE TABLE personal (
    -- The order of arrival, and the row number of the search index.
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    incident_id TEXT,
    field TEXT NOT NULL,
    content TEXT NOT NULL,
    salt TEXT NOT NULL,
    digest TEXT NOT NULL,
    search TEXT NOT NULL CHECK (search IN ('none', 'words', 'phone')),
    -- Digits alone, for search = 'phone'.
    phone TEXT
) STRICT;
CREATE INDEX personal_of_subject ON personal (subject_kind, subject_id);
CREATE INDEX personal_of_phone ON personal (phone, row) WHERE phone IS NOT NULL;

CREATE TABLE requests (
    account_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    reply BLOB NOT NULL,
    recorded_at_ms INTEGER NOT NULL,
    PRIMARY KEY (account_id, request_id)
) STRICT;
CREATE INDEX requests_by_age ON requests (recorded_at_ms);
