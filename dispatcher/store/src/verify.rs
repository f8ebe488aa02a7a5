//! Proving that nothing in the log was changed, removed or put in.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use serde_json::Value;
use uuid::Uuid;

use crate::{GENESIS_HASH, Head, PersonalRow, Store, StoreError, StoredEvent, event_hash};

/// Events checked at a time.
const BATCH: u32 = 1000;
/// Personal rows held at once: some are photos, of up to a megabyte.
const ROWS_AT_ONCE: usize = 64;
/// Problems with personal rows that are listed; more are only counted.
const PROBLEMS_MAX: usize = 100;
/// The type of the events that name erased personal rows in `data.personal_ids`, after the kind of their stream:
/// `incident.personal_erased`.
const ERASED_EVENT: &str = "personal_erased";

/// The first thing that is wrong with the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerifyProblem {
    /// The columns of this event do not give its hash: it was changed.
    Hash {
        /// Where.
        position: u64,
    },
    /// This event does not follow from the one before it.
    PreviousHash {
        /// Where.
        position: u64,
    },
    /// The event of this position is missing.
    Gap {
        /// The missing position.
        position: u64,
    },
    /// The log ends elsewhere than its head says: rows were cut off or put on.
    Head {
        /// The position that the head names.
        position: u64,
        /// The last event found.
        found: u64,
    },
    /// A position that cannot be: zero or negative.
    Position {
        /// What the row says.
        position: i64,
    },
}

impl fmt::Display for VerifyProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hash { position } => write!(f, "event {position} was changed: its hash does not fit"),
            Self::PreviousHash { position } => {
                write!(f, "event {position} does not follow from the event before it")
            }
            Self::Gap { position } => write!(f, "event {position} is missing"),
            Self::Head { position, found } => {
                write!(f, "the log's head is event {position}, but its last event is {found}")
            }
            Self::Position { position } => write!(f, "there is an event with the position {position}"),
        }
    }
}

/// Something wrong with a personal row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonalProblem {
    /// The row does not give the digest that the event names.
    Changed {
        /// The event.
        position: u64,
        /// The row.
        personal_id: Uuid,
    },
    /// The row is gone, and no event says that it was erased.
    Missing {
        /// The event.
        position: u64,
        /// The row.
        personal_id: Uuid,
    },
    /// An event says that the row was erased, but it is there.
    NotErased {
        /// The event that says so.
        position: u64,
        /// The row.
        personal_id: Uuid,
    },
}

impl fmt::Display for PersonalProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { position, personal_id } => {
                write!(f, "personal row {personal_id} of event {position} was changed")
            }
            Self::Missing { position, personal_id } => {
                write!(f, "personal row {personal_id} of event {position} is missing, and no event erased it")
            }
            Self::NotErased { position, personal_id } => {
                write!(f, "personal row {personal_id} is still there, though event {position} erased it")
            }
        }
    }
}

/// What verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyReport {
    /// The head as it was when the walk ended. Written down elsewhere, it proves later that the
    /// log was not made anew as a whole.
    pub head: Head,
    /// Events that were checked.
    pub events: u64,
    /// Personal rows that are there and unchanged.
    pub personal_rows: u64,
    /// Personal rows that were erased, by events that say so.
    pub personal_erased: u64,
    /// What is wrong with the chain. The walk ends at the first problem.
    pub chain: Option<VerifyProblem>,
    /// What is wrong with personal rows, at most 100.
    pub personal: Vec<PersonalProblem>,
    /// How many problems with personal rows there are.
    pub personal_problems: u64,
}

impl VerifyReport {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.chain.is_none() && self.personal_problems == 0
    }
}

/// The state of a walk over the log.
struct Walk<'a> {
    store: &'a dyn Store,
    position: u64,
    hash: String,
    /// Rows that are not there, with the first event that names them.
    absent: HashMap<Uuid, u64>,
    /// Rows that events erased, with that event.
    erased: BTreeMap<Uuid, u64>,
    report: VerifyReport,
}

pub(crate) async fn verify(
    store: &dyn Store,
    on_progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<VerifyReport, StoreError> {
    let head = store.head().await?;
    let mut walk = Walk {
        store,
        position: 0,
        hash: GENESIS_HASH.to_owned(),
        absent: HashMap::new(),
        erased: BTreeMap::new(),
        report: VerifyReport {
            head,
            events: 0,
            personal_rows: 0,
            personal_erased: 0,
            chain: None,
            personal: Vec::new(),
            personal_problems: 0,
        },
    };
    walk.chain(on_progress).await?;
    walk.settle().await?;
    Ok(walk.report)
}

impl Walk<'_> {
    /// Walks to the end. Writers go on meanwhile, so the head is read again until nothing comes
    /// after it.
    async fn chain(&mut self, on_progress: &(dyn Fn(u64, u64) + Sync)) -> Result<(), StoreError> {
        let mut after = i64::MIN;
        loop {
            // Read first: what the head names then must be among the rows read after it.
            let head = self.store.head().await?;
            let batch = self.store.stored_events_after(after, BATCH).await?;
            for event in &batch {
                if let Some(problem) = self.step(event) {
                    self.report.chain = Some(problem);
                    return Ok(());
                }
                if self.position == head.position && self.hash != head.hash {
                    self.report.chain = Some(VerifyProblem::Head { position: head.position, found: self.position });
                    return Ok(());
                }
            }
            self.personal(&batch).await?;
            after = batch.last().map_or(after, |event| event.position);
            on_progress(self.position, head.position.max(self.position));
            self.report.head = head;
            // An empty batch, not a short one: what was erased while the last rows were looked
            // up is said by events that came after them.
            if batch.is_empty() {
                break;
            }
        }
        self.check_head().await
    }

    /// The head and the last row, read in this order, may be apart by what was appended between;
    /// a row beyond the head that stays there was put in from outside.
    async fn check_head(&mut self) -> Result<(), StoreError> {
        let head = self.store.head().await?;
        let cut_off = self.position < self.report.head.position;
        let put_on = self.position > head.position;
        let other = self.position == head.position && self.hash != head.hash;
        if cut_off || put_on || other {
            let position = if cut_off { self.report.head.position } else { head.position };
            self.report.chain = Some(VerifyProblem::Head { position, found: self.position });
        }
        if self.position == head.position {
            self.report.head = head;
        }
        Ok(())
    }

    /// Checks one event against the one before it.
    fn step(&mut self, event: &StoredEvent) -> Option<VerifyProblem> {
        let expected = self.position + 1;
        let Ok(position) = u64::try_from(event.position) else {
            return Some(VerifyProblem::Position { position: event.position });
        };
        if position == 0 {
            return Some(VerifyProblem::Position { position: 0 });
        }
        if position != expected {
            return Some(VerifyProblem::Gap { position: expected });
        }
        if event_hash(event) != event.hash {
            return Some(VerifyProblem::Hash { position });
        }
        if event.prev_hash != self.hash {
            return Some(VerifyProblem::PreviousHash { position });
        }
        self.position = position;
        self.hash.clone_from(&event.hash);
        self.report.events += 1;
        None
    }

    /// Checks the personal rows that a batch of events names.
    async fn personal(&mut self, batch: &[StoredEvent]) -> Result<(), StoreError> {
        let mut named: Vec<(Uuid, String, u64)> = Vec::new();
        for event in batch {
            let position = u64::try_from(event.position).unwrap_or_default();
            // The hash fits, so this is what was written; the program writes JSON alone.
            let Ok(data) = serde_json::from_str::<Value>(&event.data) else { continue };
            if event.event_type.rsplit('.').next() == Some(ERASED_EVENT) {
                let ids = data.get("personal_ids").and_then(Value::as_array);
                let ids = ids.into_iter().flatten().filter_map(uuid_of);
                self.erased.extend(ids.map(|id| (id, position)));
            }
            collect_references(&data, &mut |id, digest| named.push((id, digest, position)));
        }
        let ids: HashSet<Uuid> = named.iter().map(|(id, ..)| *id).collect();
        let ids: Vec<Uuid> = ids.into_iter().collect();
        // The digest of each row that is there; none where its content does not give it.
        let mut digests: HashMap<Uuid, Option<String>> = HashMap::new();
        for ids in ids.chunks(ROWS_AT_ONCE) {
            let found = self.store.personal(ids).await?;
            digests.extend(found.into_iter().map(|row| (row.id, digest_of(row))));
        }
        for (personal_id, digest, position) in named {
            match digests.get(&personal_id) {
                None => {
                    self.absent.entry(personal_id).or_insert(position);
                }
                Some(Some(kept)) if *kept == digest => self.report.personal_rows += 1,
                Some(_) => self.problem(PersonalProblem::Changed { position, personal_id }),
            }
        }
        Ok(())
    }

    /// At the end it is known which absent rows were erased.
    async fn settle(&mut self) -> Result<(), StoreError> {
        let mut absent: Vec<(Uuid, u64)> = std::mem::take(&mut self.absent).into_iter().collect();
        absent.sort_by_key(|(_, position)| *position);
        for (personal_id, position) in absent {
            if self.erased.contains_key(&personal_id) {
                self.report.personal_erased += 1;
            } else if self.report.chain.is_none() {
                // With a broken chain the walk ended early, so its erasure may come later.
                self.problem(PersonalProblem::Missing { position, personal_id });
            }
        }
        let erased: Vec<(Uuid, u64)> = std::mem::take(&mut self.erased).into_iter().collect();
        for batch in erased.chunks(BATCH as usize) {
            let ids: Vec<Uuid> = batch.iter().map(|(id, _)| *id).collect();
            let still: HashSet<Uuid> = self.store.personal(&ids).await?.into_iter().map(|row| row.id).collect();
            for (personal_id, position) in batch.iter().filter(|(id, _)| still.contains(id)) {
                let (position, personal_id) = (*position, *personal_id);
                self.problem(PersonalProblem::NotErased { position, personal_id });
            }
        }
        Ok(())
    }

    fn problem(&mut self, problem: PersonalProblem) {
        self.report.personal_problems += 1;
        if self.report.personal.len() < PROBLEMS_MAX {
            self.report.personal.push(problem);
        }
    }
}

/// The digest that a row claims, where salt and content give it.
fn digest_of(row: PersonalRow) -> Option<String> {
    (siaga_domain::personal::digest(&row.salt, &row.content) == row.digest).then_some(row.digest)
}

fn uuid_of(value: &Value) -> Option<Uuid> {
    value.as_str().and_then(|text| Uuid::parse_str(text).ok())
}

/// Finds every `{"personal_id", "digest"}` in a value, however deep.
fn collect_references(value: &Value, found: &mut impl FnMut(Uuid, String)) {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(fields) => {
                let id = fields.get("personal_id").and_then(uuid_of);
                let digest = fields.get("digest").and_then(Value::as_str);
                if let (Some(id), Some(digest)) = (id, digest) {
                    found(id, digest.to_owned());
                }
                open.extend(fields.values());
            }
            _ => {}
        }
    }
}
