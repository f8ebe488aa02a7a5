//! What must have happened by the scenario, held against what the server has on record. Pure.

use super::{
    agency::work,
    report::{Missing, step_word},
    scenario::{AgencyScript, Case, Place, Units},
};
use siaga_proto::v1::{AssignmentView, IncidentState, IncidentView, Step, UnitProgress};

/// What one case must have come to.
pub(super) struct Expected<'a> {
    /// Index of the call that opened it.
    pub(super) call: usize,
    pub(super) case: &'a Case,
    pub(super) place: Option<&'a Place>,
    /// Agencies it was sent to, each with what it does; none: silent.
    pub(super) agencies: Vec<(String, Option<&'a AgencyScript>)>,
    /// How many calls are about it.
    pub(super) calls: usize,
}

impl Expected<'_> {
    /// Steps that the record does not have.
    pub(super) fn missing(&self, record: Option<&IncidentView>) -> Vec<Missing> {
        let Some(record) = record else { return vec![self.step(None, "opened")] };
        let mut missing = Vec::new();
        for (code, name) in self.stamps() {
            if !record.stamps.iter().any(|stamp| stamp.code == code && stamp.at.is_some()) {
                missing.push(self.step(None, &format!("{code} {name}")));
            }
        }
        if record.state() != IncidentState::Closed {
            missing.push(self.step(None, "closed"));
        }
        if record.type_code != self.case.type_code {
            missing.push(self.step(None, &format!("classified as {}", self.case.type_code)));
        }
        if record.call_ids.len() < self.calls {
            missing.push(self.step(None, &format!("{} of {} calls", self.calls - record.call_ids.len(), self.calls)));
        }
        for (agency, script) in &self.agencies {
            match record.assignments.iter().find(|assignment| assignment.agency_code == *agency) {
                None => missing.push(self.step(Some(agency), "dispatched")),
                Some(assignment) => {
                    let steps = script.map(|script| missing_steps(script, assignment)).unwrap_or_default();
                    missing.extend(steps.iter().map(|step| self.step(Some(agency), step)));
                }
            }
        }
        for missing in &mut missing {
            missing.number.clone_from(&record.number);
        }
        missing
    }

    /// Stamps of the case itself; those of the agencies' work are looked for at each agency.
    fn stamps(&self) -> Vec<(&'static str, &'static str)> {
        let mut stamps = vec![("T0", "rang"), ("T1", "answered"), ("T2", "opened")];
        if self.place.is_some() {
            stamps.push(("T3", "place verified"));
        }
        stamps.extend([("T4", "classified"), ("T5", "dispatched"), ("T12", "closed"), ("T13", "accepted by the hub")]);
        stamps
    }

    fn step(&self, agency: Option<&str>, step: &str) -> Missing {
        Missing {
            call: self.call,
            number: String::new(),
            agency: agency.map(str::to_owned),
            step: step.to_owned(),
            why: String::new(),
        }
    }
}

/// The steps of an agency that its assignment must show, as the scenario says.
pub(super) fn planned(script: &AgencyScript) -> Vec<Step> {
    let mut steps = vec![Step::Delivered];
    if script.decline.is_some() {
        steps.extend([Step::Acknowledged, Step::Declined]);
        return steps;
    }
    if script.acknowledge_after.is_some() {
        steps.extend([Step::Acknowledged, Step::Ready, Step::Accepted]);
    }
    if script.units != Units::Unnamed {
        steps.push(Step::UnitAssigned);
    }
    steps.extend(work(script).into_iter().map(|(step, _)| step));
    steps
}

fn missing_steps(script: &AgencyScript, assignment: &AssignmentView) -> Vec<String> {
    let has = |step: Step| assignment.stamps.iter().any(|stamp| stamp.step() == step && stamp.at.is_some());
    let mut missing: Vec<String> =
        planned(script).into_iter().filter(|step| !has(*step)).map(|step| step_word(step).to_owned()).collect();
    let last = work(script).last().map(|(step, _)| *step);
    let finished = |unit: &&UnitProgress| {
        last.is_none_or(|last| unit.stamps.iter().any(|stamp| stamp.step() == last && stamp.at.is_some()))
    };
    match &script.units {
        Units::Unnamed => {}
        Units::Any(count) => {
            let there = assignment.units.iter().filter(finished).count();
            if there < *count {
                missing.push(format!("{} of {count} units", count - there));
            }
        }
        Units::Named(codes) => {
            let there =
                |code: &&String| assignment.units.iter().any(|unit| unit.unit_code == **code && finished(&unit));
            missing.extend(codes.iter().filter(|code| !there(code)).map(|code| format!("unit {code}")));
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drill::scenario::{CallKind, Scenario};
    use pbjson_types::Timestamp;
    use siaga_proto::v1::{StampView, StepStamp};

    const TEXT: &str = "[[call]]\nat='0s'\ntype='banjir'\nplace={text='x'}\n[[agency]]\ncode='bpbd'\n\
        acknowledge_after='1s'\nunits=['BPBD-01']\nen_route_after='2s'\non_scene_after='3s'\ncompleted_after='4s'\n";

    fn at() -> Option<Timestamp> {
        Some(Timestamp { seconds: 1, nanos: 0 })
    }

    fn stamps(steps: &[Step]) -> Vec<StepStamp> {
        steps.iter().map(|step| StepStamp { step: (*step).into(), at: at(), ..StepStamp::default() }).collect()
    }

    fn expected(scenario: &Scenario) -> Expected<'_> {
        let CallKind::Case(case) = &scenario.calls[0].kind else { panic!("a case") };
        Expected {
            call: 0,
            case,
            place: scenario.calls[0].place.as_ref(),
            agencies: vec![("bpbd".into(), scenario.script("bpbd", 0)), ("pmi".into(), None)],
            calls: 1,
        }
    }

    /// A record in which everything happened.
    fn record(scenario: &Scenario) -> IncidentView {
        let script = scenario.script("bpbd", 0).unwrap();
        let unit =
            UnitProgress { unit_code: "BPBD-01".into(), stamps: stamps(&[Step::Completed]), ..UnitProgress::default() };
        let bpbd = AssignmentView {
            agency_code: "bpbd".into(),
            stamps: stamps(&planned(script)),
            units: vec![unit],
            ..AssignmentView::default()
        };
        let silent = AssignmentView { agency_code: "pmi".into(), ..AssignmentView::default() };
        IncidentView {
            number: "SKW-20261122-0001".into(),
            state: IncidentState::Closed.into(),
            type_code: "banjir".into(),
            call_ids: vec!["c".into()],
            stamps: (0..14).map(|n| StampView { code: format!("T{n}"), at: at(), ..StampView::default() }).collect(),
            assignments: vec![bpbd, silent],
            ..IncidentView::default()
        }
    }

    fn told(scenario: &Scenario, record: Option<&IncidentView>) -> Vec<String> {
        expected(scenario).missing(record).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn nothing_is_missing_when_all_happened_and_a_silent_agency_is_no_failure() {
        let scenario = Scenario::parse(TEXT, "test").unwrap();
        assert_eq!(told(&scenario, Some(&record(&scenario))), Vec::<String>::new());
    }

    #[test]
    fn a_case_that_was_never_opened_is_missing() {
        let scenario = Scenario::parse(TEXT, "test").unwrap();
        assert_eq!(told(&scenario, None), ["call 0: opened"]);
    }

    #[test]
    fn every_missing_stamp_step_and_unit_is_named() {
        let scenario = Scenario::parse(TEXT, "test").unwrap();
        let whole = record(&scenario);
        let without = |change: &dyn Fn(&mut IncidentView)| {
            let mut record = whole.clone();
            change(&mut record);
            told(&scenario, Some(&record))
        };
        for code in ["T0", "T1", "T2", "T3", "T4", "T5", "T12", "T13"] {
            let missing = without(&|record| record.stamps.retain(|stamp| stamp.code != code));
            assert!(missing.len() == 1 && missing[0].contains(&format!(": {code} ")), "{missing:?}");
        }
        for step in planned(scenario.script("bpbd", 0).unwrap()) {
            let missing = without(&|record| record.assignments[0].stamps.retain(|stamp| stamp.step() != step));
            assert_eq!(missing, [format!("SKW-20261122-0001 (call 0) bpbd: {}", step_word(step))]);
        }
        assert_eq!(without(&|r| r.assignments[0].units.clear()), ["SKW-20261122-0001 (call 0) bpbd: unit BPBD-01"]);
        let half_way = without(&|r| r.assignments[0].units[0].stamps = stamps(&[Step::EnRoute]));
        assert_eq!(half_way, ["SKW-20261122-0001 (call 0) bpbd: unit BPBD-01"]);
        assert_eq!(without(&|r| r.assignments.truncate(1)), ["SKW-20261122-0001 (call 0) pmi: dispatched"]);
        assert_eq!(without(&|r| r.call_ids.clear()), ["SKW-20261122-0001 (call 0): 1 of 1 calls"]);
        assert!(without(&|r| r.state = IncidentState::Open.into())[0].contains("closed"));
        assert!(without(&|r| r.type_code.clear())[0].contains("classified as banjir"));
    }

    #[test]
    fn what_the_file_leaves_out_is_not_expected() {
        let scenario = Scenario::parse("[[call]]\nat='0s'\ntype='banjir'\n[[agency]]\ncode='bpbd'\n", "test").unwrap();
        assert_eq!(planned(scenario.script("bpbd", 0).unwrap()), [Step::Delivered]);
        let mut record = record(&scenario);
        record.stamps.retain(|stamp| stamp.code != "T3");
        record.assignments[0].units.clear();
        assert_eq!(told(&scenario, Some(&record)), Vec::<String>::new(), "no place, no T3");
    }

    #[test]
    fn a_decline_expects_nothing_after_it() {
        let text = "[[call]]\nat='0s'\ntype='banjir'\n[[agency]]\ncode='bpbd'\ndecline='Penuh'\n";
        let scenario = Scenario::parse(text, "test").unwrap();
        let steps = planned(scenario.script("bpbd", 0).unwrap());
        assert_eq!(steps, [Step::Delivered, Step::Acknowledged, Step::Declined]);
    }
}
