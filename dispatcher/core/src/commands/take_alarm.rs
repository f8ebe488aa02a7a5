//! TakeAlarm: a person has the alarm and acts.

use crate::{
    command::{Command, account_of},
    convert,
    work::Work,
};
use async_trait::async_trait;
use siaga_domain::{SiagaError, alarm::Alarm};
use siaga_proto::v1::{TakeAlarmRequest, TakeAlarmResponse};

#[async_trait]
impl Command for TakeAlarmRequest {
    type Reply = TakeAlarmResponse;
    const NAME: &'static str = "TakeAlarm";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<TakeAlarmResponse, SiagaError> {
        let by = account_of(work.who)?;
        let alarm = work.get::<Alarm>(&self.alarm_id, ("Alarm", "The alarm")).await?;
        if let Some(taken) = alarm.take(by, &work.who.label)? {
            let meta = work.meta();
            work.emit::<Alarm>(&self.alarm_id, taken, &meta).await?;
        }
        Ok(TakeAlarmResponse { changed: convert::changed(&self.alarm_id, work.version::<Alarm>(&self.alarm_id)) })
    }
}
