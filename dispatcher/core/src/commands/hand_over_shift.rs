//! HandOverShift: all open calls and incidents of the operator go to a colleague.

use crate::{
    command::{Command, account_of},
    context::store_error,
    convert,
    work::Work,
};
use async_trait::async_trait;
use siaga_domain::{
    Aggregate, Role, SiagaError,
    account::{Account, AccountEvent},
    call::{Call, CallEvent, Phase},
    incident::{Incident, IncidentEvent},
    limits,
};
use siaga_proto::v1::{HandOverShiftRequest, HandOverShiftResponse};
use uuid::Uuid;

/// Open streams read at once.
const PAGE: u32 = 500;

#[async_trait]
impl Command for HandOverShiftRequest {
    type Reply = HandOverShiftResponse;
    const NAME: &'static str = "HandOverShift";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<HandOverShiftResponse, SiagaError> {
        let from = account_of(work.who)?;
        let to = convert::id("to_account_id", &self.to_account_id)?;
        let note = limits::text("note", &self.note, limits::REPORT_CHARS)?;
        let colleague = colleague(work, from, to).await?;
        let meta = work.meta();
        let (mut incidents, mut calls) = (0, 0);
        for id in open_ids(work, Incident::KIND).await? {
            let owned = work.find::<Incident>(id).await?.is_some_and(|incident| incident.owner == Some(from));
            if owned {
                let changed = IncidentEvent::OwnerChanged { owner: Some(to), label: colleague.clone() };
                work.emit::<Incident>(id, changed, &meta).await?;
                incidents += 1;
            }
        }
        for id in open_ids(work, Call::KIND).await? {
            let held = work
                .find::<Call>(id)
                .await?
                .is_some_and(|call| call.operator == Some(from) && call.phase != Phase::Ended);
            if held {
                let changed = CallEvent::HandedOver { operator: to, label: colleague.clone() };
                work.emit::<Call>(id, changed, &meta).await?;
                calls += 1;
            }
        }
        let handed_over = AccountEvent::ShiftHandedOver { to, to_label: colleague, note, incidents, calls };
        work.emit::<Account>(from, handed_over, &meta).await?;
        Ok(HandOverShiftResponse { changed: convert::changed(from, work.version::<Account>(from)), incidents, calls })
    }
}

/// The post of the colleague who takes over: another operator or supervisor who may sign in.
async fn colleague(work: &mut Work<'_>, from: Uuid, to: Uuid) -> Result<String, SiagaError> {
    let account = work.get::<Account>(to, ("Rekan", "The colleague")).await?;
    if to == from || account.disabled || !matches!(account.role, Role::Operator | Role::Supervisor) {
        return Err(SiagaError::invalid(
            "to_account_id",
            "Pilih operator lain yang aktif.",
            "Choose another operator who is active.",
        ));
    }
    Ok(account.label.clone())
}

/// Ids of all open streams of a kind.
async fn open_ids(work: &Work<'_>, kind: &str) -> Result<Vec<Uuid>, SiagaError> {
    let mut ids = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let rows = work.context.store.list_streams(kind, true, after.as_deref(), PAGE).await.map_err(store_error)?;
        ids.extend(rows.iter().filter_map(|row| Uuid::parse_str(&row.key.id).ok()));
        match rows.last() {
            Some(last) if rows.len() == PAGE as usize => after = Some(last.key.id.clone()),
            _ => return Ok(ids),
        }
    }
}
