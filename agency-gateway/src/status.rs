//! Answers of the core that are no OK, as the client gets them.

use prost::Message as _;
use siaga_proto::v1::ErrorDetail;
use tonic::{Code, Status};

use crate::codes::CORE_UNREACHABLE;

const CODE: &str = "siaga-error-code";
const DETAIL: &str = "siaga-error-detail-bin";
/// When a client tries again what the core could not answer.
const RETRY_AFTER_MS: u64 = 1_000;

/// Whether the same request may succeed later, unchanged.
pub(crate) fn may_heal(status: &Status) -> bool {
    match status.code() {
        // A timeout of the channel surfaces as Cancelled, a broken connection as Unknown.
        Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled | Code::Unknown => true,
        Code::ResourceExhausted | Code::Internal | Code::Aborted => true,
        _ => false,
    }
}

/// The code of the error, if the core itself made it.
pub(crate) fn code(status: &Status) -> Option<&str> {
    status.metadata().get(CODE).and_then(|value| value.to_str().ok())
}

/// What the core said; where nobody said anything, that it cannot be reached.
pub(crate) fn detail(status: &Status) -> ErrorDetail {
    let bytes = status.metadata().get_bin(DETAIL).and_then(|value| value.to_bytes().ok());
    if let Some(detail) = bytes.and_then(|bytes| ErrorDetail::decode(bytes).ok()) {
        return detail;
    }
    match code(status) {
        Some(code) => ErrorDetail {
            code: code.to_owned(),
            message_id: status.message().to_owned(),
            message_en: english(status),
            ..ErrorDetail::default()
        },
        None => {
            // The words of a transport error are for the log; they help no client and may name machines.
            tracing::warn!(code = ?status.code(), message = status.message(), "the core gave no answer of its own");
            CORE_UNREACHABLE.retry_after_ms(RETRY_AFTER_MS)
        }
    }
}

/// An answer that did not come in time: nobody knows whether the command was taken.
pub(crate) fn too_late() -> Status {
    Status::deadline_exceeded("no answer in time")
}

fn english(status: &Status) -> String {
    let encoded = status.metadata().get("siaga-error-en").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = (*first == b'%').then(|| tail.get(..2)).flatten();
        let decoded = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(decoded.unwrap_or(*first));
        rest = if decoded.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tonic::metadata::MetadataValue;

    #[test]
    fn the_cores_own_words_win() {
        let mut status = Status::failed_precondition("Tidak bisa.");
        status.metadata_mut().insert(CODE, "SIAGA-1401".parse().unwrap());
        status.metadata_mut().insert("siaga-error-en", "Not%20possible 100%".parse().unwrap());
        let plain = detail(&status);
        assert_eq!((plain.code.as_str(), plain.message_en.as_str()), ("SIAGA-1401", "Not possible 100%"));
        let full = ErrorDetail { code: "SIAGA-1401".into(), allowed: vec!["STEP_READY".into()], ..Default::default() };
        status.metadata_mut().insert_bin(DETAIL, MetadataValue::from_bytes(&full.encode_to_vec()));
        assert_eq!(detail(&status), full);
        assert!(!may_heal(&status));
    }

    #[test]
    fn silence_is_an_unreachable_core() {
        let status = Status::unavailable("tcp connect error: 10.0.0.9");
        assert!(may_heal(&status) && may_heal(&too_late()));
        let detail = detail(&status);
        assert_eq!(detail.code, CORE_UNREACHABLE.code);
        assert!(detail.retry_after_ms > 0 && !detail.message_en.contains("10.0"));
    }
}
