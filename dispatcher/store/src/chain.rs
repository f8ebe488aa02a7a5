//! The hash chain over the log.
//!
//! The hash of an event is SHA-256 over a fixed word, then every column of its row except `hash`
//! in the order of the table, `prev_hash` among them. Each column is one byte for its kind
//! (`i` integer, `t` text, `n` NULL), then its length in bytes as eight bytes big-endian, then its
//! bytes: integers as eight bytes big-endian, text as UTF-8, NULL as nothing. So no two different
//! rows give the same bytes, and nothing of a row can change unseen.

use sha2::{Digest, Sha256};

use crate::StoredEvent;

/// What stands before the first event: its `prev_hash`, and the head's hash of an empty log.
pub const GENESIS_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The first bytes under every hash. A change of the scheme must change it.
const SCHEME: &[u8] = b"siaga-log-v1";

/// The hash, in lower-case hex, that an event with these columns must have. `event.hash` itself
/// is not looked at.
#[must_use]
pub fn event_hash(event: &StoredEvent) -> String {
    let mut hasher = Sha256::new();
    hasher.update(SCHEME);
    integer(&mut hasher, event.position);
    text(&mut hasher, &event.stream_kind);
    text(&mut hasher, &event.stream_id);
    integer(&mut hasher, event.stream_version);
    optional(&mut hasher, event.incident_id.as_deref());
    text(&mut hasher, &event.event_type);
    integer(&mut hasher, event.schema_version);
    text(&mut hasher, &event.data);
    integer(&mut hasher, event.occurred_at_ms);
    integer(&mut hasher, event.recorded_at_ms);
    text(&mut hasher, &event.actor);
    optional(&mut hasher, event.account_id.as_deref());
    optional(&mut hasher, event.request_id.as_deref());
    text(&mut hasher, &event.prev_hash);
    hex::encode(hasher.finalize())
}

fn column(hasher: &mut Sha256, kind: u8, bytes: &[u8]) {
    hasher.update([kind]);
    hasher.update((bytes.len() as u64).to_be_bytes());
    hasher.update(bytes);
}

fn integer(hasher: &mut Sha256, value: i64) {
    column(hasher, b'i', &value.to_be_bytes());
}

fn text(hasher: &mut Sha256, value: &str) {
    column(hasher, b't', value.as_bytes());
}

fn optional(hasher: &mut Sha256, value: Option<&str>) {
    match value {
        Some(value) => text(hasher, value),
        None => column(hasher, b'n', &[]),
    }
}
