//! Writes the invented sample reports as PDF files, to look at after a change of the template:
//! `cargo run -p siaga-reports --example sample -- FOLDER [NAME]`, NAME being a part of the names wanted.

use std::path::PathBuf;

use siaga_domain::report::{ReportLanguage, ReportRenderer};
use siaga_reports::TypstReportRenderer;

#[path = "../src/sample.rs"]
mod sample;

#[path = "../src/activity/sample.rs"]
mod activity;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder: PathBuf = std::env::args_os().nth(1).ok_or("name the folder to write to")?.into();
    let wanted = std::env::args().nth(2).unwrap_or_default();
    let renderer = TypstReportRenderer::new();
    let mut restricted = sample::simple();
    restricted.caller = siaga_domain::report::Personal::Withheld;
    for (name, report, language) in [
        ("simple-id.pdf", sample::simple(), ReportLanguage::Indonesian),
        ("simple-en.pdf", sample::simple(), ReportLanguage::English),
        ("restricted.pdf", restricted, ReportLanguage::Indonesian),
        ("long.pdf", sample::long(120), ReportLanguage::Indonesian),
        ("empty.pdf", sample::empty(), ReportLanguage::Indonesian),
        ("5000.pdf", sample::long(5000), ReportLanguage::Indonesian),
    ] {
        if name.contains(&wanted) {
            std::fs::write(folder.join(name), renderer.render(&report, language)?)?;
        }
    }
    for (name, report, language) in [
        ("activity-id.pdf", activity::month(), ReportLanguage::Indonesian),
        ("activity-en.pdf", activity::month(), ReportLanguage::English),
        ("activity-empty.pdf", activity::empty(), ReportLanguage::Indonesian),
    ] {
        if name.contains(&wanted) {
            std::fs::write(folder.join(name), renderer.render_activity(&report, language)?)?;
        }
    }
    Ok(())
}
