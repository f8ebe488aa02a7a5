//! Alarms about a case.

use super::{Names, Sentence, unless};
use siaga_domain::alarm::{AlarmEvent, AlarmKind};
use uuid::Uuid;

/// None: an alarm of a kind that this version does not know.
pub(super) fn sentence(names: &Names<'_>, by: &str, alarm_id: &str, event: &AlarmEvent) -> Option<Sentence> {
    let (name, about) = alarm_id.split_once(':')?;
    let kind = AlarmKind::ALL.into_iter().find(|kind| kind.name() == name)?;
    let (id, en) = kind_name(kind);
    let of = whose(names, about);
    Some(match event {
        AlarmEvent::Raised { subject, .. } => Sentence {
            assignment_id: subject.assignment_id,
            unit_id: subject.unit_id,
            ..Sentence::new(format!("Alarm: {of}{id}."), format!("Alarm: {of}{en}."))
        },
        AlarmEvent::Escalated {} => Sentence::new(
            format!("Alarm \"{of}{id}\" diteruskan ke semua operator."),
            format!("The alarm \"{of}{en}\" went to all operators."),
        ),
        AlarmEvent::Taken { label, .. } => Sentence::new(
            format!("Alarm \"{of}{id}\" diambil{}.", unless(by, label, "oleh")),
            format!("The alarm \"{of}{en}\" was taken{}.", unless(by, label, "by")),
        ),
        AlarmEvent::Ended {} => {
            Sentence::new(format!("Alarm \"{of}{id}\" berakhir."), format!("The alarm \"{of}{en}\" ended."))
        }
    })
}

/// Agency, and unit where it is about one, before what is the matter; nothing where it is about no agency.
fn whose(names: &Names<'_>, about: &str) -> String {
    let Ok(about) = Uuid::parse_str(about) else { return String::new() };
    let assignments = &names.loaded.assignments;
    if let Some(held) = assignments.get(&about) {
        return format!("{}, ", names.short_agency(&held.state.agency));
    }
    let with_unit = assignments.values().find_map(|held| held.state.units.get(&about).map(|unit| (&held.state, unit)));
    let Some((held, unit)) = with_unit else { return String::new() };
    format!("{} ({}), ", names.short_agency(&held.agency), unit.code)
}

const fn kind_name(kind: AlarmKind) -> (&'static str, &'static str) {
    match kind {
        AlarmKind::CallUnanswered => ("panggilan belum dijawab", "call not answered"),
        AlarmKind::AbandonedNotCalledBack => ("panggilan terputus belum ditelepon balik", "abandoned, not called back"),
        AlarmKind::NotDispatched => ("belum dikirim ke instansi", "not sent to an agency"),
        AlarmKind::NotDelivered => ("tugas belum sampai", "assignment not delivered"),
        AlarmKind::NotAcknowledged => ("tugas belum dibaca", "assignment not acknowledged"),
        AlarmKind::NoUnit => ("belum ada unit", "no unit assigned"),
        AlarmKind::NotEnRoute => ("belum ada unit yang berangkat", "no unit en route"),
        AlarmKind::NotOnScene => ("belum ada unit di lokasi", "no unit on scene"),
        AlarmKind::Declined => ("tugas ditolak", "assignment declined"),
        AlarmKind::NoAgencyLeft => ("tidak ada lagi instansi", "no agency left"),
        AlarmKind::HelpRequested => ("bantuan diminta", "help asked for"),
        AlarmKind::UnitSilent => ("unit tidak terdengar", "unit not heard of"),
        AlarmKind::OwnerGone => ("penanggung jawab tidak di tempat", "responsible operator gone"),
        AlarmKind::NotClosed => ("selesai tetapi belum ditutup", "finished, not closed"),
        AlarmKind::HubBehind => ("pusat data tertinggal", "data hub behind"),
        AlarmKind::AgencyOffline => ("instansi tidak terhubung", "agency without a live session"),
    }
}
