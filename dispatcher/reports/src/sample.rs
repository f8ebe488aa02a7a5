//! Invented reports, for the tests and the `sample` example. Nobody and nothing in them is real.

use siaga_domain::Timestamp;
use siaga_domain::report::{
    IncidentReport, Letterhead, OnBehalfMeans, Personal, ReportAgency, ReportAgencyEnd, ReportAgencyRole, ReportCall,
    ReportCaller, ReportHandover, ReportKind, ReportMark, ReportPlace, ReportPoint, ReportResult, ReportStamp,
    ReportStep, ReportStepTime, ReportTimelineEntry, ReportUnit, ReportVictims,
};

/// 2026-11-22, 21.46.18 WIB.
const START_MS: i64 = 1_795_358_778_000;

const OPERATOR: &str = "Operator 112 meja 2";
const DAMKAR: &str = "Dispatcher Damkar";

/// The caller of the samples.
pub(crate) const CALLER_NAME: &str = "Pelapor Contoh";
/// Their number, from the invented block.
pub(crate) const CALLER_PHONE: &str = "0000-4410";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_ms(START_MS + seconds * 1000)
}

fn by(means: OnBehalfMeans) -> ReportMark {
    ReportMark { on_behalf: Some(means), ..ReportMark::default() }
}

fn stamp(seconds: i64) -> Option<ReportStamp> {
    Some(ReportStamp { at: at(seconds), mark: ReportMark::default() })
}

fn steps(seconds: &[(ReportStep, i64)], mark: &ReportMark) -> Vec<ReportStepTime> {
    let step = |&(step, seconds): &(ReportStep, i64)| ReportStepTime { step, at: at(seconds), mark: mark.clone() };
    seconds.iter().map(step).collect()
}

fn entry(seconds: i64, who: &str, text: &str) -> ReportTimelineEntry {
    ReportTimelineEntry { at: at(seconds), who: who.to_owned(), text: text.to_owned(), mark: ReportMark::default() }
}

/// Nothing recorded at all.
pub(crate) fn empty() -> IncidentReport {
    IncidentReport {
        letterhead: Letterhead::default(),
        number: "SKW-20261122-0043".to_owned(),
        revision: 1,
        sensitive: false,
        printed_at: at(40_000),
        printed_by: "Operator 112".to_owned(),
        kind: ReportKind::default(),
        place: ReportPlace::default(),
        caller: Personal::NotRecorded,
        call_count: 0,
        calls: Vec::new(),
        narrative: Personal::NotRecorded,
        stamps: Default::default(),
        agencies: Vec::new(),
        timeline: Vec::new(),
        result: ReportResult::default(),
        legal_basis: Vec::new(),
        closing_note: None,
    }
}

fn letterhead() -> Letterhead {
    Letterhead {
        lines: vec!["Pemerintah Kota Singkawang".to_owned(), "Dinas Komunikasi dan Informatika".to_owned()],
        contacts: vec![
            "Layanan Darurat 112 (Sigap 112) · Jalan Ahmad Yani No. 76 Singkawang, Kode Pos 79123".to_owned(),
            "Laman: www.kominfo.singkawangkota.go.id, Pos-el: kominfo@singkawangkota.go.id".to_owned(),
        ],
        note: Some("Contoh: seluruh data dalam laporan ini adalah rekaan.".to_owned()),
        city: Some("Singkawang".to_owned()),
    }
}

fn fire_brigade() -> ReportAgency {
    use ReportStep::{Accepted, Acknowledged, Completed, Delivered, EnRoute, OnScene, Sent, UnderControl};
    let none = ReportMark::default();
    let to_scene = [(Sent, 92), (EnRoute, 171), (OnScene, 492), (UnderControl, 2110), (Completed, 3320)];
    let unit = |name: &str, late: i64| ReportUnit {
        name: name.to_owned(),
        steps: steps(&to_scene.map(|(step, seconds)| (step, seconds + late)), &none),
    };
    ReportAgency {
        name: "Pemadam Kebakaran Kota Singkawang".to_owned(),
        role: ReportAgencyRole::Lead,
        steps: steps(
            &[
                (Sent, 66),
                (Delivered, 67),
                (Acknowledged, 72),
                (Accepted, 88),
                (EnRoute, 171),
                (OnScene, 492),
                (UnderControl, 2110),
                (Completed, 3320),
            ],
            &none,
        ),
        ended: None,
        readiness: Some("6 orang, 2 mobil pompa".to_owned()),
        actions: Some("Pemadaman dari dua sisi, pendinginan sisa api".to_owned()),
        units: vec![unit("Damkar-01", 0), unit("Damkar-02", 24)],
    }
}

fn ambulance() -> ReportAgency {
    use ReportStep::{Accepted, Acknowledged, Completed, EnRoute, OnScene, Sent};
    ReportAgency {
        name: "PSC 119 Dinas Kesehatan".to_owned(),
        role: ReportAgencyRole::Support,
        steps: steps(
            &[(Sent, 66), (Acknowledged, 118), (Accepted, 118), (EnRoute, 240), (OnScene, 610), (Completed, 3010)],
            &by(OnBehalfMeans::Phone),
        ),
        ended: None,
        readiness: Some("1 ambulans, 3 orang".to_owned()),
        actions: Some("Pertolongan pertama dua orang sesak napas, satu dirujuk".to_owned()),
        units: vec![ReportUnit {
            name: "Ambulans-03".to_owned(),
            steps: steps(&[(EnRoute, 240), (OnScene, 610), (Completed, 3010)], &by(OnBehalfMeans::Radio)),
        }],
    }
}

fn stamps() -> [Option<ReportStamp>; 14] {
    let seconds = [0, 6, 21, 44, 58, 66, 67, 72, 171, 492, 2110, 3320, 3905, 3906];
    let mut stamps = seconds.map(stamp);
    if let Some(controlled) = &mut stamps[10] {
        controlled.mark.recorded_later_at = Some(at(2400));
    }
    stamps
}

fn timeline() -> Vec<ReportTimelineEntry> {
    let mut timeline = vec![
        entry(0, "Sistem", "Panggilan masuk di jalur 112-03."),
        entry(6, OPERATOR, "Panggilan dijawab."),
        entry(
            21,
            OPERATOR,
            "Panggilan dihubungkan ke kejadian ini. Jenis panggilan: darurat. Kejadian SKW-20261122-0042 dibuka.",
        ),
        entry(44, OPERATOR, "Lokasi dipastikan dan diperbaiki: dibacakan dan dibenarkan pelapor."),
        entry(58, OPERATOR, "Jenis: Kebakaran bangunan, prioritas 1."),
        entry(66, OPERATOR, "Damkar: tugas dikirim sebagai pemimpin. PSC 119: tugas dikirim sebagai pendukung."),
        entry(67, "Sistem", "Damkar: tugas sampai di layar. PSC 119: tugas sampai di layar."),
        entry(72, DAMKAR, "Damkar: tugas dibaca."),
        entry(88, DAMKAR, "Damkar: siap: 6 orang, 2 mobil pompa; tugas diterima."),
        entry(92, DAMKAR, "Damkar: DAMKAR-01 ditugaskan; DAMKAR-02 ditugaskan."),
        entry(95, OPERATOR, "Panggilan berakhir."),
        entry(118, OPERATOR, "PSC 119: tugas dibaca (via telepon, disampaikan oleh Petugas jaga)."),
        entry(131, OPERATOR, "PSC 119: PSC-01 ditugaskan (via telepon, disampaikan oleh Petugas jaga)."),
        entry(171, "Regu DAMKAR-01", "Damkar: DAMKAR-01 berangkat."),
        entry(195, "Regu DAMKAR-02", "Damkar: DAMKAR-02 berangkat."),
        entry(240, OPERATOR, "PSC 119: PSC-01 berangkat (via radio, disampaikan oleh Regu PSC-01)."),
        entry(305, OPERATOR, "Catatan: pelapor kedua menyebut satu orang terlihat di jendela lantai dua"),
        entry(492, "Regu DAMKAR-01", "Damkar: DAMKAR-01 di lokasi: api di lantai dua, dua orang dievakuasi."),
        entry(516, "Regu DAMKAR-02", "Damkar: DAMKAR-02 di lokasi."),
        entry(610, OPERATOR, "PSC 119: PSC-01 di lokasi (via radio, disampaikan oleh Regu PSC-01)."),
        entry(2110, "Regu DAMKAR-01", "Damkar: DAMKAR-01 terkendali."),
        entry(2134, "Regu DAMKAR-02", "Damkar: DAMKAR-02 terkendali."),
        entry(3010, OPERATOR, "PSC 119: PSC-01 selesai (via radio, disampaikan oleh Regu PSC-01)."),
        entry(3320, "Regu DAMKAR-01", "Damkar: DAMKAR-01 selesai."),
        entry(3344, "Regu DAMKAR-02", "Damkar: DAMKAR-02 selesai."),
        entry(3905, OPERATOR, "Kejadian ditutup: Ditangani."),
        entry(3906, "Sistem", "Pusat data menerima laporan penutupan ke-1."),
    ];
    timeline[20].mark.recorded_later_at = Some(at(2400));
    timeline
}

/// A shop-house fire: two agencies, their units, every step, everything recorded. The timeline reads as the core
/// writes it.
pub(crate) fn simple() -> IncidentReport {
    IncidentReport {
        letterhead: letterhead(),
        number: "SKW-20261122-0042".to_owned(),
        printed_at: at(3960),
        kind: ReportKind {
            type_name: "Kebakaran bangunan".to_owned(),
            category: "kebakaran".to_owned(),
            priority: Some(1),
            override_reason: None,
        },
        place: ReportPlace {
            text: Personal::Shown("Jl. Niaga, ruko deretan pasar, seberang apotek".to_owned()),
            kelurahan: Some("Melayu".to_owned()),
            kecamatan: Some("Singkawang Barat".to_owned()),
            point: Personal::Shown(ReportPoint { lat: 0.904_12, lon: 108.983_21, accuracy_m: Some(18.0) }),
            verified: Some("dengan penelepon dan titik di peta".to_owned()),
        },
        caller: Personal::Shown(ReportCaller {
            name: Some(CALLER_NAME.to_owned()),
            phone: Some(CALLER_PHONE.to_owned()),
            relation: Some("tetangga korban".to_owned()),
        }),
        call_count: 1,
        calls: vec![ReportCall { line: "Saluran 112-03".to_owned(), at: at(0), disposition: "normal".to_owned() }],
        narrative: Personal::Shown(
            "Ruko di Jalan Niaga terbakar, api sudah di lantai dua, masih ada orang di dalam. \
             Pelapor melihat asap dari seberang jalan dan sudah meminta penghuni lain keluar."
                .to_owned(),
        ),
        stamps: stamps(),
        agencies: vec![fire_brigade(), ambulance()],
        timeline: timeline(),
        result: ReportResult {
            outcome: Some("Tertangani".to_owned()),
            victims: ReportVictims { dead: Some(0), injured: Some(2), missing: Some(0), evacuated: None },
            cause: Some("Diduga hubungan arus pendek di lantai dua".to_owned()),
            damage: Some("Lantai dua satu ruko terbakar, dua ruko di sampingnya terkena asap".to_owned()),
            hospital: Some("RSUD dr. Abdul Aziz (1 orang)".to_owned()),
            ..ReportResult::default()
        },
        legal_basis: vec![
            "Peraturan Menteri Komunikasi dan Informatika Nomor 10 Tahun 2016 tentang Layanan Nomor \
             Tunggal Panggilan Darurat;"
                .to_owned(),
            "Peraturan Wali Kota Singkawang Nomor 67 Tahun 2022 tentang Penyelenggaraan Layanan Nomor \
             Tunggal Panggilan Darurat."
                .to_owned(),
        ],
        closing_note: Some("Waktu yang ditandai dicatat dari laporan lisan atau kemudian.".to_owned()),
        ..empty()
    }
}

/// A fire that many fought and many called about, over midnight; its report takes several pages.
pub(crate) fn long(timeline_entries: usize) -> IncidentReport {
    let mut report = simple();
    report.revision = 3;
    report.sensitive = true;
    report.kind.override_reason = Some("api dekat gudang bahan bakar".to_owned());
    for index in 0..8 {
        let mut agency = if index % 2 == 0 { ambulance() } else { fire_brigade() };
        agency.name = format!("Brigade Contoh {}", index + 1);
        agency.role = ReportAgencyRole::Support;
        report.agencies.push(agency);
    }
    report.agencies[4].steps.truncate(2);
    report.agencies[4].units.clear();
    report.agencies[4].ended =
        Some(ReportAgencyEnd::Declined { at: at(130), reason: "dua mobil sedang diperbaiki".to_owned() });
    report.calls = (0..9)
        .map(|index| ReportCall {
            line: format!("Saluran 112-{:02}", index % 4 + 1),
            at: at(index * 37),
            disposition: "normal".to_owned(),
        })
        .collect();
    report.call_count = 9;
    report.timeline = (0..timeline_entries)
        .map(|index| {
            let seconds = i64::try_from(index).expect("a sample's size fits") * 70;
            let mut entry = entry(seconds, "Brigade Contoh", &format!("Catatan ke-{}", index + 1));
            entry.mark.correction = index % 11 == 10;
            entry
        })
        .collect();
    report.result.merged = vec!["SKW-20261122-0044".to_owned(), "SKW-20261122-0045".to_owned()];
    report.result.handed_over =
        Some(ReportHandover { to: "Pusat panggilan Kabupaten Sambas".to_owned(), taken_by: None, at: at(4000) });
    report
}
