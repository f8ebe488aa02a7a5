//! What the client gets, in order: Welcome, what it lacks, and then everything as it comes.

use std::time::Duration;

use siaga_proto::v1::Hello;

use super::Session;
use super::ending::Ending;
use super::open::{Opened, Opener};
use super::out::Out;
use crate::fanout::Live;

/// Frames that go out before the socket is flushed.
const BATCH: usize = 64;

/// Writes until the session ends.
pub(crate) async fn write(session: &Session, out: &mut Out, hello: &Hello) -> Ending {
    match stream(session, out, hello).await {
        Ok(ending) | Err(ending) => ending,
    }
}

async fn stream(session: &Session, out: &mut Out, hello: &Hello) -> Result<Ending, Ending> {
    let mut opener = Opener::new(session);
    let mut opened = opener.open(out, hello).await?;
    loop {
        let expiry = tokio::time::sleep(until_expiry(session, &opened));
        tokio::pin!(expiry);
        loop {
            tokio::select! {
                biased;
                () = &mut expiry => return Ok(Ending::credential_expired()),
                Some(reply) = out.reply() => out.send(reply).await?,
                live = opened.attached.next() => {
                    if !send_batch(out, &mut opened, live).await? {
                        break;
                    }
                }
            }
        }
        opened = opener.reopen(out, &opened.audience).await?;
    }
}

/// Sends a frame and those right behind it. False: a fresh snapshot is due.
async fn send_batch(out: &mut Out, opened: &mut Opened, first: Option<Live>) -> Result<bool, Ending> {
    let mut next = first;
    let mut sent = 0;
    let goes_on = loop {
        match next {
            Some(Live::Frame(text)) => out.feed(text).await?,
            Some(Live::Resync) | None => break false,
        }
        sent += 1;
        if sent == BATCH {
            break true;
        }
        next = match opened.attached.next_now() {
            None => break true,
            live => live,
        };
    };
    metrics::counter!("siaga_gateway_frames_sent_total", "kind" => "change").increment(sent as u64);
    out.flush().await?;
    Ok(goes_on)
}

fn until_expiry(session: &Session, opened: &Opened) -> Duration {
    // A credential without an end is looked at again by the core when it is used.
    const NEVER: Duration = Duration::from_secs(10 * 365 * 24 * 3_600);
    let Some(expires_at) = opened.expires_at else { return NEVER };
    let expires_ms = expires_at.seconds.saturating_mul(1_000).saturating_add(i64::from(expires_at.nanos / 1_000_000));
    let left_ms = expires_ms.saturating_sub(session.shared.now_ms());
    Duration::from_millis(u64::try_from(left_ms).unwrap_or(0)).min(NEVER)
}
