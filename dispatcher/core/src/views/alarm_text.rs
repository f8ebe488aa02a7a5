//! What an alarm says, in Indonesian and in English.

use super::Views;
use siaga_domain::alarm::{Alarm, AlarmKind};

/// The alarm's sentence in Indonesian and in English.
#[expect(clippy::too_many_lines, reason = "one table of words")]
pub(super) fn sentences(views: &Views<'_>, alarm: &Alarm) -> (String, String) {
    let subject = &alarm.subject;
    let agency = subject.agency.as_deref().and_then(|code| views.city.agencies.get(code));
    let code = || subject.agency.clone().unwrap_or_default();
    let agency_id = agency.map_or_else(code, |agency| agency.name_id.clone());
    let agency_en = agency.map_or_else(code, |agency| agency.name_en.clone());
    let case = subject.incident_number.as_str();
    let unit = subject.unit_id.and_then(|id| views.loaded.units.get(&id));
    let unit = unit.map_or("Unit", |row| row.state.code.as_str());
    let line = subject.call_id.and_then(|id| views.loaded.calls.get(&id)).map(|row| row.state.line.as_str());
    let line = line.filter(|line| !line.is_empty());
    let (line_id, line_en) = match line {
        Some(line) => (format!(" di jalur {line}"), format!(" on line {line}")),
        None => (String::new(), String::new()),
    };
    match alarm.kind {
        AlarmKind::CallUnanswered => {
            (format!("Panggilan{line_id} belum dijawab."), format!("A call{line_en} has not been answered."))
        }
        AlarmKind::AbandonedNotCalledBack => (
            format!("Panggilan yang terputus{line_id} belum ditelepon balik."),
            format!("An abandoned call{line_en} has not been called back."),
        ),
        AlarmKind::NotDispatched => (
            format!("Kejadian {case} belum dikirim ke instansi mana pun."),
            format!("Incident {case} has not been sent to any agency."),
        ),
        AlarmKind::NotDelivered => (
            format!("Tugas {case} belum sampai di layar {agency_id}."),
            format!("The assignment {case} has not reached a screen of {agency_en}."),
        ),
        AlarmKind::NotAcknowledged => (
            format!("{agency_id} belum membaca tugas {case}."),
            format!("{agency_en} has not acknowledged the assignment {case}."),
        ),
        AlarmKind::NoUnit => (
            format!("{agency_id} belum menugaskan unit untuk {case}."),
            format!("{agency_en} has not assigned a unit to {case}."),
        ),
        AlarmKind::NotEnRoute => (
            format!("Belum ada unit {agency_id} yang berangkat ke {case}."),
            format!("No unit of {agency_en} is en route to {case}."),
        ),
        AlarmKind::NotOnScene => (
            format!("Belum ada unit {agency_id} yang tiba di lokasi {case}."),
            format!("No unit of {agency_en} has arrived at {case}."),
        ),
        AlarmKind::Declined => {
            (format!("{agency_id} menolak tugas {case}."), format!("{agency_en} declined the assignment {case}."))
        }
        AlarmKind::NoAgencyLeft => {
            (format!("Tidak ada lagi instansi yang menangani {case}."), format!("No agency is left on {case}."))
        }
        AlarmKind::HelpRequested => {
            (format!("{agency_id} meminta bantuan untuk {case}."), format!("{agency_en} asks for help on {case}."))
        }
        AlarmKind::UnitSilent => (
            format!("{unit} ({agency_id}) tidak terdengar kabarnya pada {case}."),
            format!("{unit} ({agency_en}) has not been heard of on {case}."),
        ),
        AlarmKind::OwnerGone => (
            format!("Operator penanggung jawab {case} sudah tidak di tempat."),
            format!("The operator responsible for {case} is no longer at the desk."),
        ),
        AlarmKind::NotClosed => (
            format!("Semua instansi sudah selesai, tetapi {case} belum ditutup."),
            format!("All agencies have finished, but {case} is not closed."),
        ),
        AlarmKind::HubBehind => (
            "Data kejadian menunggu dikirim ke pusat data Kominfo.".into(),
            "Case data wait to be delivered to the data hub.".into(),
        ),
        AlarmKind::AgencyOffline => (
            format!("{agency_id} tidak terhubung. Telepon atau hubungi lewat radio untuk tugas {case}."),
            format!("{agency_en} has no live session. Call by telephone or radio about {case}."),
        ),
    }
}
