-- Read models of the statistics: when each call, case and assignment came to what, in one narrow row each, so that a
-- month is counted without reading the states. `siaga rebuild` makes them afresh.

CREATE TABLE call_facts (
    call_id TEXT COLLATE "C" PRIMARY KEY,
    ringing_at_ms BIGINT NOT NULL,
    answered_at_ms BIGINT,
    ended_at_ms BIGINT,
    disposition TEXT COLLATE "C",
    incident_id TEXT COLLATE "C",
    operator_id TEXT COLLATE "C"
);
CREATE INDEX call_facts_by_time ON call_facts (ringing_at_ms, call_id);

CREATE TABLE case_facts (
    incident_id TEXT COLLATE "C" PRIMARY KEY,
    number TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    type_code TEXT COLLATE "C",
    category TEXT COLLATE "C",
    priority BIGINT,
    sensitive BOOLEAN NOT NULL,
    kelurahan_code TEXT COLLATE "C",
    opened_at_ms BIGINT NOT NULL,
    rang_at_ms BIGINT,
    answered_at_ms BIGINT,
    verified_at_ms BIGINT,
    classified_at_ms BIGINT,
    dispatched_at_ms BIGINT,
    ended_at_ms BIGINT,
    hub_accepted_at_ms BIGINT,
    outcome_code TEXT COLLATE "C",
    -- A duplicate counts for this case.
    merged_into TEXT COLLATE "C"
);
CREATE INDEX case_facts_by_time ON case_facts (opened_at_ms, incident_id);

CREATE TABLE assignment_facts (
    assignment_id TEXT COLLATE "C" PRIMARY KEY,
    incident_id TEXT COLLATE "C" NOT NULL,
    agency TEXT COLLATE "C" NOT NULL,
    lead BOOLEAN NOT NULL,
    step TEXT COLLATE "C" NOT NULL,
    sent_at_ms BIGINT,
    delivered_at_ms BIGINT,
    acknowledged_at_ms BIGINT,
    ready_at_ms BIGINT,
    accepted_at_ms BIGINT,
    unit_assigned_at_ms BIGINT,
    en_route_at_ms BIGINT,
    on_scene_at_ms BIGINT,
    under_control_at_ms BIGINT,
    completed_at_ms BIGINT,
    declined_at_ms BIGINT
);
CREATE INDEX assignment_facts_of_case ON assignment_facts (incident_id);

-- What is there already, from the states.
INSERT INTO call_facts
SELECT s.id, (s.state::jsonb #>> '{ringing_at}')::BIGINT, (s.state::jsonb #>> '{answered_at}')::BIGINT,
    (s.state::jsonb #>> '{ended_at}')::BIGINT, s.state::jsonb #>> '{disposition}',
    s.state::jsonb #>> '{incident_id}', s.state::jsonb #>> '{operator}'
FROM streams s WHERE s.kind = 'call';

INSERT INTO case_facts
SELECT s.id, s.state::jsonb #>> '{number}', s.state::jsonb #>> '{state}', s.state::jsonb #>> '{classification,type_code}',
    s.state::jsonb #>> '{classification,category}', (s.state::jsonb #>> '{classification,priority}')::BIGINT,
    COALESCE((s.state::jsonb #>> '{classification,sensitive}')::BOOLEAN, FALSE), s.state::jsonb #>> '{place,kelurahan_code}',
    (s.state::jsonb #>> '{opened_at}')::BIGINT, (s.state::jsonb #>> '{first_ring_at}')::BIGINT, (s.state::jsonb #>> '{answered_at}')::BIGINT,
    (s.state::jsonb #>> '{place,verified,1,at}')::BIGINT, (s.state::jsonb #>> '{classified,at}')::BIGINT,
    (s.state::jsonb #>> '{dispatched,at}')::BIGINT, (s.state::jsonb #>> '{ended_at}')::BIGINT, (s.state::jsonb #>> '{hub_accepted,at}')::BIGINT,
    s.state::jsonb #>> '{outcome,outcome_code}', s.state::jsonb #>> '{merged_into,0}'
FROM streams s WHERE s.kind = 'incident';

INSERT INTO assignment_facts
SELECT s.id, s.state::jsonb #>> '{incident_id}', s.state::jsonb #>> '{agency}', s.state::jsonb ->> 'role' = 'lead', s.state::jsonb #>> '{step}',
    (s.state::jsonb #>> '{stamps,sent,at}')::BIGINT,
    (s.state::jsonb #>> '{stamps,delivered,at}')::BIGINT,
    (s.state::jsonb #>> '{stamps,acknowledged,at}')::BIGINT,
    (s.state::jsonb #>> '{stamps,ready,at}')::BIGINT,
    (s.state::jsonb #>> '{stamps,accepted,at}')::BIGINT,
    (s.state::jsonb #>> '{stamps,unit_assigned,at}')::BIGINT,
    (s.state::jsonb #>> '{stamps,en_route,at}')::BIGINT,
    (s.state::jsonb #>> '{stamps,on_scene,at}')::BIGINT,
    (s.state::jsonb #>> '{stamps,under_control,at}')::BIGINT,
    (s.state::jsonb #>> '{stamps,completed,at}')::BIGINT,
    (s.state::jsonb #>> '{stamps,declined,at}')::BIGINT
FROM streams s WHERE s.kind = 'assignment';
