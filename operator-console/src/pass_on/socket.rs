//! One live session passed on: the upgrade as it came, then bytes both ways.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::header::{CONNECTION, CONTENT_LENGTH, UPGRADE};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncWriteExt as _, copy, split};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Dial, strip};
use crate::codes::{BUSY, ConsoleErrorCode, Form, GATEWAY_AWAY};

/// How long a gateway may take to take a session.
const TAKE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the other side has to close after one side has.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
/// A refusal's body at most.
const REFUSAL_BYTES_MAX: usize = 16 * 1024;

/// The gateways.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) gateways: Arc<dyn Dial>,
    pub(super) places: Arc<Semaphore>,
}

pub(super) async fn pass(target: &Target, mut request: Request) -> Response {
    let Ok(place) = Arc::clone(&target.places).try_acquire_owned() else { return refuse(&BUSY) };
    let client = hyper::upgrade::on(&mut request);
    let (request, _no_body) = request.into_parts();
    let mut answer = None;
    // A gateway that is full or stopping says so; another one may have room.
    for _ in 0..target.gateways.addresses() {
        answer = match tokio::time::timeout(TAKE_TIMEOUT, ask(target, &request)).await {
            Ok(Ok(answer)) => Some(answer),
            Ok(Err(error)) => {
                tracing::warn!(%error, "a session could not be passed on");
                answer
            }
            Err(_) => {
                tracing::warn!("a gateway did not take a session in time");
                answer
            }
        };
        if answer.as_ref().is_some_and(|answer| answer.status() != StatusCode::SERVICE_UNAVAILABLE) {
            break;
        }
    }
    let Some(mut answer) = answer else { return refuse(&GATEWAY_AWAY) };
    if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
        let gateway = hyper::upgrade::on(&mut answer);
        tokio::spawn(bridge(client, gateway, place));
        return answer.map(|_| Body::empty());
    }
    refused(answer).await
}

/// Asks the next gateway for a session, in the client's own words.
async fn ask(target: &Target, request: &Parts) -> io::Result<Response<Incoming>> {
    let wire = target.gateways.dial().await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(wire)).await.map_err(io::Error::other)?;
    tokio::spawn(async move {
        if let Err(error) = connection.with_upgrades().await {
            tracing::debug!(%error, "a connection to a gateway ended badly");
        }
    });
    let mut passed = http::Request::new(http_body_util::Empty::<axum::body::Bytes>::new());
    *passed.method_mut() = request.method.clone();
    *passed.uri_mut() = http::Uri::from_static("/ws");
    let upgrade = request.headers.get(UPGRADE).cloned();
    let mut headers = request.headers.clone();
    strip(&mut headers);
    headers.remove(CONTENT_LENGTH);
    if let Some(upgrade) = upgrade {
        headers.insert(UPGRADE, upgrade);
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    }
    // The gateway compares the page's origin with the host that the browser named.
    if let Some(authority) = request.uri.authority()
        && let Ok(host) = HeaderValue::from_str(authority.as_str())
    {
        headers.entry(http::header::HOST).or_insert(host);
    }
    *passed.headers_mut() = headers;
    sender.send_request(passed).await.map_err(io::Error::other)
}

/// The gateway's own refusal.
async fn refused(answer: Response<Incoming>) -> Response {
    let (mut parts, body) = answer.into_parts();
    strip(&mut parts.headers);
    parts.headers.remove(CONTENT_LENGTH);
    let body = http_body_util::Limited::new(body, REFUSAL_BYTES_MAX).collect();
    match tokio::time::timeout(TAKE_TIMEOUT, body).await {
        Ok(Ok(body)) => Response::from_parts(parts, Body::from(body.to_bytes())),
        Ok(Err(_)) | Err(_) => refuse(&GATEWAY_AWAY),
    }
}

/// Bytes both ways until one side ends; then the other soon does, so that nothing half-open stays behind.
async fn bridge(client: OnUpgrade, gateway: OnUpgrade, place: OwnedSemaphorePermit) {
    let both = tokio::time::timeout(TAKE_TIMEOUT, async { tokio::try_join!(client, gateway) }).await;
    let (client, gateway) = match both {
        Ok(Ok((client, gateway))) => (client, gateway),
        Ok(Err(error)) => return tracing::debug!(%error, "an upgrade was not completed"),
        Err(_) => return tracing::debug!("an upgrade was not completed in time"),
    };
    metrics::gauge!("siaga_console_sessions").increment(1);
    carry(client, gateway).await;
    metrics::gauge!("siaga_console_sessions").decrement(1);
    drop(place);
}

async fn carry(client: Upgraded, gateway: Upgraded) {
    let (mut from_client, mut to_client) = split(TokioIo::new(client));
    let (mut from_gateway, mut to_gateway) = split(TokioIo::new(gateway));
    {
        let up = copy(&mut from_client, &mut to_gateway);
        let down = copy(&mut from_gateway, &mut to_client);
        tokio::pin!(up, down);
        let ended = tokio::select! {
            ended = &mut up => ended,
            ended = &mut down => ended,
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a session's connection broke");
        }
    }
    // One side that is gone may keep the other waiting; both end either way.
    let _ =
        tokio::time::timeout(CLOSE_TIMEOUT, async { tokio::join!(to_client.shutdown(), to_gateway.shutdown()) }).await;
}

fn refuse(code: &ConsoleErrorCode) -> Response {
    code.answer(Form::Frame, None)
}
