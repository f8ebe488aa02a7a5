//! What the client prints: lines for people, or one JSON object a line for programs.

use serde_json::{Value, json};
use siaga_proto::v1::{AssignmentView, Step};
use std::{
    collections::BTreeMap,
    io::{self, IsTerminal, Write},
};

/// The language of the lines for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    /// Indonesian.
    Id,
    /// English.
    En,
}

impl Language {
    const fn pick<'a>(self, id: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Id => id,
            Self::En => en,
        }
    }
}

/// Prints, and remembers what it has printed, so that each thing is shown once.
pub struct Screen<W> {
    output: W,
    is_json: bool,
    language: Language,
    bell: bool,
    shown: BTreeMap<String, AssignmentView>,
}

impl Screen<io::Stdout> {
    /// On standard output.
    pub fn stdout(is_json: bool, language: Language) -> Self {
        let output = io::stdout();
        let bell = output.is_terminal() && !is_json;
        Self { output, is_json, language, bell, shown: BTreeMap::new() }
    }
}

impl<W: Write> Screen<W> {
    /// On any output, without a bell.
    pub fn to(output: W, is_json: bool, language: Language) -> Self {
        Self { output, is_json, language, bell: false, shown: BTreeMap::new() }
    }

    /// Shows what has become of the assignment under a key; none: it is no longer the agency's.
    ///
    /// # Errors
    /// The output is closed.
    pub fn assignment(&mut self, key: &str, now: Option<&AssignmentView>) -> io::Result<()> {
        let before = self.shown.remove(key);
        let Some(now) = now else {
            let Some(before) = before else { return Ok(()) };
            let number = before.incident_number;
            let text = self.language.pick("tidak lagi untuk instansi ini", "is no longer for this agency");
            return self.tell(&format!("{number}: {text}"), json!({"event": "removed", "number": number}));
        };
        if before.as_ref() == Some(now) {
            self.shown.insert(key.to_owned(), now.clone());
            return Ok(());
        }
        let is_new = before.is_none();
        let text = match &before {
            // What has ended before it was first seen here needs no attention.
            None if is_final(now.step()) => self.headline(now),
            None => self.card(now),
            Some(before) => self.changes(before, now),
        };
        self.shown.insert(key.to_owned(), now.clone());
        if is_new && self.bell && !is_final(now.step()) {
            self.output.write_all(b"\x07")?;
        }
        let value = serde_json::to_value(now).unwrap_or_default();
        self.tell(
            &text,
            json!({"event": "assignment", "new": is_new, "number": now.incident_number, "assignment": value}),
        )
    }

    /// A sentence for people, an event for programs.
    ///
    /// # Errors
    /// The output is closed.
    pub fn tell(&mut self, text: &str, event: Value) -> io::Result<()> {
        if self.is_json {
            writeln!(self.output, "{event}")?;
        } else if !text.is_empty() {
            writeln!(self.output, "{text}")?;
        }
        self.output.flush()
    }

    /// A sentence in the language of the screen.
    ///
    /// # Errors
    /// The output is closed.
    pub fn say(&mut self, id: &str, en: &str, event: Value) -> io::Result<()> {
        let text = self.language.pick(id, en).to_owned();
        self.tell(&text, event)
    }

    /// The assignments as a list.
    ///
    /// # Errors
    /// The output is closed.
    pub fn list<'a>(&mut self, assignments: impl Iterator<Item = &'a AssignmentView>) -> io::Result<()> {
        let mut count = 0;
        for assignment in assignments {
            count += 1;
            let text = self.headline(assignment);
            let value = serde_json::to_value(assignment).unwrap_or_default();
            self.tell(&text, json!({"event": "listed", "assignment": value}))?;
        }
        if count == 0 {
            self.say("tidak ada tugas", "no assignments", json!({"event": "listed"}))?;
        }
        Ok(())
    }

    fn headline(&self, assignment: &AssignmentView) -> String {
        let task = assignment.task.clone().unwrap_or_default();
        let units: Vec<String> = assignment.units.iter().map(|unit| plain(&unit.unit_code)).collect();
        let step = step_name(assignment.step(), self.language);
        format!(
            "{}  P{}  {}  [{step}]  {}",
            plain(&assignment.incident_number),
            task.priority,
            plain(&task.type_name),
            units.join(" ")
        )
        .trim_end()
        .to_owned()
    }

    fn card(&self, assignment: &AssignmentView) -> String {
        let language = self.language;
        let task = assignment.task.clone().unwrap_or_default();
        let verified = match task.place_verified {
            true => language.pick("terverifikasi", "verified"),
            false => language.pick("belum diverifikasi", "not verified"),
        };
        let mut lines = vec![format!("{}  {}", language.pick("TUGAS", "ASSIGNMENT"), self.headline(assignment))];
        let place: Vec<String> = [&task.place_text, &task.kelurahan_name, &task.kecamatan_name]
            .into_iter()
            .filter(|part| !part.is_empty())
            .map(|part| plain(part))
            .collect();
        lines.push(format!("  {}: {} ({verified})", language.pick("Lokasi", "Place"), place.join(", ")));
        if let Some(point) = &task.point {
            lines.push(format!("  {}: {:.5}, {:.5}", language.pick("Titik", "Point"), point.latitude, point.longitude));
        }
        if !task.narrative.is_empty() {
            lines.push(format!("  {}: {}", language.pick("Kejadian", "Event"), plain(&task.narrative)));
        }
        let caller = format!("{} {}", plain(&task.caller_name), plain(&task.caller_number));
        if !caller.trim().is_empty() {
            lines.push(format!("  {}: {}", language.pick("Pelapor", "Caller"), caller.trim()));
        }
        lines.join("\n")
    }

    /// What is different; the whole card again when the task itself is.
    fn changes(&self, before: &AssignmentView, now: &AssignmentView) -> String {
        let task = |view: &AssignmentView| {
            let task = view.task.clone().unwrap_or_default();
            (task.narrative, task.place_text, task.point, task.type_code, task.priority, task.place_verified)
        };
        if task(before) != task(now) {
            return self.card(now);
        }
        let notes = |view: &AssignmentView| view.task.as_ref().map(|task| task.notes.clone()).unwrap_or_default();
        let mut lines = Vec::new();
        let units = |view: &AssignmentView| {
            view.units.iter().map(|unit| (unit.unit_code.clone(), unit.step)).collect::<Vec<_>>()
        };
        if before.step != now.step || units(before) != units(now) {
            lines.push(self.headline(now));
        }
        for note in notes(now).iter().skip(notes(before).len()) {
            let word = self.language.pick("Catatan", "Note");
            lines.push(format!("{}  {word}: {}", plain(&now.incident_number), plain(&note.text)));
        }
        let reason = if now.decline_reason.is_empty() { &now.withdraw_reason } else { &now.decline_reason };
        if before.step != now.step && !reason.is_empty() {
            lines.push(format!("  {}: {}", self.language.pick("Alasan", "Reason"), plain(reason)));
        }
        lines.join("\n")
    }
}

/// Nothing is left to do for it.
pub(super) const fn is_final(step: Step) -> bool {
    matches!(step, Step::Completed | Step::Declined | Step::Withdrawn)
}

/// Text of others without characters that a terminal would obey.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn step_name(step: Step, language: Language) -> &'static str {
    let (id, en) = match step {
        Step::Unspecified => ("-", "-"),
        Step::Sent => ("dikirim", "sent"),
        Step::Delivered => ("sampai", "delivered"),
        Step::Acknowledged => ("dibaca", "acknowledged"),
        Step::Ready => ("siap", "ready"),
        Step::Accepted => ("diterima", "accepted"),
        Step::UnitAssigned => ("unit ditugaskan", "unit assigned"),
        Step::EnRoute => ("berangkat", "en route"),
        Step::OnScene => ("di lokasi", "on scene"),
        Step::UnderControl => ("terkendali", "under control"),
        Step::Completed => ("selesai", "completed"),
        Step::Declined => ("ditolak", "declined"),
        Step::Withdrawn => ("ditarik", "withdrawn"),
        Step::Released => ("dilepas", "released"),
    };
    language.pick(id, en)
}

#[cfg(test)]
mod tests {
    use super::*;
    use siaga_proto::v1::TaskView;

    fn screen(is_json: bool) -> Screen<Vec<u8>> {
        Screen::to(Vec::new(), is_json, Language::Id)
    }

    fn assignment(step: Step) -> AssignmentView {
        AssignmentView {
            id: "a".into(),
            incident_number: "SKW-20261122-0042".into(),
            step: step.into(),
            task: Some(TaskView {
                type_name: "Kebakaran bangunan".into(),
                priority: 1,
                place_text: "Jl. Pembangunan".into(),
                narrative: "Api\u{1b}[2J besar".into(),
                caller_number: "0812 0000 0001".into(),
                ..TaskView::default()
            }),
            ..AssignmentView::default()
        }
    }

    fn printed(screen: &Screen<Vec<u8>>) -> String {
        String::from_utf8(screen.output.clone()).unwrap()
    }

    #[test]
    fn a_new_assignment_is_a_card_without_terminal_codes() {
        let mut screen = screen(false);
        screen.assignment("assignment:a", Some(&assignment(Step::Sent))).unwrap();
        let text = printed(&screen);
        assert!(text.starts_with("TUGAS  SKW-20261122-0042  P1  Kebakaran bangunan  [dikirim]"), "{text}");
        assert!(text.contains("Lokasi: Jl. Pembangunan (belum diverifikasi)"));
        assert!(text.contains("Pelapor: 0812 0000 0001"));
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn the_same_again_prints_nothing_and_a_step_one_line() {
        let mut screen = screen(false);
        screen.assignment("assignment:a", Some(&assignment(Step::Sent))).unwrap();
        let before = printed(&screen).lines().count();
        screen.assignment("assignment:a", Some(&assignment(Step::Sent))).unwrap();
        assert_eq!(printed(&screen).lines().count(), before);
        screen.assignment("assignment:a", Some(&assignment(Step::Delivered))).unwrap();
        let text = printed(&screen);
        assert_eq!(text.lines().count(), before + 1);
        assert!(text.ends_with("[sampai]\n"), "{text}");
    }

    #[test]
    fn what_has_ended_before_it_was_seen_is_one_line() {
        let mut screen = screen(false);
        screen.assignment("assignment:a", Some(&assignment(Step::Completed))).unwrap();
        assert_eq!(printed(&screen).lines().count(), 1);
    }

    #[test]
    fn a_removed_assignment_is_told_once_by_its_number() {
        let mut screen = screen(false);
        screen.assignment("assignment:a", None).unwrap();
        assert!(printed(&screen).is_empty());
        screen.assignment("assignment:a", Some(&assignment(Step::Sent))).unwrap();
        screen.assignment("assignment:a", None).unwrap();
        assert!(printed(&screen).ends_with("SKW-20261122-0042: tidak lagi untuk instansi ini\n"));
    }

    #[test]
    fn programs_get_one_object_a_line() {
        let mut screen = screen(true);
        screen.assignment("assignment:a", Some(&assignment(Step::Sent))).unwrap();
        screen.assignment("assignment:a", Some(&assignment(Step::Delivered))).unwrap();
        screen.assignment("assignment:a", None).unwrap();
        let lines: Vec<Value> = printed(&screen).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 3);
        assert_eq!((&lines[0]["event"], &lines[0]["new"]), (&json!("assignment"), &json!(true)));
        assert_eq!(lines[1]["assignment"]["step"], "STEP_DELIVERED");
        assert_eq!(lines[2]["event"], "removed");
    }
}
