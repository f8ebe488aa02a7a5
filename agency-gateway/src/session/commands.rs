//! Commands and receipts, passed on with the client's own credential. The core decides; nothing is judged here.

use std::sync::Arc;

use siaga_proto::v1::command::Command;
use siaga_proto::v1::dispatch_service_client::DispatchServiceClient;
use siaga_proto::v1::incident_service_client::IncidentServiceClient;
use siaga_proto::v1::unit_service_client::UnitServiceClient;
use siaga_proto::v1::{
    Changed, CommandResult, ErrorDetail, Receipt, ReceiptConfirmed, RecordReceiptRequest, ServerFrame,
    server_frame::Frame,
};
use tokio::sync::{Semaphore, mpsc};
use tonic::Status;

use super::Session;
use super::ending::Ending;
use crate::codes::{BUSY, error_frame};
use crate::credential::Credential;
use crate::state::Shared;
use crate::status;

const RETRY_AFTER_MS: u64 = 500;

/// Every command of the contract with the client, the method and the shape of its answer: the one place to edit when a
/// command is added to `live.proto`.
macro_rules! commands {
    ($($variant:ident = $name:literal, $client:ident :: $method:ident $(, changes $changed:ident)? ;)*) => {
        /// The commands of `Command` that have a handler here; a test compares them with the contract.
        pub const HANDLED_COMMANDS: &[&str] = &[$($name),*];

        async fn call(shared: &Shared, credential: &Credential, command: Command) -> Result<Option<Changed>, Status> {
            let channel = shared.channel.clone();
            match command {
                $(Command::$variant(request) => {
                    let answer = $client::new(channel).$method(credential.request(request)).await?.into_inner();
                    Ok(commands!(@changed answer $($changed)?))
                })*
            }
        }
    };
    (@changed $answer:ident $changed:ident) => { $answer.$changed };
    (@changed $answer:ident) => {{ let _ = $answer; None }};
}

commands! {
    AcknowledgeAssignment = "acknowledge_assignment", DispatchServiceClient::acknowledge_assignment, changes changed;
    ConfirmReadiness = "confirm_readiness", DispatchServiceClient::confirm_readiness, changes changed;
    AcceptAssignment = "accept_assignment", DispatchServiceClient::accept_assignment, changes changed;
    DeclineAssignment = "decline_assignment", DispatchServiceClient::decline_assignment, changes changed;
    AssignUnits = "assign_units", DispatchServiceClient::assign_units, changes changed;
    ReleaseUnit = "release_unit", DispatchServiceClient::release_unit, changes changed;
    ReportStatus = "report_status", DispatchServiceClient::report_status, changes changed;
    CorrectStatus = "correct_status", DispatchServiceClient::correct_status, changes changed;
    RequestHelp = "request_help", DispatchServiceClient::request_help, changes changed;
    SetUnitService = "set_unit_service", UnitServiceClient::set_unit_service, changes changed;
    ReportPosition = "report_position", UnitServiceClient::report_position;
    AddNote = "add_note", IncidentServiceClient::add_note, changes changed;
    SendMessage = "send_message", DispatchServiceClient::send_message, changes changed;
    MarkMessagesRead = "mark_messages_read", DispatchServiceClient::mark_messages_read, changes changed;
}

fn request_id(command: &Command) -> &str {
    match command {
        Command::AcknowledgeAssignment(request) => &request.request_id,
        Command::ConfirmReadiness(request) => &request.request_id,
        Command::AcceptAssignment(request) => &request.request_id,
        Command::DeclineAssignment(request) => &request.request_id,
        Command::AssignUnits(request) => &request.request_id,
        Command::ReleaseUnit(request) => &request.request_id,
        Command::ReportStatus(request) => &request.request_id,
        Command::CorrectStatus(request) => &request.request_id,
        Command::RequestHelp(request) => &request.request_id,
        Command::SetUnitService(request) => &request.request_id,
        Command::AddNote(request) => &request.request_id,
        Command::SendMessage(request) => &request.request_id,
        Command::MarkMessagesRead(request) => &request.request_id,
        // Telemetry has none.
        Command::ReportPosition(_) => "",
    }
}

/// Commands of a session, one after the other: the order in which a dispatcher pressed the buttons is kept.
pub(crate) async fn work(
    session: &Session,
    mut queue: mpsc::Receiver<Command>,
    replies: &mpsc::Sender<ServerFrame>,
) -> Ending {
    while let Some(command) = queue.recv().await {
        let request_id = request_id(&command).to_owned();
        let answer = call(&session.shared, &session.credential, command);
        let answer = tokio::time::timeout(session.shared.core_timeout(), answer).await;
        let result = match answer.unwrap_or_else(|_| Err(status::too_late())) {
            Ok(changed) => CommandResult { request_id, ok: true, changed, error: None },
            Err(status) => refused(request_id, status::detail(&status)),
        };
        if replies.try_send(ServerFrame { frame: Some(Frame::CommandResult(result)) }).is_err() {
            return Ending::slow();
        }
    }
    // The reader, which holds the other end, ended first.
    Ending::gone()
}

fn refused(request_id: String, error: ErrorDetail) -> CommandResult {
    CommandResult { request_id, ok: false, changed: None, error: Some(error) }
}

/// The answer to a command that found no room.
pub(crate) fn busy(command: &Command) -> ServerFrame {
    let result = refused(request_id(command).to_owned(), BUSY.retry_after_ms(RETRY_AFTER_MS));
    ServerFrame { frame: Some(Frame::CommandResult(result)) }
}

/// Receipts of a session, beside its commands: a slow command must not make an assignment late.
pub(crate) struct Receipts<'a> {
    session: &'a Session,
    room: Arc<Semaphore>,
}

impl<'a> Receipts<'a> {
    pub(crate) fn new(session: &'a Session) -> Self {
        Self { session, room: Arc::new(Semaphore::new(session.shared.limits.receipts)) }
    }

    /// Passes a receipt on. What cannot be recorded now is not answered: the client repeats it until it is confirmed.
    pub(crate) fn take(&self, receipt: Receipt, replies: &mpsc::Sender<ServerFrame>) {
        let Ok(permit) = Arc::clone(&self.room).try_acquire_owned() else {
            metrics::counter!("siaga_gateway_receipts_total", "result" => "no_room").increment(1);
            return;
        };
        let (shared, credential) = (Arc::clone(&self.session.shared), self.session.credential.clone());
        let replies = replies.clone();
        // Not tied to the session: a client that drops off right after its receipt has drawn the assignment.
        tokio::spawn(async move {
            if let Some(frame) = record(&shared, &credential, receipt).await {
                // A session that is over, or does not read, gets it when the receipt is repeated.
                let _ = replies.try_send(frame);
            }
            drop(permit);
        });
    }
}

async fn record(shared: &Shared, credential: &Credential, receipt: Receipt) -> Option<ServerFrame> {
    let assignment_id = receipt.assignment_id;
    let request = RecordReceiptRequest { request_id: receipt.request_id, assignment_id: assignment_id.clone() };
    let mut client = DispatchServiceClient::new(shared.channel.clone());
    let answer = client.record_receipt(credential.request(request));
    let answer = tokio::time::timeout(shared.core_timeout(), answer).await;
    let (result, frame) = match answer.unwrap_or_else(|_| Err(status::too_late())) {
        Ok(_) => {
            let confirmed = Frame::ReceiptConfirmed(ReceiptConfirmed { assignment_id });
            ("confirmed", Some(ServerFrame { frame: Some(confirmed) }))
        }
        Err(status) if status::may_heal(&status) => ("unanswered", None),
        Err(status) => {
            // Several receipts may be on their way: say which one this is about.
            let field = format!("receipt:{assignment_id}");
            ("refused", Some(error_frame(ErrorDetail { field, ..status::detail(&status) })))
        }
    };
    metrics::counter!("siaga_gateway_receipts_total", "result" => result).increment(1);
    frame
}
