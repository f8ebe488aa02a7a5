//! Opening a view: the core says whether this credential may have it, and what is in it; then the session is attached
//! to the feed at exactly that position.
//!
//! The snapshot is read while the feed goes on into the ring; the session is attached afterwards at the snapshot's
//! position and gets from the ring what came meanwhile. So nothing is lost in between, and thousands of sessions that
//! come back at once hold no queues of their own while they wait for their snapshots.

use std::sync::Arc;
use std::time::Duration;

use pbjson_types::Timestamp;
use siaga_proto::v1::{
    Hello, OpenViewRequest, OpenViewResponse, ServerFrame, Snapshot, Welcome, feed_service_client::FeedServiceClient,
    server_frame::Frame,
};
use tonic::{Status, Streaming};

use super::Session;
use super::ending::Ending;
use super::out::Out;
use crate::codes::{BEHIND, CORE_UNREACHABLE, TOO_MANY_OF_ACCOUNT};
use crate::counted::Place;
use crate::cursor::Cursor;
use crate::fanout::{Attached, Identity, NotAttached, timestamp};
use crate::status;

const PART_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Snapshots that were out of date by the time they were sent, before the client has to come again.
const ATTEMPTS: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(25);
const REOPEN_PAUSE: Duration = Duration::from_millis(500);
const RETRY_AFTER_MS: u64 = 1_000;

/// A view that is open and live.
pub(crate) struct Opened {
    pub(crate) attached: Attached,
    pub(crate) audience: String,
    pub(crate) expires_at: Option<Timestamp>,
}

/// Opens the session's view, as often as needed.
pub(crate) struct Opener<'a> {
    session: &'a Session,
    /// The session's place among those of its account.
    place: Option<Place>,
    welcomed: bool,
}

impl<'a> Opener<'a> {
    pub(crate) fn new(session: &'a Session) -> Self {
        Self { session, place: None, welcomed: false }
    }

    /// Goes on where the client was, or starts it with a snapshot.
    pub(crate) async fn open(&mut self, out: &mut Out, hello: &Hello) -> Result<Opened, Ending> {
        self.wait_for_feed().await?;
        match self.resume(out, hello).await? {
            Some(opened) => Ok(opened),
            None => self.snapshot(out, &hello.audience).await,
        }
    }

    /// A fresh snapshot for a client that is live already; waits for the core as long as the client does.
    pub(crate) async fn reopen(&mut self, out: &mut Out, audience: &str) -> Result<Opened, Ending> {
        loop {
            match self.snapshot(out, audience).await {
                Err(ending) if ending.why == "core" => out.during(tokio::time::sleep(REOPEN_PAUSE)).await?,
                result => return result,
            }
        }
    }

    /// Before the feed's beginning is known, changes after a snapshot could be missed.
    async fn wait_for_feed(&self) -> Result<(), Ending> {
        let fanout = &self.session.shared.fanout;
        let mut up = fanout.feed_up();
        if fanout.has_begun() {
            return Ok(());
        }
        match tokio::time::timeout(self.session.shared.core_timeout(), up.wait_for(|up| *up)).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(Ending::try_again(CORE_UNREACHABLE.retry_after_ms(RETRY_AFTER_MS), "core")),
        }
    }

    async fn resume(&mut self, out: &mut Out, hello: &Hello) -> Result<Option<Opened>, Ending> {
        let shared = &self.session.shared;
        let Some(cursor) = Cursor::decode(&hello.cursor) else { return Ok(None) };
        if !shared.fanout.covers(&cursor.log_id, cursor.position) {
            return Ok(None);
        }
        let ended_mark = shared.fanout.ended_mark();
        let (first, _) = self.ask(&hello.audience, true).await?;
        if first.audience != cursor.audience || first.log_id != cursor.log_id {
            return Ok(None);
        }
        let at = (cursor.log_id.as_str(), cursor.position);
        match shared.fanout.attach(identity(&first), at, ended_mark, &self.session.cut) {
            Ok(attached) => {
                self.take_place(&first)?;
                self.welcome(out, &first, true).await?;
                Ok(Some(Opened { attached, audience: first.audience, expires_at: first.expires_at }))
            }
            Err(NotAttached::Gap) => Ok(None),
            Err(NotAttached::Ended) => Err(Ending::credential_ended()),
        }
    }

    async fn snapshot(&mut self, out: &mut Out, audience: &str) -> Result<Opened, Ending> {
        let shared = Arc::clone(&self.session.shared);
        let mut pause = FIRST_PAUSE;
        for _ in 0..ATTEMPTS {
            let ended_mark = shared.fanout.ended_mark();
            let (first, stream) = if self.welcomed {
                out.during(self.ask(audience, false)).await??
            } else {
                self.ask(audience, false).await?
            };
            self.take_place(&first)?;
            self.welcome(out, &first, false).await?;
            let identity = identity(&first);
            let (audience, expires_at) = (first.audience.clone(), first.expires_at);
            let (log_id, position) = (first.log_id.clone(), first.position);
            self.send_parts(out, first, stream).await?;
            match shared.fanout.attach(identity, (&log_id, position), ended_mark, &self.session.cut) {
                Ok(attached) => return Ok(Opened { attached, audience, expires_at }),
                Err(NotAttached::Ended) => return Err(Ending::credential_ended()),
                // This core is behind the one that feeds us, or more changed meanwhile than is kept.
                Err(NotAttached::Gap) => out.during(tokio::time::sleep(pause)).await?,
            }
            pause *= 2;
        }
        Err(Ending::try_again(BEHIND.retry_after_ms(RETRY_AFTER_MS), "behind"))
    }

    /// The core's answer, up to its first part.
    async fn ask(
        &self,
        audience: &str,
        without_snapshot: bool,
    ) -> Result<(OpenViewResponse, Streaming<OpenViewResponse>), Ending> {
        let shared = &self.session.shared;
        let request = OpenViewRequest { audience: audience.to_owned(), without_snapshot };
        let mut client = FeedServiceClient::new(shared.channel.clone()).max_decoding_message_size(PART_BYTES_MAX);
        let answer = async {
            let mut stream = client.open_view(self.session.credential.request(request)).await?.into_inner();
            let first = stream.message().await?.ok_or_else(cut_short)?;
            Ok((first, stream))
        };
        let answer = tokio::time::timeout(shared.core_timeout(), answer).await;
        answer.unwrap_or_else(|_| Err(status::too_late())).map_err(|status| Ending::not_opened(&status))
    }

    /// One part after the other, as fast as the client reads.
    async fn send_parts(
        &self,
        out: &mut Out,
        first: OpenViewResponse,
        mut stream: Streaming<OpenViewResponse>,
    ) -> Result<(), Ending> {
        let whole = Cursor::encode(&first.log_id, first.position, &first.audience);
        let mut part = first;
        loop {
            let last = part.last;
            // Only the whole snapshot is a place to go on from.
            let cursor = if last { whole.clone() } else { String::new() };
            let snapshot = Snapshot { entities: part.entities, cursor, last };
            out.send(ServerFrame { frame: Some(Frame::Snapshot(snapshot)) }).await?;
            if last {
                return Ok(());
            }
            let next = tokio::time::timeout(self.session.shared.core_timeout(), stream.message());
            let next = out.during(next).await?.unwrap_or_else(|_| Err(status::too_late()));
            part = next.and_then(|next| next.ok_or_else(cut_short)).map_err(|status| Ending::not_opened(&status))?;
        }
    }

    fn take_place(&mut self, first: &OpenViewResponse) -> Result<(), Ending> {
        if self.place.is_none() {
            let account_id = first.account.as_ref().map_or("", |account| account.id.as_str());
            self.place = self.session.shared.of_account.take(account_id);
        }
        if self.place.is_some() {
            return Ok(());
        }
        Err(Ending::try_again(TOO_MANY_OF_ACCOUNT.retry_after_ms(RETRY_AFTER_MS), "too_many"))
    }

    async fn welcome(&mut self, out: &mut Out, first: &OpenViewResponse, resumed: bool) -> Result<(), Ending> {
        if self.welcomed {
            return Ok(());
        }
        self.welcomed = true;
        let welcome = Welcome {
            session_id: first.session_id.clone(),
            audience: first.audience.clone(),
            account: first.account.clone(),
            server_time: Some(timestamp(self.session.shared.now_ms())),
            heartbeat_interval_ms: self.session.shared.limits.heartbeat_interval_ms,
            resumed,
        };
        out.send(ServerFrame { frame: Some(Frame::Welcome(welcome)) }).await
    }
}

fn identity(first: &OpenViewResponse) -> Identity {
    Identity {
        audience: first.audience.as_str().into(),
        account_id: first.account.as_ref().map(|account| account.id.clone()).unwrap_or_default(),
        session_id: first.session_id.clone(),
    }
}

fn cut_short() -> Status {
    Status::unavailable("the view ended before its last part")
}
