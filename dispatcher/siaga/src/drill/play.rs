//! Plays a scenario from the sign-ins to the verdict.

use super::{
    CallReport, CaseReport, DrillError, DrillOptions, DrillReport, Missing,
    desk::Desk,
    expect::{Expected, planned},
    operator::{self, incident, rpc},
    report::{Failure, disposition_word},
    scenario::{CallKind, Scenario},
    stage::{Operators, Stage, Terms, session},
};
use crate::agency_client::rpc::{RpcError, RpcSession};
use siaga_proto::v1::{
    CallView, Disposition, DutyState, GetCallRequest, GetCatalogRequest, GetCatalogResponse, IncidentView,
    SetDutyStateRequest, SignOutRequest, access_service_client::AccessServiceClient,
    call_service_client::CallServiceClient, catalog_service_client::CatalogServiceClient,
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

/// The server must answer the first question within this time; later it may be away for as long as the patience lasts.
const FIRST_PATIENCE: Duration = Duration::from_secs(10);
/// Signing everybody out takes at most this long.
const SIGN_OUT_LIMIT: Duration = Duration::from_secs(5);
/// Pause between two looks at the hub's answer.
const HUB_PAUSE: Duration = Duration::from_millis(250);

/// Plays a scenario and says what came of it.
///
/// # Errors
/// When the drill cannot begin: no server, wrong accounts, or a scenario that names what the city does not have.
pub async fn play(scenario: &Scenario, options: DrillOptions) -> Result<DrillReport, DrillError> {
    let mut stage = prepare(scenario, options).await?;
    let beats: usize = scenario.calls.iter().enumerate().map(|(call, _)| beats_of(&stage, call)).sum();
    stage.terms.progress.begin(beats);
    stage.begin();
    let started = Instant::now();
    let stage = Arc::new(stage);
    let mut calls = JoinSet::new();
    for call in 0..scenario.calls.len() {
        let stage = stage.clone();
        calls.spawn(async move { (call, operator::play_call(stage, call).await) });
    }
    let call_ids = all_played(&stage, calls).await;
    let record = record(&stage, &call_ids).await;
    let mut report =
        DrillReport::new(&scenario.name, stage.terms.address.url(), stage.speed(), started.elapsed().as_secs_f64());
    report.incidents = record.cases.iter().map(|(call, view)| CaseReport::of(*call, view)).collect();
    report.calls = (0..scenario.calls.len()).map(|call| call_report(call, &call_ids, &record)).collect();
    if stage.given_up.is_cancelled() {
        report.incidents = confirmed(&stage);
        report.judge(unfinished(&stage), stage.failures());
    } else {
        report.judge(missing(&stage, &record), stage.failures());
    }
    sign_out(&stage).await;
    stage.terms.progress.end();
    Ok(report)
}

/// Waits for all calls; returns the ids of those that rang. Ends early when the server does not come back.
async fn all_played(stage: &Stage, mut calls: JoinSet<(usize, Option<String>)>) -> BTreeMap<usize, String> {
    let mut call_ids = BTreeMap::new();
    loop {
        tokio::select! {
            played = calls.join_next() => match played {
                Some(Ok((call, id))) => call_ids.extend(id.map(|id| (call, id))),
                // A bug in the drill itself; what it left undone is missing from the record.
                Some(Err(error)) => stage.terms.progress.trouble(&format!("a call ended badly: {error}")),
                None => return call_ids,
            },
            () = stage.given_up.cancelled() => return call_ids,
        }
    }
}

/// About how many things happen because of a call.
fn beats_of(stage: &Stage, call: usize) -> usize {
    match &stage.scenario.calls[call].kind {
        CallKind::Abandoned => 2,
        CallKind::Nuisance(_) | CallKind::SameAs(_) => 3,
        CallKind::Case(case) => {
            let scripts = stage.agencies_of(case);
            let scripts = scripts.iter().filter_map(|agency| stage.scenario.script(agency, call));
            8 + scripts.map(|script| planned(script).len()).sum::<usize>()
        }
    }
}

/// Signs everybody in and checks that the scenario can be played here.
async fn prepare(scenario: &Scenario, options: DrillOptions) -> Result<Stage, DrillError> {
    let terms = Terms {
        address: options.address.clone(),
        patience: options.patience,
        sources: options.sources.clone(),
        progress: options.progress.clone(),
    };
    let channel = options.address.channel()?;
    let sign_ins = options.accounts.operators();
    let Some(first) = sign_ins.first() else {
        return Err(DrillError::Scenario(vec!["the accounts have no operator".into()]));
    };
    let hurried = Terms { patience: options.patience.min(FIRST_PATIENCE), ..terms.clone() };
    let catalog =
        rpc!(session(&hurried, &channel, first.clone()), CatalogServiceClient.get_catalog(GetCatalogRequest {}))
            .await
            .map_err(|error| DrillError::Cannot(format!("{}: {error}", first.username)))?;
    let wanted = scenario.calls.len().max(1);
    let operators: Vec<(String, RpcSession)> = sign_ins
        .into_iter()
        .take(wanted)
        .map(|sign_in| (sign_in.username.clone(), session(&terms, &channel, sign_in)))
        .collect();
    let mut stage = Stage::new(scenario, options, terms, catalog, channel, Operators::new(operators));
    let problems = problems(&stage.scenario, &stage.catalog);
    if !problems.is_empty() {
        return Err(DrillError::Scenario(problems));
    }
    for operator in stage.operators.all() {
        ready(operator).await.map_err(|error| DrillError::Cannot(error.to_string()))?;
    }
    open_desks(&mut stage).await?;
    Ok(stage)
}

/// An operator is ready for calls.
pub(super) async fn ready(operator: &RpcSession) -> Result<(), RpcError> {
    let request = SetDutyStateRequest { request_id: operator.request_id(), state: DutyState::Ready.into() };
    rpc!(operator, CallServiceClient.set_duty_state(request)).await.map(drop)
}

/// What the scenario names and the city does not have.
fn problems(scenario: &Scenario, catalog: &GetCatalogResponse) -> Vec<String> {
    let mut problems = Vec::new();
    let has_agency = |code: &str| catalog.agencies.iter().any(|agency| agency.code == code);
    for (index, _, case) in scenario.cases() {
        let Some(of_type) = catalog.types.iter().find(|known| known.code == case.type_code) else {
            problems.push(format!("call {index}: the city has no incident type \"{}\"", case.type_code));
            continue;
        };
        for agency in case.dispatch.iter().filter(|agency| !has_agency(agency)) {
            problems.push(format!("call {index}: the city has no agency \"{agency}\""));
        }
        let receives = |code: &String| {
            if case.dispatch.is_empty() { of_type.lead_agencies.contains(code) } else { case.dispatch.contains(code) }
        };
        for script in &scenario.agencies {
            let is_named = script.calls.as_ref().is_some_and(|calls| calls.contains(&index));
            if is_named && !receives(&script.code) {
                let code = &script.code;
                problems
                    .push(format!("call {index}: {code} does something about it, but it is not dispatched to {code}"));
            }
        }
    }
    for agency in scenario.scripted_agencies().into_iter().filter(|agency| !has_agency(agency)) {
        problems.push(format!("[[agency]]: the city has no agency \"{agency}\""));
    }
    problems
}

/// Opens the desks of all agencies that do something, and waits until they show what they have.
async fn open_desks(stage: &mut Stage) -> Result<(), DrillError> {
    let codes: Vec<String> = stage.scenario.scripted_agencies().into_iter().map(str::to_owned).collect();
    for code in codes {
        let Some(sign_in) = stage.options.accounts.dispatcher(&code) else {
            return Err(DrillError::Scenario(vec![format!("the accounts have no dispatcher of {code}")]));
        };
        let desk = Desk::open(&code, sign_in, stage.channel.clone(), &stage.terms, stage.own.clone());
        stage.desks.insert(code, desk);
    }
    let deadline = Instant::now() + stage.terms.patience;
    let mut problems = Vec::new();
    for (code, desk) in &stage.desks {
        desk.ready(deadline).await?;
        let scripts = stage.scenario.agencies.iter().filter(|script| script.code == *code);
        problems.extend(scripts.filter_map(|script| desk.has_units(&script.units).err()));
    }
    if problems.is_empty() { Ok(()) } else { Err(DrillError::Scenario(problems)) }
}

/// What the server has on record in the end.
struct Record {
    /// By index of the call that opened it.
    cases: BTreeMap<usize, IncidentView>,
    calls: BTreeMap<usize, CallView>,
}

/// Reads everything back, once the hub has answered or its time is over.
async fn record(stage: &Stage, call_ids: &BTreeMap<usize, String>) -> Record {
    let reader = stage.operators.any();
    let deadline = Instant::now() + stage.options.hub_wait;
    let (mut calls, mut cases) = (BTreeMap::new(), BTreeMap::new());
    if stage.given_up.is_cancelled() {
        return Record { cases, calls };
    }
    for (call, call_id) in call_ids {
        match rpc!(reader, CallServiceClient.get_call(GetCallRequest { call_id: call_id.clone() })).await {
            Ok(reply) => drop(calls.insert(*call, reply.call.unwrap_or_default())),
            Err(error) => read_failed(stage, *call, &error),
        }
    }
    for (call, ..) in stage.scenario.cases() {
        let Some(incident_id) = calls.get(&call).map(|view: &CallView| view.incident_id.clone()) else { continue };
        if incident_id.is_empty() {
            continue;
        }
        loop {
            match incident(reader, &incident_id).await {
                Ok(view) => {
                    let wait = is_awaited(&view) && Instant::now() < deadline;
                    cases.insert(call, view);
                    if !wait {
                        break;
                    }
                    sleep(HUB_PAUSE).await;
                }
                Err(error) => {
                    read_failed(stage, call, &error);
                    break;
                }
            }
        }
        if let Some(view) = cases.get(&call).filter(|view| has(view, "T13")) {
            stage.beat(&view.number, "accepted by the hub");
        }
    }
    Record { cases, calls }
}

/// A closed case that the hub has not accepted yet.
fn is_awaited(view: &IncidentView) -> bool {
    has(view, "T12") && !has(view, "T13")
}

fn has(view: &IncidentView, code: &str) -> bool {
    view.stamps.iter().any(|stamp| stamp.code == code && stamp.at.is_some())
}

fn read_failed(stage: &Stage, call: usize, error: &RpcError) {
    stage.failed(Failure { call, agency: None, step: "read back".into(), why: error.to_string() });
}

/// The cases that were confirmed, without what cannot be read back any more.
fn confirmed(stage: &Stage) -> Vec<CaseReport> {
    let of_call = |call| {
        let opened = stage.opened(call)?;
        let view = IncidentView { id: opened.incident_id, number: opened.number, ..IncidentView::default() };
        Some(CaseReport::of(call, &view))
    };
    (0..stage.scenario.calls.len()).filter_map(of_call).collect()
}

/// The calls that were not played to their end when the server did not come back.
fn unfinished(stage: &Stage) -> Vec<Missing> {
    let open = (0..stage.scenario.calls.len()).filter(|call| !stage.is_done(*call));
    open.map(|call| Missing {
        call,
        number: stage.opened(call).map(|case| case.number).unwrap_or_default(),
        agency: None,
        step: "played to its end".into(),
        why: String::new(),
    })
    .collect()
}

fn missing(stage: &Stage, record: &Record) -> Vec<Missing> {
    let scenario = &stage.scenario;
    let mut missing = Vec::new();
    for (index, call) in scenario.calls.iter().enumerate() {
        if let CallKind::Case(case) = &call.kind {
            let agencies = stage.agencies_of(case).into_iter();
            let expected = Expected {
                call: index,
                case,
                place: call.place.as_ref(),
                agencies: agencies.map(|code| (code.clone(), scenario.script(&code, index))).collect(),
                calls: scenario.calls_of_case(index),
            };
            missing.extend(expected.missing(record.cases.get(&index)));
        }
        missing.extend(missing_of_call(index, &call.kind, record.calls.get(&index)));
    }
    missing
}

/// What the call itself must have come to.
fn missing_of_call(call: usize, kind: &CallKind, view: Option<&CallView>) -> Option<Missing> {
    let step = |step: &str| {
        Some(Missing { call, number: String::new(), agency: None, step: step.to_owned(), why: String::new() })
    };
    let Some(view) = view else { return step("rang") };
    let wanted = match kind {
        CallKind::Case(_) | CallKind::SameAs(_) => Disposition::Normal,
        CallKind::Nuisance(disposition) => *disposition,
        CallKind::Abandoned => Disposition::Abandoned,
    };
    if view.ended_at.is_none() {
        step("ended")
    } else if view.disposition() != wanted {
        step(&format!("disposition {}", disposition_word(wanted)))
    } else if *kind == CallKind::Abandoned && view.call_backs.is_empty() {
        step("called back")
    } else {
        None
    }
}

fn call_report(call: usize, call_ids: &BTreeMap<usize, String>, record: &Record) -> CallReport {
    let view = record.calls.get(&call).cloned().unwrap_or_default();
    CallReport {
        call,
        call_id: call_ids.get(&call).cloned().unwrap_or_default(),
        disposition: disposition_word(view.disposition()).to_owned(),
        number: view.incident_number,
    }
}

/// Ends the sessions, so that drills do not leave hundreds of them behind. What fails, or takes too long, expires by
/// itself.
async fn sign_out(stage: &Stage) {
    if stage.given_up.is_cancelled() {
        return;
    }
    let desks = stage.desks.values().map(Desk::close);
    let mut leaving = JoinSet::new();
    for session in stage.operators.all().cloned().chain(stage.crews()).chain(desks) {
        leaving.spawn(async move { rpc!(session, AccessServiceClient.sign_out(SignOutRequest {})).await.is_ok() });
    }
    // Dropping the set ends those that are late.
    let _ = timeout(SIGN_OUT_LIMIT, async { while leaving.join_next().await.is_some() {} }).await;
}
