//! Small parts that several views share.

use super::Views;
use crate::convert;
use siaga_domain::{
    Actor, OnBehalf, Stamp, Timestamp,
    incident::{Incident, Photo, PlaceVerification},
    step::Stamps,
};
use siaga_proto::v1;
use uuid::Uuid;

/// An id, or nothing.
pub(crate) fn id_text(id: Option<Uuid>) -> String {
    id.map(|id| id.to_string()).unwrap_or_default()
}

/// A time that may be missing.
pub(crate) fn time(at: Option<Timestamp>) -> Option<siaga_proto::Timestamp> {
    at.map(convert::timestamp)
}

/// Who did something.
pub(crate) fn actor(actor: &Actor) -> v1::ActorView {
    v1::ActorView {
        account_id: id_text(actor.account_id),
        label: actor.label.clone(),
        role: convert::role(actor.role).into(),
        agency_code: actor.agency.clone().unwrap_or_default(),
        on_behalf: actor.on_behalf.as_ref().map(on_behalf),
    }
}

/// A case's photos that are for its reader, without the pictures.
pub(crate) fn photos(incident: &Incident, is_for_reader: impl Fn(&Photo) -> bool) -> Vec<v1::PhotoView> {
    // A replayed state is of before the erasure, and says that there was one.
    if incident.erased.is_some() {
        return Vec::new();
    }
    let photo = |photo: &Photo| v1::PhotoView {
        id: photo.file.picture.personal_id.to_string(),
        at: Some(convert::timestamp(photo.at)),
        by: Some(actor(&photo.by)),
        size_bytes: photo.file.size_bytes,
        width_px: photo.file.width_px,
        height_px: photo.file.height_px,
    };
    incident.photos.iter().filter(|photo| is_for_reader(photo)).map(photo).collect()
}

fn on_behalf(said: &OnBehalf) -> v1::OnBehalf {
    v1::OnBehalf {
        channel: convert::channel(said.channel).into(),
        contact: said.contact.clone(),
        said_at: Some(convert::timestamp(said.said_at)),
    }
}

/// A moment of the case.
pub(crate) fn stamp(code: String, stamp: Stamp) -> v1::StampView {
    v1::StampView {
        code,
        at: Some(convert::timestamp(stamp.at)),
        recorded_at: recorded_at(stamp),
        on_behalf: stamp.on_behalf,
    }
}

/// When the steps of an assignment or unit were reached, in the order of the work.
pub(crate) fn step_stamps(stamps: &Stamps) -> Vec<v1::StepStamp> {
    let stamp = |(step, stamp): (&siaga_domain::step::Step, &Stamp)| v1::StepStamp {
        step: convert::step(*step).into(),
        at: Some(convert::timestamp(stamp.at)),
        recorded_at: recorded_at(*stamp),
        on_behalf: stamp.on_behalf,
    };
    stamps.0.iter().map(stamp).collect()
}

/// When it was recorded, where that is not when it happened.
fn recorded_at(stamp: Stamp) -> Option<siaga_proto::Timestamp> {
    time((stamp.recorded_at != stamp.at).then_some(stamp.recorded_at))
}

/// A point of the contract.
pub(crate) fn point((latitude, longitude, accuracy_m): (f64, f64, f64)) -> v1::Point {
    v1::Point { latitude, longitude, accuracy_m }
}

/// The contract's form of how a place was verified.
pub(crate) const fn verification(verification: PlaceVerification) -> v1::PlaceVerification {
    match verification {
        PlaceVerification::CallerConfirmed => v1::PlaceVerification::CallerConfirmed,
        PlaceVerification::CallerLink => v1::PlaceVerification::CallerLink,
        PlaceVerification::Landmark => v1::PlaceVerification::Landmark,
        PlaceVerification::SecondCaller => v1::PlaceVerification::SecondCaller,
        PlaceVerification::Agency => v1::PlaceVerification::Agency,
        PlaceVerification::Network => v1::PlaceVerification::Network,
    }
}

impl Views<'_> {
    /// Name of an agency; its code when the catalog has forgotten it.
    pub(crate) fn agency_name(&self, code: &str) -> String {
        self.city.agencies.get(code).map_or_else(|| code.to_owned(), |agency| agency.name_id.clone())
    }

    /// Whom to call at an agency now.
    pub(crate) fn duty_contact(&self, agency: &str) -> Option<v1::DutyContactView> {
        let contact = self.city.duty_contact(agency, self.now, self.config.utc_offset_minutes)?;
        Some(v1::DutyContactView {
            label: contact.label.clone(),
            channel: convert::channel(contact.channel).into(),
            number: contact.number.clone(),
        })
    }
}
