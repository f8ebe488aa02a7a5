-- Who of the centre has which card open. Telemetry: a row counts for seconds, and is no history.
CREATE TABLE viewing (
    incident_id TEXT COLLATE "C" NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL,
    label TEXT COLLATE "C" NOT NULL,
    editing BIGINT NOT NULL,
    seen_at_ms BIGINT NOT NULL,
    PRIMARY KEY (incident_id, account_id)
);
