//! The first steps of most stories.

use super::{TestCore, city::INSIDE, write::run};
use crate::access::Caller;
use siaga_proto::v1;
use uuid::Uuid;

/// The name, number, narrative and place that [`open`] puts on a card. Invented; they occur nowhere else.
pub const CALLER: [&str; 4] =
    ["Pelapor Contoh", "0562 0000 777", "Asap tebal dari lantai dua", "Ruko contoh nomor tiga"];

/// Opens an incident of a type with [`CALLER`] on its card, from a call of its number; returns incident and call.
///
/// # Panics
/// When it cannot be opened.
pub async fn open(core: &TestCore, who: &Caller, type_code: &str) -> (Uuid, Uuid) {
    let [name, number, narrative, place] = CALLER.map(str::to_owned);
    let ring = v1::RingCallRequest {
        request_id: core.request_id(),
        line: "112-1".into(),
        number: number.clone(),
        ..v1::RingCallRequest::default()
    };
    let call_id = run(core, who, ring).await.unwrap().changed.unwrap().id;
    let answer = v1::AnswerCallRequest { request_id: core.request_id(), call_id: call_id.clone() };
    run(core, who, answer).await.unwrap();
    let point = v1::Point { latitude: INSIDE.0, longitude: INSIDE.1, accuracy_m: 20.0 };
    let open = v1::OpenIncidentRequest {
        request_id: core.request_id(),
        call_id: call_id.clone(),
        caller_name: name,
        caller_number: number,
        narrative,
        place: Some(v1::PlaceInput { text: place, point: Some(point), kelurahan_code: String::new() }),
        type_code: type_code.into(),
        ..v1::OpenIncidentRequest::default()
    };
    let incident_id = run(core, who, open).await.unwrap().changed.unwrap().id;
    (incident_id.parse().unwrap(), call_id.parse().unwrap())
}

/// A JPEG of 64 by 48 pixels, by its parts: nothing here looks at the picture.
pub fn jpeg() -> Vec<u8> {
    let frame = [0xff, 0xc0, 0, 8, 8, 0, 48, 0, 64, 1];
    let scan = [0xff, 0xda, 0, 2, 7, 7, 7, 7];
    [&[0xff, 0xd8][..], &frame[..], &scan[..], &[0xff, 0xd9][..]].concat()
}

/// Adds [`jpeg`] to an incident; returns the photo.
///
/// # Panics
/// When it cannot be added.
pub async fn photo(core: &TestCore, who: &Caller, incident: Uuid) -> String {
    let add = v1::AddPhotoRequest {
        request_id: core.request_id(),
        incident_id: incident.to_string(),
        jpeg: jpeg(),
        ..v1::AddPhotoRequest::default()
    };
    run(core, who, add).await.unwrap().photo_id
}

/// Sends an incident to agencies and shows the caller to some; returns the assignments in their order.
///
/// # Panics
/// When it cannot be sent.
pub async fn dispatch(core: &TestCore, who: &Caller, incident: Uuid, agencies: &[&str], shared: &[&str]) -> Vec<Uuid> {
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    let dispatch = v1::DispatchIncidentRequest {
        request_id: core.request_id(),
        incident_id: incident.to_string(),
        agency_codes: texts(agencies),
        share_caller_with: texts(shared),
    };
    let ids = run(core, who, dispatch).await.unwrap().assignment_ids;
    ids.iter().map(|id| id.parse().unwrap()).collect()
}
