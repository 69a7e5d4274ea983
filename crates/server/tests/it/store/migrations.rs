//! Proves that an installation of an earlier version keeps what it holds when a later one opens its database.

use beckon_engine::id::{ChatId, PresentationId, QueueId, UserId, VisitId};
use beckon_server::store::agent::list_agents;
use beckon_server::store::chat::{ChatState, find_chat};
use beckon_server::store::message::{
    Audience, EVERY_MESSAGE, NewMessage, Sender, append_message, list_messages,
};
use beckon_server::store::migration::{find_migrations, last_known};
use beckon_server::store::opening::SQLITE_FILE;
use beckon_server::store::page_view::list_page_views;
use beckon_server::store::participant::{Part, list_participants};
use beckon_server::store::presentation::find_presentation;
use beckon_server::store::queue::list_queue_agents;
use beckon_server::store::site::find_site_by_key;
use beckon_server::store::user::find_user_by_email;
use beckon_server::store::visit::find_visit;
use beckon_server::store::visitor::find_visitor_by_token;
use beckon_server::store::wallboard::list_open_chat_counts;
use beckon_server::store::{Store, Tx};
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};
use uuid::Uuid;

use crate::harness::{Database, START, database_tests};

database_tests!(the_first_schema_is_brought_to_the_present_one_with_its_data);

static ALL: Migrator = sqlx::migrate!();

/// What an installation of the first version held: one site, an agent with a chat that came of an offer, and one that waits.
const HELD: &str = r#"
INSERT INTO users (id, email, name, role, slots, password_hash, disabled, created_at, status, status_since, heard_at, idle_since, rung_at)
VALUES ('00000000-0000-7000-8000-000000000001', 'alice@shop.example', 'Alice', 'agent', 3, 'hash', FALSE, 1, 'ready', 1, 1, 1, 0);
INSERT INTO sites (id, key, name, origins, settings, deny_paths, allow_params, config_version, created_at)
VALUES ('00000000-0000-7000-8000-000000000002', 'key', 'Shop', '["https://shop.example"]', '{"poll_interval_s":7}', '[]', '[]', 4, 1);
INSERT INTO queues (id, site_id, name, channel_on, is_default, plan, created_at, updated_at)
VALUES ('00000000-0000-7000-8000-000000000003', '00000000-0000-7000-8000-000000000002', 'Advice', TRUE, TRUE, '{}', 1, 1);
INSERT INTO queue_agents (queue_id, user_id)
VALUES ('00000000-0000-7000-8000-000000000003', '00000000-0000-7000-8000-000000000001');
INSERT INTO visitors (id, site_id, token_hash, created_at, visits)
VALUES ('00000000-0000-7000-8000-000000000004', '00000000-0000-7000-8000-000000000002', 'ann', 1, 2),
       ('00000000-0000-7000-8000-000000000005', '00000000-0000-7000-8000-000000000002', 'bea', 1, 1);
INSERT INTO visits (id, site_id, visitor_id, visit_number, started_at, heard_at, ends_due, referrer, language, time_zone, device, browser, epoch, state)
VALUES ('00000000-0000-7000-8000-000000000006', '00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000004',
        2, 10, 20, 9000, 'https://news.example/', 'de', 'Europe/Berlin', 'phone', 'Firefox', 3, '{}'),
       ('00000000-0000-7000-8000-000000000007', '00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000005',
        1, 10, 20, 9000, '', 'en', 'UTC', 'desktop', 'Other', 1, '{}');
INSERT INTO pages (id, site_id, url) VALUES (77, '00000000-0000-7000-8000-000000000002', 'https://shop.example/chair');
INSERT INTO page_views (visit_id, view, tab, page_id, title, entered_at, left_at, visible_s)
VALUES ('00000000-0000-7000-8000-000000000006', 1, 5, 77, 'Chair', 10, 15, 4),
       ('00000000-0000-7000-8000-000000000006', 2, 6, 77, 'Chair again', 16, NULL, 0);
INSERT INTO presentations (id, site_id, visit_id, visitor_id, rule_id, rule_name, offer_id, offer_name, queue_id, config_version, design,
                           presented_at, ignored_due, passive_due, outcome, outcome_at)
VALUES ('00000000-0000-7000-8000-000000000008', '00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000006',
        '00000000-0000-7000-8000-000000000004', NULL, 'Chairs', '00000000-0000-7000-8000-000000000009', 'Help',
        '00000000-0000-7000-8000-000000000003', 4,
        '{"texts":{"en":{"title":"May we help?","accept_label":"Yes","reject_label":"No"}}}', 12, 72, 92, 'accepted', 13);
INSERT INTO chats (id, site_id, queue_id, visitor_id, visit_id, presentation_id, mode, state, visitor_name, answers, agent_id, owner_epoch,
                   rung, requested_at, queued_at, answered_at, wrapped_up, held_until, last_seq, visitor_read_seq, agent_read_seq)
VALUES ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000003',
        '00000000-0000-7000-8000-000000000004', '00000000-0000-7000-8000-000000000006', '00000000-0000-7000-8000-000000000008',
        'invite', 'active', 'Ann', '[]', '00000000-0000-7000-8000-000000000001', 1, '[]', 13, 14, 15, FALSE, 13, 2, 1, 2),
       ('00000000-0000-7000-8000-00000000000b', '00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000003',
        '00000000-0000-7000-8000-000000000005', '00000000-0000-7000-8000-000000000007', NULL,
        'reactive', 'queued', 'Bea', '[]', NULL, 0, '[]', 16, 16, NULL, FALSE, 16, 0, 0, 0);
INSERT INTO messages (chat_id, seq, id, sender, user_id, name, body, sent_at)
VALUES ('00000000-0000-7000-8000-00000000000a', 1, 'a1', 'agent', '00000000-0000-7000-8000-000000000001', 'Alice', 'May I help?', 15),
       ('00000000-0000-7000-8000-00000000000a', 2, 'v1', 'visitor', NULL, '', 'Grüße, is it in stock? 🪑', 16);
"#;

/// Makes the database as the first version left it.
async fn make_first(database: &Database) {
    let first = ALL.iter().take(1).cloned().collect();
    let first = Migrator::with_migrations(first);
    match database {
        Database::Sqlite(dir) => {
            let options = SqliteConnectOptions::new().filename(dir.join(SQLITE_FILE)).create_if_missing(true);
            let mut connection = options.foreign_keys(true).connect().await.unwrap();
            first.run(&mut connection).await.unwrap();
            sqlx::raw_sql(HELD).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
        Database::Postgres(url) => {
            let mut connection = PgConnection::connect(url).await.unwrap();
            first.run(&mut connection).await.unwrap();
            sqlx::raw_sql(HELD).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
    }
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x7000_8000_0000_0000_0000 + n)
}

// spec: X-1
async fn the_first_schema_is_brought_to_the_present_one_with_its_data(database: Database) {
    make_first(&database).await;
    // What was brought there once is opened as it is.
    database.open().await.close().await;
    let store = database.open().await;
    let mut tx = store.read().await.unwrap();
    let migrations = find_migrations(&mut tx).await.unwrap().unwrap();
    assert!(migrations.are_the_same() && migrations.last == Some(last_known()), "{migrations:?}");
    holds_people_and_sites(&mut tx).await;
    holds_the_visit(&mut tx).await;
    holds_the_chats(&mut tx).await;
    drop(tx);
    chats_go_on(&store).await;
    store.close().await;
}

async fn holds_people_and_sites(tx: &mut Tx) {
    let alice = find_user_by_email(tx, "alice@shop.example").await.unwrap().unwrap();
    assert_eq!((*alice.id, alice.slots, alice.disabled), (UserId(id(1)), 3, false));
    assert_eq!(list_agents(tx).await.unwrap().len(), 1);
    let site = find_site_by_key(tx, "key").await.unwrap().unwrap();
    assert_eq!((site.settings.poll_interval_s, site.config_version), (7, 4));
    assert_eq!(list_queue_agents(tx, QueueId(id(3))).await.unwrap(), [UserId(id(1))]);
}

async fn holds_the_visit(tx: &mut Tx) {
    let visit = find_visit(tx, VisitId(id(6))).await.unwrap().unwrap();
    assert_eq!((visit.visit_number, visit.ended_at, visit.facts.language.as_str()), (2, None, "de"));
    assert!(visit.facts.utm.is_empty());
    let ann = find_visitor_by_token(tx, "ann").await.unwrap().unwrap();
    assert_eq!(*ann.id, *visit.visitor_id);
    let views = list_page_views(tx, *visit.id, 10).await.unwrap();
    let views: Vec<_> =
        views.iter().map(|view| (view.title.as_str(), view.left_at, view.visible_s)).collect();
    assert_eq!(views, [("Chair", Some(15), 4), ("Chair again", None, 0)]);
    let presentation = find_presentation(tx, PresentationId(id(8))).await.unwrap().unwrap();
    assert_eq!((presentation.rule_name.as_str(), presentation.outcome_at), ("Chairs", Some(13)));
    assert_eq!((presentation.chat_priority, presentation.by_name), (0, None));
}

async fn holds_the_chats(tx: &mut Tx) {
    let chat = find_chat(tx, ChatId(id(10))).await.unwrap().unwrap();
    assert_eq!((*chat.state, chat.answered_at, chat.owner_epoch), (ChatState::Active, Some(15), 1));
    assert_eq!((chat.priority, chat.visitor_read_seq, chat.agent_read_seq), (0, 1, 2));
    let owners = list_participants(tx, *chat.id).await.unwrap();
    let owners: Vec<_> = owners.iter().map(|owner| (*owner.user_id, *owner.part, owner.left_at)).collect();
    assert_eq!(
        owners,
        [(UserId(id(1)), Part::Owner, None)],
        "whose chat it is was not written down at first"
    );
    let messages = list_messages(tx, *chat.id, 0, EVERY_MESSAGE).await.unwrap();
    let messages: Vec<_> =
        messages.iter().map(|said| (said.seq, *said.sender, *said.audience, said.body.as_str())).collect();
    let said = [
        (1, Sender::Agent, Audience::All, "May I help?"),
        (2, Sender::Visitor, Audience::All, "Grüße, is it in stock? 🪑"),
    ];
    assert_eq!(messages, said);
    let counts = list_open_chat_counts(tx).await.unwrap();
    let counts: Vec<_> = counts.iter().map(|open| (*open.state, open.chats)).collect();
    assert_eq!(counts, [(ChatState::Active, 1), (ChatState::Queued, 1)]);
}

/// What is written from now on comes after what was there.
async fn chats_go_on(store: &Store) {
    let chat = ChatId(id(10));
    let mut tx = store.write().await.unwrap();
    let said = NewMessage {
        id: "v2",
        sender: Sender::Visitor,
        user: None,
        name: "",
        body: "Still there?",
        file: None,
        audience: Audience::All,
    };
    append_message(&mut tx, chat, said, START).await.unwrap();
    let last = list_messages(&mut tx, chat, 2, EVERY_MESSAGE).await.unwrap();
    assert_eq!(last.iter().map(|said| said.seq).collect::<Vec<_>>(), [3]);
    tx.commit().await.unwrap();
}
