//! Whole documents of periods: their pages, and what can be read on them.

use siaga_domain::report::activity::{ActivityPeriod, ActivityReport};
use siaga_domain::report::{ReportLanguage, ReportRenderer};

use super::sample;
use crate::TypstReportRenderer;
use crate::tests::{assert_archival, assert_shows, squash, texts_of};
use crate::world::Template;

fn pages(report: &ActivityReport, language: ReportLanguage) -> Vec<String> {
    let renderer = TypstReportRenderer::new();
    texts_of(&renderer.layout(Template::Activity, &renderer.activity_view(report, language)).unwrap())
}

fn indonesian(report: &ActivityReport) -> String {
    pages(report, ReportLanguage::Indonesian).concat()
}

fn render(report: &ActivityReport) -> Vec<u8> {
    TypstReportRenderer::new().render_activity(report, ReportLanguage::Indonesian).unwrap()
}

#[test]
fn a_month_has_its_figures_charts_and_map() {
    let report = sample::month();
    let pages = pages(&report, ReportLanguage::Indonesian);
    assert!((2..=4).contains(&pages.len()), "{} pages", pages.len());
    let all = pages.concat();
    for expected in [
        "LAPORAN BULANAN LAYANAN 112",
        "PEMERINTAH KOTA CONTOH",
        "Periode: Minggu, 1 November 2026 sampai Senin, 30 November 2026",
        "Prank dan ghost 52,6%",
        "Terputus sebelum dijawab",
        "95,5% Target 90%: tercapai",
        "85,5% tidak tercapai",
        "belum terukur",
        "Panggilan dan kejadian menurut hari",
        "Menurut jam dalam sehari, seluruh periode",
        "Kejadian menurut kelurahan",
        "Perbesaran bagian dalam bingkai",
        "25–30",
        "Batas wilayah: rekaan",
        "Jenis yang dilindungi",
        "Pemadam Kebakaran Kota Contoh 140 3",
        "9 dtk / 18 dtk",
        "Dicetak 1 Desember 2026 00.00 WIB oleh Supervisor piket",
        "nama dan tanda tangan",
    ] {
        assert_shows(&all, expected);
    }
    assert!(!all.contains("SEMENTARA"), "the month was over");
    for group in &report.kelurahan {
        assert_shows(&all, &group.name);
    }
    assert_archival(&render(&report));
}

#[test]
fn a_week_is_told_by_its_days_and_a_day_by_its_hours() {
    let mut week = sample::month();
    week.period = ActivityPeriod::Week;
    week.spans.truncate(7);
    let all = indonesian(&week);
    assert_shows(&all, "LAPORAN MINGGUAN LAYANAN 112");
    assert_shows(&all, "Minggu 1/11");
    let mut day = sample::month();
    day.period = ActivityPeriod::Day;
    (day.from, day.to) = (day.to.plus_ms(-86_400_000), day.to);
    for (span, hour) in day.spans.iter_mut().zip(0_i64..) {
        span.from = day.from.plus_ms(hour * 3_600_000);
    }
    day.spans.truncate(24);
    day.printed_at = day.to.plus_ms(-1);
    let all = indonesian(&day);
    for expected in ["LAPORAN HARIAN LAYANAN 112", "Periode: Senin, 30 November 2026", "22.00", "SEMENTARA"] {
        assert_shows(&all, expected);
    }
    assert!(!all.contains(&squash("Menurut jam dalam sehari")), "the hours of a day are its spans");
}

#[test]
fn an_empty_day_says_so_and_has_no_map() {
    let report = sample::empty();
    let all = indonesian(&report);
    assert!(all.matches(&squash("Tidak ada pada periode ini.")).count() >= 4, "{all}");
    assert!(!all.contains(&squash("Kejadian menurut kelurahan")));
    assert_archival(&render(&report));
}

#[test]
fn the_english_form_is_english() {
    let all = pages(&sample::month(), ReportLanguage::English).concat();
    for expected in ["MONTHLY REPORT OF THE 112 SERVICE", "not met", "Incidents by kelurahan", "Page 1 of"] {
        assert_shows(&all, expected);
    }
}

#[test]
fn names_are_printed_not_obeyed() {
    let hostile = "#panic(\"x\") *a* $x$ <label> \u{202E}@acuan";
    let mut report = sample::month();
    report.types[0].name = hostile.to_owned();
    report.kelurahan[0].name = hostile.to_owned();
    report.agencies[0].name = hostile.to_owned();
    report.levels[0].name = hostile.to_owned();
    report.credits = vec![hostile.to_owned()];
    let shown = squash("#panic(\"x\") *a* $x$ <label> @acuan");
    assert!(indonesian(&report).matches(&shown).count() >= 5);
    assert_archival(&render(&report));
}

#[test]
fn borders_that_are_no_borders_do_not_stop_the_document() {
    let mut report = sample::month();
    report.areas[0].polygons = vec![vec![vec![[109.0, 0.9]]], vec![], vec![vec![]]];
    report.areas[1].polygons[0][0].extend([[109.0, 0.9]; 5_000]);
    report.areas[2].code.clear();
    assert_shows(&indonesian(&report), "Kejadian menurut kelurahan");
}
