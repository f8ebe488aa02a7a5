//! What an agency does about one case: receipt, acknowledgement, units, and their steps, counted from delivery.

use super::{
    desk::Desk,
    operator::rpc,
    report::Failure,
    scenario::{AgencyScript, Units},
    stage::{CaseRef, Stage},
};
use crate::agency_client::{live::LiveError, rpc::RpcError};
use siaga_proto::v1::{
    AcceptAssignmentRequest, AcknowledgeAssignmentRequest, AssignUnitsRequest, ConfirmReadinessRequest,
    DeclineAssignmentRequest, Readiness, ReportStatusRequest, Step, command::Command,
    dispatch_service_client::DispatchServiceClient,
};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep_until};

/// Units that another one took, or that are out of service: choose others.
const TAKEN: [&str; 2] = ["SIAGA-1501", "SIAGA-1502"];
/// How long to wait for something to change before units are looked for again.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// A step that did not succeed, and why.
struct Stopped(&'static str, String);

impl Stopped {
    fn at(step: &'static str) -> impl Fn(LiveError) -> Self {
        move |error| Self(step, error.to_string())
    }
}

/// One agency on one case.
struct Play<'a> {
    stage: &'a Stage,
    desk: &'a Desk,
    script: &'a AgencyScript,
    case: &'a CaseRef,
    assignment_id: String,
    delivered_at: Instant,
}

/// Plays what the scenario says about an agency and a case; an agency without an entry stays silent.
pub(super) async fn play(stage: Arc<Stage>, call: usize, case: CaseRef, agency: String) {
    let Some(script) = stage.scenario.script(&agency, call) else { return };
    let Some(desk) = stage.desks.get(&agency) else { return };
    if let Err(Stopped(step, why)) = play_script(&stage, desk, script, &case).await {
        stage.failed(Failure { call, agency: Some(agency), step: step.to_owned(), why });
    }
}

async fn play_script(stage: &Stage, desk: &Desk, script: &AgencyScript, case: &CaseRef) -> Result<(), Stopped> {
    let deadline = Instant::now() + stage.terms.patience;
    let late = |what: &str| Stopped("delivered", desk.why_not(what));
    let assignment = desk.assignment(&case.incident_id, deadline).await.ok_or_else(|| late("never arrived"))?;
    let delivered = desk.delivered(&assignment.id, deadline).await;
    let delivered_at = delivered.ok_or_else(|| late("the receipt was never confirmed"))?;
    let play = Play { stage, desk, script, case, assignment_id: assignment.id, delivered_at };
    play.tell("delivered");
    play.answer().await?;
    if script.decline.is_some() {
        return Ok(());
    }
    let units = play.send_units().await?;
    for (step, after) in work(script) {
        play.until(after).await;
        play.report(step, &units).await?;
    }
    Ok(())
}

/// The steps of the work that a script has, in order. Under control is between on scene and completed.
pub(super) fn work(script: &AgencyScript) -> Vec<(Step, Duration)> {
    let under_control = script
        .on_scene_after
        .zip(script.completed_after)
        .map(|(on_scene, completed)| on_scene + completed.saturating_sub(on_scene) / 2);
    [
        (Step::EnRoute, script.en_route_after),
        (Step::OnScene, script.on_scene_after),
        (Step::UnderControl, under_control),
        (Step::Completed, script.completed_after),
    ]
    .into_iter()
    .filter_map(|(step, after)| after.map(|after| (step, after)))
    .collect()
}

impl Play<'_> {
    fn tell(&self, what: &str) {
        self.stage.beat(&self.case.number, &format!("{}: {what}", self.script.code));
    }

    /// Waits until the assignment was delivered this long ago.
    async fn until(&self, after: Duration) {
        sleep_until(self.delivered_at + self.stage.speed().real(after)).await;
    }

    /// A person takes it, checks, and accepts or declines.
    async fn answer(&self) -> Result<(), Stopped> {
        let declines = self.script.decline.is_some().then_some(Duration::ZERO);
        let Some(after) = self.script.acknowledge_after.or(declines) else { return Ok(()) };
        self.until(after).await;
        let assignment_id = self.assignment_id.clone();
        let acknowledge = |request_id| {
            Command::AcknowledgeAssignment(AcknowledgeAssignmentRequest { request_id, assignment_id, on_behalf: None })
        };
        self.desk.command(acknowledge).await.map_err(Stopped::at("acknowledged"))?;
        self.tell("acknowledged");
        let assignment_id = self.assignment_id.clone();
        if let Some(reason) = self.script.decline.clone() {
            let decline = |request_id| {
                let request = DeclineAssignmentRequest { request_id, assignment_id, reason, on_behalf: None };
                Command::DeclineAssignment(request)
            };
            self.desk.command(decline).await.map_err(Stopped::at("declined"))?;
            self.tell("declined");
            return Ok(());
        }
        let readiness = Readiness { people: true, vehicles: true, equipment: true, note: String::new() };
        let confirm = |request_id| {
            let readiness = Some(readiness);
            Command::ConfirmReadiness(ConfirmReadinessRequest { request_id, assignment_id, readiness, on_behalf: None })
        };
        self.desk.command(confirm).await.map_err(Stopped::at("ready"))?;
        let assignment_id = self.assignment_id.clone();
        let accept = |request_id| {
            Command::AcceptAssignment(AcceptAssignmentRequest { request_id, assignment_id, on_behalf: None })
        };
        self.desk.command(accept).await.map_err(Stopped::at("accepted"))?;
        self.tell("ready and accepted");
        Ok(())
    }

    /// Sends the units, waiting for ones that are free; ids and codes.
    async fn send_units(&self) -> Result<Vec<(String, String)>, Stopped> {
        if self.script.units == Units::Unnamed {
            return Ok(Vec::new());
        }
        let first_work = work(self.script).first().map(|(_, after)| *after);
        if self.script.acknowledge_after.is_none() {
            self.until(first_work.unwrap_or_default()).await;
        }
        // Free ones may come back until they are needed on the road, or for as long as the drill is patient.
        let needed = self.delivered_at + self.stage.speed().real(first_work.unwrap_or_default());
        let deadline = needed.max(Instant::now() + self.stage.terms.patience);
        let mut tried = BTreeSet::new();
        loop {
            if let Some(units) = self.desk.choose(&self.script.units, &tried).await {
                let (assignment_id, unit_ids) =
                    (self.assignment_id.clone(), units.iter().map(|(id, _)| id.clone()).collect());
                let assign = |request_id| {
                    let request = AssignUnitsRequest { request_id, assignment_id, unit_ids, on_behalf: None };
                    Command::AssignUnits(request)
                };
                match self.desk.command(assign).await {
                    Ok(_) => {
                        let codes: Vec<&str> = units.iter().map(|(_, code)| code.as_str()).collect();
                        self.tell(&format!("sends {}", codes.join(", ")));
                        return Ok(units);
                    }
                    Err(error) if TAKEN.contains(&error.code()) => {
                        self.desk.let_go(&units).await;
                        tried.extend(units.into_iter().map(|(id, _)| id));
                    }
                    Err(error) => return Err(Stopped("unit assigned", error.to_string())),
                }
            }
            if Instant::now() >= deadline {
                return Err(Stopped("unit assigned", "not enough units became free".into()));
            }
            self.desk.next_change(deadline.min(Instant::now() + LOOK_AGAIN)).await;
        }
    }

    /// Reports a step of every unit, or of the assignment as a whole when none is named.
    async fn report(&self, step: Step, units: &[(String, String)]) -> Result<(), Stopped> {
        let name = super::report::step_word(step);
        if units.is_empty() {
            self.report_at_desk(step, "").await.map_err(|error| Stopped(name, error.to_string()))?;
        }
        for (unit_id, code) in units {
            let reported = match self.stage.crew(code) {
                Some(crew) => self.report_by_crew(&crew, step, unit_id).await.map_err(|error| error.to_string()),
                None => self.report_at_desk(step, unit_id).await.map_err(|error| error.to_string()),
            };
            reported.map_err(|why| Stopped(name, format!("{code}: {why}")))?;
        }
        if step == Step::Completed {
            self.desk.let_go(units).await;
        }
        self.tell(name);
        Ok(())
    }

    fn status(&self, request_id: String, step: Step, unit_id: &str) -> ReportStatusRequest {
        ReportStatusRequest {
            request_id,
            assignment_id: self.assignment_id.clone(),
            unit_id: unit_id.to_owned(),
            step: step.into(),
            ..ReportStatusRequest::default()
        }
    }

    /// The dispatcher reports what the crew said.
    async fn report_at_desk(&self, step: Step, unit_id: &str) -> Result<(), LiveError> {
        let report = |request_id| Command::ReportStatus(self.status(request_id, step, unit_id));
        self.desk.command(report).await.map(drop)
    }

    /// The crew reports by itself.
    async fn report_by_crew(
        &self,
        crew: &crate::agency_client::rpc::RpcSession,
        step: Step,
        unit_id: &str,
    ) -> Result<(), RpcError> {
        let request = self.status(crew.request_id(), step, unit_id);
        rpc!(crew, DispatchServiceClient.report_status(request)).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drill::{duration::Speed, scenario::Scenario};

    fn script(keys: &str) -> AgencyScript {
        let text = format!("[[call]]\nat='0s'\ntype='banjir'\n[[agency]]\ncode='bpbd'\n{keys}");
        Scenario::parse(&text, "test").unwrap().agencies.remove(0)
    }

    #[test]
    fn under_control_lies_between_on_scene_and_completed() {
        let steps = work(&script("en_route_after='1m'\non_scene_after='5m'\ncompleted_after='15m'\n"));
        let minutes: Vec<(Step, u64)> = steps.into_iter().map(|(step, after)| (step, after.as_secs() / 60)).collect();
        let wanted = [(Step::EnRoute, 1), (Step::OnScene, 5), (Step::UnderControl, 10), (Step::Completed, 15)];
        assert_eq!(minutes, wanted);
    }

    #[test]
    fn steps_left_out_do_not_happen() {
        assert!(work(&script("units=1\n")).is_empty());
        let steps: Vec<Step> = work(&script("completed_after='1m'\n")).into_iter().map(|(step, _)| step).collect();
        assert_eq!(steps, [Step::Completed]);
    }

    #[test]
    fn offsets_are_divided_by_the_speed() {
        let steps = work(&script("en_route_after='2m'\n"));
        assert_eq!(Speed::new(60.0).unwrap().real(steps[0].1), Duration::from_secs(2));
    }
}
