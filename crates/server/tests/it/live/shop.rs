//! Owns a running server with one shop: a site, a queue, an offer, rules and agents. Tests nothing.

use std::net::SocketAddr;
use std::time::Duration;

use beckon_engine::id::{OfferId, QueueId, RuleId, SiteId, UserId};
use beckon_engine::queue::QueuePlan;
use beckon_engine::settings::SiteSettings;
use beckon_engine::time::UnixMs;
use beckon_server::app::{Node, WaysOut};
use beckon_server::bus::Bus;
use beckon_server::clock::Clock;
use beckon_server::mail::Mailer;
use beckon_server::store::agent::update_agent_heard;
use beckon_server::store::chat::find_chat;
use beckon_server::store::column::{Json, Text};
use beckon_server::store::offer::{OfferRow, insert_offer};
use beckon_server::store::queue::{QueueRow, insert_queue, list_queue_agents, update_queue_agents};
use beckon_server::store::rule::{RuleRow, insert_rule};
use beckon_server::store::session::{NewSession, insert_session};
use beckon_server::store::site::{SiteRow, insert_site, raise_config_version};
use beckon_server::store::user::{Role, UserRow, insert_user};
use beckon_server::store::{Store, Tx};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::client::{Browser, Console};

pub(crate) const ORIGIN: &str = "https://shop.example";

/// A server with one shop.
pub(crate) struct Shop {
    pub(crate) store: Store,
    pub(crate) site: SiteRow,
    pub(crate) queue: QueueRow,
    pub(crate) offer: OfferRow,
    pub(crate) address: SocketAddr,
    slots: i64,
    pub(crate) clock: Clock,
    mailer: Option<Mailer>,
    server: tokio::task::JoinHandle<()>,
    stopping: CancellationToken,
    /// Nodes that were lost; they live on unseen.
    lost: Vec<CancellationToken>,
}

/// What differs from one test to the next.
pub(crate) struct Plan {
    pub(crate) settings: SiteSettings,
    pub(crate) queue: Value,
    pub(crate) channel_on: bool,
    /// Of the one rule, which matches `/product/`.
    pub(crate) required_time_s: u32,
    /// Further fields of that rule.
    pub(crate) rule: Value,
    /// The way to a mail server, if there is one.
    pub(crate) mailer: Option<Mailer>,
    /// Of each agent.
    pub(crate) slots: i64,
    /// Paths without tracking.
    pub(crate) deny_paths: &'static [&'static str],
    /// Parameters of an address that may be stored.
    pub(crate) allow_params: &'static [&'static str],
}

impl Default for Plan {
    fn default() -> Self {
        let settings = SiteSettings { poll_interval_s: 2, minimum_interval_s: 0, ..SiteSettings::default() };
        Self {
            settings,
            queue: json!({}),
            channel_on: true,
            required_time_s: 0,
            rule: json!({}),
            mailer: None,
            deny_paths: &[],
            allow_params: &[],
            slots: 2,
        }
    }
}

impl Shop {
    pub(crate) async fn open(store: Store, plan: Plan) -> Self {
        Self::open_at(store, plan, Clock::System).await
    }

    /// A shop that lives by this clock.
    pub(crate) async fn open_at(store: Store, plan: Plan, clock: Clock) -> Self {
        Self::open_on(store, plan, clock, Bus::local()).await
    }

    /// A shop whose node is on this bus.
    pub(crate) async fn open_on(store: Store, plan: Plan, clock: Clock, bus: Bus) -> Self {
        let (site, queue, offer) = plant(&store, &plan).await;
        let (address, server, stopping) = serve(store.clone(), clock.clone(), plan.mailer.clone(), bus).await;
        Self {
            store,
            site,
            queue,
            offer,
            address,
            clock,
            slots: plan.slots,
            mailer: plan.mailer,
            server,
            stopping,
            lost: Vec::new(),
        }
    }

    /// Stops the server, with everything written, and starts it anew on the same database.
    pub(crate) async fn restart(mut self, reopen: impl AsyncFnOnce() -> Store) -> Self {
        self.stopping.cancel();
        self.server.await.unwrap();
        self.store = reopen().await;
        let (store, clock, mailer) = (self.store.clone(), self.clock.clone(), self.mailer.clone());
        (self.address, self.server, self.stopping) = serve(store, clock, mailer, Bus::local()).await;
        self
    }

    /// A second node on the same database takes the place of the first, which is told nothing and hears of nothing.
    pub(crate) async fn lose_node(mut self) -> Self {
        self.server.abort();
        let (address, server, stopping) =
            serve(self.store.clone(), self.clock.clone(), self.mailer.clone(), Bus::local()).await;
        (self.address, self.server) = (address, server);
        self.lost.push(std::mem::replace(&mut self.stopping, stopping));
        self
    }

    /// Stops the tasks of this node and of those that were lost. The database stays open for the next shop.
    pub(crate) fn close(&self) {
        self.server.abort();
        self.lost.iter().chain([&self.stopping]).for_each(CancellationToken::cancel);
    }

    /// The address of another server on the same database. Nothing is told between the two.
    pub(crate) async fn other_node(&self) -> SocketAddr {
        self.other_node_on(Bus::local()).await
    }

    /// The same, on a bus of its own.
    pub(crate) async fn other_node_on(&self, bus: Bus) -> SocketAddr {
        serve(self.store.clone(), self.clock.clone(), self.mailer.clone(), bus).await.0
    }

    /// An agent who serves the queue, signed in and ready.
    pub(crate) async fn agent(&self, name: &str) -> Console {
        let mut console = self.person(name, Role::Agent).await;
        console.command(json!({ "type": "status", "status": "ready" })).await;
        console
    }

    /// An agent who is there for three days of a clock that is moved by hand: consoles tell that they are there by the wall
    /// clock.
    pub(crate) async fn lasting_agent(&self, name: &str) -> Console {
        let console = self.agent(name).await;
        let mut tx = self.store.write().await.unwrap();
        update_agent_heard(&mut tx, console.user, self.clock.now().plus_s(3 * 86_400)).await.unwrap();
        tx.commit().await.unwrap();
        console
    }

    /// Waits until the desk is to look at this chat at this time next.
    pub(crate) async fn looks_again(&self, chat: &Value, at: UnixMs) {
        let id = serde_json::from_value(chat["id"].clone()).unwrap();
        let due =
            async || find_chat(&mut self.store.read().await.unwrap(), id).await.unwrap().unwrap().due_at;
        let looked = async {
            while due().await != Some(at.0) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), looked).await.expect("the desk looks at it");
    }

    pub(crate) async fn person(&self, name: &str, role: Role) -> Console {
        let (token, user) = employ(&self.store, &self.queue, name, role, self.slots, self.clock.now()).await;
        Console::sign_in(self.address, &token, user).await
    }

    /// A second browser in which this person is signed in.
    pub(crate) async fn another_session(&self, person: &Console) -> Console {
        self.another_session_at(person, self.address).await
    }

    /// The same, connected to the server at this address.
    pub(crate) async fn another_session_at(&self, person: &Console, address: SocketAddr) -> Console {
        let mut tx = self.store.write().await.unwrap();
        let token = sign_in(&mut tx, person.user, self.clock.now()).await;
        tx.commit().await.unwrap();
        Console::sign_in(address, &token, person.user).await
    }

    /// A browser on the product page.
    pub(crate) async fn browser(&self) -> Browser {
        let mut browser = Browser::connect(self.address, Some(ORIGIN)).await;
        browser.hello(&self.site.key, json!({ "pages": [product(1)] })).await;
        browser
    }
}

/// The site, with its queue, its offer and its rule.
pub(crate) async fn plant(store: &Store, plan: &Plan) -> (SiteRow, QueueRow, OfferRow) {
    let queue_plan: QueuePlan = serde_json::from_value(plan.queue.clone()).unwrap();
    let mut tx = store.write().await.unwrap();
    let site = site(plan);
    insert_site(&mut tx, &site).await.unwrap();
    let queue = QueueRow { channel_on: plan.channel_on, ..queue(*site.id, queue_plan) };
    insert_queue(&mut tx, &queue).await.unwrap();
    let offer = offer(*site.id);
    insert_offer(&mut tx, &offer).await.unwrap();
    let rule = rule(*site.id, *queue.id, *offer.id, plan);
    insert_rule(&mut tx, &rule).await.unwrap();
    tx.commit().await.unwrap();
    (site, queue, offer)
}

/// A person who serves the queue, and the token of their session.
pub(crate) async fn employ(
    store: &Store,
    queue: &QueueRow,
    name: &str,
    role: Role,
    slots: i64,
    now: UnixMs,
) -> (String, UserId) {
    let user = user(name, role, slots);
    let mut tx = store.write().await.unwrap();
    insert_user(&mut tx, &user).await.unwrap();
    let mut agents = list_queue_agents(&mut tx, *queue.id).await.unwrap();
    agents.push(*user.id);
    update_queue_agents(&mut tx, queue, &agents).await.unwrap();
    raise_config_version(&mut tx, *queue.site_id).await.unwrap();
    let token = sign_in(&mut tx, *user.id, now).await;
    tx.commit().await.unwrap();
    (token, *user.id)
}

/// A new session of a user; yields its token.
async fn sign_in(tx: &mut Tx, user: UserId, now: UnixMs) -> String {
    let token = Uuid::now_v7().to_string();
    let hash = hex::encode(Sha256::digest(&token));
    insert_session(
        tx,
        NewSession {
            id: Uuid::now_v7(),
            token_hash: &hash,
            user,
            browser: "",
            system: "",
            network: "",
            must_set_up: false,
            now,
            expires_at: now.plus_s(14 * 24 * 3600),
        },
    )
    .await
    .unwrap();
    token
}

/// The product page, as the view with this number.
pub(crate) fn product(view: u32) -> Value {
    page(view, "/product/oslo-chair")
}

pub(crate) fn page(view: u32, path: &str) -> Value {
    json!({ "tab": 7, "view": view, "url": format!("{ORIGIN}{path}"), "title": "Oslo chair", "referrer": "" })
}

async fn serve(
    store: Store,
    clock: Clock,
    mailer: Option<Mailer>,
    bus: Bus,
) -> (SocketAddr, tokio::task::JoinHandle<()>, CancellationToken) {
    let loopback = "127.0.0.0/8".parse().unwrap();
    let out = WaysOut { mailer, ..WaysOut::new(None, vec![loopback]).unwrap() };
    let mut node = Node::start(store, clock, bus, out).await.unwrap();
    // A test can say where its browsers come from.
    node.api.trusted_proxies = 1;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stopping = node.stopping();
    let asked = stopping.clone();
    let server = tokio::spawn(async move {
        let service = node.router().into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, service)
            .with_graceful_shutdown(async move { asked.cancelled().await })
            .await
            .unwrap();
        node.stop().await;
    });
    (address, server, stopping)
}

fn user(name: &str, role: Role, slots: i64) -> UserRow {
    UserRow {
        id: Text(UserId(Uuid::now_v7())),
        email: format!("{}@shop.example", name.to_lowercase()),
        name: name.to_owned(),
        role: Text(role),
        slots,
        password_hash: "none".to_owned(),
        disabled: false,
        created_at: Clock::System.now().0,
    }
}

fn site(plan: &Plan) -> SiteRow {
    SiteRow {
        id: Text(SiteId(Uuid::now_v7())),
        key: Uuid::now_v7().simple().to_string(),
        name: "Shop".to_owned(),
        origins: Json(vec![ORIGIN.to_owned()]),
        settings: Json(plan.settings.clone()),
        deny_paths: Json(plan.deny_paths.iter().map(|path| (*path).to_owned()).collect()),
        allow_params: Json(plan.allow_params.iter().map(|name| (*name).to_owned()).collect()),
        config_version: 1,
        created_at: 0,
    }
}

fn queue(site: SiteId, plan: QueuePlan) -> QueueRow {
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

fn offer(site: SiteId) -> OfferRow {
    let design = json!({ "texts": { "en": { "title": "May we help?", "accept_label": "Yes", "reject_label": "No" } } });
    OfferRow {
        id: Text(OfferId(Uuid::now_v7())),
        site_id: Text(site),
        name: "Help".to_owned(),
        active: true,
        design: Json(serde_json::from_value(design).unwrap()),
        created_at: 0,
        updated_at: 0,
    }
}

fn rule(site: SiteId, queue: QueueId, offer: OfferId, wanted: &Plan) -> RuleRow {
    let mut plan = json!({ "offer_id": offer, "queue_id": queue, "match_value": "/product/",
                           "required_time_s": wanted.required_time_s });
    plan.as_object_mut().unwrap().extend(wanted.rule.as_object().unwrap().clone());
    RuleRow {
        id: Text(RuleId(Uuid::now_v7())),
        site_id: Text(site),
        priority: 10,
        name: "Product".to_owned(),
        enabled: true,
        plan: Json(serde_json::from_value(plan).unwrap()),
        created_at: 0,
        updated_at: 0,
    }
}
