//! `kill -9` in the middle of the fire drill: nothing confirmed is lost, and the drill ends well.

use siaga_proto::v1;
use siaga_tests::{Database, Server, eventually, sign_in};

async fn survives(database: Database, cuts: usize) {
    let mut server = Server::start_on(database).await;
    let drill = tokio::spawn(siaga_tests::server::drill(server.url.clone(), "kebakaran-ruko.toml", "240"));
    for cut in 0..cuts {
        // A cut falls when the work in hand has come a step further than at the last one.
        let url = server.url.clone();
        eventually("the drill's case goes on", || {
            let url = url.clone();
            async move {
                let mut operator = sign_in(&url, "supervisor1").await;
                let search = v1::SearchIncidentsRequest::default();
                let found = operator.incidents.search_incidents(search).await.ok()?.into_inner().incidents;
                let case = operator.case(&found.first()?.id).await.incident?;
                let steps: usize = case.assignments.iter().map(|assignment| assignment.stamps.len()).sum();
                (steps > cut * 8).then_some(())
            }
        })
        .await;
        server.kill();
        server.start_again().await;
    }
    let output = drill.await.unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{:?}\n{told}", output.status);
    let verified = server.siaga(&["audit", "verify"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_in_the_fire_drill_loses_nothing_on_sqlite() {
    survives(Database::Sqlite, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_in_the_fire_drill_loses_nothing_on_postgres() {
    survives(Database::postgres().await, 3).await;
}
