//! One request passed on over HTTP/2: an RPC, or a read of the hub.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::header::{CONTENT_TYPE, HOST};
use http::{Uri, Version};
use http_body_util::BodyExt as _;
use tokio::sync::Semaphore;
use tonic::transport::Channel;
use tower::ServiceExt as _;

use super::strip;
use crate::codes::{BUSY, ConsoleErrorCode, Form};

/// The processes of one kind.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) channel: Channel,
    /// Requests that may be on their way at once.
    pub(super) places: Arc<Semaphore>,
    pub(super) head_timeout: Duration,
    pub(super) away: &'static ConsoleErrorCode,
    pub(super) form: Form,
}

pub(super) async fn pass(target: &Target, request: Request) -> Response {
    let content_type = request.headers().get(CONTENT_TYPE).cloned();
    let Ok(place) = Arc::clone(&target.places).try_acquire_owned() else {
        return BUSY.answer(target.form, content_type.as_ref());
    };
    let asked = target.channel.clone().oneshot(outgoing(request));
    match tokio::time::timeout(target.head_timeout, asked).await {
        Ok(Ok(answer)) => {
            let (mut parts, body) = answer.into_parts();
            strip(&mut parts.headers);
            parts.version = Version::default();
            // The place is given back with the last byte.
            let body = body.map_frame(move |frame| {
                let _held = &place;
                frame
            });
            Response::from_parts(parts, Body::new(body))
        }
        Ok(Err(error)) => {
            tracing::warn!(code = target.away.code, %error, "a request could not be passed on");
            target.away.answer(target.form, content_type.as_ref())
        }
        Err(_) => {
            tracing::warn!(code = target.away.code, "a request was passed on and not answered in time");
            target.away.answer(target.form, content_type.as_ref())
        }
    }
}

fn outgoing(request: Request) -> http::Request<tonic::body::Body> {
    let (mut parts, body) = request.into_parts();
    strip(&mut parts.headers);
    // The channel names the host; the client's own is only for the page's origin, which cookies are not judged by here.
    parts.headers.remove(HOST);
    parts.uri = parts.uri.path_and_query().cloned().map_or_else(|| Uri::from_static("/"), Uri::from);
    parts.version = Version::HTTP_2;
    parts.extensions.clear();
    http::Request::from_parts(parts, tonic::body::Body::new(body))
}
