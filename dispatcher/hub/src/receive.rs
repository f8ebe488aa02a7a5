//! `POST /hub/events`: believe, read, store, answer.

use std::time::Duration;

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::event::{Event, Kind};
use crate::problem::{
    BODY_TOO_LARGE, BODY_TOO_SLOW, BUSY, CONTENT_TYPE, ID_TAKEN, OTHER_SOURCE, Problem, SEQUENCE_GAP, SEQUENCE_TAKEN,
    SIGNATURE, TIMESTAMP,
};
use crate::state::{HubState, Inner};
use crate::store::Verdict;
use crate::webhook::{ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, WebhookError, WebhookHeaders};

/// The handler; counts every answer.
pub(crate) async fn receive(State(hub): State<HubState>, headers: HeaderMap, body: Body) -> Response {
    let started = tokio::time::Instant::now();
    let result = take(&hub.inner, &headers, body).await;
    let answer = match &result {
        Ok(_) => "accepted",
        Err(problem) => problem.code(),
    };
    metrics::counter!("siaga_hub_deliveries_total", "answer" => answer).increment(1);
    metrics::histogram!("siaga_hub_delivery_seconds").record(started.elapsed().as_secs_f64());
    result.into_response()
}

async fn take(hub: &Inner, headers: &HeaderMap, body: Body) -> Result<(StatusCode, Json<serde_json::Value>), Problem> {
    let _permit = hub.deliveries.try_acquire().map_err(|_| Problem::new(&BUSY).retry_after(1))?;
    let webhook = webhook_headers(headers)?;
    // The time of arrival counts, not the time after a slow body.
    let now_ms = hub.clock.now_ms();
    let now_s = now_ms.div_euclid(1_000);
    webhook.check(now_s).map_err(disbelieve)?;
    check_content_type(headers)?;
    let raw = read_body(hub, headers, body).await?;
    webhook.verify(&hub.keys, &raw, now_s).map_err(disbelieve)?;
    let event = Event::read(raw)?;
    let verdict = hub.store.accept(&event, now_ms).await.map_err(|error| Problem::database(&error))?;
    let status = match verdict {
        Verdict::New => StatusCode::ACCEPTED,
        Verdict::Duplicate => StatusCode::OK,
        refused => return Err(refuse(refused, &event)),
    };
    if event.kind == Kind::Erased {
        hub.scrub_wanted.notify_one();
    }
    let word = if verdict == Verdict::New { "accepted" } else { "already_have_it" };
    Ok((
        status,
        Json(json!({
            "answer": word,
            "case_number": event.subject,
            "sequence": event.sequence.to_string(),
        })),
    ))
}

fn webhook_headers(headers: &HeaderMap) -> Result<WebhookHeaders<'_>, Problem> {
    let text = |name: &str| {
        headers.get(name).and_then(|value| value.to_str().ok()).ok_or_else(|| {
            Problem::new(&SIGNATURE).detail(
                format!("Header {name} tidak ada atau rusak."),
                format!("The header {name} is missing or malformed."),
            )
        })
    };
    Ok(WebhookHeaders { id: text(ID_HEADER)?, timestamp: text(TIMESTAMP_HEADER)?, signature: text(SIGNATURE_HEADER)? })
}

fn disbelieve(error: WebhookError) -> Problem {
    match error {
        WebhookError::Timestamp => Problem::new(&TIMESTAMP),
        WebhookError::Headers | WebhookError::Signature => Problem::new(&SIGNATURE),
    }
}

fn check_content_type(headers: &HeaderMap) -> Result<(), Problem> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/cloudevents+json") { Ok(()) } else { Err(Problem::new(&CONTENT_TYPE)) }
}

async fn read_body(hub: &Inner, headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Problem> {
    let bytes_max = hub.limits.body_bytes_max;
    let too_large = || Problem::new(&BODY_TOO_LARGE).with("bytes_max", bytes_max);
    let announced: Option<usize> =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok());
    if announced.is_some_and(|bytes| bytes > bytes_max) {
        return Err(too_large());
    }
    let patience = Duration::from_millis(hub.limits.body_timeout_ms);
    match tokio::time::timeout(patience, to_bytes(body, bytes_max)).await {
        Ok(Ok(bytes)) => Ok(bytes.into()),
        // Either the limit or a connection that broke, and then nobody reads the answer.
        Ok(Err(_)) => Err(too_large()),
        Err(_) => Err(Problem::new(&BODY_TOO_SLOW)),
    }
}

fn refuse(verdict: Verdict, event: &Event) -> Problem {
    let problem = match verdict {
        Verdict::Gap { expected_sequence } => {
            Problem::new(&SEQUENCE_GAP).with("expected_sequence", expected_sequence.to_string())
        }
        Verdict::IdTaken => Problem::new(&ID_TAKEN).with("id", event.id.as_str()),
        Verdict::SequenceTaken => Problem::new(&SEQUENCE_TAKEN),
        Verdict::OtherSource => Problem::new(&OTHER_SOURCE).with("source", event.source.as_str()),
        Verdict::New | Verdict::Duplicate => unreachable!("these are no refusals"),
    };
    problem.with("case_number", event.subject.as_str()).with("sequence", event.sequence.to_string())
}
