//! ListAlarms: what is late or wrong now, oldest first.

use super::{ids, viewed};
use crate::{
    Core,
    access::Caller,
    views::load::{Histories, Wanted},
};
use siaga_domain::{Aggregate, SiagaError, alarm::Alarm};
use siaga_proto::v1;

/// All alarms that are up.
///
/// # Errors
/// SIAGA-1901 when the store cannot be read.
pub(crate) async fn list_alarms(
    core: &Core,
    _: &Caller,
    _: v1::ListAlarmsRequest,
) -> Result<v1::ListAlarmsResponse, SiagaError> {
    let open = ids(&core.context, Alarm::KIND, true).await?;
    let wanted = Wanted { alarms: open.into_iter().collect(), ..Wanted::default() };
    let mut alarms: Vec<v1::AlarmView> = viewed(&core.context, &wanted, Histories::None, |views| {
        wanted.alarms.iter().filter_map(|id| views.alarm(id)).collect()
    })
    .await?;
    alarms.sort_by_key(|alarm| alarm.raised_at.map(|at| (at.seconds, at.nanos)));
    Ok(v1::ListAlarmsResponse { alarms })
}
