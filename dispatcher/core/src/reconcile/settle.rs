//! The reconciler of alarms: raises what is missing, ends what has no cause any more, escalates what nobody took.

use super::{
    Reconciler,
    alarms::{Senses, Want, due, to_be_heard, to_escalate},
    picture::Picture,
};
use crate::{Core, command::Internal, context::store_error, work::Work, writer::Lane};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError,
    account::Account,
    alarm::{Alarm, AlarmSubject},
    assignment::Assignment,
    call::Call,
    incident::Incident,
};
use std::{collections::HashSet, sync::Arc};
use uuid::Uuid;

/// Alarms changed by one command.
const BATCH: usize = 100;

/// Keeps the picture of the work in hand and the alarms that follow from it.
#[derive(Default)]
pub(super) struct Alarms {
    picture: Option<Picture>,
}

#[async_trait]
impl Reconciler for Alarms {
    fn name(&self) -> &'static str {
        "alarms"
    }

    fn every_ms(&self) -> i64 {
        0
    }

    fn forget(&mut self) {
        self.picture = None;
    }

    async fn run(&mut self, core: &Core) -> Result<u64, SiagaError> {
        let store = &*core.context.store;
        let mut picture = match self.picture.take() {
            Some(mut picture) => {
                picture.follow(store).await?;
                picture
            }
            None => Picture::load(store).await?,
        };
        let changed = settle(core, &picture).await?;
        if changed > 0 {
            picture.follow(store).await?;
        }
        self.picture = Some(picture);
        Ok(changed)
    }
}

async fn settle(core: &Core, picture: &Picture) -> Result<u64, SiagaError> {
    let context = &core.context;
    let (now, limits) = (context.now(), &context.alarm_limits());
    let senses = Arc::new(sense(core, picture).await?);
    let wanted = due(now, picture, &senses, limits);
    let mut changes: Vec<Change> = Vec::new();
    let missing = wanted.values().filter(|want| !picture.alarms.contains_key(&want.id));
    changes.extend(missing.map(|want| Change { id: want.id.clone(), subject: want.subject.clone(), to: To::Raised }));
    let over = picture.alarms.iter().filter(|(id, _)| !wanted.contains_key(*id));
    changes.extend(over.map(|(id, alarm)| Change { id: id.clone(), subject: alarm.subject.clone(), to: To::Ended }));
    let late = to_escalate(now, picture, limits).into_iter().filter(|id| wanted.contains_key(id));
    changes.extend(late.map(|id| Change { id, subject: AlarmSubject::default(), to: To::Escalated }));
    let mut changed = 0;
    for batch in changes.chunks(BATCH) {
        let work = SettleAlarms { changes: batch.to_vec(), senses: Arc::clone(&senses) };
        let reply = core.writer.internal(Lane::Emergency, work).await?;
        changed += super::count(&reply);
    }
    Ok(changed)
}

/// What is known beside the log; positions only of units that have been silent in the log.
async fn sense(core: &Core, picture: &Picture) -> Result<Senses, SiagaError> {
    let context = &core.context;
    let (store, now) = (&context.store, context.now());
    let presence = store.presence(now.plus_ms(-crate::views::presence::PRESENCE_MS)).await.map_err(store_error)?;
    let online = presence
        .into_iter()
        .filter(|presence| presence.sessions > 0)
        .filter_map(|presence| presence.audience.strip_prefix("agency:").map(str::to_owned))
        .collect();
    let silent = to_be_heard(now, picture, &context.alarm_limits());
    let heard = match silent.as_slice() {
        [] => Vec::new(),
        units => store.latest_positions(Some(units)).await.map_err(store_error)?,
    };
    Ok(Senses {
        online,
        heard: heard.into_iter().map(|position| (position.unit_id, position.at)).collect(),
        hub: store.hub_summary().await.map_err(store_error)?,
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum To {
    Raised,
    Ended,
    Escalated,
}

#[derive(Debug, Clone)]
struct Change {
    id: String,
    subject: AlarmSubject,
    to: To,
}

/// Changes alarms, each after looking at the state that the earlier commands left: what the picture showed may be over.
struct SettleAlarms {
    changes: Vec<Change>,
    senses: Arc<Senses>,
}

#[async_trait]
impl Internal for SettleAlarms {
    fn name(&self) -> &'static str {
        "SettleAlarms"
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        let picture = picture_of(&self.changes, work).await?;
        let limits = work.context.alarm_limits();
        let wanted = due(work.now, &picture, &self.senses, &limits);
        let meta = work.meta();
        let mut changed: u64 = 0;
        for change in &self.changes {
            let alarm = work.find::<Alarm>(&change.id).await?.unwrap_or_default();
            let event = match (change.to, wanted.get(&change.id)) {
                (To::Raised, Some(Want { kind, subject, .. })) => alarm.raise(*kind, subject.clone()),
                (To::Ended, None) => alarm.end(),
                (To::Escalated, _) => alarm.escalate(),
                _ => None,
            };
            if let Some(event) = event {
                work.emit::<Alarm>(&change.id, event, &meta).await?;
                changed += 1;
            }
        }
        Ok(super::counted(changed))
    }
}

/// The picture of what these alarms are about, as it is now.
async fn picture_of(changes: &[Change], work: &mut Work<'_>) -> Result<Picture, SiagaError> {
    let mut picture = Picture::default();
    let calls: HashSet<Uuid> = changes.iter().filter_map(|change| change.subject.call_id).collect();
    for call_id in calls {
        if let Some(call) = work.find::<Call>(call_id).await? {
            picture.calls.insert(call_id, (*call).clone());
        }
    }
    let incidents: HashSet<Uuid> = changes.iter().filter_map(|change| change.subject.incident_id).collect();
    for incident_id in incidents {
        let Some(incident) = work.find::<Incident>(incident_id).await? else { continue };
        if incident.must_be_open().is_err() {
            continue;
        }
        for assignment_id in &incident.assignments {
            if let Some(assignment) = work.find::<Assignment>(assignment_id).await? {
                picture.assignments.insert(*assignment_id, (*assignment).clone());
            }
        }
        if let Some(owner) = incident.owner
            && let Some(account) = work.find::<Account>(owner).await?
        {
            picture.accounts.insert(owner, (*account).clone());
        }
        picture.incidents.insert(incident_id, (*incident).clone());
    }
    for change in changes {
        if let Some(alarm) = work.find::<Alarm>(&change.id).await?
            && !alarm.ended
        {
            picture.alarms.insert(change.id.clone(), (*alarm).clone());
        }
    }
    Ok(picture)
}
