//! What a dispatcher types.

use siaga_proto::v1::Step;

/// What `help` prints.
pub const HELP: &str = "\
Perintah / commands
  NOMOR: nomor kasus atau angka terakhirnya; tanpa itu tugas yang terakhir dikerjakan, atau satu-satunya yang berjalan
         case number or its last digits; without it the case worked on last, or the only one running
  list                        daftar tugas / the assignments
  ack [NOMOR]                 tugas dibaca petugas / acknowledge
  ready [NOMOR]               orang, kendaraan, alat siap / people, vehicles, equipment are ready
  accept [NOMOR]              terima / accept
  decline [NOMOR] ALASAN      tolak dengan alasan / decline with a reason
  units [NOMOR] KODE ...      tugaskan unit / assign units, e.g. units DAMKAR-01 DAMKAR-02
  en-route [NOMOR] [KODE]     berangkat / the unit, or all as a whole, is on the way
  on-scene [NOMOR] [KODE]     di lokasi / is there
  under-control [NOMOR] [KODE] terkendali / the danger does not grow any more
  completed [NOMOR] [KODE]    selesai / has finished
  note [NOMOR] TEKS           catatan / a note for everybody on the case
  request-help [NOMOR] APA    minta bantuan / ask for more
  help                        bantuan ini / this
  quit                        keluar / leave";

/// A command, and the case it names; none: the one that was worked on last, or the only one that is running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// Case number, or its last digits.
    pub number: Option<String>,
    /// What to do.
    pub what: What,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Show the assignments.
    List,
    /// A person has it.
    Acknowledge,
    /// People, vehicles and equipment are ready.
    Ready,
    /// The agency takes it.
    Accept,
    /// The agency does not take it.
    Decline(String),
    /// These units go.
    Units(Vec<String>),
    /// A step of one unit, or of the whole.
    Report(Step, Option<String>),
    /// A note.
    Note(String),
    /// More is needed.
    RequestHelp(String),
    /// Show the commands.
    Help,
    /// Leave.
    Quit,
}

/// Reads a line. None: an empty one.
///
/// # Errors
/// What is missing or unknown.
pub fn parse(line: &str) -> Result<Option<Typed>, String> {
    let line = line.trim();
    let Some(word) = line.split_whitespace().next() else { return Ok(None) };
    let rest = line[word.len()..].trim();
    let (number, rest) = match rest.split_whitespace().next() {
        Some(first) if is_number(first) => (Some(first.to_uppercase()), rest[first.len()..].trim()),
        _ => (None, rest),
    };
    let words = || rest.split_whitespace().map(str::to_uppercase).collect::<Vec<String>>();
    let text = |what: &str| {
        if rest.is_empty() { Err(format!("{word}: {what}")) } else { Ok(rest.to_owned()) }
    };
    let what = match word.to_lowercase().as_str() {
        "list" => What::List,
        "ack" | "acknowledge" => What::Acknowledge,
        "ready" => What::Ready,
        "accept" => What::Accept,
        "decline" => What::Decline(text("tulis alasannya / write the reason")?),
        "units" | "unit" => {
            text("tulis kode unit / write the units, e.g. units DAMKAR-01")?;
            What::Units(words())
        }
        "en-route" => What::Report(Step::EnRoute, one_unit(word, &words())?),
        "on-scene" => What::Report(Step::OnScene, one_unit(word, &words())?),
        "under-control" => What::Report(Step::UnderControl, one_unit(word, &words())?),
        "completed" => What::Report(Step::Completed, one_unit(word, &words())?),
        "note" => What::Note(text("tulis catatannya / write the note")?),
        "request-help" => What::RequestHelp(text("tulis apa yang dibutuhkan / write what is needed")?),
        "help" | "?" => What::Help,
        "quit" | "exit" => What::Quit,
        _ => return Err(format!("\"{word}\" tidak dikenal / is not a command; ketik / type: help")),
    };
    let takes_nothing = matches!(what, What::Acknowledge | What::Ready | What::Accept | What::List | What::Quit);
    if takes_nothing && !rest.is_empty() {
        return Err(format!("{word}: \"{rest}\" bukan nomor kasus / is not a case number"));
    }
    Ok(Some(Typed { number, what }))
}

fn one_unit(word: &str, words: &[String]) -> Result<Option<String>, String> {
    match words {
        [] => Ok(None),
        [code] => Ok(Some(code.clone())),
        _ => Err(format!("{word}: satu unit saja / one unit at a time")),
    }
}

/// A case number like `SKW-20261122-0042`, or the digits at its end.
fn is_number(word: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    let mut parts = word.split('-');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(tail), None, ..) => digits(tail) && tail.len() <= 12,
        (Some(_), Some(day), Some(tail), None) => day.len() == 8 && digits(day) && digits(tail),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(line: &str) -> Typed {
        parse(line).unwrap().unwrap()
    }

    #[test]
    fn commands_with_and_without_a_case_are_read() {
        assert_eq!(typed("ack"), Typed { number: None, what: What::Acknowledge });
        let named = typed(" ACK skw-20261122-0042 ");
        assert_eq!(named, Typed { number: Some("SKW-20261122-0042".into()), what: What::Acknowledge });
        assert_eq!(typed("ready 42").number.as_deref(), Some("42"));
        assert_eq!(typed("decline Semua unit bertugas").what, What::Decline("Semua unit bertugas".into()));
        assert_eq!(typed("decline 0042 Penuh").number.as_deref(), Some("0042"));
        assert_eq!(typed("units damkar-01 DAMKAR-02").what, What::Units(vec!["DAMKAR-01".into(), "DAMKAR-02".into()]));
        assert_eq!(typed("en-route").what, What::Report(Step::EnRoute, None));
        let unit = typed("on-scene 7 DAMKAR-01");
        assert_eq!(
            unit,
            Typed { number: Some("7".into()), what: What::Report(Step::OnScene, Some("DAMKAR-01".into())) }
        );
        assert_eq!(typed("note Akses dari belakang").what, What::Note("Akses dari belakang".into()));
        assert_eq!(typed("quit").what, What::Quit);
        assert_eq!(parse("   "), Ok(None));
    }

    #[test]
    fn what_is_missing_or_unknown_is_told() {
        for (line, wanted) in [
            ("decline", "reason"),
            ("decline 42", "reason"),
            ("units", "units"),
            ("units 0042", "units"),
            ("note", "note"),
            ("request-help", "needed"),
            ("ack DAMKAR-01", "not a case number"),
            ("completed A-1 B-2", "one unit"),
            ("siram", "is not a command"),
        ] {
            let told = parse(line).unwrap_err();
            assert!(told.contains(wanted), "{line}: {told}");
        }
    }

    #[test]
    fn the_help_names_every_command() {
        for word in ["list", "ack", "ready", "accept", "decline", "units", "en-route", "on-scene", "under-control"] {
            assert!(HELP.contains(&format!("  {word}")), "{word}");
        }
    }
}
