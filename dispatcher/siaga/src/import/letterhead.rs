//! `siaga import letterhead FILE`.

use siaga_domain::catalog::Letterhead;

use super::{Problem, Refused, Source};

/// Lines of each list at most; more do not fit the head of a page.
const LINES_MAX: usize = 8;
/// Characters of a line at most.
const LINE_CHARS: usize = 200;
/// Characters of a name at most.
const NAME_CHARS: usize = 80;

/// Reads the letterhead of reports, and the names of city and service, as TOML: `lines`, `contacts`, `legal_basis`
/// (may be left out), `city_name`, `brand`.
///
/// # Errors
/// What is not TOML, with its row; else all fields that are wrong.
pub fn letterhead(source: Source<'_>) -> Result<Letterhead, Refused> {
    let problem = |row: Option<u64>, column: Option<&str>, message: String| Problem {
        file: source.name.to_owned(),
        row,
        column: column.map(str::to_owned),
        message,
    };
    let text = std::str::from_utf8(source.bytes).map_err(|_| problem(None, None, "is not UTF-8".into()))?;
    let head: Letterhead = toml::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
        let row = error.span().map(|span| 1 + text[..span.start.min(text.len())].matches('\n').count() as u64);
        problem(row, None, error.message().trim().to_owned())
    })?;
    let mut problems = Vec::new();
    for (field, lines, least) in
        [("lines", &head.lines, 1), ("contacts", &head.contacts, 0), ("legal_basis", &head.legal_basis, 0)]
    {
        if !(least..=LINES_MAX).contains(&lines.len()) {
            let message = format!("has {} lines; write {least} to {LINES_MAX}", lines.len());
            problems.push(problem(None, Some(field), message));
        }
        for line in lines.iter().filter(|line| !fits(line, LINE_CHARS)) {
            let message = format!("`{}` must have 1 to {LINE_CHARS} characters, in one line", shown(line));
            problems.push(problem(None, Some(field), message));
        }
    }
    for (field, name) in [("city_name", &head.city_name), ("brand", &head.brand)] {
        if !fits(name, NAME_CHARS) {
            let message = format!("`{}` must have 1 to {NAME_CHARS} characters, in one line", shown(name));
            problems.push(problem(None, Some(field), message));
        }
    }
    if problems.is_empty() { Ok(head) } else { Err(Refused(problems)) }
}

fn fits(text: &str, chars_max: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= chars_max && !text.contains(char::is_control)
}

/// The beginning of a text, for a message.
fn shown(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Letterhead, Refused> {
        letterhead(Source { name: "letterhead.toml", bytes: text.as_bytes() })
    }

    const GOOD: &str = "lines = [\"KOTA CONTOH\"]\ncontacts = []\ncity_name = \"Contoh\"\nbrand = \"Contoh 112\"\n";

    #[test]
    fn a_letterhead_is_read() {
        let head = of(&format!("\u{feff}{GOOD}")).unwrap_or_else(|refused| panic!("{refused}"));
        assert_eq!((head.lines.len(), head.city_name.as_str(), head.legal_basis.len()), (1, "Contoh", 0));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, said) in [
            ("lines = [\"X\"]\ncontacts = 3\n".to_owned(), "letterhead.toml, row 2: "),
            (GOOD.replace("brand", "logo"), "letterhead.toml, row 4: unknown field `logo`"),
            (GOOD.replace("[\"KOTA CONTOH\"]", "[]"), "column lines: has 0 lines; write 1 to 8"),
            (GOOD.replace("\"Contoh\"", "\" \""), "column city_name: ` ` must have 1 to 80 characters"),
            (GOOD.replace("KOTA CONTOH", &"x".repeat(201)), "column lines: `xxxx"),
            (GOOD.replace("KOTA CONTOH", "A\\nB"), "column lines: `AB` must have"),
        ] {
            let refused = of(&text).unwrap_err().to_string();
            assert!(refused.contains(said), "{refused}");
        }
        let bytes = Source { name: "x", bytes: &[0xff] };
        assert!(letterhead(bytes).unwrap_err().to_string().contains("is not UTF-8"));
    }
}
