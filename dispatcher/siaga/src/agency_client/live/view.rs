//! What a client knows: snapshot, then changes, with stale ones dropped. Pure.

use siaga_proto::v1::{
    AssignmentView, Change, Entity, ServerFrame, Snapshot, UnitView, entity::Value, server_frame::Frame,
};
use std::collections::BTreeMap;

/// Removed entities that are remembered, so that a late change does not bring one back.
const TOMBSTONES_MAX: usize = 10_000;

/// Everything that the audience may see now, by key.
#[derive(Debug, Default)]
pub struct View {
    entities: BTreeMap<String, Entity>,
    /// Position at which a key was removed.
    removed: BTreeMap<String, u64>,
    /// Parts of a snapshot that has not ended yet.
    incoming: Option<BTreeMap<String, Entity>>,
    cursor: String,
}

impl View {
    /// A view as it was stored.
    pub fn restore(entities: Vec<Entity>, cursor: String) -> Self {
        let entities = entities.into_iter().map(|entity| (entity.key.clone(), entity)).collect();
        Self { entities, cursor, ..Self::default() }
    }

    /// Cursor of the last frame taken in; empty: none yet.
    pub fn cursor(&self) -> &str {
        &self.cursor
    }

    /// All that is known.
    pub fn entities(&self) -> impl Iterator<Item = &Entity> {
        self.entities.values()
    }

    /// A new connection began: an unfinished snapshot of the last one is worth nothing.
    pub fn reconnected(&mut self) {
        self.incoming = None;
    }

    /// Takes a frame in and returns the keys that are not as they were.
    pub fn apply(&mut self, frame: &ServerFrame) -> Vec<String> {
        match &frame.frame {
            Some(Frame::Snapshot(part)) => self.snapshot(part),
            Some(Frame::Change(change)) => self.change(change).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    fn snapshot(&mut self, part: &Snapshot) -> Vec<String> {
        let incoming = self.incoming.get_or_insert_default();
        incoming.extend(
            part.entities.iter().filter(|entity| !entity.removed).map(|entity| (entity.key.clone(), entity.clone())),
        );
        if !part.last {
            return Vec::new();
        }
        let fresh = self.incoming.take().unwrap_or_default();
        let gone = self.entities.keys().filter(|key| !fresh.contains_key(*key)).cloned();
        let mut touched: Vec<String> = gone.collect();
        touched.extend(
            fresh.iter().filter(|(key, entity)| self.entities.get(*key) != Some(entity)).map(|(key, _)| key.clone()),
        );
        self.entities = fresh;
        self.removed.clear();
        self.cursor.clone_from(&part.cursor);
        touched
    }

    fn change(&mut self, change: &Change) -> Option<String> {
        self.cursor.clone_from(&change.cursor);
        let entity = change.entity.as_ref()?;
        let known = self.entities.get(&entity.key).map(|held| held.position);
        let known = known.into_iter().chain(self.removed.get(&entity.key).copied()).max();
        if known.is_some_and(|position| {
            entity.position < position || (entity.position == position && !is_telemetry(entity))
        }) {
            return None;
        }
        if entity.removed {
            self.bury(&entity.key, entity.position);
            return self.entities.remove(&entity.key).map(|gone| gone.key);
        }
        self.removed.remove(&entity.key);
        self.entities.insert(entity.key.clone(), entity.clone());
        Some(entity.key.clone())
    }

    fn bury(&mut self, key: &str, position: u64) {
        if self.removed.len() >= TOMBSTONES_MAX {
            let oldest = self.removed.iter().min_by_key(|(_, position)| **position).map(|(key, _)| key.clone());
            oldest.map(|key| self.removed.remove(&key));
        }
        self.removed.insert(key.to_owned(), position);
    }

    /// The assignments, in the order of their keys.
    pub fn assignments(&self) -> impl Iterator<Item = &AssignmentView> {
        self.entities.values().filter_map(|entity| match &entity.value {
            Some(Value::Assignment(assignment)) => Some(assignment),
            _ => None,
        })
    }

    /// The assignment under a key.
    pub fn assignment_at(&self, key: &str) -> Option<&AssignmentView> {
        match self.entities.get(key)?.value.as_ref()? {
            Value::Assignment(assignment) => Some(assignment),
            _ => None,
        }
    }

    /// The units, by call sign.
    pub fn units(&self) -> Vec<&UnitView> {
        let units = self.entities.values().filter_map(|entity| match &entity.value {
            Some(Value::Unit(unit)) => Some(unit),
            _ => None,
        });
        let mut units: Vec<&UnitView> = units.collect();
        units.sort_by(|one, other| one.code.cmp(&other.code));
        units
    }
}

/// Positions of units and the state of the parts have no place in the log: of two at one place the last one counts.
fn is_telemetry(entity: &Entity) -> bool {
    !entity.removed && matches!(entity.value, Some(Value::Unit(_) | Value::Parts(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(key: &str, position: u64) -> Entity {
        let assignment = AssignmentView { id: key.into(), position, ..AssignmentView::default() };
        Entity { key: key.into(), position, value: Some(Value::Assignment(assignment)), removed: false }
    }

    fn gone(key: &str, position: u64) -> Entity {
        Entity { key: key.into(), position, value: None, removed: true }
    }

    fn snapshot(entities: Vec<Entity>, cursor: &str, last: bool) -> ServerFrame {
        ServerFrame { frame: Some(Frame::Snapshot(Snapshot { entities, cursor: cursor.into(), last })) }
    }

    fn change(entity: Entity, cursor: &str) -> ServerFrame {
        ServerFrame {
            frame: Some(Frame::Change(Change { cursor: cursor.into(), entity: Some(entity), server_time: None })),
        }
    }

    #[test]
    fn a_snapshot_in_parts_replaces_everything_at_its_end() {
        let mut view = View::restore(vec![entity("a", 1), entity("b", 2)], "old".into());
        assert!(view.apply(&snapshot(vec![entity("b", 2)], "new", false)).is_empty());
        assert_eq!(view.entities().count(), 2, "nothing is replaced before the end");
        assert_eq!(view.cursor(), "old");
        let touched = view.apply(&snapshot(vec![entity("c", 5)], "new", true));
        assert_eq!(touched, ["a", "c"]);
        assert_eq!(view.cursor(), "new");
        assert!(view.assignment_at("a").is_none());
    }

    #[test]
    fn a_snapshot_cut_off_in_the_middle_is_forgotten() {
        let mut view = View::default();
        view.apply(&snapshot(vec![entity("half", 1)], "x", false));
        view.reconnected();
        view.apply(&snapshot(vec![entity("whole", 2)], "y", true));
        assert!(view.assignment_at("half").is_none());
        assert!(view.assignment_at("whole").is_some());
    }

    #[test]
    fn stale_and_repeated_changes_are_dropped_but_move_the_cursor() {
        let mut view = View::default();
        assert_eq!(view.apply(&change(entity("a", 7), "c7")), ["a"]);
        assert!(view.apply(&change(entity("a", 7), "c8")).is_empty());
        assert!(view.apply(&change(entity("a", 3), "c9")).is_empty());
        assert_eq!(view.assignment_at("a").unwrap().position, 7);
        assert_eq!(view.cursor(), "c9");
    }

    #[test]
    fn a_units_last_place_counts_at_the_same_position() {
        let unit = |kind: &str| {
            let view = UnitView { code: "U".into(), kind: kind.into(), ..UnitView::default() };
            Entity { key: "unit:u".into(), position: 5, value: Some(Value::Unit(view)), removed: false }
        };
        let mut view = View::default();
        view.apply(&change(unit("here"), "c5"));
        assert_eq!(view.apply(&change(unit("there"), "c6")), ["unit:u"]);
        assert_eq!(view.units()[0].kind, "there");
        view.apply(&change(gone("unit:u", 5), "c7"));
        assert_eq!(view.units().len(), 1, "but an old removal is stale");
    }

    #[test]
    fn a_removed_entity_does_not_come_back_with_a_late_change() {
        let mut view = View::restore(vec![entity("a", 4)], String::new());
        assert_eq!(view.apply(&change(gone("a", 6), "c6")), ["a"]);
        assert!(view.apply(&change(entity("a", 5), "c5")).is_empty());
        assert!(view.assignment_at("a").is_none());
        assert_eq!(view.apply(&change(entity("a", 8), "c8")), ["a"], "a newer one is shown again");
    }

    #[test]
    fn tombstones_are_bounded() {
        let mut view = View::default();
        for position in 1..=(TOMBSTONES_MAX as u64 + 5) {
            view.apply(&change(gone(&format!("k{position}"), position), ""));
        }
        assert_eq!(view.removed.len(), TOMBSTONES_MAX);
        assert!(!view.removed.contains_key("k1"), "the oldest goes first");
    }
}
