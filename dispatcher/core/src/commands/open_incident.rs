//! OpenIncident: opens a case, from a call or without one, and gives it its number; with what was verified, and with its
//! first dispatch, when they come along. A case that was to be sent is never open unsent because a line was cut between
//! two commands.

#[cfg(test)]
mod tests;

use crate::{
    command::{Command, account_of},
    commands::{attach_call::tie, card, classify_incident::classify, dispatch_incident, verify_place},
    convert,
    work::Work,
};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError,
    call::Call,
    incident::{Incident, IncidentEvent},
    number_series::{NumberSeries, case_number},
};
use siaga_proto::v1::{OpenIncidentRequest, OpenIncidentResponse};

#[async_trait]
impl Command for OpenIncidentRequest {
    type Reply = OpenIncidentResponse;
    const NAME: &'static str = "OpenIncident";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<OpenIncidentResponse, SiagaError> {
        let incident_id = work.new_id();
        let input = card::Input {
            caller_name: some(&self.caller_name),
            caller_number: some(&self.caller_number),
            narrative: some(&self.narrative),
            place: self.place.as_ref(),
        };
        let mut card = input.change(work, incident_id)?;
        let (mut first_ring_at, mut answered_at) = (None, None);
        let call_id = convert::optional_id("call_id", &self.call_id)?;
        if let Some(call_id) = call_id {
            let call = work.get::<Call>(call_id, ("Panggilan", "The call")).await?;
            first_ring_at = Some(call.ringing_at);
            answered_at = call.answered_at;
            card.caller_name = card.caller_name.or_else(|| call.name.clone());
            card.caller_number = card.caller_number.or_else(|| call.number.clone());
            tie(work, call_id, incident_id).await?;
        }
        let number = next_number(work).await?;
        let owner = account_of(work.who)?;
        let meta = work.meta();
        let opened = IncidentEvent::Opened {
            number: number.clone(),
            owner: Some(owner),
            owner_label: work.who.label.clone(),
            call_id,
            first_ring_at,
            answered_at,
            card,
        };
        work.emit::<Incident>(incident_id, opened, &meta).await?;
        if !self.type_code.is_empty() {
            classify(work, incident_id, &self.type_code, self.priority, &self.priority_reason).await?;
        }
        if let Some(how) = verify_place::verification(self.place_verification()) {
            let opened = work.get::<Incident>(incident_id, ("Kejadian", "The incident")).await?;
            let verified = opened.verify_place(None, how)?;
            work.emit::<Incident>(incident_id, verified, &meta).await?;
        }
        let assignments = match &self.dispatch {
            Some(to) => dispatch_incident::send(work, incident_id, &to.agency_codes, &to.share_caller_with).await?,
            None => Vec::new(),
        };
        Ok(OpenIncidentResponse {
            changed: card::changed(work, incident_id).await?,
            number,
            assignment_ids: assignments.iter().map(ToString::to_string).collect(),
        })
    }
}

/// The next case number of the day on which it was opened, in the city's time.
async fn next_number(work: &mut Work<'_>) -> Result<String, SiagaError> {
    let config = &work.context.config;
    let meta = work.meta();
    let day = meta.occurred_at.day_at_offset(config.utc_offset_minutes);
    let prefix = config.number_prefix.clone();
    let series = work.find::<NumberSeries>(&day).await?.unwrap_or_default();
    work.emit::<NumberSeries>(&day, series.next(), &meta).await?;
    Ok(case_number(&prefix, &day, series.last + 1))
}

fn some(text: &str) -> Option<&str> {
    (!text.trim().is_empty()).then_some(text)
}
