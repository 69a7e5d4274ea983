//! Owns filling a database with so much that lists are long: straight into its tables. Measures nothing.

use beckon_server::clock::Clock;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, SqliteConnection};

use crate::place::{Database, Place};

/// Rows of what can be many: visitors, visits, ended chats, customers, enquiries, lines of the audit log, deliveries.
pub(crate) const PAST: u32 = 100_000;
/// Visitors who are on the site.
const LIVE: u32 = 10_000;
/// Chats of the one agent, and messages in each.
const OWN: u32 = 200;
const MESSAGES: u32 = 60;
/// Messages of one long chat.
const LONG: u32 = 5_000;
/// As many as there may be.
const CANNED_REPLIES: u32 = 2_000;
const USERS: u32 = 9_000;
/// Rules, and offers, as many as there may be.
const RULES: u32 = 1_000;

/// A way into the tables, past the store.
enum Tables {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Fills the database, which the place has open.
pub(crate) async fn fill(database: &Database, place: &Place) {
    let mut tables = Tables::open(database).await;
    let now = Clock::System.now().0;
    visitors(&mut tables, place, now).await;
    chats(&mut tables, place, now).await;
    messages(&mut tables, place, now).await;
    directory(&mut tables, place, now).await;
    administration(&mut tables, place, now).await;
    tables.analyze().await;
}

/// A thing of this kind with this number, as its id.
pub(crate) fn id_of(kind: u32, number: u32) -> String {
    format!("01900000-0000-7000-8{kind:03}-{number:012x}")
}

/// The long chat.
pub(crate) fn long_chat() -> String {
    id_of(3, PAST + LIVE + OWN)
}

async fn visitors(tables: &mut Tables, place: &Place, now: i64) {
    let site = *place.site.id;
    let all = PAST + LIVE + OWN;
    let (visitor, visit) = (tables.id(1, "n.i"), tables.id(2, "n.i"));
    let sql = format!(
        "INSERT INTO visitors (id, site_id, token_hash, created_at, visits)
         SELECT {visitor}, '{site}', 'token ' || n.i, {now}, 1 FROM n"
    );
    tables.run(all, &sql).await;
    let sql = format!(
        "INSERT INTO visits (id, site_id, visitor_id, visit_number, started_at, heard_at, ends_due, ended_at, referrer,
                             language, time_zone, device, browser, epoch, state, utm)
         SELECT {visit}, '{site}', {visitor}, 1 + n.i % 5, {now} - n.i * 60000, {now} + 3600000, {now} + 86400000,
                CASE WHEN n.i <= {PAST} THEN {now} ELSE NULL END, 'https://search.example/', 'en', 'Europe/Zurich',
                'desktop', 'Firefox', 1, '{{}}', '{{}}' FROM n"
    );
    tables.run(all, &sql).await;
    let sql = format!(
        "INSERT INTO pages (id, site_id, url)
         SELECT n.i, '{site}', 'https://shop.example/products/chair-' || n.i FROM n"
    );
    tables.run(100, &sql).await;
    let live = tables.id(2, &format!("n.i + {PAST}"));
    let sql = format!(
        "INSERT INTO page_views (visit_id, tab, view, page_id, title, entered_at, visible_s)
         SELECT {live}, 1, 1, 1 + n.i % 100, 'Chair ' || (n.i % 100), {now} - n.i * 1000, 0 FROM n"
    );
    tables.run(LIVE + OWN, &sql).await;
}

/// The ended chats, and those that the agent has.
async fn chats(tables: &mut Tables, place: &Place, now: i64) {
    let (site, queue, agent) = (*place.site.id, *place.queue.id, place.agent.id);
    let columns = "id, site_id, queue_id, visitor_id, visit_id, mode, state, visitor_name, answers, agent_id, owner_epoch,
                   rung, requested_at, queued_at, answered_at, ended_at, ended_by, wrapped_up, held_until, last_seq,
                   visitor_read_seq, agent_read_seq";
    let [chat, visitor, visit] = [3, 1, 2].map(|kind| tables.id(kind, "n.i"));
    let sql = format!(
        "INSERT INTO chats ({columns})
         SELECT {chat}, '{site}', '{queue}', {visitor}, {visit}, 'reactive', 'ended', 'Visitor ' || n.i, '[]', '{agent}',
                1, '[]', {now} - n.i * 60000, {now} - n.i * 60000, {now} - n.i * 59000, {now} - n.i * 30000, 'visitor',
                TRUE, 0, 1, 1, 1 FROM n"
    );
    tables.run(PAST, &sql).await;
    let own = format!("n.i + {PAST} + {LIVE}");
    let [chat, visitor, visit] = [3, 1, 2].map(|kind| tables.id(kind, &own));
    let sql = format!(
        "INSERT INTO chats ({columns})
         SELECT {chat}, '{site}', '{queue}', {visitor}, {visit}, 'reactive', 'active', 'Talker ' || n.i, '[]', '{agent}',
                1, '[]', {now} - n.i * 1000, {now} - n.i * 1000, {now} - n.i * 900, CAST(NULL AS BIGINT),
                CAST(NULL AS TEXT), FALSE, 0, {MESSAGES}, {MESSAGES}, {MESSAGES} FROM n"
    );
    tables.run(OWN, &sql).await;
    let sql = format!(
        "INSERT INTO chat_participants (chat_id, user_id, part, joined_at)
         SELECT {chat}, '{agent}', 'owner', {now} FROM n"
    );
    tables.run(OWN, &sql).await;
    let chat = tables.id(3, "n.i");
    let sql = format!(
        "INSERT INTO chat_search (chat_id, search)
         SELECT {chat}, 'visitor ' || n.i || ' is the oak oiled or lacquered number ' || (n.i % 997) FROM n"
    );
    tables.run(PAST, &sql).await;
}

async fn messages(tables: &mut Tables, place: &Place, now: i64) {
    let columns = "chat_id, seq, id, sender, name, body, sent_at, audience";
    let chat = tables.id(3, "n.i");
    let sql = format!(
        "INSERT INTO messages ({columns})
         SELECT {chat}, 1, 'm', 'visitor', '', 'Is it oiled or lacquered?', {now} - n.i * 60000, 'all' FROM n"
    );
    tables.run(PAST, &sql).await;
    let name = &place.agent.name;
    let of = tables.id(3, &format!("(n.i - 1) / {MESSAGES} + 1 + {PAST} + {LIVE}"));
    let sql = format!(
        "INSERT INTO messages ({columns})
         SELECT {of}, (n.i - 1) % {MESSAGES} + 1, 'm' || n.i, CASE WHEN n.i % 2 = 0 THEN 'agent' ELSE 'visitor' END,
                '{name}', 'Line ' || ((n.i - 1) % {MESSAGES} + 1) || ' of talker ' || ((n.i - 1) / {MESSAGES} + 1)
                    || ': could you tell me whether the oak is oiled or lacquered?',
                {now} - ({MESSAGES} - (n.i - 1) % {MESSAGES}) * 60000, 'all' FROM n"
    );
    tables.run(OWN * MESSAGES, &sql).await;
    let long = long_chat();
    let sql = format!(
        "INSERT INTO messages ({columns})
         SELECT '{long}', {MESSAGES} + n.i, 'l' || n.i, 'visitor', '', 'Line ' || n.i, {now}, 'all' FROM n"
    );
    tables.run(LONG, &sql).await;
}

/// Customers and enquiries.
async fn directory(tables: &mut Tables, place: &Place, now: i64) {
    let (site, queue) = (*place.site.id, *place.queue.id);
    let [customer, enquiry, visitor, visit] = [4, 5, 1, 2].map(|kind| tables.id(kind, "n.i"));
    let sql = format!(
        "INSERT INTO customers (id, site_id, customer_ref, first_name, last_name, email, phone, company, fields, search,
                                sort_name, created_at, updated_at)
         SELECT {customer}, '{site}', 'C-' || n.i, 'First' || (n.i % 977), 'Last' || (n.i % 8999),
                'c' || n.i || '@customer.example', '+41 44 ' || n.i, 'Company ' || (n.i % 501), '{{}}',
                'first' || (n.i % 977) || ' last' || (n.i % 8999) || ' c' || n.i || '@customer.example c-' || n.i,
                'last' || (n.i % 8999) || ' first' || (n.i % 977), {now}, {now} FROM n"
    );
    tables.run(PAST, &sql).await;
    let sql = format!(
        "INSERT INTO enquiries (id, site_id, queue_id, visitor_id, visit_id, client_id, name, email, answers, page_url,
                                search, state, created_at)
         SELECT {enquiry}, '{site}', '{queue}', {visitor}, {visit}, 'e', 'Visitor ' || n.i,
                'v' || n.i || '@visitor.example', '[]', 'https://shop.example/', 'visitor ' || n.i,
                CASE WHEN n.i % 3 = 0 THEN 'open' ELSE 'done' END, {now} - n.i * 60000 FROM n"
    );
    tables.run(PAST, &sql).await;
}

/// What administrators look at: the log, deliveries of a webhook, canned replies, people, rules and offers.
async fn administration(tables: &mut Tables, place: &Place, now: i64) {
    let (site, queue, agent) = (*place.site.id, *place.queue.id, place.agent.id);
    let [line, reply, user, rule, offer, event] = [6, 7, 8, 9, 10, 11].map(|kind| tables.id(kind, "n.i"));
    let hook = id_of(12, 1);
    let design = r#"{"texts":{"en":{"title":"Help","accept_label":"Yes","reject_label":"No"}}}"#;
    let sql = format!(
        "INSERT INTO audit_log (id, at, user_id, user_name, via, action, kind, site_id, subject, name, detail, changed,
                                value_before, value_after, version, note)
         SELECT {line}, {now} - n.i * 60000, '{agent}', 'Alice', '', 'changed', CASE WHEN n.i % 9 = 0 THEN 'user' ELSE
                'rule' END, '{site}', 'r', 'Rule', '', '[\"/priority\"]', '{{\"priority\":1}}', '{{\"priority\":2}}',
                {PAST} - n.i, '' FROM n"
    );
    tables.run(PAST, &sql).await;
    let sql = format!(
        "INSERT INTO webhooks (id, name, url, secret, secret_at, site_id, events, enabled, disabled_why, created_at,
                               updated_at)
         SELECT '{hook}', 'CRM', 'https://crm.example/', 's', 0, '{site}', '[\"chat.ended\"]', FALSE, '', 0, 0 FROM n"
    );
    tables.run(1, &sql).await;
    let sql = format!(
        "INSERT INTO webhook_deliveries (event_id, webhook_id, event, body, created_at, tries_since, tries, delivered_at)
         SELECT {event}, '{hook}', 'chat.ended', '{{}}', {now} - n.i * 1000, 0, 1, {now} FROM n"
    );
    tables.run(PAST, &sql).await;
    let sql = format!(
        "INSERT INTO canned_replies (id, shortcut, title, texts, tags, created_at, updated_at)
         SELECT {reply}, 'r' || n.i, 'Reply ' || n.i, '{{\"en\":\"Hello\"}}', '[]', 0, 0 FROM n"
    );
    tables.run(CANNED_REPLIES, &sql).await;
    let sql = format!(
        "INSERT INTO users (id, email, name, role, slots, password_hash, disabled, created_at, status, status_since,
                            heard_at, idle_since, rung_at)
         SELECT {user}, 'u' || n.i || '@bench.test', 'User ' || n.i, 'agent', 3, '', FALSE, 0, 'away', 0, 0, 0, 0 FROM n"
    );
    tables.run(USERS, &sql).await;
    let sql = format!(
        "INSERT INTO offers (id, site_id, name, active, design, created_at, updated_at)
         SELECT {offer}, '{site}', 'Offer ' || n.i, TRUE, '{design}', 0, 0 FROM n"
    );
    tables.run(RULES, &sql).await;
    let sql = format!(
        "INSERT INTO rules (id, site_id, priority, name, enabled, plan, created_at, updated_at)
         SELECT {rule}, '{site}', 1 + n.i % 9, 'Rule ' || n.i, TRUE, '{{\"queue_id\":\"{queue}\"}}', 0, 0 FROM n"
    );
    tables.run(RULES, &sql).await;
}

impl Tables {
    async fn open(database: &Database) -> Self {
        match database {
            Database::Sqlite(folder) => {
                let options = SqliteConnectOptions::new().filename(folder.join("beckon.db"));
                Self::Sqlite(options.connect().await.expect("the database"))
            }
            Database::Postgres(url) => {
                Self::Postgres(PgConnection::connect(url).await.expect("the database"))
            }
        }
    }

    /// As [`id_of`], for a number that is an expression.
    fn id(&self, kind: u32, number: &str) -> String {
        match self {
            Self::Sqlite(_) => format!("printf('01900000-0000-7000-8{kind:03}-%012x', {number})"),
            Self::Postgres(_) => {
                format!("'01900000-0000-7000-8{kind:03}-' || lpad(to_hex({number}), 12, '0')")
            }
        }
    }

    /// Runs a statement with the numbers from 1 to `count` as `n.i`.
    async fn run(&mut self, count: u32, statement: &str) {
        let (insert, select) = statement.split_once("SELECT").expect("a statement that selects");
        let numbers = format!(
            "WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
        );
        self.execute(format!("{insert} {numbers} SELECT{select}")).await;
    }

    /// What PostgreSQL does by itself a moment later.
    async fn analyze(&mut self) {
        match self {
            Self::Sqlite(_) => {}
            Self::Postgres(_) => self.execute("ANALYZE".to_owned()).await,
        }
    }

    async fn execute(&mut self, sql: String) {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql));
        match self {
            Self::Sqlite(connection) => sql.execute(connection).await.map(|_| ()),
            Self::Postgres(connection) => sql.execute(connection).await.map(|_| ()),
        }
        .expect("rows that fit the tables");
    }
}
