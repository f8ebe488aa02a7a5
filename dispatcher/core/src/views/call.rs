//! Calls.

use super::{
    Views,
    common::{id_text, time},
    load::Row,
    phones,
};
use crate::{
    access::sight::{self, Reader},
    convert,
};
use siaga_domain::call::Phase;
use siaga_proto::v1;
use uuid::Uuid;

impl Views<'_> {
    /// A call, for boards and full cards.
    pub(crate) fn call(&self, id: Uuid, reader: &Reader) -> Option<v1::CallView> {
        let Row { state: call, position } = self.loaded.calls.get(&id)?;
        let own = call.incident_id.and_then(|incident_id| self.loaded.incidents.get(&incident_id));
        // After a merge the call is about the other case; what either hides is hidden.
        let about = call.incident_id.and_then(|incident_id| self.loaded.case(incident_id));
        let masked = [own, about.map(|(_, row)| row)]
            .into_iter()
            .any(|case| sight::call_is_masked(reader, case.map(|row| &row.state)))
            || reader.masks(self.loaded.known_sensitive.calls.contains(&id));
        let text = |reference| self.loaded.text(reference).filter(|_| !masked).map(str::to_owned).unwrap_or_default();
        let past = self.loaded.past_calls.get(&id);
        let (earlier_calls, earlier_nuisance_calls) =
            past.map_or((0, 0), |past| phones::earlier(past, id, call.ringing_at));
        Some(v1::CallView {
            id: id.to_string(),
            phase: phase(call.phase).into(),
            line: call.line.clone(),
            number: text(call.number.as_ref()),
            caller_name: text(call.name.as_ref()),
            language: call.language.clone().unwrap_or_default(),
            recording_reference: call.recording_reference.clone().filter(|_| !masked).unwrap_or_default(),
            ringing_at: Some(convert::timestamp(call.ringing_at)),
            answered_at: time(call.answered_at),
            ended_at: time(call.ended_at),
            operator_account_id: id_text(call.operator),
            operator_label: call.operator_label.clone(),
            disposition: call.disposition.map_or(v1::Disposition::Unspecified, convert::disposition).into(),
            incident_id: id_text(about.map(|(case_id, _)| case_id).or(call.incident_id)),
            incident_number: about.map(|(_, row)| row.state.number.clone()).unwrap_or_default(),
            call_backs: call
                .call_backs
                .iter()
                .map(|attempt| v1::CallBackView {
                    at: Some(convert::timestamp(attempt.at)),
                    reached: attempt.reached,
                    by_label: attempt.by_label.clone(),
                })
                .collect(),
            earlier_calls,
            earlier_nuisance_calls,
            position: self.loaded.position([*position, about.map_or(0, |(_, row)| row.position)]),
            erased: call.erased,
            legal_hold: call.legal_hold,
        })
    }
}

/// The contract's form of a phase.
pub(crate) const fn phase(phase: Phase) -> v1::CallPhase {
    match phase {
        Phase::Ringing => v1::CallPhase::Ringing,
        Phase::Answered => v1::CallPhase::Answered,
        Phase::Held => v1::CallPhase::Held,
        Phase::Ended => v1::CallPhase::Ended,
    }
}
