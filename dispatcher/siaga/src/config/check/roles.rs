//! What each role needs of the others when they run elsewhere.

use http::Uri;

use super::{Config, Findings, Role};

/// Addresses of one kind at most.
const ADDRESSES_MAX: usize = 16;
/// Characters of a gateway's name at most, as dispatchers take it.
const GATEWAY_ID_CHARS: usize = 100;

pub(super) fn check(config: &Config, findings: &mut Findings<'_>) {
    let peers = &config.peers;
    addresses("peers.dispatchers", &peers.dispatchers, findings);
    addresses("peers.gateways", &peers.gateways, findings);
    addresses("peers.hub", peers.hub.as_slice(), findings);
    needed(config, findings);
    if peers.token.is_some() && peers.token_file.is_some() {
        findings.add("peers.token", "and peers.token_file are both set; keep one of them");
    } else if config.runs(Role::Gateway) && !config.runs(Role::Dispatcher) {
        token(config, findings);
    }
    if let Some(id) = &peers.gateway_id
        && (id.is_empty() || id.len() > GATEWAY_ID_CHARS || !id.bytes().all(|byte| byte.is_ascii_graphic()))
    {
        findings.add("peers.gateway_id", format!("is no name of 1 to {GATEWAY_ID_CHARS} characters without spaces"));
    }
    if let Some(path) = &peers.ca_file
        && let Err(message) = crate::peers::tls::read_roots(path)
    {
        findings.add("peers.ca_file", message);
    }
}

/// What a role cannot do without.
fn needed(config: &Config, findings: &mut Findings<'_>) {
    let peers = &config.peers;
    let has_core = config.runs(Role::Dispatcher);
    if !has_core && !config.roles.is_empty() && peers.dispatchers.is_empty() {
        findings.add(
            "peers.dispatchers",
            "is missing, and this process runs no dispatcher itself; name the dispatchers' addresses, such as \
             https://112-a.example, or add `dispatcher` to roles",
        );
    }
    if config.runs(Role::Console) && !config.runs(Role::Gateway) && !has_core && peers.gateways.is_empty() {
        findings.add(
            "peers.gateways",
            "is missing, and this process runs no gateway itself, so no screen of this console would be live; name the \
             gateways' addresses, or add `gateway` to roles",
        );
    }
    let knows_key = !config.hub.keys.is_empty() || config.hub.keys_file.is_some();
    if config.runs(Role::Hub) && !has_core && !config.runs(Role::Gateway) && !knows_key {
        findings.add(
            "hub.keys_file",
            "is missing, and the gateways elsewhere cannot know a key that is made here; name the file with the key \
             that both sides share",
        );
    }
}

fn token(config: &Config, findings: &mut Findings<'_>) {
    let key = if config.peers.token.is_some() { "peers.token" } else { "peers.token_file" };
    match config.peers.gateway_token() {
        Ok(Some(_)) => {}
        Ok(None) => findings.add(
            key,
            "is missing, and a gateway apart from its dispatcher needs a token of its own; make one there by \
             `siaga account gateway-token NAME --file FILE`",
        ),
        Err(message) => findings.add(key, message),
    }
}

fn addresses(key: &str, addresses: &[String], findings: &mut Findings<'_>) {
    if addresses.len() > ADDRESSES_MAX {
        findings.add(key, format!("names more than {ADDRESSES_MAX} addresses"));
    }
    for address in addresses {
        if let Err(why) = address_problem(address) {
            findings.add(key, format!("`{address}` {why}"));
        }
    }
}

/// Credentials and callers' data go over this connection: in the clear only within the machine.
fn address_problem(address: &str) -> Result<(), &'static str> {
    let uri: Uri = address.parse().map_err(|_| "is no address; give https://HOST")?;
    let (Some(scheme @ ("http" | "https")), Some(host)) = (uri.scheme_str(), uri.host()) else {
        return Err("is no address; give https://HOST");
    };
    if !matches!(uri.path(), "" | "/") || uri.query().is_some() || address.contains('@') {
        return Err("has more than a host and a port; give https://HOST");
    }
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let loopback = bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if scheme == "http" && !loopback {
        return Err("would send credentials over the network in the clear; give https://, which that machine serves \
                    with [tls], or the loopback end of a tunnel");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::config::{Sources, load};

    const TOKEN: &str = "0123456789abcdef0123456789abcdef";

    /// The keys that a file is refused for, and what is said.
    fn refused(text: &str) -> Vec<(String, String)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("siaga.toml");
        std::fs::write(&path, text).unwrap();
        let loaded = load(&Sources { file: Some(path), ..Sources::default() });
        loaded.err().map_or_else(Vec::new, |problems| {
            problems.0.into_iter().map(|problem| (problem.key.clone(), problem.to_string())).collect()
        })
    }

    #[test]
    fn each_role_apart_says_what_it_lacks() {
        for (text, key) in [
            ("roles = [\"hub\"]\n[hub]\nkeys = [\"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz\"]\n", "peers.dispatchers"),
            ("roles = [\"hub\"]\n[peers]\ndispatchers = [\"https://a.example\"]\n", "hub.keys_file"),
            ("roles = [\"console\"]\n[peers]\ndispatchers = [\"https://a.example\"]\n", "peers.gateways"),
            ("roles = [\"gateway\"]\n[peers]\ndispatchers = [\"https://a.example\"]\n", "peers.token_file"),
        ] {
            let found = refused(text);
            assert_eq!(found.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), [key], "{text}: {found:?}");
        }
        let whole = format!(
            "roles = [\"gateway\", \"console\", \"hub\"]\n[peers]\ndispatchers = [\"https://a.example\", \
             \"http://127.0.0.1:1121\"]\ntoken = \"{TOKEN}\"\n"
        );
        assert_eq!(refused(&whole), []);
        // One file may serve all machines.
        assert_eq!(refused("[peers]\ndispatchers = [\"https://a.example\"]\n"), []);
    }

    #[test]
    fn addresses_and_tokens_are_checked_and_secrets_not_repeated() {
        for address in
            ["a.example", "ftp://a.example", "https://a.example/siaga", "https://u:p@a.example", "http://10.0.0.1"]
        {
            let found = refused(&format!("[peers]\ndispatchers = [\"{address}\"]\n"));
            assert_eq!(found.len(), 1, "{address}: {found:?}");
            assert!(found[0].1.contains("siaga.toml:2:1: peers.dispatchers"), "{found:?}");
        }
        let clear = refused("[peers]\nhub = \"http://hub.example\"\n");
        assert!(clear[0].1.contains("in the clear"), "{clear:?}");
        let gateway = "roles = [\"gateway\"]\n[peers]\ndispatchers = [\"https://a.example\"]\n";
        let short = refused(&format!("{gateway}token = \"hunter2\"\n"));
        assert!(short[0].1.contains("gateway-token") && !short[0].1.contains("hunter2"), "{short:?}");
        let missing = refused(&format!("{gateway}token_file = \"/nonexistent\"\n"));
        assert!(missing[0].1.contains("4:1: peers.token_file: /nonexistent cannot be read"), "{missing:?}");
        let both = refused(&format!("{gateway}token_file = \"/nonexistent\"\ntoken = \"{TOKEN}\"\n"));
        assert!(both[0].1.contains("both set"), "{both:?}");
        assert_eq!(refused("[peers]\ngateway_id = \"with space\"\n")[0].0, "peers.gateway_id");
        assert_eq!(refused("[peers]\nca_file = \"/nonexistent\"\n")[0].0, "peers.ca_file");
    }
}
