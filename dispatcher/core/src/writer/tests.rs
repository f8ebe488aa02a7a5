//! Two writers over one log, as two dispatchers are. The second one reads no feed, so that what it remembers is as old
//! as it can be.

use super::*;
use crate::{
    command::Internal,
    testing::{self, TestCore, run},
};
use async_trait::async_trait;
use siaga_domain::{
    account::{Account, AccountEvent},
    incident::{Incident, IncidentState},
};
use siaga_proto::v1;

/// A second process on the same database.
async fn second(first: &TestCore) -> Writer {
    let known = &first.context;
    let (store, clock, ids) = (Arc::clone(&known.store), Arc::clone(&known.clock), Arc::clone(&known.ids));
    let context = Arc::new(Context::new(store, clock, ids, known.config.clone(), Arc::clone(&known.renderer)));
    context.reload_city().await.unwrap();
    Writer::start(context).0
}

fn job(request_id: u128, is_large: bool) -> Job {
    let look = WhileOpen { incident_id: Uuid::nil(), account_id: Uuid::nil() };
    let command = Box::new(InternalCommand(look));
    let (reply, _) = oneshot::channel();
    Job { command, who: Caller::system(), request_id: Some(Uuid::from_u128(request_id)), is_large, reply }
}

#[tokio::test]
async fn a_commit_ends_with_its_first_photo_and_takes_emergencies_before_it() {
    let (emergencies, mut emergency) = mpsc::channel(8);
    let (others, mut routine) = mpsc::channel(8);
    for (id, is_large) in [(1, false), (2, true), (3, true), (4, false)] {
        others.try_send(job(id, is_large)).ok().unwrap();
    }
    emergencies.try_send(job(5, false)).ok().unwrap();
    let mut groups = Vec::new();
    while let Ok(first) = emergency.try_recv().or_else(|_| routine.try_recv()) {
        let jobs = gather(first, &mut emergency, &mut routine);
        groups.push(jobs.iter().map(|job| job.request_id.unwrap().as_u128()).collect::<Vec<_>>());
    }
    assert_eq!(groups, [vec![5, 1, 2], vec![3], vec![4]]);
}

/// Looks at an incident, and changes something else only while it is open.
struct WhileOpen {
    incident_id: Uuid,
    account_id: Uuid,
}

#[async_trait]
impl Internal for WhileOpen {
    fn name(&self) -> &'static str {
        "WhileOpen"
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        let incident = work.get::<Incident>(self.incident_id, ("Kejadian", "The incident")).await?;
        if incident.state != IncidentState::Open {
            return Err(SiagaError::invalid("incident_id", "Tidak terbuka.", "Not open."));
        }
        let meta = work.meta();
        work.emit::<Account>(self.account_id, AccountEvent::PasswordSet {}, &meta).await?;
        Ok(Vec::new())
    }
}

#[tokio::test]
async fn what_another_process_changed_counts_for_what_is_only_looked_at_and_for_refusals() {
    let first = testing::core().await;
    let operator = testing::operator(&first, "operator1").await;
    let (incident_id, _) = testing::open(&first, &operator, "kebakaran-bangunan").await;
    let account_id = operator.account_id.unwrap();
    let writer = second(&first).await;
    let look = || writer.internal(Lane::Emergency, WhileOpen { incident_id, account_id });
    look().await.unwrap();

    let request_id = first.request_id();
    let cancel =
        v1::CancelIncidentRequest { request_id, incident_id: incident_id.to_string(), reason: "keliru".into() };
    run(&first, &operator, cancel).await.unwrap();
    let refused = look().await.unwrap_err();
    assert_eq!(refused.code, "SIAGA-1001", "it remembers an open incident, and must not go by that");

    let request_id = first.request_id();
    let reopen =
        v1::ReopenIncidentRequest { request_id, incident_id: incident_id.to_string(), reason: "ternyata".into() };
    run(&first, &operator, reopen).await.unwrap();
    look().await.expect("it remembers a cancelled incident, and must not refuse by that");
}

#[tokio::test]
async fn two_who_open_cases_at_once_all_get_numbers_of_one_series() {
    const EACH: usize = 20;
    let first = testing::core().await;
    let operator = testing::operator(&first, "operator1").await;
    let writers = [first.writer.clone(), second(&first).await];
    let opening = (0..2 * EACH).map(|index| {
        let (writer, who) = (writers[index % 2].clone(), operator.clone());
        let open = v1::OpenIncidentRequest {
            request_id: first.request_id(),
            type_code: "kebakaran-bangunan".into(),
            narrative: format!("Kebakaran {index}"),
            ..v1::OpenIncidentRequest::default()
        };
        tokio::spawn(async move { writer.command(Lane::Emergency, who, open).await })
    });
    let mut numbers = Vec::new();
    for opened in opening.collect::<Vec<_>>() {
        numbers.push(opened.await.unwrap().unwrap().number);
    }
    numbers.sort();
    let ends: Vec<String> = (1..=2 * EACH).map(|number| format!("-{number:04}")).collect();
    assert!(numbers.iter().zip(&ends).all(|(number, end)| number.ends_with(end)), "{numbers:?}");
}
