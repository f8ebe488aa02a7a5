//! `/readyz`: whether another process is there and well.

use async_trait::async_trait;
use http::{Request, StatusCode};
use tonic::body::Body;
use tonic::transport::Channel;
use tower::ServiceExt as _;

use crate::server::health::{Check, Health};

/// Asks another process's own `/readyz`.
pub struct PeerCheck {
    /// What it is: `dispatcher`.
    pub name: &'static str,
    /// The way to it.
    pub channel: Channel,
    /// This process cannot do its work without it.
    pub needed: bool,
}

#[async_trait]
impl Check for PeerCheck {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn check(&self) -> Health {
        let request = Request::get("http://siaga.peer/readyz").body(Body::empty()).expect("a fixed request");
        let found = match self.channel.clone().oneshot(request).await {
            Ok(answer) if answer.status() == StatusCode::OK => return Health::Ok,
            Ok(answer) => format!("the {} says that it is not ready (status {})", self.name, answer.status().as_u16()),
            Err(error) => {
                tracing::debug!(peer = self.name, %error, "could not be asked");
                format!("no {} can be reached", self.name)
            }
        };
        if self.needed { Health::Failed(found) } else { Health::Warn(found) }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use axum::Router;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::config::{Config, Tls};
    use crate::peers::{Dialer, over};
    use crate::server::{Server, health};

    struct Fixed(Health);

    #[async_trait]
    impl Check for Fixed {
        fn name(&self) -> &'static str {
            "store"
        }

        async fn check(&self) -> Health {
            self.0.clone()
        }
    }

    /// A process with TLS whose only part is so; its address, and the file of the authority that it is signed by.
    fn process(folder: &Path, name: &str, part: Health) -> (String, std::path::PathBuf) {
        let pair = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let file = |kind: &str| folder.join(format!("{name}.{kind}.pem"));
        let tls = Tls { certificate: file("certificate"), key: file("key") };
        std::fs::write(&tls.certificate, pair.cert.pem()).unwrap();
        std::fs::write(&tls.key, pair.signing_key.serialize_pem()).unwrap();
        let ca_file = tls.certificate.clone();
        let config = Config { listen: "127.0.0.1:0".parse().unwrap(), tls: Some(tls), ..Config::default() };
        let server = Server::bind(&config).unwrap();
        let url = format!("https://localhost:{}", server.local_addr().unwrap().port());
        let router = Router::new().merge(health::router(vec![Arc::new(Fixed(part))]));
        tokio::spawn(server.run(router, CancellationToken::new()));
        (url, ca_file)
    }

    async fn asked(url: &str, ca_file: &Path, needed: bool) -> Health {
        let dialer = Dialer::new("dispatcher", &[url.to_owned()], Some(ca_file), "h2").unwrap();
        PeerCheck { name: "dispatcher", channel: over(dialer), needed }.check().await
    }

    #[tokio::test]
    async fn another_process_is_believed_by_its_certificate_and_about_itself() {
        let folder = tempfile::tempdir().unwrap();
        let (well, ca_file) = process(folder.path(), "well", Health::Ok);
        let (ill, other_ca_file) = process(folder.path(), "ill", Health::Failed("full".into()));
        assert_eq!(asked(&well, &ca_file, true).await, Health::Ok);
        let not_ready = "the dispatcher says that it is not ready (status 503)".to_owned();
        assert_eq!(asked(&ill, &other_ca_file, true).await, Health::Failed(not_ready.clone()));
        assert_eq!(asked(&ill, &other_ca_file, false).await, Health::Warn(not_ready));
        let stranger = asked(&well, &other_ca_file, true).await;
        assert_eq!(stranger, Health::Failed("no dispatcher can be reached".to_owned()));
    }
}
