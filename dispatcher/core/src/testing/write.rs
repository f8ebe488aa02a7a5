//! Writing past the commands, for tests of what follows from events.

use crate::{
    Core,
    access::Caller,
    command::{Command, Internal},
    work::Work,
    writer::Lane,
};
use async_trait::async_trait;
use siaga_domain::{Aggregate, PersonalRef, SiagaError};
use siaga_store::{PersonalIndex, SideWrite};
use uuid::Uuid;

/// Writes events to one stream, as Siaga itself.
///
/// # Panics
/// When they cannot be written.
pub async fn emit<A: Aggregate>(core: &Core, id: impl ToString, events: impl IntoIterator<Item = A::Event>) {
    emit_as::<A>(core, &Caller::system(), id, events).await;
}

/// The same, as somebody.
///
/// # Panics
/// When they cannot be written.
pub async fn emit_as<A: Aggregate>(
    core: &Core,
    who: &Caller,
    id: impl ToString,
    events: impl IntoIterator<Item = A::Event>,
) {
    let work = Emit::<A> { id: id.to_string(), events: events.into_iter().collect() };
    core.writer.internal_as(Lane::Emergency, who.clone(), work).await.unwrap();
}

/// Puts a personal text beside the log.
///
/// # Panics
/// When it cannot be written.
pub async fn personal(
    core: &Core,
    subject: (&'static str, Uuid),
    incident_id: Option<Uuid>,
    field: &'static str,
    content: &str,
    index: PersonalIndex,
) -> PersonalRef {
    let work = PutPersonal { subject, incident_id, field, content: content.into(), index };
    let reply = core.writer.internal(Lane::Emergency, work).await.unwrap();
    serde_json::from_slice(&reply).unwrap()
}

/// Writes rows that are no history.
///
/// # Panics
/// When they cannot be written.
pub async fn side(core: &Core, writes: impl IntoIterator<Item = SideWrite>) {
    core.writer.internal(Lane::Emergency, Side(writes.into_iter().collect())).await.unwrap();
}

struct Side(Vec<SideWrite>);

#[async_trait]
impl Internal for Side {
    fn name(&self) -> &'static str {
        "test_side"
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        self.0.iter().cloned().for_each(|write| work.side(write));
        Ok(Vec::new())
    }
}

/// Runs a client's command.
///
/// # Errors
/// As the command decides.
pub async fn run<C: Command>(core: &Core, who: &Caller, command: C) -> Result<C::Reply, SiagaError> {
    core.writer.command(Lane::Emergency, who.clone(), command).await
}

struct Emit<A: Aggregate> {
    id: String,
    events: Vec<A::Event>,
}

#[async_trait]
impl<A: Aggregate> Internal for Emit<A> {
    fn name(&self) -> &'static str {
        "test_emit"
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        let meta = work.meta();
        for event in &self.events {
            work.emit::<A>(&self.id, event.clone(), &meta).await?;
        }
        Ok(Vec::new())
    }
}

struct PutPersonal {
    subject: (&'static str, Uuid),
    incident_id: Option<Uuid>,
    field: &'static str,
    content: String,
    index: PersonalIndex,
}

#[async_trait]
impl Internal for PutPersonal {
    fn name(&self) -> &'static str {
        "test_put_personal"
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        let put = work.put_personal(self.subject, self.incident_id, self.field, self.content.clone(), self.index);
        serde_json::to_vec(&put).map_err(|error| SiagaError::internal(error.to_string()))
    }
}
