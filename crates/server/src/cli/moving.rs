//! Owns `beckon migrate`: an installation goes to another database as a whole. How rows are carried stands in the store.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};

use crate::store::Store;
use crate::store::migration::find_migrations;
use crate::store::moving::{Carried, Progress, carry};
use crate::store::opening::SQLITE_FILE;
use crate::store::table::list_tables;
use crate::vault::KEY_FILE;

/// Where an installation can be moved.
#[derive(Subcommand)]
pub(super) enum Migrate {
    /// From the embedded database to PostgreSQL, as a whole or not at all
    SqliteToPostgres(SqliteToPostgres),
}

/// The arguments of `sqlite-to-postgres`.
#[derive(Args)]
pub(super) struct SqliteToPostgres {
    /// Folder of the embedded database, which no server may use
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// The PostgreSQL database, which is empty
    #[arg(long, value_name = "URL", env = "BECKON_DATABASE_URL", hide_env_values = true)]
    database_url: String,
}

/// Moves what is asked for.
///
/// # Errors
/// When one of the two is in use, the target is not empty, or what arrived is not what was sent.
pub(super) async fn run(Migrate::SqliteToPostgres(command): Migrate) -> anyhow::Result<()> {
    let SqliteToPostgres { from, database_url } = command;
    let file = from.join(SQLITE_FILE);
    if !file.exists() {
        bail!("there is no database in {}", from.display());
    }
    let held = Store::hold_sqlite(&file).await.with_context(|| format!("cannot open {}", file.display()))?;
    let Some(source) = held else { bail!("a server uses {}: stop it first", file.display()) };
    let moved = move_all(&source, &database_url).await;
    source.close().await;
    report(&from, &moved?)
}

async fn move_all(source: &Store, url: &str) -> anyhow::Result<Vec<Carried>> {
    let mut tx = source.read().await?;
    let migrations = find_migrations(&mut tx).await?.context("this is not a database of Beckon")?;
    drop(tx);
    if !migrations.are_the_same() {
        bail!(
            "the embedded database is not of this version of Beckon (it is at migration {}): start this version's \
             server on it once, stop it, and try again",
            migrations.last.unwrap_or_default()
        );
    }
    prepare(url).await?;
    let target = Store::look_at_postgres(url).await.context("cannot reach the PostgreSQL database")?;
    let carried = carry(source, &target, &mut tell).await;
    target.close().await;
    carried.context("nothing was moved")
}

/// Makes the tables, where there are none. In a database with tables of somebody else none is made.
async fn prepare(url: &str) -> anyhow::Result<()> {
    let target = Store::look_at_postgres(url).await.context("cannot reach the PostgreSQL database")?;
    let looked = async {
        let mut tx = target.read().await?;
        let migrations = find_migrations(&mut tx).await?;
        Ok::<_, anyhow::Error>((migrations, list_tables(&mut tx).await))
    };
    let looked = looked.await;
    target.close().await;
    match looked? {
        (Some(migrations), _) if migrations.are_the_same() => return Ok(()),
        (Some(migrations), _) if !migrations.newer.is_empty() => {
            bail!("a newer version of Beckon has used the PostgreSQL database: make a new one with createdb")
        }
        (Some(_), _) => {}
        (None, tables) if tables.as_ref().is_ok_and(Vec::is_empty) => {}
        (None, _) => {
            bail!("the PostgreSQL database holds tables that are not Beckon's: make a new one with createdb")
        }
    }
    let made = Store::open_postgres(url).await.context("cannot make the tables in PostgreSQL")?;
    made.close().await;
    Ok(())
}

fn tell(progress: Progress<'_>) {
    match progress {
        Progress::Written(table, rows, of) => eprintln!("{table}: {rows} of {of} rows written"),
        Progress::ReadBack(table, rows, of) => eprintln!("{table}: {rows} of {of} rows read back"),
    }
}

fn report(from: &Path, carried: &[Carried]) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    for Carried { table, rows, digest } in carried {
        writeln!(out, "{table:<24} {rows:>10} rows  {}", &digest[..16])?;
    }
    let rows: u64 = carried.iter().map(|table| table.rows).sum();
    writeln!(out, "{} tables with {rows} rows are in PostgreSQL, read back and the same.", carried.len())?;
    writeln!(
        out,
        "\nThe secret key goes on: give {} to every server with --secret-key-file, readable by the user that it runs as.\n\
         Start them with --database-url, not on {} any more; keep that folder until all is well.",
        from.join(KEY_FILE).display(),
        from.display()
    )?;
    Ok(())
}
