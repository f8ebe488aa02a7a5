//! Credentials and sessions. They are no history: what is worth keeping of a sign-in is an event.

use async_trait::async_trait;
use uuid::Uuid;

use crate::{StoreError, Timestamp};

/// What kind of client holds a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionKind {
    /// A browser, by cookie.
    Cookie,
    /// A program, by bearer token.
    Machine,
}

/// A session of a person or a token of a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id, which may be shown.
    pub id: Uuid,
    /// The hash of its secret, by which it is found.
    pub token_hash: String,
    /// Whose it is.
    pub account_id: Uuid,
    /// What kind of client holds it.
    pub kind: SessionKind,
    /// What a person calls it.
    pub label: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// When it was last used, as far as it was noted.
    pub last_seen_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// Which sessions to revoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoke {
    /// All of an account, cookies and machine tokens.
    Account(Uuid),
    /// All of an account but this one.
    AccountExcept {
        /// The account.
        account_id: Uuid,
        /// The session that stays.
        session_id: Uuid,
    },
    /// This one.
    Session(Uuid),
}

/// Reading credentials and sessions, and what needs no event. The rest is written with the events
/// of its command, as a [`SideWrite`](crate::SideWrite).
#[async_trait]
pub trait AccessTables: Send + Sync {
    /// The password hash of an account.
    async fn credential(&self, account_id: Uuid) -> Result<Option<String>, StoreError>;

    /// The session with this token hash, revoked and expired ones too.
    async fn session_by_token(&self, token_hash: &str) -> Result<Option<Session>, StoreError>;

    /// The sessions of an account, newest first.
    async fn sessions_of_account(&self, account_id: Uuid) -> Result<Vec<Session>, StoreError>;

    /// The tokens of machines of all accounts, newest first, at most `limit`.
    async fn machine_sessions(&self, limit: u32) -> Result<Vec<Session>, StoreError>;

    /// Notes when sessions were last used; an earlier time than the stored one is ignored.
    async fn touch_sessions(&self, seen: &[(Uuid, Timestamp)]) -> Result<(), StoreError>;

    /// Removes up to `limit` sessions that ended (expired or were revoked) before `before`;
    /// returns how many went.
    async fn expire_sessions(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
