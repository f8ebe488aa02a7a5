//! Every refusal that the console itself makes: one stable code, words in Indonesian and in English.

use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use prost::Message as _;
use siaga_proto::v1::{ErrorDetail, ServerFrame, server_frame::Frame};
use tonic::metadata::{AsciiMetadataValue, BinaryMetadataValue, MetadataMap};
use tonic::{Code, Status};

/// When a client tries again.
const RETRY_AFTER_MS: u64 = 1_000;
const RETRY_AFTER_S: &str = "1";

/// One entry of the console's list of errors.
#[derive(Debug, PartialEq, Eq)]
pub struct ConsoleErrorCode {
    /// The stable code, `SIAGA-195x`.
    pub code: &'static str,
    /// What it says in Indonesian.
    pub message_id: &'static str,
    /// What it says in English.
    pub message_en: &'static str,
}

macro_rules! codes {
    ($($name:ident = $code:literal, $id:literal, $en:literal;)*) => {
        $(pub(crate) const $name: ConsoleErrorCode =
            ConsoleErrorCode { code: $code, message_id: $id, message_en: $en };)*
        /// All error codes of the console, in order.
        pub const ERROR_CODES: &[ConsoleErrorCode] = &[$($name),*];
    };
}

codes! {
    CORE_AWAY = "SIAGA-1951", "Pusat tidak terjangkau; ulangi, isian Anda tetap ada.", "The core cannot be reached; repeat, what you typed is kept.";
    GATEWAY_AWAY = "SIAGA-1952", "Data langsung tidak terjangkau; layar menyambung lagi sendiri.", "Live data cannot be reached; the screen connects again by itself.";
    HUB_AWAY = "SIAGA-1953", "Pusat data tidak terjangkau; panggilan dan pengerahan tetap berjalan.", "The data hub cannot be reached; calls and dispatch go on.";
    BUSY = "SIAGA-1954", "Konsol sedang penuh; coba lagi sebentar.", "The console is full; try again in a moment.";
}

/// How a refusal is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A gRPC status, for gRPC and gRPC-web.
    Grpc,
    /// An error frame, as the gateway answers before there is a socket.
    Frame,
    /// `application/problem+json`, as the hub answers.
    Problem,
}

impl ConsoleErrorCode {
    pub(crate) fn answer(&self, form: Form, content_type: Option<&HeaderValue>) -> Response {
        metrics::counter!("siaga_console_refused_total", "code" => self.code).increment(1);
        match form {
            Form::Grpc => self.status(content_type),
            Form::Frame => {
                let frame = ServerFrame { frame: Some(Frame::Error(self.detail())) };
                self.body(serde_json::to_string(&frame).unwrap_or_default(), "application/json")
            }
            Form::Problem => {
                let problem = serde_json::json!({
                    "type": "about:blank", "status": 503, "title": self.message_id, "title_en": self.message_en,
                    "code": self.code,
                });
                self.body(problem.to_string(), "application/problem+json")
            }
        }
    }

    fn detail(&self) -> ErrorDetail {
        ErrorDetail {
            code: self.code.into(),
            message_id: self.message_id.into(),
            message_en: self.message_en.into(),
            retry_after_ms: RETRY_AFTER_MS,
            ..ErrorDetail::default()
        }
    }

    /// In the headers alone, which gRPC and gRPC-web both take.
    fn status(&self, content_type: Option<&HeaderValue>) -> Response {
        let mut metadata = MetadataMap::new();
        metadata.insert("siaga-error-code", AsciiMetadataValue::from_static(self.code));
        metadata.insert("siaga-error-en", AsciiMetadataValue::from_static(self.message_en));
        let detail = BinaryMetadataValue::from_bytes(&self.detail().encode_to_vec());
        metadata.insert_bin("siaga-error-detail-bin", detail);
        let status = Status::with_metadata(Code::Unavailable, self.message_id, metadata);
        let mut response = status.into_http::<axum::body::Body>();
        if let Some(content_type) = content_type {
            response.headers_mut().insert(CONTENT_TYPE, content_type.clone());
        }
        response
    }

    fn body(&self, body: String, content_type: &'static str) -> Response {
        let headers = [(CONTENT_TYPE, content_type), (CACHE_CONTROL, "no-store"), (RETRY_AFTER, RETRY_AFTER_S)];
        (StatusCode::SERVICE_UNAVAILABLE, headers, body).into_response()
    }
}
