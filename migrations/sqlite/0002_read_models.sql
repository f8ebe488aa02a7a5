-- Read models: what the log comes to. `siaga rebuild` makes them afresh.

CREATE TABLE streams (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    -- Of the stream's last event.
    position INTEGER NOT NULL,
    open INTEGER NOT NULL CHECK (open IN (0, 1)),
    incident_id TEXT,
    state TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT;
CREATE INDEX streams_open ON streams (kind, id) WHERE open;

CREATE TABLE incidents (
    incident_id TEXT PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    open INTEGER NOT NULL CHECK (open IN (0, 1)),
    type_code TEXT,
    priority INTEGER,
    kelurahan_code TEXT,
    sensitive INTEGER NOT NULL CHECK (sensitive IN (0, 1)),
    opened_at_ms INTEGER NOT NULL,
    closed_at_ms INTEGER
) STRICT;
CREATE INDEX incidents_newest ON incidents (opened_at_ms, incident_id);
CREATE INDEX incidents_open ON incidents (opened_at_ms, incident_id) WHERE open;

-- The words of personal rows (row = personal.row). Secure-delete: an erased word leaves the index
-- at once, not at some later merge.
CREATE VIRTUAL TABLE personal_words USING fts5 (words, tokenize = 'unicode61 remove_diacritics 0');
INSERT INTO personal_words (personal_words, rank) VALUES ('secure-delete', 1);
