//! CreateAccount: makes an account; its name is taken for ever.

use crate::{access::passwords, command::Command, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{ErrorKind, Role, SiagaError, account::Account, unit::Unit};
use siaga_proto::v1::{CreateAccountRequest, CreateAccountResponse};
use siaga_store::SideWrite;
use uuid::Uuid;

#[async_trait]
impl Command for CreateAccountRequest {
    type Reply = CreateAccountResponse;
    const NAME: &'static str = "CreateAccount";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<CreateAccountResponse, SiagaError> {
        let role = convert::account_role(self.role())?;
        let new = NewAccount {
            username: &self.username,
            label: &self.label,
            role,
            agency: (!self.agency_code.is_empty()).then(|| self.agency_code.clone()),
            unit_id: convert::optional_id("unit_id", &self.unit_id)?,
            demo: false,
        };
        let account_id = create(work, new).await?;
        work.side(SideWrite::PutCredential { account_id, password_hash: passwords::hashed(&self.password)? });
        Ok(CreateAccountResponse { changed: convert::changed(account_id, work.version::<Account>(account_id)) })
    }
}

/// What an account is made of.
pub(crate) struct NewAccount<'a> {
    pub(crate) username: &'a str,
    pub(crate) label: &'a str,
    pub(crate) role: Role,
    pub(crate) agency: Option<String>,
    pub(crate) unit_id: Option<Uuid>,
    pub(crate) demo: bool,
}

/// Makes an account whose agency and unit exist and fit.
pub(crate) async fn create(work: &mut Work<'_>, new: NewAccount<'_>) -> Result<Uuid, SiagaError> {
    belongs(work, new.agency.as_deref(), new.unit_id).await?;
    let created = Account::create(new.username, new.label, new.role, new.agency, new.unit_id, new.demo)?;
    let account_id = Account::id_of(new.username);
    if work.find::<Account>(account_id).await?.is_some() {
        return Err(SiagaError::new(
            "SIAGA-1108",
            ErrorKind::Conflict,
            format!("Nama akun \"{}\" sudah dipakai.", new.username),
            format!("The account name \"{}\" is taken.", new.username),
        )
        .field("username"));
    }
    let meta = work.meta();
    work.emit::<Account>(account_id, created, &meta).await?;
    Ok(account_id)
}

/// The agency exists, and the unit is one of its own.
pub(super) async fn belongs(
    work: &mut Work<'_>,
    agency: Option<&str>,
    unit_id: Option<Uuid>,
) -> Result<(), SiagaError> {
    if let Some(agency) = agency {
        work.city.agency(agency).map_err(|error| error.field("agency_code"))?;
    }
    if let Some(unit_id) = unit_id {
        let unit = work.get::<Unit>(unit_id, ("Unit", "The unit")).await?;
        if Some(unit.agency.as_str()) != agency {
            return Err(SiagaError::invalid(
                "unit_id",
                "Unit itu milik instansi lain.",
                "That unit belongs to another agency.",
            ));
        }
    }
    Ok(())
}
