//! The words of a period's report, in both languages.

use siaga_domain::report::{ReportLanguage, activity::ActivityPeriod};

/// All words of one language that the report of a case has not.
pub(crate) struct Words {
    pub(super) titles: [&'static str; 3],
    pub(super) until: &'static str,
    pub(super) period: &'static str,
    pub(super) preliminary: &'static str,
    pub(super) masked: &'static str,

    pub(super) section_summary: &'static str,
    pub(super) section_levels: &'static str,
    pub(super) section_when: &'static str,
    pub(super) section_where: &'static str,
    pub(super) section_stages: &'static str,
    pub(super) section_types: &'static str,
    pub(super) section_agencies: &'static str,

    pub(super) calls: &'static str,
    pub(super) calls_by_kind: &'static str,
    pub(super) cases: &'static str,
    pub(super) cases_by_end: &'static str,
    pub(super) nuisance: &'static str,
    pub(super) target: &'static str,
    pub(super) kept: &'static str,
    pub(super) missed: &'static str,
    pub(super) unmeasured: &'static str,

    pub(super) level: &'static str,
    pub(super) measured: &'static str,
    pub(super) within: &'static str,
    pub(super) percent: &'static str,
    pub(super) verdict: &'static str,
    pub(super) stage: &'static str,
    pub(super) longest: &'static str,
    pub(super) kind: &'static str,
    pub(super) kelurahan: &'static str,
    pub(super) agency: &'static str,
    pub(super) count: &'static str,
    pub(super) declined: &'static str,
    pub(super) read: &'static str,
    pub(super) arrival: &'static str,
    pub(super) arrival_note: &'static str,
    pub(super) empty: &'static str,

    pub(super) by_hour: &'static str,
    pub(super) by_day: &'static str,
    pub(super) by_clock: &'static str,
    pub(super) chart_normal: &'static str,
    pub(super) chart_nuisance: &'static str,
    pub(super) chart_alt: &'static str,
    pub(super) clock_alt: &'static str,
    pub(super) map_title: &'static str,
    pub(super) map_alt: &'static str,
    pub(super) inset: &'static str,
    pub(super) legend: &'static str,
}

impl Words {
    pub(super) fn of(language: ReportLanguage) -> &'static Self {
        match language {
            ReportLanguage::Indonesian => &INDONESIAN,
            ReportLanguage::English => &ENGLISH,
        }
    }

    pub(super) fn title(&self, period: ActivityPeriod) -> &'static str {
        let [day, week, month] = self.titles;
        match period {
            ActivityPeriod::Day => day,
            ActivityPeriod::Week => week,
            ActivityPeriod::Month => month,
        }
    }
}

pub(super) static INDONESIAN: Words = Words {
    titles: ["Laporan Harian Layanan 112", "Laporan Mingguan Layanan 112", "Laporan Bulanan Layanan 112"],
    until: "sampai",
    period: "Periode",
    preliminary: "SEMENTARA: periode belum berakhir saat laporan ini dicetak",
    masked: "Jenis kejadian yang dilindungi dihitung bersama. Laporan ini tidak memuat data pribadi.",

    section_summary: "Ringkasan",
    section_levels: "Tingkat layanan terhadap target",
    section_when: "Kapan",
    section_where: "Di mana",
    section_stages: "Lama tiap tahap",
    section_types: "Menurut jenis kejadian",
    section_agencies: "Menurut instansi",

    calls: "Panggilan",
    calls_by_kind: "Panggilan menurut jenis",
    cases: "Kejadian",
    cases_by_end: "Kejadian menurut keadaan",
    nuisance: "Prank dan ghost",
    target: "Target",
    kept: "tercapai",
    missed: "tidak tercapai",
    unmeasured: "belum terukur",

    level: "Tingkat layanan",
    measured: "Diukur",
    within: "Dalam batas",
    percent: "Persen",
    verdict: "Hasil",
    stage: "Tahap",
    longest: "Terlama",
    kind: "Jenis kejadian",
    kelurahan: "Kelurahan",
    agency: "Instansi",
    count: "Jumlah",
    declined: "Ditolak",
    read: "Dibaca p50 / p90",
    arrival: "Tiba p50 / p90",
    arrival_note: "p50, p90, p95: setengah, sembilan dari sepuluh, sembilan belas dari dua puluh tidak lebih lama. \
                   Tiba: dari laporan sampai unit pertama di lokasi; pada instansi dari tugas dikirim.",
    empty: "Tidak ada pada periode ini.",

    by_hour: "Panggilan dan kejadian menurut jam",
    by_day: "Panggilan dan kejadian menurut hari",
    by_clock: "Menurut jam dalam sehari, seluruh periode",
    chart_normal: "panggilan",
    chart_nuisance: "prank dan ghost",
    chart_alt: "Diagram batang panggilan dan kejadian menurut waktu; angkanya ada pada lembar kerja laporan ini.",
    clock_alt: "Diagram batang panggilan dan kejadian menurut jam dalam sehari.",
    map_title: "Kejadian menurut kelurahan",
    map_alt: "Peta kota menurut kelurahan, makin gelap makin banyak kejadian; angkanya ada pada tabel kelurahan.",
    inset: "Perbesaran bagian dalam bingkai",
    legend: "Kejadian",
};

static ENGLISH: Words = Words {
    titles: [
        "Daily Report of the 112 Service",
        "Weekly Report of the 112 Service",
        "Monthly Report of the 112 Service",
    ],
    until: "to",
    period: "Period",
    preliminary: "PRELIMINARY: the period was not over when this copy was printed",
    masked: "Protected types of incidents are counted together. This report holds no personal data.",

    section_summary: "Summary",
    section_levels: "Service levels against their targets",
    section_when: "When",
    section_where: "Where",
    section_stages: "Duration of each stage",
    section_types: "By type of incident",
    section_agencies: "By agency",

    calls: "Calls",
    calls_by_kind: "Calls by kind",
    cases: "Incidents",
    cases_by_end: "Incidents by state",
    nuisance: "Prank and ghost",
    target: "Target",
    kept: "met",
    missed: "not met",
    unmeasured: "not measured",

    level: "Service level",
    measured: "Measured",
    within: "Within",
    percent: "Percent",
    verdict: "Result",
    stage: "Stage",
    longest: "Longest",
    kind: "Type of incident",
    kelurahan: "Kelurahan",
    agency: "Agency",
    count: "Count",
    declined: "Declined",
    read: "Read p50 / p90",
    arrival: "Arrival p50 / p90",
    arrival_note: "p50, p90, p95: half, nine in ten, nineteen in twenty took no longer. Arrival: from the report to the \
                   first unit on scene; of an agency from when it was sent.",
    empty: "None in this period.",

    by_hour: "Calls and incidents by hour",
    by_day: "Calls and incidents by day",
    by_clock: "By hour of the day, whole period",
    chart_normal: "calls",
    chart_nuisance: "prank and ghost",
    chart_alt: "Bar chart of calls and incidents over time; the figures are in the workbook of this report.",
    clock_alt: "Bar chart of calls and incidents by hour of the day.",
    map_title: "Incidents by kelurahan",
    map_alt: "Map of the city by kelurahan, the darker the more incidents; the figures are in the table of kelurahan.",
    inset: "The framed part enlarged",
    legend: "Incidents",
};
