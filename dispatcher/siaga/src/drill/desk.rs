//! An agency's desk: its live connection, what it shows, and the receipts it owes.

use super::{DrillError, stage::Terms};
use crate::agency_client::{
    live::{Backoff, Credential, LiveClient, LiveError, LiveEvent, LiveHandle, LiveOptions, View},
    rpc::{RpcSession, SignIn},
};
use siaga_proto::v1::{AssignmentView, Changed, Command, UnitView, command, server_frame::Frame};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};
use tokio::{
    sync::watch,
    task::AbortHandle,
    time::{Instant, timeout_at},
};
use tonic::transport::Channel;

/// Incidents that this drill has opened: a desk answers for no others.
pub(super) type OwnCases = Arc<RwLock<BTreeSet<String>>>;

/// What a desk knows.
#[derive(Default)]
pub(super) struct Known {
    view: View,
    /// A whole snapshot was here, or the cursor still fitted.
    ready: bool,
    receipts: BTreeSet<String>,
    delivered: BTreeMap<String, Instant>,
    ended: Option<String>,
}

/// A desk. Ends with its last clone.
pub(super) struct Desk {
    agency: String,
    session: RpcSession,
    handle: LiveHandle,
    known: Arc<Mutex<Known>>,
    changed: watch::Receiver<()>,
    patience: Duration,
    /// Units that this drill has sent, which the view may not show yet.
    sent: tokio::sync::Mutex<BTreeSet<String>>,
    task: AbortHandle,
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Desk {
    /// Opens the desk of an agency; it connects by itself.
    pub(super) fn open(agency: &str, sign_in: SignIn, channel: Channel, terms: &Terms, own: OwnCases) -> Self {
        let session = RpcSession::new(
            &terms.address,
            channel,
            sign_in,
            terms.patience,
            terms.sources.clone(),
            terms.trouble(agency),
        );
        let client = LiveClient::start(LiveOptions {
            address: terms.address.clone(),
            credential: Credential::Account(session.clone()),
            audience: format!("agency:{agency}"),
            cursor: String::new(),
            client: format!("siaga-drill/{}", env!("CARGO_PKG_VERSION")),
            patience: Some(terms.patience),
            backoff: Backoff::new(Duration::from_millis(100), Duration::from_secs(2)),
            sources: terms.sources.clone(),
        });
        let handle = client.handle();
        let known = Arc::new(Mutex::new(Known::default()));
        let (change, changed) = watch::channel(());
        let listener = Listener { client, known: known.clone(), change, own, trouble: terms.trouble(agency) };
        let task = tokio::spawn(listener.listen()).abort_handle();
        let (agency, patience) = (agency.to_owned(), terms.patience);
        Self { agency, session, handle, known, changed, patience, sent: tokio::sync::Mutex::default(), task }
    }

    /// Ends the connection; the session is left for signing out.
    pub(super) fn close(&self) -> RpcSession {
        self.task.abort();
        self.session.clone()
    }

    /// Waits until something is known. None: not by the deadline, or the connection has ended.
    pub(super) async fn wait<T>(&self, deadline: Instant, look: impl Fn(&Known) -> Option<T>) -> Option<T> {
        let mut changed = self.changed.clone();
        loop {
            changed.mark_unchanged();
            {
                let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(found) = look(&known) {
                    return Some(found);
                }
                if known.ended.is_some() {
                    return None;
                }
            }
            if !matches!(timeout_at(deadline, changed.changed()).await, Ok(Ok(()))) {
                return None;
            }
        }
    }

    /// Waits for the first snapshot.
    pub(super) async fn ready(&self, deadline: Instant) -> Result<(), DrillError> {
        match self.wait(deadline, |known| known.ready.then_some(())).await {
            Some(()) => Ok(()),
            None => Err(DrillError::Cannot(format!("{}: {}", self.agency, self.why_not("no live connection")))),
        }
    }

    /// Why the desk does not have what was waited for.
    pub(super) fn why_not(&self, otherwise: &str) -> String {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.ended.clone().unwrap_or_else(|| otherwise.to_owned())
    }

    /// The agency's assignment of a case, once it is shown.
    pub(super) async fn assignment(&self, incident_id: &str, deadline: Instant) -> Option<AssignmentView> {
        self.wait(deadline, |known| known.view.assignments().find(|a| a.incident_id == incident_id).cloned()).await
    }

    /// When the receipt of an assignment was confirmed, once it is.
    pub(super) async fn delivered(&self, assignment_id: &str, deadline: Instant) -> Option<Instant> {
        self.wait(deadline, |known| known.delivered.get(assignment_id).copied()).await
    }

    /// Sends a command; `make` gets its request id.
    pub(super) async fn command(&self, make: impl FnOnce(String) -> command::Command) -> Result<Changed, LiveError> {
        let command = Command { command: Some(make(self.handle.request_id())) };
        self.handle.command(command, self.patience).await
    }

    /// Whether the agency has such units at all. Says what is missing.
    pub(super) fn has_units(&self, wanted: &super::scenario::Units) -> Result<(), String> {
        use super::scenario::Units;
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let units = known.view.units();
        match wanted {
            Units::Any(count) if *count > units.len() => {
                Err(format!("{} has {} units, {count} are wanted", self.agency, units.len()))
            }
            Units::Named(codes) => match codes.iter().find(|code| !units.iter().any(|unit| unit.code == **code)) {
                Some(code) => Err(format!("{} has no unit {code}", self.agency)),
                None => Ok(()),
            },
            Units::Any(_) | Units::Unnamed => Ok(()),
        }
    }

    /// Chooses units that are free, and holds them for this drill; nothing when there are not enough. `tried` were
    /// refused a moment ago and come last.
    pub(super) async fn choose(
        &self,
        wanted: &super::scenario::Units,
        tried: &BTreeSet<String>,
    ) -> Option<Vec<(String, String)>> {
        let mut sent = self.sent.lock().await;
        let chosen = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            pick(&known.view.units(), wanted, &sent, tried)?
        };
        sent.extend(chosen.iter().map(|(id, _)| id.clone()));
        Some(chosen)
    }

    /// Lets go of chosen units.
    pub(super) async fn let_go(&self, units: &[(String, String)]) {
        let mut sent = self.sent.lock().await;
        for (id, _) in units {
            sent.remove(id);
        }
    }

    /// Waits for the next thing that changes on the desk.
    pub(super) async fn next_change(&self, deadline: Instant) {
        let mut changed = self.changed.clone();
        changed.mark_unchanged();
        // Either way the caller looks again.
        let _ = timeout_at(deadline, changed.changed()).await;
    }
}

/// Ids and codes of the wanted units, as far as they are free.
fn pick(
    units: &[&UnitView],
    wanted: &super::scenario::Units,
    sent: &BTreeSet<String>,
    tried: &BTreeSet<String>,
) -> Option<Vec<(String, String)>> {
    use super::scenario::Units;
    let is_idle = |unit: &UnitView| unit.assignment_ids.is_empty() && !sent.contains(&unit.id);
    let mut free: Vec<&&UnitView> =
        units.iter().filter(|unit| unit.in_service && (unit.shareable || is_idle(unit))).collect();
    let name = |unit: &&&UnitView| (unit.id.clone(), unit.code.clone());
    match wanted {
        Units::Unnamed => Some(Vec::new()),
        Units::Named(codes) => codes.iter().map(|code| free.iter().find(|unit| unit.code == *code).map(name)).collect(),
        Units::Any(count) => {
            free.sort_by_key(|unit| (tried.contains(&unit.id), !is_idle(unit), unit.code.clone()));
            (free.len() >= *count).then(|| free.iter().take(*count).map(name).collect())
        }
    }
}

struct Listener {
    client: LiveClient,
    known: Arc<Mutex<Known>>,
    change: watch::Sender<()>,
    own: OwnCases,
    trouble: crate::agency_client::rpc::Trouble,
}

impl Listener {
    async fn listen(mut self) {
        while let Some(event) = self.client.next().await {
            let owed = self.take(event);
            self.change.send_replace(());
            for assignment_id in owed {
                // An ended connection tells so itself, as the next event.
                let _ = self.client.handle().receipt(&assignment_id).await;
            }
        }
    }

    /// Takes an event in; returns the assignments that are stored now and for which a receipt is owed.
    fn take(&self, event: LiveEvent) -> Vec<String> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            LiveEvent::Connected(welcome) => {
                known.view.reconnected();
                known.ready |= welcome.resumed;
            }
            LiveEvent::Lost { reason, .. } => (self.trouble)(&reason),
            LiveEvent::Problem(problem) => (self.trouble)(&problem),
            LiveEvent::Ended(reason) => known.ended = Some(reason),
            LiveEvent::Frame(frame) => {
                let touched = known.view.apply(&frame);
                match &frame.frame {
                    Some(Frame::ReceiptConfirmed(confirmed)) => {
                        known.delivered.entry(confirmed.assignment_id.clone()).or_insert_with(Instant::now);
                    }
                    Some(Frame::Snapshot(part)) if part.last => known.ready = true,
                    Some(Frame::Error(detail)) => (self.trouble)(&crate::agency_client::rpc::words(detail)),
                    _ => {}
                }
                return self.owed(&mut known, &touched);
            }
        }
        Vec::new()
    }

    fn owed(&self, known: &mut Known, touched: &[String]) -> Vec<String> {
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        let fresh = touched
            .iter()
            .filter_map(|key| known.view.assignment_at(key))
            .filter(|assignment| own.contains(&assignment.incident_id) && !known.receipts.contains(&assignment.id))
            .map(|assignment| assignment.id.clone());
        let fresh: Vec<String> = fresh.collect();
        known.receipts.extend(fresh.iter().cloned());
        fresh
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drill::scenario::Units;

    fn unit(code: &str, shareable: bool, assignments: &[&str]) -> UnitView {
        UnitView {
            id: code.to_lowercase(),
            code: code.into(),
            in_service: true,
            shareable,
            assignment_ids: assignments.iter().map(|id| (*id).to_owned()).collect(),
            ..UnitView::default()
        }
    }

    fn picked(units: &[UnitView], wanted: &Units, sent: &[&str], tried: &[&str]) -> Option<Vec<String>> {
        let set = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        let units: Vec<&UnitView> = units.iter().collect();
        let chosen = pick(&units, wanted, &set(sent), &set(tried))?;
        Some(chosen.into_iter().map(|(_, code)| code).collect())
    }

    #[test]
    fn free_units_are_chosen_and_taken_ones_are_not() {
        let mut broken = unit("D", false, &[]);
        broken.in_service = false;
        let units = [unit("A", false, &["x"]), unit("B", false, &[]), unit("C", false, &[]), broken];
        assert_eq!(picked(&units, &Units::Any(2), &[], &[]).unwrap(), ["B", "C"]);
        assert_eq!(picked(&units, &Units::Any(3), &[], &[]), None, "not enough");
        assert_eq!(picked(&units, &Units::Any(2), &["b"], &[]), None, "one was sent a moment ago");
    }

    #[test]
    fn refused_ones_come_last_and_shareable_ones_may_be_busy() {
        let units = [unit("A", false, &[]), unit("B", false, &[]), unit("C", true, &["x"])];
        assert_eq!(picked(&units, &Units::Any(1), &[], &["a"]).unwrap(), ["B"]);
        assert_eq!(picked(&units, &Units::Any(3), &[], &[]).unwrap(), ["A", "B", "C"]);
    }

    #[test]
    fn named_units_are_those_or_none() {
        let units = [unit("A", false, &[]), unit("B", false, &["x"])];
        assert_eq!(picked(&units, &Units::Named(vec!["A".into()]), &[], &[]).unwrap(), ["A"]);
        assert_eq!(picked(&units, &Units::Named(vec!["A".into(), "B".into()]), &[], &[]), None);
        assert_eq!(picked(&units, &Units::Unnamed, &[], &[]).unwrap(), Vec::<String>::new());
    }
}
