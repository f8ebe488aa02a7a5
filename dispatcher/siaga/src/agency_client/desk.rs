//! The client's work: store, print, confirm, and do what is typed or what an unattended system does by itself.

use super::{
    live::{LiveClient, LiveEvent, View},
    screen::{Screen, is_final},
    store::Store,
    typed::{HELP, Typed, What, parse},
};
use serde_json::json;
use siaga_proto::v1::{
    AcceptAssignmentRequest, AcknowledgeAssignmentRequest, AddNoteRequest, AssignUnitsRequest, AssignmentView, Command,
    ConfirmReadinessRequest, DeclineAssignmentRequest, Readiness, ReportStatusRequest, RequestHelpRequest, Step,
    command, server_frame::Frame,
};
use std::{
    collections::{BTreeSet, VecDeque},
    io::{self, Write},
    time::Duration,
};
use tokio::{sync::mpsc, task::JoinSet};

/// How long a typed command is repeated without an answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Frames that are stored together, so that a burst is written once.
const BURST: usize = 64;

/// Why the client ended by itself.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The connection will not come back.
    #[error("the connection has ended: {0}")]
    Ended(String),
    /// Nothing can be stored, so nothing may be confirmed.
    #[error("nothing can be stored any more, so nothing is confirmed: {0}")]
    Store(io::Error),
    /// Nobody reads what is printed.
    #[error("the output is closed: {0}")]
    Output(#[from] io::Error),
}

/// What is done without a person.
#[derive(Debug, Clone, Copy, Default)]
pub struct Automatic {
    /// Acknowledge what arrives.
    pub acknowledge: bool,
    /// Confirm readiness and accept what arrives.
    pub accept: bool,
}

/// The desk.
pub struct Desk<W> {
    client: LiveClient,
    view: View,
    store: Option<Store>,
    audience: String,
    screen: Screen<W>,
    automatic: Automatic,
    /// Receipts given by this process, by assignment.
    receipts: BTreeSet<String>,
    /// Assignments that were answered automatically.
    answered: BTreeSet<String>,
    /// The assignment that was worked on last: meant when none is named.
    current: Option<String>,
    commands: JoinSet<(String, Result<(), String>)>,
}

impl<W: Write> Desk<W> {
    /// A desk with what was stored.
    pub fn new(
        client: LiveClient,
        (store, audience, view): (Option<Store>, String, View),
        screen: Screen<W>,
        automatic: Automatic,
    ) -> Self {
        Self {
            client,
            view,
            store,
            audience,
            screen,
            automatic,
            receipts: BTreeSet::new(),
            answered: BTreeSet::new(),
            current: None,
            commands: JoinSet::new(),
        }
    }

    /// Works until `quit` is typed, the typing is interrupted, or the connection ends for good. When `lines` end, it
    /// goes on without them.
    ///
    /// # Errors
    /// Why it ended by itself.
    pub async fn work(mut self, mut lines: mpsc::Receiver<String>) -> Result<(), DeskError> {
        let mut is_typing = true;
        let stored: Vec<String> = self.view.entities().map(|entity| entity.key.clone()).collect();
        self.show(&stored)?;
        loop {
            tokio::select! {
                event = self.client.next() => match event {
                    Some(event) => self.take(event).await?,
                    None => return Err(DeskError::Ended("no reason was given".into())),
                },
                line = lines.recv(), if is_typing => match line {
                    Some(line) => {
                        if self.typed(&line)? {
                            return Ok(());
                        }
                    }
                    None => is_typing = false,
                },
                Some(done) = self.commands.join_next() => self.done(done)?,
            }
        }
    }

    async fn take(&mut self, first: LiveEvent) -> Result<(), DeskError> {
        let mut events: VecDeque<LiveEvent> = [first].into();
        while events.len() < BURST
            && let Some(event) = self.client.next_waiting()
        {
            events.push_back(event);
        }
        let mut touched = Vec::new();
        let mut is_changed = false;
        for event in events {
            match event {
                LiveEvent::Connected(welcome) => {
                    self.view.reconnected();
                    self.audience.clone_from(&welcome.audience);
                    let audience = welcome.audience.clone();
                    let event =
                        json!({"event": "connected", "audience": audience.as_str(), "resumed": welcome.resumed});
                    self.screen.say(&format!("tersambung: {audience}"), &format!("connected: {audience}"), event)?;
                }
                LiveEvent::Frame(frame) => {
                    is_changed |= matches!(frame.frame, Some(Frame::Change(_) | Frame::Snapshot(_)));
                    touched.extend(self.view.apply(&frame));
                    self.other(&frame.frame)?;
                }
                LiveEvent::Lost { reason, retry_in } => {
                    let event = json!({"event": "lost", "reason": reason, "retry_ms": retry_in.as_millis() as u64});
                    self.screen.say(
                        &format!("terputus, menyambung lagi: {reason}"),
                        &format!("connection lost, trying again: {reason}"),
                        event,
                    )?;
                }
                LiveEvent::Problem(problem) => {
                    self.screen.tell(&problem, json!({"event": "problem", "what": problem}))?;
                }
                LiveEvent::Ended(reason) => return Err(DeskError::Ended(reason)),
            }
        }
        if is_changed {
            self.save()?;
        }
        self.show(&touched)?;
        self.confirm().await;
        Ok(())
    }

    fn other(&mut self, frame: &Option<Frame>) -> io::Result<()> {
        match frame {
            Some(Frame::ReceiptConfirmed(confirmed)) => {
                let id = &confirmed.assignment_id;
                self.screen.tell("", json!({"event": "receipt_confirmed", "assignment_id": id}))
            }
            Some(Frame::Error(detail)) => {
                let words = super::rpc::words(detail);
                self.screen.tell(&words, json!({"event": "error", "error": words}))
            }
            Some(Frame::FeedState(state)) if !state.up => self.screen.say(
                "data langsung tertunda: pusat sedang terputus dari gerbang",
                "live data are delayed: the gateway has lost the centre",
                json!({"event": "delayed"}),
            ),
            _ => Ok(()),
        }
    }

    fn save(&self) -> Result<(), DeskError> {
        match &self.store {
            Some(store) => store.save(&self.audience, &self.view).map_err(DeskError::Store),
            None => Ok(()),
        }
    }

    fn show(&mut self, keys: &[String]) -> io::Result<()> {
        for key in keys.iter().filter(|key| key.starts_with("assignment:")) {
            self.screen.assignment(key, self.view.assignment_at(key))?;
        }
        Ok(())
    }

    /// Receipts for what is stored and shown now, and the automatic answers.
    async fn confirm(&mut self) {
        let known: Vec<AssignmentView> = self.view.assignments().filter(|view| is_running(view)).cloned().collect();
        for assignment in known {
            let handle = self.client.handle();
            let is_delivered = assignment.stamps.iter().any(|stamp| stamp.step() == Step::Delivered);
            if !is_delivered && self.receipts.insert(assignment.id.clone()) {
                // An ended connection tells so itself, as the next event.
                let _ = handle.receipt(&assignment.id).await;
            }
            let wants = self.automatic.acknowledge || self.automatic.accept;
            if wants && assignment.step() < Step::Acknowledged && self.answered.insert(assignment.id.clone()) {
                self.answer(&assignment);
            }
        }
        self.receipts.retain(|id| self.view.assignments().any(|assignment| assignment.id == *id));
        self.answered.retain(|id| self.view.assignments().any(|assignment| assignment.id == *id));
    }

    fn answer(&mut self, assignment: &AssignmentView) {
        let mut steps = vec![What::Acknowledge];
        if self.automatic.accept {
            steps.extend([What::Ready, What::Accept]);
        }
        let commands = steps.iter().filter_map(|step| self.command(assignment, step).ok()).collect();
        self.send(assignment.incident_number.clone(), commands);
    }

    /// Does what was typed; true: leave.
    fn typed(&mut self, line: &str) -> io::Result<bool> {
        let typed = match parse(line) {
            Ok(Some(typed)) => typed,
            Ok(None) => return Ok(false),
            Err(problem) => {
                self.screen.tell(&problem, json!({"event": "not_understood", "what": problem}))?;
                return Ok(false);
            }
        };
        match &typed.what {
            What::Quit => return Ok(true),
            What::Help => self.screen.tell(HELP, json!({"event": "help", "text": HELP}))?,
            What::List => self.screen.list(self.view.assignments())?,
            _ => {
                let command = self.named(&typed).and_then(|view| Ok((self.command(&view, &typed.what)?, view)));
                match command {
                    Ok((command, view)) => {
                        self.current = Some(view.id);
                        self.send(view.incident_number, vec![command]);
                    }
                    Err(problem) => {
                        self.screen.tell(&problem, json!({"event": "not_done", "what": problem}))?;
                    }
                }
            }
        }
        Ok(false)
    }

    /// The assignment that is meant.
    fn named(&self, typed: &Typed) -> Result<AssignmentView, String> {
        let fits = |view: &&AssignmentView| match &typed.number {
            Some(number) => view.incident_number.ends_with(number.as_str()),
            None => is_running(view),
        };
        let is_current = |view: &AssignmentView| self.current.as_ref() == Some(&view.id) && is_running(view);
        if typed.number.is_none()
            && let Some(current) = self.view.assignments().find(|view| is_current(view))
        {
            return Ok(current.clone());
        }
        let mut fitting = self.view.assignments().filter(fits);
        match (fitting.next(), fitting.next()) {
            (Some(one), None) => Ok(one.clone()),
            (None, _) => Err("tidak ada tugas seperti itu / no such assignment; ketik / type: list".into()),
            (Some(_), Some(_)) => Err("sebutkan nomor kasusnya / name the case; ketik / type: list".into()),
        }
    }

    /// The command of the contract for what was asked.
    fn command(&self, view: &AssignmentView, what: &What) -> Result<Command, String> {
        use command::Command as Kind;
        let (request_id, assignment_id) = (self.client.handle().request_id(), view.id.clone());
        let on_behalf = None;
        let command = match what {
            What::Acknowledge => {
                Kind::AcknowledgeAssignment(AcknowledgeAssignmentRequest { request_id, assignment_id, on_behalf })
            }
            What::Ready => {
                let readiness = Some(Readiness { people: true, vehicles: true, equipment: true, note: String::new() });
                Kind::ConfirmReadiness(ConfirmReadinessRequest { request_id, assignment_id, readiness, on_behalf })
            }
            What::Accept => Kind::AcceptAssignment(AcceptAssignmentRequest { request_id, assignment_id, on_behalf }),
            What::Decline(reason) => {
                let reason = reason.clone();
                Kind::DeclineAssignment(DeclineAssignmentRequest { request_id, assignment_id, reason, on_behalf })
            }
            What::Units(codes) => {
                let unit_ids = codes.iter().map(|code| self.unit(code)).collect::<Result<_, _>>()?;
                Kind::AssignUnits(AssignUnitsRequest { request_id, assignment_id, unit_ids, on_behalf })
            }
            What::Report(step, unit) => {
                let unit_id = unit.as_ref().map(|code| self.unit(code)).transpose()?.unwrap_or_default();
                let step = (*step).into();
                Kind::ReportStatus(ReportStatusRequest {
                    request_id,
                    assignment_id,
                    unit_id,
                    step,
                    ..Default::default()
                })
            }
            What::Note(text) => {
                let (incident_id, text) = (view.incident_id.clone(), text.clone());
                Kind::AddNote(AddNoteRequest { request_id, incident_id, text, occurred_at: None })
            }
            What::RequestHelp(needed) => {
                let what = needed.clone();
                Kind::RequestHelp(RequestHelpRequest { request_id, assignment_id, what, on_behalf, occurred_at: None })
            }
            What::List | What::Help | What::Quit => return Err("bukan perintah tugas / not a command".into()),
        };
        Ok(Command { command: Some(command) })
    }

    fn unit(&self, code: &str) -> Result<String, String> {
        let units = self.view.units();
        let found = units.iter().find(|unit| unit.code.eq_ignore_ascii_case(code));
        found.map(|unit| unit.id.clone()).ok_or_else(|| {
            let codes: Vec<&str> = units.iter().map(|unit| unit.code.as_str()).collect();
            format!("{code}: tidak dikenal / unknown; ada / there are: {}", codes.join(", "))
        })
    }

    /// Sends commands one after the other, beside everything else.
    fn send(&mut self, number: String, commands: Vec<Command>) {
        let handle = self.client.handle();
        self.commands.spawn(async move {
            for command in commands {
                if let Err(error) = handle.command(command, PATIENCE).await {
                    return (number, Err(error.to_string()));
                }
            }
            (number, Ok(()))
        });
    }

    fn done(&mut self, done: Result<(String, Result<(), String>), tokio::task::JoinError>) -> io::Result<()> {
        match done {
            Ok((number, Ok(()))) => {
                let event = json!({"event": "result", "number": number, "ok": true});
                self.screen.say(&format!("{number}: tercatat"), &format!("{number}: recorded"), event)
            }
            Ok((number, Err(why))) => {
                let event = json!({"event": "result", "number": number, "ok": false, "error": why});
                self.screen.tell(&format!("{number}: {why}"), event)
            }
            Err(error) => self.screen.tell(&error.to_string(), json!({"event": "problem", "what": error.to_string()})),
        }
    }
}

fn is_running(view: &AssignmentView) -> bool {
    !is_final(view.step())
}
