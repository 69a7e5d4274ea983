//! Owns filling the database of a server that runs: visitors who were there, and chats that have ended, straight into its tables.

use std::time::Duration;

use anyhow::Context;
use rusqlite::Connection;

use super::super::served::Served;

/// The tables, past the server.
pub(super) struct Tables {
    database: Connection,
    site: String,
    queue: String,
    agent: String,
    now: i64,
}

impl Tables {
    /// Opens them.
    ///
    /// # Errors
    /// When they cannot be had.
    pub(super) fn open(served: &Served) -> anyhow::Result<Self> {
        let shop = served.shop.as_ref().context("a bare server has no tables")?;
        let database = Connection::open(served.database()?)?;
        database.busy_timeout(Duration::from_secs(60))?;
        // What is filled in need not be kept.
        database.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -200000;")?;
        let now = "SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER)";
        let now = database.query_row(now, [], |row| row.get(0))?;
        let agent = shop.agents.first().context("a shop has an agent")?.id.clone();
        Ok(Self { database, site: shop.site.clone(), queue: shop.queue.clone(), agent, now })
    }

    /// The visitors after the first `from`, up to `to`, each with a visit that has ended.
    ///
    /// # Errors
    /// When they do not fit the tables.
    pub(super) fn visitors(&self, from: u32, to: u32) -> anyhow::Result<()> {
        let (site, now) = (&self.site, self.now);
        let [visitor, visit] = [id(1), id(2)];
        self.run(
            from,
            to,
            &format!(
                "INSERT INTO visitors (id, site_id, token_hash, created_at, visits)
                 SELECT {visitor}, '{site}', 'token ' || i, {now}, 1 FROM n"
            ),
        )?;
        self.run(
            from,
            to,
            &format!(
                "INSERT INTO visits (id, site_id, visitor_id, visit_number, started_at, heard_at, ends_due, ended_at,
                                     referrer, language, time_zone, device, browser, epoch, state, utm)
                 SELECT {visit}, '{site}', {visitor}, 1, {now} - i * 60000, {now} - i * 60000, {now}, {now}, '', 'en',
                        'UTC', 'desktop', 'Firefox', 1, '{{}}', '{{}}' FROM n"
            ),
        )
    }

    /// As [`Self::visitors`]: an ended chat of each of them, with a message, and what a search looks at.
    ///
    /// # Errors
    /// When they do not fit the tables.
    pub(super) fn chats(&self, from: u32, to: u32) -> anyhow::Result<()> {
        let Self { site, queue, agent, now, .. } = self;
        let [visitor, visit, chat] = [id(1), id(2), id(3)];
        self.run(
            from,
            to,
            &format!(
                "INSERT INTO chats (id, site_id, queue_id, visitor_id, visit_id, mode, state, visitor_name, answers,
                                    agent_id, owner_epoch, rung, requested_at, queued_at, answered_at, ended_at, ended_by,
                                    wrapped_up, held_until, last_seq, visitor_read_seq, agent_read_seq)
                 SELECT {chat}, '{site}', '{queue}', {visitor}, {visit}, 'reactive', 'ended', 'Visitor ' || i, '[]',
                        '{agent}', 1, '[]', {now} - i * 60000, {now} - i * 60000, {now} - i * 59000, {now} - i * 30000,
                        'visitor', TRUE, 0, 1, 1, 1 FROM n"
            ),
        )?;
        self.run(
            from,
            to,
            &format!(
                "INSERT INTO messages (chat_id, seq, id, sender, name, body, sent_at, audience)
                 SELECT {chat}, 1, 'm', 'visitor', '', 'Is it oiled or lacquered?', {now} - i * 60000, 'all' FROM n"
            ),
        )?;
        self.run(
            from,
            to,
            &format!(
                "INSERT INTO chat_search (chat_id, search)
                 SELECT {chat}, 'visitor ' || i || ' is the oak oiled or lacquered' FROM n"
            ),
        )
    }

    /// Runs a statement with the numbers after `from` up to `to` as `i`.
    fn run(&self, from: u32, to: u32, statement: &str) -> anyhow::Result<()> {
        let (insert, select) = statement.split_once("SELECT").context("a statement that selects")?;
        let numbers = format!(
            "WITH RECURSIVE n(i) AS (SELECT {from} + 1 UNION ALL SELECT i + 1 FROM n WHERE i < {to}) SELECT"
        );
        Ok(self.database.execute_batch(&format!("{insert} {numbers} {select}"))?)
    }
}

/// A thing of this kind with the number `i`, as an expression.
fn id(kind: u32) -> String {
    format!("printf('01900000-0000-7000-8{kind:03}-%012x', i)")
}
