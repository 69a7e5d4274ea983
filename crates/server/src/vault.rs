//! Owns sealing what the database must hold and must not tell: secrets, with a key that stands elsewhere. Whoever has a
//! copy of the database alone has no secret.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use tempfile::NamedTempFile;

/// Bytes of a key.
pub const KEY_LEN: usize = 32;
/// File of the key, in the folder of the embedded database.
pub const KEY_FILE: &str = "secret-key";

/// What is sealed begins with this; no plain secret does.
const SEALED: &str = "sealed:1:";

/// What a secret is of. It is sealed along, so that nothing sealed can take the place of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretOf {
    /// The key itself: a word that tells whether it is the right one.
    Key,
    /// A webhook, which signs with it.
    Webhook,
    /// A site, which signs identities with it.
    Site,
    /// The second step of a user.
    SecondStep,
    /// A mail whose link lets its reader in.
    Mail,
    /// Single sign-on, by which its provider knows this installation.
    SingleSignOn,
}

/// What was sealed cannot be opened: it is damaged, or sealed with another key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a secret cannot be opened with this key")]
pub struct Locked;

/// Seals and opens. Cheap to clone.
#[derive(Clone, Default)]
pub struct Vault {
    key: Option<Arc<RandomizedNonceKey>>,
}

impl Vault {
    /// With this key.
    ///
    /// # Panics
    /// Never: every 32 bytes are a key.
    #[must_use]
    pub fn new(key: &[u8; KEY_LEN]) -> Self {
        let key = RandomizedNonceKey::new(&AES_256_GCM, key).expect("every 32 bytes are a key of AES-256");
        Self { key: Some(Arc::new(key)) }
    }

    /// With the key as people write it: 64 hexadecimal digits.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let mut key = [0; KEY_LEN];
        if hex::decode_to_slice(text.trim(), &mut key).is_err() {
            bail!("the secret key is not 64 hexadecimal digits; make one with: openssl rand -hex 32");
        }
        Ok(Self::new(&key))
    }

    /// With the key in this file.
    ///
    /// # Errors
    /// When it cannot be read or holds no key.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("in {}", path.display()))
    }

    /// With a new key, written to this file, which only its owner can read. The file is there as a whole and on the disk, or not
    /// at all, whenever the program ends: a part of a key would be a key that nobody has.
    ///
    /// # Errors
    /// When it is there already or cannot be written.
    pub fn create(path: &Path) -> anyhow::Result<Self> {
        let mut text = String::new();
        for byte in rand::random::<[u8; KEY_LEN]>() {
            write!(text, "{byte:02x}").expect("writing to a string does not fail");
        }
        let cannot = || format!("cannot make {}", path.display());
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut whole = NamedTempFile::new_in(folder).with_context(cannot)?;
        writeln!(whole, "{text}").and_then(|()| whole.as_file().sync_all()).with_context(cannot)?;
        whole.persist_noclobber(path).map_err(|refused| refused.error).with_context(cannot)?;
        // Before anything is sealed with it, the disk knows its name too.
        File::open(folder).and_then(|folder| folder.sync_all()).with_context(cannot)?;
        Self::parse(&text)
    }

    /// Seals a secret.
    ///
    /// # Panics
    /// Without a key: whoever writes secrets has one.
    #[must_use]
    pub fn seal(&self, of: SecretOf, secret: &str) -> String {
        let key = self.key.as_ref().expect("whoever writes secrets has a key");
        let mut sealed = secret.as_bytes().to_vec();
        let nonce = key
            .seal_in_place_append_tag(Aad::from(of.name()), &mut sealed)
            .expect("a secret is shorter than what can be sealed");
        let whole = [nonce.as_ref().as_slice(), &sealed].concat();
        format!("{SEALED}{}", BASE64_STANDARD.encode(whole))
    }

    /// Opens a secret. One that is not sealed is as it is: a server of an earlier version may write it, until the next start.
    ///
    /// # Errors
    /// When it was sealed with another key, for something else, or is damaged.
    pub fn open(&self, of: SecretOf, sealed: &str) -> Result<String, Locked> {
        let Some(sealed) = sealed.strip_prefix(SEALED) else { return Ok(sealed.to_owned()) };
        let key = self.key.as_ref().ok_or(Locked)?;
        let whole = BASE64_STANDARD.decode(sealed).map_err(|_| Locked)?;
        let (nonce, sealed) = whole.split_at_checked(NONCE_LEN).ok_or(Locked)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Locked)?;
        let mut sealed = sealed.to_vec();
        let opened = key.open_in_place(nonce, Aad::from(of.name()), &mut sealed).map_err(|_| Locked)?;
        String::from_utf8(opened.to_vec()).map_err(|_| Locked)
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("has_key", &self.key.is_some()).finish_non_exhaustive()
    }
}

impl SecretOf {
    const fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Webhook => "webhook",
            Self::Site => "site",
            Self::SecondStep => "second step",
            Self::Mail => "mail",
            Self::SingleSignOn => "single sign-on",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    // spec: A-4
    #[test]
    fn what_is_sealed_opens_with_the_same_key_for_the_same_thing_alone() {
        let vault = Vault::new(&[7; KEY_LEN]);
        let sealed = vault.seal(SecretOf::Site, "a secret");
        assert!(!sealed.contains("a secret"));
        assert_ne!(
            sealed,
            vault.seal(SecretOf::Site, "a secret"),
            "of two none tells that they are the same"
        );
        assert_eq!(vault.open(SecretOf::Site, &sealed), Ok("a secret".to_owned()));
        assert_eq!(vault.open(SecretOf::Webhook, &sealed), Err(Locked));
        assert_eq!(Vault::new(&[8; KEY_LEN]).open(SecretOf::Site, &sealed), Err(Locked));
        assert_eq!(Vault::default().open(SecretOf::Site, &sealed), Err(Locked));
        let bent = format!("{}A{}", &sealed[..20], &sealed[21..]);
        assert_eq!(vault.open(SecretOf::Site, &bent), Err(Locked));
        assert_eq!(vault.open(SecretOf::Site, "sealed:1:AAAA"), Err(Locked));
        assert_eq!(vault.open(SecretOf::Site, "plain"), Ok("plain".to_owned()));
    }

    // spec: A-4
    #[test]
    fn a_key_file_is_made_once_and_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(KEY_FILE);
        let sealed = Vault::create(&path).unwrap().seal(SecretOf::Key, "x");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(Vault::read(&path).unwrap().open(SecretOf::Key, &sealed), Ok("x".to_owned()));
        assert!(Vault::create(&path).is_err(), "a key that is there stays");
        assert!(Vault::parse("12").unwrap_err().to_string().contains("openssl rand -hex 32"));
        assert!(Vault::read(&dir.path().join("none")).is_err());
    }

    // spec: A-4
    #[test]
    fn whoever_finds_a_key_file_finds_all_of_it() {
        let dir = tempfile::tempdir().unwrap();
        let paths: Vec<_> = (0..400).map(|number| dir.path().join(number.to_string())).collect();
        std::thread::scope(|scope| {
            // What stands there at any moment is what a program that was killed in it leaves behind.
            let looking = scope.spawn(|| {
                paths.iter().all(|path| {
                    let mut found = std::fs::read(path);
                    while found.is_err() {
                        found = std::fs::read(path);
                    }
                    found.is_ok_and(|text| text.len() == 2 * KEY_LEN + 1)
                })
            });
            for path in &paths {
                Vault::create(path).unwrap();
            }
            assert!(looking.join().unwrap(), "a part of a key was seen");
        });
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), paths.len(), "nothing else is left");
    }
}
