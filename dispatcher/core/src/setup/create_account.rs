//! Makes an account from the command line or for a demonstration.

use crate::{
    command::Internal,
    commands::{NewAccount, create_account},
    work::Work,
};
use async_trait::async_trait;
use siaga_domain::{Role, SiagaError, account::Account};
use siaga_store::SideWrite;
use uuid::Uuid;

/// The account, with its password's hash.
pub struct CreateAccount {
    /// Name to sign in with.
    pub username: String,
    /// The post.
    pub label: String,
    /// What it is.
    pub role: Role,
    /// Agency code of a dispatcher or unit.
    pub agency: Option<String>,
    /// Unit of a crew.
    pub unit_id: Option<Uuid>,
    /// Made for demonstrations.
    pub demo: bool,
    /// Argon2id hash; none: machines only, no sign-in.
    pub password_hash: Option<String>,
    /// An account that is there already is no error, and stays as it is.
    pub keep_existing: bool,
}

#[async_trait]
impl Internal for CreateAccount {
    fn name(&self) -> &'static str {
        "CreateAccount"
    }

    /// Returns the account's id in text form.
    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        let known = Account::id_of(&self.username);
        if self.keep_existing && work.find::<Account>(known).await?.is_some() {
            return Ok(known.to_string().into_bytes());
        }
        let new = NewAccount {
            username: &self.username,
            label: &self.label,
            role: self.role,
            agency: self.agency.clone(),
            unit_id: self.unit_id,
            demo: self.demo,
        };
        let account_id = create_account(work, new).await?;
        if let Some(password_hash) = self.password_hash.clone() {
            work.side(SideWrite::PutCredential { account_id, password_hash });
        }
        Ok(account_id.to_string().into_bytes())
    }
}
