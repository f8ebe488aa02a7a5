//! A screen as every client has one.

use crate::{access::sight::Reader, testing::TestCore};
use siaga_proto::v1::{Entity, FeedItem, entity::Value};
use std::collections::BTreeMap;

/// A screen: a snapshot, then changes, as every client does it.
pub(crate) struct Screen {
    pub(crate) reader: Reader,
    pub(crate) entities: BTreeMap<String, Entity>,
}

impl Screen {
    pub(crate) async fn open(core: &TestCore, reader: Reader) -> Self {
        let snapshot = core.feed.snapshot(&reader).await.unwrap();
        let entities = snapshot.entities.iter().map(|entity| (entity.key.clone(), entity.clone())).collect();
        Self { reader, entities }
    }

    /// As it is at this very moment.
    pub(crate) async fn fresh(core: &TestCore, reader: Reader) -> Self {
        core.feed.shared.snapshots.clear();
        Self::open(core, reader).await
    }

    pub(crate) fn take(&mut self, item: &FeedItem) {
        for change in item.changes.iter().filter(|change| change.audience == self.reader.audience()) {
            let entity = change.entity.clone().unwrap();
            let have = self.entities.get(&entity.key).map_or(0, |have| have.position);
            if entity.position != 0 && entity.position <= have {
                continue;
            }
            if entity.removed {
                self.entities.remove(&entity.key);
            } else {
                self.entities.insert(entity.key.clone(), entity);
            }
        }
    }

    /// What it shows, without what moves by itself: where the log was, which parts are well, and how often a number
    /// has called before, which is said when a call changes.
    pub(crate) fn shows(&self) -> BTreeMap<String, Entity> {
        let mut shown = self.entities.clone();
        shown.remove("parts");
        shown.remove("viewers");
        for entity in shown.values_mut() {
            entity.position = 0;
            match entity.value.as_mut().unwrap() {
                Value::Call(view) => {
                    view.position = 0;
                    view.earlier_calls = 0;
                    view.earlier_nuisance_calls = 0;
                }
                Value::Incident(view) => {
                    view.position = 0;
                    view.assignments.iter_mut().for_each(|held| held.position = 0);
                }
                Value::Assignment(view) => view.position = 0,
                Value::Unit(view) => view.position = 0,
                Value::Alarm(view) => view.position = 0,
                Value::Account(view) => view.position = 0,
                Value::Parts(_) | Value::Viewers(_) => {}
            }
        }
        shown
    }
}
