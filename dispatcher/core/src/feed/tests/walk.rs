//! A random walk through the commands.

use crate::{
    access::Caller,
    testing::{self, TestCore},
};
use siaga_domain::unit::Unit;
use siaga_proto::v1;
use uuid::Uuid;

/// A random walk through the commands; refusals are part of it.
pub(crate) struct Walk<'a> {
    pub(crate) core: &'a TestCore,
    pub(crate) who: &'a Caller,
    /// Damkar's desk.
    pub(crate) agency: &'a Caller,
    pub(crate) seed: u64,
    pub(crate) calls: Vec<Uuid>,
    pub(crate) incidents: Vec<Uuid>,
    pub(crate) assignments: Vec<Uuid>,
}

impl Walk<'_> {
    fn pick(&mut self, below: usize) -> usize {
        // xorshift: the same walk for the same seed.
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        usize::try_from(self.seed % below.max(1) as u64).unwrap()
    }

    fn one_of(&mut self, ids: &[Uuid]) -> String {
        let index = self.pick(ids.len());
        ids.get(index).copied().unwrap_or_default().to_string()
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each command")]
    pub(crate) async fn step(&mut self) {
        let (core, who) = (self.core, self.who);
        let request_id = core.request_id();
        let (incidents, assignments) = (self.incidents.clone(), self.assignments.clone());
        let (incident_id, other) = (self.one_of(&incidents), self.one_of(&incidents));
        let assignment_id = self.one_of(&assignments);
        let reason = || "Alasan".to_owned();
        core.clock.advance_ms(1_000);
        match self.pick(18) {
            0 | 1 => {
                let kind = ["kebakaran-bangunan", "kekerasan-anak"][self.pick(2)];
                let (incident, call) = testing::open(core, who, kind).await;
                self.incidents.push(incident);
                self.calls.push(call);
            }
            2 | 3 if !incidents.is_empty() => {
                let agencies = [vec!["damkar"], vec!["damkar", "psc119"], vec!["psc119", "polres"]];
                let agency_codes = agencies[self.pick(3)].iter().map(ToString::to_string).collect();
                let request =
                    v1::DispatchIncidentRequest { request_id, incident_id, agency_codes, ..Default::default() };
                let sent = testing::run(core, who, request).await;
                self.assignments
                    .extend(sent.iter().flat_map(|sent| &sent.assignment_ids).map(|id| id.parse::<Uuid>().unwrap()));
            }
            4 => drop(
                testing::run(
                    core,
                    who,
                    v1::DeclineAssignmentRequest { request_id, assignment_id, reason: reason(), on_behalf: None },
                )
                .await,
            ),
            5 => drop(
                testing::run(core, who, v1::WithdrawAssignmentRequest { request_id, assignment_id, reason: reason() })
                    .await,
            ),
            6 | 7 => {
                let unit = testing::UNITS[self.pick(testing::UNITS.len())].0;
                let unit_ids = vec![Unit::id_of(unit).to_string()];
                drop(
                    testing::run(
                        core,
                        who,
                        v1::AssignUnitsRequest { request_id, assignment_id, unit_ids, on_behalf: None },
                    )
                    .await,
                );
            }
            8 | 9 => {
                let steps = [v1::Step::EnRoute, v1::Step::OnScene, v1::Step::UnderControl, v1::Step::Completed];
                let step = steps[self.pick(4)].into();
                drop(
                    testing::run(
                        core,
                        who,
                        v1::ReportStatusRequest { request_id, assignment_id, step, ..Default::default() },
                    )
                    .await,
                );
            }
            10 => drop(
                testing::run(core, who, v1::ShareCallerRequest { request_id, assignment_id, share: self.pick(2) == 0 })
                    .await,
            ),
            11 => drop(
                testing::run(
                    core,
                    who,
                    v1::AddNoteRequest { request_id, incident_id, text: "Catatan".into(), occurred_at: None },
                )
                .await,
            ),
            12 => {
                let request = v1::MergeIncidentRequest {
                    request_id,
                    duplicate_incident_id: incident_id,
                    into_incident_id: other,
                };
                drop(testing::run(core, who, request).await);
            }
            13 => {
                let request = v1::CloseIncidentRequest {
                    request_id,
                    incident_id,
                    outcome_code: "handled".into(),
                    ..Default::default()
                };
                drop(testing::run(core, who, request).await);
            }
            14 => drop(
                testing::run(core, who, v1::ReopenIncidentRequest { request_id, incident_id, reason: reason() }).await,
            ),
            15 => drop(
                testing::run(core, who, v1::SendMessageRequest { request_id, assignment_id, text: "Pesan".into() })
                    .await,
            ),
            16 => drop(
                testing::run(core, self.agency, v1::MarkMessagesReadRequest { request_id, assignment_id, up_to: 1 })
                    .await,
            ),
            _ => {
                let calls = self.calls.clone();
                let call_id = self.one_of(&calls);
                drop(testing::run(core, who, v1::EndCallRequest { request_id, call_id }).await);
            }
        }
    }
}
