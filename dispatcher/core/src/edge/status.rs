//! One error, mapped to a gRPC status once.

use prost::Message;
use siaga_domain::{ErrorKind, SiagaError};
use siaga_proto::v1;
use tonic::{
    Code, Status,
    metadata::{AsciiMetadataValue, BinaryMetadataValue, MetadataMap},
};

/// The status of an error: public words only, code and details in the metadata.
pub fn of(error: SiagaError) -> Status {
    let code = match error.kind {
        ErrorKind::Invalid => Code::InvalidArgument,
        ErrorKind::Unauthenticated => Code::Unauthenticated,
        ErrorKind::Forbidden => Code::PermissionDenied,
        ErrorKind::NotFound => Code::NotFound,
        ErrorKind::Conflict => Code::FailedPrecondition,
        ErrorKind::Stale => Code::Aborted,
        ErrorKind::Exhausted => Code::ResourceExhausted,
        ErrorKind::Unavailable => Code::Unavailable,
        ErrorKind::Internal => Code::Internal,
    };
    let mut metadata = MetadataMap::new();
    metadata.insert("siaga-error-code", AsciiMetadataValue::from_static(error.code));
    if let Ok(english) = AsciiMetadataValue::try_from(percent_encoded(&error.en)) {
        metadata.insert("siaga-error-en", english);
    }
    metadata.insert_bin("siaga-error-detail-bin", BinaryMetadataValue::from_bytes(&detail(&error).encode_to_vec()));
    Status::with_metadata(code, error.id.clone(), metadata)
}

/// The machine-readable part of an error.
pub fn detail(error: &SiagaError) -> v1::ErrorDetail {
    v1::ErrorDetail {
        code: error.code.to_owned(),
        message_id: error.id.clone(),
        message_en: error.en.clone(),
        field: error.field.clone().unwrap_or_default(),
        conflicts: error
            .conflicts
            .iter()
            .map(|conflict| v1::FieldConflict {
                field: conflict.field.clone(),
                current: conflict.current.clone(),
                wanted: conflict.wanted.clone(),
            })
            .collect(),
        current_version: error.current_version,
        allowed: error.allowed.clone(),
        retry_after_ms: error.retry_after_ms,
    }
}

fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b' '..=b'~' if byte != b'%' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
