//! From the first ring to the data hub.

use siaga_proto::v1::{self, Step};
use siaga_tests::{Database, Desk, Server, eventually, request_id, sign_in};

async fn report(desk: &mut Desk, assignment_id: &str, step: Step) {
    let request = v1::ReportStatusRequest {
        request_id: request_id(),
        assignment_id: assignment_id.into(),
        step: step.into(),
        ..Default::default()
    };
    desk.dispatch.report_status(request).await.unwrap();
}

#[expect(clippy::too_many_lines, reason = "one story, told in order")]
async fn ten_steps(database: Database) {
    let server = Server::start_on(database).await;
    let mut operator = sign_in(&server.url, "operator1").await;
    let mut damkar = sign_in(&server.url, "damkar").await;

    let call_id = operator.answered_call("0000-4410").await;
    let opened = operator
        .incidents
        .open_incident(v1::OpenIncidentRequest {
            request_id: request_id(),
            call_id: call_id.clone(),
            narrative: "Rumah terbakar, api dari dapur".into(),
            place: Some(v1::PlaceInput {
                text: "Jl. Niaga".into(),
                point: Some(v1::Point { latitude: 0.9065, longitude: 108.9845, accuracy_m: 20.0 }),
                kelurahan_code: String::new(),
            }),
            ..Default::default()
        })
        .await
        .unwrap()
        .into_inner();
    let incident_id = opened.changed.clone().unwrap().id;
    assert!(opened.number.starts_with("SKW-"), "{}", opened.number);

    let verified = v1::VerifyPlaceRequest {
        request_id: request_id(),
        incident_id: incident_id.clone(),
        version: opened.changed.unwrap().version,
        place: None,
        verification: v1::PlaceVerification::CallerConfirmed.into(),
    };
    let verified = operator.incidents.verify_place(verified).await.unwrap().into_inner();
    let classified = v1::ClassifyIncidentRequest {
        request_id: request_id(),
        incident_id: incident_id.clone(),
        version: verified.changed.unwrap().version,
        type_code: "kebakaran-bangunan".into(),
        ..Default::default()
    };
    operator.incidents.classify_incident(classified).await.unwrap();
    // No agency named: the plan's lead.
    let assignments = operator.dispatch(&incident_id, &[]).await;
    let [assignment_id] = assignments.as_slice() else { panic!("{assignments:?}") };

    let receipt = v1::RecordReceiptRequest { request_id: request_id(), assignment_id: assignment_id.clone() };
    damkar.dispatch.record_receipt(receipt).await.unwrap();
    let acknowledge = v1::AcknowledgeAssignmentRequest {
        request_id: request_id(),
        assignment_id: assignment_id.clone(),
        on_behalf: None,
    };
    damkar.dispatch.acknowledge_assignment(acknowledge).await.unwrap();
    let units = damkar.units.list_units(v1::ListUnitsRequest::default()).await.unwrap().into_inner().units;
    assert!(units.len() >= 2 && units.iter().all(|unit| unit.agency_code == "damkar"), "only the own units");
    let assign = v1::AssignUnitsRequest {
        request_id: request_id(),
        assignment_id: assignment_id.clone(),
        unit_ids: vec![units[0].id.clone()],
        on_behalf: None,
    };
    damkar.dispatch.assign_units(assign).await.unwrap();
    for step in [Step::EnRoute, Step::OnScene, Step::UnderControl, Step::Completed] {
        report(&mut damkar, assignment_id, step).await;
    }

    let close = v1::CloseIncidentRequest {
        request_id: request_id(),
        incident_id: incident_id.clone(),
        outcome_code: "handled".into(),
        victims: Some(v1::Victims { dead: Some(0), injured: Some(1), missing: None, evacuated: None }),
        cause: "Korsleting".into(),
        ..Default::default()
    };
    operator.incidents.close_incident(close).await.unwrap();

    let request = v1::GetReportRequest { incident_id: incident_id.clone(), language: "id".into() };
    let pdf = operator.incidents.get_report(request).await.unwrap().into_inner();
    assert!(pdf.pdf.starts_with(b"%PDF-") && pdf.file_name.ends_with(".pdf"));

    let case = eventually("T13", || {
        let (mut operator, incident_id) = (operator.clone(), incident_id.clone());
        async move {
            let case = operator.case(&incident_id).await;
            let done = case.incident.as_ref().unwrap().stamps.iter().any(|stamp| stamp.code == "T13");
            done.then_some(case)
        }
    })
    .await;
    let incident = case.incident.unwrap();
    let codes: Vec<&str> = incident.stamps.iter().map(|stamp| stamp.code.as_str()).collect();
    let all: Vec<String> = (0..14).map(|number| format!("T{number}")).collect();
    assert_eq!(codes, all, "every stamp, in order");
    assert!(!case.timeline.is_empty() && case.timeline.iter().all(|entry| !entry.text_id.is_empty()));

    let hub = reqwest::Client::new()
        .get(format!("{}/hub/cases/{}", server.url, opened.number))
        .bearer_auth(&sign_in(&server.url, "analis1").await.token)
        .send()
        .await
        .unwrap();
    assert!(hub.status().is_success(), "{}", hub.status());
    let hub = hub.text().await.unwrap();
    assert!(hub.contains(&opened.number) && !hub.contains("0000-4410") && !hub.contains("dapur"), "{hub}");
    let verified = server.siaga(&["audit", "verify"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_steps_on_sqlite() {
    ten_steps(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_steps_on_postgres() {
    ten_steps(Database::postgres().await).await;
}
