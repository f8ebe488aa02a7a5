-- Read models: what the log comes to. `siaga rebuild` makes them afresh.

CREATE TABLE streams (
    kind TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    -- Of the stream's last event.
    position BIGINT NOT NULL,
    open BOOLEAN NOT NULL,
    incident_id TEXT COLLATE "C",
    state TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE INDEX streams_open ON streams (kind, id) WHERE open;

CREATE TABLE incidents (
    incident_id TEXT COLLATE "C" PRIMARY KEY,
    number TEXT COLLATE "C" NOT NULL UNIQUE,
    status TEXT COLLATE "C" NOT NULL,
    open BOOLEAN NOT NULL,
    type_code TEXT COLLATE "C",
    priority BIGINT,
    kelurahan_code TEXT COLLATE "C",
    sensitive BOOLEAN NOT NULL,
    opened_at_ms BIGINT NOT NULL,
    closed_at_ms BIGINT
);
CREATE INDEX incidents_newest ON incidents (opened_at_ms, incident_id);
CREATE INDEX incidents_open ON incidents (opened_at_ms, incident_id) WHERE open;

-- The words of personal rows. They are split by the program, the same for both databases: the
-- text parser of PostgreSQL sees hosts and addresses where SQLite sees words.
CREATE TABLE personal_words (
    row BIGINT PRIMARY KEY REFERENCES personal (row) ON DELETE CASCADE,
    words TSVECTOR NOT NULL
);
CREATE INDEX personal_words_find ON personal_words USING GIN (words);
