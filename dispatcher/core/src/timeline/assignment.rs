//! What happened to an assignment and its units.

use super::{Names, Sentence, because};
use siaga_domain::{
    assignment::{AgencyRole, AssignmentEvent, Readiness, Side},
    step::Step,
};
use uuid::Uuid;

pub(super) fn sentence(names: &Names<'_>, id: Uuid, event: &AssignmentEvent) -> Sentence {
    let held = names.loaded.assignments.get(&id).map(|row| &row.state);
    let code = match (event, held) {
        (AssignmentEvent::Sent { agency, .. }, _) => agency.as_str(),
        (_, Some(held)) => held.agency.as_str(),
        (_, None) => "",
    };
    let agency = names.short_agency(code);
    let (words_id, words_en) = words(names, id, event);
    Sentence {
        id: format!("{agency}: {words_id}"),
        en: format!("{agency}: {words_en}"),
        correction: matches!(event, AssignmentEvent::StepCorrected { .. }),
        assignment_id: Some(id),
        unit_id: unit_of(event),
        photo_id: None,
    }
}

const fn unit_of(event: &AssignmentEvent) -> Option<Uuid> {
    match event {
        AssignmentEvent::UnitAssigned { unit_id, .. } | AssignmentEvent::UnitReleased { unit_id, .. } => Some(*unit_id),
        AssignmentEvent::StepReached { unit_id, .. } | AssignmentEvent::StepCorrected { unit_id, .. } => *unit_id,
        AssignmentEvent::Sent { .. }
        | AssignmentEvent::Delivered {}
        | AssignmentEvent::Acknowledged {}
        | AssignmentEvent::ReadinessConfirmed { .. }
        | AssignmentEvent::Accepted {}
        | AssignmentEvent::Declined { .. }
        | AssignmentEvent::Withdrawn { .. }
        | AssignmentEvent::HelpRequested { .. }
        | AssignmentEvent::HelpAnswered {}
        | AssignmentEvent::CallerShared { .. }
        | AssignmentEvent::MessageSent { .. }
        | AssignmentEvent::MessagesRead { .. } => None,
    }
}

fn words(names: &Names<'_>, id: Uuid, event: &AssignmentEvent) -> (String, String) {
    let said = |id: &str, en: &str| (id.to_owned(), en.to_owned());
    let with = |id: &str, en: &str, text: &str| (format!("{id}: {text}."), format!("{en}: {text}."));
    match event {
        AssignmentEvent::Sent { role: AgencyRole::Lead, .. } => {
            said("tugas dikirim sebagai pemimpin.", "the assignment was sent, as lead.")
        }
        AssignmentEvent::Sent { role: AgencyRole::Support, .. } => {
            said("tugas dikirim sebagai pendukung.", "the assignment was sent, as support.")
        }
        AssignmentEvent::Delivered {} => said("tugas sampai di layar.", "the assignment is on their screen."),
        AssignmentEvent::Acknowledged {} => said("tugas dibaca.", "the assignment was acknowledged."),
        AssignmentEvent::ReadinessConfirmed { readiness } => ready(readiness),
        AssignmentEvent::Accepted {} => said("tugas diterima.", "the assignment was accepted."),
        AssignmentEvent::Declined { reason } => with("tugas ditolak", "the assignment was declined", reason),
        AssignmentEvent::Withdrawn { reason } => with("tugas ditarik", "the assignment was withdrawn", reason),
        AssignmentEvent::UnitAssigned { code, .. } => (format!("{code} ditugaskan."), format!("{code} was assigned.")),
        AssignmentEvent::UnitReleased { unit_id, reason, diverted } => {
            let unit = unit(names, id, *unit_id);
            let reason = because(reason);
            if *diverted {
                (format!("{unit} dialihkan ke kejadian lain{reason}."), format!("{unit} was diverted{reason}."))
            } else {
                (format!("{unit} dilepas{reason}."), format!("{unit} was released{reason}."))
            }
        }
        AssignmentEvent::StepReached { unit_id, step, confirmation, note, .. } => {
            let subject = unit_id.map(|unit_id| format!("{} ", unit(names, id, unit_id))).unwrap_or_default();
            let note = names.text(note.as_ref());
            let again = if *confirmation { (" (penegasan)", " (confirmation)") } else { ("", "") };
            (
                format!("{subject}{}{}{note}.", step.indonesian(), again.0),
                format!("{subject}{}{}{note}.", english(*step), again.1),
            )
        }
        AssignmentEvent::StepCorrected { unit_id, step, reason } => {
            let subject = unit_id.map(|unit_id| format!("{} ", unit(names, id, unit_id))).unwrap_or_default();
            let reason = because(reason);
            (
                format!("koreksi, {subject}kembali ke \"{}\"{reason}.", step.indonesian()),
                format!("correction, {subject}back to \"{}\"{reason}.", english(*step)),
            )
        }
        AssignmentEvent::HelpRequested { what } => with("meminta bantuan", "asks for help", what),
        AssignmentEvent::HelpAnswered {} => {
            said("permintaan bantuan dijawab dengan pengiriman lagi.", "the request for help was answered.")
        }
        AssignmentEvent::CallerShared { share: true } => {
            said("data pelapor diperlihatkan.", "the caller is shown to them.")
        }
        AssignmentEvent::CallerShared { share: false } => {
            said("data pelapor disembunyikan lagi.", "the caller is hidden from them again.")
        }
        AssignmentEvent::MessageSent { from, text } => {
            let text = names.text(Some(text));
            match from {
                Side::Centre => (format!("pesan dari 112{text}"), format!("message from 112{text}")),
                Side::Agency => (format!("pesan untuk 112{text}"), format!("message to 112{text}")),
            }
        }
        AssignmentEvent::MessagesRead { by: Side::Agency, .. } => {
            said("pesan 112 dibaca.", "112's messages were read.")
        }
        AssignmentEvent::MessagesRead { by: Side::Centre, .. } => {
            said("pesannya dibaca 112.", "their messages were read by 112.")
        }
    }
}

fn ready(readiness: &Readiness) -> (String, String) {
    let Readiness { people, vehicles, equipment, note } = readiness;
    let missing = super::incident::list(&[
        (!people, "personel", "people"),
        (!vehicles, "kendaraan", "vehicles"),
        (!equipment, "peralatan", "equipment"),
    ]);
    let note = because(note);
    if *people && *vehicles && *equipment {
        return (format!("siap{note}."), format!("ready{note}."));
    }
    (
        format!("kesiapan diperiksa, kurang {}{note}.", missing.0),
        format!("readiness checked, lacking {}{note}.", missing.1),
    )
}

fn unit(names: &Names<'_>, assignment_id: Uuid, unit_id: Uuid) -> String {
    let held = names.loaded.assignments.get(&assignment_id);
    let progress = held.and_then(|row| row.state.units.get(&unit_id));
    progress.map_or_else(|| "unit".to_owned(), |progress| progress.code.clone())
}

const fn english(step: Step) -> &'static str {
    match step {
        Step::Sent => "sent",
        Step::Delivered => "delivered",
        Step::Acknowledged => "acknowledged",
        Step::Ready => "readiness checked",
        Step::Accepted => "accepted",
        Step::UnitAssigned => "unit assigned",
        Step::EnRoute => "en route",
        Step::OnScene => "on scene",
        Step::UnderControl => "under control",
        Step::Completed => "completed",
        Step::Declined => "declined",
        Step::Withdrawn => "withdrawn",
        Step::Released => "released",
    }
}
