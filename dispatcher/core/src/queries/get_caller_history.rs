//! GetCallerHistory: earlier calls of the same number. Reading it is logged, before it is shown.

use super::{limit, note_reading, viewed};
use crate::{
    Core,
    access::{Caller, sight::Reader},
    convert,
    views::{
        load::{Histories, Wanted},
        phones::past_calls,
    },
};
use siaga_domain::{SiagaError, account::AccountEvent};
use siaga_proto::v1;
use uuid::Uuid;

/// Earlier calls of the call's number, newest first.
///
/// # Errors
/// SIAGA-1002 when there is no such call, SIAGA-1001 for a limit over 100.
pub(crate) async fn get_caller_history(
    core: &Core,
    who: &Caller,
    request: v1::GetCallerHistoryRequest,
) -> Result<v1::GetCallerHistoryResponse, SiagaError> {
    let call_id = convert::id("call_id", &request.call_id)?;
    let limit = limit(request.limit, 20, 100)?;
    let wanted = Wanted { calls: [call_id].into(), ..Wanted::default() };
    let call = viewed(&core.context, &wanted, Histories::None, |views| {
        let call = &views.loaded.calls.get(&call_id)?.state;
        let number = views.loaded.text(call.number.as_ref()).unwrap_or_default();
        Some((number.to_owned(), call.ringing_at))
    });
    let (number, ringing_at) = call.await?.ok_or_else(|| SiagaError::not_found("Panggilan", "The call"))?;
    note_reading(core, who, AccountEvent::CallerHistoryRead { call_id }).await?;
    let past = past_calls(&core.context, &number).await?;
    let earlier = past.iter().filter(|past| past.id != call_id && past.ringing_at <= ringing_at);
    let earlier: Vec<Uuid> = earlier.map(|past| past.id).take(limit as usize).collect();
    let wanted = Wanted { calls: earlier.iter().copied().collect(), ..Wanted::default() };
    let calls = viewed(&core.context, &wanted, Histories::None, |views| {
        earlier.iter().filter_map(|id| views.call(*id, &Reader::Board)).collect()
    });
    Ok(v1::GetCallerHistoryResponse { calls: calls.await? })
}
