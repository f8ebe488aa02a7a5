//! What an agency is called where there is little room.

use std::collections::HashMap;

/// Codes of up to this many letters are abbreviations where the name does not spell them.
const ABBREVIATION_MAX: usize = 4;

/// The agency's code as the field writes it. Words of the code that stand in the name are spelled as there
/// (`bpks-bhakti-suci` becomes `BPKS Bhakti Suci`), short ones are abbreviations (`dlh`: `DLH`), a number stands apart
/// (`psc119`: `PSC 119`). The console does the same for its lists.
pub fn short_name(code: &str, name: &str) -> String {
    let words = name.split(|character: char| !character.is_alphanumeric());
    let spelled: HashMap<String, &str> = words.map(|word| (word.to_lowercase(), word)).collect();
    let parts: Vec<String> = parts(code).into_iter().map(|part| written(&part, &spelled)).collect();
    parts.join(" ")
}

/// Runs of letters and runs of digits.
fn parts(code: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut before: Option<bool> = None;
    for character in code.chars() {
        let digit = character.is_numeric();
        match (parts.last_mut(), before) {
            _ if !character.is_alphanumeric() => {
                before = None;
                continue;
            }
            (Some(part), Some(same)) if same == digit => part.push(character),
            _ => parts.push(character.to_string()),
        }
        before = Some(digit);
    }
    parts
}

fn written(part: &str, spelled: &HashMap<String, &str>) -> String {
    if let Some(known) = spelled.get(&part.to_lowercase()) {
        return (*known).to_owned();
    }
    if part.chars().count() <= ABBREVIATION_MAX {
        return part.to_uppercase();
    }
    let mut characters = part.chars();
    let first = characters.next().map(char::to_uppercase).into_iter().flatten();
    first.chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::short_name;

    #[test]
    fn agencies_are_called_as_the_field_calls_them() {
        for (code, name, short) in [
            ("damkar", "Pemadam Kebakaran Kota Singkawang", "Damkar"),
            ("bpks-bhakti-suci", "BPKS Bhakti Suci", "BPKS Bhakti Suci"),
            ("psc119", "PSC 119 Dinas Kesehatan", "PSC 119"),
            ("dlh", "Dinas Lingkungan Hidup", "DLH"),
            ("dishub", "Dinas Perhubungan", "Dishub"),
            ("manggala-agni", "Manggala Agni", "Manggala Agni"),
            ("rsud", "RSUD dr. Abdul Aziz", "RSUD"),
            ("polres", "", "Polres"),
            ("", "", ""),
        ] {
            assert_eq!(short_name(code, name), short);
        }
    }
}
