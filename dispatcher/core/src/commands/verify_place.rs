//! VerifyPlace: states that the place is right, and how that was verified.

use crate::{command::Command, commands::card, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError,
    incident::{Incident, PlaceVerification},
};
use siaga_proto::v1;
use siaga_proto::v1::{VerifyPlaceRequest, VerifyPlaceResponse};

#[async_trait]
impl Command for VerifyPlaceRequest {
    type Reply = VerifyPlaceResponse;
    const NAME: &'static str = "VerifyPlace";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<VerifyPlaceResponse, SiagaError> {
        let incident_id = convert::id("incident_id", &self.incident_id)?;
        let incident = work.get::<Incident>(incident_id, ("Kejadian", "The incident")).await?;
        let verification = verification(self.verification()).ok_or_else(|| {
            SiagaError::invalid("verification", "Pilih cara lokasi diverifikasi.", "Choose how the place was verified.")
        })?;
        let input = card::Input { place: self.place.as_ref(), ..card::Input::default() };
        card::must_be_at(work, &incident, self.version, &input).await?;
        let place = input.change(work, incident_id)?.place;
        let verified = incident.verify_place(place, verification)?;
        let meta = work.meta();
        work.emit::<Incident>(incident_id, verified, &meta).await?;
        Ok(VerifyPlaceResponse { changed: card::changed(work, incident_id).await? })
    }
}

/// How a place was verified; none: it was not.
pub(super) const fn verification(how: v1::PlaceVerification) -> Option<PlaceVerification> {
    match how {
        v1::PlaceVerification::CallerConfirmed => Some(PlaceVerification::CallerConfirmed),
        v1::PlaceVerification::CallerLink => Some(PlaceVerification::CallerLink),
        v1::PlaceVerification::Landmark => Some(PlaceVerification::Landmark),
        v1::PlaceVerification::SecondCaller => Some(PlaceVerification::SecondCaller),
        v1::PlaceVerification::Agency => Some(PlaceVerification::Agency),
        v1::PlaceVerification::Network => Some(PlaceVerification::Network),
        v1::PlaceVerification::Unspecified => None,
    }
}
