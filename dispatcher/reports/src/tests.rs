//! Whole documents: their pages, and what can be read on them.

use siaga_domain::report::{IncidentReport, Personal, ReportError, ReportLanguage, ReportRenderer};
use typst::layout::{Frame, FrameItem};
use typst_layout::PagedDocument;

use crate::TypstReportRenderer;
use crate::sample;
use crate::view::{CALLS_MAX, TIMELINE_ROWS_MAX};
use crate::world::Template;

/// The text of each page, without blanks, since a line may break anywhere.
fn pages(report: &IncidentReport, language: ReportLanguage) -> Vec<String> {
    let renderer = TypstReportRenderer::new();
    texts_of(&renderer.layout(Template::Incident, &renderer.view(report, language)).unwrap())
}

/// The text of each page, without blanks.
pub(crate) fn texts_of(document: &PagedDocument) -> Vec<String> {
    document
        .pages()
        .iter()
        .map(|page| {
            let mut text = String::new();
            collect(&page.frame, &mut text);
            squash(&text)
        })
        .collect()
}

fn collect(frame: &Frame, text: &mut String) {
    for (_, item) in frame.items() {
        match item {
            FrameItem::Group(group) => collect(&group.frame, text),
            FrameItem::Text(run) => text.push_str(&run.text),
            _ => {}
        }
    }
}

pub(crate) fn squash(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200B}').collect()
}

#[track_caller]
pub(crate) fn assert_shows(page: &str, expected: &str) {
    assert!(page.contains(&squash(expected)), "{expected:?} is not in:\n{page}");
}

fn indonesian(report: &IncidentReport) -> Vec<String> {
    pages(report, ReportLanguage::Indonesian)
}

fn render(report: &IncidentReport) -> Vec<u8> {
    TypstReportRenderer::new().render(report, ReportLanguage::Indonesian).unwrap()
}

pub(crate) fn contains(bytes: &[u8], needle: &str) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[track_caller]
pub(crate) fn assert_archival(pdf: &[u8]) {
    assert!(pdf.starts_with(b"%PDF-1.7"));
    assert!(contains(pdf, "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>"));
    assert!(contains(pdf, "<pdfuaid:part>1</pdfuaid:part>"));
}

#[test]
fn a_simple_case_is_one_page_with_everything_on_it() {
    let report = sample::simple();
    let pages = indonesian(&report);
    assert_eq!(pages.len(), 1);
    let page = &pages[0];
    for expected in [
        "LAPORAN PENANGANAN KEJADIAN DARURAT",
        "PEMERINTAH KOTA SINGKAWANG",
        "Nomor kasus: SKW-20261122-0042",
        "Minggu, 22 November 2026",
        sample::CALLER_NAME,
        sample::CALLER_PHONE,
        "Kel. Melayu, Kec. Singkawang Barat",
        "0,90412° LU, 108,98321° BT (±18 m)",
        "T0 Panggilan masuk 21.46.18",
        "T13 Diterima pusat data 22.51.24",
        "Persiapan 1 mnt 39 dtk",
        "Jumlah 55 mnt 20 dtk",
        "T dilaporkan lewat telepon",
        "Diduga hubungan arus pendek",
        "luka 2 orang",
        "diungsikan tidak diketahui",
        "Peraturan Wali Kota Singkawang Nomor 67 Tahun 2022",
        "Dicetak 22 November 2026 22.52 WIB oleh Operator 112",
        "Halaman 1 dari 1",
    ] {
        assert_shows(page, expected);
    }
    for entry in &report.timeline {
        assert_shows(page, &entry.text);
    }
    for absent in ["SEMENTARA", "TERBATAS", "□", "K koreksi"] {
        assert!(!page.contains(&squash(absent)), "{absent:?} should not be on the page");
    }
    assert_archival(&render(&report));
}

/// What the core makes of a real flow; its own test keeps the file.
const SIMPLE_CASE: &str = include_str!("../testdata/simple-case.json");

#[test]
fn a_simple_case_of_a_real_flow_is_one_page_and_says_it_all() {
    let report: IncidentReport = serde_json::from_str(SIMPLE_CASE).unwrap();
    assert!(report.agencies.len() == 2 && report.agencies.iter().all(|agency| agency.units.len() == 1));
    for language in [ReportLanguage::Indonesian, ReportLanguage::English] {
        let pages = pages(&report, language);
        assert_eq!(pages.len(), 1);
        for entry in &report.timeline {
            assert_shows(&pages[0], &entry.text);
        }
    }
}

#[test]
fn the_english_form_is_english_and_one_page_too() {
    let pages = pages(&sample::simple(), ReportLanguage::English);
    assert_eq!(pages.len(), 1);
    for expected in [
        "EMERGENCY INCIDENT HANDLING REPORT",
        "Sunday, 22 November 2026",
        "T9 Unit on scene 21:54:30",
        "evacuated unknown",
        "Page 1 of 1",
    ] {
        assert_shows(&pages[0], expected);
    }
    assert!(!pages[0].contains("tidak"));
}

#[test]
fn a_long_case_numbers_its_pages_and_repeats_heads() {
    let pages = indonesian(&sample::long(200));
    assert!(pages.len() >= 4, "{} pages", pages.len());
    for (index, page) in pages.iter().enumerate() {
        assert_shows(page, &format!("Halaman {} dari {}", index + 1, pages.len()));
        assert_shows(page, "TERBATAS");
        if page.contains("Catatanke-") {
            assert_shows(page, "Waktu Pelaku Peristiwa");
        }
    }
    let all = pages.concat();
    for expected in [
        "Menolak: 21.48.28. dua mobil sedang diperbaiki",
        "9 panggilan",
        "Catatan ke-200",
        "23/11 00.",
        "Pusat panggilan Kabupaten Sambas",
        "SKW-20261122-0044, SKW-20261122-0045",
    ] {
        assert_shows(&all, expected);
    }
    let last = pages.last().unwrap();
    assert_shows(last, "nama dan tanda tangan");
    assert_shows(last, "Hasil akhir");
}

#[test]
fn missing_data_are_called_missing() {
    let report = sample::empty();
    let pages = indonesian(&report);
    assert_eq!(pages.len(), 1);
    let page = &pages[0];
    // Fourteen stamps and nine intervals at least.
    assert!(page.matches("tidaktercatat").count() >= 23);
    assert_eq!(page.matches("tidakdiketahui").count(), 4);
    for expected in ["SEMENTARA", "Tidak ada instansi", "Tidak ada catatan", "belum diverifikasi"] {
        assert_shows(page, expected);
    }
    assert_archival(&render(&report));
}

#[test]
fn a_caller_not_meant_for_the_reader_is_nowhere() {
    for (caller, words) in [
        (Personal::Withheld, "Pelapor tidak ditampilkan untuk penerima ini"),
        (Personal::Erased, "Pelapor telah dihapus sesuai ketentuan"),
    ] {
        let mut report = sample::simple();
        report.caller = caller;
        let page = indonesian(&report).concat();
        assert_shows(&page, words);
        let pdf = render(&report);
        for personal in [sample::CALLER_NAME, sample::CALLER_PHONE] {
            assert!(!page.contains(&squash(personal)));
            assert!(!contains(&pdf, personal));
        }
    }
}

#[test]
fn markup_in_a_text_is_printed_not_obeyed() {
    let hostile = "#panic(\"x\") #read(\"/etc/passwd\") *a* _b_ $x^2$ = judul \n- butir <label> @acuan \
                   \\u{41} `kode` ~ -- \"kutip\" https://contoh.invalid/ #pagebreak() // akhir";
    let mut report = sample::simple();
    report.narrative = Personal::Shown(hostile.to_owned());
    report.timeline[0].text = hostile.to_owned();
    report.agencies[0].name = hostile.to_owned();
    report.letterhead.lines[1] = hostile.to_owned();
    report.printed_by = hostile.to_owned();
    report.number = hostile.to_owned();
    report.result.outcome = Some(hostile.to_owned());
    let page = indonesian(&report).concat();
    assert!(page.matches(&squash(hostile)).count() >= 4, "{page}");
    assert_archival(&render(&report));
}

/// A bracket whose mirror image no embedded font has.
const BRACKET: char = '〔';

#[test]
fn what_the_archive_refuses_still_becomes_a_document() {
    let mut report = sample::simple();
    report.narrative = Personal::Shown(format!("שלום {BRACKET} שלום"));
    let pdf = render(&report);
    assert!(pdf.starts_with(b"%PDF-1.7"));
    assert!(!contains(&pdf, "<pdfaid:part>"), "a file must not claim what it does not keep");
}

#[test]
fn characters_of_every_kind_come_out_or_are_replaced() {
    let mut report = sample::simple();
    let every: String = (0..0x2_FFFF)
        .step_by(17)
        .filter_map(char::from_u32)
        // Brackets are mirrored in a right-to-left run, which the next test is about.
        .filter(|character| *character != BRACKET)
        .collect();
    assert!(every.chars().count() > 10_000);
    report.narrative = Personal::Shown(every);
    report.place.text = Personal::Shown("\u{202E}terbalik שלום مرحبا 🔥 廟 \u{0}\u{7}".to_owned());
    report.timeline[3].text = "\u{FFFE}\u{E000}\u{10FFFF}".to_owned();
    let page = indonesian(&report).concat();
    assert_shows(&page, "terbalik");
    assert_shows(&page, "□ menggantikan karakter");
    assert_archival(&render(&report));
}

#[test]
fn the_longest_narratives_fit_or_say_that_they_were_cut() {
    let mut report = sample::simple();
    report.narrative = Personal::Shown("x".repeat(10_000));
    let whole = indonesian(&report).concat();
    // Page ends stand between them, so they are counted.
    assert!(whole.matches('x').count() >= 10_000);
    report.narrative = Personal::Shown("kata ".repeat(20_000));
    assert_shows(&indonesian(&report).concat(), "[dipotong: 87999 karakter lagi ada di sistem]");
}

#[test]
fn five_thousand_entries_render_and_the_cut_is_told() {
    let mut report = sample::long(5_000);
    report.calls = vec![report.calls[0].clone(); CALLS_MAX + 2];
    let all = indonesian(&report).concat();
    assert_shows(&all, &format!("Catatan ke-{TIMELINE_ROWS_MAX}"));
    assert!(!all.contains(&format!("Catatanke-{}", TIMELINE_ROWS_MAX + 1)));
    let cut = 5_000 - TIMELINE_ROWS_MAX;
    assert_shows(&all, &format!("{cut} baris berikutnya tidak dicetak di sini"));
    assert_shows(&all, "2 baris berikutnya tidak dicetak di sini");
    assert_shows(&all, &format!("{} panggilan", CALLS_MAX + 2));
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let report = sample::simple();
    assert_eq!(render(&report), render(&report));
}

#[test]
fn a_full_queue_is_busy_and_recovers() {
    let renderer = TypstReportRenderer::new();
    let report = sample::empty();
    let places = renderer.take_all_places();
    let refused = renderer.render(&report, ReportLanguage::Indonesian);
    assert_eq!(refused, Err(ReportError::Busy));
    drop(places);
    assert!(renderer.render(&report, ReportLanguage::Indonesian).is_ok());
}
