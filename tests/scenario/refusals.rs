//! The wrong person, and bad input: refused with a clear code, and nothing breaks.

use siaga_proto::v1;
use siaga_tests::{Server, clients::code, eventually, request_id, sign_in};

#[tokio::test(flavor = "multi_thread")]
async fn an_agency_touches_and_sees_only_its_own() {
    let server = Server::start().await;
    let mut operator = sign_in(&server.url, "operator1").await;
    let mut polres = sign_in(&server.url, "polres").await;
    let mut crew = sign_in(&server.url, "damkar-01").await;
    let (incident_id, _) = operator.open("kebakaran-bangunan", "Rumah terbakar").await;
    let assignment_id = operator.dispatch(&incident_id, &["damkar"]).await.remove(0);

    let acknowledge = || v1::AcknowledgeAssignmentRequest {
        request_id: request_id(),
        assignment_id: assignment_id.clone(),
        on_behalf: None,
    };
    let refusal = polres.dispatch.acknowledge_assignment(acknowledge()).await.unwrap_err();
    assert_eq!(code(&refusal), "SIAGA-1002", "another agency's assignment looks as if there were none");
    let refusal = crew.dispatch.acknowledge_assignment(acknowledge()).await.unwrap_err();
    assert_eq!(code(&refusal), "SIAGA-1100", "a crew does not acknowledge for its desk");
    let note = v1::AddNoteRequest {
        request_id: request_id(),
        incident_id: incident_id.clone(),
        text: "x".into(),
        occurred_at: None,
    };
    let refusal = polres.incidents.add_note(note).await.unwrap_err();
    assert_eq!(code(&refusal), "SIAGA-1002");
    let get = v1::GetIncidentRequest { incident_id: incident_id.clone(), number: String::new() };
    let refusal = polres.incidents.get_incident(get).await.unwrap_err();
    assert_eq!(code(&refusal), "SIAGA-1100");
    let report = v1::GetReportRequest { incident_id: incident_id.clone(), language: String::new() };
    let refusal = polres.incidents.get_report(report).await.unwrap_err();
    assert_eq!(code(&refusal), "SIAGA-1002");
    let said = v1::OnBehalf { channel: v1::Channel::Radio.into(), contact: "Piket".into(), said_at: None };
    let on_behalf = v1::AcknowledgeAssignmentRequest { on_behalf: Some(said), ..acknowledge() };
    let mut damkar = sign_in(&server.url, "damkar").await;
    let refusal = damkar.dispatch.acknowledge_assignment(on_behalf.clone()).await.unwrap_err();
    assert_eq!(code(&refusal), "SIAGA-1101", "only the centre records on somebody's behalf");
    operator.dispatch.acknowledge_assignment(on_behalf).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_are_for_those_who_are_on_the_case() {
    let server = Server::start().await;
    let mut operator = sign_in(&server.url, "operator1").await;
    let mut polres = sign_in(&server.url, "polres").await;
    let mut crew = sign_in(&server.url, "damkar-01").await;
    let mut damkar = sign_in(&server.url, "damkar").await;
    let (incident_id, _) = operator.open("kebakaran-bangunan", "Rumah terbakar").await;
    operator.dispatch(&incident_id, &["damkar"]).await;

    let jpeg = b"\xff\xd8\xff\xc0\0\x08\x08\0\x30\0\x40\x01\xff\xda\0\x02\x07\xff\xd9".to_vec();
    let photo = |jpeg: Vec<u8>| v1::AddPhotoRequest {
        request_id: request_id(),
        incident_id: incident_id.clone(),
        jpeg,
        ..Default::default()
    };
    for stranger in [&mut polres, &mut crew] {
        let refusal = stranger.incidents.add_photo(photo(jpeg.clone())).await.unwrap_err();
        assert_eq!(code(&refusal), "SIAGA-1002");
    }
    let photo_id = operator.incidents.add_photo(photo(jpeg)).await.unwrap().into_inner().photo_id;
    let look = || v1::GetPhotoRequest { incident_id: incident_id.clone(), photo_id: photo_id.clone(), thumbnail: true };
    for stranger in [&mut polres, &mut crew] {
        let refusal = stranger.incidents.get_photo(look()).await.unwrap_err();
        assert_eq!(code(&refusal), "SIAGA-1002");
    }
    let mut analyst = sign_in(&server.url, "analis1").await;
    let refusal = analyst.incidents.get_photo(look()).await.unwrap_err();
    assert_eq!(code(&refusal), "SIAGA-1100");
    let refusal = operator.incidents.add_photo(photo(vec![0xff; 800 * 1024])).await.unwrap_err();
    assert_eq!(code(&refusal), "SIAGA-1001");
    damkar.incidents.get_photo(look()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_supervisors_settle_what_the_hub_refused() {
    let server = Server::start().await;
    let mut operator = sign_in(&server.url, "operator1").await;
    let (_, number) = operator.open("sarang-tawon", "Sarang tawon").await;
    let replay =
        |case_number: &str| v1::ReplayDeliveryRequest { request_id: request_id(), case_number: case_number.to_owned() };
    let skip = |case_number: &str, reason: &str| v1::SkipDeliveryRequest {
        request_id: request_id(),
        case_number: case_number.to_owned(),
        reason: reason.to_owned(),
    };
    for username in ["operator1", "damkar", "damkar-01", "analis1"] {
        let mut wrong = sign_in(&server.url, username).await;
        let refusal = wrong.hub.replay_delivery(replay(&number)).await.unwrap_err();
        assert_eq!(code(&refusal), "SIAGA-1100", "{username}");
        let refusal = wrong.hub.skip_delivery(skip(&number, "x")).await.unwrap_err();
        assert_eq!(code(&refusal), "SIAGA-1100", "{username}");
        let state = wrong.hub.get_delivery_state(v1::GetDeliveryStateRequest::default()).await;
        assert_eq!(state.is_ok(), !username.starts_with("damkar"), "{username}");
        let lease = v1::LeaseDeliveriesRequest { gateway_id: "g".into(), limit: 1, wait_ms: 0 };
        assert_eq!(code(&wrong.hub.lease_deliveries(lease).await.unwrap_err()), "SIAGA-1100", "{username}");
        let record = v1::RecordDeliveryRequest { case_number: number.clone(), ..Default::default() };
        assert_eq!(code(&wrong.hub.record_delivery(record).await.unwrap_err()), "SIAGA-1100", "{username}");
    }
    let mut supervisor = sign_in(&server.url, "supervisor1").await;
    // The case is with the hub, or on its way; nothing of it was refused.
    eventually("the delivery knows the case", || {
        let (mut supervisor, replay) = (supervisor.clone(), replay(&number));
        async move {
            let refusal = supervisor.hub.replay_delivery(replay).await.unwrap_err();
            (code(&refusal) == "SIAGA-1704").then_some(())
        }
    })
    .await;
    let long = "9".repeat(10_000);
    for (case_number, reason, expected) in [
        (number.as_str(), "salah", "SIAGA-1704"),
        (number.as_str(), "", "SIAGA-1001"),
        (number.as_str(), long.as_str(), "SIAGA-1001"),
        (long.as_str(), "salah", "SIAGA-1001"),
        ("", "salah", "SIAGA-1001"),
        ("SKW-1", "salah", "SIAGA-1002"),
    ] {
        let refusal = supervisor.hub.skip_delivery(skip(case_number, reason)).await.unwrap_err();
        assert_eq!(code(&refusal), expected, "{refusal:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_was_ended_is_refused() {
    let server = Server::start().await;
    let mut operator = sign_in(&server.url, "operator1").await;
    operator.access.sign_out(v1::SignOutRequest {}).await.unwrap();
    let refusal = operator.access.who_am_i(v1::WhoAmIRequest {}).await.unwrap_err();
    assert_eq!(code(&refusal), "SIAGA-1102");

    let mut administrator = sign_in(&server.url, "admin").await;
    let mut other = sign_in(&server.url, "operator2").await;
    let disable = v1::DisableAccountRequest {
        request_id: request_id(),
        account_id: other.account.id.clone(),
        reason: "uji".into(),
    };
    administrator.access.disable_account(disable).await.unwrap();
    let refusal = other.access.who_am_i(v1::WhoAmIRequest {}).await.unwrap_err();
    assert_eq!(code(&refusal), "SIAGA-1102");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_fields_are_named() {
    let server = Server::start().await;
    let mut operator = sign_in(&server.url, "operator1").await;
    let good = || v1::OpenIncidentRequest { request_id: request_id(), ..Default::default() };
    let place = |latitude, longitude| {
        let point = Some(v1::Point { latitude, longitude, accuracy_m: 0.0 });
        Some(v1::PlaceInput { point, ..Default::default() })
    };
    let mut cases = vec![
        ("narrative", "SIAGA-1001", v1::OpenIncidentRequest { narrative: "x".repeat(10_000), ..good() }),
        ("caller_number", "SIAGA-1001", v1::OpenIncidentRequest { caller_number: "0".repeat(100), ..good() }),
        ("narrative", "SIAGA-1001", v1::OpenIncidentRequest { narrative: "a\u{0}b".into(), ..good() }),
        ("type_code", "SIAGA-1701", v1::OpenIncidentRequest { type_code: "alien".into(), ..good() }),
        ("request_id", "SIAGA-1001", v1::OpenIncidentRequest { request_id: "1".into(), ..good() }),
        (
            "priority_reason",
            "SIAGA-1304",
            v1::OpenIncidentRequest { type_code: "kebakaran-bangunan".into(), priority: 4, ..good() },
        ),
    ];
    for (latitude, longitude) in [(91.0, 0.5), (0.5, 181.0), (0.0, 0.0), (f64::NAN, 1.0), (f64::INFINITY, 1.0)] {
        let request = v1::OpenIncidentRequest { place: place(latitude, longitude), ..good() };
        cases.push(("place.point", "SIAGA-1001", request));
    }
    // A version 7 id that was made forty days ago.
    let old = "01900000-0000-7000-8000-000000000001";
    cases.push(("request_id", "SIAGA-1005", v1::OpenIncidentRequest { request_id: old.into(), ..good() }));
    for (field, expected, request) in cases {
        let refusal = operator.incidents.open_incident(request).await.unwrap_err();
        assert_eq!(code(&refusal), expected, "{field}");
        let detail = siaga_tests::clients::detail(&refusal);
        assert_eq!(detail.field, field);
        assert!(!detail.message_id.is_empty() && !detail.message_en.is_empty());
    }
    let outside = v1::OpenIncidentRequest { place: place(-6.2, 106.8), ..good() };
    let opened = operator.incidents.open_incident(outside).await.unwrap().into_inner();
    let case = operator.case(&opened.changed.unwrap().id).await.incident.unwrap();
    assert!(case.place.unwrap().outside_city, "a call from elsewhere is taken, and marked");
    let sambas = v1::OpenIncidentRequest { place: place(1.17, 109.0), ..good() };
    let opened = operator.incidents.open_incident(sambas).await.unwrap().into_inner();
    let case = operator.case(&opened.changed.unwrap().id).await.incident.unwrap();
    assert_eq!(case.place.unwrap().neighbour_code, "61.01");
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_requests_do_not_end_the_server() {
    let server = Server::start().await;
    // A connection of its own for each: the server closes one whose request it did not read to the end.
    let client = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
    let token = sign_in(&server.url, "operator1").await.token;
    let bodies: [&[u8]; 4] =
        [b"", b"\xff\xff\xff\xff\xff", b"\x00\x00\x00\x00\x05\x0a\xff\xff\xff\xff", &[0x0a; 70_000]];
    for body in bodies {
        for content_type in ["application/grpc-web+proto", "application/grpc", "application/json", "text/plain"] {
            let answer = client
                .post(format!("{}/siaga.v1.IncidentService/OpenIncident", server.url))
                .bearer_auth(&token)
                .header("content-type", content_type)
                .body(body.to_vec())
                .send()
                .await;
            // Closed while the rest was still being sent: refused as well.
            let Ok(answer) = answer else { continue };
            let status = answer.headers().get("grpc-status").map(|status| status.to_str().unwrap().to_owned());
            assert!(status.as_deref() != Some("0"), "{content_type} was taken");
        }
    }
    for path in ["/hub/events", "/ws", "/%00", "/siaga.v1.Nothing/Nothing", "/operator/../../etc/passwd"] {
        let answer = client.post(format!("{}{path}", server.url)).body("{").send().await.unwrap();
        assert!(answer.status().is_client_error() || answer.headers().contains_key("grpc-status"), "{path}");
    }
    let ready = client.get(format!("{}/readyz", server.url)).send().await.unwrap();
    assert!(ready.status().is_success());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_may_see_figures_prints_them() {
    let server = Server::start().await;
    let request = |period: v1::Period, day: &str| v1::GetActivityReportRequest {
        period: period.into(),
        day: day.to_owned(),
        language: String::new(),
    };
    for username in ["operator1", "damkar", "damkar-01"] {
        let mut wrong = sign_in(&server.url, username).await;
        let refusal = wrong.statistics.get_activity_report(request(v1::Period::Day, "")).await.unwrap_err();
        assert_eq!(code(&refusal), "SIAGA-1100", "{username}");
    }
    for username in ["supervisor1", "analis1", "admin"] {
        let mut right = sign_in(&server.url, username).await;
        let file = right.statistics.get_activity_report(request(v1::Period::Month, "")).await.unwrap().into_inner();
        assert!(file.pdf.starts_with(b"%PDF-") && file.file_name.ends_with(".pdf"), "{username}");
    }
    let mut supervisor = sign_in(&server.url, "supervisor1").await;
    for wrong in [request(v1::Period::Unspecified, ""), request(v1::Period::Week, "besok")] {
        let refusal = supervisor.statistics.get_activity_report(wrong).await.unwrap_err();
        assert_eq!(code(&refusal), "SIAGA-1001");
    }
}
