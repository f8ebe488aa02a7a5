//! Which parts of the system are well, as the boards show it.

use crate::views::presence::Online;
use crate::{city::City, convert};
use siaga_domain::Timestamp;
use siaga_proto::v1;
use std::collections::BTreeMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part {
    up: bool,
    since: Timestamp,
    waiting: u32,
}

/// The parts by name.
#[derive(Debug, Default)]
pub(crate) struct Parts(BTreeMap<String, Part>);

impl Parts {
    /// Notes how a part is; true when that is news.
    pub(crate) fn set(&mut self, name: &str, up: bool, waiting: u32, now: Timestamp) -> bool {
        match self.0.get_mut(name) {
            Some(part) if part.up == up && part.waiting == waiting => false,
            Some(part) => {
                if part.up != up {
                    part.since = now;
                }
                (part.up, part.waiting) = (up, waiting);
                true
            }
            None => {
                self.0.insert(name.to_owned(), Part { up, since: now, waiting });
                true
            }
        }
    }

    /// Notes which agencies have a live session; true when that is news.
    pub(crate) fn set_online(&mut self, city: &City, online: &Online, now: Timestamp) -> bool {
        let mut news = self.set("gateway", online.gateway, 0, now);
        for agency in city.agencies.values().filter(|agency| agency.kind != "neighbour") {
            let up = online.agencies.contains(&agency.code);
            news |= self.set(&format!("agency:{}", agency.code), up, 0, now);
        }
        news
    }

    /// For the boards.
    pub(crate) fn view(&self) -> v1::PartsView {
        let part = |(name, part): (&String, &Part)| v1::Part {
            name: name.clone(),
            up: part.up,
            since: Some(convert::timestamp(part.since)),
            waiting: part.waiting,
        };
        v1::PartsView { parts: self.0.iter().map(part).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_says_since_when_it_is_up_or_down_and_only_news_is_news() {
        let at = Timestamp::from_unix_ms;
        let mut parts = Parts::default();
        assert!(parts.set("hub", true, 0, at(1_000)));
        assert!(!parts.set("hub", true, 0, at(2_000)));
        assert!(parts.set("hub", true, 3, at(3_000)), "what waits is news");
        assert_eq!(parts.view().parts[0].since.unwrap().seconds, 1, "but it is up since it came up");
        assert!(parts.set("hub", false, 3, at(4_000)));
        let hub = &parts.view().parts[0];
        assert_eq!((hub.up, hub.waiting, hub.since.unwrap().seconds), (false, 3, 4));
    }
}
