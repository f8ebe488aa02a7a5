//! UpdateAccount: post, role, agency and unit of an account. What it may see changes with them, so its sessions and
//! tokens end unless only the post's name is another.

use super::create_account::belongs;
use crate::{command::Command, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    ErrorKind, FieldConflict, SiagaError,
    account::{Account, AccountEvent},
};
use siaga_proto::v1::{UpdateAccountRequest, UpdateAccountResponse};
use siaga_store::{Revoke, SideWrite};
use uuid::Uuid;

#[async_trait]
impl Command for UpdateAccountRequest {
    type Reply = UpdateAccountResponse;
    const NAME: &'static str = "UpdateAccount";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<UpdateAccountResponse, SiagaError> {
        let account_id = convert::id("account_id", &self.account_id)?;
        let account = work.get::<Account>(account_id, ("Akun", "The account")).await?;
        let role = convert::account_role(self.role())?;
        let agency = (!self.agency_code.is_empty()).then(|| self.agency_code.clone());
        let unit_id = convert::optional_id("unit_id", &self.unit_id)?;
        if account.version != self.version {
            return Err(SiagaError::stale(account.version, self.conflicts(&account, agency.as_deref(), unit_id)));
        }
        if work.who.account_id == Some(account_id) && role != account.role {
            return Err(SiagaError::new(
                "SIAGA-1109",
                ErrorKind::Conflict,
                "Peran akun sendiri tidak dapat diganti; minta administrator lain.",
                "You cannot change the role of your own account; ask another administrator.",
            )
            .field("role"));
        }
        belongs(work, agency.as_deref(), unit_id).await?;
        let Some(updated) = account.update(&self.label, role, agency.clone(), unit_id)? else {
            return Ok(UpdateAccountResponse { changed: convert::changed(account_id, account.version) });
        };
        let meta = work.meta();
        work.emit::<Account>(account_id, updated, &meta).await?;
        if account.role != role || account.agency != agency || account.unit_id != unit_id {
            work.emit::<Account>(account_id, AccountEvent::SignedOut { session_id: None }, &meta).await?;
            work.side(SideWrite::RevokeSessions { which: Revoke::Account(account_id), at: work.now });
        }
        Ok(UpdateAccountResponse { changed: convert::changed(account_id, account.version + 1) })
    }
}

trait Conflicts {
    fn conflicts(&self, account: &Account, agency: Option<&str>, unit_id: Option<Uuid>) -> Vec<FieldConflict>;
}

impl Conflicts for UpdateAccountRequest {
    /// What is stored now beside what was wanted, where they differ.
    fn conflicts(&self, account: &Account, agency: Option<&str>, unit_id: Option<Uuid>) -> Vec<FieldConflict> {
        let unit = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
        let role = |role: i32| siaga_proto::v1::Role::try_from(role).map_or("", |role| role.as_str_name()).to_owned();
        [
            ("label", account.label.clone(), self.label.trim().to_owned()),
            ("role", role(convert::role(account.role).into()), role(self.role)),
            ("agency_code", account.agency.clone().unwrap_or_default(), agency.unwrap_or_default().to_owned()),
            ("unit_id", unit(account.unit_id), unit(unit_id)),
        ]
        .into_iter()
        .filter(|(_, current, wanted)| current != wanted)
        .map(|(field, current, wanted)| FieldConflict { field: field.into(), current, wanted })
        .collect()
    }
}

#[cfg(test)]
mod tests;
