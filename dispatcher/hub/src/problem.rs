//! Every refusal of the hub: one stable code, a text in Indonesian and in English, as `application/problem+json`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// One entry of the hub's list of errors.
#[derive(Debug, PartialEq, Eq)]
pub struct HubErrorCode {
    /// The stable code, `SIAGA-5xxx`.
    pub code: &'static str,
    /// The HTTP status it is answered with.
    pub http_status: u16,
    /// What it says in Indonesian.
    pub title_id: &'static str,
    /// What it says in English.
    pub title_en: &'static str,
}

macro_rules! codes {
    ($($name:ident = $code:literal, $status:literal, $id:literal, $en:literal;)*) => {
        $(pub(crate) const $name: HubErrorCode = HubErrorCode {
            code: $code, http_status: $status, title_id: $id, title_en: $en,
        };)*
        /// All error codes of the hub, in order; `docs/hub.md` says what to do for each.
        pub const ERROR_CODES: &[HubErrorCode] = &[$($name),*];
    };
}

codes! {
    SIGNATURE = "SIAGA-5001", 401, "Tanda tangan kiriman tidak sah.", "The delivery's signature is not valid.";
    TIMESTAMP = "SIAGA-5002", 401, "Waktu kiriman di luar toleransi lima menit.", "The delivery's time is outside the tolerance of five minutes.";
    BODY_TOO_LARGE = "SIAGA-5003", 413, "Kiriman terlalu besar.", "The delivery is too large.";
    CONTENT_TYPE = "SIAGA-5004", 415, "Jenis konten harus application/cloudevents+json.", "The content type must be application/cloudevents+json.";
    NOT_AN_EVENT = "SIAGA-5005", 422, "Kiriman bukan CloudEvents 1.0 yang sah.", "The delivery is not a valid CloudEvents 1.0 event.";
    UNKNOWN_TYPE = "SIAGA-5006", 422, "Jenis peristiwa tidak dikenal.", "The event's type is not known.";
    BAD_DATA = "SIAGA-5007", 422, "Data peristiwa tidak sesuai skema.", "The event's data do not fit its schema.";
    ID_TAKEN = "SIAGA-5008", 409, "Id peristiwa sudah dipakai untuk isi yang lain.", "The event's id is already used for another body.";
    SEQUENCE_TAKEN = "SIAGA-5009", 409, "Nomor urut kasus ini sudah dipakai peristiwa lain.", "The case already has another event with this sequence.";
    OTHER_SOURCE = "SIAGA-5010", 409, "Kasus ini milik pengirim lain.", "The case belongs to another source.";
    SEQUENCE_GAP = "SIAGA-5011", 425, "Ada peristiwa kasus ini yang belum diterima.", "An earlier event of this case has not arrived yet.";
    DATABASE = "SIAGA-5012", 503, "Penyimpanan pusat data sedang terganggu.", "The data hub's store is failing.";
    BUSY = "SIAGA-5013", 503, "Pusat data sedang sibuk.", "The data hub is busy.";
    BODY_TOO_SLOW = "SIAGA-5014", 408, "Kiriman tidak selesai diterima pada waktunya.", "The delivery did not arrive completely in time.";
    SIGNED_OUT = "SIAGA-5020", 401, "Masuk terlebih dahulu.", "Sign in first.";
    FORBIDDEN = "SIAGA-5021", 403, "Akun ini tidak boleh membaca pusat data.", "This account may not read the data hub.";
    BAD_QUERY = "SIAGA-5022", 400, "Parameter tidak sah.", "A parameter is not valid.";
    BAD_CURSOR = "SIAGA-5023", 400, "Kursor halaman tidak dikenal; mulai dari awal.", "The page cursor is not known; start from the beginning.";
    NO_SUCH_CASE = "SIAGA-5024", 404, "Kasus tidak ditemukan.", "There is no such case.";
    TOO_MANY = "SIAGA-5025", 429, "Terlalu banyak permintaan; coba lagi nanti.", "Too many requests; try again later.";
    ACCESS_DOWN = "SIAGA-5026", 503, "Hak akses sedang tidak dapat diperiksa.", "Access rights cannot be checked at the moment.";
    NO_SUCH_PATH = "SIAGA-5027", 404, "Alamat pusat data tidak dikenal.", "There is no such address in the data hub.";
    BAD_METHOD = "SIAGA-5028", 405, "Metode tidak didukung di alamat ini.", "This address does not take that method.";
}

/// A refusal on its way to the caller.
#[derive(Debug)]
pub(crate) struct Problem {
    code: &'static HubErrorCode,
    extra: Map<String, Value>,
    retry_after_s: Option<u32>,
}

impl Problem {
    pub(crate) fn new(code: &'static HubErrorCode) -> Self {
        Self { code, extra: Map::new(), retry_after_s: None }
    }

    /// The longer text, in both languages.
    pub(crate) fn detail(self, indonesian: impl Into<String>, english: impl Into<String>) -> Self {
        self.with("detail", indonesian.into()).with("detail_en", english.into())
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.extra.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    pub(crate) fn code(&self) -> &'static str {
        self.code.code
    }

    /// The answer when the database fails; the cause goes to the log, never to the caller.
    pub(crate) fn database(error: &sqlx::Error) -> Self {
        tracing::error!(code = DATABASE.code, %error, "the data hub's store fails");
        Self::new(&DATABASE).retry_after(5)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({
            "type": format!("urn:siaga:error:{}", self.code.code),
            "title": self.code.title_id,
            "title_en": self.code.title_en,
            "status": self.code.http_status,
            "code": self.code.code,
        });
        if let Value::Object(members) = &mut body {
            members.extend(self.extra);
        }
        let status = StatusCode::from_u16(self.code.http_status).expect("the list of codes holds real HTTP statuses");
        let mut response = (status, body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json; charset=utf-8"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_unique_and_have_both_languages_and_a_help_entry() {
        let help = include_str!("../../../docs/hub.md");
        for (index, entry) in ERROR_CODES.iter().enumerate() {
            assert!(entry.code.starts_with("SIAGA-5"), "{}", entry.code);
            assert!(!entry.title_id.is_empty() && !entry.title_en.is_empty());
            assert!(StatusCode::from_u16(entry.http_status).is_ok());
            assert!(help.contains(&format!("`{}`", entry.code)), "docs/hub.md lacks {}", entry.code);
            for other in &ERROR_CODES[index + 1..] {
                assert_ne!(entry.code, other.code);
            }
        }
    }
}
