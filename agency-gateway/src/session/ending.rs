//! How a session ends: the last frame, and the close code that tells the client what to do.

use futures_util::SinkExt as _;
use siaga_proto::v1::{ErrorDetail, ServerFrame, SessionEnded, server_frame::Frame};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tonic::Status;

use super::out::Out;
use super::read::Reader;
use crate::codes::{SLOW, STOPPING, error_frame};
use crate::status;

const RETRY_AFTER_MS: u64 = 1_000;
const GONE: &str = "gone";

/// The end of a session.
#[derive(Debug)]
pub(crate) struct Ending {
    frame: Option<Box<ServerFrame>>,
    pub(crate) close_code: CloseCode,
    /// One word, for the close frame and the metric.
    pub(crate) why: &'static str,
}

impl Ending {
    /// The client closed, or the connection broke.
    pub(crate) fn gone() -> Self {
        Self { frame: None, close_code: CloseCode::Normal, why: GONE }
    }

    /// 1008: connecting again with the same credential and the same behaviour will not help.
    pub(crate) fn refused(detail: ErrorDetail, why: &'static str) -> Self {
        Self { frame: Some(Box::new(error_frame(detail))), close_code: CloseCode::Policy, why }
    }

    /// 1013: connect again, and resume.
    pub(crate) fn try_again(detail: ErrorDetail, why: &'static str) -> Self {
        Self { frame: Some(Box::new(error_frame(detail))), close_code: CloseCode::Again, why }
    }

    /// 1009: the rest of the message is not even read.
    pub(crate) fn too_large(detail: ErrorDetail) -> Self {
        Self { frame: Some(Box::new(error_frame(detail))), close_code: CloseCode::Size, why: "too_large" }
    }

    pub(crate) fn slow() -> Self {
        metrics::counter!("siaga_gateway_cut_off_total").increment(1);
        Self::try_again(SLOW.detail(), "slow")
    }

    /// 1001: the gateway goes away.
    pub(crate) fn stopping() -> Self {
        let detail = STOPPING.retry_after_ms(RETRY_AFTER_MS);
        Self { frame: Some(Box::new(error_frame(detail))), close_code: CloseCode::Away, why: "stopping" }
    }

    /// The core does not open the view.
    pub(crate) fn not_opened(status: &Status) -> Self {
        let detail = status::detail(status);
        if status::may_heal(status) { Self::try_again(detail, "core") } else { Self::refused(detail, "refused") }
    }

    pub(crate) fn credential_ended() -> Self {
        Self::session_ended("Sesi telah diakhiri. Masuk lagi.", "The session was ended. Sign in again.", "ended")
    }

    pub(crate) fn credential_expired() -> Self {
        Self::session_ended("Sesi sudah berakhir. Masuk lagi.", "The session has expired. Sign in again.", "expired")
    }

    fn session_ended(indonesian: &str, english: &str, why: &'static str) -> Self {
        let ended = SessionEnded { reason_id: indonesian.into(), reason_en: english.into() };
        let frame = Some(Box::new(ServerFrame { frame: Some(Frame::SessionEnded(ended)) }));
        Self { frame, close_code: CloseCode::Policy, why }
    }

    /// Says it to the client, after the replies that still wait, and waits for the client's own close. False: nobody is
    /// there any more.
    pub(crate) async fn say(self, out: &mut Out, reader: &mut Reader) -> bool {
        if self.why == GONE {
            // Completes the client's own close, where there was one.
            return out.sink.close().await.is_ok();
        }
        if out.send_replies().await.is_err() {
            return false;
        }
        if let Some(frame) = self.frame
            && out.send(*frame).await.is_err()
        {
            return false;
        }
        let close = CloseFrame { code: self.close_code, reason: self.why.into() };
        let said = out.sink.send(Message::Close(Some(close))).await.is_ok();
        if said {
            reader.drain().await;
        }
        said
    }
}
