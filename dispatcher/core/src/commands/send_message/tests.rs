//! The conversation of centre and agency: who writes, who reads, and who never sees it.

use crate::{
    access::{Caller, rules, sight::Reader},
    feed::tests::screen::Screen,
    queries,
    testing::{self, TestCore},
    timeline,
};
use siaga_domain::{Role, SiagaError, unit::Unit};
use siaga_proto::v1::{self, entity::Value};
use uuid::Uuid;

testing::on_each!(
    both_desks_write_and_each_sees_what_the_other_has_read,
    nobody_else_sees_or_joins_the_conversation,
    a_sensitive_case_shows_on_boards_that_there_are_messages_and_not_what_they_say,
    it_goes_on_after_completion_and_a_merge_and_ends_with_the_case,
    a_decline_takes_it_off_the_agencys_screen,
    an_erasure_leaves_that_there_were_messages_and_no_word_of_them,
);

const SAID: &str = "Gerbang barat sudah dibuka satpam";
const ANSWER: &str = "Diterima, dua unit lewat barat";

async fn say(core: &TestCore, who: &Caller, assignment: Uuid, text: &str) -> Result<u32, SiagaError> {
    let request = v1::SendMessageRequest {
        request_id: core.request_id(),
        assignment_id: assignment.to_string(),
        text: text.into(),
    };
    core.clock.advance_ms(1_000);
    Ok(testing::run(core, who, request).await?.number)
}

async fn read(core: &TestCore, who: &Caller, assignment: Uuid, up_to: u32) -> Result<(), SiagaError> {
    let assignment_id = assignment.to_string();
    let request = v1::MarkMessagesReadRequest { request_id: core.request_id(), assignment_id, up_to };
    testing::run(core, who, request).await.map(drop)
}

/// What a screen shows of the conversation; none: the assignment is not there.
async fn shown(core: &TestCore, reader: &Reader, assignment: Uuid) -> Option<Vec<v1::MessageView>> {
    core.feed_is_at_head().await;
    let screen = Screen::fresh(core, reader.clone()).await;
    match &screen.entities.get(&format!("assignment:{assignment}"))?.value {
        Some(Value::Assignment(view)) => Some(view.messages.clone()),
        other => panic!("{other:?}"),
    }
}

fn brief(messages: &[v1::MessageView]) -> Vec<(u32, bool, &str, bool)> {
    messages.iter().map(|one| (one.number, one.from_centre, one.text.as_str(), one.read_at.is_some())).collect()
}

fn agency(code: &str) -> Reader {
    Reader::Agency(code.into())
}

async fn both_desks_write_and_each_sees_what_the_other_has_read() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let damkar = testing::dispatcher(&core, "damkar1", "damkar").await;
    let (id, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    let held = testing::dispatch(&core, &operator, id, &["damkar"], &[]).await[0];
    assert_eq!(say(&core, &operator, held, SAID).await.unwrap(), 1);
    read(&core, &damkar, held, 1).await.unwrap();
    assert_eq!(say(&core, &damkar, held, ANSWER).await.unwrap(), 2);
    for reader in [Reader::Board, agency("damkar")] {
        let messages = shown(&core, &reader, held).await.unwrap();
        assert_eq!(brief(&messages), [(1, true, SAID, true), (2, false, ANSWER, false)], "{reader:?}");
        assert_eq!(messages[0].read_by_label, "AgencyDispatcher damkar1");
        assert_eq!(messages[1].by.as_ref().unwrap().label, "AgencyDispatcher damkar1");
    }
    let version = async || core.context.store.head().await.unwrap().position;
    let before = version().await;
    read(&core, &damkar, held, 2).await.unwrap();
    assert_eq!(version().await, before, "its own message is not read by it, and the other was");

    let lines = timeline::of_incident(&core.context, id).await.unwrap();
    let told: Vec<&str> = lines.iter().rev().take(3).map(|line| line.text_id.as_str()).collect();
    let expected = [
        format!("Damkar: pesan untuk 112: {ANSWER}"),
        "Damkar: pesan 112 dibaca.".to_owned(),
        format!("Damkar: pesan dari 112: {SAID}"),
    ];
    assert_eq!(told, expected);
    let events = core.context.store.events_of_incident(id, 0, 1_000).await.unwrap();
    let log = format!("{:?}", events.iter().map(|event| &event.data).collect::<Vec<_>>());
    assert!(!log.contains("Gerbang") && !log.contains("lewat barat"), "words lie beside the log");
    for (wrong, code) in [("", "SIAGA-1001"), ("   ", "SIAGA-1001"), ("a\u{0}", "SIAGA-1001")] {
        assert_eq!(say(&core, &operator, held, wrong).await.unwrap_err().code, code);
    }
    let long = "x".repeat(501);
    assert_eq!(say(&core, &operator, held, &long).await.unwrap_err().field.as_deref(), Some("text"));
    assert_eq!(read(&core, &operator, held, 3).await.unwrap_err().field.as_deref(), Some("up_to"));
}

async fn nobody_else_sees_or_joins_the_conversation() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let (id, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    let sent = testing::dispatch(&core, &operator, id, &["damkar", "polres"], &["polres"]).await;
    let [first, second] = ["DAMKAR-01", "DAMKAR-02"].map(Unit::id_of);
    let assign = v1::AssignUnitsRequest {
        request_id: core.request_id(),
        assignment_id: sent[0].to_string(),
        unit_ids: vec![first.to_string()],
        on_behalf: None,
    };
    testing::run(&core, &operator, assign).await.unwrap();
    say(&core, &operator, sent[0], SAID).await.unwrap();

    for who in [
        testing::dispatcher(&core, "polres1", "polres").await,
        testing::crew(&core, "crew2", "DAMKAR-02").await,
        testing::account(&core, "analis1", Role::HubAnalyst, None, None).await,
    ] {
        assert_eq!(say(&core, &who, sent[0], "x").await.unwrap_err().code, "SIAGA-1002", "{who:?}");
        assert_eq!(read(&core, &who, sent[0], 1).await.unwrap_err().code, "SIAGA-1002", "{who:?}");
    }
    for rpc in ["SendMessage", "MarkMessagesRead"] {
        let rule = rules::rule_of(&format!("/siaga.v1.DispatchService/{rpc}")).unwrap();
        for role in [Role::FieldUnit, Role::HubAnalyst, Role::Administrator, Role::Gateway] {
            assert!(!rule.allows(role), "{role:?} {rpc}");
        }
    }
    for reader in [agency("polres"), Reader::Unit(first), Reader::Unit(second)] {
        let screen = Screen::fresh(&core, reader.clone()).await;
        let all = serde_json::to_string(&screen.entities.values().collect::<Vec<_>>()).unwrap();
        assert!(!all.contains(SAID), "{reader:?}");
    }
    assert_eq!(shown(&core, &agency("polres"), sent[1]).await, Some(Vec::new()));
    assert_eq!(
        shown(&core, &Reader::Unit(first), sent[0]).await,
        Some(Vec::new()),
        "a crew has the work, not the desk"
    );
}

async fn a_sensitive_case_shows_on_boards_that_there_are_messages_and_not_what_they_say() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let psc = testing::dispatcher(&core, "psc1", "psc119").await;
    let (id, _) = testing::open(&core, &operator, "kekerasan-anak").await;
    let sent = testing::dispatch(&core, &operator, id, &["polres", "psc119"], &[]).await;
    say(&core, &psc, sent[1], SAID).await.unwrap();
    let board = shown(&core, &Reader::Board, sent[1]).await.unwrap();
    assert_eq!(brief(&board), [(1, false, "", false)], "unread, and hidden");
    let own = shown(&core, &agency("psc119"), sent[1]).await.unwrap();
    assert_eq!(brief(&own), [(1, false, SAID, false)], "who takes part sees it, though the case's words are hidden");
    assert_eq!(shown(&core, &agency("polres"), sent[0]).await, Some(Vec::new()));
    let get = v1::GetIncidentRequest { incident_id: id.to_string(), number: String::new() };
    let card = queries::get_incident(&core, &operator, get).await.unwrap().incident.unwrap();
    assert_eq!(
        brief(&card.assignments[1].messages),
        [(1, false, SAID, false)],
        "the full card, whose reading is logged"
    );
}

async fn it_goes_on_after_completion_and_a_merge_and_ends_with_the_case() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let damkar = testing::dispatcher(&core, "damkar1", "damkar").await;
    let (duplicate, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    let (kept, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    let held = testing::dispatch(&core, &operator, duplicate, &["damkar"], &[]).await[0];
    let merge = v1::MergeIncidentRequest {
        request_id: core.request_id(),
        duplicate_incident_id: duplicate.to_string(),
        into_incident_id: kept.to_string(),
    };
    testing::run(&core, &operator, merge).await.unwrap();
    say(&core, &operator, held, SAID).await.unwrap();
    let completed = v1::ReportStatusRequest {
        request_id: core.request_id(),
        assignment_id: held.to_string(),
        step: v1::Step::Completed.into(),
        ..v1::ReportStatusRequest::default()
    };
    testing::run(&core, &damkar, completed).await.unwrap();
    say(&core, &damkar, held, ANSWER).await.unwrap();
    let close = v1::CloseIncidentRequest {
        request_id: core.request_id(),
        incident_id: kept.to_string(),
        outcome_code: "handled".into(),
        ..v1::CloseIncidentRequest::default()
    };
    testing::run(&core, &operator, close).await.unwrap();
    for who in [&operator, &damkar] {
        assert_eq!(say(&core, who, held, "x").await.unwrap_err().code, "SIAGA-1407");
    }
    read(&core, &damkar, held, 1).await.unwrap();
    assert_eq!(shown(&core, &agency("damkar"), held).await.unwrap().len(), 2);
    core.clock.advance_ms(24 * 3_600_000);
    assert_eq!(shown(&core, &agency("damkar"), held).await, None, "a day after the end");
}

async fn a_decline_takes_it_off_the_agencys_screen() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let damkar = testing::dispatcher(&core, "damkar1", "damkar").await;
    let (id, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    let held = testing::dispatch(&core, &operator, id, &["damkar"], &[]).await[0];
    say(&core, &operator, held, SAID).await.unwrap();
    say(&core, &damkar, held, ANSWER).await.unwrap();
    let decline = v1::DeclineAssignmentRequest {
        request_id: core.request_id(),
        assignment_id: held.to_string(),
        reason: "Semua unit bertugas".into(),
        on_behalf: None,
    };
    testing::run(&core, &damkar, decline).await.unwrap();
    assert_eq!(shown(&core, &agency("damkar"), held).await, None);
    for who in [&operator, &damkar] {
        assert_eq!(say(&core, who, held, "x").await.unwrap_err().code, "SIAGA-1407");
    }
    assert_eq!(
        read(&core, &damkar, held, 1).await.unwrap_err().code,
        "SIAGA-1002",
        "it cannot have it before its eyes"
    );
    read(&core, &operator, held, 2).await.unwrap();
    let board = shown(&core, &Reader::Board, held).await.unwrap();
    assert_eq!(brief(&board), [(1, true, SAID, false), (2, false, ANSWER, true)], "the centre keeps what was said");
}

async fn an_erasure_leaves_that_there_were_messages_and_no_word_of_them() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let supervisor = testing::supervisor(&core, "supervisor1").await;
    let (id, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    let held = testing::dispatch(&core, &operator, id, &["damkar"], &[]).await[0];
    say(&core, &operator, held, SAID).await.unwrap();
    let found = async || {
        let search = v1::SearchIncidentsRequest { words: "satpam".into(), ..Default::default() };
        queries::search_incidents(&core, &operator, search).await.unwrap().incidents.len()
    };
    assert_eq!(found().await, 1, "its words find the case");
    let (assignment_id, reason) = (held.to_string(), "Salah kirim".to_owned());
    let withdraw = v1::WithdrawAssignmentRequest { request_id: core.request_id(), assignment_id, reason };
    testing::run(&core, &operator, withdraw).await.unwrap();
    let close = v1::CloseIncidentRequest {
        request_id: core.request_id(),
        incident_id: id.to_string(),
        outcome_code: "handled".into(),
        ..Default::default()
    };
    testing::run(&core, &operator, close).await.unwrap();
    let erase = v1::ErasePersonalDataRequest {
        request_id: core.request_id(),
        incident_id: id.to_string(),
        reason: "Permohonan".into(),
        ..Default::default()
    };
    testing::run(&core, &supervisor, erase).await.unwrap();
    assert_eq!(core.context.store.personal_of("assignment", held).await.unwrap(), []);
    assert_eq!(brief(&shown(&core, &Reader::Board, held).await.unwrap()), [(1, true, "", false)]);
    assert_eq!(found().await, 0);
    let lines = timeline::of_incident(&core.context, id).await.unwrap();
    assert!(lines.iter().any(|line| line.text_id == "Damkar: pesan dari 112"), "that there was one stays");
}
