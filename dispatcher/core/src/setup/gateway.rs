//! The token of a gateway that runs in this process.

use super::CreateAccount;
use crate::{Core, access::passwords, command::Internal, commands::add_token, work::Work, writer::Lane};
use async_trait::async_trait;
use siaga_domain::{Role, SiagaError, account::Account};
use uuid::Uuid;

/// A gateway's token lasts a year; a restart makes a new one.
const VALID_MS: i64 = 365 * 24 * 3_600_000;

/// Makes the gateway's account if it is not there, and a fresh token for it.
///
/// # Errors
/// SIAGA-1901 when it cannot be written.
pub async fn issue_gateway_token(core: &Core, gateway_id: &str) -> Result<String, SiagaError> {
    let account = CreateAccount {
        username: "gateway".into(),
        label: "Gateway".into(),
        role: Role::Gateway,
        agency: None,
        unit_id: None,
        demo: false,
        password_hash: None,
        keep_existing: true,
    };
    core.writer.internal(Lane::Emergency, account).await?;
    let (token, token_hash) = passwords::new_token(&*core.context.ids);
    let add = AddToken { account_id: Account::id_of("gateway"), label: gateway_id.to_owned(), token_hash };
    core.writer.internal(Lane::Emergency, add).await?;
    Ok(token)
}

struct AddToken {
    account_id: Uuid,
    label: String,
    token_hash: String,
}

#[async_trait]
impl Internal for AddToken {
    fn name(&self) -> &'static str {
        "AddToken"
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        add_token(work, self.account_id, self.label.clone(), self.token_hash.clone(), VALID_MS).await?;
        Ok(Vec::new())
    }
}
