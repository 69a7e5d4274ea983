//! Owns the migrations: which there are, applying them, and whether a database has those that this program knows.

use std::collections::BTreeMap;

use sqlx::migrate::Migrator;

use super::sql::fetch_all;
use super::{StoreResult, Tx};

/// The migrations that this program knows.
pub(super) static KNOWN: Migrator = sqlx::migrate!();

/// How the migrations of a database stand to those that this program knows, each by its number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Migrations {
    /// The last one that was applied; none in an empty database.
    pub last: Option<i64>,
    /// Known here and not applied there: the next start applies them.
    pub pending: Vec<i64>,
    /// Applied there and not known here: a newer program did it.
    pub newer: Vec<i64>,
    /// Applied there with another text than the one known here.
    pub altered: Vec<i64>,
    /// Begun there and never finished.
    pub failed: Vec<i64>,
}

impl Migrations {
    /// Whether every table that this program asks for is there. A newer program may have added some.
    #[must_use]
    pub fn are_enough(&self) -> bool {
        self.pending.is_empty() && self.altered.is_empty() && self.failed.is_empty()
    }

    /// Whether the database is exactly as this program leaves it.
    #[must_use]
    pub fn are_the_same(&self) -> bool {
        self.are_enough() && self.newer.is_empty()
    }
}

/// A migration that was applied to a database.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Applied {
    /// Its number.
    pub version: i64,
    /// Of its text.
    pub checksum: Vec<u8>,
    /// Whether it came to its end.
    pub success: bool,
}

/// The number of the last migration that this program knows.
#[must_use]
pub fn last_known() -> i64 {
    KNOWN.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// How the migrations of this database stand; none where there is no table of them: then it is empty, or not Beckon's.
///
/// # Errors
/// When the database failed.
pub async fn find_migrations(tx: &mut Tx) -> StoreResult<Option<Migrations>> {
    if !tx.has_table("_sqlx_migrations").await? {
        return Ok(None);
    }
    let sql = "SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version";
    let applied = fetch_all!(tx, Applied, sql)?;
    Ok(Some(compare(&applied)))
}

/// How these stand to the migrations that are known.
#[must_use]
pub fn compare(applied: &[Applied]) -> Migrations {
    let known: BTreeMap<i64, &[u8]> =
        KNOWN.iter().map(|migration| (migration.version, &*migration.checksum)).collect();
    let mut migrations = Migrations::default();
    for Applied { version, checksum, success } in applied {
        migrations.last = migrations.last.max(Some(*version));
        match known.get(version) {
            None => migrations.newer.push(*version),
            Some(text) if *text != checksum.as_slice() => migrations.altered.push(*version),
            Some(_) => {}
        }
        if !success {
            migrations.failed.push(*version);
        }
    }
    let is_there = |version: &i64| applied.iter().any(|row| row.version == *version);
    migrations.pending = known.into_keys().filter(|version| !is_there(version)).collect();
    migrations
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Applied> {
        let applied =
            |migration: &sqlx::migrate::Migration| applied(migration.version, migration.checksum.to_vec());
        KNOWN.iter().map(applied).collect()
    }

    fn applied(version: i64, checksum: Vec<u8>) -> Applied {
        Applied { version, checksum, success: true }
    }

    #[test]
    fn a_database_is_told_apart_by_its_migrations() {
        let known = compare(&all());
        assert!(known.are_the_same() && known.last == Some(last_known()));
        let mut newer = all();
        newer.push(applied(9999, Vec::new()));
        let newer = compare(&newer);
        assert!(newer.are_enough() && !newer.are_the_same() && newer.newer == [9999]);
        let older = compare(&all()[..3]);
        assert!(!older.are_enough() && older.pending.first() == Some(&4), "{older:?}");
        let mut altered = all();
        altered[2].checksum[0] ^= 1;
        assert_eq!(compare(&altered).altered, [3]);
        let mut failed = all();
        failed[4].success = false;
        assert!(compare(&failed).failed == [5] && !compare(&failed).are_enough());
        assert_eq!(compare(&[]).last, None);
    }
}
