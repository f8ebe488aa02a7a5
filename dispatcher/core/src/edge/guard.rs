//! The one door: every RPC's rule is looked up, its credential checked, before any service sees it.

use super::status;
use crate::{
    Core,
    access::{Caller, rules},
    writer::Lane,
};
use axum::body::Body;
use http::{Request, Response};
use siaga_domain::{ErrorKind, SiagaError};
use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{self, Poll},
};
use tower::{Layer, Service};

/// Who was let in, and where the command waits.
#[derive(Clone)]
pub struct Admitted {
    /// The caller.
    pub who: Caller,
    /// The lane of the rule.
    pub lane: Lane,
}

/// Puts the guard before a service.
#[derive(Clone)]
pub struct GuardLayer(pub Arc<Core>);

impl<S> Layer<S> for GuardLayer {
    type Service = Guard<S>;

    fn layer(&self, inner: S) -> Guard<S> {
        Guard { core: Arc::clone(&self.0), inner }
    }
}

/// Checks every request before `S` sees it.
#[derive(Clone)]
pub struct Guard<S> {
    core: Arc<Core>,
    inner: S,
}

impl<S, B> Service<Request<B>> for Guard<S>
where
    S: Service<Request<B>, Response = Response<Body>> + Clone + Send + Sync + 'static,
    S::Future: Send,
    B: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The clone was not polled ready; the one that was is taken.
        let next = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, next);
        let core = Arc::clone(&self.core);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            match admit(&core, &parts).await {
                Ok(admitted) => {
                    parts.extensions.insert(admitted);
                    inner.call(Request::from_parts(parts, body)).await
                }
                Err(error) => Ok(status::of(error).into_http::<tonic::body::Body>().map(Body::new)),
            }
        })
    }
}

async fn admit(core: &Core, request: &http::request::Parts) -> Result<Admitted, SiagaError> {
    let path = request.uri.path();
    let rule = rules::rule_of(path).ok_or_else(|| {
        SiagaError::new("SIAGA-1103", ErrorKind::Forbidden, "Perintah ini tidak dikenal.", "This command is not known.")
    })?;
    let who = match rule.who {
        rules::Who::Anybody => Caller::system(),
        _ => core.credentials.caller(&core.context, &request.headers).await?,
    };
    if !rule.allows(who.role) {
        tracing::warn!(rpc = rule.rpc, role = ?who.role, account = ?who.account_id, "refused by rule");
        return Err(SiagaError::forbidden());
    }
    Ok(Admitted { who, lane: rule.lane })
}
