//! One request for a file of the web.

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use rust_embed::{EmbeddedFile, RustEmbed};

/// The page of every route of the application.
pub(crate) const INDEX: &str = "index.html";
/// Files whose names carry a hash of their content, as the build names them.
const HASHED: &str = "assets/";
/// Paths of other parts. Reaching this far they are not served here, and a page would only confuse their clients.
const SERVICE_PREFIXES: [&str; 2] = ["siaga.v1.", "grpc."];
const HUB_SCREEN: &str = "hub";
const OTHER_PARTS: [&str; 5] = [HUB_SCREEN, "ws", "metrics", "healthz", "readyz"];

const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Kept, but asked about each time: a new version shows at once and costs a 304 otherwise.
const ASK: &str = "no-cache";

const NOT_BUILT: &str = "<!doctype html>\n<html lang=\"id\"><meta charset=\"utf-8\"><title>Siaga</title>\n\
    <h1>Halaman web belum dibangun</h1>\n\
    <p>Jalankan <code>make web</code>, lalu bangun dan jalankan kembali servernya (<code>make run</code>).</p>\n\
    <h1 lang=\"en\">The web pages were not built</h1>\n\
    <p lang=\"en\">Run <code>make web</code>, then build and start the server again (<code>make run</code>).</p>\n";

/// Answers GET and HEAD with a file of `E`, or with the application's page for its routes.
pub(crate) async fn serve<E: RustEmbed>(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD")]).into_response();
    }
    let path = uri.path().trim_start_matches('/');
    let mut response = find::<E>(path, &headers);
    if method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}

fn find<E: RustEmbed>(path: &str, headers: &HeaderMap) -> Response {
    let name = if path.is_empty() { INDEX } else { path };
    if let Some(file) = E::get(name) {
        return answer(name, file, headers);
    }
    if !is_route(path) {
        return (StatusCode::NOT_FOUND, "tidak ada / not found\n").into_response();
    }
    match E::get(INDEX) {
        Some(page) => answer(INDEX, page, headers),
        None => not_built(),
    }
}

/// Whether a path is a route of the application rather than a file that is missing.
fn is_route(path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or(path);
    let first = path.split('/').next().unwrap_or(path);
    // The hub's screen is called like the hub's API: the screen is the bare name, the API all that lies below it.
    let other_part = (OTHER_PARTS.contains(&first) && path.trim_end_matches('/') != HUB_SCREEN)
        || SERVICE_PREFIXES.iter().any(|service| path.starts_with(service));
    !path.starts_with(HASHED) && !last.contains('.') && !other_part
}

fn answer(name: &str, file: EmbeddedFile, headers: &HeaderMap) -> Response {
    let etag = etag(&file);
    let cache = if name.starts_with(HASHED) { FOR_EVER } else { ASK };
    let mut response = if is_current(headers, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let kind = mime_guess::from_path(name).first_or_octet_stream();
        let kind = if kind.type_() == "text" { format!("{kind}; charset=utf-8") } else { kind.to_string() };
        let kind = HeaderValue::from_str(&kind).expect("media types are ASCII");
        ([(CONTENT_TYPE, kind)], file.data.into_owned()).into_response()
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    response.headers_mut().insert(ETAG, HeaderValue::from_str(&etag).expect("hexadecimal digits are ASCII"));
    response
}

/// Weak, because the same file is sent compressed and plain.
fn etag(file: &EmbeddedFile) -> String {
    let hash = file.metadata.sha256_hash();
    let digits: String = hash[..12].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("W/\"{digits}\"")
}

fn is_current(headers: &HeaderMap, etag: &str) -> bool {
    let strong = etag.trim_start_matches("W/");
    headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).any(|value| {
        value.split(',').map(str::trim).any(|named| named == "*" || named.trim_start_matches("W/") == strong)
    })
}

fn not_built() -> Response {
    let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CACHE_CONTROL, "no-store"), (RETRY_AFTER, "60")];
    (StatusCode::SERVICE_UNAVAILABLE, headers, NOT_BUILT).into_response()
}
