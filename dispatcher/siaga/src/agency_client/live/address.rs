//! Where a server is, and how its certificate is judged: one address for gRPC and the WebSocket.

use http::Uri;
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use std::{path::Path, sync::Arc, time::Duration};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};

/// A server address that cannot be used; the text says what to do.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0}")]
pub struct AddressError(String);

/// The one origin of a Siaga server: gRPC and `/ws` are behind it.
#[derive(Debug, Clone)]
pub struct ServerAddress {
    authority: String,
    tls: Option<Arc<ClientConfig>>,
    ca_pem: Option<Vec<u8>>,
}

impl ServerAddress {
    /// Reads `http://host:port`, `https://…`, `ws://…` or `wss://…`. `ca_file`: a PEM file of the authority that signed
    /// the server's certificate, when the machine does not know it.
    ///
    /// # Errors
    /// What is wrong with the address or the file.
    pub fn parse(url: &str, ca_file: Option<&Path>) -> Result<Self, AddressError> {
        let wrong = |why: &str| AddressError(format!("\"{url}\" is not a server address: {why}"));
        let uri: Uri = url.trim().parse().map_err(|_| wrong("write http://host:port or https://host"))?;
        let encrypted = match uri.scheme_str() {
            Some("http" | "ws") => false,
            Some("https" | "wss") => true,
            _ => return Err(wrong("it must begin with http://, https://, ws:// or wss://")),
        };
        if !matches!(uri.path(), "" | "/" | "/ws") || uri.query().is_some() {
            return Err(wrong("leave out the path; gRPC and /ws are found below the address itself"));
        }
        let authority = uri.authority().ok_or_else(|| wrong("the host is missing"))?.to_string();
        if authority.contains('@') {
            return Err(wrong("leave out the user name; use --username or --token"));
        }
        let ca_pem = ca_file
            .map(|path| {
                std::fs::read(path).map_err(|e| AddressError(format!("{} cannot be read: {e}", path.display())))
            })
            .transpose()?;
        let tls = encrypted.then(|| trust(ca_pem.as_deref())).transpose()?;
        Ok(Self { authority, tls, ca_pem })
    }

    /// The address for people, e.g. `http://127.0.0.1:1120`.
    pub fn url(&self) -> String {
        format!("{}://{}", if self.tls.is_some() { "https" } else { "http" }, self.authority)
    }

    /// The address of the WebSocket.
    pub fn websocket_url(&self) -> String {
        format!("{}://{}/ws", if self.tls.is_some() { "wss" } else { "ws" }, self.authority)
    }

    /// The certificates that are trusted; none without TLS.
    pub(super) fn tls(&self) -> Option<Arc<ClientConfig>> {
        self.tls.clone()
    }

    /// A gRPC channel that connects at its first use, and again by itself.
    ///
    /// # Errors
    /// When the address or the certificates cannot be used.
    pub fn channel(&self) -> Result<Channel, AddressError> {
        let unusable = |e: tonic::transport::Error| AddressError(format!("{} cannot be used: {e}", self.url()));
        let mut endpoint = Endpoint::from_shared(self.url())
            .map_err(unusable)?
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(30))
            .tcp_nodelay(true)
            // Without these a channel notices a healed network only after most of a minute.
            .http2_keep_alive_interval(Duration::from_secs(1))
            .keep_alive_timeout(Duration::from_secs(5))
            .keep_alive_while_idle(true);
        if self.tls.is_some() {
            let tls = match &self.ca_pem {
                Some(pem) => ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem)),
                None => ClientTlsConfig::new().with_native_roots(),
            };
            endpoint = endpoint.tls_config(tls).map_err(unusable)?;
        }
        Ok(endpoint.connect_lazy())
    }
}

fn trust(ca_pem: Option<&[u8]>) -> Result<Arc<ClientConfig>, AddressError> {
    let mut roots = RootCertStore::empty();
    if let Some(pem) = ca_pem {
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|e| AddressError(format!("the CA file is not PEM: {e:?}")))?;
            roots.add(certificate).map_err(|e| AddressError(format!("the CA file cannot be used: {e}")))?;
        }
    } else {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    if roots.is_empty() {
        return Err(AddressError("no trusted certificates found: name the authority's PEM file with --ca-file".into()));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| AddressError(format!("TLS cannot be set up: {e}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_for_grpc_and_websocket() {
        let address = ServerAddress::parse("http://127.0.0.1:1120/", None).unwrap();
        assert_eq!(address.url(), "http://127.0.0.1:1120");
        assert_eq!(address.websocket_url(), "ws://127.0.0.1:1120/ws");
        let by_socket = ServerAddress::parse("ws://pusat:80/ws", None).unwrap();
        assert_eq!(by_socket.url(), "http://pusat:80");
    }

    #[test]
    fn bad_addresses_say_why() {
        for (url, word) in [
            ("127.0.0.1:1120", "begin with"),
            ("ftp://127.0.0.1", "begin with"),
            ("http://pusat/siaga", "path"),
            ("http://a:b@pusat", "user name"),
            ("", "http://host:port"),
            ("http://pusat/?a=b", "path"),
        ] {
            let error = ServerAddress::parse(url, None).unwrap_err().to_string();
            assert!(error.contains(word), "{url}: {error}");
        }
    }

    #[test]
    fn a_missing_authority_file_is_named() {
        let error = ServerAddress::parse("https://pusat", Some(Path::new("/nowhere/ca.pem"))).unwrap_err();
        assert!(error.to_string().contains("/nowhere/ca.pem"));
    }
}
