//! A case that is opened, verified and sent in one step is all of that, or nothing.

use crate::{
    access::{Caller, rules::rule_of},
    queries,
    testing::{self, CALLER, INSIDE, TestCore, run},
};
use siaga_domain::{Role, SiagaError};
use siaga_proto::v1::{self, OpenIncidentRequest};

testing::on_each!(
    it_is_opened_verified_and_sent_in_one_step_and_once,
    it_goes_to_the_leads_when_nobody_is_named,
    what_cannot_be_sent_or_verified_is_not_opened,
    only_the_centre_opens,
);

fn request(core: &TestCore) -> OpenIncidentRequest {
    OpenIncidentRequest {
        request_id: core.request_id(),
        caller_name: CALLER[0].into(),
        narrative: CALLER[2].into(),
        place: Some(v1::PlaceInput {
            text: CALLER[3].into(),
            point: Some(v1::Point { latitude: INSIDE.0, longitude: INSIDE.1, accuracy_m: 0.0 }),
            kelurahan_code: String::new(),
        }),
        type_code: "kebakaran-bangunan".into(),
        place_verification: v1::PlaceVerification::Landmark.into(),
        dispatch: to(&[], &[]),
        ..OpenIncidentRequest::default()
    }
}

fn to(agencies: &[&str], shared: &[&str]) -> Option<v1::FirstDispatch> {
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    Some(v1::FirstDispatch { agency_codes: texts(agencies), share_caller_with: texts(shared) })
}

async fn shown(core: &TestCore, who: &Caller, number: &str) -> v1::IncidentView {
    let request = v1::GetIncidentRequest { number: number.into(), ..Default::default() };
    queries::get_incident(core, who, request).await.unwrap().incident.unwrap()
}

async fn it_is_opened_verified_and_sent_in_one_step_and_once() {
    let core = testing::core().await;
    let who = testing::operator(&core, "operator1").await;
    let asked = OpenIncidentRequest { dispatch: to(&["psc119", "damkar"], &["psc119"]), ..request(&core) };
    let reply = run(&core, &who, asked.clone()).await.unwrap();
    let position = core.context.store.head().await.unwrap().position;
    assert_eq!(run(&core, &who, asked).await.unwrap(), reply, "sent again it is the same case");
    assert_eq!(core.context.store.head().await.unwrap().position, position, "and nothing is added");

    let incident = shown(&core, &who, &reply.number).await;
    assert_eq!(incident.place.unwrap().verification(), v1::PlaceVerification::Landmark);
    let sent: Vec<_> = incident.assignments.iter().map(|one| (one.agency_code.as_str(), one.caller_shared)).collect();
    assert_eq!(
        sent,
        [("damkar", false), ("psc119", true)],
        "a lead sees the caller anyhow, support where that was said"
    );
    let ids: Vec<_> = incident.assignments.iter().map(|one| one.id.clone()).collect();
    assert_eq!(reply.assignment_ids, ids);
    let stamps: Vec<_> = incident.stamps.iter().map(|one| one.code.as_str()).collect();
    assert_eq!(stamps, ["T2", "T3", "T4", "T5"], "opened, verified, classified, sent");
    assert_eq!(reply.changed.unwrap().version, incident.card_version, "the next edit is made on this version");
}

async fn it_goes_to_the_leads_when_nobody_is_named() {
    let core = testing::core().await;
    let who = testing::operator(&core, "operator1").await;
    let reply = run(&core, &who, request(&core)).await.unwrap();
    let incident = shown(&core, &who, &reply.number).await;
    let sent: Vec<_> = incident.assignments.iter().map(|one| one.agency_code.as_str()).collect();
    assert_eq!(sent, ["damkar"]);
}

async fn what_cannot_be_sent_or_verified_is_not_opened() {
    let core = testing::core().await;
    let who = testing::operator(&core, "operator1").await;
    let position = core.context.store.head().await.unwrap().position;
    let wrong: [(&str, OpenIncidentRequest); 3] = [
        ("SIAGA-1702", OpenIncidentRequest { dispatch: to(&["nobody"], &[]), ..request(&core) }),
        ("SIAGA-1306", OpenIncidentRequest { type_code: String::new(), ..request(&core) }),
        ("SIAGA-1303", OpenIncidentRequest { place: None, ..request(&core) }),
    ];
    for (code, asked) in wrong {
        let refused: SiagaError = run(&core, &who, asked).await.unwrap_err();
        assert_eq!(refused.code, code, "{refused:?}");
        assert_eq!(core.context.store.head().await.unwrap().position, position, "nothing of it is left");
    }
    let reply = run(&core, &who, request(&core)).await.unwrap();
    assert!(reply.number.ends_with("-0001"), "a refused case takes no number: {}", reply.number);
}

async fn only_the_centre_opens() {
    let rules = ["IncidentService/OpenIncident", "IncidentService/VerifyPlace", "DispatchService/DispatchIncident"]
        .map(|rpc| rule_of(&format!("/siaga.v1.{rpc}")).unwrap());
    for role in [Role::AgencyDispatcher, Role::FieldUnit, Role::HubAnalyst, Role::Administrator, Role::Gateway] {
        assert!(!rules[0].allows(role), "{role:?}");
    }
    for role in [Role::Operator, Role::Supervisor] {
        assert!(rules.iter().all(|rule| rule.allows(role)), "{role:?}: who opens may do all that opening can do");
    }
}
