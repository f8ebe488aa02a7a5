//! The work in hand, kept in memory and fed from the log by position, so that looking for what is late costs no reading.

use crate::context::store_error;
use siaga_domain::{
    Aggregate, Role, SiagaError, account::Account, alarm::Alarm, assignment::Assignment, call::Call, incident::Incident,
};
use siaga_store::{Store, StreamKey, StreamRow};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// Streams or events read at once.
const PAGE: u32 = 1000;

/// Open calls, open incidents with all their assignments, the centre's accounts, and alarms that are up.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Picture {
    /// Calls that are open in the sense of [`Call`].
    pub calls: HashMap<Uuid, Call>,
    /// Incidents in hand.
    pub incidents: HashMap<Uuid, Incident>,
    /// Assignments of those incidents, finished ones too.
    pub assignments: HashMap<Uuid, Assignment>,
    /// Operators and supervisors.
    pub accounts: HashMap<Uuid, Account>,
    /// Alarms that have not ended, by id.
    pub alarms: BTreeMap<String, Alarm>,
    /// Up to where the log was read.
    position: u64,
}

impl Picture {
    /// Reads the work in hand from the read models.
    ///
    /// # Errors
    /// SIAGA-1901 when the store cannot be read, SIAGA-1900 when a state is not understood.
    pub async fn load(store: &dyn Store) -> Result<Self, SiagaError> {
        // The head is read first: what is written while listing is read again, which changes nothing.
        let mut picture = Self { position: store.head().await.map_err(store_error)?.position, ..Self::default() };
        for (kind, open_only) in
            [(Account::KIND, false), (Call::KIND, true), (Incident::KIND, true), (Alarm::KIND, true)]
        {
            let mut after: Option<String> = None;
            loop {
                let rows = store.list_streams(kind, open_only, after.as_deref(), PAGE).await.map_err(store_error)?;
                let full = rows.len() == PAGE as usize;
                after = rows.last().map(|row| row.key.id.clone());
                for row in rows {
                    picture.take(row)?;
                }
                if !full {
                    break;
                }
            }
        }
        picture.complete(store).await?;
        picture.follow(store).await?;
        Ok(picture)
    }

    /// Takes in what was written since; true when there was anything.
    ///
    /// # Errors
    /// As [`Picture::load`].
    pub async fn follow(&mut self, store: &dyn Store) -> Result<bool, SiagaError> {
        let mut changed = false;
        loop {
            let events = store.events_after(self.position, PAGE).await.map_err(store_error)?;
            let Some(last) = events.last() else { return Ok(changed) };
            changed = true;
            let position = last.position;
            let full = events.len() == PAGE as usize;
            let kinds = [Account::KIND, Call::KIND, Incident::KIND, Assignment::KIND, Alarm::KIND];
            let touched: BTreeSet<StreamKey> = events
                .into_iter()
                .map(|event| event.stream)
                .filter(|stream| kinds.contains(&stream.kind.as_str()))
                .collect();
            let touched: Vec<StreamKey> = touched.into_iter().collect();
            if !touched.is_empty() {
                for row in store.load_streams(&touched).await.map_err(store_error)? {
                    self.take(row)?;
                }
                self.complete(store).await?;
            }
            self.position = position;
            if !full {
                return Ok(changed);
            }
        }
    }

    /// Takes one stream's state in, or drops it when it is no longer in hand.
    fn take(&mut self, row: StreamRow) -> Result<(), SiagaError> {
        match row.key.kind.as_str() {
            Call::KIND => keep(&mut self.calls, id_of(&row.key)?, typed::<Call>(row)?, Call::is_open),
            Incident::KIND => keep(&mut self.incidents, id_of(&row.key)?, typed(row)?, Incident::is_open),
            Assignment::KIND => keep(&mut self.assignments, id_of(&row.key)?, typed(row)?, |_| true),
            Account::KIND => {
                let in_centre = |account: &Account| matches!(account.role, Role::Operator | Role::Supervisor);
                keep(&mut self.accounts, id_of(&row.key)?, typed(row)?, in_centre);
            }
            Alarm::KIND => {
                let id = row.key.id.clone();
                let alarm: Alarm = typed(row)?;
                if alarm.ended {
                    self.alarms.remove(&id);
                } else {
                    self.alarms.insert(id, alarm);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Drops assignments of cases no longer in hand and reads those that are missing: of cases taken in hand again, or
    /// taken over from a duplicate.
    async fn complete(&mut self, store: &dyn Store) -> Result<(), SiagaError> {
        let needed: HashSet<Uuid> =
            self.incidents.values().flat_map(|incident| incident.assignments.iter().copied()).collect();
        self.assignments.retain(|id, _| needed.contains(id));
        let missing: Vec<StreamKey> = needed
            .iter()
            .filter(|id| !self.assignments.contains_key(id))
            .map(|id| StreamKey::new(Assignment::KIND, id))
            .collect();
        for keys in missing.chunks(PAGE as usize) {
            for row in store.load_streams(keys).await.map_err(store_error)? {
                self.take(row)?;
            }
        }
        Ok(())
    }
}

fn keep<T>(map: &mut HashMap<Uuid, T>, id: Uuid, state: T, wanted: impl Fn(&T) -> bool) {
    if wanted(&state) {
        map.insert(id, state);
    } else {
        map.remove(&id);
    }
}

fn id_of(key: &StreamKey) -> Result<Uuid, SiagaError> {
    Uuid::parse_str(&key.id).map_err(|_| SiagaError::internal(format!("{key} has no id")))
}

fn typed<A: Aggregate>(row: StreamRow) -> Result<A, SiagaError> {
    serde_json::from_value(row.state).map_err(|error| SiagaError::internal(format!("state of {}: {error}", row.key)))
}
