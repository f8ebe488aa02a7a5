//! The documents say what the source says.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() {
            if !["target", "node_modules", "web", "tests"].contains(&name.to_str().unwrap()) {
                sources(&path, files);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn codes(text: &str) -> BTreeSet<String> {
    let found = text.match_indices("SIAGA-").filter_map(|(at, _)| text.get(at..at + 10));
    found.filter(|code| code[6..].bytes().all(|byte| byte.is_ascii_digit())).map(str::to_owned).collect()
}

#[test]
fn every_error_code_is_explained_and_every_explained_one_exists() {
    let mut files = Vec::new();
    for folder in ["dispatcher", "agency-gateway", "operator-console"] {
        sources(&root().join(folder), &mut files);
    }
    assert!(files.len() > 100, "the sources were not found");
    let raised: BTreeSet<String> =
        files.iter().flat_map(|path| codes(&std::fs::read_to_string(path).unwrap())).collect();
    let explained = codes(&std::fs::read_to_string(root().join("docs/errors.md")).unwrap());
    // An example of the form, used in texts.
    let example = BTreeSet::from(["SIAGA-1042".to_owned()]);
    let unexplained: Vec<_> = raised.difference(&explained).filter(|code| !example.contains(*code)).collect();
    assert!(unexplained.is_empty(), "not in docs/errors.md: {unexplained:?}");
    let unknown: Vec<_> = explained.difference(&raised).collect();
    assert!(unknown.is_empty(), "in docs/errors.md, but nowhere raised: {unknown:?}");
}
