//! Accounts in the small city.

use super::{city::UNITS, write::emit};
use crate::{Core, access::Caller};
use siaga_domain::{Role, account::Account, unit::Unit};
use uuid::Uuid;

/// An operator's account.
///
/// # Panics
/// When it cannot be made.
pub async fn operator(core: &Core, username: &str) -> Caller {
    account(core, username, Role::Operator, None, None).await
}

/// A supervisor's account.
///
/// # Panics
/// When it cannot be made.
pub async fn supervisor(core: &Core, username: &str) -> Caller {
    account(core, username, Role::Supervisor, None, None).await
}

/// A dispatcher's account of an agency.
///
/// # Panics
/// When it cannot be made.
pub async fn dispatcher(core: &Core, username: &str, agency: &str) -> Caller {
    account(core, username, Role::AgencyDispatcher, Some(agency), None).await
}

/// The account of a unit's crew, by call sign.
///
/// # Panics
/// When it cannot be made.
pub async fn crew(core: &Core, username: &str, unit: &str) -> Caller {
    let agency = UNITS.iter().find(|(code, _)| *code == unit).map(|(_, agency)| *agency);
    account(core, username, Role::FieldUnit, agency, Some(Unit::id_of(unit))).await
}

/// An account of any role.
///
/// # Panics
/// When it cannot be made.
pub async fn account(core: &Core, username: &str, role: Role, agency: Option<&str>, unit_id: Option<Uuid>) -> Caller {
    let agency = agency.map(str::to_owned);
    let label = format!("{role:?} {username}");
    let created = Account::create(username, &label, role, agency.clone(), unit_id, true).unwrap();
    let account_id = Account::id_of(username);
    emit::<Account>(core, account_id, [created]).await;
    Caller {
        account_id: Some(account_id),
        session_id: Some(core.context.ids.new_id(core.context.now())),
        role,
        label,
        agency,
        unit_id,
        expires_at: core.context.now().plus_ms(12 * 3_600_000),
    }
}
