//! The reference client's desk against a tiny server.

use super::{
    desk::{Automatic, Desk, DeskError},
    live::{
        LiveClient, LiveOptions, View,
        fake::{Peer, options},
    },
    screen::{Language, Screen},
    store::Store,
};
use serde_json::Value;
use siaga_proto::v1::{
    AssignmentView, Change, Command, CommandResult, Entity, ErrorDetail, ReceiptConfirmed, Snapshot, Step, StepStamp,
    UnitView, client_frame, command::Command as Kind, entity, server_frame::Frame,
};
use std::{
    io::{self, Write},
    path::Path,
    sync::{Arc, Mutex},
};
use tokio::{
    net::TcpListener,
    sync::{Notify, mpsc},
    task::JoinHandle,
};

/// An output that the test reads while the desk writes.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>, Arc<Notify>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.1.notify_one();
        Ok(())
    }
}

impl Shared {
    fn events(&self) -> Vec<Value> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Waits until so many events of a name are printed.
    async fn printed(&self, name: &str, count: usize) -> Vec<Value> {
        loop {
            let events = self.events().into_iter().filter(|event| event["event"] == name);
            let events: Vec<Value> = events.collect();
            if events.len() >= count {
                return events;
            }
            self.1.notified().await;
        }
    }
}

struct Scene {
    peer: Peer,
    typing: mpsc::Sender<String>,
    output: Shared,
    work: JoinHandle<Result<(), DeskError>>,
}

async fn scene(automatic: Automatic, store: Option<&Path>) -> (Scene, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let options = options(listener.local_addr().unwrap().port());
    let (store, audience, view) = match store {
        Some(path) => {
            let (store, audience, view) = Store::open(path, "http://test", "agency:damkar").unwrap();
            (Some(store), audience, view)
        }
        None => (None, "agency:damkar".into(), View::default()),
    };
    let client = LiveClient::start(LiveOptions { cursor: view.cursor().to_owned(), ..options });
    let output = Shared::default();
    let screen = Screen::to(output.clone(), true, Language::Id);
    let (typing, lines) = mpsc::channel(8);
    let work = tokio::spawn(Desk::new(client, (store, audience, view), screen, automatic).work(lines));
    let mut peer = Peer::accept(&listener).await;
    let cursor = peer.welcome(60_000).await;
    (Scene { peer, typing, output, work }, cursor)
}

fn assignment(step: Step) -> Entity {
    let stamps = if step >= Step::Delivered {
        vec![StepStamp { step: Step::Delivered.into(), ..StepStamp::default() }]
    } else {
        Vec::new()
    };
    let view = AssignmentView {
        id: "a1".into(),
        incident_id: "i1".into(),
        incident_number: "SKW-20261122-0042".into(),
        step: step.into(),
        stamps,
        ..AssignmentView::default()
    };
    Entity {
        key: "assignment:a1".into(),
        position: 10 + step as u64,
        value: Some(entity::Value::Assignment(view)),
        removed: false,
    }
}

fn unit() -> Entity {
    let view = UnitView { id: "u1".into(), code: "DAMKAR-01".into(), in_service: true, ..UnitView::default() };
    Entity { key: "unit:u1".into(), position: 1, value: Some(entity::Value::Unit(view)), removed: false }
}

impl Scene {
    async fn snapshot(&mut self, entities: Vec<Entity>) {
        self.peer.send(Frame::Snapshot(Snapshot { entities, cursor: "c10".into(), last: true })).await;
    }

    async fn change(&mut self, entity: Entity) {
        let change = Change { cursor: "c11".into(), entity: Some(entity), server_time: None };
        self.peer.send(Frame::Change(change)).await;
    }

    async fn receipt(&mut self) -> String {
        let client_frame::Frame::Receipt(receipt) = self.peer.hear().await else { panic!("a receipt") };
        let assignment_id = receipt.assignment_id.clone();
        self.peer.send(Frame::ReceiptConfirmed(ReceiptConfirmed { assignment_id })).await;
        receipt.assignment_id
    }

    /// The next command; it is answered.
    async fn command(&mut self, error: Option<ErrorDetail>) -> Kind {
        let client_frame::Frame::Command(command) = self.peer.hear().await else { panic!("a command") };
        let request_id = super::live::request_id_of(&command).unwrap().to_owned();
        let result = CommandResult { request_id, ok: error.is_none(), changed: None, error };
        self.peer.send(Frame::CommandResult(result)).await;
        let Command { command } = command;
        command.unwrap()
    }

    async fn type_line(&self, line: &str) {
        self.typing.send(line.into()).await.unwrap();
    }
}

#[tokio::test]
async fn an_assignment_is_stored_before_its_receipt_and_resumed_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.json");
    let (mut first, cursor) = scene(Automatic::default(), Some(&path)).await;
    assert_eq!(cursor, "");
    first.snapshot(vec![assignment(Step::Sent)]).await;
    assert_eq!(first.receipt().await, "a1");
    let stored = std::fs::read_to_string(&path).unwrap();
    assert!(stored.contains("SKW-20261122-0042"), "what is confirmed is on disk");
    first.type_line("quit").await;
    first.work.await.unwrap().unwrap();

    let (second, cursor) = scene(Automatic::default(), Some(&path)).await;
    assert_eq!(cursor, "c10", "it goes on where it was");
    second.work.abort();
}

#[tokio::test]
async fn what_is_delivered_already_gets_no_second_receipt() {
    let (mut scene, _) = scene(Automatic::default(), None).await;
    scene.snapshot(vec![assignment(Step::Delivered)]).await;
    scene.output.printed("assignment", 1).await;
    scene.type_line("ack 42").await;
    assert!(matches!(scene.command(None).await, Kind::AcknowledgeAssignment(_)), "the first frame is the command");
}

#[tokio::test]
async fn an_unattended_system_acknowledges_and_accepts_once() {
    let (mut scene, _) = scene(Automatic { acknowledge: true, accept: true }, None).await;
    scene.snapshot(vec![assignment(Step::Sent)]).await;
    assert_eq!(scene.receipt().await, "a1");
    assert!(matches!(scene.command(None).await, Kind::AcknowledgeAssignment(_)));
    assert!(matches!(scene.command(None).await, Kind::ConfirmReadiness(_)));
    scene.change(assignment(Step::Ready)).await;
    assert!(matches!(scene.command(None).await, Kind::AcceptAssignment(_)));
    scene.change(assignment(Step::Accepted)).await;
    scene.type_line("note Selesai").await;
    assert!(matches!(scene.command(None).await, Kind::AddNote(_)), "nothing was answered twice");
}

#[tokio::test]
async fn typed_commands_reach_the_server_and_their_results_are_printed() {
    let (mut scene, _) = scene(Automatic::default(), None).await;
    scene.snapshot(vec![assignment(Step::Delivered), unit()]).await;
    scene.output.printed("assignment", 1).await;
    scene.type_line("units damkar-01").await;
    let Kind::AssignUnits(request) = scene.command(None).await else { panic!("units") };
    assert_eq!((request.assignment_id.as_str(), request.unit_ids), ("a1", vec!["u1".to_owned()]));
    scene.type_line("en-route DAMKAR-01").await;
    let refusal = ErrorDetail { code: "SIAGA-1404".into(), ..ErrorDetail::default() };
    let Kind::ReportStatus(request) = scene.command(Some(refusal)).await else { panic!("a status") };
    assert_eq!((request.unit_id.as_str(), request.step()), ("u1", Step::EnRoute));
    for line in ["units DAMKAR-99", "ack 99", "nonsense"] {
        scene.type_line(line).await;
    }
    scene.type_line("decline Penuh").await;
    let Kind::DeclineAssignment(request) = scene.command(None).await else { panic!("a decline") };
    assert_eq!(request.reason, "Penuh");
    let results = scene.output.printed("result", 3).await;
    assert_eq!(results.iter().filter(|event| event["ok"] == true).count(), 2);
    assert!(results.iter().any(|event| event["error"].as_str().unwrap_or_default().contains("SIAGA-1404")));
    assert_eq!(scene.output.printed("not_done", 2).await.len(), 2, "an unknown unit and an unknown case");
    assert_eq!(scene.output.printed("not_understood", 1).await.len(), 1);
    scene.type_line("quit").await;
    scene.work.await.unwrap().unwrap();
}

#[tokio::test]
async fn of_several_cases_the_one_worked_on_last_is_meant() {
    let (mut scene, _) = scene(Automatic::default(), None).await;
    let mut second = assignment(Step::Delivered);
    second.key = "assignment:a2".into();
    if let Some(entity::Value::Assignment(view)) = &mut second.value {
        view.id = "a2".into();
        view.incident_number = "SKW-20261122-0043".into();
    }
    scene.snapshot(vec![assignment(Step::Delivered), second]).await;
    scene.output.printed("assignment", 2).await;
    scene.type_line("ack").await;
    assert!(scene.output.printed("not_done", 1).await[0]["what"].as_str().unwrap().contains("name the case"));
    scene.type_line("ack 43").await;
    let Kind::AcknowledgeAssignment(request) = scene.command(None).await else { panic!("acknowledged") };
    assert_eq!(request.assignment_id, "a2");
    scene.type_line("accept").await;
    let Kind::AcceptAssignment(request) = scene.command(None).await else { panic!("accepted") };
    assert_eq!(request.assignment_id, "a2");
}

#[tokio::test]
async fn it_goes_on_when_nobody_types_any_more() {
    let (mut scene, _) = scene(Automatic::default(), None).await;
    drop(scene.typing);
    scene.peer.send(Frame::Snapshot(Snapshot { entities: vec![assignment(Step::Sent)], ..Snapshot::default() })).await;
    let last = Snapshot { entities: vec![], cursor: "c1".into(), last: true };
    scene.peer.send(Frame::Snapshot(last)).await;
    let client_frame::Frame::Receipt(_) = scene.peer.hear().await else { panic!("a receipt") };
    scene.work.abort();
}
