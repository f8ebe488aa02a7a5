//! The demo accounts. Real accounts are made with `siaga init` and `siaga account add`, never from a file of passwords.

use std::collections::BTreeSet;

use siaga_domain::Role;

use super::table::{self, Unique};
use super::{Refused, Source};

const PASSWORD_CHARS: usize = 128;

/// An account to be made.
#[derive(Clone, PartialEq, Eq)]
pub struct AccountRecord {
    /// Name to sign in with.
    pub username: String,
    /// What it is.
    pub role: Role,
    /// Agency of a dispatcher or crew.
    pub agency: Option<String>,
    /// Call sign of a crew.
    pub unit: Option<String>,
    /// The post.
    pub label: String,
    /// Public, therefore loopback only.
    pub password: String,
}

/// Reads accounts: `username,role,agency,unit,label,password`.
///
/// # Errors
/// All rows that are wrong.
pub fn accounts(
    source: Source<'_>,
    agencies: &BTreeSet<String>,
    units: &BTreeSet<String>,
) -> Result<Vec<AccountRecord>, Refused> {
    let mut unique = Unique::default();
    table::read(source, &["username", "role", "agency", "unit", "label", "password"], |row| {
        let username = row.code("username")?;
        unique.note(row, "username", &username)?;
        let role = match row.field("role") {
            "operator" => Role::Operator,
            "supervisor" => Role::Supervisor,
            "agency_dispatcher" => Role::AgencyDispatcher,
            "field_unit" => Role::FieldUnit,
            "hub_analyst" => Role::HubAnalyst,
            "administrator" => Role::Administrator,
            other => return Err(row.problem("role", format!("there is no role `{other}`"))),
        };
        let agency = match role {
            Role::AgencyDispatcher | Role::FieldUnit => Some(row.known("agency", "agency", agencies)?),
            _ if !row.field("agency").is_empty() => return Err(row.problem("agency", "this role has no agency")),
            _ => None,
        };
        let unit = match role {
            Role::FieldUnit => Some(row.known("unit", "unit", units)?),
            _ if !row.field("unit").is_empty() => return Err(row.problem("unit", "this role has no unit")),
            _ => None,
        };
        let (label, password) = (row.name("label")?, row.text("password", PASSWORD_CHARS)?);
        Ok(AccountRecord { username, role, agency, unit, label, password })
    })
}
