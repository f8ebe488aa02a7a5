//! What happened to an incident.

use super::{Names, Sentence, because, unless};
use siaga_domain::incident::{CardChange, Classification, HubAction, IncidentEvent, PlaceVerification};

pub(super) fn sentence(names: &Names<'_>, by: &str, event: &IncidentEvent) -> Sentence {
    match event {
        IncidentEvent::Opened { number, owner_label, .. } => {
            let (id, en) = (unless(by, owner_label, "untuk"), unless(by, owner_label, "for"));
            Sentence::new(format!("Kejadian {number} dibuka{id}."), format!("Incident {number} was opened{en}."))
        }
        IncidentEvent::EnteredFromPaper { sheet } => {
            let (id, en) = if sheet.is_empty() {
                (String::new(), String::new())
            } else {
                (format!(" nomor {sheet}"), format!(" number {sheet}"))
            };
            Sentence::new(
                format!("Dicatat belakangan dari formulir kertas{id}, dengan jam seperti tertulis di sana."),
                format!("Entered later from a paper form{en}, with the times as written there."),
            )
        }
        IncidentEvent::CardEdited { card } => {
            let (id, en) = fields(card);
            Sentence::new(format!("Kartu diubah: {id}."), format!("The card was edited: {en}."))
        }
        IncidentEvent::PlaceVerified { place, verification } => {
            let (id, en) = verification_name(*verification);
            let (new_id, new_en) = if place.is_some() { (" dan diperbaiki", " and corrected") } else { ("", "") };
            Sentence::new(format!("Lokasi dipastikan{new_id}: {id}."), format!("The place was verified{new_en}: {en}."))
        }
        IncidentEvent::Classified { classification } => classified(names, classification),
        IncidentEvent::NoteAdded { text } => {
            let text = names.text(Some(text));
            Sentence::new(format!("Catatan{text}"), format!("Note{text}"))
        }
        IncidentEvent::PhotoAdded { file } => Sentence {
            photo_id: Some(file.picture.personal_id),
            ..Sentence::new("Foto dari lokasi.", "A photo from the scene.")
        },
        IncidentEvent::CallAttached { .. } => {
            Sentence::new("Satu panggilan lagi tentang kejadian ini.", "One more call about this incident.")
        }
        IncidentEvent::Dispatched { agencies, .. } => {
            let to: Vec<String> = agencies.iter().map(|code| names.short_agency(code)).collect();
            Sentence::new(format!("Dikirim ke {}.", to.join(", ")), format!("Sent to {}.", to.join(", ")))
        }
        IncidentEvent::OwnerChanged { label, .. } if label.is_empty() => {
            Sentence::new("Tidak ada lagi penanggung jawab.", "Nobody is responsible any more.")
        }
        IncidentEvent::OwnerChanged { label, .. } => {
            Sentence::new(format!("Penanggung jawab sekarang {label}."), format!("{label} is responsible now."))
        }
        IncidentEvent::Linked { number, .. } => {
            Sentence::new(format!("Dihubungkan dengan kejadian {number}."), format!("Linked to incident {number}."))
        }
        IncidentEvent::Merged { number, .. } => Sentence::new(
            format!("Kejadian ini ganda dan digabungkan ke {number}."),
            format!("This is a duplicate and was merged into {number}."),
        ),
        IncidentEvent::DuplicateTaken { number, .. } => Sentence::new(
            format!("Kejadian ganda {number} digabungkan ke sini."),
            format!("The duplicate {number} was merged into this incident."),
        ),
        ending => ended(names, ending),
    }
}

/// What ends a case, opens it again, or happens after its end.
fn ended(names: &Names<'_>, event: &IncidentEvent) -> Sentence {
    match event {
        IncidentEvent::HandedOver { hand_over } => {
            let (id, en) = names.agency(&hand_over.centre_code);
            let taken_by = because(&hand_over.taken_by);
            Sentence::new(
                format!("Diserahkan ke {id}, diterima di sana{taken_by}."),
                format!("Handed over to {en}, taken there{taken_by}."),
            )
        }
        IncidentEvent::Cancelled { reason } => {
            Sentence::new(format!("Kejadian dibatalkan: {reason}."), format!("The incident was cancelled: {reason}."))
        }
        IncidentEvent::Closed { outcome } => {
            let kind = names.city.outcomes.iter().find(|kind| kind.code == outcome.outcome_code);
            let code = || outcome.outcome_code.clone();
            Sentence::new(
                format!("Kejadian ditutup: {}.", kind.map_or_else(code, |kind| kind.name_id.clone())),
                format!("The incident was closed: {}.", kind.map_or_else(code, |kind| kind.name_en.clone())),
            )
        }
        IncidentEvent::Reopened { reason } => Sentence {
            correction: true,
            ..Sentence::new(
                format!("Kejadian dibuka kembali: {reason}."),
                format!("The incident was reopened: {reason}."),
            )
        },
        IncidentEvent::HubAccepted { revision } => Sentence::new(
            format!("Pusat data menerima laporan penutupan ke-{revision}."),
            format!("The data hub accepted the record of closing {revision}."),
        ),
        IncidentEvent::HubSettled { action, reason, .. } => settled(*action, reason),
        IncidentEvent::HoldPlaced { reason } => Sentence::new(
            format!("Data ditahan untuk keperluan hukum{}.", because(reason)),
            format!("A legal hold was placed{}.", because(reason)),
        ),
        IncidentEvent::HoldLifted { reason } => Sentence::new(
            format!("Penahanan data untuk keperluan hukum dicabut{}.", because(reason)),
            format!("The legal hold was lifted{}.", because(reason)),
        ),
        IncidentEvent::PersonalErased { reason, .. } => Sentence::new(
            format!("Data pribadi dihapus{}.", because(reason)),
            format!("Personal data were erased{}.", because(reason)),
        ),
        IncidentEvent::Opened { .. }
        | IncidentEvent::EnteredFromPaper { .. }
        | IncidentEvent::CardEdited { .. }
        | IncidentEvent::PlaceVerified { .. }
        | IncidentEvent::Classified { .. }
        | IncidentEvent::NoteAdded { .. }
        | IncidentEvent::PhotoAdded { .. }
        | IncidentEvent::CallAttached { .. }
        | IncidentEvent::Dispatched { .. }
        | IncidentEvent::OwnerChanged { .. }
        | IncidentEvent::Linked { .. }
        | IncidentEvent::Merged { .. }
        | IncidentEvent::DuplicateTaken { .. } => unreachable!("said above"),
    }
}

fn settled(action: HubAction, reason: &str) -> Sentence {
    match action {
        HubAction::Replayed => Sentence::new(
            "Kiriman yang ditolak pusat data dikirim ulang.",
            "A message that the data hub refused is sent again.",
        ),
        HubAction::Skipped => Sentence::new(
            format!("Kiriman yang ditolak pusat data dilewati{}.", because(reason)),
            format!("A message that the data hub refused was given up{}.", because(reason)),
        ),
    }
}

fn classified(names: &Names<'_>, classification: &Classification) -> Sentence {
    let kind = names.city.types.get(&classification.type_code);
    let code = || classification.type_code.clone();
    let (priority, reason) = (classification.priority, because(&classification.priority_reason));
    Sentence::new(
        format!("Jenis: {}, prioritas {priority}{reason}.", kind.map_or_else(code, |kind| kind.name_id.clone())),
        format!("Type: {}, priority {priority}{reason}.", kind.map_or_else(code, |kind| kind.name_en.clone())),
    )
}

fn fields(card: &CardChange) -> (String, String) {
    list(&[
        (card.caller_name.is_some(), "nama pelapor", "caller's name"),
        (card.caller_number.is_some(), "nomor pelapor", "caller's number"),
        (card.narrative.is_some(), "uraian", "narrative"),
        (card.place.is_some(), "lokasi", "place"),
    ])
}

/// The names of the fields that are there.
pub(super) fn list(fields: &[(bool, &str, &str)]) -> (String, String) {
    let named = || fields.iter().filter(|(there, _, _)| *there);
    let id: Vec<&str> = named().map(|(_, id, _)| *id).collect();
    let en: Vec<&str> = named().map(|(_, _, en)| *en).collect();
    (id.join(", "), en.join(", "))
}

const fn verification_name(verification: PlaceVerification) -> (&'static str, &'static str) {
    match verification {
        PlaceVerification::CallerConfirmed => ("dibacakan dan dibenarkan pelapor", "read back and confirmed"),
        PlaceVerification::CallerLink => ("posisi yang dikirim pelapor", "a position that the caller sent"),
        PlaceVerification::Landmark => ("patokan setempat", "a landmark"),
        PlaceVerification::SecondCaller => ("pelapor kedua menyebut tempat yang sama", "a second caller"),
        PlaceVerification::Agency => ("instansi di lokasi", "an agency that is there"),
        PlaceVerification::Network => ("posisi dari jaringan telepon", "the network's position"),
    }
}
