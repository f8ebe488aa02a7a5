//! Every refusal that the gateway itself makes: one stable code, words in Indonesian and in English.

use siaga_proto::v1::{ErrorDetail, ServerFrame, server_frame::Frame};

/// One entry of the gateway's list of errors.
#[derive(Debug, PartialEq, Eq)]
pub struct GatewayErrorCode {
    /// The stable code, `SIAGA-18xx`.
    pub code: &'static str,
    /// What it says in Indonesian.
    pub message_id: &'static str,
    /// What it says in English.
    pub message_en: &'static str,
}

macro_rules! codes {
    ($($name:ident = $code:literal, $id:literal, $en:literal;)*) => {
        $(pub(crate) const $name: GatewayErrorCode =
            GatewayErrorCode { code: $code, message_id: $id, message_en: $en };)*
        /// All error codes of the gateway, in order; `docs/agency-protocol.md` says what a client does for each.
        pub const ERROR_CODES: &[GatewayErrorCode] = &[$($name),*];
    };
}

codes! {
    BINARY = "SIAGA-1801", "Bingkai biner tidak diterima; kirim JSON sebagai teks.", "Binary frames are not taken; send JSON as text.";
    NOT_UTF8 = "SIAGA-1802", "Bingkai bukan teks UTF-8 yang sah.", "The frame is not valid UTF-8 text.";
    NOT_JSON = "SIAGA-1803", "Bingkai bukan JSON yang sah.", "The frame is not valid JSON.";
    UNKNOWN_SHAPE = "SIAGA-1804", "Isi bingkai tidak dikenal.", "The frame has no shape that is known here.";
    TOO_LARGE = "SIAGA-1805", "Bingkai terlalu besar.", "The frame is too large.";
    TOO_MANY_BAD = "SIAGA-1806", "Terlalu banyak bingkai yang salah; sambungan diakhiri.", "Too many bad frames; the connection ends.";
    HELLO_EXPECTED = "SIAGA-1807", "Bingkai pertama harus Hello, satu kali.", "The first frame must be Hello, and only the first.";
    HELLO_LATE = "SIAGA-1808", "Hello tidak diterima pada waktunya.", "Hello did not arrive in time.";
    SILENT = "SIAGA-1809", "Tidak ada kabar dari klien; sambungan diakhiri.", "The client fell silent; the connection ends.";
    TOO_MANY_SESSIONS = "SIAGA-1810", "Gerbang sudah penuh; coba lagi sebentar.", "The gateway is full; try again shortly.";
    TOO_MANY_OF_ADDRESS = "SIAGA-1811", "Terlalu banyak sambungan dari alamat ini.", "Too many connections from this address.";
    TOO_MANY_OF_ACCOUNT = "SIAGA-1812", "Terlalu banyak sambungan dari akun ini.", "Too many connections of this account.";
    SLOW = "SIAGA-1813", "Klien terlalu lambat membaca; sambung lagi dan lanjutkan.", "The client reads too slowly; connect again and resume.";
    BUSY = "SIAGA-1814", "Terlalu banyak perintah yang belum selesai; tunggu jawabannya.", "Too many commands are waiting; wait for their results.";
    CORE_UNREACHABLE = "SIAGA-1815", "Pusat tidak terjangkau; ulangi dengan nomor permintaan yang sama.", "The core cannot be reached; repeat with the same request id.";
    OTHER_ORIGIN = "SIAGA-1816", "Halaman asal tidak diizinkan.", "The page's origin is not allowed.";
    NO_CREDENTIAL = "SIAGA-1817", "Masuk terlebih dahulu, atau kirim token.", "Sign in first, or send a token.";
    NOT_A_SOCKET = "SIAGA-1818", "Alamat ini hanya untuk WebSocket.", "This address takes WebSocket connections only.";
    BEHIND = "SIAGA-1819", "Data berubah terlalu cepat untuk disalin; sambung lagi.", "Data change too fast to be copied; connect again.";
    STOPPING = "SIAGA-1820", "Gerbang sedang berhenti; sambung lagi.", "The gateway is stopping; connect again.";
}

impl GatewayErrorCode {
    /// The error as the contract carries it.
    pub(crate) fn detail(&self) -> ErrorDetail {
        ErrorDetail {
            code: self.code.into(),
            message_id: self.message_id.into(),
            message_en: self.message_en.into(),
            ..ErrorDetail::default()
        }
    }

    /// The error with a time after which to try again, ms.
    pub(crate) fn retry_after_ms(&self, retry_after_ms: u64) -> ErrorDetail {
        ErrorDetail { retry_after_ms, ..self.detail() }
    }
}

/// An `error` frame.
pub(crate) fn error_frame(detail: ErrorDetail) -> ServerFrame {
    ServerFrame { frame: Some(Frame::Error(detail)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_unique_in_order_and_explained() {
        let help = include_str!("../../docs/agency-protocol.md");
        for (index, entry) in ERROR_CODES.iter().enumerate() {
            assert_eq!(entry.code, format!("SIAGA-18{:02}", index + 1));
            assert!(!entry.message_id.is_empty() && !entry.message_en.is_empty());
            assert!(help.contains(&format!("`{}`", entry.code)), "docs/agency-protocol.md lacks {}", entry.code);
        }
    }
}
