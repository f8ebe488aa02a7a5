//! GetCall: one call. Of a sensitive case, caller and recording are shown only to the operator who has the call; others
//! open the case, which is logged.

use super::viewed;
use crate::{
    Core,
    access::{Caller, sight::Reader},
    convert,
    views::load::{Histories, Wanted},
};
use siaga_domain::SiagaError;
use siaga_proto::v1;

/// The call, with how often its number called before.
///
/// # Errors
/// SIAGA-1002 when there is none.
pub(crate) async fn get_call(
    core: &Core,
    who: &Caller,
    request: v1::GetCallRequest,
) -> Result<v1::GetCallResponse, SiagaError> {
    let call_id = convert::id("call_id", &request.call_id)?;
    let wanted = Wanted { calls: [call_id].into(), ..Wanted::default() };
    let call = viewed(&core.context, &wanted, Histories::Fresh, |views| {
        let operator = views.loaded.calls.get(&call_id)?.state.operator;
        let own = operator.is_some() && operator == who.account_id;
        views.call(call_id, if own { &Reader::Full } else { &Reader::Board })
    });
    let call = call.await?.ok_or_else(|| SiagaError::not_found("Panggilan", "The call"))?;
    Ok(v1::GetCallResponse { call: Some(call) })
}
