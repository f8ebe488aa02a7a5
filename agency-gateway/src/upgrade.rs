//! `/ws`: who may connect at all.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{
    CONNECTION, CONTENT_TYPE, RETRY_AFTER, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use hyper_util::rt::TokioIo;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::codes::{
    GatewayErrorCode, NO_CREDENTIAL, NOT_A_SOCKET, OTHER_ORIGIN, STOPPING, TOO_MANY_OF_ADDRESS, TOO_MANY_SESSIONS,
    error_frame,
};
use crate::credential::Credential;
use crate::session::{self, Session};
use crate::socket;
use crate::state::GatewayState;

/// Set by the server to the client's real address, and to nothing else.
const CLIENT_ADDRESS: HeaderName = HeaderName::from_static("x-forwarded-for");
const RETRY_AFTER_S: u16 = 2;

/// The handler.
pub(crate) async fn upgrade(State(gateway): State<GatewayState>, request: Request) -> Response {
    match take(gateway, request) {
        Ok(response) => response,
        Err((status, code)) => {
            metrics::counter!("siaga_gateway_refused_total", "code" => code.code).increment(1);
            refuse(status, code)
        }
    }
}

type Refused = (StatusCode, &'static GatewayErrorCode);

fn take(gateway: GatewayState, mut request: Request) -> Result<Response, Refused> {
    let key = websocket_key(&request).ok_or((StatusCode::UPGRADE_REQUIRED, &NOT_A_SOCKET))?;
    let shared = gateway.shared;
    let credential = Credential::of(request.headers()).ok_or((StatusCode::UNAUTHORIZED, &NO_CREDENTIAL))?;
    let host = request.uri().authority().map(http::uri::Authority::as_str);
    if !credential.origin_allowed(request.headers(), host, &shared.origins) {
        return Err((StatusCode::FORBIDDEN, &OTHER_ORIGIN));
    }
    if shared.stopping.is_cancelled() {
        return Err((StatusCode::SERVICE_UNAVAILABLE, &STOPPING));
    }
    let full = |_| (StatusCode::SERVICE_UNAVAILABLE, &TOO_MANY_SESSIONS);
    let permit = Arc::clone(&shared.sessions).try_acquire_owned().map_err(full)?;
    let address = request.headers().get(CLIENT_ADDRESS).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let place = shared.of_address.take(address).ok_or((StatusCode::TOO_MANY_REQUESTS, &TOO_MANY_OF_ADDRESS))?;
    let bytes_max = shared.limits.frame_bytes_hard;
    let upgraded = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        match upgraded.await {
            Ok(upgraded) => {
                let (socket, kinds) = socket::accept(TokioIo::new(upgraded), bytes_max).await;
                session::run(Session::new(shared, credential), socket, kinds).await;
            }
            Err(error) => tracing::debug!(%error, "an upgrade was not completed"),
        }
        drop((permit, place));
    });
    Ok(switching(&key))
}

/// The key of a WebSocket request; none for any other request.
fn websocket_key(request: &Request) -> Option<HeaderValue> {
    let headers = request.headers();
    let fits = request.method() == Method::GET
        && has_token(headers, &CONNECTION, "upgrade")
        && has_token(headers, &UPGRADE, "websocket")
        && has_token(headers, &SEC_WEBSOCKET_VERSION, "13");
    headers.get(SEC_WEBSOCKET_KEY).filter(|_| fits).cloned()
}

fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|one| one.trim().eq_ignore_ascii_case(token))
}

fn switching(key: &HeaderValue) -> Response {
    let accept = HeaderValue::from_str(&derive_accept_key(key.as_bytes())).expect("base64 fits a header");
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    response
}

/// A refusal before there is a socket, in the shape of an error frame.
fn refuse(status: StatusCode, code: &GatewayErrorCode) -> Response {
    let retry_after_ms = u64::from(RETRY_AFTER_S) * 1_000;
    let later = status == StatusCode::SERVICE_UNAVAILABLE || status == StatusCode::TOO_MANY_REQUESTS;
    let detail = if later { code.retry_after_ms(retry_after_ms) } else { code.detail() };
    let body = crate::fanout::text(&error_frame(detail)).map(|text| text.to_string()).unwrap_or_default();
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if later {
        headers.insert(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
    }
    if status == StatusCode::UPGRADE_REQUIRED {
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    }
    response
}
