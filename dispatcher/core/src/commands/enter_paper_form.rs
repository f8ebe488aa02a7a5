//! EnterPaperForm: a paper form of an outage, entered in one step with the times as they were.
//!
//! It is one command, not twenty: an agency must not be called to a fire of yesterday between two of them, and a form
//! is entered whole or not at all. What it does, it does through the commands of the screens, each at its time.

#[cfg(test)]
mod tests;

use crate::{
    command::{Command, account_of},
    convert,
    work::Work,
};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError, Timestamp,
    call::Call,
    incident::{Incident, IncidentEvent},
    limits,
    paper::in_order,
    step::Step,
};
use siaga_proto::v1::{self, EnterPaperFormRequest, EnterPaperFormResponse};
use uuid::Uuid;

#[async_trait]
impl Command for EnterPaperFormRequest {
    type Reply = EnterPaperFormResponse;
    const NAME: &'static str = "EnterPaperForm";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<EnterPaperFormResponse, SiagaError> {
        let sheet = limits::text("sheet", &self.sheet, limits::SHEET_CHARS)?;
        let mut entering = Entering { form: self, call: None, incident: None, assignments: Vec::new() };
        for (at, line) in lines(self, work.now)? {
            work.happened_at(Some(at));
            entering.line(line, work).await?;
        }
        work.happened_at(None);
        let Some((incident_id, number)) = entering.incident else {
            let call = entering.call.map(|call_id| (call_id, work.version::<Call>(call_id)));
            let changed = call.and_then(|(call_id, version)| convert::changed(call_id, version));
            return Ok(EnterPaperFormResponse { changed, number: String::new() });
        };
        if let Some(note) = self.incident.as_ref().map(|incident| incident.note.trim()).filter(|note| !note.is_empty())
        {
            let (request_id, incident_id) = (String::new(), incident_id.to_string());
            let note = v1::AddNoteRequest { request_id, incident_id, text: note.into(), occurred_at: None };
            note.decide(work).await?;
        }
        let meta = work.meta();
        work.emit::<Incident>(incident_id, IncidentEvent::EnteredFromPaper { sheet }, &meta).await?;
        let version = work.get::<Incident>(incident_id, ("Kejadian", "The incident")).await?.card_version;
        Ok(EnterPaperFormResponse { changed: convert::changed(incident_id, version), number })
    }
}

/// Something the form says at a time of its own.
enum Line<'a> {
    Ring(&'a v1::PaperCall),
    Answer,
    Open(&'a v1::PaperIncident),
    Verify(&'a v1::PaperIncident),
    EndCall(&'a v1::PaperCall),
    Send(usize, &'a v1::PaperAgency),
    Step(usize, &'a v1::PaperAgency, Step),
    Close(&'a v1::PaperClosing),
}

/// The form line by line, in the order in which it happened.
fn lines(form: &EnterPaperFormRequest, now: Timestamp) -> Result<Vec<(Timestamp, Line<'_>)>, SiagaError> {
    let mut lines = Vec::new();
    let (mut rang, mut answered) = (None, None);
    if let Some(call) = &form.call {
        rang = Some(needed("call.ringing_at", call.ringing_at)?);
        answered = convert::time("call.answered_at", call.answered_at)?;
        let ended = needed("call.ended_at", call.ended_at)?;
        in_order(&[("call.ringing_at", rang), ("call.answered_at", answered), ("call.ended_at", Some(ended))], now)?;
        lines.extend(rang.map(|at| (at, Line::Ring(call))));
        lines.extend(answered.map(|at| (at, Line::Answer)));
        lines.push((ended, Line::EndCall(call)));
    } else if form.incident.is_none() {
        return Err(SiagaError::invalid("incident", "Formulir ini kosong.", "This form is empty."));
    }
    if let Some(incident) = &form.incident {
        lines.extend(incident_lines(incident, rang.is_some(), answered, now)?);
    }
    // Stable: what happened in the same minute stays in the order of the work.
    lines.sort_by_key(|(at, _)| *at);
    Ok(lines)
}

fn incident_lines(
    incident: &v1::PaperIncident,
    is_called: bool,
    answered: Option<Timestamp>,
    now: Timestamp,
) -> Result<Vec<(Timestamp, Line<'_>)>, SiagaError> {
    if is_called && answered.is_none() {
        return Err(SiagaError::invalid(
            "call.answered_at",
            "Panggilan sebuah kejadian pasti dijawab: tulis jamnya.",
            "The call of an incident was answered: say when.",
        ));
    }
    if incident.agencies.len() > limits::AGENCIES_A_COMMAND {
        return Err(SiagaError::invalid(
            "incident.agencies",
            format!("Paling banyak {} instansi sekaligus.", limits::AGENCIES_A_COMMAND),
            format!("At most {} agencies at once.", limits::AGENCIES_A_COMMAND),
        ));
    }
    let opened = match convert::time("incident.opened_at", incident.opened_at)? {
        Some(opened) => opened,
        None => answered.ok_or_else(|| missing("incident.opened_at"))?,
    };
    in_order(&[("call.answered_at", answered), ("incident.opened_at", Some(opened))], now)?;
    let verified = convert::time("incident.verified_at", incident.verified_at)?.unwrap_or(opened);
    in_order(&[("incident.opened_at", Some(opened)), ("incident.verified_at", Some(verified))], now)?;
    let mut lines = vec![(opened, Line::Open(incident))];
    if incident.verification() != v1::PlaceVerification::Unspecified {
        lines.push((verified, Line::Verify(incident)));
    }
    for (index, agency) in incident.agencies.iter().enumerate() {
        lines.extend(agency_lines(index, agency, opened, now)?);
    }
    if let Some(closing) = &incident.closing {
        let last = lines.iter().map(|(at, _)| *at).max().unwrap_or(opened);
        let closed = needed("incident.closing.closed_at", closing.closed_at)?;
        in_order(&[("the last step", Some(last)), ("incident.closing.closed_at", Some(closed))], now)?;
        lines.push((closed, Line::Close(closing)));
    }
    Ok(lines)
}

fn agency_lines(
    index: usize,
    agency: &v1::PaperAgency,
    opened: Timestamp,
    now: Timestamp,
) -> Result<Vec<(Timestamp, Line<'_>)>, SiagaError> {
    let field = |name: &str| format!("incident.agencies[{index}].{name}");
    let sent = needed(&field("sent_at"), agency.sent_at)?;
    let steps = [
        ("acknowledged_at", agency.acknowledged_at, Step::Acknowledged),
        ("accepted_at", agency.accepted_at, Step::Accepted),
        ("en_route_at", agency.en_route_at, Step::EnRoute),
        ("on_scene_at", agency.on_scene_at, Step::OnScene),
        ("under_control_at", agency.under_control_at, Step::UnderControl),
        ("completed_at", agency.completed_at, Step::Completed),
        ("declined_at", agency.declined_at, Step::Declined),
    ];
    let mut moments = vec![("incident.opened_at".to_owned(), Some(opened)), (field("sent_at"), Some(sent))];
    let mut lines = vec![(sent, Line::Send(index, agency))];
    for (name, at, step) in steps {
        let Some(at) = convert::time(&field(name), at)? else { continue };
        moments.push((field(name), Some(at)));
        lines.push((at, Line::Step(index, agency, step)));
    }
    let moments: Vec<_> = moments.iter().map(|(field, at)| (field.as_str(), *at)).collect();
    in_order(&moments, now)?;
    Ok(lines)
}

fn needed(field: &str, at: Option<siaga_proto::Timestamp>) -> Result<Timestamp, SiagaError> {
    convert::time(field, at)?.ok_or_else(|| missing(field))
}

fn missing(field: &str) -> SiagaError {
    SiagaError::invalid(field, "Jam ini wajib ditulis.", "This time is needed.")
}

/// How far the form is entered.
struct Entering<'a> {
    form: &'a EnterPaperFormRequest,
    call: Option<Uuid>,
    incident: Option<(Uuid, String)>,
    /// By the place of the agency on the form.
    assignments: Vec<(usize, Uuid)>,
}

impl Entering<'_> {
    async fn line(&mut self, line: Line<'_>, work: &mut Work<'_>) -> Result<(), SiagaError> {
        match line {
            Line::Ring(call) => self.ring(call, work).await,
            Line::Answer => self.answer(work).await,
            Line::EndCall(call) => self.end_call(call, work).await,
            Line::Open(incident) => self.open(incident, work).await,
            Line::Verify(incident) => self.verify(incident, work).await,
            Line::Send(index, agency) => self.send(index, agency, work).await,
            Line::Step(index, agency, step) => self.step(index, agency, step, work).await,
            Line::Close(closing) => self.close(closing, work).await,
        }
    }

    async fn ring(&mut self, call: &v1::PaperCall, work: &mut Work<'_>) -> Result<(), SiagaError> {
        let ring = v1::RingCallRequest {
            line: call.line.clone(),
            number: call.number.clone(),
            ringing_at: call.ringing_at,
            ..v1::RingCallRequest::default()
        };
        let call_id = convert::id("call_id", &ring.decide(work).await?.changed.unwrap_or_default().id)?;
        self.call = Some(call_id);
        if !call.caller_name.trim().is_empty() {
            let identify = v1::IdentifyCallerRequest {
                call_id: call_id.to_string(),
                name: Some(call.caller_name.clone()),
                ..v1::IdentifyCallerRequest::default()
            };
            identify.decide(work).await?;
        }
        Ok(())
    }

    /// Not the screen's own command: that would put today's operator into a call of yesterday.
    async fn answer(&self, work: &mut Work<'_>) -> Result<(), SiagaError> {
        let Some(call_id) = self.call else { return Ok(()) };
        let call = work.get::<Call>(call_id, ("Panggilan", "The call")).await?;
        let answered = call.answer(account_of(work.who)?, &work.who.label)?;
        let meta = work.meta();
        work.emit::<Call>(call_id, answered, &meta).await
    }

    async fn end_call(&self, paper: &v1::PaperCall, work: &mut Work<'_>) -> Result<(), SiagaError> {
        let Some(call_id) = self.call else { return Ok(()) };
        let call = work.get::<Call>(call_id, ("Panggilan", "The call")).await?;
        let meta = work.meta();
        for event in call.end()? {
            work.emit::<Call>(call_id, event, &meta).await?;
        }
        if self.form.incident.is_some() || paper.answered_at.is_none() {
            return Ok(());
        }
        let disposition = v1::SetDispositionRequest {
            call_id: call_id.to_string(),
            disposition: paper.disposition,
            ..v1::SetDispositionRequest::default()
        };
        disposition.decide(work).await.map(|_| ())
    }

    async fn open(&mut self, incident: &v1::PaperIncident, work: &mut Work<'_>) -> Result<(), SiagaError> {
        let open = v1::OpenIncidentRequest {
            call_id: self.call.map(|call_id| call_id.to_string()).unwrap_or_default(),
            caller_name: incident.caller_name.clone(),
            caller_number: incident.caller_number.clone(),
            narrative: incident.narrative.clone(),
            place: incident.place.clone(),
            type_code: incident.type_code.clone(),
            priority: incident.priority,
            priority_reason: incident.priority_reason.clone(),
            ..v1::OpenIncidentRequest::default()
        };
        let opened = open.decide(work).await?;
        let incident_id = convert::id("incident_id", &opened.changed.unwrap_or_default().id)?;
        self.incident = Some((incident_id, opened.number));
        Ok(())
    }

    async fn verify(&self, incident: &v1::PaperIncident, work: &mut Work<'_>) -> Result<(), SiagaError> {
        let incident_id = self.incident_id();
        let version = work.get::<Incident>(&incident_id, ("Kejadian", "The incident")).await?.card_version;
        let verify = v1::VerifyPlaceRequest {
            incident_id,
            version,
            verification: incident.verification,
            ..v1::VerifyPlaceRequest::default()
        };
        verify.decide(work).await.map(|_| ())
    }

    async fn send(&mut self, index: usize, agency: &v1::PaperAgency, work: &mut Work<'_>) -> Result<(), SiagaError> {
        let code = agency.agency_code.clone();
        let dispatch = v1::DispatchIncidentRequest {
            incident_id: self.incident_id(),
            share_caller_with: if agency.share_caller { vec![code.clone()] } else { Vec::new() },
            agency_codes: vec![code],
            ..v1::DispatchIncidentRequest::default()
        };
        let sent = dispatch.decide(work).await.map_err(|error| on_line(index, error))?;
        for assignment_id in sent.assignment_ids {
            self.assignments.push((index, convert::id("assignment_id", &assignment_id)?));
        }
        Ok(())
    }

    /// A step that the agency told: the same as on the screen, with the time as it was.
    async fn step(
        &self,
        index: usize,
        agency: &v1::PaperAgency,
        step: Step,
        work: &mut Work<'_>,
    ) -> Result<(), SiagaError> {
        let sent = self.assignments.iter().find(|(at, _)| *at == index);
        let assignment_id = sent.map(|(_, assignment_id)| assignment_id.to_string()).unwrap_or_default();
        let said_at = Some(convert::timestamp(work.meta().occurred_at));
        let on_behalf = Some(v1::OnBehalf { channel: agency.channel, contact: agency.contact.clone(), said_at });
        let request_id = String::new();
        let done = match step {
            Step::Acknowledged => {
                let request = v1::AcknowledgeAssignmentRequest { request_id, assignment_id, on_behalf };
                request.decide(work).await.map(|_| ())
            }
            Step::Accepted => {
                let request = v1::AcceptAssignmentRequest { request_id, assignment_id, on_behalf };
                request.decide(work).await.map(|_| ())
            }
            Step::Declined => {
                let reason = agency.decline_reason.clone();
                let request = v1::DeclineAssignmentRequest { request_id, assignment_id, reason, on_behalf };
                request.decide(work).await.map(|_| ())
            }
            reported => {
                let request = v1::ReportStatusRequest {
                    assignment_id,
                    step: convert::step(reported).into(),
                    on_behalf,
                    ..v1::ReportStatusRequest::default()
                };
                request.decide(work).await.map(|_| ())
            }
        };
        done.map_err(|error| on_line(index, error))
    }

    async fn close(&self, closing: &v1::PaperClosing, work: &mut Work<'_>) -> Result<(), SiagaError> {
        let close = v1::CloseIncidentRequest {
            incident_id: self.incident_id(),
            outcome_code: closing.outcome_code.clone(),
            victims: closing.victims,
            cause: closing.cause.clone(),
            damage: closing.damage.clone(),
            actions: closing.actions.clone(),
            hospital: closing.hospital.clone(),
            ..v1::CloseIncidentRequest::default()
        };
        close.decide(work).await.map(|_| ())
    }

    fn incident_id(&self) -> String {
        self.incident.as_ref().map(|(incident_id, _)| incident_id.to_string()).unwrap_or_default()
    }
}

/// The error, with the agency's place on the form before its field.
fn on_line(index: usize, error: SiagaError) -> SiagaError {
    let field = format!("incident.agencies[{index}].{}", error.field.as_deref().unwrap_or("agency_code"));
    error.field(field)
}
