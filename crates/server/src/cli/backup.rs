//! Owns `beckon backup`: a copy of everything that a running server holds, in one file, looked at before it gets its name.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;

use super::installation::{Installation, Key, count, key_of};
use super::postgres_tools;
use super::whole_file::{beside, check_free, put};
use crate::config::Database;
use crate::store::migration::find_migrations;
use crate::store::opening::SQLITE_FILE;
use crate::store::secret_key::{Fit, find_fit};
use crate::store::soundness::{Look, find_snapshot, list_damages};
use crate::store::{Store, Tx};

/// The arguments of `backup`.
#[derive(Args)]
pub(super) struct Backup {
    /// Where to write it
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Write the secret key into this file; who has both has every secret, so keep the two apart
    #[arg(long, value_name = "FILE")]
    with_key: Option<PathBuf>,
    /// Replace files that are there
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    installation: Installation,
}

/// What a backup holds.
struct Held {
    counts: String,
    migration: i64,
    /// Whether the key at hand opens its secrets; none where it has none.
    fit: Option<Fit>,
}

/// Writes the backup.
///
/// # Errors
/// When there is nothing to copy, a file is in the way, or the copy is not sound.
pub(super) async fn run(Backup { to, with_key, force, installation }: Backup) -> anyhow::Result<()> {
    let config = installation.load()?;
    check_free(&to, force)?;
    let key = key_of(&config)?;
    if let Some(path) = &with_key {
        check_free(path, force)?;
        if *path == to {
            bail!("the key goes into another file than the backup");
        }
        if key.is_none() {
            bail!("there is no secret key to copy: name it with --secret-key-file");
        }
    }
    let file = beside(&to)?;
    let held = match &config.database {
        Database::Sqlite(dir) => copy_sqlite(dir, file.path(), key.as_ref()).await?,
        Database::Postgres(url) => dump_postgres(url, file.path(), key.as_ref()).await?,
    };
    if let (Some(_), Some(Fit::Wrong), Some(key)) = (&with_key, held.fit, &key) {
        bail!(
            "{} is not the key that the secrets in the database are sealed with; nothing was written",
            key.place
        );
    }
    let bytes = std::fs::metadata(file.path())?.len();
    put(file, &to, force)?;
    if let (Some(path), Some(key)) = (&with_key, &key) {
        let mut file = beside(path)?;
        writeln!(file, "{}", key.text)?;
        put(file, path, force)?;
    }
    report(&to, bytes, &held, key.as_ref(), with_key.as_deref())
}

async fn copy_sqlite(dir: &Path, to: &Path, key: Option<&Key>) -> anyhow::Result<Held> {
    let from = dir.join(SQLITE_FILE);
    if !from.exists() {
        bail!("there is no database in {}", dir.display());
    }
    let store =
        Store::look_at_sqlite(&from).await.with_context(|| format!("cannot open {}", from.display()))?;
    let copied = store.copy_into(to).await;
    store.close().await;
    copied.context("cannot copy the database")?;
    let copy = Store::look_at_copy(to).await.context("cannot open the copy")?;
    let held = async {
        let mut tx = copy.read().await?;
        let damages = list_damages(&mut tx, Look::Whole).await?;
        if !damages.is_empty() {
            bail!(
                "the copy is not sound, so the database is not either; nothing was kept: {}",
                damages.join("; ")
            );
        }
        look(&mut tx, key).await
    };
    let held = held.await;
    copy.close().await;
    held
}

async fn dump_postgres(url: &str, to: &Path, key: Option<&Key>) -> anyhow::Result<Held> {
    let store = Store::look_at_postgres(url).await.context("cannot reach the PostgreSQL database")?;
    let held = async {
        let mut tx = store.read().await?;
        let held = look(&mut tx, key).await?;
        let snapshot = find_snapshot(&mut tx).await?.context("the database exports no snapshot")?;
        // The unit of work stays open meanwhile: what is dumped is what was counted.
        let (url, to) = (url.to_owned(), to.to_owned());
        let dumped = tokio::task::spawn_blocking(move || {
            postgres_tools::dump(&url, &snapshot, &to)?;
            postgres_tools::check(&to)
        });
        dumped.await.context("pg_dump was not waited for")??;
        Ok(held)
    };
    let held = held.await;
    store.close().await;
    held
}

async fn look(tx: &mut Tx, key: Option<&Key>) -> anyhow::Result<Held> {
    let migrations = find_migrations(tx).await?.context("this is not a database of Beckon")?;
    let fit = match key {
        Some(key) => find_fit(tx, &key.vault).await?,
        None => find_fit(tx, &crate::vault::Vault::default()).await?,
    };
    Ok(Held { counts: count(tx).await?, migration: migrations.last.unwrap_or_default(), fit })
}

fn report(
    to: &Path,
    bytes: u64,
    held: &Held,
    key: Option<&Key>,
    with_key: Option<&Path>,
) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    let Held { counts, migration, fit } = held;
    writeln!(out, "{}: {} KB, sound, as of migration {migration}", to.display(), bytes.div_ceil(1024))?;
    writeln!(out, "{counts}")?;
    match (fit, key, with_key) {
        (None, ..) => writeln!(out, "It holds no sealed secrets.")?,
        (Some(Fit::Right), Some(_), Some(path)) => {
            writeln!(
                out,
                "The key to its secrets is in {}: move it elsewhere, who has both has all.",
                path.display()
            )?;
        }
        (Some(Fit::Right), Some(key), None) => writeln!(
            out,
            "It is of use only with the secret key, which is not in it: keep a copy of {} elsewhere (--with-key FILE writes one).",
            key.place
        )?,
        (Some(_), Some(key), _) => {
            writeln!(out, "Attention: {} is not the key that its secrets are sealed with.", key.place)?;
        }
        (Some(_), None, _) => {
            writeln!(
                out,
                "It is of use only with the secret key, which is not in it: keep a copy of that elsewhere."
            )?;
        }
    }
    Ok(())
}
