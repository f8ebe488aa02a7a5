//! What an operator does with a call, from the first ring to the end of the line.

use super::{
    agency,
    report::Failure,
    scenario::{Call, CallKind, Case, Place},
    stage::{CaseRef, Seat, Stage, Standing},
};
use crate::agency_client::rpc::{RpcError, RpcSession};
use siaga_proto::v1::{
    AddNoteRequest, AnswerCallRequest, AttachCallRequest, ClassifyIncidentRequest, CloseIncidentRequest,
    DispatchIncidentRequest, Disposition, EndCallRequest, GetIncidentRequest, IdentifyCallerRequest, IncidentView,
    OpenIncidentRequest, PlaceInput, PlaceVerification, Point, RecordCallBackRequest, RingCallRequest,
    SetDispositionRequest, Step, VerifyPlaceRequest, WithdrawAssignmentRequest, call_service_client::CallServiceClient,
    dispatch_service_client::DispatchServiceClient, incident_service_client::IncidentServiceClient,
};
use std::sync::Arc;
use tokio::task::JoinSet;

/// The line that drill calls come in on, so that nobody takes them for real ones.
const LINE: &str = "latihan";
const PRIORITY_REASON: &str = "Latihan: prioritas ditetapkan oleh skenario.";
const SILENT_REASON: &str = "Latihan: tidak ada jawaban sampai kejadian selesai.";
const UNFINISHED_REASON: &str = "Latihan: skenario berakhir sebelum tugas ini selesai.";
const ACTIONS: &str = "Latihan: ditangani sesuai skenario.";
/// Steps of the closing that a late report of an agency may repeat.
const CLOSINGS_MAX: u32 = 5;

/// Sends one request through a session.
macro_rules! rpc {
    ($session:expr, $client:ident.$method:ident($request:expr)) => {
        $session.call($request, |channel, request| async move { $client::new(channel).$method(request).await })
    };
}
pub(super) use rpc;

/// A step of a call that did not succeed.
struct Stopped(&'static str, RpcError);

/// Names the step of a result.
trait Named<T> {
    fn step(self, step: &'static str) -> Result<T, Stopped>;
}

impl<T> Named<T> for Result<T, RpcError> {
    fn step(self, step: &'static str) -> Result<T, Stopped> {
        self.map_err(|error| Stopped(step, error))
    }
}

/// However a call's task ends, nobody waits for the call any longer.
struct Settled<'a> {
    stage: &'a Stage,
    index: usize,
}

impl Drop for Settled<'_> {
    fn drop(&mut self) {
        self.stage.settle(self.index);
    }
}

/// Plays one call to its end, with the case it opens. Returns the call's id.
pub(super) async fn play_call(stage: Arc<Stage>, index: usize) -> Option<String> {
    let _settled = Settled { stage: &stage, index };
    stage.until(stage.scenario.calls[index].at).await;
    let call = stage.scenario.calls[index].clone();
    let mut call_id = None;
    let played = match &call.kind {
        CallKind::Abandoned => abandoned(&stage, index, &call, &mut call_id).await,
        CallKind::Nuisance(disposition) => nuisance(&stage, index, &call, *disposition, &mut call_id).await,
        CallKind::SameAs(_) => duplicate(&stage, index, &call, &mut call_id).await,
        CallKind::Case(case) => own_case(&stage, index, &call, case, &mut call_id).await,
    };
    match played {
        Ok(()) => stage.set(index, Standing::Done),
        Err(Stopped(step, error)) => {
            if matches!(error, RpcError::Unreachable { .. }) {
                stage.given_up.cancel();
            }
            stage.failed(Failure { call: index, agency: None, step: step.to_owned(), why: error.to_string() });
            stage.set(index, Standing::Failed);
        }
    }
    call_id
}

async fn ring(stage: &Stage, index: usize, call: &Call, call_id: &mut Option<String>) -> Result<String, Stopped> {
    let telephony = stage.operators.any();
    let request = RingCallRequest {
        request_id: telephony.request_id(),
        line: LINE.into(),
        number: call.phone.clone(),
        recording_reference: String::new(),
        ringing_at: None,
    };
    let reply = rpc!(telephony, CallServiceClient.ring_call(request)).await.step("ring")?;
    stage.beat(&format!("call {index}"), "rings");
    let id = reply.changed.unwrap_or_default().id;
    *call_id = Some(id.clone());
    Ok(id)
}

/// Rings, waits for a free operator, who answers and asks who calls.
async fn answer<'a>(
    stage: &'a Stage,
    index: usize,
    call: &Call,
    call_id: &mut Option<String>,
) -> Result<(Seat<'a>, String), Stopped> {
    let id = ring(stage, index, call, call_id).await?;
    let seat = stage.operators.seat().await;
    let session = seat.session();
    let request = AnswerCallRequest { request_id: session.request_id(), call_id: id.clone() };
    rpc!(session, CallServiceClient.answer_call(request)).await.step("answer")?;
    stage.beat(&format!("call {index}"), &format!("answered by {}", seat.name()));
    stage.set(index, Standing::Answered);
    let request = IdentifyCallerRequest {
        request_id: session.request_id(),
        call_id: id.clone(),
        name: None,
        // Known from the ring; telling it again would store it twice.
        number: None,
        language: Some("id".into()),
    };
    rpc!(session, CallServiceClient.identify_caller(request)).await.step("identify the caller")?;
    Ok((seat, id))
}

async fn end(session: &RpcSession, call_id: &str) -> Result<(), Stopped> {
    let request = EndCallRequest { request_id: session.request_id(), call_id: call_id.to_owned() };
    rpc!(session, CallServiceClient.end_call(request)).await.step("end the call").map(drop)
}

/// Ends the call and is ready for the next.
async fn leave(seat: &Seat<'_>, call_id: &str) -> Result<(), Stopped> {
    end(seat.session(), call_id).await?;
    super::play::ready(seat.session()).await.step("be ready again")
}

async fn abandoned(stage: &Stage, index: usize, call: &Call, call_id: &mut Option<String>) -> Result<(), Stopped> {
    let id = ring(stage, index, call, call_id).await?;
    end(stage.operators.any(), &id).await?;
    let seat = stage.operators.seat().await;
    let session = seat.session();
    let request = RecordCallBackRequest { request_id: session.request_id(), call_id: id, reached: true };
    rpc!(session, CallServiceClient.record_call_back(request)).await.step("call back")?;
    stage.beat(&format!("call {index}"), "abandoned, called back");
    Ok(())
}

async fn nuisance(
    stage: &Stage,
    index: usize,
    call: &Call,
    disposition: Disposition,
    call_id: &mut Option<String>,
) -> Result<(), Stopped> {
    let (seat, id) = answer(stage, index, call, call_id).await?;
    let session = seat.session();
    let request = SetDispositionRequest {
        request_id: session.request_id(),
        call_id: id.clone(),
        disposition: disposition.into(),
    };
    rpc!(session, CallServiceClient.set_disposition(request)).await.step("set the disposition")?;
    leave(&seat, &id).await?;
    stage.beat(&format!("call {index}"), super::report::disposition_word(disposition));
    Ok(())
}

async fn duplicate(stage: &Stage, index: usize, call: &Call, call_id: &mut Option<String>) -> Result<(), Stopped> {
    let Some(case) = stage.scenario.case_of(index) else { return Ok(()) };
    // The earlier call has its operator before this one takes another: with few operators they would wait for each
    // other.
    stage.wait(case, |standing| *standing != Standing::Waiting).await;
    let (seat, id) = answer(stage, index, call, call_id).await?;
    let session = seat.session();
    let opened = stage.wait(case, |standing| !matches!(standing, Standing::Waiting | Standing::Answered)).await;
    if let Standing::Opened(case) = opened {
        let request = AttachCallRequest {
            request_id: session.request_id(),
            call_id: id.clone(),
            incident_id: case.incident_id.clone(),
        };
        rpc!(session, CallServiceClient.attach_call(request)).await.step("attach to the case")?;
        if !call.narrative.is_empty() {
            let request = AddNoteRequest {
                request_id: session.request_id(),
                incident_id: case.incident_id,
                text: call.narrative.clone(),
                occurred_at: None,
            };
            rpc!(session, IncidentServiceClient.add_note(request)).await.step("note what the caller said")?;
        }
        stage.beat(&format!("call {index}"), &format!("is about {}", case.number));
    }
    // Without a case to attach it to, the missing case is told where it failed.
    leave(&seat, &id).await
}

async fn own_case(
    stage: &Arc<Stage>,
    index: usize,
    call: &Call,
    case: &Case,
    call_id: &mut Option<String>,
) -> Result<(), Stopped> {
    let (seat, id) = answer(stage, index, call, call_id).await?;
    let session = seat.session().clone();
    let (opened, version) = open(stage, &session, call, &id).await?;
    stage.beat(&opened.number, &format!("opened by {} for call {index}", seat.name()));
    stage.set(index, Standing::Opened(opened.clone()));
    let request = dispatch_request(&session, case, &opened);
    classify(stage, &session, case, &opened, version, call.place.is_some()).await?;
    rpc!(session, DispatchServiceClient.dispatch_incident(request)).await.step("dispatch")?;
    let agencies = stage.agencies_of(case);
    stage.beat(&opened.number, &format!("dispatched to {}", agencies.join(", ")));
    let mut scripts = JoinSet::new();
    for agency in agencies {
        scripts.spawn(agency::play(stage.clone(), index, opened.clone(), agency));
    }
    leave(&seat, &id).await?;
    drop(seat);
    // A script keeps its own failures; none of them ends another's.
    scripts.join_all().await;
    for other in 0..stage.scenario.calls.len() {
        if other != index && stage.scenario.case_of(other) == Some(index) {
            stage.wait(other, |standing| matches!(standing, Standing::Done | Standing::Failed)).await;
        }
    }
    close(stage, &session, index, &opened).await
}

fn dispatch_request(session: &RpcSession, case: &Case, opened: &CaseRef) -> DispatchIncidentRequest {
    DispatchIncidentRequest {
        request_id: session.request_id(),
        incident_id: opened.incident_id.clone(),
        agency_codes: case.dispatch.clone(),
        share_caller_with: Vec::new(),
    }
}

/// Opens the case; returns it with the version of its card.
async fn open(stage: &Stage, session: &RpcSession, call: &Call, call_id: &str) -> Result<(CaseRef, u64), Stopped> {
    let request = OpenIncidentRequest {
        request_id: session.request_id(),
        call_id: call_id.to_owned(),
        narrative: call.narrative.clone(),
        place: call.place.as_ref().map(place_input),
        ..OpenIncidentRequest::default()
    };
    let reply = rpc!(session, IncidentServiceClient.open_incident(request)).await.step("open the case")?;
    let changed = reply.changed.unwrap_or_default();
    let incident_id = changed.id;
    // Known as the drill's own before anything of it can be sent.
    stage.own.write().unwrap_or_else(std::sync::PoisonError::into_inner).insert(incident_id.clone());
    Ok((CaseRef { incident_id, number: reply.number }, changed.version))
}

fn place_input(place: &Place) -> PlaceInput {
    let point = place.point.map(|(latitude, longitude)| Point { latitude, longitude, accuracy_m: 0.0 });
    PlaceInput { text: place.text.clone(), point, kelurahan_code: String::new() }
}

/// Verifies the place, and sets type and priority.
async fn classify(
    stage: &Stage,
    session: &RpcSession,
    case: &Case,
    opened: &CaseRef,
    mut version: u64,
    has_place: bool,
) -> Result<(), Stopped> {
    if has_place {
        let request = VerifyPlaceRequest {
            request_id: session.request_id(),
            incident_id: opened.incident_id.clone(),
            version,
            place: None,
            verification: PlaceVerification::CallerConfirmed.into(),
        };
        let reply = rpc!(session, IncidentServiceClient.verify_place(request)).await.step("verify the place")?;
        version = reply.changed.map_or(version, |changed| changed.version);
        stage.beat(&opened.number, "place verified");
    }
    let of_type = stage.catalog.types.iter().find(|known| known.code == case.type_code);
    let priority = case.priority.filter(|priority| of_type.is_none_or(|known| known.default_priority != *priority));
    let request = ClassifyIncidentRequest {
        request_id: session.request_id(),
        incident_id: opened.incident_id.clone(),
        version,
        type_code: case.type_code.clone(),
        priority: priority.unwrap_or_default(),
        priority_reason: priority.map(|_| PRIORITY_REASON.to_owned()).unwrap_or_default(),
    };
    rpc!(session, IncidentServiceClient.classify_incident(request)).await.step("classify")?;
    stage.beat(&opened.number, &format!("classified as {}", case.type_code));
    Ok(())
}

/// The whole case as an operator sees it.
pub(super) async fn incident(session: &RpcSession, incident_id: &str) -> Result<IncidentView, RpcError> {
    let request = GetIncidentRequest { incident_id: incident_id.to_owned(), number: String::new() };
    let reply = rpc!(session, IncidentServiceClient.get_incident(request)).await?;
    Ok(reply.incident.unwrap_or_default())
}

/// Withdraws what still runs, since a case with agencies at work cannot be closed, and closes it.
async fn close(stage: &Stage, session: &RpcSession, index: usize, opened: &CaseRef) -> Result<(), Stopped> {
    for attempt in 1.. {
        let view = incident(session, &opened.incident_id).await.step("read the case")?;
        withdraw(stage, session, index, &view).await?;
        let request = CloseIncidentRequest {
            request_id: session.request_id(),
            incident_id: opened.incident_id.clone(),
            outcome_code: outcome(stage, &view),
            actions: ACTIONS.into(),
            ..CloseIncidentRequest::default()
        };
        match rpc!(session, IncidentServiceClient.close_incident(request)).await {
            // Somebody has sent another agency meanwhile.
            Err(error) if error.code() == "SIAGA-1307" && attempt < CLOSINGS_MAX => {}
            closed => {
                closed.step("close")?;
                break;
            }
        }
    }
    stage.beat(&opened.number, "closed");
    Ok(())
}

async fn withdraw(stage: &Stage, session: &RpcSession, index: usize, view: &IncidentView) -> Result<(), Stopped> {
    for assignment in &view.assignments {
        if matches!(assignment.step(), Step::Completed | Step::Declined | Step::Withdrawn) {
            continue;
        }
        let is_silent = stage.scenario.script(&assignment.agency_code, index).is_none();
        let reason = if is_silent { SILENT_REASON } else { UNFINISHED_REASON };
        let request = WithdrawAssignmentRequest {
            request_id: session.request_id(),
            assignment_id: assignment.id.clone(),
            reason: reason.into(),
        };
        match rpc!(session, DispatchServiceClient.withdraw_assignment(request)).await {
            // It ended by itself a moment ago.
            Err(error) if error.code() == "SIAGA-1401" => {}
            withdrawn => {
                withdrawn.step("withdraw")?;
                stage.beat(&view.number, &format!("{} withdrawn", assignment.agency_code));
            }
        }
    }
    Ok(())
}

/// Handled, or that nobody came, as far as the catalog has words for it.
fn outcome(stage: &Stage, view: &IncidentView) -> String {
    let has = |code: &str| stage.catalog.outcomes.iter().any(|outcome| outcome.code == code);
    let anybody = view.assignments.iter().any(|assignment| assignment.step() == Step::Completed);
    let code = if !anybody && has("no-capacity") { "no-capacity" } else { "handled" };
    code.to_owned()
}
