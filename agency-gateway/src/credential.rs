//! The client's own credential, passed on as it came; and whether its page may use it.

use http::HeaderMap;
use http::header::{AUTHORIZATION, COOKIE, HOST, ORIGIN};
use tonic::metadata::{Ascii, MetadataValue};

use crate::options::{AllowedOrigins, GatewayError};

const COOKIE_NAMES: [&str; 2] = ["siaga_session", "__Host-siaga_session"];

/// Who a request to the core is made as. The core decides what it may; the gateway never looks inside.
#[derive(Clone)]
pub(crate) enum Credential {
    /// A browser's session: the one cookie that is ours, no other.
    Cookie(MetadataValue<Ascii>),
    /// A program's token.
    Bearer(MetadataValue<Ascii>),
}

impl Credential {
    /// The credential of an upgrade. A program that names a token means the token.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let bearer = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        if let Some(value) = bearer.filter(|value| value.len() > 7 && value[..7].eq_ignore_ascii_case("bearer ")) {
            return value.parse().ok().map(Self::Bearer);
        }
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let ours: Vec<&str> = cookies
            .flat_map(|line| line.split(';'))
            .map(str::trim)
            .filter(|pair| pair.split_once('=').is_some_and(|(name, _)| COOKIE_NAMES.contains(&name)))
            .collect();
        if ours.is_empty() { None } else { ours.join("; ").parse().ok().map(Self::Cookie) }
    }

    /// The gateway's own.
    pub(crate) fn own(token: &str) -> Result<Self, GatewayError> {
        format!("Bearer {token}").parse().map(Self::Bearer).map_err(|_| GatewayError::Token)
    }

    /// A request to the core as this one.
    pub(crate) fn request<T>(&self, message: T) -> tonic::Request<T> {
        let mut request = tonic::Request::new(message);
        match self {
            Self::Cookie(value) => request.metadata_mut().insert("cookie", value.clone()),
            Self::Bearer(value) => request.metadata_mut().insert("authorization", value.clone()),
        };
        request
    }

    /// Whether the page that opened the connection may use this credential. A browser sends cookies for any page, and
    /// always says which; a token was put there by the program itself.
    pub(crate) fn origin_allowed(&self, headers: &HeaderMap, host: Option<&str>, allowed: &AllowedOrigins) -> bool {
        if matches!(self, Self::Bearer(_)) {
            return true;
        }
        let mut origins = headers.get_all(ORIGIN).iter();
        let (Some(origin), None) = (origins.next().and_then(|value| value.to_str().ok()), origins.next()) else {
            return false;
        };
        let host = headers.get(HOST).and_then(|value| value.to_str().ok()).or(host);
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        let same = matches!((authority, host), (Some(authority), Some(host)) if authority.eq_ignore_ascii_case(host));
        same || allowed.also.iter().any(|one| one.eq_ignore_ascii_case(origin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    fn sent(pairs: &[(&'static str, &str)]) -> Option<(&'static str, String)> {
        Credential::of(&headers(pairs)).map(|credential| match credential {
            Credential::Cookie(value) => ("cookie", value.to_str().unwrap().to_owned()),
            Credential::Bearer(value) => ("authorization", value.to_str().unwrap().to_owned()),
        })
    }

    #[test]
    fn only_our_own_credential_is_passed_on() {
        assert_eq!(sent(&[]), None);
        assert_eq!(sent(&[("cookie", "theme=dark; xsiaga_session=1")]), None);
        assert_eq!(sent(&[("authorization", "Basic abc")]), None);
        assert_eq!(sent(&[("authorization", "Bearer ")]), None);
        assert_eq!(
            sent(&[("cookie", "theme=dark; siaga_session=abc"), ("cookie", "other=1")]),
            Some(("cookie", "siaga_session=abc".into()))
        );
        assert_eq!(
            sent(&[("cookie", "__Host-siaga_session=abc")]),
            Some(("cookie", "__Host-siaga_session=abc".into()))
        );
        assert_eq!(
            sent(&[("cookie", "siaga_session=abc"), ("authorization", "bearer t")]),
            Some(("authorization", "bearer t".into()))
        );
    }

    #[test]
    fn a_cookie_is_taken_from_our_own_pages_only() {
        let allowed = AllowedOrigins { also: vec!["https://siaga.example".into()] };
        for (origin, ok) in [
            ("http://127.0.0.1:1120", true),
            ("http://127.0.0.1:1121", false),
            ("https://SIAGA.example", true),
            ("http://siaga.example", false),
            ("http://127.0.0.1:1120.evil.example", false),
            ("null", false),
        ] {
            let all = [("host", "127.0.0.1:1120"), ("cookie", "siaga_session=a"), ("origin", origin)];
            let headers = headers(&all);
            let credential = Credential::of(&headers).unwrap();
            assert_eq!(credential.origin_allowed(&headers, None, &allowed), ok, "{origin}");
        }
        let silent = headers(&[("host", "h"), ("cookie", "siaga_session=a")]);
        assert!(!Credential::of(&silent).unwrap().origin_allowed(&silent, None, &allowed));
        let token = headers(&[("host", "h"), ("authorization", "Bearer t"), ("origin", "http://other")]);
        assert!(Credential::of(&token).unwrap().origin_allowed(&token, None, &allowed));
    }
}
