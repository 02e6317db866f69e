//! Keys for runs without anybody there: systemd credentials and the keys file.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use weco_proto::keys_file::{KeysFile, KeysFileError};
use weco_proto::providers::{self, MAX_KEY_BYTES};

use super::catalogue::Provider;
use super::interface::{ModelError, ModelErrorKind};
use super::keys::Secret;

/// Where keys are kept on this machine, apart from environments. Both are read when a key is wanted, so that
/// a key that was just set counts.
#[derive(Clone, Debug, Default)]
pub struct KeyStores {
    credentials: Option<PathBuf>,
    file: Option<KeysFile>,
}

/// Where a stored key is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// The systemd credential of this name.
    Credential(String),
    /// The keys file.
    File(PathBuf),
}

impl Place {
    /// As people are told.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Credential(name) => format!("the systemd credential {name}"),
            Self::File(path) => format!("the keys file '{}'", path.display()),
        }
    }
}

impl KeyStores {
    /// Systemd credentials in the directory `credentials` (the value of `CREDENTIALS_DIRECTORY`), and `file`.
    pub fn new(credentials: Option<PathBuf>, file: KeysFile) -> Self {
        Self { credentials: credentials.filter(|directory| directory.is_absolute()), file: Some(file) }
    }

    /// The providers with a systemd credential.
    pub fn credentials(&self) -> Vec<Provider> {
        let has = |provider: &Provider| self.credential(*provider).is_ok_and(|key| key.is_some());
        Provider::ALL.into_iter().filter(has).collect()
    }

    /// The provider's key: its systemd credential, else that of the keys file.
    ///
    /// # Errors
    /// `Key` if a credential or the keys file is there but cannot be used.
    pub(super) fn key(&self, provider: Provider) -> Result<Option<(Secret, Place)>, ModelError> {
        if let Some(key) = self.credential(provider)? {
            return Ok(Some((key, Place::Credential(credential_name(provider)))));
        }
        let Some(file) = &self.file else { return Ok(None) };
        let keys = file.load().map_err(|error| refused(&error))?;
        let key = keys.get(provider.id()).map_err(|error| refused(&error))?;
        Ok(key.map(|key| (Secret::new(key), Place::File(file.path().to_owned()))))
    }

    fn credential(&self, provider: Provider) -> Result<Option<Secret>, ModelError> {
        let Some(directory) = &self.credentials else { return Ok(None) };
        let name = credential_name(provider);
        let unusable = |why: String| ModelError {
            kind: ModelErrorKind::Key,
            message: format!("the systemd credential {name} cannot be used: {why}"),
            hint: "Correct it in the unit of weco-daemon, then restart that.".to_owned(),
            retry_after: None,
        };
        let text = match read_bounded(&directory.join(&name)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unusable(error.to_string())),
        };
        let key = providers::check_key(&text).map_err(|why| unusable(why.to_string()))?;
        Ok(Some(Secret::new(key)))
    }
}

/// The name of the credential that holds a provider's key, such as `weco.openai`.
fn credential_name(provider: Provider) -> String {
    format!("weco.{}", provider.id())
}

/// Enough of the file to tell whether it is a key.
fn read_bounded(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(2 * MAX_KEY_BYTES as u64).read_to_string(&mut text)?;
    Ok(text)
}

fn refused(error: &KeysFileError) -> ModelError {
    ModelError {
        kind: ModelErrorKind::Key,
        message: error.to_string(),
        hint: error.hint(),
        retry_after: None,
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use tempfile::TempDir;

    use super::*;

    struct House {
        home: TempDir,
        stores: KeyStores,
        file: KeysFile,
    }

    fn house() -> House {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("credentials")).unwrap();
        let file = KeysFile::in_dir(home.path());
        let stores = KeyStores::new(Some(home.path().join("credentials")), file.clone());
        House { home, stores, file }
    }

    impl House {
        fn credential(&self, name: &str, text: &str) {
            fs::write(self.home.path().join("credentials").join(name), text).unwrap();
        }

        fn found(&self, provider: Provider) -> Option<(String, Place)> {
            let found = self.stores.key(provider).unwrap();
            found.map(|(secret, place)| (secret.expose().to_owned(), place))
        }
    }

    #[test]
    fn a_credential_wins_over_the_keys_file() {
        let house = house();
        assert_eq!(house.found(Provider::OpenAi), None);
        house.file.set("openai", "sk-file").unwrap();
        let in_file = Place::File(house.file.path().to_owned());
        assert_eq!(house.found(Provider::OpenAi), Some(("sk-file".to_owned(), in_file)));
        assert_eq!(house.stores.credentials(), []);
        house.credential("weco.openai", "sk-credential\n");
        let in_unit = Place::Credential("weco.openai".to_owned());
        assert_eq!(house.found(Provider::OpenAi), Some(("sk-credential".to_owned(), in_unit)));
        assert_eq!(house.stores.credentials(), [Provider::OpenAi]);
        assert_eq!(house.found(Provider::Gemini), None);
    }

    #[test]
    fn what_cannot_be_used_is_named_and_not_shown() {
        let house = house();
        house.credential("weco.gemini", "hunter22 hunter22\n");
        let error = house.stores.key(Provider::Gemini).unwrap_err();
        assert!(error.message.contains("weco.gemini"), "{error}");
        assert!(!format!("{error:?}").contains("hunter22"));
        assert_eq!(house.stores.credentials(), []);

        house.file.set("openai", "hunter22-key").unwrap();
        fs::set_permissions(house.file.path(), Permissions::from_mode(0o644)).unwrap();
        let error = house.stores.key(Provider::OpenAi).unwrap_err();
        assert_eq!(error.kind, ModelErrorKind::Key);
        assert!(error.message.contains("keys.toml") && error.hint.starts_with("chmod 600"), "{error:?}");
        assert!(!format!("{error:?} {:?}", house.stores).contains("hunter22"));
    }

    #[test]
    fn a_relative_directory_of_credentials_is_none() {
        let file = KeysFile::in_dir(Path::new("/nowhere"));
        assert_eq!(KeyStores::new(Some(PathBuf::from("")), file).credentials, None);
    }
}
