//! Accounts as boards and their own sessions see them.

use super::{Views, load::Row};
use crate::{access::sight, convert};
use siaga_domain::account::Account;
use siaga_proto::v1;
use uuid::Uuid;

/// An account. Nothing of it is hidden from who may see it at all.
pub(crate) fn view(id: Uuid, account: &Account, position: u64) -> v1::AccountView {
    v1::AccountView {
        id: id.to_string(),
        username: account.username.clone(),
        label: account.label.clone(),
        role: convert::role(account.role).into(),
        agency_code: account.agency.clone().unwrap_or_default(),
        unit_id: super::common::id_text(account.unit_id),
        disabled: account.disabled,
        duty_state: convert::duty_state(account.duty).into(),
        duty_since: Some(convert::timestamp(account.duty_since)),
        position,
        demo: account.demo,
        version: account.version,
    }
}

impl Views<'_> {
    /// An account of somebody who works at the boards.
    pub(crate) fn account(&self, id: Uuid) -> Option<v1::AccountView> {
        let Row { state, position } = self.loaded.accounts.get(&id)?;
        sight::account_on_board(state).then(|| view(id, state, self.loaded.position([*position])))
    }
}
