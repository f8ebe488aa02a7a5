//! What an import changes against what was there.

use std::collections::BTreeMap;

/// Names listed at most; more of them are counted.
const NAMED_MAX: usize = 20;

/// Counts and names of what differs.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    pub(super) total: usize,
    pub(super) added: usize,
    pub(super) changed: usize,
    /// Keys of what is no longer there.
    pub(super) removed: Vec<String>,
}

impl Changes {
    /// Compares item by item, found again by their keys.
    pub(super) fn between<T: PartialEq>(before: &[T], after: &[T], key: impl Fn(&T) -> String) -> Self {
        let old: BTreeMap<String, &T> = before.iter().map(|item| (key(item), item)).collect();
        let new: BTreeMap<String, &T> = after.iter().map(|item| (key(item), item)).collect();
        Self {
            total: after.len(),
            added: new.keys().filter(|key| !old.contains_key(*key)).count(),
            changed: new.iter().filter(|(key, item)| old.get(*key).is_some_and(|old| old != *item)).count(),
            removed: old.into_keys().filter(|key| !new.contains_key(key)).collect(),
        }
    }

    /// One line for the person who imported.
    pub(super) fn line(&self, kind: &str, source: &str) -> String {
        let Self { total, added, changed, removed } = self;
        let same = total.saturating_sub(added + changed);
        format!(
            "{kind}: {total} in {source}; {added} added, {changed} changed, {} removed, {same} as before",
            removed.len()
        )
    }

    /// What went, by name.
    pub(super) fn gone(&self) -> Option<String> {
        (!self.removed.is_empty()).then(|| format!("removed: {}", named(&self.removed)))
    }
}

/// The first names, and how many more there are.
pub(super) fn named(names: &[String]) -> String {
    let listed = names.iter().take(NAMED_MAX).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(NAMED_MAX) {
        Some(more) if more > 0 => format!("{listed} and {more} more"),
        _ => listed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_found_again_by_their_keys() {
        let changes =
            Changes::between(&[("a", 1), ("b", 1), ("c", 1)], &[("c", 1), ("b", 2), ("d", 1)], |item| item.0.into());
        assert_eq!(changes, Changes { total: 3, added: 1, changed: 1, removed: vec!["a".into()] });
        assert_eq!(changes.line("x", "f.csv"), "x: 3 in f.csv; 1 added, 1 changed, 1 removed, 1 as before");
        assert_eq!(changes.gone().unwrap(), "removed: a");
    }

    #[test]
    fn long_lists_are_cut_and_say_so() {
        let names: Vec<String> = (0..22).map(|number| number.to_string()).collect();
        assert!(named(&names).ends_with("18, 19 and 2 more"));
        assert!(named(&names[..20]).ends_with("18, 19"));
    }
}
