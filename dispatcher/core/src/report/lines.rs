//! Fewer rows in the report's timeline, with nothing left out: a simple case is one page.

use siaga_domain::report::ReportTimelineEntry;

/// Characters of a row made of several events; more begin a new row.
const ROW_CHARS_MAX: usize = 160;

/// One event's row, with what tells whether it may share a row with its neighbour.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) entry: ReportTimelineEntry,
    /// Type of the event.
    pub(super) event: String,
    /// Empty: not of an assignment.
    pub(super) assignment_id: String,
    /// How many events it is made of, where they are photos.
    pub(super) photos: u32,
}

/// The type of the event that a photo is.
const PHOTO: &str = "incident.photo_added";

impl Line {
    pub(super) fn new(entry: ReportTimelineEntry, event: String, assignment_id: String) -> Self {
        Self { entry, photos: u32::from(event == PHOTO), event, assignment_id }
    }

    fn second(&self) -> i64 {
        self.entry.at.unix_ms().div_euclid(1000)
    }

    /// Said by one person in one second, as the clock on paper shows it, and recorded alike.
    fn beside(&self, other: &Self) -> bool {
        self.second() == other.second() && self.entry.who == other.entry.who && self.entry.mark == other.entry.mark
    }

    /// Ends as sentences do: a free text would run into the next one.
    fn is_sentence(&self) -> bool {
        let is_free = matches!(self.event.as_str(), "incident.note_added" | "assignment.message_sent");
        self.entry.text.ends_with('.') && !is_free && self.photos == 0
    }

    /// One more photo of the same person, with nothing between them: paper shows none of them, only how many.
    fn counts(&mut self, next: &Self) -> bool {
        let alike = |line: &Self| (line.entry.who.clone(), line.entry.mark.recorded_later_at.is_some());
        if self.photos == 0 || next.photos == 0 || alike(self) != alike(next) {
            return false;
        }
        self.photos += next.photos;
        self.entry.text = format!("{} ({}).", next.entry.text.trim_end_matches('.'), self.photos);
        true
    }

    /// Takes in the row after this one, or gives it back.
    fn join(&mut self, next: Self) -> Option<Self> {
        if self.counts(&next) {
            return None;
        }
        let chars = self.entry.text.chars().count() + next.entry.text.chars().count();
        if !(self.beside(&next) && self.is_sentence() && next.is_sentence()) || chars > ROW_CHARS_MAX {
            return Some(next);
        }
        match next.said_after(self) {
            Some(words) => {
                self.entry.text.pop();
                self.entry.text = format!("{}; {words}", self.entry.text);
            }
            None => self.entry.text = format!("{} {}", self.entry.text, next.entry.text),
        }
        self.assignment_id = next.assignment_id;
        None
    }

    /// Its words without the agency's name, where the row before is about the same assignment and has just named it.
    fn said_after<'a>(&'a self, before: &Self) -> Option<&'a str> {
        if self.assignment_id.is_empty() || self.assignment_id != before.assignment_id {
            return None;
        }
        let (agency, words) = self.entry.text.split_once(": ")?;
        let said = before.entry.text.strip_prefix(agency).is_some_and(|rest| rest.starts_with(": "));
        said.then_some(words)
    }
}

/// The rows as printed. `lines` are in their order.
pub(super) fn compact(lines: Vec<Line>) -> Vec<ReportTimelineEntry> {
    let sent: Vec<Line> = lines.iter().filter(|line| line.event == "assignment.sent").cloned().collect();
    // That an incident was dispatched is said again by each of its assignments, with the agency's part in it.
    let is_said = |line: &Line| line.event == "incident.dispatched" && sent.iter().any(|sent| sent.beside(line));
    let mut rows: Vec<Line> = Vec::with_capacity(lines.len());
    for line in lines {
        if is_said(&line) {
            continue;
        }
        let apart = match rows.last_mut() {
            Some(row) => row.join(line),
            None => Some(line),
        };
        rows.extend(apart);
    }
    rows.into_iter().map(|row| row.entry).collect()
}

#[cfg(test)]
mod tests {
    use super::{Line, compact};
    use siaga_domain::{
        Timestamp,
        report::{ReportMark, ReportTimelineEntry},
    };

    fn line(at_ms: i64, who: &str, event: &str, assignment_id: &str, text: &str) -> Line {
        let entry = ReportTimelineEntry {
            at: Timestamp::from_unix_ms(at_ms),
            who: who.into(),
            text: text.into(),
            mark: ReportMark::default(),
        };
        Line::new(entry, event.into(), assignment_id.into())
    }

    fn texts(lines: Vec<Line>) -> Vec<String> {
        compact(lines).into_iter().map(|entry| entry.text).collect()
    }

    #[test]
    fn what_one_person_did_in_one_second_is_one_row() {
        let rows = texts(vec![
            line(1_000, "Operator", "call.answered", "", "Panggilan dijawab."),
            line(1_900, "Operator", "incident.opened", "", "Kejadian dibuka."),
            line(2_000, "Operator", "incident.classified", "", "Jenis: banjir."),
            line(2_001, "Sistem", "call.ended", "", "Panggilan berakhir."),
        ]);
        assert_eq!(rows, ["Panggilan dijawab. Kejadian dibuka.", "Jenis: banjir.", "Panggilan berakhir."]);
    }

    #[test]
    fn an_agency_is_named_once_a_row_and_its_dispatch_is_told_once() {
        let rows = texts(vec![
            line(1_000, "Operator", "assignment.sent", "a", "Damkar: tugas dikirim."),
            line(1_000, "Operator", "assignment.sent", "b", "PSC 119: tugas dikirim."),
            line(1_000, "Operator", "incident.dispatched", "", "Dikirim ke Damkar, PSC 119."),
            line(5_000, "Dispatcher", "assignment.readiness_confirmed", "a", "Damkar: siap."),
            line(5_000, "Dispatcher", "assignment.accepted", "a", "Damkar: tugas diterima."),
        ]);
        assert_eq!(rows, ["Damkar: tugas dikirim. PSC 119: tugas dikirim.", "Damkar: siap; tugas diterima."]);
        let alone = texts(vec![line(1_000, "Operator", "incident.dispatched", "", "Dikirim ke Damkar.")]);
        assert_eq!(alone, ["Dikirim ke Damkar."], "an assignment that cannot be read does not hide it");
    }

    #[test]
    fn photos_are_counted() {
        let photo = |at_ms, who| line(at_ms, who, "incident.photo_added", "", "Foto dari lokasi.");
        let rows = texts(vec![
            line(1_000, "Regu 1", "incident.linked", "", "Dikaitkan."),
            photo(1_000, "Regu 1"),
            photo(9_000, "Regu 1"),
            photo(90_000, "Regu 1"),
            photo(91_000, "Regu 2"),
        ]);
        assert_eq!(rows, ["Dikaitkan.", "Foto dari lokasi (3).", "Foto dari lokasi."]);
        let mut later = photo(2_000, "Regu 1");
        later.entry.mark.recorded_later_at = Some(Timestamp::from_unix_ms(90_000));
        assert_eq!(texts(vec![photo(1_000, "Regu 1"), later]).len(), 2);
    }

    #[test]
    fn free_texts_marks_and_long_rows_stand_alone() {
        let note = || line(1_000, "Operator", "incident.note_added", "", "Catatan: api.");
        let answered = || line(1_000, "Operator", "call.answered", "", "Panggilan dijawab.");
        assert_eq!(texts(vec![note(), answered(), note()]).len(), 3);
        let mut later = answered();
        later.entry.mark.recorded_later_at = Some(Timestamp::from_unix_ms(90_000));
        assert_eq!(texts(vec![answered(), later]).len(), 2);
        let long = line(1_000, "Operator", "call.ended", "", &format!("{}.", "x".repeat(150)));
        assert_eq!(texts(vec![answered(), long]).len(), 2);
    }
}
