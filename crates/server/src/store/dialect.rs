//! Owns the few places where the two engines must differ. Everything else is one SQL text.

use beckon_engine::id::{ChatId, UserId, VisitId};
use sqlx::AssertSqlSafe;

use super::Tx;
use super::column::Text;

impl Tx {
    /// Locks out every other unit of work under the same `key` until this one ends.
    /// On SQLite there is only one writer anyway.
    ///
    /// # Errors
    /// When the database failed.
    pub async fn lock(&mut self, key: i64) -> super::StoreResult<()> {
        match self {
            Self::Sqlite(_) => {}
            Self::Postgres(tx) => {
                tx.run(sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(key)).await?;
            }
        }
        Ok(())
    }
}

impl Tx {
    /// Locks out every other unit of work that changes this user, signs them in or out, until this one ends; one that does so
    /// already is waited for. What is read after it holds until the commit. It comes before any session is touched.
    ///
    /// # Errors
    /// When the database failed.
    pub async fn lock_user(&mut self, user: UserId) -> super::StoreResult<()> {
        match self {
            Self::Sqlite(_) => {}
            Self::Postgres(tx) => {
                let sql = "SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE";
                tx.run(sqlx::query(sql).bind(Text(user))).await?;
            }
        }
        Ok(())
    }

    /// Locks out every other unit of work that changes this chat, until this one ends; one that does so already is waited
    /// for. What is read after it holds until the commit.
    ///
    /// # Errors
    /// When the database failed.
    pub(super) async fn lock_chat(&mut self, chat: ChatId) -> super::StoreResult<()> {
        match self {
            Self::Sqlite(_) => {}
            Self::Postgres(tx) => {
                let sql = "SELECT 1 FROM chats WHERE id = $1 FOR NO KEY UPDATE";
                tx.run(sqlx::query(sql).bind(Text(chat))).await?;
            }
        }
        Ok(())
    }

    /// The same for a visit: what its node decides for it is not committed meanwhile.
    ///
    /// # Errors
    /// When the database failed.
    pub(super) async fn lock_visit(&mut self, visit: VisitId) -> super::StoreResult<()> {
        match self {
            Self::Sqlite(_) => {}
            Self::Postgres(tx) => {
                let sql = "SELECT 1 FROM visits WHERE id = $1 FOR NO KEY UPDATE";
                tx.run(sqlx::query(sql).bind(Text(visit))).await?;
            }
        }
        Ok(())
    }
}

impl Tx {
    /// Whether there is a table of this name.
    ///
    /// # Errors
    /// When the database failed.
    pub(super) async fn has_table(&mut self, name: &str) -> super::StoreResult<bool> {
        Ok(match self {
            Self::Sqlite(tx) => {
                let sql = "SELECT COUNT(*) > 0 FROM sqlite_master WHERE type = 'table' AND name = $1";
                sqlx::query_scalar(sql).bind(name).fetch_one(&mut **tx).await?
            }
            Self::Postgres(tx) => {
                let sql = "SELECT to_regclass($1) IS NOT NULL";
                sqlx::query_scalar(sql).bind(name).fetch_one(&mut **tx).await?
            }
        })
    }
}

/// A list of values out of one JSON text, on SQLite. Each is binary JSON: a text would be parsed again for every member that is
/// taken out of it.
macro_rules! sqlite_list {
    () => {
        "jsonb_each($1) AS j"
    };
}

/// A list of values out of one JSON text, on PostgreSQL.
macro_rules! postgres_list {
    () => {
        "jsonb_array_elements(CAST($1 AS jsonb)) AS j(value)"
    };
}

/// Ended chats that have all words of `$14`, on SQLite.
macro_rules! sqlite_words {
    () => {
        "h.id IN (SELECT x.chat_id FROM chat_words w JOIN chat_search x ON x.id = w.rowid
                  WHERE chat_words MATCH $14)"
    };
}

/// Ended chats that have all words of `$14`, on PostgreSQL.
macro_rules! postgres_words {
    () => {
        "h.id IN (SELECT x.chat_id FROM chat_search x
                  WHERE to_tsvector('simple'::regconfig, x.search) @@ to_tsquery('simple'::regconfig, $14))"
    };
}

pub(crate) use {postgres_list, postgres_words, sqlite_list, sqlite_words};

/// What a search for ended chats looks at, and its index of words: made after the migrations, when it is not there yet. What
/// ended before is taken in once.
const SQLITE_SEARCH: &str = "
    CREATE TABLE IF NOT EXISTS chat_search (
        id      INTEGER PRIMARY KEY,
        chat_id TEXT NOT NULL UNIQUE REFERENCES chats (id) ON DELETE CASCADE,
        search  TEXT NOT NULL
    );
    CREATE VIRTUAL TABLE IF NOT EXISTS chat_words
        USING fts5(search, content='chat_search', content_rowid='id', prefix='2 3');
    CREATE TRIGGER IF NOT EXISTS chat_search_added AFTER INSERT ON chat_search BEGIN
        INSERT INTO chat_words (rowid, search) VALUES (new.id, new.search);
    END;
    CREATE TRIGGER IF NOT EXISTS chat_search_deleted AFTER DELETE ON chat_search BEGIN
        INSERT INTO chat_words (chat_words, rowid, search) VALUES ('delete', old.id, old.search);
    END;
    CREATE TRIGGER IF NOT EXISTS chat_search_changed AFTER UPDATE ON chat_search BEGIN
        INSERT INTO chat_words (chat_words, rowid, search) VALUES ('delete', old.id, old.search);
        INSERT INTO chat_words (rowid, search) VALUES (new.id, new.search);
    END;";
const POSTGRES_SEARCH: &str = "
    SET LOCAL client_min_messages = warning;
    CREATE TABLE IF NOT EXISTS chat_search (
        chat_id TEXT PRIMARY KEY REFERENCES chats (id) ON DELETE CASCADE,
        search  TEXT NOT NULL
    );";
/// Words are kept without accents. The embedded database takes them so by itself; here those that were kept before are changed.
macro_rules! words_of_before {
    () => {
        r"UPDATE chat_search SET search = normalize(regexp_replace(normalize(search, NFKD), '[\u0300-\u036f]', '', 'g'), NFC)
          WHERE search <> normalize(regexp_replace(normalize(search, NFKD), '[\u0300-\u036f]', '', 'g'), NFC)"
    };
}
pub(super) const POSTGRES_WORDS_OF_BEFORE: &str = words_of_before!();
const POSTGRES_WORDS: &str = concat!(
    r"DO $$ BEGIN
        IF to_regclass('chat_words_plain') IS NULL THEN
            ",
    words_of_before!(),
    r";
            DROP INDEX IF EXISTS chat_words;
            CREATE INDEX chat_words_plain ON chat_search USING gin (to_tsvector('simple'::regconfig, search));
        END IF;
    END $$;"
);
const SEARCH_BEFORE: &str = "
    INSERT INTO chat_search (chat_id, search)
    SELECT c.id, LOWER(SUBSTR(c.visitor_name || ' ' || c.answers || ' ' || c.disposition || ' ' || c.tags || ' '
           || c.wrap_up_note || ' ' || COALESCE((SELECT string_agg(m.body, ' ') FROM messages m
                                                 WHERE m.chat_id = c.id AND m.sender <> 'system'), ''), 1, 16000))
    FROM chats c WHERE c.state = 'ended' AND NOT EXISTS (SELECT 1 FROM chat_search)";

/// Under this key one node at a time makes what the engines have in their own way.
const SEARCH_LOCK: i64 = 0x0062_6563_6b6f_6e02;

impl super::Store {
    /// Makes what the engines have in their own way.
    pub(super) async fn complete(&self) -> super::StoreResult<()> {
        let mut tx = self.write().await?;
        if let Tx::Postgres(tx) = &mut tx {
            // Another node may be at it.
            tx.take_its_time();
        }
        tx.lock(SEARCH_LOCK).await?;
        match &mut tx {
            Tx::Sqlite(tx) => {
                sqlx::raw_sql(SQLITE_SEARCH).execute(&mut **tx).await?;
                sqlx::raw_sql(SEARCH_BEFORE).execute(&mut **tx).await?;
            }
            Tx::Postgres(tx) => {
                sqlx::raw_sql(POSTGRES_SEARCH).execute(&mut **tx).await?;
                sqlx::raw_sql(SEARCH_BEFORE).execute(&mut **tx).await?;
                sqlx::raw_sql(POSTGRES_WORDS).execute(&mut **tx).await?;
            }
        }
        tx.commit().await
    }

    /// Keeps the page views of the embedded database in the tree of their key alone, with no second one by row number: a third fewer
    /// bytes. The table is made anew, once, as the migrations left it. It needs room for a second one meanwhile; without it the
    /// table stays as it is.
    pub(super) async fn keep_page_views_by_key(&self) {
        if let Err(error) = self.try_to_keep_page_views_by_key().await {
            tracing::warn!(%error, "page views could not be written into a smaller table; they stay where they are");
        }
    }

    async fn try_to_keep_page_views_by_key(&self) -> super::StoreResult<()> {
        let Tx::Sqlite(mut tx) = self.write().await? else { return Ok(()) };
        let done = "SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = 'page_views'";
        if sqlx::query_scalar(done).fetch_one(&mut *tx).await? {
            return Ok(());
        }
        let beside =
            "SELECT sql FROM sqlite_master WHERE tbl_name = 'page_views' AND type IN ('index', 'trigger')
                      AND sql IS NOT NULL";
        let beside: Vec<String> = sqlx::query_scalar(beside).fetch_all(&mut *tx).await?;
        let table = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'page_views'";
        let table: String = sqlx::query_scalar(table).fetch_one(&mut *tx).await?;
        let anew = format!(
            "{} WITHOUT ROWID;
             INSERT INTO page_views_by_key SELECT * FROM page_views ORDER BY visit_id, tab, view;
             DROP TABLE page_views;
             ALTER TABLE page_views_by_key RENAME TO page_views;
             {}",
            table.replacen("page_views", "page_views_by_key", 1),
            beside.join(";")
        );
        tracing::info!("page views are written into a smaller table, once");
        sqlx::raw_sql(AssertSqlSafe(anew)).execute(&mut *tx).await?;
        Tx::Sqlite(tx).commit().await
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Store, Tx};

    // spec: T-2
    #[tokio::test]
    async fn page_views_of_before_are_kept_when_their_table_is_made_anew() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(dir.path()).await.unwrap();
        let as_before = "DROP TABLE page_views;
             CREATE TABLE page_views (visit_id TEXT NOT NULL, tab BIGINT NOT NULL, view BIGINT NOT NULL,
                                      title TEXT NOT NULL, left_at BIGINT, PRIMARY KEY (visit_id, tab, view));
             CREATE INDEX page_views_by_title ON page_views (title);
             INSERT INTO page_views VALUES ('b', 2, 1, 'later', 9), ('a', 1, 1, 'first', NULL);";
        let Tx::Sqlite(mut tx) = store.write().await.unwrap() else { unreachable!("it is embedded") };
        sqlx::raw_sql(as_before).execute(&mut *tx).await.unwrap();
        Tx::Sqlite(tx).commit().await.unwrap();
        store.close().await;

        for _ in 0..2 {
            let store = Store::open_sqlite(dir.path()).await.unwrap();
            let Tx::Sqlite(mut tx) = store.read().await.unwrap() else { unreachable!("it is embedded") };
            let kept: Vec<(String, i64, i64, String, Option<i64>)> =
                sqlx::query_as("SELECT * FROM page_views INDEXED BY page_views_by_title WHERE title > ''")
                    .fetch_all(&mut *tx)
                    .await
                    .unwrap();
            let whole =
                |visit: &str, tab, title: &str, left| (visit.to_owned(), tab, 1, title.to_owned(), left);
            assert_eq!(kept, [whole("a", 1, "first", None), whole("b", 2, "later", Some(9))]);
            let row_ids = sqlx::query("SELECT rowid FROM page_views").fetch_all(&mut *tx).await;
            assert!(row_ids.is_err(), "there is a tree by row number");
            drop(tx);
            store.close().await;
        }
    }
}
