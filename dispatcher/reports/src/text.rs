//! Makes any text printable: nothing in it can change the layout, the reading order or the file's
//! validity. Markup needs no care here, because the template gets texts as values, never as source.

use std::cell::Cell;

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use crate::texts::Texts;

/// Stands for a character that no embedded font has, or that has no printed form.
const REPLACEMENT: char = '\u{25A1}';
/// Lets a line break within a run that has no other place for it.
const BREAK: char = '\u{200B}';
/// A longer run without a space gets breaks: it would overrun a narrow column.
const RUN_CHARS_MAX: usize = 24;
/// The same for texts that have the page's full width, such as addresses of the letterhead, which
/// people copy out of the document.
const WIDE_RUN_CHARS_MAX: usize = 80;
/// Where breaks are needed, one comes after this many characters.
const BREAK_EVERY_CHARS: usize = 12;
/// Marks stacked on one letter beyond this are dropped: they would be drawn over other lines.
const STACKED_MARKS_MAX: usize = 3;
/// Line breaks kept in one text; further ones become spaces, so that a text of nothing but line
/// breaks does not make a hundred empty pages.
const LINES_MAX: usize = 400;

/// Tells which characters the embedded fonts can draw.
pub(crate) trait Glyphs {
    /// Whether some embedded font has a glyph for it.
    fn has(&self, character: char) -> bool;
    /// Whether one of the document's own families has glyphs for all of these, which a letter
    /// and its marks need: they are drawn from one font or not at all.
    fn has_together(&self, cluster: &[char]) -> bool;
}

/// Cleans the texts of one document and remembers whether it had to replace anything.
pub(crate) struct Cleaner<'a> {
    glyphs: &'a dyn Glyphs,
    texts: &'static Texts,
    replaced: Cell<bool>,
}

impl<'a> Cleaner<'a> {
    pub(crate) fn new(glyphs: &'a dyn Glyphs, texts: &'static Texts) -> Self {
        Self { glyphs, texts, replaced: Cell::new(false) }
    }

    /// Whether any text so far held a character that could not be printed.
    pub(crate) fn has_replaced(&self) -> bool {
        self.replaced.get()
    }

    /// A text of one line: line breaks become spaces.
    pub(crate) fn line(&self, text: &str, chars_max: usize) -> String {
        self.clean(text, chars_max, Output::new(0, RUN_CHARS_MAX))
    }

    /// A text of one line that has the page's full width.
    pub(crate) fn wide_line(&self, text: &str, chars_max: usize) -> String {
        self.clean(text, chars_max, Output::new(0, WIDE_RUN_CHARS_MAX))
    }

    /// A text that keeps its line breaks.
    pub(crate) fn block(&self, text: &str, chars_max: usize) -> String {
        self.clean(text, chars_max, Output::new(LINES_MAX, RUN_CHARS_MAX))
    }

    fn clean(&self, text: &str, chars_max: usize, mut output: Output) -> String {
        let mut cluster = Vec::with_capacity(1 + STACKED_MARKS_MAX);
        let mut characters = text.trim().chars();
        for character in characters.by_ref().take(chars_max) {
            match character {
                '\r' => {}
                '\n' | '\u{0B}' | '\u{0C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => output.newline(),
                _ if character.is_whitespace() => output.space(),
                _ if is_ignorable(character) => {}
                _ if is_mark(character) => {
                    cluster.push(character);
                    if cluster.len() <= 1 + STACKED_MARKS_MAX && self.glyphs.has_together(&cluster) {
                        output.push_mark(character);
                    } else {
                        cluster.pop();
                        self.replaced.set(true);
                    }
                    continue;
                }
                _ if self.is_printable(character) => {
                    cluster.clear();
                    cluster.push(character);
                    output.push(character);
                    continue;
                }
                _ => {
                    self.replaced.set(true);
                    output.push(REPLACEMENT);
                }
            }
            // No mark can sit on a blank or on the replacement.
            cluster.clear();
        }
        let mut cleaned = output.finish();
        let cut = characters.count();
        if cut > 0 {
            cleaned.push(' ');
            cleaned.push_str(&self.texts.cut_text.replacen("{}", &cut.to_string(), 1));
        }
        cleaned
    }

    fn is_printable(&self, character: char) -> bool {
        // Private-use characters have a glyph in some fonts, but no meaning that a reader could
        // search for, and PDF/A forbids them.
        !character.is_control() && !is_private_use(character) && self.glyphs.has(character)
    }
}

/// Collects cleaned characters, holding back blanks until something follows them.
struct Output {
    text: String,
    lines_left: usize,
    pending_newlines: usize,
    pending_space: bool,
    run_chars: usize,
    run_chars_max: usize,
}

impl Output {
    fn new(lines_max: usize, run_chars_max: usize) -> Self {
        Self {
            text: String::new(),
            lines_left: lines_max,
            pending_newlines: 0,
            pending_space: false,
            run_chars: 0,
            run_chars_max,
        }
    }

    fn space(&mut self) {
        self.pending_space = true;
    }

    fn newline(&mut self) {
        if self.lines_left == 0 {
            self.space();
        } else if self.pending_newlines < 2 {
            self.pending_newlines += 1;
            self.lines_left -= 1;
        }
    }

    fn push(&mut self, character: char) {
        if self.pending_newlines > 0 {
            self.text.extend(std::iter::repeat_n('\n', self.pending_newlines));
            self.run_chars = 0;
        } else if self.pending_space && !self.text.is_empty() {
            self.text.push(' ');
            self.run_chars = 0;
        }
        self.pending_newlines = 0;
        self.pending_space = false;
        self.run_chars += 1;
        if self.run_chars > self.run_chars_max {
            self.text.push(BREAK);
            self.run_chars = self.run_chars_max.saturating_sub(BREAK_EVERY_CHARS) + 1;
        }
        self.text.push(character);
    }

    /// A mark belongs to what was pushed last: no break may part them.
    fn push_mark(&mut self, mark: char) {
        self.text.push(mark);
    }

    fn finish(self) -> String {
        self.text
    }
}

/// Characters without a form of their own. Direction overrides are among them: left in, they would
/// let a text show itself in another order than it was typed.
fn is_ignorable(character: char) -> bool {
    matches!(character,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
        | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

fn is_private_use(character: char) -> bool {
    matches!(character,
        '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}')
}

/// Accents, vowel points and the like: drawn on the character before them.
fn is_mark(character: char) -> bool {
    character.general_category_group() == GeneralCategoryGroup::Mark
}

#[cfg(test)]
mod tests {
    use siaga_domain::report::ReportLanguage;

    use super::*;

    struct Latin;

    impl Glyphs for Latin {
        fn has(&self, character: char) -> bool {
            u32::from(character) < 0x250 || is_mark(character)
        }

        fn has_together(&self, cluster: &[char]) -> bool {
            cluster.len() > 1 && cluster.iter().all(|character| self.has(*character))
        }
    }

    fn clean(text: &str) -> (String, bool) {
        let cleaner = Cleaner::new(&Latin, Texts::of(ReportLanguage::Indonesian));
        let cleaned = cleaner.block(text, 1000);
        (cleaned, cleaner.has_replaced())
    }

    #[test]
    fn plain_text_and_markup_stay_as_typed() {
        let text = "#eval(\"1\") *tebal* $x$ @label <a> \\ `kode` // bukan komentar";
        assert_eq!(clean(text), (text.to_owned(), false));
    }

    #[test]
    fn what_cannot_be_printed_is_replaced_and_remembered() {
        assert_eq!(clean("api 🔥 \u{0}"), ("api □ □".to_owned(), true));
        assert_eq!(clean("\u{E000}"), ("□".to_owned(), true));
    }

    #[test]
    fn direction_overrides_and_invisible_characters_go() {
        assert_eq!(clean("a\u{202E}b\u{200B}c\u{FEFF}"), ("abc".to_owned(), false));
    }

    #[test]
    fn blanks_are_folded_and_line_breaks_limited() {
        assert_eq!(clean(" a\t b\r\n\n\n\n c ").0, "a b\n\nc");
        let cleaner = Cleaner::new(&Latin, Texts::of(ReportLanguage::Indonesian));
        assert_eq!(cleaner.line("a\nb", 10), "a b");
        let many = cleaner.block(&"a\n".repeat(2000), 10_000);
        assert_eq!(many.matches('\n').count(), LINES_MAX);
    }

    #[test]
    fn long_runs_can_break_and_stacked_marks_are_few() {
        let (run, _) = clean(&"x".repeat(100));
        assert!(run.split(BREAK).all(|part| part.chars().count() <= RUN_CHARS_MAX));
        assert_eq!(run.replace(BREAK, ""), "x".repeat(100));
        assert!(run.contains(BREAK));
        let address = "kominfo@singkawangkota.go.id";
        let cleaner = Cleaner::new(&Latin, Texts::of(ReportLanguage::Indonesian));
        assert_eq!(cleaner.wide_line(address, 100), address);
        assert_eq!(clean(&format!("a{}", "\u{301}".repeat(50))).0.chars().count(), 4);
        assert_eq!(clean("\u{301}a").0, "a", "a mark with nothing below it");
    }

    #[test]
    fn a_cut_text_says_how_much_is_missing() {
        let cleaner = Cleaner::new(&Latin, Texts::of(ReportLanguage::Indonesian));
        let cut = cleaner.line("abcdef", 4);
        assert_eq!(cut, "abcd [dipotong: 2 karakter lagi ada di sistem]");
    }
}
