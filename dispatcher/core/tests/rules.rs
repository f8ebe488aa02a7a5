//! Every RPC and every WebSocket message has a rule, and every rule is about something that exists.

#![allow(clippy::unwrap_used, reason = "tests")]

use prost::Message;
use prost_types::{FileDescriptorSet, field_descriptor_proto::Type};
use siaga_core::access::rules::{RULES, Who, rule_of};
use siaga_domain::Role;
use siaga_proto::v1::FILE_DESCRIPTOR_SET;
use std::collections::BTreeSet;

fn descriptors() -> FileDescriptorSet {
    FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).unwrap()
}

fn rpcs() -> BTreeSet<String> {
    let mut rpcs = BTreeSet::new();
    for file in descriptors().file.iter().filter(|file| file.package() == "siaga.v1") {
        for service in &file.service {
            for method in &service.method {
                rpcs.insert(format!("{}/{}", service.name(), method.name()));
            }
        }
    }
    rpcs
}

#[test]
fn every_rpc_has_exactly_one_rule_and_every_rule_an_rpc() {
    let ruled: Vec<String> = RULES.iter().map(|rule| rule.rpc.to_owned()).collect();
    let unique: BTreeSet<String> = ruled.iter().cloned().collect();
    assert_eq!(ruled.len(), unique.len(), "an RPC has two rules");
    assert_eq!(rpcs(), unique);
}

#[test]
fn only_sign_in_needs_no_credential() {
    let open: Vec<&str> = RULES.iter().filter(|rule| rule.who == Who::Anybody).map(|rule| rule.rpc).collect();
    assert_eq!(open, ["AccessService/SignIn"]);
}

#[test]
fn a_path_of_another_package_or_an_unknown_method_has_no_rule() {
    assert!(rule_of("/siaga.v1.CallService/AnswerCall").is_some());
    for path in ["/siaga.v1.CallService/Nothing", "/other.CallService/AnswerCall", "/", "", "/siaga.v1."] {
        assert!(rule_of(path).is_none(), "{path}");
    }
}

/// A frame of the WebSocket acts through an RPC, whose rule holds; these do nothing but keep the line alive.
const FRAMES_WITHOUT_EFFECT: [&str; 1] = ["heartbeat"];

#[test]
fn every_websocket_message_acts_through_an_rpc_with_a_rule() {
    let rpcs = rpcs();
    let rpc_named = |name: &str| rpcs.iter().find(|rpc| rpc.ends_with(&format!("/{name}"))).cloned();
    let set = descriptors();
    let messages: Vec<_> = set.file.iter().flat_map(|file| &file.message_type).collect();
    let fields_of = |name: &str| messages.iter().find(|message| message.name() == name).unwrap().field.clone();
    for field in fields_of("ClientFrame") {
        let rpc = match field.name() {
            "hello" => rpc_named("OpenView"),
            "receipt" => rpc_named("RecordReceipt"),
            // Its own variants are looked at below.
            "command" => continue,
            name if FRAMES_WITHOUT_EFFECT.contains(&name) => continue,
            name => panic!("the frame {name} has no rule"),
        };
        assert!(rpc.is_some_and(|rpc| rule_of(&format!("/siaga.v1.{rpc}")).is_some()));
    }
    for field in fields_of("Command") {
        assert_eq!(field.r#type(), Type::Message);
        let request = field.type_name().rsplit('.').next().unwrap().to_owned();
        let name = request.strip_suffix("Request").unwrap_or_else(|| panic!("{request} is no request"));
        let rpc = rpc_named(name).unwrap_or_else(|| panic!("the command {request} is no RPC"));
        let rule = rule_of(&format!("/siaga.v1.{rpc}")).unwrap();
        assert!(rule.allows(Role::AgencyDispatcher) || rule.allows(Role::FieldUnit), "{rpc}");
    }
}

/// What each role must never be able to call, whatever else changes.
#[test]
fn roles_do_not_reach_beyond_their_work() {
    let never = [
        (Role::Gateway, vec!["CallService/", "IncidentService/", "DispatchService/", "UnitService/", "AlarmService/"]),
        (Role::Gateway, vec!["CatalogService/GetMapData", "CatalogService/LocatePoint", "CatalogService/SearchPlaces"]),
        (Role::HubAnalyst, vec!["CallService/", "IncidentService/", "DispatchService/", "AlarmService/"]),
        (Role::Administrator, vec!["CallService/", "DispatchService/", "IncidentService/GetIncident"]),
        (Role::AgencyDispatcher, vec!["IncidentService/GetIncident", "IncidentService/Search", "AlarmService/"]),
        (Role::Operator, vec!["StatisticsService/", "ReplayService/"]),
        (Role::AgencyDispatcher, vec!["StatisticsService/", "ReplayService/"]),
        (Role::FieldUnit, vec!["StatisticsService/", "ReplayService/"]),
        (Role::Gateway, vec!["StatisticsService/", "ReplayService/"]),
        (Role::HubAnalyst, vec!["ReplayService/"]),
        (Role::Administrator, vec!["ReplayService/"]),
        (Role::HubAnalyst, vec!["StatisticsService/ListFigure"]),
        (Role::Administrator, vec!["StatisticsService/ListFigure"]),
        (Role::FieldUnit, vec!["IncidentService/GetIncident", "IncidentService/GetReport", "CallService/"]),
    ];
    for (role, prefixes) in never {
        for rule in RULES {
            let forbidden = prefixes.iter().any(|prefix| rule.rpc.starts_with(prefix));
            assert!(!(forbidden && rule.allows(role)), "{role:?} may call {}", rule.rpc);
        }
    }
    for rule in
        RULES.iter().filter(|rule| rule.rpc.starts_with("SetupService/") || rule.rpc.starts_with("AuditService/"))
    {
        assert_eq!(rule.who, Who::Roles(&[Role::Administrator]), "{}", rule.rpc);
    }
    let managing = [
        "CreateAccount",
        "UpdateAccount",
        "ResetPassword",
        "DisableAccount",
        "CreateToken",
        "RevokeToken",
        "ListTokens",
    ];
    for name in managing {
        let rule = rule_of(&format!("/siaga.v1.AccessService/{name}")).unwrap();
        for role in [Role::Operator, Role::Supervisor, Role::AgencyDispatcher, Role::FieldUnit, Role::Gateway] {
            assert!(!rule.allows(role), "{role:?} may call {name}");
        }
    }
}
