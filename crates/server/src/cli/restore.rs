//! Owns `beckon restore`: a backup is looked at as a whole before anything of the place it goes to is touched.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use tempfile::NamedTempFile;

use super::installation::{Installation, Key, count, key_of, read};
use super::postgres_tools;
use super::whole_file::{beside, give_name, settle};
use crate::config::{Config, Database};
use crate::store::Store;
use crate::store::migration::{Migrations, compare, find_migrations, last_known};
use crate::store::opening::SQLITE_FILE;
use crate::store::secret_key::{Fit, find_fit, fit};
use crate::store::soundness::{Look, list_damages};
use crate::store::table::{find_row_count, list_tables};
use crate::vault::{KEY_FILE, Vault};

const SQLITE_MAGIC: &[u8] = b"SQLite format 3\0";
/// Where the key that was there before goes when another takes its place.
const KEY_BEFORE: &str = "secret-key.before-restore";
/// Where the database that was there before goes when it is replaced.
const DATABASE_BEFORE: &str = "beckon.db.before-restore";

/// The arguments of `restore`.
#[derive(Args)]
pub(super) struct Restore {
    /// The backup
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// File with the secret key of the backup; it becomes the key of the installation
    #[arg(long, value_name = "FILE")]
    with_key: Option<PathBuf>,
    /// Replace the embedded database that is there, which no server may use and which is kept under another name
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    installation: Installation,
}

/// Brings the backup back.
///
/// # Errors
/// When the file is no sound backup that this program knows, the key does not fit, or the place is in use or not empty.
pub(super) async fn run(Restore { from, with_key, force, installation }: Restore) -> anyhow::Result<()> {
    let config = installation.load()?;
    let key = match &with_key {
        Some(path) => Some(Key::new(read(path)?, path.display().to_string())?),
        None => key_of(&config)?,
    };
    let new_key = key.as_ref().filter(|_| with_key.is_some());
    let is_postgres = kind(&from)? == postgres_tools::MAGIC;
    let (counts, place) = match &config.database {
        Database::Sqlite(_) if is_postgres => {
            bail!("this is a backup of a PostgreSQL database: name the database with --database-url")
        }
        Database::Postgres(_) if !is_postgres => {
            bail!(
                "this is a backup of an embedded database: restore it with --data, then move it with beckon migrate"
            )
        }
        Database::Sqlite(dir) => {
            (into_folder(&from, dir, key.as_ref(), new_key, force).await?, dir.display().to_string())
        }
        Database::Postgres(url) => {
            if force {
                bail!(
                    "with PostgreSQL a backup goes into a new database: make one with createdb and name it"
                );
            }
            (into_postgres(&from, url, key.as_ref()).await?, "the PostgreSQL database".to_owned())
        }
    };
    let mut out = std::io::stdout().lock();
    writeln!(out, "{} is in {place}\n{counts}", from.display())?;
    say_how_to_start(&mut out, &config, key.as_ref(), new_key)
}

fn say_how_to_start(
    out: &mut impl Write,
    config: &Config,
    key: Option<&Key>,
    new_key: Option<&Key>,
) -> anyhow::Result<()> {
    match (&config.database, key, new_key) {
        (Database::Sqlite(_), _, Some(_)) => writeln!(out, "Its key is in place too. Start the server.")?,
        (Database::Postgres(_), Some(key), Some(_)) => {
            writeln!(out, "Start every server with --secret-key-file {}.", key.place)?;
        }
        _ => writeln!(out, "Start the server.")?,
    }
    Ok(())
}

/// What a file begins with: the mark of one of the two kinds of backup.
fn kind(from: &Path) -> anyhow::Result<&'static [u8]> {
    let mut head = Vec::new();
    let mut file = File::open(from).with_context(|| format!("cannot read {}", from.display()))?;
    (&mut file).take(16).read_to_end(&mut head)?;
    let known = [SQLITE_MAGIC, postgres_tools::MAGIC];
    let found = known.into_iter().find(|magic| head.starts_with(magic));
    found.with_context(|| format!("{} is not a backup of Beckon", from.display()))
}

async fn into_folder(
    from: &Path,
    dir: &Path,
    key: Option<&Key>,
    new_key: Option<&Key>,
    force: bool,
) -> anyhow::Result<String> {
    let log = neighbour(from, "-wal");
    if std::fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
        bail!(
            "{} belongs to {}: this is the database of a server, not a backup; make one with beckon backup",
            log.display(),
            from.display()
        );
    }
    let is_new = !dir.exists();
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    let target = dir.join(SQLITE_FILE);
    let restored = async {
        let mut copy = beside(&target)?;
        let mut source = File::open(from)?;
        std::io::copy(&mut source, copy.as_file_mut()).context("cannot copy the backup")?;
        let counts = check_sqlite(copy.path(), key).await?;
        let new_key = match new_key {
            Some(new_key) => ready_key(&dir.join(KEY_FILE), new_key, force)?,
            None => None,
        };
        give_to_owner(copy.path(), dir)?;
        copy.as_file().sync_all().context("cannot copy the backup")?;
        let held = hold(&target, force).await?;
        let kept = match &held {
            Some(held) if !is_empty(held).await? => Some(keep(&target)?),
            Some(_) | None => None,
        };
        let put = put_both(new_key, copy, dir);
        if let (Err(_), Some(kept)) = (&put, &kept) {
            // What it is a second name of is where it was.
            drop(std::fs::remove_file(kept));
        }
        put?;
        settle(&target)?;
        if let Some(held) = held {
            held.close().await;
        }
        Ok(match kept {
            Some(kept) => format!("{counts}\nThe database that was there is kept as {}", kept.display()),
            None => counts,
        })
    };
    let restored = restored.await;
    if restored.is_err() && is_new {
        // Nothing is in it; were there something, it would stay.
        drop(std::fs::remove_dir(dir));
    }
    restored
}

/// Looks at a backup: whether it is Beckon's, of a version that is known, sound, and opened by the key.
async fn check_sqlite(file: &Path, key: Option<&Key>) -> anyhow::Result<String> {
    let store = Store::look_at_copy(file).await.context("the backup cannot be opened")?;
    let checked = async {
        let mut tx = store.read().await.context("the backup is not sound")?;
        let migrations = find_migrations(&mut tx).await.context("the backup is not sound")?;
        check_migrations(migrations.as_ref())?;
        let damages = list_damages(&mut tx, Look::Whole).await?;
        if !damages.is_empty() {
            bail!("the backup is not sound: {}", damages.join("; "));
        }
        let vault = key.map(|key| key.vault.clone()).unwrap_or_default();
        check_key(find_fit(&mut tx, &vault).await?, key)?;
        count(&mut tx).await
    };
    let checked = checked.await;
    store.close().await;
    checked
}

fn check_migrations(migrations: Option<&Migrations>) -> anyhow::Result<()> {
    let Some(migrations) = migrations.filter(|migrations| migrations.last.is_some()) else {
        bail!("this is not a backup of Beckon: it has none of its tables");
    };
    if let Some(newer) = migrations.newer.last() {
        bail!(
            "this backup was made by a newer version of Beckon: it has migration {newer}, and this program knows those \
             up to {}. Restore it with that version",
            last_known()
        );
    }
    if !migrations.altered.is_empty() || !migrations.failed.is_empty() {
        bail!(
            "this backup was changed by something else than Beckon: its migrations are not those of any version"
        );
    }
    Ok(())
}

fn check_key(fit: Option<Fit>, key: Option<&Key>) -> anyhow::Result<()> {
    match (fit, key) {
        (None | Some(Fit::Right), _) => Ok(()),
        (Some(Fit::Wrong), Some(key)) => bail!(
            "{} is not the key that the secrets in this backup were sealed with: name that one with --with-key FILE",
            key.place
        ),
        (Some(Fit::Wrong), None) => {
            bail!("the secrets in this backup are sealed: name their key with --with-key FILE")
        }
    }
}

/// The file beside a database whose name goes on like this.
fn neighbour(database: &Path, end: &str) -> PathBuf {
    database.with_file_name(format!("{}{end}", database.file_name().unwrap_or_default().to_string_lossy()))
}

/// Keeps everybody away from the database that is to be replaced, and folds what stands beside it into it: a log of the old
/// database must not be read into the new one.
async fn hold(target: &Path, force: bool) -> anyhow::Result<Option<Store>> {
    if !target.exists() {
        for log in ["-wal", "-journal"].map(|end| neighbour(target, end)) {
            if log.exists() {
                bail!(
                    "{} is the log of a database that is gone, and would be read into the new one: move it away",
                    log.display()
                );
            }
        }
        return Ok(None);
    }
    let unreadable =
        || format!("{} cannot be opened: move it away, with all that begins with its name", target.display());
    let Some(held) = Store::hold_sqlite(target).await.with_context(unreadable)? else {
        bail!("a server uses {}: stop it first", target.display());
    };
    if !force && !is_empty(&held).await? {
        bail!("{} is not empty: name another folder, or give --force to replace it", target.display());
    }
    held.fold().await.with_context(unreadable)?;
    let index = target.with_file_name(format!("{SQLITE_FILE}-shm"));
    if index.exists() {
        std::fs::remove_file(&index).with_context(|| format!("cannot remove {}", index.display()))?;
    }
    Ok(Some(held))
}

/// Whether nobody has used it yet: without users and sites.
async fn is_empty(store: &Store) -> anyhow::Result<bool> {
    let mut tx = store.read().await?;
    for table in list_tables(&mut tx).await? {
        if ["users", "sites"].contains(&table.name.as_str()) && find_row_count(&mut tx, &table).await? > 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The file of another key than the one at `path`, written and ready to be put there; none where the key is there already.
fn ready_key(path: &Path, key: &Key, force: bool) -> anyhow::Result<Option<NamedTempFile>> {
    if path.exists() {
        if Vault::read(path).is_ok() && read(path)?.trim() == key.text {
            return Ok(None);
        }
        if !force {
            bail!("{} holds another key: give --force to put it aside as {KEY_BEFORE}", path.display());
        }
    }
    let mut file = beside(path)?;
    writeln!(file, "{}", key.text)?;
    give_to_owner(file.path(), path.parent().unwrap_or(Path::new(".")))?;
    Ok(Some(file))
}

/// Puts a key and the database in their places: both, or neither. Killed between the two it leaves the new key beside the old
/// database, whose own key lies aside.
fn put_both(key: Option<NamedTempFile>, copy: NamedTempFile, dir: &Path) -> anyhow::Result<()> {
    let target = dir.join(SQLITE_FILE);
    let Some(key) = key else { return give_name(copy, &target, true) };
    let path = dir.join(KEY_FILE);
    let aside = put_aside(&path)?;
    let done = give_name(key, &path, false).and_then(|()| give_name(copy, &target, true));
    if done.is_err() {
        // The database that is there is of use with its own key only.
        let back = match &aside {
            Some(aside) => std::fs::rename(aside, &path),
            None => std::fs::remove_file(&path),
        };
        if let Err(error) = back {
            tracing::error!(%error, "the secret key could not be brought back to {}", path.display());
        }
    }
    done
}

/// Gives the database that is about to be replaced, which is whole without a log, a second name.
fn keep(target: &Path) -> anyhow::Result<PathBuf> {
    let kept = free_name(target, DATABASE_BEFORE);
    std::fs::hard_link(target, &kept).with_context(|| {
        format!("cannot keep {} as {}; move it away first", target.display(), kept.display())
    })?;
    Ok(kept)
}

/// Gives the key at `path` a name that no earlier one has; none where there is none.
fn put_aside(path: &Path) -> anyhow::Result<Option<PathBuf>> {
    if !path.exists() {
        return Ok(None);
    }
    let aside = free_name(path, KEY_BEFORE);
    std::fs::rename(path, &aside).with_context(|| format!("cannot put {} aside", path.display()))?;
    Ok(Some(aside))
}

/// This name beside `path`, with a number when others have it.
fn free_name(path: &Path, name: &str) -> PathBuf {
    let mut free = path.with_file_name(name);
    for number in 2.. {
        if !free.exists() {
            break;
        }
        free = path.with_file_name(format!("{name}.{number}"));
    }
    free
}

/// What root restores belongs to whom the folder belongs to: the server must be able to open it.
fn give_to_owner(file: &Path, dir: &Path) -> anyhow::Result<()> {
    let (owned, folder) = (std::fs::metadata(file)?, std::fs::metadata(dir)?);
    if owned.uid() != folder.uid() {
        std::os::unix::fs::chown(file, Some(folder.uid()), Some(folder.gid())).with_context(|| {
            format!("cannot give the database to the owner of {}: restore as that user", dir.display())
        })?;
    }
    Ok(())
}

async fn into_postgres(from: &Path, url: &str, key: Option<&Key>) -> anyhow::Result<String> {
    let applied = postgres_tools::migrations(from)?;
    check_migrations((!applied.is_empty()).then(|| compare(&applied)).as_ref())?;
    postgres_tools::check(from).context("the backup is not sound")?;
    let vault = key.map(|key| key.vault.clone()).unwrap_or_default();
    check_key(postgres_tools::sealed_word(from)?.map(|sealed| fit(&vault, &sealed)), key)?;
    let store = Store::look_at_postgres(url).await.context("cannot reach the PostgreSQL database")?;
    let restored = async {
        let mut tx = store.read().await?;
        let tables = list_tables(&mut tx).await;
        if find_migrations(&mut tx).await?.is_some() || !tables.is_ok_and(|tables| tables.is_empty()) {
            bail!("the PostgreSQL database is not empty: make a new one with createdb and name it");
        }
        drop(tx);
        let (from, url) = (from.to_owned(), url.to_owned());
        tokio::task::spawn_blocking(move || postgres_tools::restore(&from, &url))
            .await
            .context("pg_restore was not waited for")??;
        let mut tx = store.read().await?;
        count(&mut tx).await
    };
    let restored = restored.await;
    store.close().await;
    restored
}
