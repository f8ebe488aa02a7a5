use std::path::PathBuf;

use super::layers::{all_keys, variable_name};
use super::*;

fn with_file(text: &[u8]) -> (tempfile::TempDir, Sources) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("siaga.toml");
    std::fs::write(&path, text).unwrap();
    (folder, Sources { file: Some(path), ..Sources::default() })
}

fn variable(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// The only problem of a file, its place without the folder.
fn problem_of(text: &str) -> (usize, usize, String, String) {
    let (_folder, sources) = with_file(text.as_bytes());
    let problems = load(&sources).expect_err("this file is wrong").0;
    assert_eq!(problems.len(), 1, "{problems:?}");
    let Problem { place: Place::File { line, column, .. }, key, message } = problems[0].clone() else {
        panic!("the file is to blame: {problems:?}");
    };
    (line, column, key, message)
}

#[test]
fn nothing_at_all_is_the_default() {
    assert_eq!(load(&Sources::default()).unwrap(), Config::default());
    let (_folder, empty) = with_file(b"");
    assert_eq!(load(&empty).unwrap(), Config::default());
}

#[test]
fn the_limits_of_the_standard_are_the_defaults() {
    let alarms = Config::default().alarms;
    assert_eq!(alarms.call_unanswered_s, 15);
    assert_eq!(alarms.not_dispatched_s.0[0], 60);
    assert_eq!(alarms.not_delivered_s, ByPriority::same(5));
    assert_eq!(alarms.not_acknowledged_s.0[0], 30);
    assert_eq!(alarms.without_unit_s.0[0], 120);
    assert_eq!(alarms.escalate_after_s, 60);
}

#[test]
fn later_layers_win() {
    let (_folder, mut sources) =
        with_file(b"[city]\nname = \"file\"\nnumber_prefix = \"FIL\"\n[hub]\ntimeout_ms = 1000\n");
    sources.variables = vec![variable("SIAGA_CITY_NAME", "variable"), variable("SIAGA_LISTEN", "127.0.0.1:2000")];
    sources.flags = vec![Flag { option: "--listen", key: "listen", value: "127.0.0.1:3000".into() }];
    let config = load(&sources).unwrap();
    assert_eq!(config.city.number_prefix, "FIL");
    assert_eq!(config.city.name, "variable");
    assert_eq!(config.hub.timeout_ms, 1000);
    assert_eq!(config.listen.port(), 3000);
}

#[test]
fn a_city_sets_its_own_levels_and_shifts_and_a_slip_is_named() {
    let config = Config::default();
    assert!(config.statistics.levels.len() >= 6 && config.statistics.shifts.len() == 3);
    let level = "[[statistics.levels]]\ncode = \"answer-30\"\nname_id = \"Dijawab\"\nname_en = \"Answered\"\n\
                 measure = \"answer\"\nwithin_s = 30\ntarget_percent = 80\nsource = \"Perwali\"\n";
    let shift = "[[statistics.shifts]]\nname = \"Sehari\"\nstarts_minute = 480\n";
    let (_folder, sources) = with_file(format!("{level}{shift}").as_bytes());
    let config = load(&sources).unwrap();
    assert_eq!((config.statistics.levels[0].within_s, config.statistics.shifts[0].starts_minute), (30, 480));
    let slips = [
        (format!("{level}{level}"), "stands twice"),
        (level.replace("= 80", "= 101"), "target_percent from 1 to 100"),
        (shift.replace("480", "1440"), "starts_minute from 0 to 1439"),
    ];
    for (text, part) in slips {
        let (_folder, sources) = with_file(text.as_bytes());
        let shown = load(&sources).unwrap_err().to_string();
        assert!(shown.contains(part), "{shown}");
    }
}

#[test]
fn every_key_has_its_own_variable() {
    let keys = all_keys();
    let mut variables: Vec<_> = keys.iter().map(|(key, _)| variable_name(key)).collect();
    variables.sort();
    let count = variables.len();
    variables.dedup();
    assert_eq!(variables.len(), count);
    assert!(variables.contains(&"SIAGA_HUB_STORE_DATABASE_URL".to_owned()));
}

#[test]
fn variables_of_every_shape_are_read() {
    let sources = Sources {
        variables: vec![
            variable("SIAGA_ROLES", "dispatcher, console"),
            variable("SIAGA_DEMO", "true"),
            variable("SIAGA_ALARMS_NOT_DELIVERED_S", "4"),
            variable("SIAGA_ALARMS_NOT_ON_SCENE_S", "600,700,800,900"),
            variable("SIAGA_ALARMS_NOT_DISPATCHED_S", "1,2,3,4"),
            variable("SIAGA_DATABASE_URL", "postgres://siaga:word@db/siaga"),
            variable("SIAGA_TRUSTED_PROXY", "10.0.0.1,::1"),
            variable("SIAGA_TEST_POSTGRES_URL", "not ours"),
            variable("OTHER", "not ours"),
        ],
        ..Sources::default()
    };
    let config = load(&sources).unwrap();
    assert_eq!(config.roles, [Role::Dispatcher, Role::Console]);
    assert!(config.demo && config.runs(Role::Console) && !config.runs(Role::Hub));
    assert_eq!(config.alarms.not_delivered_s, ByPriority::same(4));
    assert_eq!(config.alarms.not_on_scene_s, ByPriority([600, 700, 800, 900]));
    assert_eq!(config.alarms.not_dispatched_s, ByPriority([1, 2, 3, 4]));
    assert_eq!(config.database_url.unwrap().expose(), "postgres://siaga:word@db/siaga");
    assert_eq!(config.trusted_proxy.len(), 2);
}

#[test]
fn wrong_variables_and_options_are_named() {
    let sources = Sources {
        variables: vec![
            variable("SIAGA_LISTEM", "x"),
            variable("SIAGA_LIMITS_SESSIONS", "many"),
            variable("SIAGA_DEMO", "yes"),
        ],
        flags: vec![Flag { option: "--listen", key: "listen", value: "1120".into() }],
        ..Sources::default()
    };
    let shown = load(&sources).unwrap_err().to_string();
    for part in [
        "environment SIAGA_LISTEM: no such setting",
        "environment SIAGA_LIMITS_SESSIONS: limits.sessions: `many` is no whole number",
        "environment SIAGA_DEMO: demo: `yes` is neither true nor false",
        "option --listen: listen: `1120` does not fit",
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
}

#[test]
fn a_file_that_is_no_toml_names_line_and_column() {
    let (line, column, ..) = problem_of("demo = false\nlisten = 127.0.0.1\n");
    assert_eq!(line, 2);
    assert!(column > 9, "{column}");
}

#[test]
fn an_unknown_key_is_named_with_what_exists() {
    let (line, column, key, message) = problem_of("demo = false\n\n[alarms]\nnot_deliverd_s = 5\n");
    assert_eq!((line, column, key.as_str()), (4, 1, "alarms.not_deliverd_s"));
    assert!(message.contains("`not_delivered_s`"), "{message}");
    let (line, _, key, _) = problem_of("listne = \"127.0.0.1:1\"\n");
    assert_eq!((line, key.as_str()), (1, "listne"));
}

#[test]
fn a_wrong_type_is_named_at_its_value() {
    let (line, column, key, message) = problem_of("[alarms]\nnot_delivered_s = [1, 2]\n");
    assert_eq!((line, column, key.as_str()), (2, 19, "alarms.not_delivered_s"));
    assert!(message.contains("four of them"), "{message}");
    let (line, _, key, _) = problem_of("[hub]\ninclude_personal = \"no\"\n");
    assert_eq!((line, key.as_str()), (2, "hub.include_personal"));
}

#[test]
fn values_out_of_range_are_named_with_the_range() {
    for (text, expected_key) in [
        ("[alarms]\nnot_delivered_s = 0\n", "alarms.not_delivered_s"),
        ("[alarms]\ncall_unanswered_s = 90000\n", "alarms.call_unanswered_s"),
        ("[city]\nnumber_prefix = \"skw\"\n", "city.number_prefix"),
        ("[city]\nname = \" \"\n", "city.name"),
        ("[city]\nutc_offset_minutes = 900\n", "city.utc_offset_minutes"),
        ("[limits]\nbody_bytes = 10\n", "limits.body_bytes"),
        ("[hub]\nsource = \"\"\n", "hub.source"),
        ("[hub]\nurl = \"hub.example\"\n", "hub.url"),
        ("[access]\norigins = [\"https://siaga.example/\"]\n", "access.origins"),
        ("[hub]\nkeys = [\"whsec_short\"]\n", "hub.keys"),
        ("[hub]\nkeys_file = \"/nonexistent\"\n", "hub.keys_file"),
        ("[log]\nlevel = \"loud!\"\n", "log.level"),
        ("[disk]\nwarn_free_mib = 10\n", "disk.warn_free_mib"),
    ] {
        let (line, column, key, _) = problem_of(text);
        assert_eq!((line, column, key.as_str()), (2, 1, expected_key), "{text}");
    }
    let (_, _, key, _) = problem_of("roles = []\n");
    assert_eq!(key, "roles");
    let (_, _, key, _) = problem_of("roles = [\"dispatcher\", \"hub\", \"hub\"]\n");
    assert_eq!(key, "roles");
    let (_, _, key, message) = problem_of("database_url = \"mysql://root:hunter2@db/x\"\n");
    assert_eq!(key, "database_url");
    assert!(!message.contains("hunter2"));
}

#[test]
fn the_domain_gets_the_limits_that_were_set() {
    use siaga_domain::alarm::{AlarmKind, AlarmLimits};
    let mut alarms = Config::default().alarms;
    for kind in AlarmKind::ALL {
        let (set, own) = (alarms.limits(), AlarmLimits::default());
        assert_eq!(set.after_ms(kind, Some(3)), own.after_ms(kind, Some(3)), "{kind:?}");
    }
    alarms.not_on_scene_s = ByPriority([1, 2, 3, 4]);
    assert_eq!(alarms.limits().after_ms(AlarmKind::NotOnScene, Some(3)), 3_000);
}

#[test]
fn signing_keys_are_read_from_a_file_and_never_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let key = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";
    std::fs::write(&path, format!("{key}\n\n{key}\n")).unwrap();
    assert_eq!(signing_keys_in(&path).unwrap().len(), 2);
    std::fs::write(&path, format!("{key}\nwhsec_hunter2\n")).unwrap();
    let message = signing_keys_in(&path).unwrap_err();
    assert!(message.starts_with("line 2 of") && !message.contains("hunter2"), "{message}");
    std::fs::write(&path, "\n").unwrap();
    assert!(signing_keys_in(&path).unwrap_err().contains("no key"));
}

#[test]
fn all_problems_are_told_at_once() {
    let (_folder, sources) = with_file(b"[alarms]\nnot_delivered_s = 0\n[hub]\ntimeout_ms = 1\n");
    assert_eq!(load(&sources).unwrap_err().0.len(), 2);
}

#[test]
fn off_loopback_it_wants_tls_or_a_proxy() {
    let (_, _, key, message) = problem_of("listen = \"0.0.0.0:1120\"\n");
    assert_eq!(key, "listen");
    assert!(message.contains("trusted_proxy"), "{message}");
    let (_folder, proxied) = with_file(b"listen = \"0.0.0.0:1120\"\ntrusted_proxy = [\"10.0.0.1\"]\n");
    load(&proxied).unwrap();
    let (_, _, key, message) = problem_of("demo = true\ntrusted_proxy = [\"10.0.0.1\"]\nlisten = \"0.0.0.0:1120\"\n");
    assert_eq!(key, "listen");
    assert!(message.contains("demo accounts"), "{message}");
    let config = Config { listen: "0.0.0.0:1120".parse().unwrap(), ..Config::default() };
    assert!(demo_accounts_need_loopback(&config).is_err());
    assert!(demo_accounts_need_loopback(&Config::default()).is_ok());
}

#[test]
fn a_missing_or_garbled_file_is_refused() {
    let missing = Sources { file: Some(PathBuf::from("/nonexistent/siaga.toml")), ..Sources::default() };
    assert!(load(&missing).unwrap_err().to_string().contains("cannot be read"));
    let (_folder, garbled) = with_file(b"demo = false\nlisten = \"\xff\"\n");
    let shown = load(&garbled).unwrap_err().to_string();
    assert!(shown.contains(":2:11: is not UTF-8"), "{shown}");
}

#[test]
fn secrets_are_not_shown() {
    let config = Config {
        database_url: Some(Secret::new("postgres://siaga:hunter2@db/siaga")),
        hub: Hub { keys: vec![Secret::new("whsec_hunter2")], ..Hub::default() },
        ..Config::default()
    };
    for shown in [config.to_toml(), format!("{config:?}")] {
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(shown.contains("not shown"));
    }
}

#[test]
fn what_is_shown_is_read_again_as_the_same() {
    let config = Config::default();
    let (_folder, sources) = with_file(config.to_toml().as_bytes());
    assert_eq!(load(&sources).unwrap(), config);
}
