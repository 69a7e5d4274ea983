//! Owns looking at the database: whether it is reached, fits this program, is sound, keeps what is committed, and what in it
//! waits for too long.

use crate::cli::installation::key_of;
use crate::clock::Clock;
use crate::config::{Config, Database};
use crate::driver::clocks::APART_MAX_MS;
use crate::store::migration::{Migrations, find_migrations, last_known};
use crate::store::opening::SQLITE_FILE;
use crate::store::secret_key::{Fit, find_fit};
use crate::store::site::list_sites;
use crate::store::soundness::{
    Look, Setting, find_connections, find_engine_version, find_time, list_damages, list_durability,
};
use crate::store::stuck::find_stuck;
use crate::store::{Store, StoreResult, Tx};

use super::Findings;

/// The oldest PostgreSQL that is tried.
const POSTGRES_MIN: u32 = 15;
const SKEW_FAULT_MS: i64 = 30_000;
/// Connections that a node takes at most.
const OF_A_NODE: i64 = 17;
const HOUR_MS: i64 = 3_600_000;
const SITES_LOOKED_AT: i64 = 100;

pub(super) async fn look(config: &Config, findings: &mut Findings) {
    let opened = match &config.database {
        Database::Sqlite(dir) => {
            let file = dir.join(SQLITE_FILE);
            if !file.exists() {
                let says = format!("there is none in {}", dir.display());
                findings.warning("database", says, "the first start makes one; is it the right folder?");
                return;
            }
            Store::look_at_sqlite(&file).await
        }
        Database::Postgres(url) => Store::look_at_postgres(url).await,
    };
    let store = match opened {
        Ok(store) => store,
        Err(error) => {
            findings.fault("database", format!("cannot be opened: {error}"), "nothing works without it");
            return;
        }
    };
    if let Err(error) = look_inside(&store, config, findings).await {
        findings.fault("database", format!("cannot be read: {error}"), "bring back a backup if it stays so");
    }
    store.close().await;
}

async fn look_inside(store: &Store, config: &Config, findings: &mut Findings) -> StoreResult<()> {
    let mut tx = store.read().await?;
    let version = find_engine_version(&mut tx).await?;
    look_at_engine(&tx, &version, findings);
    look_at_clock(&mut tx, findings).await?;
    look_at_durability(&mut tx, findings).await?;
    if let Some((most, now)) = find_connections(&mut tx).await?
        && most - now < OF_A_NODE
    {
        let says = format!("{now} of {most} connections to PostgreSQL are in use");
        findings.warning(
            "connections",
            says,
            format!("raise max_connections: each node takes up to {OF_A_NODE}"),
        );
    }
    let migrations = find_migrations(&mut tx).await?;
    if !look_at_migrations(migrations.as_ref(), findings) {
        return Ok(());
    }
    let damages = list_damages(&mut tx, Look::Quick).await?;
    if damages.is_empty() {
        findings.ok("integrity", "nothing is damaged");
    } else {
        findings.fault(
            "integrity",
            damages.join("; "),
            "stop the server, keep what is there, and bring back a backup",
        );
    }
    look_at_key(&mut tx, config, findings).await?;
    look_at_stuck(&mut tx, config, findings).await?;
    look_at_proxy(&mut tx, config, findings).await
}

fn look_at_engine(tx: &Tx, version: &str, findings: &mut Findings) {
    match tx {
        Tx::Sqlite(_) => findings.ok("database", format!("SQLite {version}")),
        Tx::Postgres(_) => {
            let major: u32 =
                version.split('.').next().and_then(|major| major.parse().ok()).unwrap_or_default();
            let says = format!("PostgreSQL {version}");
            if major < POSTGRES_MIN {
                findings.fault("database", says, format!("use {POSTGRES_MIN} or newer"));
            } else {
                findings.ok("database", says);
            }
        }
    }
}

async fn look_at_clock(tx: &mut Tx, findings: &mut Findings) -> StoreResult<()> {
    let before = Clock::System.now().0;
    let Some(theirs) = find_time(tx).await? else { return Ok(()) };
    let ours = before.midpoint(Clock::System.now().0);
    let apart = (theirs - ours).abs();
    let says = format!("this machine and the database are {apart} ms apart");
    let advice = "let NTP set both; deadlines are told by the clocks of the nodes";
    if apart > SKEW_FAULT_MS {
        findings.fault("clock", says, advice);
    } else if apart > APART_MAX_MS {
        findings.warning("clock", says, advice);
    } else {
        findings.ok("clock", says);
    }
    Ok(())
}

async fn look_at_durability(tx: &mut Tx, findings: &mut Findings) -> StoreResult<()> {
    const CHECK: &str = "durability";
    let settings = list_durability(tx).await?;
    let off: Vec<&str> =
        settings.iter().filter(|setting| setting.value == "off").map(|setting| setting.name).collect();
    if off.is_empty() {
        let all: Vec<String> =
            settings.iter().map(|Setting { name, value }| format!("{name} is {value}")).collect();
        findings.ok(CHECK, all.join(", "));
    } else {
        let advice = "turn it on: what was acknowledged may be lost when the database crashes";
        findings.fault(CHECK, format!("{} is off", off.join(", ")), advice);
    }
    Ok(())
}

/// Whether the tables can be read.
fn look_at_migrations(migrations: Option<&Migrations>, findings: &mut Findings) -> bool {
    const CHECK: &str = "migrations";
    let Some(migrations) = migrations else {
        findings.warning(
            CHECK,
            "the database is empty",
            "the first start makes the tables; is it the right one?",
        );
        return false;
    };
    let listed = |numbers: &[i64]| numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    if !migrations.altered.is_empty() || !migrations.failed.is_empty() {
        let says = format!(
            "not as this program made them: {}{}",
            listed(&migrations.altered),
            listed(&migrations.failed)
        );
        findings.fault(CHECK, says, "bring back a backup; the server does not start on this");
    } else if !migrations.newer.is_empty() {
        let says = format!("of a newer version: {}", listed(&migrations.newer));
        findings.fault(CHECK, says, "use that version; this one does not start on it");
    } else if !migrations.pending.is_empty() {
        let says = format!("{} are not applied yet", migrations.pending.len());
        findings.warning(CHECK, says, "the next start applies them; make a backup before");
        return false;
    } else {
        findings.ok(CHECK, format!("all up to {} are applied", last_known()));
    }
    migrations.pending.is_empty()
}

async fn look_at_key(tx: &mut Tx, config: &Config, findings: &mut Findings) -> StoreResult<()> {
    const CHECK: &str = "secret key";
    let key = match key_of(config) {
        Ok(key) => key,
        Err(error) => {
            findings.fault(CHECK, format!("{error:#}"), "the server does not start with it");
            return Ok(());
        }
    };
    let vault = key.as_ref().map(|key| key.vault.clone()).unwrap_or_default();
    match (find_fit(tx, &vault).await?, key) {
        (Some(Fit::Right), _) => findings.ok(CHECK, "opens the secrets in the database"),
        (Some(Fit::Wrong), Some(key)) => {
            let says = format!("{} does not open the secrets in the database", key.place);
            findings.fault(CHECK, says, "bring back the key that they were sealed with");
        }
        (Some(Fit::Wrong), None) => {
            findings.fault(
                CHECK,
                "is missing, and there are sealed secrets",
                "bring it back from where you keep it",
            );
        }
        (None, Some(_)) => findings.ok(CHECK, "is there; nothing is sealed yet"),
        (None, None) => match config.database {
            Database::Sqlite(_) => findings.ok(CHECK, "the first start makes it"),
            Database::Postgres(_) => {
                findings.fault(CHECK, "is not set", "set --secret-key-file, the same key on every node");
            }
        },
    }
    Ok(())
}

async fn look_at_stuck(tx: &mut Tx, config: &Config, findings: &mut Findings) -> StoreResult<()> {
    let now = Clock::System.now().0;
    let stuck = find_stuck(tx, now - HOUR_MS, now - 24 * HOUR_MS).await?;
    if stuck.mails_waiting > 0 {
        let says = format!("{} wait for more than an hour", stuck.mails_waiting);
        let advice = if config.mail.is_some() {
            "see last_error in the table mails"
        } else {
            "set --smtp-url and --mail-from: nothing leaves without"
        };
        findings.warning("mails", says, advice);
    } else if stuck.mails_failed > 0 {
        let says = format!("{} were given up since yesterday", stuck.mails_failed);
        findings.warning("mails", says, "see last_error in the table mails");
    } else {
        findings.ok("mails", "none waits for long");
    }
    if stuck.deliveries_waiting > 0 || stuck.webhooks_disabled > 0 {
        let says = format!(
            "{} deliveries wait for more than an hour, {} webhooks were disabled",
            stuck.deliveries_waiting, stuck.webhooks_disabled
        );
        findings.warning("webhooks", says, "see the log of the webhook in the console");
    } else {
        findings.ok("webhooks", "no delivery waits for long");
    }
    Ok(())
}

/// Sites on https mean a proxy with TLS, whose address every visitor would seem to have.
async fn look_at_proxy(tx: &mut Tx, config: &Config, findings: &mut Findings) -> StoreResult<()> {
    let sites = list_sites(tx, ("", ""), SITES_LOOKED_AT).await?;
    let behind_tls = sites.iter().any(|site| site.origins.iter().any(|origin| origin.starts_with("https:")));
    if behind_tls && config.trusted_proxies == 0 {
        let says = "sites use https, and no proxy is trusted: all visitors seem to come from its address";
        findings.warning("proxy", says, "set --trusted-proxies 1, and X-Forwarded-For in the proxy");
    } else {
        let says = match config.trusted_proxies {
            0 => "none is trusted, and no site needs one".to_owned(),
            number => format!("{number} in front are trusted"),
        };
        findings.ok("proxy", says);
    }
    Ok(())
}
