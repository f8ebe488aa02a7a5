//! The three drills, on both databases.

use siaga_tests::{Database, Server};

async fn plays_well(database: Database, file: &'static str, speed: &'static str) {
    let server = Server::start_on(database).await;
    let output = server.drill(file, speed).await;
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{file}: {:?}\n{told}", output.status);
    let verified = server.siaga(&["audit", "verify"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}

/// So fast that each drill takes some seconds.
const SPEEDS: [(&str, &str); 3] =
    [("kebakaran-ruko.toml", "600"), ("banjir-singkawang-utara.toml", "3600"), ("satu-jam-biasa.toml", "360")];

#[tokio::test(flavor = "multi_thread")]
async fn all_drills_on_sqlite() {
    for (file, speed) in SPEEDS {
        plays_well(Database::Sqlite, file, speed).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_drills_on_postgres() {
    for (file, speed) in SPEEDS {
        plays_well(Database::postgres().await, file, speed).await;
    }
}
