//! FeedService: what gateways need of the core.

use super::{Edge, admitted, status};
use crate::{
    access::{
        Caller,
        credentials::{self, account},
        scope,
        sight::Reader,
    },
    context::store_error,
    convert,
    views::account::view,
};
use futures_util::{Stream, StreamExt, stream};
use siaga_domain::{SiagaError, limits};
use siaga_proto::v1::{self, feed_service_server::FeedService};
use siaga_store::Head;
use std::pin::Pin;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

/// Entities in one part of a snapshot.
const PART_ENTITIES: usize = 200;
/// Audiences that one gateway may report.
const AUDIENCES_MAX: usize = 10_000;

type Items<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl FeedService for Edge {
    type FollowStream = Items<v1::FeedItem>;
    type OpenViewStream = Items<v1::OpenViewResponse>;

    async fn follow(&self, request: Request<v1::FollowRequest>) -> Result<Response<Self::FollowStream>, Status> {
        let v1::FollowRequest { gateway_id, after_position, log_id } = request.into_inner();
        tracing::info!(gateway = crate::city::shown(&gateway_id), after_position, "a gateway follows the feed");
        let items = self.core.feed.follow(after_position, &log_id).await.map_err(status::of)?;
        let items = ReceiverStream::new(items).map(|item| item.map_err(status::of));
        Ok(Response::new(Box::pin(items)))
    }

    async fn open_view(&self, request: Request<v1::OpenViewRequest>) -> Result<Response<Self::OpenViewStream>, Status> {
        let (who, _) = admitted(&request)?;
        let parts = self.parts(&who, &request.into_inner()).await.map_err(status::of)?;
        Ok(Response::new(Box::pin(stream::iter(parts.into_iter().map(Ok)))))
    }

    async fn report_presence(
        &self,
        request: Request<v1::ReportPresenceRequest>,
    ) -> Result<Response<v1::ReportPresenceResponse>, Status> {
        let (gateway_id, audiences) = presence(request.into_inner()).map_err(status::of)?;
        let context = &self.core.context;
        let stored = context.store.set_presence(&gateway_id, context.now(), &audiences).await;
        stored.map_err(store_error).map_err(status::of)?;
        self.core.feed.presence_changed();
        Ok(Response::new(v1::ReportPresenceResponse {}))
    }
}

impl Edge {
    /// The answer in parts; the first says who asks and from where changes follow.
    async fn parts(
        &self,
        who: &Caller,
        request: &v1::OpenViewRequest,
    ) -> Result<Vec<v1::OpenViewResponse>, SiagaError> {
        let reader = reader(who, &request.audience)?;
        let context = &self.core.context;
        let account_id = who.account_id.ok_or_else(credentials::signed_out)?;
        let own = account(context, account_id).await?;
        let mut first = v1::OpenViewResponse {
            session_id: crate::views::common::id_text(who.session_id),
            expires_at: Some(convert::timestamp(who.expires_at)),
            audience: reader.audience(),
            ..v1::OpenViewResponse::default()
        };
        if request.without_snapshot {
            let Head { position, log_id, .. } = context.store.head().await.map_err(store_error)?;
            first.account = Some(view(account_id, &own, position));
            first.position = position;
            first.log_id = log_id.to_string();
            first.last = true;
            return Ok(vec![first]);
        }
        let snapshot = self.core.feed.snapshot(&reader).await?;
        first.account = Some(view(account_id, &own, snapshot.position));
        first.position = snapshot.position;
        first.log_id = snapshot.log_id.to_string();
        let mut parts: Vec<v1::OpenViewResponse> = snapshot
            .entities
            .chunks(PART_ENTITIES)
            .map(|entities| v1::OpenViewResponse { entities: entities.to_vec(), ..v1::OpenViewResponse::default() })
            .collect();
        if parts.is_empty() {
            parts.push(v1::OpenViewResponse::default());
        }
        first.entities = std::mem::take(&mut parts[0].entities);
        parts[0] = first;
        if let Some(last) = parts.last_mut() {
            last.last = true;
        }
        Ok(parts)
    }
}

/// The reader that a caller may be: the one asked for, or else the usual one.
fn reader(who: &Caller, audience: &str) -> Result<Reader, SiagaError> {
    let allowed = scope::audiences(who);
    let audience = if audience.is_empty() { allowed.first() } else { allowed.iter().find(|one| *one == audience) };
    audience.and_then(|audience| Reader::of_audience(audience)).ok_or_else(SiagaError::forbidden)
}

/// What a gateway said of its sessions, checked.
fn presence(request: v1::ReportPresenceRequest) -> Result<(String, Vec<(String, u32)>), SiagaError> {
    let gateway_id = limits::required("gateway_id", &request.gateway_id, limits::REFERENCE_CHARS)?;
    if request.audiences.len() > AUDIENCES_MAX {
        return Err(SiagaError::invalid(
            "audiences",
            format!("Paling banyak {AUDIENCES_MAX}."),
            format!("At most {AUDIENCES_MAX}."),
        ));
    }
    let known = |audience: &str| audience.len() <= limits::REFERENCE_CHARS && Reader::of_audience(audience).is_some();
    let audiences = request.audiences.into_iter().map(|one| {
        if known(&one.audience) {
            return Ok((one.audience, one.sessions));
        }
        Err(SiagaError::invalid("audiences", "Bukan penerima yang dikenal.", "Not a known audience."))
    });
    Ok((gateway_id, audiences.collect::<Result<_, _>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        edge::guard::Admitted,
        testing::{self, TestCore},
        writer::Lane,
    };
    use std::sync::Arc;

    fn asked<T>(who: &Caller, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.extensions_mut().insert(Admitted { who: who.clone(), lane: Lane::Emergency });
        request
    }

    async fn view(core: &TestCore, who: &Caller, audience: &str) -> Result<Vec<v1::OpenViewResponse>, Status> {
        let edge = Edge { core: Arc::clone(&core.core) };
        let request = v1::OpenViewRequest { audience: audience.into(), without_snapshot: false };
        let parts = edge.open_view(asked(who, request)).await?.into_inner();
        parts.collect::<Vec<_>>().await.into_iter().collect()
    }

    #[tokio::test]
    async fn a_view_is_opened_only_for_those_it_is_for_and_says_who_and_where() {
        let core = testing::core().await;
        let operator = testing::operator(&core, "operator1").await;
        let dispatcher = testing::dispatcher(&core, "damkar1", "damkar").await;
        let administrator = testing::account(&core, "admin", siaga_domain::Role::Administrator, None, None).await;
        testing::open(&core, &operator, "kebakaran-bangunan").await;
        for (who, audience) in
            [(&operator, "agency:damkar"), (&dispatcher, "board"), (&dispatcher, "agency:polres"), (&administrator, "")]
        {
            let refused = view(&core, who, audience).await.unwrap_err();
            assert_eq!(refused.code(), tonic::Code::PermissionDenied, "{audience}");
        }
        let parts = view(&core, &operator, "").await.unwrap();
        let head = core.context.store.head().await.unwrap();
        assert_eq!((parts[0].audience.as_str(), parts[0].position), ("board", head.position));
        assert_eq!(parts[0].account.as_ref().unwrap().username, "operator1");
        assert_eq!(parts[0].log_id, head.log_id.to_string());
        assert!(parts.len() == 1 && parts[0].last);
        assert!(parts[0].entities.iter().any(|entity| entity.key.starts_with("incident:")));

        let edge = Edge { core: Arc::clone(&core.core) };
        let request = v1::OpenViewRequest { audience: "agency:damkar".into(), without_snapshot: true };
        let parts: Vec<_> = edge.open_view(asked(&dispatcher, request)).await.unwrap().into_inner().collect().await;
        let first = parts[0].as_ref().unwrap();
        assert!(parts.len() == 1 && first.last && first.entities.is_empty());
    }

    #[tokio::test]
    async fn a_large_view_comes_in_parts_and_the_last_says_so() {
        let core = testing::core().await;
        let operator = testing::operator(&core, "operator1").await;
        for number in 0..PART_ENTITIES {
            testing::operator(&core, &format!("rekan{number}")).await;
        }
        let parts = view(&core, &operator, "board").await.unwrap();
        let sizes: Vec<usize> = parts.iter().map(|part| part.entities.len()).collect();
        assert_eq!(sizes, [PART_ENTITIES, 7], "201 accounts, 4 units, the parts and the open cards");
        assert_eq!(parts.iter().map(|part| part.last).collect::<Vec<_>>(), [false, true]);
        assert!(parts[1].account.is_none());
    }

    #[tokio::test]
    async fn what_a_gateway_says_is_checked_before_it_is_kept() {
        let core = testing::core().await;
        let gateway = testing::account(&core, "gerbang", siaga_domain::Role::Gateway, None, None).await;
        let edge = Edge { core: Arc::clone(&core.core) };
        let report = async |gateway_id: &str, audience: &str| {
            let audiences = vec![v1::AudiencePresence { audience: audience.into(), sessions: 1 }];
            let request = v1::ReportPresenceRequest { gateway_id: gateway_id.into(), audiences };
            edge.report_presence(asked(&gateway, request)).await.map(|_| ())
        };
        report("g1", "agency:damkar").await.unwrap();
        for (gateway_id, audience) in [("", "board"), ("g1", "everybody"), ("g1", "unit:x")] {
            let refused = report(gateway_id, audience).await.unwrap_err();
            assert_eq!(refused.code(), tonic::Code::InvalidArgument, "{gateway_id:?} {audience:?}");
        }
        let kept = core.context.store.presence(testing::START).await.unwrap();
        assert_eq!((kept.len(), kept[0].audience.as_str()), (1, "agency:damkar"), "a refused report changes nothing");
    }
}
