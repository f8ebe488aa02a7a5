//! The accounts that a drill plays as.

use crate::agency_client::rpc::SignIn;
use serde::Deserialize;
use std::path::Path;

/// The demo accounts of Singkawang, which are invented.
const DEMO: &str = include_str!("../../cities/singkawang/accounts.csv");
/// An accounts file is at most this large, in bytes.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// One account.
#[derive(Clone, Deserialize)]
struct Account {
    username: String,
    password: String,
    role: String,
    #[serde(default)]
    agency: String,
    #[serde(default)]
    unit: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TomlAccounts {
    account: Vec<Account>,
}

/// The accounts of operators, agencies' dispatchers and units.
#[derive(Clone)]
pub struct Accounts(Vec<Account>);

/// An accounts file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("accounts {file}: {why}")]
pub struct AccountsError {
    file: String,
    why: String,
}

impl Accounts {
    /// The demo accounts.
    pub fn demo() -> Self {
        Self::csv(DEMO).expect("the embedded demo accounts are read by a test")
    }

    /// Reads a file: TOML with `[[account]]` tables when its name ends in `.toml`, else CSV with a header line. Columns
    /// or keys: username, password, role, agency, unit; others are ignored in CSV.
    ///
    /// # Errors
    /// What is wrong with the file, without any password.
    pub fn read(path: &Path) -> Result<Self, AccountsError> {
        let fail = |why: String| AccountsError { file: path.display().to_string(), why };
        let size = std::fs::metadata(path).map_err(|e| fail(format!("cannot be read: {e}")))?.len();
        if size > FILE_BYTES_MAX {
            return Err(fail(format!("has {size} bytes, at most {FILE_BYTES_MAX}")));
        }
        let text = std::fs::read_to_string(path).map_err(|e| fail(format!("cannot be read: {e}")))?;
        let is_toml = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"));
        let accounts = if is_toml { Self::toml(&text) } else { Self::csv(&text) }.map_err(&fail)?;
        if accounts.0.is_empty() {
            return Err(fail("no account in it".into()));
        }
        Ok(accounts)
    }

    fn csv(text: &str) -> Result<Self, String> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        // The library's own message repeats the row, password and all.
        let line = |e: csv::Error| match e.position() {
            Some(position) => format!("line {} needs username, password and role, as the header says", position.line()),
            None => "needs the columns username, password, role, agency and unit".to_owned(),
        };
        let accounts: Result<Vec<Account>, _> = reader.deserialize().collect();
        accounts.map(Self).map_err(line)
    }

    fn toml(text: &str) -> Result<Self, String> {
        let read: Result<TomlAccounts, _> = toml::from_str(text);
        read.map(|accounts| Self(accounts.account)).map_err(|e| e.message().to_owned())
    }

    /// The operators, in the order of the file.
    pub fn operators(&self) -> Vec<SignIn> {
        self.0.iter().filter(|account| account.role == "operator").map(Account::sign_in).collect()
    }

    /// The dispatcher of an agency.
    pub fn dispatcher(&self, agency: &str) -> Option<SignIn> {
        self.0
            .iter()
            .find(|account| account.role == "agency_dispatcher" && account.agency == agency)
            .map(Account::sign_in)
    }

    /// The crew of a unit.
    pub fn crew(&self, unit_code: &str) -> Option<SignIn> {
        self.0.iter().find(|account| account.role == "field_unit" && account.unit == unit_code).map(Account::sign_in)
    }
}

impl Account {
    fn sign_in(&self) -> SignIn {
        SignIn { username: self.username.clone(), password: self.password.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_accounts_have_operators_dispatchers_and_crews() {
        let accounts = Accounts::demo();
        assert!(accounts.operators().len() >= 2);
        assert_eq!(accounts.dispatcher("damkar").unwrap().username, "damkar");
        assert_eq!(accounts.crew("DAMKAR-01").unwrap().username, "damkar-01");
        assert!(accounts.dispatcher("nobody").is_none());
        assert!(accounts.crew("DAMKAR-99").is_none());
    }

    #[test]
    fn csv_and_toml_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let csv = folder.path().join("accounts.csv");
        std::fs::write(&csv, "password,username,role,agency,unit\np, op ,operator,,\n").unwrap();
        assert_eq!(Accounts::read(&csv).unwrap().operators()[0].username, "op");
        let toml = folder.path().join("accounts.toml");
        std::fs::write(&toml, "[[account]]\nusername='d'\npassword='p'\nrole='agency_dispatcher'\nagency='bpbd'\n")
            .unwrap();
        assert_eq!(Accounts::read(&toml).unwrap().dispatcher("bpbd").unwrap().username, "d");
    }

    #[test]
    fn bad_files_are_named_without_their_passwords() {
        let folder = tempfile::tempdir().unwrap();
        for (name, content, wanted) in [
            ("a.csv", "username,role\nop,operator\n", "password"),
            ("b.csv", "username,password,role,agency,unit\nop,rahasia\n", "line 2"),
            ("c.csv", "username,password,role\n", "no account"),
            ("d.toml", "[[account]]\nusername='op'\n", "missing field"),
            ("e.toml", "[[account]\n", "accounts"),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            let error = Accounts::read(&path).err().unwrap().to_string();
            assert!(error.contains(wanted), "{name}: {error}");
            assert!(!error.contains("rahasia"), "{error}");
        }
        let missing = Accounts::read(&folder.path().join("none.csv")).err().unwrap();
        assert!(missing.to_string().contains("none.csv"));
    }
}
