//! An account's gRPC session: signs in, repeats what got no answer, and says clearly what was refused.

use super::live::{Backoff, ServerAddress};
use prost::Message;
use siaga_domain::{Clock, IdSource};
use siaga_proto::v1::{ErrorDetail, SignInRequest, access_service_client::AccessServiceClient};
use std::{fmt, future::Future, sync::Arc, time::Duration};
use tokio::{
    sync::Mutex,
    time::{Instant, sleep},
};
use tonic::{Code, Request, Response, Status, metadata::MetadataValue, transport::Channel};

/// Sign-ins in a row that one command may cause, before the credential counts as bad.
const SIGN_INS_MAX: u32 = 3;
/// Faults of the server itself that one command may meet, before it counts as refused.
const FAULTS_MAX: u32 = 3;

/// Is told, in a short sentence, what is waited for.
pub type Trouble = Arc<dyn Fn(&str) + Send + Sync>;

/// Clock and ids, handed in.
#[derive(Clone)]
pub struct Sources {
    /// The time now.
    pub clock: Arc<dyn Clock>,
    /// Ids and chance.
    pub ids: Arc<dyn IdSource>,
}

impl Sources {
    /// A new request id: made once for a command, kept over its repeats.
    pub fn request_id(&self) -> String {
        self.ids.new_id(self.clock.now()).to_string()
    }

    /// A random byte.
    pub fn chance(&self) -> u8 {
        let mut byte = [0];
        self.ids.fill(&mut byte);
        byte[0]
    }
}

/// A command or query that did not succeed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RpcError {
    /// The server said no.
    #[error("{}", words(.0))]
    Refused(Box<ErrorDetail>),
    /// No answer for as long as the patience lasts.
    #[error("no answer from {server} for {waited_s} s: {last}")]
    Unreachable {
        /// The server's address.
        server: String,
        /// How long was waited, in seconds.
        waited_s: u64,
        /// The last trouble.
        last: String,
    },
}

impl RpcError {
    /// The stable code, e.g. "SIAGA-1501"; empty when nobody answered.
    pub fn code(&self) -> &str {
        match self {
            Self::Refused(detail) => &detail.code,
            Self::Unreachable { .. } => "",
        }
    }
}

/// An error for people, in Indonesian and English.
pub fn words(detail: &ErrorDetail) -> String {
    let mut text = detail.code.clone();
    for message in [&detail.message_id, &detail.message_en] {
        if !message.is_empty() {
            text = if text.is_empty() { message.clone() } else { format!("{text} {message}") };
        }
    }
    if !detail.field.is_empty() {
        text = format!("{text} [{}]", detail.field);
    }
    if !detail.allowed.is_empty() {
        text = format!("{text} ({})", detail.allowed.join(", "));
    }
    text
}

/// Who signs in.
#[derive(Clone)]
pub struct SignIn {
    /// Account name.
    pub username: String,
    /// Its password.
    pub password: String,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn").field("username", &self.username).finish_non_exhaustive()
    }
}

/// A gRPC session of one account. Clones share it.
#[derive(Clone)]
pub struct RpcSession(Arc<Inner>);

struct Inner {
    server: String,
    channel: Channel,
    sign_in: SignIn,
    token: Mutex<Option<String>>,
    patience: Duration,
    sources: Sources,
    trouble: Trouble,
}

/// What a failed attempt means.
enum Verdict {
    Again(Option<Duration>),
    SignIn,
    Fault,
    Refused,
}

impl RpcSession {
    /// A session that signs in at its first use. `patience`: how long one command is repeated without an answer.
    ///
    /// # Errors
    /// When the address cannot be used at all.
    pub fn new(
        address: &ServerAddress,
        channel: Channel,
        sign_in: SignIn,
        patience: Duration,
        sources: Sources,
        trouble: Trouble,
    ) -> Self {
        let server = address.url();
        Self(Arc::new(Inner { server, channel, sign_in, token: Mutex::new(None), patience, sources, trouble }))
    }

    /// A new request id for a command of this session.
    pub fn request_id(&self) -> String {
        self.0.sources.request_id()
    }

    /// The bearer token, signed in for if there is none.
    ///
    /// # Errors
    /// Name or password are wrong, or nobody answers.
    pub async fn token(&self) -> Result<String, RpcError> {
        let mut token = self.0.token.lock().await;
        if let Some(token) = token.as_ref() {
            return Ok(token.clone());
        }
        let SignIn { username, password } = self.0.sign_in.clone();
        let send = |request| {
            let mut client = AccessServiceClient::new(self.0.channel.clone());
            async move { client.sign_in(request).await }
        };
        let reply = self.repeat(SignInRequest { username, password }, None, send).await.map_err(|(error, _)| error)?;
        Ok(token.insert(reply.token).clone())
    }

    /// The token was refused: the next use signs in again, unless somebody has already.
    pub async fn forget_token(&self, refused: &str) {
        let mut token = self.0.token.lock().await;
        if token.as_deref() == Some(refused) {
            *token = None;
        }
    }

    /// Sends a command or query until it is answered: transport failures are repeated with the same body, an ended
    /// session is signed in again.
    ///
    /// # Errors
    /// What the server refused, or that nobody answers.
    pub async fn call<Q, R, F, Fut>(&self, request: Q, send: F) -> Result<R, RpcError>
    where
        Q: Clone,
        F: Fn(Channel, Request<Q>) -> Fut,
        Fut: Future<Output = Result<Response<R>, Status>>,
    {
        let mut sign_ins = 0;
        loop {
            let token = self.token().await?;
            let attempt = |request| send(self.0.channel.clone(), request);
            match self.repeat(request.clone(), Some(&token), attempt).await {
                Ok(reply) => return Ok(reply),
                Err((_, true)) if sign_ins < SIGN_INS_MAX => {
                    sign_ins += 1;
                    (self.0.trouble)("session ended, signing in again");
                    self.forget_token(&token).await;
                }
                Err((error, _)) => return Err(error),
            }
        }
    }

    /// The error, and whether a new sign-in may help.
    async fn repeat<Q, R, F, Fut>(&self, body: Q, token: Option<&str>, send: F) -> Result<R, (RpcError, bool)>
    where
        Q: Clone,
        F: Fn(Request<Q>) -> Fut,
        Fut: Future<Output = Result<Response<R>, Status>>,
    {
        let start = Instant::now();
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(2));
        let mut faults = 0;
        loop {
            let mut request = Request::new(body.clone());
            if let Some(Ok(value)) = token.map(|token| MetadataValue::try_from(format!("Bearer {token}"))) {
                request.metadata_mut().insert("authorization", value);
            }
            let status = match send(request).await {
                Ok(reply) => return Ok(reply.into_inner()),
                Err(status) => status,
            };
            let detail = detail_of(&status);
            let wait = match verdict(&status, &detail) {
                Verdict::Refused => return Err((RpcError::Refused(Box::new(detail)), false)),
                Verdict::SignIn => return Err((RpcError::Refused(Box::new(detail)), true)),
                Verdict::Fault if faults >= FAULTS_MAX => return Err((RpcError::Refused(Box::new(detail)), false)),
                Verdict::Fault => {
                    faults += 1;
                    None
                }
                Verdict::Again(wait) => wait,
            };
            let wait = wait.unwrap_or_else(|| backoff.next(self.0.sources.chance()));
            let left = self.0.patience.saturating_sub(start.elapsed());
            if left.is_zero() {
                let (server, waited_s) = (self.0.server.clone(), start.elapsed().as_secs());
                return Err((RpcError::Unreachable { server, waited_s, last: words(&detail) }, false));
            }
            (self.0.trouble)(&format!("waiting for the server ({})", words(&detail)));
            // The last attempt is at the very end of the patience.
            sleep(wait.min(left)).await;
        }
    }
}

fn verdict(status: &Status, detail: &ErrorDetail) -> Verdict {
    if status.code() == Code::Unauthenticated {
        return Verdict::SignIn;
    }
    if detail.retry_after_ms > 0 {
        return Verdict::Again(Some(Duration::from_millis(detail.retry_after_ms)));
    }
    let from_siaga = !detail.code.is_empty();
    match status.code() {
        Code::Unavailable => Verdict::Again(None),
        Code::ResourceExhausted if from_siaga => Verdict::Again(None),
        // A broken connection has many names; none of them carries a code of Siaga.
        Code::Unknown | Code::Cancelled | Code::DeadlineExceeded | Code::Internal | Code::Aborted if !from_siaga => {
            Verdict::Again(None)
        }
        Code::Internal | Code::Unknown => Verdict::Fault,
        _ => Verdict::Refused,
    }
}

/// What a status says, as the contract's error.
pub fn detail_of(status: &Status) -> ErrorDetail {
    let metadata = status.metadata();
    let bytes = metadata.get_bin("siaga-error-detail-bin").and_then(|value| value.to_bytes().ok());
    if let Some(detail) = bytes.and_then(|bytes| ErrorDetail::decode(bytes).ok()) {
        return detail;
    }
    let code = metadata.get("siaga-error-code").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let message = if status.message().is_empty() { status.code().description() } else { status.message() };
    ErrorDetail { code: code.to_owned(), message_id: message.to_owned(), ..ErrorDetail::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tonic::metadata::MetadataMap;

    fn status(code: Code, siaga_code: Option<&str>) -> Status {
        let mut metadata = MetadataMap::new();
        if let Some(siaga_code) = siaga_code {
            metadata.insert("siaga-error-code", siaga_code.parse().unwrap());
        }
        Status::with_metadata(code, "pesan", metadata)
    }

    fn is_again(status: &Status) -> bool {
        matches!(verdict(status, &detail_of(status)), Verdict::Again(_))
    }

    #[test]
    fn broken_connections_are_repeated_and_refusals_are_not() {
        assert!(is_again(&status(Code::Unavailable, None)));
        assert!(is_again(&status(Code::Unavailable, Some("SIAGA-1901"))));
        assert!(is_again(&status(Code::Cancelled, None)), "a timeout has this name");
        assert!(is_again(&status(Code::Unknown, None)));
        assert!(!is_again(&status(Code::FailedPrecondition, Some("SIAGA-1501"))));
        assert!(!is_again(&status(Code::InvalidArgument, Some("SIAGA-1001"))));
        assert!(!is_again(&status(Code::Unimplemented, None)), "an old server does not become new by waiting");
        let fault = status(Code::Internal, Some("SIAGA-1900"));
        assert!(matches!(verdict(&fault, &detail_of(&fault)), Verdict::Fault));
        let ended = status(Code::Unauthenticated, Some("SIAGA-1101"));
        assert!(matches!(verdict(&ended, &detail_of(&ended)), Verdict::SignIn));
    }

    #[test]
    fn the_error_detail_is_read_and_its_wait_kept() {
        let detail = ErrorDetail { code: "SIAGA-1105".into(), retry_after_ms: 1500, ..ErrorDetail::default() };
        let mut metadata = MetadataMap::new();
        metadata.insert_bin("siaga-error-detail-bin", MetadataValue::from_bytes(&detail.encode_to_vec()));
        let status = Status::with_metadata(Code::ResourceExhausted, "", metadata);
        assert_eq!(detail_of(&status), detail);
        let Verdict::Again(Some(wait)) = verdict(&status, &detail) else { panic!("waits") };
        assert_eq!(wait, Duration::from_millis(1500));
    }

    #[test]
    fn words_say_code_text_field_and_what_is_allowed() {
        let detail = ErrorDetail {
            code: "SIAGA-1001".into(),
            message_id: "Wajib diisi.".into(),
            message_en: "Must not be empty.".into(),
            field: "reason".into(),
            allowed: vec!["teks".into()],
            ..ErrorDetail::default()
        };
        assert_eq!(words(&detail), "SIAGA-1001 Wajib diisi. Must not be empty. [reason] (teks)");
    }

    #[test]
    fn passwords_are_not_printed() {
        let sign_in = SignIn { username: "damkar".into(), password: "rahasia".into() };
        assert!(!format!("{sign_in:?}").contains("rahasia"));
    }
}
