//! What all players of a drill share: the scenario, the clock of the drill, who plays, and where each call stands.

use super::{
    DrillError, DrillOptions, Speed,
    desk::{Desk, OwnCases},
    progress::Progress,
    report::Failure,
    scenario::Scenario,
};
use crate::agency_client::{
    live::ServerAddress,
    rpc::{RpcSession, SignIn, Sources, Trouble},
};
use siaga_proto::v1::GetCatalogResponse;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Semaphore, SemaphorePermit, watch},
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;

/// The case that a call opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CaseRef {
    pub(super) incident_id: String,
    pub(super) number: String,
}

/// Where a call stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    Waiting,
    Answered,
    Opened(CaseRef),
    /// Nothing more comes of this call.
    Done,
    Failed,
}

/// How the drill talks to the server.
#[derive(Clone)]
pub(super) struct Terms {
    pub(super) address: ServerAddress,
    pub(super) patience: Duration,
    pub(super) sources: Sources,
    pub(super) progress: Arc<dyn Progress>,
}

impl Terms {
    /// Tells the troubles of somebody.
    pub(super) fn trouble(&self, who: &str) -> Trouble {
        let (who, progress) = (who.to_owned(), self.progress.clone());
        Arc::new(move |what| progress.trouble(&format!("{who}: {what}")))
    }
}

/// The shared stage.
pub(super) struct Stage {
    pub(super) scenario: Scenario,
    pub(super) options: DrillOptions,
    pub(super) terms: Terms,
    pub(super) catalog: GetCatalogResponse,
    pub(super) channel: Channel,
    pub(super) operators: Operators,
    pub(super) desks: BTreeMap<String, Desk>,
    pub(super) own: OwnCases,
    /// The server stayed away for longer than the patience: nothing more can happen.
    pub(super) given_up: CancellationToken,
    crews: Mutex<BTreeMap<String, RpcSession>>,
    calls: Vec<watch::Sender<Standing>>,
    failures: Mutex<Vec<Failure>>,
    /// The cases that were confirmed, by the call that opened them.
    opened: Mutex<BTreeMap<usize, CaseRef>>,
    start: Instant,
}

/// The operators; each has one call at a time.
pub(super) struct Operators {
    sessions: Vec<(String, RpcSession)>,
    free: Mutex<Vec<usize>>,
    seats: Semaphore,
}

/// An operator who has a call.
pub(super) struct Seat<'a> {
    operators: &'a Operators,
    index: usize,
    _permit: SemaphorePermit<'a>,
}

impl Operators {
    pub(super) fn new(sessions: Vec<(String, RpcSession)>) -> Self {
        let count = sessions.len();
        Self { sessions, free: Mutex::new((0..count).rev().collect()), seats: Semaphore::new(count) }
    }

    /// The next operator who is free, first come, first served.
    pub(super) async fn seat(&self) -> Seat<'_> {
        let permit = self.seats.acquire().await.expect("the semaphore is never closed");
        let index = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop().expect("a permit is a free seat");
        Seat { operators: self, index, _permit: permit }
    }

    /// Anybody: for what needs no operator of its own.
    pub(super) fn any(&self) -> &RpcSession {
        &self.sessions[0].1
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &RpcSession> {
        self.sessions.iter().map(|(_, session)| session)
    }
}

impl Seat<'_> {
    pub(super) fn session(&self) -> &RpcSession {
        &self.operators.sessions[self.index].1
    }

    pub(super) fn name(&self) -> &str {
        &self.operators.sessions[self.index].0
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        // Before the permit goes, so that whoever gets it finds the seat.
        self.operators.free.lock().unwrap_or_else(PoisonError::into_inner).push(self.index);
    }
}

impl Stage {
    pub(super) fn new(
        scenario: &Scenario,
        options: DrillOptions,
        terms: Terms,
        catalog: GetCatalogResponse,
        channel: Channel,
        operators: Operators,
    ) -> Self {
        Self {
            calls: scenario.calls.iter().map(|_| watch::channel(Standing::Waiting).0).collect(),
            scenario: scenario.clone(),
            options,
            terms,
            catalog,
            channel,
            operators,
            desks: BTreeMap::new(),
            own: OwnCases::default(),
            given_up: CancellationToken::new(),
            crews: Mutex::default(),
            failures: Mutex::default(),
            opened: Mutex::default(),
            start: Instant::now(),
        }
    }

    /// The drill begins now.
    pub(super) fn begin(&mut self) {
        self.start = Instant::now();
    }

    pub(super) fn speed(&self) -> Speed {
        self.options.speed
    }

    /// Waits until the drill is this old.
    pub(super) async fn until(&self, at: Duration) {
        sleep_until(self.start + self.speed().real(at)).await;
    }

    /// The agencies that a case is sent to, as far as the catalog says.
    pub(super) fn agencies_of(&self, case: &super::scenario::Case) -> Vec<String> {
        if !case.dispatch.is_empty() {
            return case.dispatch.clone();
        }
        let of_type = self.catalog.types.iter().find(|known| known.code == case.type_code);
        of_type.map(|known| known.lead_agencies.clone()).unwrap_or_default()
    }

    /// A call stands somewhere new.
    pub(super) fn set(&self, call: usize, standing: Standing) {
        if let Standing::Opened(case) = &standing {
            self.opened.lock().unwrap_or_else(PoisonError::into_inner).insert(call, case.clone());
        }
        self.calls[call].send_replace(standing);
    }

    /// The case that a call has opened.
    pub(super) fn opened(&self, call: usize) -> Option<CaseRef> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).get(&call).cloned()
    }

    /// Whether a call was played to its end.
    pub(super) fn is_done(&self, call: usize) -> bool {
        *self.calls[call].borrow() == Standing::Done
    }

    /// A call that is not done has failed.
    pub(super) fn settle(&self, call: usize) {
        self.calls[call].send_if_modified(|standing| {
            let is_open = *standing != Standing::Done;
            if is_open {
                *standing = Standing::Failed;
            }
            is_open
        });
    }

    /// Waits until a call stands where it is wanted.
    pub(super) async fn wait(&self, call: usize, wanted: impl FnMut(&Standing) -> bool) -> Standing {
        let mut standing = self.calls[call].subscribe();
        standing.wait_for(wanted).await.map(|standing| standing.clone()).unwrap_or(Standing::Failed)
    }

    /// Keeps a step that was refused or got no answer.
    pub(super) fn failed(&self, failure: Failure) {
        self.terms.progress.trouble(&failure.to_string());
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).push(failure);
    }

    pub(super) fn failures(&self) -> Vec<Failure> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn beat(&self, who: &str, what: &str) {
        self.terms.progress.beat(who, what);
    }

    /// The gRPC session of a unit's crew, when it has an account.
    pub(super) fn crew(&self, unit_code: &str) -> Option<RpcSession> {
        let mut crews = self.crews.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = crews.get(unit_code) {
            return Some(session.clone());
        }
        let session = self.session(self.options.accounts.crew(unit_code)?);
        crews.insert(unit_code.to_owned(), session.clone());
        Some(session)
    }

    /// Sessions of the crews that have reported.
    pub(super) fn crews(&self) -> Vec<RpcSession> {
        self.crews.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    fn session(&self, sign_in: SignIn) -> RpcSession {
        session(&self.terms, &self.channel, sign_in)
    }
}

/// A gRPC session of an account on the drill's terms.
pub(super) fn session(terms: &Terms, channel: &Channel, sign_in: SignIn) -> RpcSession {
    let trouble = terms.trouble(&sign_in.username);
    RpcSession::new(&terms.address, channel.clone(), sign_in, terms.patience, terms.sources.clone(), trouble)
}

impl From<crate::agency_client::live::AddressError> for DrillError {
    fn from(error: crate::agency_client::live::AddressError) -> Self {
        Self::Cannot(error.to_string())
    }
}
