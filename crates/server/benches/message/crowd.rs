//! Owns filling an embedded database with so much that lists are long: straight into its tables. Measures nothing.

use std::path::Path;

use beckon_server::clock::Clock;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, SqliteConnection};

use crate::place::Place;

/// Customers, ended chats, and enquiries, each so many.
const PAST: u32 = 100_000;
/// Visitors who are on the site.
const LIVE: u32 = 10_000;
/// Chats of the one agent, and messages in each.
const OWN: u32 = 200;
const MESSAGES: u32 = 60;

/// Fills the database in `folder`, which the place has open.
pub(crate) async fn fill(folder: &Path, place: &Place) {
    let options = SqliteConnectOptions::new().filename(folder.join("beckon.db"));
    let mut connection = options.connect().await.expect("the database");
    let now = Clock::System.now().0;
    let (site, queue) = (*place.site.id, *place.queue.id);
    let all = PAST + LIVE + OWN;
    let past = format!("n.i <= {PAST}");
    run(
        &mut connection,
        all,
        &format!(
            "INSERT INTO visitors (id, site_id, token_hash, created_at, visits)
         SELECT {}, '{site}', 'token ' || n.i, {now}, 1 FROM n",
            id(1, "n.i")
        ),
    )
    .await;
    run(&mut connection, all, &format!(
        "INSERT INTO visits (id, site_id, visitor_id, visit_number, started_at, heard_at, ends_due, ended_at, referrer,
                             language, time_zone, device, browser, epoch, state, utm)
         SELECT {}, '{site}', {}, 1 + n.i % 5, {now} - n.i * 60000, {now} + 3600000, {now} + 86400000,
                CASE WHEN {past} THEN {now} ELSE NULL END, 'https://search.example/', 'en', 'Europe/Zurich', 'desktop',
                'Firefox', 1, '{{}}', '{{}}' FROM n", id(2, "n.i"), id(1, "n.i"))).await;
    run(
        &mut connection,
        100,
        &format!(
            "INSERT INTO pages (id, site_id, url)
         SELECT n.i, '{site}', 'https://shop.example/products/chair-' || n.i FROM n"
        ),
    )
    .await;
    run(
        &mut connection,
        LIVE + OWN,
        &format!(
            "INSERT INTO page_views (visit_id, tab, view, page_id, title, entered_at, visible_s)
         SELECT {}, 1, 1, 1 + n.i % 100, 'Chair ' || n.i % 100, {now} - n.i * 1000, 0 FROM n",
            id(2, &format!("(n.i + {PAST})"))
        ),
    )
    .await;
    chats(&mut connection, place, now).await;
    run(&mut connection, PAST, &format!(
        "INSERT INTO customers (id, site_id, customer_ref, first_name, last_name, email, phone, company, fields, search,
                                sort_name, created_at, updated_at)
         SELECT {}, '{site}', 'C-' || n.i, 'First' || n.i % 977, 'Last' || n.i % 8999, 'c' || n.i || '@customer.example',
                '+41 44 ' || n.i, 'Company ' || n.i % 501, '{{}}',
                'first' || n.i % 977 || ' last' || n.i % 8999 || ' c' || n.i || '@customer.example c-' || n.i,
                'last' || n.i % 8999 || ' first' || n.i % 977, {now}, {now} FROM n", id(4, "n.i"))).await;
    run(&mut connection, PAST, &format!(
        "INSERT INTO enquiries (id, site_id, queue_id, visitor_id, visit_id, client_id, name, email, answers, page_url,
                                search, state, created_at)
         SELECT {}, '{site}', '{queue}', {}, {}, 'e', 'Visitor ' || n.i, 'v' || n.i || '@visitor.example', '[]',
                'https://shop.example/', 'visitor ' || n.i, CASE WHEN n.i % 3 = 0 THEN 'open' ELSE 'done' END,
                {now} - n.i * 60000 FROM n", id(5, "n.i"), id(1, "n.i"), id(2, "n.i"))).await;
}

/// The ended chats, and those that the agent has.
async fn chats(connection: &mut SqliteConnection, place: &Place, now: i64) {
    let (site, queue, agent) = (*place.site.id, *place.queue.id, place.agent.id);
    let columns = "id, site_id, queue_id, visitor_id, visit_id, mode, state, visitor_name, answers, agent_id, owner_epoch,
                   rung, requested_at, queued_at, answered_at, ended_at, ended_by, wrapped_up, held_until, last_seq,
                   visitor_read_seq, agent_read_seq";
    run(connection, PAST, &format!(
        "INSERT INTO chats ({columns})
         SELECT {}, '{site}', '{queue}', {}, {}, 'reactive', 'ended', 'Visitor ' || n.i, '[]', '{agent}', 1, '[]',
                {now} - n.i * 60000, {now} - n.i * 60000, {now} - n.i * 59000, {now} - n.i * 30000, 'visitor', TRUE, 0, 1,
                1, 1 FROM n", id(3, "n.i"), id(1, "n.i"), id(2, "n.i"))).await;
    let own = format!("(n.i + {PAST} + {LIVE})");
    run(connection, OWN, &format!(
        "INSERT INTO chats ({columns})
         SELECT {}, '{site}', '{queue}', {}, {}, 'reactive', 'active', 'Talker ' || n.i, '[]', '{agent}', 1, '[]',
                {now} - n.i * 1000, {now} - n.i * 1000, {now} - n.i * 900, NULL, NULL, FALSE, 0, {MESSAGES}, {MESSAGES},
                {MESSAGES} FROM n", id(3, &own), id(1, &own), id(2, &own))).await;
    run(
        connection,
        OWN,
        &format!(
            "INSERT INTO chat_participants (chat_id, user_id, part, joined_at)
         SELECT {}, '{agent}', 'owner', {now} FROM n",
            id(3, &own)
        ),
    )
    .await;
    run(
        connection,
        PAST,
        &format!(
            "INSERT INTO messages (chat_id, seq, id, sender, name, body, sent_at, audience)
         SELECT {}, 1, 'm', 'visitor', '', 'Is it oiled or lacquered?', {now} - n.i * 60000, 'all' FROM n",
            id(3, "n.i")
        ),
    )
    .await;
    let of = format!("((n.i - 1) / {MESSAGES} + 1 + {PAST} + {LIVE})");
    run(connection, OWN * MESSAGES, &format!(
        "INSERT INTO messages (chat_id, seq, id, sender, name, body, sent_at, audience)
         SELECT {}, (n.i - 1) % {MESSAGES} + 1, 'm' || n.i, CASE WHEN n.i % 2 = 0 THEN 'agent' ELSE 'visitor' END, 'Alice',
                'Line ' || ((n.i - 1) % {MESSAGES} + 1) || ' of talker ' || ((n.i - 1) / {MESSAGES} + 1)
                    || ': could you tell me whether the oak is oiled or lacquered?',
                {now} - ({MESSAGES} - (n.i - 1) % {MESSAGES}) * 60000, 'all' FROM n", id(3, &of))).await;
}

/// An id of this kind with this number in it.
fn id(kind: u32, number: &str) -> String {
    format!("printf('01900000-0000-7000-8{kind:03}-%012x', {number})")
}

/// Runs a statement with the numbers from 1 to `count` as `n.i`.
async fn run(connection: &mut SqliteConnection, count: u32, statement: &str) {
    let sql = format!(
        "{} {}",
        statement.split_once("SELECT").map_or("", |(insert, _)| insert),
        format_args!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT{}",
            statement.split_once("SELECT").map_or("", |(_, select)| select)
        )
    );
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.expect("rows that fit the tables");
}
