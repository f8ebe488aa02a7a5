//! Alarms about a case.

use super::Sentence;
use siaga_domain::alarm::{AlarmEvent, AlarmKind};

/// None: an alarm of a kind that this version does not know.
pub(super) fn sentence(alarm_id: &str, event: &AlarmEvent) -> Option<Sentence> {
    let (name, _) = alarm_id.split_once(':')?;
    let kind = AlarmKind::ALL.into_iter().find(|kind| kind.name() == name)?;
    let (id, en) = kind_name(kind);
    Some(match event {
        AlarmEvent::Raised { subject, .. } => Sentence {
            assignment_id: subject.assignment_id,
            unit_id: subject.unit_id,
            ..Sentence::new(format!("Alarm: {id}."), format!("Alarm: {en}."))
        },
        AlarmEvent::Escalated {} => Sentence::new(
            format!("Alarm \"{id}\" diteruskan ke semua operator."),
            format!("The alarm \"{en}\" went to all operators."),
        ),
        AlarmEvent::Taken { label, .. } => Sentence::new(
            format!("Alarm \"{id}\" diambil {label}."),
            format!("The alarm \"{en}\" was taken by {label}."),
        ),
        AlarmEvent::Ended {} => {
            Sentence::new(format!("Alarm \"{id}\" berakhir."), format!("The alarm \"{en}\" ended."))
        }
    })
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
