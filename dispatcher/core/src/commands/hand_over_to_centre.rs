//! HandOverToCentre: passes the case to a neighbouring centre: which, who took it there, and when.

use crate::{command::Command, commands::card, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    ErrorKind, EventMeta, SiagaError,
    incident::{HandOver, Incident},
    limits,
};
use siaga_proto::v1::{HandOverToCentreRequest, HandOverToCentreResponse};

#[async_trait]
impl Command for HandOverToCentreRequest {
    type Reply = HandOverToCentreResponse;
    const NAME: &'static str = "HandOverToCentre";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<HandOverToCentreResponse, SiagaError> {
        let incident_id = convert::id("incident_id", &self.incident_id)?;
        let incident = work.get::<Incident>(incident_id, ("Kejadian", "The incident")).await?;
        let city = std::sync::Arc::clone(&work.city);
        let centre = city.agency(&self.centre_code).map_err(|error| error.field("centre_code"))?;
        if centre.kind != "neighbour" {
            return Err(SiagaError::new(
                "SIAGA-1312",
                ErrorKind::Invalid,
                format!("{} bukan pusat panggilan tetangga.", centre.name_id),
                format!("{} is not a neighbouring call centre.", centre.name_en),
            )
            .field("centre_code"));
        }
        let taken_at = match convert::time("taken_at", self.taken_at)? {
            Some(taken_at) => limits::recent("taken_at", taken_at, work.now)?,
            None => work.now,
        };
        let hand_over = HandOver {
            centre_code: centre.code.clone(),
            taken_by: limits::required("taken_by", &self.taken_by, limits::NAME_CHARS)?,
            taken_at,
        };
        let meta = EventMeta { occurred_at: taken_at, ..work.meta() };
        work.emit::<Incident>(incident_id, incident.hand_over(hand_over)?, &meta).await?;
        Ok(HandOverToCentreResponse { changed: card::changed(work, incident_id).await? })
    }
}
