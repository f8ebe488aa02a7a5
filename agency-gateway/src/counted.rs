//! How many sessions an address or an account has.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// At most so many at once of each name.
#[derive(Debug)]
pub(crate) struct Counted {
    max: usize,
    held: Mutex<HashMap<String, usize>>,
}

/// One of them, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    counted: Arc<Counted>,
    name: String,
}

impl Counted {
    pub(crate) fn new(max: usize) -> Self {
        Self { max, held: Mutex::default() }
    }

    /// A place, if there is one left for this name.
    pub(crate) fn take(self: &Arc<Self>, name: &str) -> Option<Place> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(name.to_owned()).or_default();
        if *count >= self.max {
            return None;
        }
        *count += 1;
        Some(Place { counted: Arc::clone(self), name: name.to_owned() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.counted.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(&self.name) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_comes_back_and_leaves_nothing_behind() {
        let counted = Arc::new(Counted::new(2));
        let first = counted.take("a").unwrap();
        let second = counted.take("a").unwrap();
        assert!(counted.take("a").is_none() && counted.take("b").is_some());
        drop(first);
        let third = counted.take("a");
        assert!(third.is_some());
        drop((second, third));
        assert!(counted.held.lock().unwrap().is_empty());
    }
}
