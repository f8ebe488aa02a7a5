//! The server's certificate and key, read by rustls.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::config::Tls;

/// Why a certificate or key cannot be used.
#[derive(Debug)]
pub struct TlsProblem {
    /// Configuration key of the file that is wrong.
    pub key: &'static str,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// Reads certificate chain and key, and checks that they belong together.
///
/// # Errors
/// Names the file that is missing, unreadable, empty, of another format, or that does not fit the other.
pub fn load(tls: &Tls) -> Result<Arc<ServerConfig>, TlsProblem> {
    let certificate = |message: String| TlsProblem { key: "tls.certificate", message };
    let key = |message: String| TlsProblem { key: "tls.key", message };
    let path = tls.certificate.display();
    let chain = CertificateDer::pem_file_iter(&tls.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| certificate(format!("{path} cannot be read as PEM: {error}")))?;
    if chain.is_empty() {
        return Err(certificate(format!("{path} holds no certificate; give the PEM file of the chain, leaf first")));
    }
    let private_key = PrivateKeyDer::from_pem_file(&tls.key)
        .map_err(|error| key(format!("{} cannot be read as a PEM private key: {error}", tls.key.display())))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| certificate(error.to_string()))?
        .with_no_client_auth()
        .with_single_cert(chain, private_key)
        .map_err(|error| key(format!("{} does not go with {path}: {error}", tls.key.display())))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &std::path::Path, name: &str, text: &str) -> std::path::PathBuf {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    #[test]
    fn a_pair_that_belongs_together_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let pair = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let certificate = write(folder.path(), "cert.pem", &pair.cert.pem());
        let key = write(folder.path(), "key.pem", &pair.signing_key.serialize_pem());
        let config = load(&Tls { certificate, key }).unwrap();
        assert_eq!(config.alpn_protocols, [b"h2".to_vec(), b"http/1.1".to_vec()]);
    }

    #[test]
    fn each_wrong_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let pair = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let other = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let certificate = write(folder.path(), "cert.pem", &pair.cert.pem());
        let other_key = write(folder.path(), "other.pem", &other.signing_key.serialize_pem());
        let empty = write(folder.path(), "empty.pem", "");
        let missing = folder.path().join("missing.pem");
        for (certificate, key, wrong) in [
            (&certificate, &other_key, "tls.key"),
            (&certificate, &empty, "tls.key"),
            (&certificate, &missing, "tls.key"),
            (&empty, &other_key, "tls.certificate"),
            (&missing, &other_key, "tls.certificate"),
        ] {
            let problem = load(&Tls { certificate: certificate.clone(), key: key.clone() }).unwrap_err();
            assert_eq!(problem.key, wrong, "{}", problem.message);
        }
    }
}
