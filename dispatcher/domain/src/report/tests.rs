use super::*;

#[test]
fn intervals_are_measured_missing_or_out_of_order() {
    let stamp = |unix_ms| {
        let at = Timestamp::from_unix_ms(unix_ms);
        Some(ReportStamp { at, mark: ReportMark::default() })
    };
    let mut stamps: [Option<ReportStamp>; STAMP_COUNT] = Default::default();
    stamps[0] = stamp(1_000);
    stamps[1] = stamp(7_500);
    assert_eq!(interval_between(&stamps, 0, 1), IntervalValue::Measured(6_500));
    assert_eq!(interval_between(&stamps, 1, 2), IntervalValue::NotRecorded);
    stamps[1] = stamp(999);
    assert_eq!(interval_between(&stamps, 0, 1), IntervalValue::OutOfOrder);
    (stamps[0], stamps[1]) = (stamp(i64::MIN), stamp(i64::MAX));
    assert_eq!(interval_between(&stamps, 0, 1), IntervalValue::OutOfOrder);
}
