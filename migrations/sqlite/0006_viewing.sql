-- Who of the centre has which card open. Telemetry: a row counts for seconds, and is no history.
CREATE TABLE viewing (
    incident_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    label TEXT NOT NULL,
    editing INTEGER NOT NULL,
    seen_at_ms INTEGER NOT NULL,
    PRIMARY KEY (incident_id, account_id)
) STRICT, WITHOUT ROWID;
