//! What was asked of the server and not yet answered: repeated, always the same, until it is.

use siaga_proto::v1::{self, ClientFrame, Command, CommandResult, Receipt, client_frame::Frame};
use std::{collections::BTreeMap, time::Duration};
use tokio::{sync::oneshot, time::Instant};

/// Receipts, and commands, that may wait at once.
const WAITING_MAX: usize = 1_000;
/// A receipt is repeated this often; an alarm is raised after a few seconds without it.
const RECEIPT_REPEAT: Duration = Duration::from_secs(2);
/// A command without a result for this long is sent again.
const COMMAND_REPEAT: Duration = Duration::from_secs(15);

/// A frame that waits for its answer.
struct Waiting {
    json: String,
    repeat: Duration,
    due: Instant,
}

impl Waiting {
    fn new(frame: Frame, repeat: Duration, now: Instant) -> Self {
        Self { json: encode(frame), repeat, due: now }
    }

    fn send(&mut self, now: Instant) -> String {
        self.due = now + self.repeat;
        self.json.clone()
    }
}

/// The answers that are still out.
#[derive(Default)]
pub(super) struct Outbox {
    /// By assignment.
    receipts: BTreeMap<String, Waiting>,
    /// By request id.
    commands: BTreeMap<String, (Waiting, oneshot::Sender<CommandResult>)>,
}

impl Outbox {
    /// Keeps a receipt until it is confirmed; a second one for the same assignment is the first. False: too many wait.
    pub(super) fn receipt(&mut self, receipt: Receipt, now: Instant) -> bool {
        let assignment_id = receipt.assignment_id.clone();
        if self.receipts.len() >= WAITING_MAX && !self.receipts.contains_key(&assignment_id) {
            return false;
        }
        self.receipts
            .entry(assignment_id)
            .or_insert_with(|| Waiting::new(Frame::Receipt(receipt), RECEIPT_REPEAT, now));
        true
    }

    /// Keeps a command until its result is here. Too many: the sender is dropped, which its owner sees.
    pub(super) fn command(&mut self, command: Command, reply: oneshot::Sender<CommandResult>, now: Instant) {
        let Some(request_id) = request_id_of(&command).map(str::to_owned) else { return };
        if self.commands.len() < WAITING_MAX {
            self.commands.insert(request_id, (Waiting::new(Frame::Command(command), COMMAND_REPEAT, now), reply));
        }
    }

    /// The receipt has arrived, or its assignment is gone.
    pub(super) fn settle_receipt(&mut self, assignment_id: &str) {
        self.receipts.remove(assignment_id);
    }

    /// Hands a result to who asked.
    pub(super) fn settle_command(&mut self, result: CommandResult) {
        if let Some((_, reply)) = self.commands.remove(&result.request_id) {
            // Who asked may have given up; the server's record is what counts.
            let _ = reply.send(result);
        }
    }

    /// A new connection: everything that waits is sent again at once.
    pub(super) fn all_due(&mut self, now: Instant) {
        self.each().for_each(|waiting| waiting.due = now);
    }

    /// The frames to send now.
    pub(super) fn take_due(&mut self, now: Instant) -> Vec<String> {
        // Nobody waits for these any more.
        self.commands.retain(|_, (_, reply)| !reply.is_closed());
        self.each().filter(|waiting| waiting.due <= now).map(|waiting| waiting.send(now)).collect()
    }

    /// When something is to be sent next.
    pub(super) fn next_due(&mut self) -> Option<Instant> {
        self.each().map(|waiting| waiting.due).min()
    }

    fn each(&mut self) -> impl Iterator<Item = &mut Waiting> {
        self.receipts.values_mut().chain(self.commands.values_mut().map(|(waiting, _)| waiting))
    }
}

/// A client frame as it travels.
pub(super) fn encode(frame: Frame) -> String {
    serde_json::to_string(&ClientFrame { frame: Some(frame) }).expect("the contract's messages have a JSON form")
}

/// The id that a command is known by. None: a position, which is telemetry and has none.
pub fn request_id_of(command: &Command) -> Option<&str> {
    use v1::command::Command as Kind;
    Some(match command.command.as_ref()? {
        Kind::AcknowledgeAssignment(request) => &request.request_id,
        Kind::ConfirmReadiness(request) => &request.request_id,
        Kind::AcceptAssignment(request) => &request.request_id,
        Kind::DeclineAssignment(request) => &request.request_id,
        Kind::AssignUnits(request) => &request.request_id,
        Kind::ReleaseUnit(request) => &request.request_id,
        Kind::ReportStatus(request) => &request.request_id,
        Kind::CorrectStatus(request) => &request.request_id,
        Kind::RequestHelp(request) => &request.request_id,
        Kind::SetUnitService(request) => &request.request_id,
        Kind::AddNote(request) => &request.request_id,
        Kind::SendMessage(request) => &request.request_id,
        Kind::MarkMessagesRead(request) => &request.request_id,
        Kind::ReportPosition(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use siaga_proto::v1::AcknowledgeAssignmentRequest;

    fn receipt(assignment: &str, request: &str) -> Receipt {
        Receipt { assignment_id: assignment.into(), request_id: request.into() }
    }

    fn acknowledge(request: &str) -> Command {
        Command {
            command: Some(v1::command::Command::AcknowledgeAssignment(AcknowledgeAssignmentRequest {
                request_id: request.into(),
                assignment_id: "a".into(),
                on_behalf: None,
            })),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_receipt_is_repeated_unchanged_until_it_is_confirmed() {
        let mut outbox = Outbox::default();
        let start = Instant::now();
        outbox.receipt(receipt("a", "r1"), start);
        outbox.receipt(receipt("a", "r2"), start);
        let first = outbox.take_due(start);
        assert_eq!(first.len(), 1);
        assert!(first[0].contains("r1"));
        assert!(outbox.take_due(start).is_empty());
        assert_eq!(outbox.next_due(), Some(start + RECEIPT_REPEAT));
        assert_eq!(outbox.take_due(start + RECEIPT_REPEAT), first);
        outbox.settle_receipt("a");
        assert_eq!(outbox.next_due(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_new_connection_sends_everything_that_waits_again() {
        let mut outbox = Outbox::default();
        let start = Instant::now();
        let (reply, mut result) = oneshot::channel();
        outbox.receipt(receipt("a", "r1"), start);
        outbox.command(acknowledge("c1"), reply, start);
        assert_eq!(outbox.take_due(start).len(), 2);
        outbox.all_due(start);
        assert_eq!(outbox.take_due(start).len(), 2);
        outbox.settle_command(CommandResult { request_id: "c1".into(), ok: true, changed: None, error: None });
        assert!(result.try_recv().unwrap().ok);
        outbox.all_due(start);
        assert_eq!(outbox.take_due(start).len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn what_nobody_waits_for_is_not_sent_again() {
        let mut outbox = Outbox::default();
        let (reply, result) = oneshot::channel();
        outbox.command(acknowledge("c1"), reply, Instant::now());
        drop(result);
        assert!(outbox.take_due(Instant::now()).is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn over_the_limit_is_refused() {
        let mut outbox = Outbox::default();
        for number in 0..WAITING_MAX {
            assert!(outbox.receipt(receipt(&number.to_string(), "r"), Instant::now()));
        }
        assert!(!outbox.receipt(receipt("one more", "r"), Instant::now()));
    }
}
