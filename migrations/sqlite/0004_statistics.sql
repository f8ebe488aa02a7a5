-- Read models of the statistics: when each call, case and assignment came to what, in one narrow row each, so that a
-- month is counted without reading the states. `siaga rebuild` makes them afresh.

CREATE TABLE call_facts (
    call_id TEXT PRIMARY KEY,
    ringing_at_ms INTEGER NOT NULL,
    answered_at_ms INTEGER,
    ended_at_ms INTEGER,
    disposition TEXT,
    incident_id TEXT,
    operator_id TEXT
) STRICT;
CREATE INDEX call_facts_by_time ON call_facts (ringing_at_ms, call_id);

CREATE TABLE case_facts (
    incident_id TEXT PRIMARY KEY,
    number TEXT NOT NULL,
    status TEXT NOT NULL,
    type_code TEXT,
    category TEXT,
    priority INTEGER,
    sensitive INTEGER NOT NULL CHECK (sensitive IN (0, 1)),
    kelurahan_code TEXT,
    opened_at_ms INTEGER NOT NULL,
    rang_at_ms INTEGER,
    answered_at_ms INTEGER,
    verified_at_ms INTEGER,
    classified_at_ms INTEGER,
    dispatched_at_ms INTEGER,
    ended_at_ms INTEGER,
    hub_accepted_at_ms INTEGER,
    outcome_code TEXT,
    -- A duplicate counts for this case.
    merged_into TEXT
) STRICT;
CREATE INDEX case_facts_by_time ON case_facts (opened_at_ms, incident_id);

CREATE TABLE assignment_facts (
    assignment_id TEXT PRIMARY KEY,
    incident_id TEXT NOT NULL,
    agency TEXT NOT NULL,
    lead INTEGER NOT NULL CHECK (lead IN (0, 1)),
    step TEXT NOT NULL,
    sent_at_ms INTEGER,
    delivered_at_ms INTEGER,
    acknowledged_at_ms INTEGER,
    ready_at_ms INTEGER,
    accepted_at_ms INTEGER,
    unit_assigned_at_ms INTEGER,
    en_route_at_ms INTEGER,
    on_scene_at_ms INTEGER,
    under_control_at_ms INTEGER,
    completed_at_ms INTEGER,
    declined_at_ms INTEGER
) STRICT;
CREATE INDEX assignment_facts_of_case ON assignment_facts (incident_id);

-- What is there already, from the states.
INSERT INTO call_facts
SELECT s.id, json_extract(s.state, '$.ringing_at'), json_extract(s.state, '$.answered_at'),
    json_extract(s.state, '$.ended_at'), json_extract(s.state, '$.disposition'),
    json_extract(s.state, '$.incident_id'), json_extract(s.state, '$.operator')
FROM streams s WHERE s.kind = 'call';

INSERT INTO case_facts
SELECT s.id, json_extract(s.state, '$.number'), json_extract(s.state, '$.state'), json_extract(s.state, '$.classification.type_code'),
    json_extract(s.state, '$.classification.category'), json_extract(s.state, '$.classification.priority'),
    COALESCE(json_extract(s.state, '$.classification.sensitive'), 0), json_extract(s.state, '$.place.kelurahan_code'),
    json_extract(s.state, '$.opened_at'), json_extract(s.state, '$.first_ring_at'), json_extract(s.state, '$.answered_at'),
    json_extract(s.state, '$.place.verified[1].at'), json_extract(s.state, '$.classified.at'),
    json_extract(s.state, '$.dispatched.at'), json_extract(s.state, '$.ended_at'), json_extract(s.state, '$.hub_accepted.at'),
    json_extract(s.state, '$.outcome.outcome_code'), json_extract(s.state, '$.merged_into[0]')
FROM streams s WHERE s.kind = 'incident';

INSERT INTO assignment_facts
SELECT s.id, json_extract(s.state, '$.incident_id'), json_extract(s.state, '$.agency'), json_extract(s.state, '$.role') = 'lead', json_extract(s.state, '$.step'),
    json_extract(s.state, '$.stamps.sent.at'),
    json_extract(s.state, '$.stamps.delivered.at'),
    json_extract(s.state, '$.stamps.acknowledged.at'),
    json_extract(s.state, '$.stamps.ready.at'),
    json_extract(s.state, '$.stamps.accepted.at'),
    json_extract(s.state, '$.stamps.unit_assigned.at'),
    json_extract(s.state, '$.stamps.en_route.at'),
    json_extract(s.state, '$.stamps.on_scene.at'),
    json_extract(s.state, '$.stamps.under_control.at'),
    json_extract(s.state, '$.stamps.completed.at'),
    json_extract(s.state, '$.stamps.declined.at')
FROM streams s WHERE s.kind = 'assignment';
