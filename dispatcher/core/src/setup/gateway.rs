//! The token of a gateway: the right to the feed, presence and deliveries, and to nothing else.

use super::CreateAccount;
use crate::{Core, access::passwords, command::Internal, commands::add_token, work::Work, writer::Lane};
use async_trait::async_trait;
use siaga_domain::{Role, SiagaError, account::Account};

/// A gateway's token lasts a year; one beside a dispatcher gets a new one at each start.
pub const GATEWAY_TOKEN_DAYS: u32 = 365;
const DAY_MS: i64 = 24 * 3_600_000;
/// The account of all gateways; their tokens tell them apart.
const ACCOUNT: &str = "gateway";

/// The account of all gateways.
#[must_use]
pub fn gateway_account() -> CreateAccount {
    CreateAccount {
        username: ACCOUNT.into(),
        label: "Gateway".into(),
        role: Role::Gateway,
        agency: None,
        unit_id: None,
        demo: false,
        password_hash: None,
        keep_existing: true,
    }
}

/// Makes the gateway's account if it is not there, and a fresh token for it.
///
/// # Errors
/// SIAGA-1901 when it cannot be written.
pub async fn issue_gateway_token(core: &Core, gateway_id: &str) -> Result<String, SiagaError> {
    core.writer.internal(Lane::Emergency, gateway_account()).await?;
    let (token, token_hash) = passwords::new_token(&*core.context.ids);
    let label = gateway_id.to_owned();
    let add = AddGatewayToken { label, token_hash, valid_days: GATEWAY_TOKEN_DAYS };
    core.writer.internal(Lane::Emergency, add).await?;
    Ok(token)
}

/// A token for the gateways' account, which must exist.
pub struct AddGatewayToken {
    /// Which gateway has it.
    pub label: String,
    /// Hash of the token; its text is stored nowhere.
    pub token_hash: String,
    /// Days until it ends.
    pub valid_days: u32,
}

#[async_trait]
impl Internal for AddGatewayToken {
    fn name(&self) -> &'static str {
        "AddGatewayToken"
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        let valid_ms = i64::from(self.valid_days) * DAY_MS;
        let account_id = Account::id_of(ACCOUNT);
        add_token(work, account_id, self.label.clone(), self.token_hash.clone(), valid_ms).await?;
        Ok(Vec::new())
    }
}
