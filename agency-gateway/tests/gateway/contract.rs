//! The contract covers itself: every frame and command of `live.proto` has a handler that does what its name says.

use prost::Message as _;
use prost_types::{DescriptorProto, FileDescriptorSet};
use serde_json::{Map, Value, json};
use siaga_gateway::{HANDLED_COMMANDS, HANDLED_FRAMES};
use siaga_proto::v1::FILE_DESCRIPTOR_SET;

use crate::support::{Core, connect_as, gateway};

fn files() -> FileDescriptorSet {
    FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).unwrap()
}

fn message(name: &str) -> DescriptorProto {
    let all = files().file.into_iter().filter(|file| file.package() == "siaga.v1");
    all.flat_map(|file| file.message_type).find(|message| message.name() == name).unwrap()
}

#[test]
fn every_frame_and_command_of_the_contract_has_a_handler() {
    for (name, handled) in [("ClientFrame", HANDLED_FRAMES), ("Command", HANDLED_COMMANDS)] {
        let mut in_contract: Vec<String> = message(name).field.iter().map(|field| field.name().to_owned()).collect();
        let mut handled: Vec<String> = handled.iter().map(|name| (*name).to_owned()).collect();
        in_contract.sort();
        handled.sort();
        assert_eq!(handled, in_contract, "{name}");
    }
}

/// The RPC whose request a message is, as its path.
fn rpc_of(request_type: &str) -> String {
    for file in files().file {
        for service in &file.service {
            if let Some(method) = service.method.iter().find(|method| method.input_type() == request_type) {
                return format!("/{}.{}/{}", file.package(), service.name(), method.name());
            }
        }
    }
    panic!("no RPC takes {request_type}")
}

#[tokio::test]
async fn every_command_calls_the_rpc_of_its_name_as_the_client_itself() {
    let core = Core::start().await;
    let gateway = gateway(&core).await;
    let mut client = connect_as(&gateway, "damkar", "agency:damkar").await;
    client.snapshot().await;
    for (index, field) in message("Command").field.iter().enumerate() {
        let request = message(field.type_name().rsplit('.').next().unwrap());
        let has_request_id = request.field.iter().any(|field| field.name() == "request_id");
        let request_id = if has_request_id { format!("c-{index}") } else { String::new() };
        let mut body = Map::new();
        if has_request_id {
            body.insert("requestId".into(), request_id.clone().into());
        }
        let mut command = Map::new();
        command.insert(field.json_name().to_owned(), Value::Object(body));
        client.send(json!({"command": command})).await;
        let result = client.expect("commandResult").await;
        assert_eq!(result["ok"], true, "{result}");
        assert_eq!(result["requestId"].as_str().unwrap_or_default(), request_id);
        let calls = core.calls(index + 1).await;
        assert_eq!(calls[index].rpc, rpc_of(field.type_name()));
        assert_eq!(calls[index].credential, "Bearer damkar");
    }
}
