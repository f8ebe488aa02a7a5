use axum::body::{Body, to_bytes};
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH, VARY,
};
use http::{Method, Request, Response, StatusCode};
use rust_embed::RustEmbed;
use tower::ServiceExt as _;

#[derive(RustEmbed)]
#[folder = "tests/dist"]
struct Fixture;

#[derive(RustEmbed)]
#[folder = "tests/absent"]
#[allow_missing = true]
struct NotBuilt;

const SCRIPT: &str = "/assets/app-0a1b2c3d.js";

async fn ask<E: RustEmbed + 'static>(method: Method, path: &str, headers: &[(HeaderName, &str)]) -> Response<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    super::of::<E>().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

async fn get(path: &str) -> Response<Body> {
    ask::<Fixture>(Method::GET, path, &[]).await
}

async fn body(response: Response<Body>) -> Vec<u8> {
    to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec()
}

fn header(response: &Response<Body>, name: HeaderName) -> String {
    response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

#[tokio::test]
async fn every_route_of_the_application_is_its_page() {
    for path in ["/", "/index.html", "/operator", "/agency/assignments/7", "/wsomething", "/admin", "/hub", "/hub/"] {
        let response = get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(header(&response, CONTENT_TYPE), "text/html; charset=utf-8", "{path}");
        assert_eq!(header(&response, CACHE_CONTROL), "no-cache", "{path}");
        assert!(String::from_utf8(body(response).await).unwrap().contains("fixture"));
    }
}

#[tokio::test]
async fn hashed_files_are_kept_for_ever_and_others_asked_about() {
    let script = get(SCRIPT).await;
    assert_eq!(header(&script, CACHE_CONTROL), "public, max-age=31536000, immutable");
    assert_eq!(header(&script, CONTENT_TYPE), "text/javascript; charset=utf-8");
    let icon = get("/icon.svg").await;
    assert_eq!(header(&icon, CACHE_CONTROL), "no-cache");
    assert_eq!(header(&icon, CONTENT_TYPE), "image/svg+xml");
}

#[tokio::test]
async fn the_service_worker_and_the_manifest_are_asked_about_and_named_as_browsers_want_them() {
    // A worker that browsers keep without asking would hold a crew's phone at an old version.
    for (path, kind) in
        [("/sw.js", "text/javascript; charset=utf-8"), ("/unit.webmanifest", "application/manifest+json")]
    {
        let response = get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(header(&response, CONTENT_TYPE), kind, "{path}");
        assert_eq!(header(&response, CACHE_CONTROL), "no-cache", "{path}");
    }
}

#[tokio::test]
async fn missing_files_and_other_parts_are_not_found() {
    for path in [
        "/assets/app-ffffffff.js",
        "/assets/",
        "/favicon.ico",
        "/operator/map.png",
        "/siaga.v1.CallService/Answer",
        "/grpc.health.v1.Health/Check",
        "/hub/cases",
        "/ws",
        "/metrics",
        "/../Cargo.toml",
        "/%2e%2e/Cargo.toml",
    ] {
        assert_eq!(get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn what_a_browser_has_is_not_sent_again() {
    let etag = header(&get("/").await, ETAG);
    assert!(etag.starts_with("W/\""), "{etag}");
    for named in [etag.as_str(), "*", &format!("\"other\", {etag}"), etag.trim_start_matches("W/")] {
        let again = ask::<Fixture>(Method::GET, "/operator", &[(IF_NONE_MATCH, named)]).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{named}");
        assert_eq!(header(&again, ETAG), etag);
        assert!(body(again).await.is_empty());
    }
    let other = ask::<Fixture>(Method::GET, "/", &[(IF_NONE_MATCH, "W/\"other\"")]).await;
    assert_eq!(other.status(), StatusCode::OK);
}

#[tokio::test]
async fn large_files_are_compressed_for_those_who_can() {
    let plain = body(get(SCRIPT).await).await;
    let response = ask::<Fixture>(Method::GET, SCRIPT, &[(ACCEPT_ENCODING, "gzip, br")]).await;
    assert_eq!(header(&response, CONTENT_ENCODING), "gzip");
    assert!(header(&response, VARY).to_lowercase().contains("accept-encoding"));
    let compressed = body(response).await;
    assert!(compressed.starts_with(&[0x1f, 0x8b]) && compressed.len() < plain.len() / 2);
    let small = ask::<Fixture>(Method::GET, "/icon.svg", &[(ACCEPT_ENCODING, "gzip")]).await;
    assert_eq!(header(&small, CONTENT_ENCODING), "");
}

#[tokio::test]
async fn head_has_the_headers_and_no_body_and_posts_are_refused() {
    let head = ask::<Fixture>(Method::HEAD, SCRIPT, &[]).await;
    assert_eq!(head.status(), StatusCode::OK);
    assert_eq!(header(&head, CONTENT_TYPE), "text/javascript; charset=utf-8");
    assert!(body(head).await.is_empty());
    let post = ask::<Fixture>(Method::POST, "/", &[]).await;
    assert_eq!(post.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_binary_without_the_web_says_so() {
    let response = ask::<NotBuilt>(Method::GET, "/operator", &[]).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    let page = String::from_utf8(body(response).await).unwrap();
    assert!(page.contains("make web"), "{page}");
    assert_eq!(ask::<NotBuilt>(Method::GET, "/assets/app.js", &[]).await.status(), StatusCode::NOT_FOUND);
}
