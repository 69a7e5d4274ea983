//! Owns the SQL of the secret key: whether a server has the right one, and sealing what was written before there was one.

use super::sql::{execute, fetch_all, fetch_optional};
use super::{Store, StoreResult, Tx};
use crate::vault::{SecretOf, Vault};

const ONLY_ROW: &str = "key";
/// What is sealed to know the key again.
const WORD: &str = "beckon";
/// Under this lock servers that start at the same time seal one after the other.
const SEALING: i64 = 0x0062_6563_6b6f_6e05;

/// Whether a key fits what is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It does, and everything is sealed with it.
    Right,
    /// It does not. Nothing was changed.
    Wrong,
}

// One text for each column that holds secrets, in rows that a condition may narrow: those that are not sealed are sealed.
macro_rules! seal_column {
    ($tx:ident, $vault:ident, $of:expr, $table:literal, $id:literal, $column:literal, $only:literal) => {
        let plain: Vec<(String, String)> = fetch_all!(
            $tx,
            (String, String),
            concat!(
                "SELECT ",
                $id,
                ", ",
                $column,
                " FROM ",
                $table,
                " WHERE ",
                $column,
                " IS NOT NULL AND ",
                $column,
                " NOT LIKE 'sealed:%'",
                $only
            ),
        )?;
        for (id, secret) in plain {
            execute!(
                $tx,
                concat!("UPDATE ", $table, " SET ", $column, " = $2 WHERE ", $id, " = $1"),
                id.as_str(),
                $vault.seal($of, &secret).as_str(),
            )?;
        }
    };
}

/// Whether anything was ever sealed in this database.
///
/// # Errors
/// When the database failed.
pub async fn is_sealed(tx: &mut Tx) -> StoreResult<bool> {
    Ok(find_word(tx).await?.is_some())
}

/// Whether the key of this vault is the right one; none where nothing was ever sealed. Changes nothing.
///
/// # Errors
/// When the database failed.
pub async fn find_fit(tx: &mut Tx, vault: &Vault) -> StoreResult<Option<Fit>> {
    if !tx.has_table("secret_key").await? {
        return Ok(None);
    }
    Ok(find_word(tx).await?.map(|sealed| fit(vault, &sealed)))
}

/// Whether the key of this vault is the one that this word was sealed with.
#[must_use]
pub fn fit(vault: &Vault, sealed: &str) -> Fit {
    if vault.open(SecretOf::Key, sealed).as_deref() == Ok(WORD) { Fit::Right } else { Fit::Wrong }
}

impl Store {
    /// Looks whether the key of the store's vault is the right one, and seals what is not sealed yet.
    ///
    /// # Errors
    /// When the database failed.
    pub async fn seal_all(&self) -> StoreResult<Fit> {
        let vault = self.vault();
        let mut tx = self.write().await?;
        tx.lock(SEALING).await?;
        if let Some(sealed) = find_word(&mut tx).await? {
            if fit(vault, &sealed) == Fit::Wrong {
                return Ok(Fit::Wrong);
            }
        } else {
            let sealed = vault.seal(SecretOf::Key, WORD);
            execute!(
                &mut tx,
                "INSERT INTO secret_key (id, sealed) VALUES ($1, $2)",
                ONLY_ROW,
                sealed.as_str()
            )?;
        }
        seal_plain(&mut tx, vault).await?;
        tx.commit().await?;
        Ok(Fit::Right)
    }
}

async fn find_word(tx: &mut Tx) -> StoreResult<Option<String>> {
    let row: Option<(String,)> =
        fetch_optional!(tx, (String,), "SELECT sealed FROM secret_key WHERE id = $1", ONLY_ROW)?;
    Ok(row.map(|(sealed,)| sealed))
}

async fn seal_plain(tx: &mut Tx, vault: &Vault) -> StoreResult<()> {
    seal_column!(tx, vault, SecretOf::Webhook, "webhooks", "id", "secret", "");
    seal_column!(tx, vault, SecretOf::Webhook, "webhooks", "id", "secret_before", "");
    seal_column!(tx, vault, SecretOf::Site, "sites", "id", "identity_secret", "");
    seal_column!(tx, vault, SecretOf::Site, "sites", "id", "identity_secret_before", "");
    seal_column!(tx, vault, SecretOf::SecondStep, "user_totp", "user_id", "secret", "");
    seal_column!(tx, vault, SecretOf::Mail, "mails", "id", "text", " AND kind = 'user_link' AND text <> ''");
    seal_column!(tx, vault, SecretOf::SingleSignOn, "single_sign_on", "id", "client_secret", "");
    Ok(())
}
