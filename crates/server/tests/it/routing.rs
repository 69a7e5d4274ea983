//! Tests what routing does with chats that agents have, on a virtual clock and the real database.

use std::sync::Arc;
use std::time::Duration;

use beckon_engine::id::{ChatId, UserId};
use beckon_engine::time::UnixMs;
use beckon_server::bus::{Bus, Hint};
use beckon_server::clock::Clock;
use beckon_server::driver::access::Actor;
use beckon_server::driver::{Driver, Mails};
use beckon_server::store::agent::{Stance, update_agent_heard, update_agent_status};
use beckon_server::store::call::Purpose;
use beckon_server::store::chat::change::{update_chat_ended, update_chat_idle};
use beckon_server::store::chat::{ChatMode, ChatRow, ChatState, EndedBy, NewChat, find_chat, insert_chat};
use beckon_server::store::column::Json;
use beckon_server::store::customer::erase::{Erased, delete_visitor};
use beckon_server::store::message::{Audience, NewMessage, Sender, append_message};
use beckon_server::store::queue::{QueueRow, insert_queue, update_queue, update_queue_agents};
use beckon_server::store::site::raise_config_version;
use beckon_server::store::user::{Role, insert_user};
use beckon_server::store::{Store, Tx};
use serde_json::json;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::harness::{START, one_waits, store_tests};
use crate::store::fixtures;

store_tests!(
    a_chat_whose_agent_is_gone_waits_again_and_rings_at_another,
    agents_have_time_to_come_back_after_a_sleep_of_the_machine,
    agents_have_time_to_come_back_after_a_sleep_in_the_middle_of_routing,
    agents_have_time_to_come_back_after_an_outage_of_the_database,
    agents_have_time_to_come_back_to_a_node_that_takes_the_place_of_another,
    an_alert_that_was_handed_on_is_as_silent_as_before,
    a_message_that_is_being_written_keeps_an_idle_chat_open,
    a_message_that_is_being_written_keeps_an_alert,
    a_chat_that_is_being_ended_is_joined_by_nobody,
    a_visitor_who_is_erased_is_forgotten_by_every_node,
    what_was_lost_is_read_anew_a_few_visits_at_a_time,
);

/// Routing looks again at least this often.
const ROUTES_EVERY_MS: i64 = 5_000;

/// One node routes at a time: whoever does holds this lock.
const DESK_LOCK: i64 = 0x6465_736b;

/// The visitor was heard from until then.
const VISITOR_HEARD_MS: i64 = 130_000;

struct Desk {
    store: Store,
    driver: Driver,
    clock: Clock,
    queue: QueueRow,
    chat: ChatId,
    _running: DropGuard,
}

impl Desk {
    /// Alice has a chat, and was heard from just now.
    async fn open(store: Store, mode: ChatMode) -> Self {
        let mut tx = store.write().await.unwrap();
        let site = fixtures::site(&mut tx, "Shop").await;
        let queue = fixtures::queue(*site.id, "Advice");
        insert_queue(&mut tx, &queue).await.unwrap();
        let alice = fixtures::user("alice@shop.example");
        insert_user(&mut tx, &alice).await.unwrap();
        update_queue_agents(&mut tx, &queue, &[*alice.id]).await.unwrap();
        update_agent_status(&mut tx, *alice.id, Stance::Ready, START).await.unwrap();
        heard(&mut tx, *alice.id, START).await;
        let who = fixtures::visit(&mut tx, *site.id, START.plus_ms(VISITOR_HEARD_MS)).await;
        let clock = Clock::manual(START);
        let chat = NewChat { mode, ..fixtures::chat(*site.id, *queue.id, who) };
        assert!(insert_chat(&mut tx, &chat, START).await.unwrap());
        tx.commit().await.unwrap();
        let (stopping, tasks) = (CancellationToken::new(), TaskTracker::new());
        let driver =
            Driver::start(store.clone(), clock.clone(), Bus::local(), Mails::Wait, &tasks, stopping.clone());
        let driver = driver.await.unwrap();
        driver.accept_chat(&actor(*alice.id, "Alice"), chat.id).await.unwrap();
        Self { store, driver, clock, queue, chat: chat.id, _running: stopping.drop_guard() }
    }

    /// Routing goes on as it does on a server, for so long.
    async fn go_on(&self, ms: i64) {
        for _ in 0..ms / ROUTES_EVERY_MS {
            self.clock.advance_ms(ROUTES_EVERY_MS);
            self.driver.route().await.unwrap();
        }
    }

    /// The node goes without a word; after so long another comes, on the same database.
    async fn replace_node(&mut self, away_ms: i64) {
        let (stopping, tasks) = (CancellationToken::new(), TaskTracker::new());
        self._running = stopping.clone().drop_guard();
        self.clock.advance_ms(away_ms);
        let (store, clock) = (self.store.clone(), self.clock.clone());
        let driver = Driver::start(store, clock, Bus::local(), Mails::Wait, &tasks, stopping);
        self.driver = driver.await.unwrap();
    }

    /// Another agent serves the queue from now on, alone; they are ready.
    async fn comes_alone(&self, email: &str) -> UserId {
        let bob = fixtures::user(email);
        let mut tx = self.store.write().await.unwrap();
        insert_user(&mut tx, &bob).await.unwrap();
        update_queue_agents(&mut tx, &self.queue, &[*bob.id]).await.unwrap();
        raise_config_version(&mut tx, *self.queue.site_id).await.unwrap();
        update_agent_status(&mut tx, *bob.id, Stance::Ready, self.clock.now()).await.unwrap();
        heard(&mut tx, *bob.id, self.clock.now()).await;
        tx.commit().await.unwrap();
        *bob.id
    }

    async fn chat(&self) -> ChatRow {
        find_chat(&mut self.store.read().await.unwrap(), self.chat).await.unwrap().unwrap()
    }

    /// The chat is Alice's until her console had two minutes to come back, and then it waits again.
    async fn is_patient(&self) {
        assert_eq!(*self.chat().await.state, ChatState::Active, "at once");
        self.go_on(110_000).await;
        assert_eq!(*self.chat().await.state, ChatState::Active, "while her console may come back");
        self.go_on(20_000).await;
        assert_eq!(*self.chat().await.state, ChatState::Queued, "nobody came");
    }
}

fn actor(id: UserId, name: &str) -> Actor {
    Actor { id, name: name.to_owned(), role: Role::Agent }
}

async fn heard(tx: &mut Tx, agent: UserId, at: UnixMs) {
    update_agent_heard(tx, agent, at).await.unwrap();
}

async fn raw(store: &Store, sql: &'static str) {
    match store.write().await.unwrap() {
        Tx::Sqlite(mut tx) => {
            sqlx::query(sql).execute(&mut *tx).await.unwrap();
            tx.commit().await.unwrap();
        }
        Tx::Postgres(mut tx) => {
            sqlx::query(sql).execute(&mut *tx).await.unwrap();
            tx.commit().await.unwrap();
        }
    }
}

// spec: X-3
async fn a_chat_whose_agent_is_gone_waits_again_and_rings_at_another(store: Store) {
    let desk = Desk::open(store, ChatMode::Reactive).await;
    let queued_at = desk.chat().await.queued_at;
    desk.go_on(115_000).await;
    let bob = desk.comes_alone("bob@shop.example").await;
    assert_eq!(*desk.chat().await.state, ChatState::Active, "Alice may come back");
    desk.go_on(10_000).await;
    let chat = desk.chat().await;
    assert_eq!((*chat.state, chat.agent_id.map(|agent| *agent)), (ChatState::Ringing, Some(bob)));
    assert_eq!(chat.queued_at, queued_at, "it keeps its place");
}

// spec: X-2 X-3
async fn agents_have_time_to_come_back_after_a_sleep_of_the_machine(store: Store) {
    let desk = Desk::open(store, ChatMode::Reactive).await;
    desk.driver.route().await.unwrap();
    desk.clock.advance_ms(600_000);
    desk.driver.route().await.unwrap();
    desk.is_patient().await;
}

// spec: X-2 X-3
async fn agents_have_time_to_come_back_after_a_sleep_in_the_middle_of_routing(store: Store) {
    let desk = Desk::open(store, ChatMode::Reactive).await;
    desk.driver.route().await.unwrap();
    let mut tx = desk.store.write().await.unwrap();
    tx.lock(DESK_LOCK).await.unwrap();
    let sleep = async {
        desk.clock.advance_ms(600_000);
        tx.commit().await.unwrap();
    };
    let (routed, ()) = tokio::join!(desk.driver.route(), sleep);
    routed.unwrap();
    desk.is_patient().await;
}

// spec: X-2 X-3
async fn agents_have_time_to_come_back_after_an_outage_of_the_database(store: Store) {
    let desk = Desk::open(store, ChatMode::Reactive).await;
    desk.driver.route().await.unwrap();
    raw(&desk.store, "ALTER TABLE chat_calls RENAME TO chat_calls_away").await;
    for _ in 0..40 {
        desk.clock.advance_ms(ROUTES_EVERY_MS);
        desk.driver.route().await.unwrap_err();
    }
    raw(&desk.store, "ALTER TABLE chat_calls_away RENAME TO chat_calls").await;
    desk.driver.route().await.unwrap();
    desk.is_patient().await;
}

// spec: X-2 X-3 Q-7
async fn agents_have_time_to_come_back_to_a_node_that_takes_the_place_of_another(store: Store) {
    let mut desk = Desk::open(store, ChatMode::Reactive).await;
    let queued_at = desk.chat().await.queued_at;
    desk.go_on(60_000).await;
    desk.replace_node(600_000).await;
    desk.driver.route().await.unwrap();
    desk.is_patient().await;
    let bob = desk.comes_alone("bob@shop.example").await;
    desk.driver.route().await.unwrap();
    let chat = desk.chat().await;
    assert_eq!((*chat.state, chat.agent_id.map(|agent| *agent)), (ChatState::Ringing, Some(bob)));
    assert_eq!(chat.queued_at, queued_at, "it keeps its place");
}

// spec: P-9 P-10 X-3
async fn an_alert_that_was_handed_on_is_as_silent_as_before(store: Store) {
    let desk = Desk::open(store, ChatMode::Engage).await;
    let bob = fixtures::user("bob@shop.example");
    let mut tx = desk.store.write().await.unwrap();
    insert_user(&mut tx, &bob).await.unwrap();
    update_queue_agents(&mut tx, &desk.queue, &[*bob.id]).await.unwrap();
    raise_config_version(&mut tx, *desk.queue.site_id).await.unwrap();
    tx.commit().await.unwrap();
    desk.go_on(125_000).await;
    assert_eq!(*desk.chat().await.state, ChatState::Queued, "Alice is gone");
    desk.driver.accept_chat(&actor(*bob.id, "Bob"), desk.chat).await.unwrap();
    assert!(!desk.chat().await.written, "nobody has written to the visitor");
    desk.go_on(65_000).await;
    let chat = desk.chat().await;
    assert_eq!(
        (*chat.state, chat.last_seq),
        (ChatState::Ended, 3),
        "the visitor is gone, and was told nothing: the third line is for agents, that Bob did not write"
    );
}

// spec: X-1
async fn what_was_lost_is_read_anew_a_few_visits_at_a_time(store: Store) {
    let desk = Desk::open(store, ChatMode::Reactive).await;
    let site = desk.driver.sites().by_id(*desk.queue.site_id).unwrap();
    for _ in 0..60 {
        let visitor = desk.driver.admit_new(&site).await.unwrap().visitor;
        let arrival = desk.driver.claim_visit(Arc::clone(&site), visitor, fixtures::facts()).await.unwrap();
        desk.driver.poll(visitor, Some(arrival), Vec::new()).await.unwrap();
    }
    // Each connection that goes back to the pool is a task of its own: while all are taken, only those who read are counted.
    let mut taken = Vec::new();
    while let Ok(tx) = tokio::time::timeout(Duration::from_millis(200), desk.store.read()).await {
        taken.push(tx.unwrap());
    }
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    desk.driver.bus().publish(Hint::Lost);
    let mut most = 0;
    for _ in 0..2_000 {
        tokio::task::yield_now().await;
        most = most.max(tasks());
    }
    assert!(most > before, "everything is read anew");
    assert!(most - before < 20, "{} tasks read at once", most - before);
}

async fn say(tx: &mut Tx, chat: ChatId, sender: Sender) {
    let id = if sender == Sender::Agent { "a1" } else { "v1" };
    let message =
        NewMessage { id, sender, user: None, name: "", body: "Yes", file: None, audience: Audience::All };
    append_message(tx, chat, message, START).await.unwrap();
}

/// Routes after so long, while somebody writes; what they write is there before routing has decided.
async fn routes_while(desk: &Desk, ms: i64, sender: Sender) -> ChatRow {
    let mut tx = desk.store.write().await.unwrap();
    say(&mut tx, desk.chat, sender).await;
    desk.clock.advance_ms(ms);
    let driver = desk.driver.clone();
    let routing = tokio::spawn(async move { driver.route().await.map(drop) });
    one_waits(&desk.store).await;
    tx.commit().await.unwrap();
    routing.await.unwrap().unwrap();
    desk.chat().await
}

// spec: Q-10 X-3
async fn a_message_that_is_being_written_keeps_an_idle_chat_open(store: Store) {
    let desk = Desk::open(store, ChatMode::Reactive).await;
    let conduct = json!({ "conduct": { "idle_warn_after_s": 30, "idle_close_after_s": 30 } });
    let plan = Json(serde_json::from_value(conduct).unwrap());
    let mut tx = desk.store.write().await.unwrap();
    update_queue(&mut tx, &QueueRow { plan, ..desk.queue.clone() }).await.unwrap();
    say(&mut tx, desk.chat, Sender::Agent).await;
    update_chat_idle(&mut tx, desk.chat, Some(START.plus_s(60)), Some(START.plus_s(30))).await.unwrap();
    tx.commit().await.unwrap();
    desk.driver.bus().publish(Hint::SiteChanged { site: *desk.queue.site_id });
    while desk.driver.conduct_of(&desk.chat().await).idle_warn_after_s != 30 {
        tokio::task::yield_now().await;
    }
    let chat = routes_while(&desk, 61_000, Sender::Visitor).await;
    assert_eq!(*chat.state, ChatState::Active, "the visitor has answered");
}

// spec: P-9 P-10
async fn a_message_that_is_being_written_keeps_an_alert(store: Store) {
    let desk = Desk::open(store, ChatMode::Engage).await;
    let chat = routes_while(&desk, VISITOR_HEARD_MS + 60_000, Sender::Agent).await;
    assert_eq!((*chat.state, chat.written), (ChatState::Active, true), "Alice has written");
}

// spec: Q-9 X-2
async fn a_chat_that_is_being_ended_is_joined_by_nobody(store: Store) {
    let desk = Desk::open(store, ChatMode::Reactive).await;
    let (alice, bob) = (desk.chat().await.agent_id.unwrap(), fixtures::user("bob@shop.example"));
    let mut tx = desk.store.write().await.unwrap();
    insert_user(&mut tx, &bob).await.unwrap();
    update_agent_status(&mut tx, *bob.id, Stance::Ready, START).await.unwrap();
    heard(&mut tx, *bob.id, START).await;
    tx.commit().await.unwrap();
    desk.driver.call_agent(&actor(*alice, "Alice"), desk.chat, Purpose::Invite, *bob.id, "").await.unwrap();
    let mut tx = desk.store.write().await.unwrap();
    assert!(update_chat_ended(&mut tx, desk.chat, EndedBy::Visitor, START, None).await.unwrap());
    let (driver, bob, chat) = (desk.driver.clone(), actor(*bob.id, "Bob"), desk.chat);
    let joining = tokio::spawn(async move { driver.accept_chat(&bob, chat).await.is_ok() });
    one_waits(&desk.store).await;
    tx.commit().await.unwrap();
    assert!(!joining.await.unwrap(), "the chat has ended");
}

// spec: N-4
async fn a_visitor_who_is_erased_is_forgotten_by_every_node(store: Store) {
    let desk = Desk::open(store.clone(), ChatMode::Reactive).await;
    let (stopping, tasks, bus) = (CancellationToken::new(), TaskTracker::new(), desk.driver.bus().clone());
    let other = Driver::start(store.clone(), desk.clock.clone(), bus, Mails::Wait, &tasks, stopping.clone());
    let other = other.await.unwrap();
    let _running = stopping.drop_guard();
    let site = other.sites().by_id(*desk.queue.site_id).unwrap();
    let visitor = other.admit_new(&site).await.unwrap().visitor;
    let arrival = other.claim_visit(site, visitor, fixtures::facts()).await.unwrap();
    other.poll(visitor, Some(arrival), Vec::new()).await.unwrap();
    assert!(other.live_visit(visitor).await.is_some());
    let mut tx = store.write().await.unwrap();
    delete_visitor(&mut tx, visitor, START.plus_s(86_400), &mut Erased::default()).await.unwrap();
    tx.commit().await.unwrap();
    desk.driver.tell_of_erasure(*desk.queue.site_id, visitor);
    let gone = async {
        while other.live_visit(visitor).await.is_some() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), gone).await.expect("the other node forgets the visitor");
    assert!(other.poll(visitor, None, Vec::new()).await.is_none(), "a poll is admitted anew");
}
