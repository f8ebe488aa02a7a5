//! The words of an exported report, in Indonesian and English.

/// A text in both languages.
pub(crate) type Words = [&'static str; 2];

pub(crate) const SUMMARY: Words = ["Ringkasan", "Summary"];
pub(crate) const LEVELS: Words = ["Tingkat layanan", "Service levels"];
pub(crate) const STAGES: Words = ["Lama tahap", "Durations"];
pub(crate) const TYPES: Words = ["Jenis", "Types"];
pub(crate) const KELURAHAN: Words = ["Kelurahan", "Kelurahan"];
pub(crate) const AGENCIES: Words = ["SKPD", "Agencies"];
pub(crate) const SPANS: Words = ["Menurut waktu", "By time"];

pub(crate) const WHAT: Words = ["Apa", "What"];
pub(crate) const COUNT: Words = ["Jumlah", "Count"];
pub(crate) const CODE: Words = ["Kode", "Code"];
pub(crate) const NAME: Words = ["Nama", "Name"];
pub(crate) const FROM: Words = ["Dari", "From"];
pub(crate) const TO: Words = ["Sampai", "To"];
pub(crate) const CASES: Words = ["Kejadian", "Incidents"];
pub(crate) const DECLINED: Words = ["Ditolak", "Declined"];
pub(crate) const WITHIN: Words = ["Dalam batas", "Within"];
pub(crate) const MEASURED: Words = ["Diukur", "Measured"];
pub(crate) const PERCENT: Words = ["Persen", "Percent"];
pub(crate) const TARGET: Words = ["Target persen", "Target percent"];
pub(crate) const SOURCE: Words = ["Sumber", "Source"];
pub(crate) const P50: Words = ["p50 (detik)", "p50 (s)"];
pub(crate) const P90: Words = ["p90 (detik)", "p90 (s)"];
pub(crate) const P95: Words = ["p95 (detik)", "p95 (s)"];
pub(crate) const LONGEST: Words = ["Terlama (detik)", "Longest (s)"];
pub(crate) const ARRIVAL_P50: Words = ["Tiba p50 (detik)", "Arrival p50 (s)"];
pub(crate) const ARRIVAL_P90: Words = ["Tiba p90 (detik)", "Arrival p90 (s)"];
pub(crate) const READ_P50: Words = ["Dibaca p50 (detik)", "Read p50 (s)"];
pub(crate) const READ_P90: Words = ["Dibaca p90 (detik)", "Read p90 (s)"];
pub(crate) const UNKNOWN: Words = ["Tidak diketahui", "Not known"];
pub(crate) const UNCLASSIFIED: Words = ["Belum diklasifikasi", "Not classified"];

/// The kinds of calls, in the order of the contract.
pub(crate) const CALLS: [Words; 8] = [
    ["Panggilan", "Calls"],
    ["Panggilan normal", "Calls: normal"],
    ["Panggilan informasi", "Calls: information"],
    ["Panggilan prank", "Calls: prank"],
    ["Panggilan ghost", "Calls: ghost"],
    ["Salah sambung", "Calls: wrong number"],
    ["Terputus sebelum dijawab", "Calls: abandoned"],
    ["Belum ditandai", "Calls: not marked"],
];

/// What became of the cases, in the order of the contract.
pub(crate) const CASE_ENDS: [Words; 5] = [
    ["Kejadian dibuka", "Incidents opened"],
    ["Masih terbuka", "Still open"],
    ["Ditutup", "Closed"],
    ["Dibatalkan", "Cancelled"],
    ["Digabung", "Merged"],
];

/// A way between two stamps.
pub(crate) fn stage(code: &str) -> Words {
    match code {
        "ring-to-answer" => ["Berdering sampai dijawab", "First ring to answer"],
        "answered-to-opened" => ["Dijawab sampai kejadian dibuka", "Answered to incident opened"],
        "answered-to-sent" => ["Dijawab sampai dikirim ke SKPD", "Answered to sent"],
        "sent-to-read" => ["Dikirim sampai dibaca SKPD", "Sent to read by the agency"],
        "sent-to-en-route" => ["Dikirim sampai berangkat", "Sent to en route"],
        "en-route-to-scene" => ["Berangkat sampai di lokasi", "En route to on scene"],
        "report-to-arrival" => ["Laporan sampai unit pertama tiba", "Report to first arrival"],
        "arrival-to-control" => ["Tiba sampai terkendali", "Arrival to under control"],
        "opened-to-closed" => ["Dibuka sampai ditutup", "Opened to closed"],
        _ => UNKNOWN,
    }
}
