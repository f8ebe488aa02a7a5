//! The hub is restored from an older copy: it gets again what it lacks, without anybody's help.

use crate::hub::{centre, gets_t13, handled_by_hand, history, hub, is_whole, read};
use siaga_proto::v1;
use siaga_tests::{Database, Desk, Server, eventually, request_id, server, sign_in};
use std::{fs, path::Path};

/// Takes the hub's database files from one folder to another, where none are left of others.
fn copy_hub(from: &Path, to: &Path) {
    let is_hub = |name: &str| name.starts_with("hub.db");
    for file in fs::read_dir(to).unwrap().map(Result::unwrap).filter(|file| is_hub(file.file_name().to_str().unwrap()))
    {
        fs::remove_file(file.path()).unwrap();
    }
    for file in
        fs::read_dir(from).unwrap().map(Result::unwrap).filter(|file| is_hub(file.file_name().to_str().unwrap()))
    {
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

async fn nothing_waits(operator: &Desk) {
    eventually("the hub has everything", || {
        let mut operator = operator.clone();
        async move {
            let state =
                operator.hub.get_delivery_state(v1::GetDeliveryStateRequest::default()).await.ok()?.into_inner();
            (state.waiting_cases == 0 && state.dead_cases == 0).then_some(())
        }
    })
    .await;
}

/// Waits until the hub has a stage of a case.
async fn arrived(hub: &Server, reader: &Desk, number: &str, stage: &str) {
    eventually(stage, || async {
        let case = read(&hub.url, reader, &format!("/hub/cases/{number}")).await;
        case["history"].as_array()?.iter().any(|event| event["data"]["stage"] == stage).then_some(())
    })
    .await;
}

/// Puts other files in the place of the hub's while it does not run.
async fn exchanged(hub: &mut Server, from: &Path, to: &Path) {
    assert!(hub.stop().success());
    copy_hub(from, to);
    hub.start_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_restored_from_an_older_copy_gets_again_what_it_lacks() {
    let hub_port = server::free_port();
    let mut hub = hub(hub_port, &Database::Sqlite).await;
    let centre = centre(Database::Sqlite, hub_port).await;
    let mut operator = sign_in(&centre.url, "operator1").await;
    let (running, running_number) = operator.open("kebakaran-bangunan", "Rumah terbakar").await;
    let assignments = operator.dispatch(&running, &["damkar"]).await;
    let reader = sign_in(&hub.url, "supervisor1").await;
    arrived(&hub, &reader, &running_number, "dispatched").await;
    let copy = tempfile::tempdir().unwrap();
    let folder = hub.folder();
    exchanged(&mut hub, &folder, copy.path()).await;

    // What comes after the copy: news of a case that it has, and a case that it has not.
    let completed = v1::ReportStatusRequest {
        request_id: request_id(),
        assignment_id: assignments[0].clone(),
        step: v1::Step::Completed.into(),
        on_behalf: Some(v1::OnBehalf { channel: v1::Channel::Radio.into(), contact: "Posko".into(), said_at: None }),
        ..Default::default()
    };
    operator.dispatch.report_status(completed).await.unwrap();
    let (lost, lost_number) = handled_by_hand(&mut operator, "Sarang tawon").await;
    arrived(&hub, &reader, &running_number, "completed").await;
    gets_t13(&operator, &lost).await;
    nothing_waits(&operator).await;
    exchanged(&mut hub, copy.path(), &folder).await;
    assert_eq!(read(&hub.url, &reader, &format!("/hub/cases/{lost_number}")).await["code"], "SIAGA-5024");

    // The next news of the running case show what is missing.
    let close = v1::CloseIncidentRequest {
        request_id: request_id(),
        incident_id: running.clone(),
        outcome_code: "handled".into(),
        ..Default::default()
    };
    operator.incidents.close_incident(close).await.unwrap();
    gets_t13(&operator, &running).await;
    let of_running = history(&hub.url, &reader, &running_number).await;
    is_whole(&of_running);
    let stages: Vec<&str> = of_running.iter().filter_map(|event| event["data"]["stage"].as_str()).collect();
    assert_eq!(stages, ["opened", "classified", "dispatched", "completed", "closed"]);
    // And so the case that has no news comes again too.
    eventually("the lost case is there again", || async {
        let case = read(&hub.url, &reader, &format!("/hub/cases/{lost_number}")).await;
        case["record"]["outcome"].as_str().map(drop)
    })
    .await;
    is_whole(&history(&hub.url, &reader, &lost_number).await);
    nothing_waits(&operator).await;
    assert!(centre.log().contains("the data hub lacks messages"), "{}", centre.log());
}
