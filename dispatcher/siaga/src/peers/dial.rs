//! One connection to one of several addresses.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::either::Either;

use super::tls;

/// A connection, with or without TLS.
pub type Wire = Either<TcpStream, TlsStream<TcpStream>>;

/// How long one address may take to answer, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(1_500);
/// An address that failed is tried after the others for this long.
const AVOID_FOR: Duration = Duration::from_secs(5);
/// After all addresses failed, nobody tries for this long, then for twice as long, up to the most.
const PAUSE_MIN: Duration = Duration::from_millis(25);
const PAUSE_MAX: Duration = Duration::from_secs(1);

/// Connects to the first of several addresses that answers, beginning with another one each time.
pub struct Dialer {
    /// What they are, for messages: `dispatcher`.
    what: &'static str,
    addresses: Vec<Address>,
    /// Whether a connection lasts and is worth a line in the log; sessions come and go.
    lasts: bool,
    state: Mutex<State>,
}

struct Address {
    /// As configured, for messages.
    shown: String,
    host: String,
    port: u16,
    tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
}

#[derive(Default)]
struct State {
    /// Where the next one begins.
    next: usize,
    failed_at: Vec<Option<Instant>>,
    /// Nobody answered at this time; how long to leave them alone.
    nobody: Option<(Instant, Duration)>,
}

impl Dialer {
    /// Of checked addresses (`https://host:port`), to speak a protocol of HTTP (`h2`, `http/1.1`).
    ///
    /// # Errors
    /// An address or the authority's file cannot be used; the text says why.
    pub fn new(
        what: &'static str,
        urls: &[String],
        ca_file: Option<&Path>,
        protocol: &'static str,
    ) -> Result<Self, String> {
        let encrypted = urls.iter().any(|url| url.starts_with("https://"));
        let config = encrypted.then(|| tls::client(ca_file, protocol)).transpose()?;
        let addresses = urls.iter().map(|url| Address::of(url, config.as_ref())).collect::<Result<Vec<_>, _>>()?;
        let state = State { failed_at: vec![None; addresses.len()], ..State::default() };
        Ok(Self { what, addresses, lasts: protocol == "h2", state: Mutex::new(state) })
    }

    /// How many addresses there are.
    #[must_use]
    pub fn addresses(&self) -> usize {
        self.addresses.len()
    }

    /// A new connection.
    ///
    /// # Errors
    /// None of the addresses answers, or none did a moment ago.
    pub async fn dial(&self) -> io::Result<Wire> {
        let order = self.order()?;
        for index in order {
            let address = &self.addresses[index];
            let tried = tokio::time::timeout(CONNECT_TIMEOUT, address.connect()).await;
            match tried.unwrap_or_else(|_| Err(io::Error::new(io::ErrorKind::TimedOut, "no answer in time"))) {
                Ok(wire) => {
                    if self.lasts {
                        tracing::info!(peer = self.what, address = address.shown, "connected");
                    }
                    self.settled(index);
                    return Ok(wire);
                }
                Err(error) => {
                    tracing::warn!(peer = self.what, address = address.shown, %error, "does not answer");
                    self.failed(index);
                }
            }
        }
        self.nobody();
        Err(io::Error::new(io::ErrorKind::NotConnected, format!("no {} answers", self.what)))
    }

    /// The addresses in the order of this time: from the next one on, those that just failed last.
    fn order(&self) -> io::Result<Vec<usize>> {
        let mut state = self.lock();
        if let Some((at, pause)) = state.nobody
            && at.elapsed() < pause
        {
            return Err(io::Error::new(io::ErrorKind::NotConnected, format!("no {} answered just now", self.what)));
        }
        let count = self.addresses.len();
        let first = state.next % count.max(1);
        state.next = first + 1;
        let mut order: Vec<usize> = (first..count).chain(0..first).collect();
        order.sort_by_key(|index| state.failed_at[*index].is_some_and(|at| at.elapsed() < AVOID_FOR));
        Ok(order)
    }

    fn settled(&self, index: usize) {
        let mut state = self.lock();
        state.failed_at[index] = None;
        state.nobody = None;
        state.next = index + 1;
    }

    fn failed(&self, index: usize) {
        self.lock().failed_at[index] = Some(Instant::now());
    }

    fn nobody(&self) {
        let mut state = self.lock();
        let pause = state.nobody.map_or(PAUSE_MIN, |(_, pause)| (pause * 2).min(PAUSE_MAX));
        state.nobody = Some((Instant::now(), pause));
        metrics::counter!("siaga_peer_away_total", "peer" => self.what).increment(1);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        // Nothing under this lock leaves a half-done state behind when it panics.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Address {
    fn of(url: &str, tls: Option<&Arc<ClientConfig>>) -> Result<Self, String> {
        let wrong = || format!("`{url}` is no address; give https://HOST");
        let uri: http::Uri = url.parse().map_err(|_| wrong())?;
        let host = uri.host().ok_or_else(wrong)?.trim_start_matches('[').trim_end_matches(']').to_owned();
        let encrypted = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if encrypted { 443 } else { 80 });
        let tls = match tls.filter(|_| encrypted) {
            Some(config) => {
                let name = ServerName::try_from(host.clone()).map_err(|_| wrong())?;
                Some((Arc::clone(config), name))
            }
            None => None,
        };
        Ok(Self { shown: url.to_owned(), host, port, tls })
    }

    async fn connect(&self) -> io::Result<Wire> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        // Frames are small and urgent.
        stream.set_nodelay(true)?;
        match &self.tls {
            None => Ok(Either::Left(stream)),
            Some((config, name)) => {
                let stream = TlsConnector::from(Arc::clone(config)).connect(name.clone(), stream).await?;
                Ok(Either::Right(stream))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    async fn listener() -> (TcpListener, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        (listener, url)
    }

    fn port(wire: &Wire) -> u16 {
        let Either::Left(stream) = wire else { panic!("no TLS here") };
        stream.peer_addr().unwrap().port()
    }

    #[tokio::test]
    async fn the_next_address_takes_over_and_a_dead_one_comes_last() {
        let (one, one_url) = listener().await;
        let (two, two_url) = listener().await;
        let ports = [one.local_addr().unwrap().port(), two.local_addr().unwrap().port()];
        let dialer = Dialer::new("dispatcher", &[one_url, two_url], None, "h2").unwrap();
        let mut seen = Vec::new();
        for _ in 0..3 {
            seen.push(port(&dialer.dial().await.unwrap()));
        }
        assert_eq!(seen, [ports[0], ports[1], ports[0]], "in turn");
        drop(two);
        for _ in 0..3 {
            assert_eq!(port(&dialer.dial().await.unwrap()), ports[0], "the one that is left");
        }
    }

    #[tokio::test]
    async fn nobody_is_said_at_once_and_not_asked_for_ever() {
        let (one, url) = listener().await;
        let address = one.local_addr().unwrap();
        drop(one);
        let dialer = Dialer::new("gateway", &[url], None, "http/1.1").unwrap();
        assert_eq!(dialer.dial().await.unwrap_err().to_string(), "no gateway answers");
        assert_eq!(dialer.dial().await.unwrap_err().to_string(), "no gateway answered just now");
        let again = TcpListener::bind(address).await.unwrap();
        // The pause is bounded, so it ends.
        while dialer.dial().await.is_err() {
            tokio::task::yield_now().await;
        }
        drop(again);
    }
}
