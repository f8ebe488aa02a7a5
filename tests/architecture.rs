//! Dependencies point one way.

use std::collections::{BTreeMap, BTreeSet};

/// What each crate of the house may depend on, directly and outside tests.
const ALLOWED: [(&str, &[&str]); 10] = [
    ("siaga-proto", &[]),
    ("siaga-domain", &[]),
    ("siaga-store", &["siaga-domain"]),
    ("siaga-core", &["siaga-domain", "siaga-store", "siaga-proto"]),
    ("siaga-reports", &["siaga-domain"]),
    ("siaga-hub", &[]),
    ("siaga-gateway", &["siaga-proto"]),
    ("siaga-console", &["siaga-proto"]),
    (
        "siaga",
        &[
            "siaga-domain",
            "siaga-store",
            "siaga-core",
            "siaga-hub",
            "siaga-reports",
            "siaga-gateway",
            "siaga-console",
            "siaga-proto",
        ],
    ),
    ("siaga-tests", &["siaga-proto", "siaga-store"]),
];

/// What the pure domain must not even see through others.
const IMPURE: [&str; 9] = ["tokio", "sqlx", "tonic", "axum", "hyper", "rand", "reqwest", "getrandom", "prost"];

fn metadata() -> cargo_metadata::Metadata {
    cargo_metadata::MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .other_options(vec!["--locked".into(), "--offline".into()])
        .exec()
        .expect("cargo metadata reads the workspace")
}

#[test]
fn dependencies_point_one_way() {
    let metadata = metadata();
    let allowed: BTreeMap<&str, BTreeSet<&str>> =
        ALLOWED.iter().map(|(name, to)| (*name, to.iter().copied().collect())).collect();
    let house: BTreeSet<String> =
        metadata.workspace_packages().iter().map(|package| package.name.to_string()).collect();
    assert_eq!(house, allowed.keys().map(|name| (*name).to_owned()).collect(), "a crate without a place in the house");
    for package in metadata.workspace_packages() {
        for dependency in &package.dependencies {
            let in_tests = dependency.kind == cargo_metadata::DependencyKind::Development;
            if in_tests || !house.contains(&dependency.name) {
                continue;
            }
            assert!(
                allowed[package.name.as_str()].contains(dependency.name.as_str()),
                "{} must not depend on {}",
                package.name,
                dependency.name
            );
        }
    }
}

#[test]
fn the_domain_is_pure() {
    let metadata = metadata();
    let domain = metadata.packages.iter().find(|package| package.name.as_str() == "siaga-domain").unwrap();
    let normal = domain.dependencies.iter().filter(|to| to.kind == cargo_metadata::DependencyKind::Normal);
    for dependency in normal {
        assert!(!IMPURE.contains(&dependency.name.as_str()), "the domain depends on {}", dependency.name);
    }
}
