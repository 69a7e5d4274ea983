//! Owns reading the database beside the server, by SQL, with the systems' own programs. Writes nothing.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use serde::de::DeserializeOwned;
use tokio::process::Command;

use crate::packages;

/// Reads rows of the embedded database and prints them as JSON.
const PYTHON: &str = "\
import json, sqlite3, sys
rows = sqlite3.connect(f'file:{sys.argv[1]}?mode=ro', uri=True, timeout=10).execute(sys.argv[2])
names = [column[0] for column in rows.description]
print(json.dumps([dict(zip(names, row)) for row in rows]))
";

/// Where the database is.
#[derive(Clone, Debug)]
pub(super) enum Database {
    /// The file.
    Sqlite(PathBuf),
    /// The address.
    Postgres(String),
}

impl Database {
    /// What a query yields; its columns are named as the fields of `T`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) async fn rows<T: DeserializeOwned>(&self, sql: &str) -> anyhow::Result<Vec<T>> {
        let mut command = match self {
            Self::Sqlite(file) => {
                let mut command = Command::new("python3");
                command.args(["-c", PYTHON]).arg(file).arg(sql);
                command
            }
            Self::Postgres(url) => {
                let program = packages::postgresql().context("PostgreSQL is missing")?.join("psql");
                let mut command = Command::new(program);
                let sql = format!("SELECT COALESCE(json_agg(row_to_json(r)), '[]') FROM ({sql}) r");
                command.args(["-X", "-A", "-t", "-d", url, "-c", &sql]);
                command
            }
        };
        let output =
            command.kill_on_drop(true).output().await.context("cannot start the database's program")?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
        serde_json::from_slice(&output.stdout).context("what the database said is not what was asked for")
    }
}
