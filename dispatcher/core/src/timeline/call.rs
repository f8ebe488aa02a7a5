//! What happened to a call.

use super::{Sentence, because, unless};
use siaga_domain::call::{CallEvent, Disposition};

pub(super) fn sentence(by: &str, event: &CallEvent) -> Sentence {
    match event {
        CallEvent::Ringing { line, .. } if line.is_empty() => Sentence::new("Panggilan masuk.", "A call came in."),
        CallEvent::Ringing { line, .. } => {
            Sentence::new(format!("Panggilan masuk di jalur {line}."), format!("A call came in on line {line}."))
        }
        CallEvent::Answered { label, .. } => {
            let (id, en) = (unless(by, label, "oleh"), unless(by, label, "by"));
            Sentence::new(format!("Panggilan dijawab{id}."), format!("The call was answered{en}."))
        }
        CallEvent::Held {} => Sentence::new("Penelepon diminta menunggu.", "The caller was put on hold."),
        CallEvent::Resumed {} => Sentence::new("Percakapan dilanjutkan.", "The conversation went on."),
        CallEvent::Ended {} => Sentence::new("Panggilan berakhir.", "The call ended."),
        CallEvent::CalledBack { reached: true } => Sentence::new("Telepon balik: tersambung.", "Called back: reached."),
        CallEvent::CalledBack { reached: false } => {
            Sentence::new("Telepon balik: tidak tersambung.", "Called back: not reached.")
        }
        CallEvent::Disposed { disposition } => {
            let (id, en) = disposition_name(*disposition);
            Sentence::new(format!("Jenis panggilan: {id}."), format!("Kind of call: {en}."))
        }
        CallEvent::CallerIdentified { name, number, language } => {
            let fields = [
                (name.is_some(), "nama", "name"),
                (number.is_some(), "nomor", "number"),
                (language.is_some(), "bahasa", "language"),
            ];
            let (id, en) = super::incident::list(&fields);
            Sentence::new(format!("Data penelepon dicatat: {id}."), format!("The caller was identified: {en}."))
        }
        CallEvent::Attached { .. } => {
            Sentence::new("Panggilan dihubungkan ke kejadian ini.", "The call is about this incident.")
        }
        CallEvent::HandedOver { label, .. } => {
            Sentence::new(format!("Panggilan diserahkan ke {label}."), format!("The call was handed over to {label}."))
        }
        CallEvent::LegalHoldPlaced { reason } => Sentence::new(
            format!("Data penelepon ditahan untuk keperluan hukum{}.", because(reason)),
            format!("The caller's data were placed under a legal hold{}.", because(reason)),
        ),
        CallEvent::LegalHoldLifted { reason } => Sentence::new(
            format!("Penahanan data penelepon diakhiri{}.", because(reason)),
            format!("The legal hold on the caller's data was lifted{}.", because(reason)),
        ),
        CallEvent::PersonalErased { reason, .. } => Sentence::new(
            format!("Data pribadi penelepon dihapus{}.", because(reason)),
            format!("The caller's personal data were erased{}.", because(reason)),
        ),
    }
}

const fn disposition_name(disposition: Disposition) -> (&'static str, &'static str) {
    match disposition {
        Disposition::Normal => ("darurat", "emergency"),
        Disposition::Ghost => ("hening atau langsung ditutup", "silent or hung up"),
        Disposition::Prank => ("iseng", "prank"),
        Disposition::Information => ("permintaan informasi", "information"),
        Disposition::WrongNumber => ("salah sambung", "wrong number"),
        Disposition::Abandoned => ("terputus sebelum dijawab", "abandoned"),
    }
}
