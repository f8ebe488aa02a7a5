-- How the delivery stands is asked at every look for alarms: it must cost what waits, not every case there ever was.
CREATE INDEX hub_cases_waiting ON hub_cases (state, number) WHERE state <> 'idle';
