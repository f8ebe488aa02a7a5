//! Whose request it is: the peer's address, or what a trusted proxy says.

use std::net::IpAddr;

use http::{HeaderMap, HeaderName, HeaderValue, Request};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Other headers by which clients claim an address. Nobody behind this server may believe them.
const CLAIMS: [&str; 3] = ["forwarded", "x-real-ip", "x-client-ip"];

/// Address of the client that sent a request, in its extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// The proxies whose word about their client's address is taken.
#[derive(Debug, Clone)]
pub struct TrustedProxies(Vec<IpAddr>);

impl TrustedProxies {
    /// Of the addresses in `trusted_proxy`.
    #[must_use]
    pub fn new(addresses: &[IpAddr]) -> Self {
        Self(addresses.iter().map(IpAddr::to_canonical).collect())
    }

    /// Puts the client's address into the request's extensions, and alone into `x-forwarded-for`, so that login limits
    /// behind a further hop see the same one and no client can choose its own.
    pub fn stamp<B>(&self, request: &mut Request<B>, peer: IpAddr) {
        let address = self.client(peer.to_canonical(), request.headers());
        for claim in CLAIMS {
            request.headers_mut().remove(claim);
        }
        let value = HeaderValue::from_str(&address.to_string()).expect("an address is ASCII");
        request.headers_mut().insert(FORWARDED_FOR, value);
        request.extensions_mut().insert(ClientAddress(address));
    }

    /// Walks the chain from the nearest hop outwards, as long as each hop is trusted.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut address = peer;
        let hops: Vec<&HeaderValue> = headers.get_all(FORWARDED_FOR).iter().collect();
        let hops = hops.into_iter().rev().filter_map(|value| value.to_str().ok());
        for hop in hops.flat_map(|value| value.rsplit(',')) {
            if !self.0.contains(&address) {
                break;
            }
            match hop.trim().parse::<IpAddr>() {
                Ok(next) => address = next.to_canonical(),
                Err(_) => break,
            }
        }
        address
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(trusted: &[&str], peer: &str, forwarded: &[&str]) -> (String, String) {
        let trusted: Vec<IpAddr> = trusted.iter().map(|address| address.parse().unwrap()).collect();
        let mut request = Request::new(());
        for value in forwarded {
            request.headers_mut().append(FORWARDED_FOR, value.parse().unwrap());
        }
        request.headers_mut().insert("x-real-ip", "9.9.9.9".parse().unwrap());
        TrustedProxies::new(&trusted).stamp(&mut request, peer.parse().unwrap());
        assert!(!request.headers().contains_key("x-real-ip"));
        let header = request.headers()[FORWARDED_FOR].to_str().unwrap().to_owned();
        (request.extensions().get::<ClientAddress>().unwrap().0.to_string(), header)
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        for (trusted, peer, forwarded, client) in [
            (&[][..], "192.0.2.1", &["198.51.100.7"][..], "192.0.2.1"),
            (&["192.0.2.1"], "192.0.2.1", &["198.51.100.7"], "198.51.100.7"),
            (&["192.0.2.1"], "192.0.2.1", &["203.0.113.5, 198.51.100.7"], "198.51.100.7"),
            (&["192.0.2.1", "198.51.100.7"], "192.0.2.1", &["203.0.113.5, 198.51.100.7"], "203.0.113.5"),
            (&["192.0.2.1", "198.51.100.7"], "192.0.2.1", &["203.0.113.5", "198.51.100.7"], "203.0.113.5"),
            (&["192.0.2.1"], "192.0.2.1", &["not an address"], "192.0.2.1"),
            (&["192.0.2.1"], "192.0.2.1", &[], "192.0.2.1"),
            (&["192.0.2.1"], "::ffff:192.0.2.1", &["198.51.100.7"], "198.51.100.7"),
        ] {
            assert_eq!(seen(trusted, peer, forwarded), (client.to_owned(), client.to_owned()));
        }
    }
}
