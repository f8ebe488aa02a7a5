//! The one error of the domain and the core: a stable code, public words in two languages, private words for the log.

use serde::{Deserialize, Serialize};

/// What kind of answer an error is; mapped to a gRPC, HTTP or WebSocket status once, at the edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ErrorKind {
    /// The request is wrong in itself.
    Invalid,
    /// No valid credential.
    Unauthenticated,
    /// The credential may not do this.
    Forbidden,
    /// The thing named does not exist, or not for this reader.
    NotFound,
    /// The state does not allow it now.
    Conflict,
    /// It was made on a version that is no longer the current one.
    Stale,
    /// A limit is reached; later it may go.
    Exhausted,
    /// A part that is needed is down.
    Unavailable,
    /// A fault of Siaga itself.
    Internal,
}

/// A field that changed since the version an edit was made on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldConflict {
    /// Field name in the request.
    pub field: String,
    /// What is stored now.
    pub current: String,
    /// What the refused edit wanted.
    pub wanted: String,
}

/// A refusal or failure. Codes are listed, with what to do, in `docs/errors.md`. Boxed: the good case stays small.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} {}", .0.code, .0.en)]
pub struct SiagaError(Box<ErrorBody>);

/// What a [`SiagaError`] says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorBody {
    /// Stable code, e.g. `SIAGA-1042`.
    pub code: &'static str,
    /// Class of the answer.
    pub kind: ErrorKind,
    /// Public message in Indonesian.
    pub id: String,
    /// Public message in English.
    pub en: String,
    /// For the log only; never personal data.
    pub private: Option<String>,
    /// The request's field that is wrong.
    pub field: Option<String>,
    /// What would be accepted instead.
    pub allowed: Vec<String>,
    /// What changed meanwhile, for stale edits.
    pub conflicts: Vec<FieldConflict>,
    /// The version now, for stale edits.
    pub current_version: u64,
    /// When to try again, in ms.
    pub retry_after_ms: u64,
}

impl std::ops::Deref for SiagaError {
    type Target = ErrorBody;

    fn deref(&self) -> &ErrorBody {
        &self.0
    }
}

impl SiagaError {
    /// A new error; the messages are public.
    pub fn new(code: &'static str, kind: ErrorKind, id: impl Into<String>, en: impl Into<String>) -> Self {
        Self(Box::new(ErrorBody {
            code,
            kind,
            id: id.into(),
            en: en.into(),
            private: None,
            field: None,
            allowed: Vec::new(),
            conflicts: Vec::new(),
            current_version: 0,
            retry_after_ms: 0,
        }))
    }

    /// Names the request's field that is wrong.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.0.field = Some(field.into());
        self
    }

    /// Adds words for the log.
    #[must_use]
    pub fn private(mut self, words: impl Into<String>) -> Self {
        self.0.private = Some(words.into());
        self
    }

    /// Says what would be accepted.
    #[must_use]
    pub fn allowed(mut self, allowed: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.0.allowed = allowed.into_iter().map(Into::into).collect();
        self
    }

    /// Says when to try again.
    #[must_use]
    pub fn retry_after_ms(mut self, retry_after_ms: u64) -> Self {
        self.0.retry_after_ms = retry_after_ms;
        self
    }

    /// SIAGA-1001: a field is not acceptable.
    pub fn invalid(field: &str, id: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new("SIAGA-1001", ErrorKind::Invalid, id, en).field(field)
    }

    /// SIAGA-1002: the thing named does not exist, or not for this reader.
    pub fn not_found(what_id: &str, what_en: &str) -> Self {
        Self::new(
            "SIAGA-1002",
            ErrorKind::NotFound,
            format!("{what_id} tidak ditemukan."),
            format!("{what_en} was not found."),
        )
    }

    /// SIAGA-1003: this request id was used for another command.
    pub fn request_id_reused() -> Self {
        Self::new(
            "SIAGA-1003",
            ErrorKind::Conflict,
            "Nomor permintaan ini sudah dipakai untuk perintah lain.",
            "This request id was already used for a different command.",
        )
        .field("request_id")
    }

    /// SIAGA-1004: edited on an old version.
    pub fn stale(current_version: u64, conflicts: Vec<FieldConflict>) -> Self {
        let mut error = Self::new(
            "SIAGA-1004",
            ErrorKind::Stale,
            "Data sudah diubah orang lain. Periksa perubahannya, lalu simpan lagi.",
            "Somebody else changed this. Look at what changed, then save again.",
        );
        error.0.current_version = current_version;
        error.0.conflicts = conflicts;
        error
    }

    /// SIAGA-1100: the credential may not do this.
    pub fn forbidden() -> Self {
        Self::new(
            "SIAGA-1100",
            ErrorKind::Forbidden,
            "Anda tidak berwenang melakukan ini.",
            "You are not allowed to do this.",
        )
    }

    /// SIAGA-1900: a fault of Siaga itself; `private` goes to the log.
    pub fn internal(private: impl Into<String>) -> Self {
        Self::new(
            "SIAGA-1900",
            ErrorKind::Internal,
            "Terjadi kesalahan di sistem. Coba lagi; bila berulang, hubungi administrator.",
            "Something went wrong in the system. Try again; if it repeats, call the administrator.",
        )
        .private(private)
    }
}
