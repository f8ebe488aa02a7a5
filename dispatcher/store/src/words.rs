//! How text is split for searching: the same for both databases, and the same for what is stored
//! and what is asked, so that a search never depends on a database's own parser.

/// Longer words are cut: nobody types them, and the indexes have limits.
const MAX_WORD_CHARS: usize = 40;

/// The words of a text: lower case, letters and digits alone. Han characters, which are written
/// without spaces, are words of their own.
#[must_use]
pub fn split_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut chars = 0;
    for c in text.chars() {
        let han = is_han(c);
        if (han || !c.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
            chars = 0;
        }
        if han {
            words.push(c.to_string());
        } else if c.is_alphanumeric() && chars < MAX_WORD_CHARS {
            word.extend(c.to_lowercase().filter(|c| c.is_alphanumeric()));
            chars += 1;
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{20000}'..='\u{323AF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_lower_case_letters_and_digits() {
        assert_eq!(split_words("Ruko-3, Jl. DIPONEGORO\tno.12B!"), ["ruko", "3", "jl", "diponegoro", "no", "12b"]);
        assert_eq!(split_words("火灾 api"), ["火", "灾", "api"]);
        assert_eq!(split_words(" \"'*:&|! "), Vec::<String>::new());
        assert_eq!(split_words(&"x".repeat(100)), ["x".repeat(MAX_WORD_CHARS)]);
    }
}
