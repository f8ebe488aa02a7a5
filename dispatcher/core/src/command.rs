//! What a command is: a request message that decides on a unit of work.

use crate::{access::Caller, work::Work};
use async_trait::async_trait;
use prost::Message;
use sha2::{Digest, Sha256};
use siaga_domain::SiagaError;

/// A request of the contract that changes something. Each has a file of its own in `commands/`.
#[async_trait]
pub trait Command: Message + Clone + Default + 'static {
    /// Its reply, stored for retries; it holds no personal data.
    type Reply: Message + Default;

    /// Its name, part of what makes a retry the same request.
    const NAME: &'static str;

    /// The id that the client made for it.
    fn request_id(&self) -> &str;

    /// Reads what it needs, decides, emits events, and says what the client is told.
    async fn decide(&self, work: &mut Work<'_>) -> Result<Self::Reply, SiagaError>;
}

/// A command of any type, as the writer holds it.
#[async_trait]
pub(crate) trait AnyCommand: Send + Sync {
    fn name(&self) -> &'static str;
    /// Hash of name and body: the same request id with another hash is another request.
    fn hash(&self) -> String;
    /// Bytes of the body.
    fn bytes(&self) -> usize {
        0
    }
    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError>;
}

#[async_trait]
impl<C: Command> AnyCommand for C {
    fn name(&self) -> &'static str {
        C::NAME
    }

    fn hash(&self) -> String {
        let mut hasher = Sha256::new();
        hasher.update(C::NAME.as_bytes());
        hasher.update([0]);
        hasher.update(self.encode_to_vec());
        hex::encode(hasher.finalize())
    }

    fn bytes(&self) -> usize {
        self.encoded_len()
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        Command::decide(self, work).await.map(|reply| reply.encode_to_vec())
    }
}

/// Work that Siaga does by itself: alarms, retention, imports. It has no request id; it is harmless to repeat because
/// it looks at the state first.
#[async_trait]
pub trait Internal: Send + Sync {
    /// Its name, for logs and metrics.
    fn name(&self) -> &'static str;

    /// Reads, decides and emits; what it returns is handed to the caller.
    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError>;
}

pub(crate) struct InternalCommand<I>(pub(crate) I);

#[async_trait]
impl<I: Internal> AnyCommand for InternalCommand<I> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn hash(&self) -> String {
        String::new()
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        self.0.decide(work).await
    }
}

/// The person asking, checked: commands that only people with an account may give.
///
/// # Errors
/// SIAGA-1100 when the system itself asks.
pub fn account_of(who: &Caller) -> Result<uuid::Uuid, SiagaError> {
    who.account_id.ok_or_else(SiagaError::forbidden)
}
