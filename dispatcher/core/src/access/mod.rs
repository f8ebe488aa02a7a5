//! Who may do what: credentials, the rules, and what each reader may see. The one place for all of it.

pub mod credentials;
pub mod passwords;
pub mod rules;
pub mod scope;
pub mod sessions;
pub mod sight;

use siaga_domain::{Actor, Role};
use uuid::Uuid;

/// Seconds of an hour, for the cookie's age.
pub(crate) const COOKIE_MAX_AGE_S_PER_H: u32 = 3_600;

/// The person or machine that asks, authenticated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Account; none for Siaga itself.
    pub account_id: Option<Uuid>,
    /// Session or token it came with.
    pub session_id: Option<Uuid>,
    /// What it is.
    pub role: Role,
    /// The post.
    pub label: String,
    /// Agency of a dispatcher or unit.
    pub agency: Option<String>,
    /// Unit of a crew.
    pub unit_id: Option<Uuid>,
    /// When the session ends.
    pub expires_at: siaga_domain::Timestamp,
}

impl Caller {
    /// Siaga itself.
    pub fn system() -> Self {
        Self {
            account_id: None,
            session_id: None,
            role: Role::System,
            label: Actor::system().label,
            agency: None,
            unit_id: None,
            expires_at: siaga_domain::Timestamp::from_unix_ms(i64::MAX),
        }
    }

    /// As events name it.
    pub fn actor(&self) -> Actor {
        Actor {
            account_id: self.account_id,
            label: self.label.clone(),
            role: self.role,
            agency: self.agency.clone(),
            on_behalf: None,
        }
    }

    /// Works in the call centre.
    pub const fn is_centre(&self) -> bool {
        matches!(self.role, Role::Operator | Role::Supervisor)
    }
}
