//! What the black-box tests share: the real binary on a data folder of its own, and clients of its contract.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, on the machine's time"
)]

pub mod clients;
pub mod process;
pub mod server;

pub use clients::{Desk, sign_in};
pub use server::{Database, Server};

/// A new request id, as a client makes it.
pub fn request_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Waits for a state, asking again and again, and fails when it does not come within a minute.
///
/// # Panics
/// When the minute is over.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    let started = std::time::Instant::now();
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(started.elapsed().as_secs() < 60, "never came: {what}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}
