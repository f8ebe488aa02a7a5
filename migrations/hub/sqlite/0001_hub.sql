-- The data hub's store (hub.db). Times are milliseconds since the epoch, UTC. Flags are 0 or 1.

-- Every event that was accepted, as it arrived; the history. Only an erasure changes a body.
CREATE TABLE hub_events (
    position       INTEGER PRIMARY KEY,
    id             TEXT    NOT NULL UNIQUE,
    source         TEXT    NOT NULL,
    subject        TEXT    NOT NULL,
    sequence       INTEGER NOT NULL CHECK (sequence > 0),
    type           TEXT    NOT NULL,
    time_ms        INTEGER NOT NULL,
    received_at_ms INTEGER NOT NULL,
    body           TEXT    NOT NULL,
    -- The data fields that were taken out of the body, as a JSON list.
    erased_fields  TEXT    NOT NULL DEFAULT '[]',
    UNIQUE (subject, sequence)
);

-- What the events of a case add up to; can be folded again from hub_events.
CREATE TABLE hub_cases (
    id                INTEGER PRIMARY KEY,
    case_number       TEXT    NOT NULL UNIQUE,
    source            TEXT    NOT NULL,
    last_sequence     INTEGER NOT NULL DEFAULT 0,
    type_code         TEXT,
    category          TEXT,
    priority          INTEGER,
    kelurahan_code    TEXT,
    kecamatan_code    TEXT,
    -- Sensitive until an event says otherwise: a mistake must hide, not show.
    sensitive         INTEGER NOT NULL DEFAULT 1,
    status            TEXT,
    stage             TEXT,
    outcome           TEXT,
    opened_at_ms      INTEGER NOT NULL,
    closed_at_ms      INTEGER,
    updated_at_ms     INTEGER NOT NULL,
    reopened          INTEGER NOT NULL DEFAULT 0,
    revision          INTEGER,
    victims_dead      INTEGER,
    victims_injured   INTEGER,
    victims_missing   INTEGER,
    victims_evacuated INTEGER,
    -- The data of the latest case record, as JSON.
    record            TEXT
);
CREATE INDEX hub_cases_newest ON hub_cases (opened_at_ms DESC, id DESC);

CREATE TABLE hub_case_agencies (
    case_id     INTEGER NOT NULL REFERENCES hub_cases (id),
    agency_code TEXT    NOT NULL,
    PRIMARY KEY (case_id, agency_code)
);
CREATE INDEX hub_case_agencies_agency ON hub_case_agencies (agency_code);

CREATE TABLE hub_case_durations (
    case_id     INTEGER NOT NULL REFERENCES hub_cases (id),
    name        TEXT    NOT NULL,
    duration_ms INTEGER NOT NULL,
    PRIMARY KEY (case_id, name)
);

-- Work that must survive a crash: of 'erasures' so many, as many as 'scrubbed' says are also out of the file.
CREATE TABLE hub_state (
    name  TEXT    PRIMARY KEY NOT NULL,
    value INTEGER NOT NULL
);
INSERT INTO hub_state (name, value) VALUES ('erasures', 0), ('scrubbed', 0);
