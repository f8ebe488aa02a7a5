//! Where the other processes of an installation are.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Secret;

/// The other processes of an installation, for a process that does not run all roles. Keys of roles that this process
/// runs itself are passed over, so that one file may serve all machines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Peers {
    /// Addresses of dispatchers, such as `https://112-a.example`: the first that answers is used, and the next one when
    /// it goes away.
    pub dispatchers: Vec<String>,
    /// Addresses of gateways, to which a console passes live screens on, in turn.
    pub gateways: Vec<String>,
    /// Address of the data hub, to which a console passes `/hub/` on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hub: Option<String>,
    /// PEM file of the authority that signed the others' certificates; without it those that this machine trusts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// A gateway's own token. Better in `token_file`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    /// File that holds a gateway's own token, as `siaga account gateway-token` makes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_file: Option<PathBuf>,
    /// Names this gateway to the dispatchers, unlike every other; without it the machine's name and the port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway_id: Option<String>,
}

impl Peers {
    /// The gateway's own token, if there is one.
    ///
    /// # Errors
    /// The file cannot be read, or holds no token; the token itself is never repeated.
    pub fn gateway_token(&self) -> Result<Option<Secret>, String> {
        match (&self.token, &self.token_file) {
            (Some(token), _) if is_token(token.expose()) => Ok(Some(token.clone())),
            (Some(_), _) => Err(NO_TOKEN.to_owned()),
            (None, Some(path)) => token_in(path).map(Some),
            (None, None) => Ok(None),
        }
    }

    pub(super) fn with_every_key() -> Self {
        Self {
            hub: Some(String::new()),
            ca_file: Some(PathBuf::new()),
            token: Some(Secret::new("")),
            token_file: Some(PathBuf::new()),
            gateway_id: Some(String::new()),
            ..Self::default()
        }
    }
}

const NO_TOKEN: &str = "is no token; give the line that `siaga account gateway-token` printed";

/// The token in a file: its only line.
///
/// # Errors
/// The file cannot be read, or holds no token; what it holds is never repeated.
pub fn token_in(path: &Path) -> Result<Secret, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    let token = text.trim();
    if is_token(token) { Ok(Secret::new(token)) } else { Err(format!("what {} holds {NO_TOKEN}", path.display())) }
}

/// One word that fits a header. What it opens only a dispatcher can say.
fn is_token(text: &str) -> bool {
    (20..=200).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}
