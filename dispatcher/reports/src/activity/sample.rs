//! Invented reports of periods, for the tests and the `sample` example. Nothing in them is real.

use siaga_domain::Timestamp;
use siaga_domain::report::Letterhead;
use siaga_domain::report::activity::{
    ActivityAgency, ActivityArea, ActivityCount, ActivityDurations, ActivityGroup, ActivityHour, ActivityLevel,
    ActivityPeriod, ActivityReport, ActivitySpan, ActivityStage,
};

/// Sunday, 2026-11-22, 00.00 WIB.
const DAY_START_MS: i64 = 1_795_280_400_000;
const HOUR_MS: i64 = 3_600_000;
/// Kelurahan of the sample, six to a row; the last six are as small as an old town's.
const AREAS: u32 = 30;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(DAY_START_MS + ms)
}

fn took(count: u32, seconds: u64) -> ActivityDurations {
    let ms = seconds * 1000;
    ActivityDurations { count, p50_ms: Some(ms), p90_ms: Some(ms * 2), p95_ms: Some(ms * 3), longest_ms: Some(ms * 5) }
}

fn counts(counts: &[(&str, u32)]) -> Vec<ActivityCount> {
    counts.iter().map(|(name, count)| ActivityCount { name: (*name).to_owned(), count: *count }).collect()
}

fn square(index: u32) -> ActivityArea {
    let (column, row) = (f64::from(index % 6), f64::from(index / 6));
    let small = index >= AREAS - 6;
    let side = if small { 0.006 } else { 0.05 };
    let (west, south) = if small { (109.1 + column * side, 0.70) } else { (108.9 + column * side, 0.72 + row * side) };
    ActivityArea {
        code: format!("61.72.{index:02}"),
        label: (west + side / 2.0, south + side / 2.0),
        polygons: vec![vec![vec![
            [west, south],
            [west + side, south],
            [west + side, south + side],
            [west, south + side],
        ]]],
    }
}

/// Nothing happened on this day.
pub(crate) fn empty() -> ActivityReport {
    ActivityReport {
        letterhead: Letterhead {
            lines: vec!["Pemerintah Kota Contoh".to_owned(), "Dinas Contoh".to_owned()],
            contacts: Vec::new(),
            note: Some("Contoh: seluruh data dalam laporan ini adalah rekaan.".to_owned()),
            city: Some("Contoh".to_owned()),
        },
        period: ActivityPeriod::Day,
        from: at(0),
        to: at(24 * HOUR_MS),
        printed_at: at(25 * HOUR_MS),
        printed_by: "Supervisor piket".to_owned(),
        calls: counts(&[("Panggilan", 0)]),
        cases: counts(&[("Kejadian dibuka", 0)]),
        nuisance_percent: None,
        levels: Vec::new(),
        stages: Vec::new(),
        types: Vec::new(),
        kelurahan: Vec::new(),
        agencies: Vec::new(),
        spans: Vec::new(),
        hours: vec![ActivityHour::default(); 24],
        areas: Vec::new(),
        credits: Vec::new(),
    }
}

fn group(code: String, name: &str, count: u32) -> ActivityGroup {
    ActivityGroup { code, name: name.to_owned(), count, arrival: took(count, 420) }
}

fn calls() -> Vec<ActivityCount> {
    counts(&[
        ("Panggilan", 1214),
        ("Panggilan normal", 402),
        ("Panggilan informasi", 131),
        ("Panggilan prank", 388),
        ("Panggilan ghost", 251),
        ("Salah sambung", 30),
        ("Terputus sebelum dijawab", 12),
        ("Belum ditandai", 0),
    ])
}

fn cases() -> Vec<ActivityCount> {
    counts(&[("Kejadian dibuka", 318), ("Masih terbuka", 2), ("Ditutup", 290), ("Dibatalkan", 11), ("Digabung", 15)])
}

/// A month with something of everything.
pub(crate) fn month() -> ActivityReport {
    let level = |name: &str, target_percent: u32, within: u32| ActivityLevel {
        name: name.to_owned(),
        source: "NENA-STA-020.1-2020".to_owned(),
        target_percent,
        measured: 200,
        within,
        durations: took(200, 6),
    };
    let types =
        ["Kebakaran bangunan", "Kecelakaan lalu lintas", "Gawat darurat medis", "Jenis yang dilindungi", "Banjir"];
    let agencies = ["Pemadam Kebakaran Kota Contoh", "PSC 119 Dinas Kesehatan", "Polres Contoh"];
    ActivityReport {
        period: ActivityPeriod::Month,
        from: at(-21 * 24 * HOUR_MS),
        to: at(9 * 24 * HOUR_MS),
        printed_at: at(9 * 24 * HOUR_MS),
        calls: calls(),
        cases: cases(),
        nuisance_percent: Some(52.6),
        levels: vec![
            level("Dijawab ≤ 15 detik", 90, 191),
            level("Dibaca SKPD ≤ 30 detik", 95, 171),
            ActivityLevel {
                measured: 0,
                within: 0,
                durations: ActivityDurations::default(),
                ..level("Kebakaran: tiba ≤ 15 menit", 90, 0)
            },
        ],
        stages: ["Berdering sampai dijawab", "Dijawab sampai dikirim ke SKPD", "Laporan sampai unit pertama tiba"]
            .into_iter()
            .zip([6, 48, 540])
            .map(|(name, seconds)| ActivityStage { name: name.to_owned(), durations: took(200, seconds) })
            .collect(),
        types: types
            .into_iter()
            .zip([96, 88, 71, 6, 1])
            .map(|(name, count)| group(name.to_owned(), name, count))
            .collect(),
        kelurahan: (0..AREAS - 4)
            .map(|index| group(format!("61.72.{index:02}"), &format!("Kelurahan {index}"), 26 - index))
            .collect(),
        agencies: agencies
            .into_iter()
            .zip([140, 96, 61])
            .map(|(name, count)| ActivityAgency {
                name: name.to_owned(),
                count,
                declined: count / 40,
                read: took(count, 9),
                arrival: took(count, 430),
            })
            .collect(),
        spans: (0..30)
            .map(|day| {
                let calls = 30 + u32::try_from((day * 7) % 23).unwrap_or(0);
                ActivitySpan { from: at((day - 21) * 24 * HOUR_MS), calls, nuisance: calls / 2, cases: calls / 4 }
            })
            .collect(),
        hours: (0..24).map(|hour: u32| ActivityHour { calls: 20 + hour * 4, cases: hour }).collect(),
        areas: (0..AREAS).map(square).collect(),
        credits: vec!["Batas wilayah: rekaan".to_owned()],
        ..empty()
    }
}
