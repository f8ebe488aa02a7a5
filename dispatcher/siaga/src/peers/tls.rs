//! Whose certificates are believed when this process connects to others.

use std::path::Path;
use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

/// The authorities in a PEM file.
///
/// # Errors
/// It cannot be read, or holds no certificate of an authority.
pub fn read_roots(path: &Path) -> Result<RootCertStore, String> {
    let shown = path.display();
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| format!("{shown} cannot be read as PEM: {error}"))?;
    let mut roots = RootCertStore::empty();
    for certificate in certificates {
        roots.add(certificate).map_err(|error| format!("{shown} holds a certificate that cannot be used: {error}"))?;
    }
    if roots.is_empty() { Err(format!("{shown} holds no certificate")) } else { Ok(roots) }
}

/// How to speak TLS to a server, as a protocol of HTTP (`h2`, `http/1.1`).
///
/// # Errors
/// No authority is known.
pub fn client(ca_file: Option<&Path>, protocol: &str) -> Result<Arc<ClientConfig>, String> {
    let roots = match ca_file {
        Some(path) => read_roots(path)?,
        None => {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            roots
        }
    };
    if roots.is_empty() {
        return Err("this machine trusts no authority; name one in peers.ca_file".to_owned());
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    Ok(Arc::new(config))
}
