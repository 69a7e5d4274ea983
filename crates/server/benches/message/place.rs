//! Owns the place where messages are measured: a node with one site, whose queue lets everyone wait. Measures nothing.

use std::net::SocketAddr;
use std::path::PathBuf;

use beckon_engine::id::{ChatId, QueueId, SiteId, UserId, VisitId, VisitorId};
use beckon_engine::time::UnixMs;
use beckon_server::app::{Node, WaysOut};
use beckon_server::bus::Bus;
use beckon_server::clock::Clock;
use beckon_server::driver::Driver;
use beckon_server::driver::access::Actor;
use beckon_server::store::Store;
use beckon_server::store::agent::update_agent_heard;
use beckon_server::store::chat::{ChatMode, NewChat, insert_chat};
use beckon_server::store::column::{Json, Text};
use beckon_server::store::queue::{QueueRow, insert_queue, update_queue_agents};
use beckon_server::store::session::{NewSession, insert_session};
use beckon_server::store::site::{SiteRow, insert_site};
use beckon_server::store::user::{Role, UserRow, insert_user};
use beckon_server::store::visit::{VisitFacts, VisitRow, insert_visit};
use beckon_server::store::visitor::insert_visitor;
use futures_util::future::try_join_all;
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use uuid::Uuid;

use crate::talker::Talker;

pub(crate) const ORIGIN: &str = "https://shop.example";
const TOKEN: &str = "bench";

/// A node with one site.
pub(crate) struct Place {
    pub(crate) store: Store,
    pub(crate) driver: Driver,
    pub(crate) address: SocketAddr,
    pub(crate) site: SiteRow,
    pub(crate) agent: Actor,
    pub(crate) queue: QueueRow,
}

/// Where a database is.
pub(crate) enum Database {
    /// In this folder.
    Sqlite(PathBuf),
    /// At this address.
    Postgres(String),
}

/// A PostgreSQL database of this run's own; it stays with the throw-away server.
pub(crate) async fn postgres(server: &str) -> (Store, Database) {
    let name = format!("beckon_bench_{}", Uuid::now_v7().simple());
    let mut connection = PgConnection::connect(server).await.expect("a PostgreSQL server");
    let sql = AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::raw_sql(sql).execute(&mut connection).await.expect("a database of its own");
    let (address, _) = server.rsplit_once('/').expect("an address with a database name");
    let address = format!("{address}/{name}");
    let store = Store::open_postgres(&address).await.expect("a database that can be migrated");
    (store, Database::Postgres(address))
}

impl Place {
    pub(crate) async fn open(store: Store) -> Self {
        let wait = json!({ "do": "wait" });
        let alternatives = json!({ "out_of_hours": wait, "channel_off": wait, "no_agent": wait });
        let site = site();
        let queue =
            queue(*site.id, serde_json::from_value(json!({ "alternatives": alternatives })).expect("a plan"));
        let user = user();
        let now = Clock::System.now();
        let mut tx = store.write().await.expect("a unit of work");
        insert_site(&mut tx, &site).await.expect("a site");
        insert_queue(&mut tx, &queue).await.expect("a queue");
        insert_user(&mut tx, &user).await.expect("a user");
        // Nobody sits at a console here, and chats whose agent is not heard from go back into the queue.
        update_agent_heard(&mut tx, *user.id, now.plus_s(86_400)).await.expect("an agent who is there");
        update_queue_agents(&mut tx, &queue, &[*user.id]).await.expect("an agent of the queue");
        let hash = hex::encode(Sha256::digest(TOKEN));
        insert_session(
            &mut tx,
            NewSession {
                id: Uuid::now_v7(),
                token_hash: &hash,
                user: *user.id,
                browser: "",
                system: "",
                network: "",
                must_set_up: false,
                now,
                expires_at: now.plus_s(86_400),
            },
        )
        .await
        .expect("a session");
        tx.commit().await.expect("the rows are written");
        let out = WaysOut::new(None, Vec::new()).expect("nothing to set up");
        let node = Node::start(store.clone(), Clock::System, Bus::local(), out).await.expect("a node");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let driver = node.api.driver.clone();
        let service = node.router().into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        let agent = Actor { id: *user.id, name: user.name, role: Role::Agent };
        Self { store, driver, address, site, agent, queue }
    }

    /// So many visitors, each with a chat that waits.
    async fn talkers(&self, senders: &Handle, count: usize) -> Vec<Talker> {
        let enter = |_| senders.spawn(Talker::enter(self.address, self.site.key.clone()));
        try_join_all((0..count).map(enter)).await.expect("no panic")
    }

    /// The same, and the agent has taken each chat: a few at a time, as who waits is told of everyone before them.
    pub(crate) async fn talking(&self, senders: &Handle, count: usize) -> Vec<Talker> {
        let mut talking = Vec::with_capacity(count);
        while talking.len() < count {
            let entered = self.talkers(senders, 20.min(count - talking.len())).await;
            for talker in &entered {
                let chat = talker.chat.parse().expect("an id");
                self.driver.accept_chat(&self.agent, chat).await.expect("a chat that waits");
            }
            talking.extend(entered);
        }
        talking
    }

    pub(crate) fn cookie(&self) -> String {
        format!("beckon_session={TOKEN}")
    }

    /// Chats that exist only as rows, for the bare loop.
    pub(crate) async fn rows(&self, count: usize) -> Vec<ChatId> {
        let mut chats = Vec::with_capacity(count);
        let now = Clock::System.now();
        let mut tx = self.store.write().await.expect("a unit of work");
        for _ in 0..count {
            let (visitor, visit) = (VisitorId(Uuid::now_v7()), VisitId(Uuid::now_v7()));
            let token = Uuid::now_v7().to_string();
            insert_visitor(&mut tx, visitor, *self.site.id, &token, now).await.expect("a visitor");
            insert_visit(&mut tx, &self.visit(visitor, visit, now), "{}", now.plus_s(86_400))
                .await
                .expect("a visit");
            let chat = ChatId(Uuid::now_v7());
            let new = NewChat {
                id: chat,
                site: *self.site.id,
                queue: *self.queue.id,
                visitor,
                visit,
                presentation: None,
                mode: ChatMode::Reactive,
                form_due: Some(now.plus_s(86_400)),
                held_until: now,
                visitor_name: String::new(),
                priority: 5,
                wait_due: None,
                window_at_launch: false,
            };
            assert!(insert_chat(&mut tx, &new, now).await.expect("a chat"), "the visitor is new");
            chats.push(chat);
        }
        tx.commit().await.expect("the rows are written");
        chats
    }

    fn visit(&self, visitor: VisitorId, visit: VisitId, now: UnixMs) -> VisitRow {
        VisitRow {
            id: Text(visit),
            site_id: self.site.id,
            visitor_id: Text(visitor),
            visit_number: 1,
            started_at: now.0,
            heard_at: now.0,
            ended_at: None,
            facts: VisitFacts {
                referrer: String::new(),
                language: String::new(),
                time_zone: String::new(),
                device: Text(beckon_engine::condition::DeviceClass::Desktop),
                browser: String::new(),
                utm: Json(std::collections::BTreeMap::new()),
            },
        }
    }
}

fn site() -> SiteRow {
    SiteRow {
        id: Text(SiteId(Uuid::now_v7())),
        key: "bench".to_owned(),
        name: "Shop".to_owned(),
        origins: Json(vec![ORIGIN.to_owned()]),
        settings: Json(serde_json::from_value(json!({ "poll_interval_s": 300 })).expect("settings")),
        deny_paths: Json(Vec::new()),
        allow_params: Json(Vec::new()),
        config_version: 1,
        created_at: 0,
    }
}

fn queue(site: SiteId, plan: beckon_engine::queue::QueuePlan) -> QueueRow {
    QueueRow {
        id: Text(QueueId(Uuid::now_v7())),
        site_id: Text(site),
        name: "Advice".to_owned(),
        channel_on: true,
        by_hand: None,
        is_default: true,
        plan: Json(plan),
        created_at: 0,
        updated_at: 0,
    }
}

fn user() -> UserRow {
    UserRow {
        id: Text(UserId(Uuid::now_v7())),
        email: "alice@bench.test".to_owned(),
        name: "Alice".to_owned(),
        // Of the console that is measured: it sees everything.
        role: Text(Role::Admin),
        slots: 1,
        password_hash: String::new(),
        disabled: false,
        created_at: 0,
    }
}
