//! Owns naming an installation on the command line, for the commands that need its database and its key alone.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use crate::config::{Config, Database, SecretKey, Settings};
use crate::store::Tx;
use crate::store::table::{find_row_count, list_tables};
use crate::vault::{KEY_FILE, Vault};

/// Tables whose rows are counted out loud, in this order.
const COUNTED: [&str; 12] = [
    "users",
    "sites",
    "queues",
    "offers",
    "rules",
    "visitors",
    "visits",
    "chats",
    "messages",
    "files",
    "customers",
    "enquiries",
];

/// Which installation; named as for `beckon serve`.
#[derive(Args)]
pub(super) struct Installation {
    /// Folder of the embedded database [env: BECKON_DATA] [default: ./beckon-data]
    #[arg(long, value_name = "DIR", conflicts_with = "database_url")]
    data: Option<PathBuf>,
    /// PostgreSQL instead of the embedded database [env: BECKON_DATABASE_URL]
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// Key that seals secrets in the database [env: BECKON_SECRET_KEY] [default: the file secret-key in data]
    #[arg(long, value_name = "KEY", conflicts_with = "secret_key_file")]
    secret_key: Option<String>,
    /// File with that key [env: BECKON_SECRET_KEY_FILE]
    #[arg(long, value_name = "FILE")]
    secret_key_file: Option<PathBuf>,
    /// File with the server's settings, in TOML [env: BECKON_CONFIG]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// The key of an installation.
pub(super) struct Key {
    /// As people write it.
    pub(super) text: String,
    /// Where it stands, in words.
    pub(super) place: String,
    /// What it opens.
    pub(super) vault: Vault,
}

impl Installation {
    pub(super) fn load(self) -> anyhow::Result<Config> {
        let Self { data, database_url, secret_key, secret_key_file, config } = self;
        let settings = Settings { data, database_url, secret_key, secret_key_file, ..Settings::default() };
        super::load(settings, config)
    }
}

/// The key of this installation; none where none is named and none stands beside the embedded database.
pub(super) fn key_of(config: &Config) -> anyhow::Result<Option<Key>> {
    let (text, place) = match (&config.secret_key, &config.database) {
        (Some(SecretKey::Written(text)), _) => (text.clone(), "the setting secret_key".to_owned()),
        (Some(SecretKey::InFile(path)), _) => (read(path)?, path.display().to_string()),
        (None, Database::Sqlite(dir)) => {
            let path = dir.join(KEY_FILE);
            if !path.exists() {
                return Ok(None);
            }
            (read(&path)?, path.display().to_string())
        }
        (None, Database::Postgres(_)) => return Ok(None),
    };
    Key::new(text, place).map(Some)
}

impl Key {
    pub(super) fn new(text: String, place: String) -> anyhow::Result<Self> {
        let vault = Vault::parse(&text).with_context(|| format!("in {place}"))?;
        Ok(Self { text: text.trim().to_owned(), place, vault })
    }
}

pub(super) fn read(path: &std::path::Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read the secret key in {}", path.display()))
}

/// How much there is, in one line.
pub(super) async fn count(tx: &mut Tx) -> anyhow::Result<String> {
    let tables = list_tables(tx).await?;
    let mut counts = Vec::new();
    for name in COUNTED {
        if let Some(table) = tables.iter().find(|table| table.name == name) {
            counts.push(format!("{} {name}", find_row_count(tx, table).await?));
        }
    }
    Ok(counts.join(", "))
}
