//! Accounts: people and machines, and where an operator stands. Passwords lie outside the log.

use crate::{
    Aggregate, EventMeta, Role,
    error::{ErrorKind, SiagaError},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// An operator's or dispatcher's standing at the desk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DutyState {
    /// Not at the desk.
    #[default]
    SignedOff,
    /// Takes calls.
    Ready,
    /// Speaks with a caller.
    InCall,
    /// Finishes the card.
    WrapUp,
    /// On a break.
    Pause,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Name to sign in with.
    pub username: String,
    /// The post.
    pub label: String,
    /// What it is.
    pub role: Role,
    /// Agency of a dispatcher or unit.
    pub agency: Option<String>,
    /// Unit of a crew.
    pub unit_id: Option<Uuid>,
    /// May not sign in.
    pub disabled: bool,
    /// Made for demonstrations.
    pub demo: bool,
    /// Where it stands, and since when.
    pub duty: DutyState,
    /// Since when.
    pub duty_since: Timestamp,
    /// Counts the edits of label, role, agency and unit.
    #[serde(default)]
    pub version: u64,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            username: String::new(),
            label: String::new(),
            role: Role::System,
            agency: None,
            unit_id: None,
            disabled: false,
            demo: false,
            duty: DutyState::SignedOff,
            duty_since: Timestamp::default(),
            version: 0,
        }
    }
}

/// What happened to an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AccountEvent {
    /// Made.
    Created {
        /// Name to sign in with.
        username: String,
        /// The post.
        label: String,
        /// What it is.
        role: Role,
        /// Agency, for dispatchers and units.
        agency: Option<String>,
        /// Unit, for crews.
        unit_id: Option<Uuid>,
        /// Made for demonstrations.
        demo: bool,
    },
    /// Post, role, agency or unit were edited.
    Updated {
        /// The post.
        label: String,
        /// What it is.
        role: Role,
        /// Agency, for dispatchers and units.
        agency: Option<String>,
        /// Unit, for crews.
        unit_id: Option<Uuid>,
    },
    /// The password was set anew.
    PasswordSet {},
    /// May not sign in any more.
    Disabled {
        /// Why.
        reason: String,
    },
    /// May sign in again.
    Enabled {},
    /// A session was opened.
    SignedIn {
        /// The session.
        session_id: Uuid,
    },
    /// A session was ended.
    SignedOut {
        /// The session; none: all.
        session_id: Option<Uuid>,
    },
    /// A machine's token was made.
    TokenCreated {
        /// The token.
        token_id: Uuid,
        /// What for.
        label: String,
    },
    /// A machine's token was taken away.
    TokenRevoked {
        /// The token.
        token_id: Uuid,
    },
    /// Stands elsewhere.
    DutyChanged {
        /// Now.
        duty: DutyState,
    },
    /// Gave all open work to a colleague.
    ShiftHandedOver {
        /// Colleague.
        to: Uuid,
        /// Colleague's post.
        to_label: String,
        /// A word with it.
        note: String,
        /// Incidents given.
        incidents: u32,
        /// Calls given.
        calls: u32,
    },
    /// Read what is known of a caller.
    CallerHistoryRead {
        /// From this call.
        call_id: Uuid,
    },
    /// Read the full card of a sensitive case.
    SensitiveCaseRead {
        /// The case.
        incident_id: Uuid,
    },
    /// Looked at the boards as they were.
    ReplayRead {
        /// Of this case alone; none: of the whole centre.
        incident_id: Option<Uuid>,
        /// From here.
        from: Timestamp,
        /// To here.
        to: Timestamp,
    },
}

impl Account {
    /// The id of the account with this name: made from it, so that a name belongs to one account for ever.
    pub fn id_of(username: &str) -> Uuid {
        id_from("siaga:account:", username)
    }

    /// Makes an account.
    ///
    /// # Errors
    /// SIAGA-1001 when name, agency or unit do not fit.
    pub fn create(
        username: &str,
        label: &str,
        role: Role,
        agency: Option<String>,
        unit_id: Option<Uuid>,
        demo: bool,
    ) -> Result<AccountEvent, SiagaError> {
        let fits = (3..=40).contains(&username.len())
            && username.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_".contains(c));
        if !fits {
            return Err(SiagaError::invalid(
                "username",
                "Nama akun: 3 sampai 40 huruf kecil, angka, titik, tanda hubung atau garis bawah.",
                "Account name: 3 to 40 of a-z, 0-9, dot, hyphen or underscore.",
            ));
        }
        let label = checked(label, role, agency.as_deref(), unit_id)?;
        Ok(AccountEvent::Created { username: username.to_owned(), label, role, agency, unit_id, demo })
    }

    /// Edits post, role, agency and unit; none when all are as they were.
    ///
    /// # Errors
    /// SIAGA-1001 when post, agency or unit do not fit the role.
    pub fn update(
        &self,
        label: &str,
        role: Role,
        agency: Option<String>,
        unit_id: Option<Uuid>,
    ) -> Result<Option<AccountEvent>, SiagaError> {
        let label = checked(label, role, agency.as_deref(), unit_id)?;
        let same = self.label == label && self.role == role && self.agency == agency && self.unit_id == unit_id;
        Ok((!same).then_some(AccountEvent::Updated { label, role, agency, unit_id }))
    }

    /// Sets where an operator stands; none when already there.
    ///
    /// # Errors
    /// SIAGA-1106 for a state that follows from calls.
    pub fn set_duty(&self, duty: DutyState) -> Result<Option<AccountEvent>, SiagaError> {
        if duty == DutyState::InCall {
            return Err(SiagaError::new(
                "SIAGA-1106",
                ErrorKind::Invalid,
                "Keadaan \"dalam panggilan\" mengikuti panggilan, tidak dipilih sendiri.",
                "\"In call\" follows from calls and is not chosen.",
            )
            .field("state"));
        }
        Ok(self.move_to(duty))
    }

    /// The event that puts the account at `duty`; none when it is there.
    pub fn move_to(&self, duty: DutyState) -> Option<AccountEvent> {
        (self.duty != duty).then_some(AccountEvent::DutyChanged { duty })
    }
}

/// The post, trimmed; refuses an agency or unit that the role does not have, and a role without the ones it needs.
fn checked(label: &str, role: Role, agency: Option<&str>, unit_id: Option<Uuid>) -> Result<String, SiagaError> {
    let label = crate::limits::required("label", label, crate::limits::NAME_CHARS)?;
    let in_agency = matches!(role, Role::AgencyDispatcher | Role::FieldUnit);
    if in_agency != agency.is_some() {
        return Err(SiagaError::invalid(
            "agency_code",
            "Dispatcher dan unit butuh instansi; peran lain tidak.",
            "Dispatchers and units need an agency; other roles have none.",
        ));
    }
    if (role == Role::FieldUnit) != unit_id.is_some() {
        return Err(SiagaError::invalid(
            "unit_id",
            "Akun unit butuh unit; peran lain tidak.",
            "A unit's account needs a unit; other roles have none.",
        ));
    }
    Ok(label)
}

/// A UUIDv8 made from a name that is unique of its kind.
pub(crate) fn id_from(kind: &str, name: &str) -> Uuid {
    let mut hasher = Sha256::new();
    hasher.update(kind.as_bytes());
    hasher.update(name.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hasher.finalize()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

impl Aggregate for Account {
    const KIND: &'static str = "account";
    type Event = AccountEvent;

    fn apply(&mut self, event: &AccountEvent, meta: &EventMeta) {
        match event {
            AccountEvent::Created { username, label, role, agency, unit_id, demo } => {
                self.username.clone_from(username);
                self.label.clone_from(label);
                self.role = *role;
                self.agency.clone_from(agency);
                self.unit_id = *unit_id;
                self.demo = *demo;
                self.duty_since = meta.occurred_at;
                self.version += 1;
            }
            AccountEvent::Updated { label, role, agency, unit_id } => {
                self.label.clone_from(label);
                self.role = *role;
                self.agency.clone_from(agency);
                self.unit_id = *unit_id;
                self.version += 1;
            }
            AccountEvent::Disabled { .. } => self.disabled = true,
            AccountEvent::Enabled {} => self.disabled = false,
            AccountEvent::DutyChanged { duty } => {
                self.duty = *duty;
                self.duty_since = meta.occurred_at;
            }
            AccountEvent::PasswordSet {}
            | AccountEvent::SignedIn { .. }
            | AccountEvent::SignedOut { .. }
            | AccountEvent::TokenCreated { .. }
            | AccountEvent::TokenRevoked { .. }
            | AccountEvent::ShiftHandedOver { .. }
            | AccountEvent::CallerHistoryRead { .. }
            | AccountEvent::SensitiveCaseRead { .. }
            | AccountEvent::ReplayRead { .. } => {}
        }
    }

    fn is_open(&self) -> bool {
        !self.disabled
    }
}
