use super::*;

fn parse(text: &str) -> Scenario {
    Scenario::parse(text, "latihan.toml").unwrap()
}

/// The problems of a bad scenario, joined.
fn problems(text: &str) -> String {
    Scenario::parse(text, "latihan.toml").unwrap_err().to_string()
}

const FULL: &str = r#"
[[call]]
at = "0s"
phone = "0812 0000 0001"
narrative = "Ruko terbakar."
place = { text = "Jl. Diponegoro", lat = 0.905, lon = 108.987 }
type = "kebakaran-bangunan"
priority = 1
dispatch = ["damkar", "psc119"]

[[call]]
at = "20s"
same_as = 0

[[call]]
at = "1m"
disposition = "prank"

[[call]]
at = "2m"
type = "banjir"

[[agency]]
code = "damkar"
calls = [0]
acknowledge_after = "10s"
units = ["DAMKAR-01", "DAMKAR-02"]
en_route_after = "1m"
on_scene_after = "5m"
completed_after = "30m"

[[agency]]
code = "psc119"
acknowledge_after = "10s"
decline = "Semua ambulans bertugas"
"#;

#[test]
fn a_full_scenario_is_read() {
    let scenario = parse(FULL);
    assert_eq!(scenario.calls.len(), 4);
    let CallKind::Case(case) = &scenario.calls[0].kind else { panic!("a case") };
    assert_eq!(case.priority, Some(1));
    assert_eq!(case.dispatch, ["damkar", "psc119"]);
    assert_eq!(scenario.calls[0].place.as_ref().unwrap().point, Some((0.905, 108.987)));
    assert_eq!(scenario.calls[1].kind, CallKind::SameAs(0));
    assert_eq!(scenario.calls[2].kind, CallKind::Nuisance(Disposition::Prank));
    let CallKind::Case(case) = &scenario.calls[3].kind else { panic!("a case") };
    assert!(case.dispatch.is_empty() && case.priority.is_none(), "left out: the type's and the plan's");
    assert_eq!(scenario.agencies[0].units, Units::Named(vec!["DAMKAR-01".into(), "DAMKAR-02".into()]));
    assert_eq!(scenario.agencies[0].completed_after, Some(Duration::from_secs(1800)));
    assert_eq!(scenario.agencies[1].decline.as_deref(), Some("Semua ambulans bertugas"));
    assert!(scenario.warnings.is_empty());
}

#[test]
fn cases_scripts_and_duplicates_are_found() {
    let scenario = parse(FULL);
    assert_eq!(scenario.case_of(1), Some(0));
    assert_eq!(scenario.case_of(2), None);
    assert_eq!(scenario.calls_of_case(0), 2);
    assert_eq!(scenario.cases().map(|(index, ..)| index).collect::<Vec<_>>(), [0, 3]);
    assert!(scenario.script("damkar", 0).is_some());
    assert!(scenario.script("damkar", 3).is_none(), "it is about call 0 only");
    assert!(scenario.script("psc119", 3).is_some(), "left out: all its assignments");
    assert!(scenario.script("polres", 0).is_none(), "silent");
    assert_eq!(scenario.scripted_agencies(), ["damkar", "psc119"]);
}

#[test]
fn an_entry_that_names_the_call_goes_before_one_for_all() {
    let scenario = parse(
        "[[call]]\nat='0s'\ntype='banjir'\n[[call]]\nat='1s'\ntype='banjir'\n\
         [[agency]]\ncode='bpbd'\nunits=1\n[[agency]]\ncode='bpbd'\ncalls=[1]\nunits=2\n",
    );
    assert_eq!(scenario.script("bpbd", 0).unwrap().units, Units::Any(1));
    assert_eq!(scenario.script("bpbd", 1).unwrap().units, Units::Any(2));
}

#[test]
fn only_at_is_required_of_a_call_without_a_case() {
    let scenario = parse("[[call]]\nat='0s'\ntype='banjir'\n[[call]]\nat = '1s'\ndisposition = 'abandoned'\n");
    assert_eq!(scenario.calls[1].kind, CallKind::Abandoned);
    assert!(scenario.calls[1].phone.is_empty() && scenario.calls[1].place.is_none());
}

#[test]
fn keys_without_a_meaning_are_told() {
    let scenario = parse("[[call]]\nat='0s'\ndisposition='prank'\ntype='banjir'\n");
    assert_eq!(scenario.warnings, ["line 4: type means nothing for a call that opens no case of its own"]);
}

#[test]
fn every_kind_of_bad_file_is_refused_with_line_and_key() {
    let call = "[[call]]\nat = \"0s\"\ntype = \"banjir\"\n";
    let long = "x".repeat(4_001);
    for (bad, wanted) in [
        (String::new(), "at least one [[call]]"),
        ("[[call]".into(), "latihan.toml:1:"),
        ("[[call]]\ntype = 'banjir'\n".into(), "missing field `at`"),
        ("title = 'x'\n[[call]]\nat = '0s'\n".into(), "unknown field `title`"),
        (format!("{call}wind = 'strong'\n"), "latihan.toml:4: unknown field `wind`"),
        (format!("{call}phone = 112\n"), "latihan.toml:4: phone: invalid type: integer `112`"),
        ("[[call]]\nat = '5'\ntype = 'banjir'\n".into(), "latihan.toml:2: at: \"5\" is not a duration"),
        ("[[call]]\nat = '0s'\n".into(), "latihan.toml:1: type:"),
        ("[[call]]\nat = '0s'\ntype = ' '\n".into(), "latihan.toml:3: type:"),
        (format!("{call}priority = 5\n"), "latihan.toml:4: priority: 5 is not 1 to 4"),
        (format!("{call}priority = -1\n"), "priority: -1"),
        (format!("{call}dispatch = []\n"), "latihan.toml:4: dispatch:"),
        (format!("{call}dispatch = ['bpbd', 'bpbd']\n"), "named twice"),
        (format!("{call}dispatch = ['']\n"), "is not a code"),
        (format!("{call}disposition = 'joke'\n"), "latihan.toml:4: disposition: \"joke\" is none"),
        (format!("{call}narrative = '{long}'\n"), "latihan.toml:4: narrative: has 4001 characters"),
        (format!("{call}phone = '{}'\n", "0".repeat(33)), "phone: has 33"),
        (format!("{call}place = {{ lat = 91.0, lon = 1.0 }}\n"), "latihan.toml:4: place: lat is"),
        (format!("{call}place = {{ lat = 0.0, lon = 0.0 }}\n"), "0,0"),
        (format!("{call}place = {{ lat = 1.0 }}\n"), "belong together"),
        (format!("{call}place = {{ }}\n"), "give text"),
        (format!("{call}place = {{ text = 'a', street = 'b' }}\n"), "unknown field `street`"),
        (format!("{call}place = {{ lat = nan, lon = 1.0 }}\n"), "lat is"),
        (format!("{call}same_as = 0\n"), "not the index of an earlier call; there is none"),
        (format!("{call}[[call]]\nat = '1s'\nsame_as = 1\n"), "write 0 to 0"),
        (format!("{call}[[call]]\nat = '1s'\nsame_as = -1\n"), "not the index"),
        ("[[call]]\nat='5s'\ntype='banjir'\n[[call]]\nat='1s'\nsame_as=0\n".into(), "comes later"),
        ("[[call]]\nat='0s'\ndisposition='ghost'\n[[call]]\nat='1s'\nsame_as=0\n".into(), "opens no case"),
        (format!("{call}[[call]]\nat='1s'\nsame_as=0\ndisposition='prank'\n"), "only a normal call"),
    ] {
        let told = problems(&bad);
        assert!(told.contains(wanted), "wanted {wanted:?} for:\n{bad}\ngot: {told}");
    }
}

#[test]
fn every_kind_of_bad_agency_is_refused() {
    let call =
        "[[call]]\nat='0s'\ntype='banjir'\ndispatch=['bpbd']\n[[call]]\nat='1s'\ndisposition='ghost'\n[[agency]]\n";
    for (bad, wanted) in [
        ("units = 1\n", "missing field `code`"),
        ("code = ''\n", "code:"),
        ("code = 'bpbd'\ncalls = []\n", "name calls"),
        ("code = 'bpbd'\ncalls = [7]\n", "no call 7"),
        ("code = 'bpbd'\ncalls = [-1]\n", "no call -1"),
        ("code = 'bpbd'\ncalls = [1]\n", "call 1 opens no case"),
        ("code = 'damkar'\ncalls = [0]\n", "call 0 is not dispatched to damkar"),
        ("code = 'bpbd'\ncalls = [0, 0]\n", "already"),
        ("code = 'bpbd'\n[[agency]]\ncode = 'bpbd'\n", "already"),
        ("code = 'bpbd'\ncalls = [0]\n[[agency]]\ncode = 'bpbd'\ncalls = [0]\n", "already"),
        ("code = 'bpbd'\nunits = 0\n", "units: 0 is not 1 to 50"),
        ("code = 'bpbd'\nunits = []\n", "name units"),
        ("code = 'bpbd'\nunits = 'two'\n", "a number of units or a list"),
        ("code = 'bpbd'\nunits = ['A', 'A']\n", "named twice"),
        ("code = 'bpbd'\ndecline = ''\n", "must not be empty"),
        ("code = 'bpbd'\ndecline = 'x'\nunits = 1\n", "sends nobody"),
        ("code = 'bpbd'\ndecline = 'x'\non_scene_after = '1s'\n", "on_scene_after: an agency that declines"),
        (
            "code = 'bpbd'\nen_route_after = '9s'\non_scene_after = '8s'\n",
            "on_scene_after: comes before en_route_after",
        ),
        ("code = 'bpbd'\nacknowledge_after = '9s'\ncompleted_after = '8s'\n", "comes before acknowledge_after"),
        ("code = 'bpbd'\nen_route_after = 5\n", "en_route_after: invalid type"),
        ("code = 'bpbd'\nenroute_after = '5s'\n", "unknown field `enroute_after`"),
    ] {
        let told = problems(&format!("{call}{bad}"));
        assert!(told.contains(wanted), "wanted {wanted:?} for:\n{bad}\ngot: {told}");
    }
}

#[test]
fn all_problems_are_told_at_once() {
    let told = problems("[[call]]\nat = 'x'\n[[agency]]\ncode = 'bpbd'\nunits = -3\n");
    assert_eq!(told.lines().count(), 3, "{told}");
}

#[test]
fn unreadable_files_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = Scenario::read(&folder.path().join("none.toml")).unwrap_err().to_string();
    assert!(missing.contains("none.toml") && missing.contains("cannot be read"), "{missing}");
    let binary = folder.path().join("binary.toml");
    std::fs::write(&binary, [0xff, 0xfe]).unwrap();
    assert!(Scenario::read(&binary).unwrap_err().to_string().contains("UTF-8"));
    let large = folder.path().join("large.toml");
    std::fs::write(&large, vec![b'#'; 1024 * 1024 + 1]).unwrap();
    assert!(Scenario::read(&large).unwrap_err().to_string().contains("at most"));
}
