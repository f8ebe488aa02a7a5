//! Delivery to the data hub: asks the core what is due, sends it, and tells the core how it went.
//!
//! What is due, in which order, and when to try again is the core's business, in the log; here nothing is kept and so
//! nothing can be lost. Each case goes in order, several cases at once; a case whose delivery fails stops at that
//! delivery.

mod sign;

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use http::header::CONTENT_TYPE;
use reqwest::Url;
use siaga_proto::v1::hub_delivery_service_client::HubDeliveryServiceClient;
use siaga_proto::v1::{Delivery, DeliveryResult, LeaseDeliveriesRequest, RecordDeliveryRequest};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tonic::{Status, transport::Channel};

use crate::credential::Credential;
use crate::fanout::timestamp;
use crate::options::{Clock, GatewayError};
use crate::status;

pub use sign::WebhookKeyError;

const CASES_MAX: usize = 500;
const BATCH_BYTES_MAX: usize = 64 * 1024 * 1024;
const DETAIL_CHARS: usize = 500;
/// An answer's beginning says enough.
const ANSWER_BYTES: usize = 4 * 1024;
const WORDS_TIMEOUT: Duration = Duration::from_millis(500);
const BACKOFF_MIN: Duration = Duration::from_millis(100);
const BACKOFF_MAX: Duration = Duration::from_secs(5);
/// Longer than the core's wait for work.
const LEASE_MARGIN: Duration = Duration::from_secs(5);
/// How often an answer is told to a core that does not hear it; afterwards the core leases the case again, and the hub
/// answers that it has it.
const RECORD_ATTEMPTS: u32 = 5;

/// How to reach the data hub.
#[derive(Clone)]
pub struct HubOptions {
    /// Where the hub is, without `/hub/events`.
    pub url: String,
    /// Keys in force, each `whsec_<base64>`; every delivery is signed with all of them.
    pub keys: Vec<String>,
    /// The HTTP client, with its TLS.
    pub client: reqwest::Client,
    /// The core for deliveries: the same as the gateway's, or better one of its own, so that a large batch never
    /// shares a connection with receipts.
    pub channel: Channel,
    /// How long one delivery may take.
    pub timeout_ms: u64,
    /// Cases at once, 1 to 500.
    pub cases_at_once: usize,
    /// How long the core may wait for work before it answers, up to 10,000.
    pub lease_wait_ms: u32,
}

impl fmt::Debug for HubOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("HubOptions")
            .field("url", &self.url)
            .field("keys", &self.keys.len())
            .field("timeout_ms", &self.timeout_ms)
            .field("cases_at_once", &self.cases_at_once)
            .finish_non_exhaustive()
    }
}

/// The worker.
pub(crate) struct HubWorker {
    events_url: Url,
    keys: Vec<sign::Key>,
    client: reqwest::Client,
    channel: Channel,
    timeout: Duration,
    cases_at_once: usize,
    lease_wait_ms: u32,
    gateway_id: String,
    own: Credential,
    clock: Clock,
}

/// What the hub said.
struct Answer {
    result: DeliveryResult,
    detail: String,
    /// What the hub wants next; 0 when it does not say.
    expected_sequence: u64,
}

impl HubWorker {
    pub(crate) fn new(
        options: HubOptions,
        gateway_id: String,
        own: Credential,
        clock: Clock,
    ) -> Result<Self, GatewayError> {
        let events = format!("{}/hub/events", options.url.trim_end_matches('/'));
        let parse = |(index, key): (usize, &String)| {
            sign::Key::parse(key).map_err(|source| GatewayError::HubKey { index: index + 1, source })
        };
        let keys = options.keys.iter().enumerate().map(parse).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            return Err(GatewayError::NoHubKey);
        }
        Ok(Self {
            events_url: Url::parse(&events).map_err(|error| GatewayError::HubUrl(error.to_string()))?,
            keys,
            client: options.client,
            channel: options.channel,
            timeout: Duration::from_millis(options.timeout_ms),
            cases_at_once: options.cases_at_once.clamp(1, CASES_MAX),
            lease_wait_ms: options.lease_wait_ms.min(10_000),
            gateway_id,
            own,
            clock,
        })
    }

    /// Delivers until `stop`, and then ends what it has begun.
    pub(crate) async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut cases =
            Cases { worker: Arc::clone(&self), stop: stop.clone(), at_work: JoinSet::new(), next: HashMap::new() };
        let mut backoff = BACKOFF_MIN;
        while !stop.is_cancelled() {
            let Some(free) = self.cases_at_once.checked_sub(cases.at_work.len()).filter(|free| *free > 0) else {
                cases.settle_one().await;
                continue;
            };
            // Not to be dropped half-way: what is leased must be delivered.
            let mut lease = pin!(stop.run_until_cancelled(self.lease(free)));
            let leased = loop {
                tokio::select! {
                    leased = &mut lease => break leased,
                    () = cases.settle_one(), if !cases.at_work.is_empty() => {}
                }
            };
            match leased {
                None => break,
                Some(Ok(deliveries)) => {
                    backoff = BACKOFF_MIN;
                    cases.take(deliveries);
                }
                Some(Err(status)) => {
                    tracing::warn!(code = ?status.code(), message = status.message(), "no deliveries can be leased");
                    stop.run_until_cancelled(tokio::time::sleep(backoff)).await;
                    backoff = (backoff * 2).min(BACKOFF_MAX);
                }
            }
        }
        while !cases.at_work.is_empty() {
            cases.settle_one().await;
        }
    }

    async fn lease(&self, limit: usize) -> Result<Vec<Delivery>, Status> {
        let request = LeaseDeliveriesRequest {
            gateway_id: self.gateway_id.clone(),
            limit: u32::try_from(limit).unwrap_or(u32::MAX),
            wait_ms: self.lease_wait_ms,
        };
        let mut client = self.core();
        let patience = Duration::from_millis(u64::from(self.lease_wait_ms)) + LEASE_MARGIN;
        let answer = tokio::time::timeout(patience, client.lease_deliveries(self.own.request(request))).await;
        answer.unwrap_or_else(|_| Err(status::too_late())).map(|answer| answer.into_inner().deliveries)
    }

    fn core(&self) -> HubDeliveryServiceClient<Channel> {
        HubDeliveryServiceClient::new(self.channel.clone()).max_decoding_message_size(BATCH_BYTES_MAX)
    }

    /// One case's events, in order, up to the first that is not accepted.
    async fn deliver_case(&self, queue: VecDeque<Delivery>, stop: &CancellationToken) {
        for delivery in queue {
            if stop.is_cancelled() {
                return;
            }
            let answer = self.send(&delivery).await;
            let accepted = answer.result == DeliveryResult::Accepted;
            if !accepted {
                tracing::warn!(
                    case = delivery.case_number,
                    sequence = delivery.sequence,
                    result = ?answer.result,
                    "the data hub did not accept a delivery"
                );
            }
            if !self.record(&delivery, answer).await || !accepted {
                return;
            }
        }
    }

    async fn send(&self, delivery: &Delivery) -> Answer {
        let started = tokio::time::Instant::now();
        let answer = match tokio::time::timeout(self.timeout, self.post(delivery)).await {
            Ok(Ok(response)) => read(response).await,
            Ok(Err(error)) => unreachable_hub(&format!("no answer: {}", causes(&error))),
            Err(_) => unreachable_hub(&format!("no answer within {} ms", self.timeout.as_millis())),
        };
        metrics::histogram!("siaga_gateway_hub_delivery_seconds").record(started.elapsed().as_secs_f64());
        let result = answer.result.as_str_name();
        metrics::counter!("siaga_gateway_hub_deliveries_total", "result" => result).increment(1);
        answer
    }

    async fn post(&self, delivery: &Delivery) -> Result<reqwest::Response, reqwest::Error> {
        let timestamp_s = (self.clock)().div_euclid(1_000);
        let signature = sign::signatures(&self.keys, &delivery.event_id, timestamp_s, &delivery.body);
        self.client
            .post(self.events_url.clone())
            .header(CONTENT_TYPE, "application/cloudevents+json")
            .header("webhook-id", &delivery.event_id)
            .header("webhook-timestamp", timestamp_s)
            .header("webhook-signature", signature)
            .body(delivery.body.clone())
            .send()
            .await
    }

    /// Tells the core. False: it did not hear, so this case must not go on here.
    async fn record(&self, delivery: &Delivery, answer: Answer) -> bool {
        let request = RecordDeliveryRequest {
            case_number: delivery.case_number.clone(),
            sequence: delivery.sequence,
            position: delivery.position,
            mark: delivery.mark,
            expected_sequence: answer.expected_sequence,
            result: answer.result.into(),
            detail: answer.detail,
            answered_at: Some(timestamp((self.clock)())),
        };
        let mut backoff = BACKOFF_MIN;
        for _ in 0..RECORD_ATTEMPTS {
            let mut client = self.core();
            let told = client.record_delivery(self.own.request(request.clone()));
            let status = match tokio::time::timeout(LEASE_MARGIN, told).await {
                Ok(Ok(_)) => return true,
                Ok(Err(status)) => status,
                Err(_) => status::too_late(),
            };
            tracing::warn!(code = ?status.code(), case = delivery.case_number, "a delivery could not be recorded");
            if !status::may_heal(&status) {
                return false;
            }
            tokio::time::sleep(backoff).await;
            backoff = (backoff * 2).min(BACKOFF_MAX);
        }
        false
    }
}

/// The cases at work, each at most once at a time.
struct Cases {
    worker: Arc<HubWorker>,
    stop: CancellationToken,
    at_work: JoinSet<String>,
    /// Each case at work, with what was leased meanwhile: the core may hand a case out again before its last record has
    /// come back to us.
    next: HashMap<String, VecDeque<Delivery>>,
}

impl Cases {
    fn take(&mut self, deliveries: Vec<Delivery>) {
        for (case, queue) in by_case(deliveries) {
            match self.next.entry(case) {
                Entry::Occupied(mut waiting) => drop(waiting.insert(queue)),
                Entry::Vacant(vacant) => {
                    let case = vacant.key().clone();
                    vacant.insert(VecDeque::new());
                    self.begin(case, queue);
                }
            }
        }
    }

    fn begin(&mut self, case: String, queue: VecDeque<Delivery>) {
        let (worker, stop) = (Arc::clone(&self.worker), self.stop.clone());
        self.at_work.spawn(async move {
            worker.deliver_case(queue, &stop).await;
            case
        });
    }

    /// Waits for one case to be done, and goes on with what was leased for it meanwhile.
    async fn settle_one(&mut self) {
        match self.at_work.join_next().await {
            None => {}
            Some(Ok(case)) => match self.next.remove(&case) {
                Some(queue) if !queue.is_empty() => {
                    self.next.insert(case.clone(), VecDeque::new());
                    self.begin(case, queue);
                }
                _ => {}
            },
            Some(Err(error)) => {
                // Which case it was is not known: the core's leases alone keep the order until all are done.
                self.next.clear();
                tracing::error!(%error, "a delivery ended badly");
            }
        }
    }
}

fn by_case(deliveries: Vec<Delivery>) -> BTreeMap<String, VecDeque<Delivery>> {
    let mut cases: BTreeMap<String, VecDeque<Delivery>> = BTreeMap::new();
    for delivery in deliveries {
        cases.entry(delivery.case_number.clone()).or_default().push_back(delivery);
    }
    cases
}

/// What an answer means, and which message the hub wants next if it lacks one. Only what will never be taken is a
/// refusal; everything else is tried again for ever, also a signature that does not fit (keys are being changed).
fn judge(status: StatusCode, words: &str) -> (DeliveryResult, u64) {
    let result = match status.as_u16() {
        200..=299 => DeliveryResult::Accepted,
        400 | 409 | 413 | 422 => DeliveryResult::Refused,
        425 => {
            let expected = expected_sequence(words);
            let result = expected.map_or(DeliveryResult::Unreachable, |_| DeliveryResult::OutOfOrder);
            return (result, expected.unwrap_or_default());
        }
        _ => DeliveryResult::Unreachable,
    };
    (result, 0)
}

/// `"expected_sequence": "3"` in the problem that a hub answers with.
fn expected_sequence(words: &str) -> Option<u64> {
    let problem: serde_json::Value = serde_json::from_str(words).ok()?;
    problem.get("expected_sequence")?.as_str()?.parse().ok().filter(|sequence| *sequence > 0)
}

fn unreachable_hub(detail: &str) -> Answer {
    let detail = detail.chars().take(DETAIL_CHARS).collect();
    Answer { result: DeliveryResult::Unreachable, detail, expected_sequence: 0 }
}

/// The status is the answer, and in time; words that do not come soon after it are not waited for.
async fn read(response: reqwest::Response) -> Answer {
    let status = response.status();
    let words = tokio::time::timeout(WORDS_TIMEOUT, beginning(response)).await.unwrap_or_default();
    let (result, expected_sequence) = judge(status, &words);
    let detail = format!("{} {words}", status.as_u16());
    Answer { result, detail: detail.trim().chars().take(DETAIL_CHARS).collect(), expected_sequence }
}

/// The first bytes of the answer's body, on one line.
async fn beginning(mut response: reqwest::Response) -> String {
    let mut bytes = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        bytes.extend_from_slice(&chunk);
        if bytes.len() >= ANSWER_BYTES {
            break;
        }
    }
    bytes.truncate(ANSWER_BYTES);
    String::from_utf8_lossy(&bytes).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An error with what caused it, without the address: that may carry a password.
fn causes(error: &reqwest::Error) -> String {
    let mut words = Vec::new();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        words.push(error.to_string());
        cause = error.source();
    }
    if words.is_empty() { "the request could not be sent".to_owned() } else { words.join(": ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_will_never_be_taken_is_refused() {
        for (status, result) in [
            (200, DeliveryResult::Accepted),
            (202, DeliveryResult::Accepted),
            (302, DeliveryResult::Unreachable),
            (400, DeliveryResult::Refused),
            (401, DeliveryResult::Unreachable),
            (404, DeliveryResult::Unreachable),
            (408, DeliveryResult::Unreachable),
            (409, DeliveryResult::Refused),
            (413, DeliveryResult::Refused),
            (422, DeliveryResult::Refused),
            (425, DeliveryResult::Unreachable),
            (429, DeliveryResult::Unreachable),
            (500, DeliveryResult::Unreachable),
            (503, DeliveryResult::Unreachable),
        ] {
            assert_eq!(judge(StatusCode::from_u16(status).unwrap(), "{}"), (result, 0), "{status}");
        }
    }

    #[test]
    fn a_gap_counts_only_with_what_the_hub_wants_instead() {
        let judged = |words| judge(StatusCode::from_u16(425).unwrap(), words);
        let problem = r#"{"code": "SIAGA-5011", "expected_sequence": "3"}"#;
        assert_eq!(judged(problem), (DeliveryResult::OutOfOrder, 3));
        for words in ["", "later", "[]", "{}", r#"{"expected_sequence": 3}"#, r#"{"expected_sequence": "0"}"#] {
            assert_eq!(judged(words), (DeliveryResult::Unreachable, 0), "{words}");
        }
        let too_long = format!(r#"{{"expected_sequence": "{}"}}"#, u128::MAX);
        assert_eq!(judged(&too_long), (DeliveryResult::Unreachable, 0));
    }
}
