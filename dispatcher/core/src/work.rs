//! The unit of work: what one command reads, decides and writes.
//!
//! A command sees the state that the earlier commands of its group left. What it emits becomes visible to the later
//! ones only when it succeeds; a refused command leaves nothing.

use crate::{
    access::Caller,
    city::City,
    context::{Context, store_error},
    statistics::facts::fact_of,
};
use serde_json::Value;
use siaga_domain::{
    Actor, Aggregate, EventMeta, OnBehalf, PersonalRef, SiagaError, Timestamp,
    aggregate::to_log,
    incident::{Incident, IncidentState},
    personal,
};
use siaga_store::{
    CommandCommit, Fact, IncidentIndexRow, NewEvent, PersonalIndex, PersonalRow, SideWrite, StreamKey, StreamWrite,
};
use std::{
    any::Any,
    collections::{BTreeMap, HashMap},
    sync::Arc,
};
use uuid::Uuid;

/// A stream as it is after the last event known here.
#[derive(Clone)]
pub struct StreamEntry {
    pub(crate) version: u64,
    pub(crate) state: Arc<dyn Any + Send + Sync>,
}

/// What the commands of a group have left so far.
#[derive(Default)]
pub(crate) struct Group {
    pub(crate) streams: HashMap<StreamKey, StreamEntry>,
    personal: HashMap<Uuid, String>,
}

/// Turns the typed state of a stream into what the store keeps.
type Freeze = fn(&StreamKey, &StreamEntry) -> Result<Frozen, SiagaError>;

struct Frozen {
    state: Value,
    open: bool,
    incident_id: Option<Uuid>,
    index: Option<IncidentIndexRow>,
    fact: Option<Fact>,
}

struct Touched {
    expected_version: u64,
    entry: StreamEntry,
    freeze: Freeze,
}

/// One command at work.
pub struct Work<'g> {
    /// Store, clock, ids, configuration.
    pub context: &'g Context,
    /// The city's data.
    pub city: Arc<City>,
    /// Who asks.
    pub who: &'g Caller,
    /// When the command is decided.
    pub now: Timestamp,
    /// When that happened which is recorded now; none: now. Set by [`Work::happened_at`].
    occurs_at: Option<Timestamp>,
    request_id: Option<Uuid>,
    group: &'g Group,
    touched: BTreeMap<StreamKey, Touched>,
    /// Versions of the streams that were read as the store had them, not as the group left them.
    read: BTreeMap<StreamKey, u64>,
    commit: CommandCommit,
    new_personal: HashMap<Uuid, String>,
}

impl<'g> Work<'g> {
    pub(crate) fn new(context: &'g Context, group: &'g Group, who: &'g Caller, request_id: Option<Uuid>) -> Self {
        Self {
            context,
            city: context.city(),
            who,
            now: context.now(),
            occurs_at: None,
            request_id,
            group,
            touched: BTreeMap::new(),
            read: BTreeMap::new(),
            commit: CommandCommit::default(),
            new_personal: HashMap::new(),
        }
    }

    /// A new id of this moment.
    pub fn new_id(&self) -> Uuid {
        self.context.ids.new_id(self.now)
    }

    /// The asking person as the actor of events.
    pub fn actor(&self) -> Actor {
        self.who.actor()
    }

    /// What is emitted from here on happened at that time (a paper form), or happens now again. Whoever sets it has
    /// checked the time.
    pub fn happened_at(&mut self, occurs_at: Option<Timestamp>) {
        self.occurs_at = occurs_at;
    }

    /// What an event carries that the asking person does: now, or when [`Work::happened_at`] said.
    pub fn meta(&self) -> EventMeta {
        EventMeta { occurred_at: self.occurs_at.unwrap_or(self.now), ..EventMeta::now(self.now, self.actor()) }
    }

    /// The same, recorded on somebody's behalf if `on_behalf` is given: it then happened when it was said.
    ///
    /// # Errors
    /// SIAGA-1101, SIAGA-1001.
    pub fn meta_on_behalf(&self, on_behalf: Option<OnBehalf>) -> Result<EventMeta, SiagaError> {
        let occurred_at = on_behalf.as_ref().map_or(self.now, |said| said.said_at.min(self.now));
        let actor = self.actor().on_behalf(on_behalf, self.now)?;
        Ok(EventMeta { occurred_at, recorded_at: self.now, actor })
    }

    /// The state of a stream, if it exists.
    ///
    /// # Errors
    /// SIAGA-1900, SIAGA-1901 when it cannot be read.
    pub async fn find<A: Aggregate>(&mut self, id: impl ToString) -> Result<Option<Arc<A>>, SiagaError> {
        let key = StreamKey::new(A::KIND, id);
        match self.entry::<A>(&key).await? {
            Some(entry) => typed::<A>(&key, &entry).map(Some),
            None => Ok(None),
        }
    }

    /// The state of a stream that must exist; the names say what is missing.
    ///
    /// # Errors
    /// SIAGA-1002 when it does not exist.
    pub async fn get<A: Aggregate>(&mut self, id: impl ToString, names: (&str, &str)) -> Result<Arc<A>, SiagaError> {
        self.find::<A>(id).await?.ok_or_else(|| SiagaError::not_found(names.0, names.1))
    }

    /// How many events the stream has, this command's included.
    pub fn version<A: Aggregate>(&self, id: impl ToString) -> u64 {
        let key = StreamKey::new(A::KIND, id);
        self.touched
            .get(&key)
            .map(|touched| touched.entry.version)
            .or_else(|| self.group.streams.get(&key).map(|entry| entry.version))
            .or_else(|| self.context.streams.get(&key).map(|entry| entry.version))
            .unwrap_or(0)
    }

    /// Adds an event to a stream and takes it into the state that the rest of the command sees.
    ///
    /// # Errors
    /// SIAGA-1900, SIAGA-1901.
    pub async fn emit<A: Aggregate>(
        &mut self,
        id: impl ToString,
        event: A::Event,
        meta: &EventMeta,
    ) -> Result<(), SiagaError> {
        let key = StreamKey::new(A::KIND, id);
        let (version, mut state) = match self.entry::<A>(&key).await? {
            Some(entry) => (entry.version, A::clone(&*typed::<A>(&key, &entry)?)),
            None => (0, A::default()),
        };
        state.apply(&event, meta);
        let (event_type, data) = to_log(A::KIND, &event)?;
        self.commit.events.push(NewEvent {
            stream: key.clone(),
            version: version + 1,
            incident_id: state.incident(&key.id),
            event_type,
            schema_version: A::SCHEMA_VERSION,
            data,
            occurred_at: meta.occurred_at,
            recorded_at: meta.recorded_at,
            actor: serde_json::to_value(&meta.actor).map_err(|error| SiagaError::internal(error.to_string()))?,
            account_id: self.who.account_id,
            request_id: self.request_id,
        });
        let entry = StreamEntry { version: version + 1, state: Arc::new(state) };
        self.touched.entry(key).and_modify(|touched| touched.entry = entry.clone()).or_insert(Touched {
            expected_version: version,
            entry,
            freeze: freeze::<A>,
        });
        Ok(())
    }

    /// Puts a personal text beside the log and returns what events may know of it.
    pub fn put_personal(
        &mut self,
        subject: (&str, Uuid),
        incident_id: Option<Uuid>,
        field: &str,
        content: String,
        index: PersonalIndex,
    ) -> PersonalRef {
        let id = self.new_id();
        let mut salt = [0; 16];
        self.context.ids.fill(&mut salt);
        let digest = personal::digest(&salt, &content);
        self.new_personal.insert(id, content.clone());
        self.commit.personal.push(PersonalRow {
            id,
            subject_kind: subject.0.to_owned(),
            subject_id: subject.1,
            incident_id,
            field: field.to_owned(),
            content,
            salt,
            digest: digest.clone(),
            index,
        });
        PersonalRef { personal_id: id, digest }
    }

    /// The content of a personal row; none when it was erased.
    ///
    /// # Errors
    /// SIAGA-1901 when the store cannot be read.
    pub async fn personal(&self, reference: Option<&PersonalRef>) -> Result<Option<String>, SiagaError> {
        let Some(reference) = reference else { return Ok(None) };
        let id = reference.personal_id;
        if let Some(content) = self.new_personal.get(&id).or_else(|| self.group.personal.get(&id)) {
            return Ok(Some(content.clone()));
        }
        let rows = self.context.store.personal(&[id]).await.map_err(store_error)?;
        Ok(rows.into_iter().next().map(|row| row.content))
    }

    /// Removes personal rows, and the replies and hashes of the requests that brought them.
    pub fn erase(&mut self, personal_ids: Vec<Uuid>, requests: Vec<(Uuid, Uuid)>) {
        self.commit.erase.extend(personal_ids);
        self.commit.blank_requests.extend(requests);
    }

    /// Another row that is no history, in the same transaction.
    pub fn side(&mut self, write: SideWrite) {
        self.commit.extra.push(write);
    }

    /// The events so far, for tests.
    pub fn events(&self) -> &[NewEvent] {
        &self.commit.events
    }

    async fn entry<A: Aggregate>(&mut self, key: &StreamKey) -> Result<Option<StreamEntry>, SiagaError> {
        if let Some(touched) = self.touched.get(key) {
            return Ok(Some(touched.entry.clone()));
        }
        if let Some(entry) = self.group.streams.get(key) {
            return Ok(Some(entry.clone()));
        }
        if let Some(entry) = self.context.streams.get(key) {
            self.read.insert(key.clone(), entry.version);
            return Ok(Some(entry));
        }
        let rows = self.context.store.load_streams(std::slice::from_ref(key)).await.map_err(store_error)?;
        let Some(row) = rows.into_iter().next() else { return Ok(None) };
        let state: A = serde_json::from_value(row.state)
            .map_err(|error| SiagaError::internal(format!("state of {key}: {error}")))?;
        let entry = StreamEntry { version: row.version, state: Arc::new(state) };
        self.context.streams.insert(key.clone(), entry.clone());
        self.read.insert(key.clone(), entry.version);
        Ok(Some(entry))
    }

    /// The versions that a command which was refused went by.
    pub(crate) fn into_read(self) -> BTreeMap<StreamKey, u64> {
        self.read
    }

    /// What is to be written, and what the later commands of the group will see.
    pub(crate) fn finish(mut self) -> Result<Decided, SiagaError> {
        let mut streams = HashMap::with_capacity(self.touched.len());
        for (key, touched) in self.touched {
            let frozen = (touched.freeze)(&key, &touched.entry)?;
            self.commit.incidents.extend(frozen.index);
            self.commit.facts.extend(frozen.fact);
            self.commit.streams.push(StreamWrite {
                key: key.clone(),
                expected_version: touched.expected_version,
                version: touched.entry.version,
                open: frozen.open,
                incident_id: frozen.incident_id,
                state: frozen.state,
            });
            self.read.remove(&key);
            streams.insert(key, touched.entry);
        }
        // What was only looked at must still be so at the commit: another process may have closed the incident that an
        // agency is sent to.
        self.commit.streams.extend(self.read.into_iter().map(|(key, version)| StreamWrite {
            key,
            expected_version: version,
            version,
            open: true,
            incident_id: None,
            state: Value::Null,
        }));
        Ok(Decided { commit: self.commit, streams, personal: self.new_personal })
    }
}

/// A command that succeeded and waits to be written.
pub(crate) struct Decided {
    pub(crate) commit: CommandCommit,
    streams: HashMap<StreamKey, StreamEntry>,
    personal: HashMap<Uuid, String>,
}

impl Decided {
    /// Shows what it did to the rest of the group.
    pub(crate) fn join(self, group: &mut Group) -> CommandCommit {
        group.streams.extend(self.streams);
        group.personal.extend(self.personal);
        self.commit
    }
}

fn typed<A: Aggregate>(key: &StreamKey, entry: &StreamEntry) -> Result<Arc<A>, SiagaError> {
    Arc::clone(&entry.state)
        .downcast::<A>()
        .map_err(|_| SiagaError::internal(format!("{key} is held as another type than {}", A::KIND)))
}

fn freeze<A: Aggregate>(key: &StreamKey, entry: &StreamEntry) -> Result<Frozen, SiagaError> {
    let state = typed::<A>(key, entry)?;
    let index = (&*state as &dyn Any).downcast_ref::<Incident>().and_then(|incident| index_row(key, incident));
    Ok(Frozen {
        state: serde_json::to_value(&*state).map_err(|error| SiagaError::internal(error.to_string()))?,
        open: state.is_open(),
        incident_id: state.incident(&key.id),
        index,
        fact: fact_of(key, &*state),
    })
}

/// What search and lists know of an incident.
pub(crate) fn index_row(key: &StreamKey, incident: &Incident) -> Option<IncidentIndexRow> {
    Some(IncidentIndexRow {
        incident_id: Uuid::parse_str(&key.id).ok()?,
        number: incident.number.clone(),
        status: incident.state.name().to_owned(),
        open: incident.state == IncidentState::Open,
        type_code: incident.classification.as_ref().map(|classification| classification.type_code.clone()),
        priority: incident.priority().map(i32::from),
        kelurahan_code: incident.place.kelurahan_code.clone(),
        sensitive: incident.is_sensitive(),
        opened_at: incident.opened_at,
        closed_at: incident.ended_at,
    })
}
