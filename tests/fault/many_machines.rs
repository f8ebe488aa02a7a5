//! Roles on machines of their own: a gateway and a dispatcher die in the middle of the fire drill.

use siaga_proto::v1;
use siaga_tests::{eventually, process::Installation, sign_in};
use sqlx::{PgPool, Row};

/// Waits until the drill's case has come so far, as a supervisor sees it through the console.
async fn has_steps(url: &str, at_least: usize) {
    eventually("the drill's case goes on", || async move {
        let mut supervisor = sign_in(url, "supervisor1").await;
        let search = v1::SearchIncidentsRequest::default();
        let found = supervisor.incidents.search_incidents(search).await.ok()?.into_inner().incidents;
        let case = supervisor.case(&found.first()?.id).await.incident?;
        let steps: usize = case.assignments.iter().map(|assignment| assignment.stamps.len()).sum();
        (steps > at_least).then_some(())
    })
    .await;
}

async fn lease_owner(pool: &PgPool) -> String {
    let row = sqlx::query("SELECT owner FROM leases WHERE name = 'reconcile-emergency'").fetch_one(pool).await.unwrap();
    row.get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_and_a_dispatcher_die_in_the_fire_drill_and_nothing_is_lost() {
    let mut house = Installation::start().await;
    let pool = PgPool::connect(&house.database_url).await.unwrap();
    let owner = lease_owner(&pool).await;
    let drill = house.drill("kebakaran-ruko.toml", "120");
    has_steps(&house.console.url, 4).await;
    // Those that everything prefers: the first of each list.
    house.gateways[0].kill();
    house.dispatchers[0].kill();
    eventually("the reconcilers are taken over", || async { (lease_owner(&pool).await != owner).then_some(()) }).await;

    let output = drill.await.unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{:?}\n{told}", output.status);
    let verified = house.dispatchers[1].siaga(&["audit", "verify"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));

    // The hub has the cases, and says so through the one origin to whoever may read it.
    let analyst = sign_in(&house.console.url, "analis1").await;
    let client = reqwest::Client::new();
    let cases =
        client.get(format!("{}/hub/cases", house.console.url)).bearer_auth(&analyst.token).send().await.unwrap();
    assert_eq!(cases.status(), 200);
    assert!(cases.text().await.unwrap().contains("SKW-"));

    // What died comes back by itself, and says when it is well.
    house.dispatchers[0].start_again();
    house.gateways[0].start_again();
    house.dispatchers[0].ready().await;
    house.gateways[0].ready().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_dispatcher_gateway_and_console_say_so_and_come_back() {
    let mut house = Installation::start().await;
    for dispatcher in &mut house.dispatchers {
        dispatcher.kill();
    }
    eventually("the gateway is not ready", || async {
        let (status, parts) = house.gateways[0].readiness().await?;
        (status == 503 && parts.contains("no changes come in")).then_some(())
    })
    .await;
    eventually("the console is not ready", || async {
        let (status, parts) = house.console.readiness().await?;
        (status == 503 && parts.contains("no dispatcher can be reached")).then_some(())
    })
    .await;
    // The page is there, an RPC gets a code and both languages, in gRPC and in gRPC-web, and so does the hub.
    let client = reqwest::Client::new();
    let page = client.get(format!("{}/operator", house.console.url)).send().await.unwrap();
    assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    let url = format!("{}/siaga.v1.AccessService/WhoAmI", house.console.url);
    let refused = client.post(url).header("content-type", "application/grpc-web+proto").body(vec![0; 5]).send().await;
    let refused = refused.unwrap();
    let header = |name: &str| refused.headers()[name].to_str().unwrap().to_owned();
    assert_eq!((refused.status().as_u16(), header("grpc-status").as_str()), (200, "14"));
    assert_eq!(header("siaga-error-code"), "SIAGA-1951");
    assert_eq!(header("content-type"), "application/grpc-web+proto");
    let cases = client.get(format!("{}/hub/cases", house.console.url)).bearer_auth("x").send().await.unwrap();
    assert_eq!(cases.status(), 503, "the hub cannot ask who reads");

    for dispatcher in &mut house.dispatchers {
        dispatcher.start_again();
    }
    for process in house.dispatchers.iter_mut().chain(&mut house.gateways) {
        process.ready().await;
    }
    house.console.ready().await;
    sign_in(&house.console.url, "operator1").await;
}
