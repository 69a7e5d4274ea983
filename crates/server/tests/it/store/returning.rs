//! Proves who has abandoned a chat and who has only come back: what routing ends, and what the day counts.

use beckon_engine::id::{ChatId, QueueId, SiteId, VisitId, VisitorId};
use beckon_engine::time::UnixMs;
use beckon_server::store::chat::change::{update_chat_active, update_chat_ended};
use beckon_server::store::chat::waiting::list_abandoned_chats;
use beckon_server::store::chat::{EndedBy, NewChat, insert_chat};
use beckon_server::store::column::Text;
use beckon_server::store::queue::insert_queue;
use beckon_server::store::user::insert_user;
use beckon_server::store::visit::{VisitRow, insert_visit, update_visit_ended};
use beckon_server::store::wallboard::{ChatsOfDay, find_chats_of_day};
use beckon_server::store::{Store, Tx};
use uuid::Uuid;

use super::fixtures::{chat, facts, queue, site, user, visit};
use crate::harness::{START, store_tests};

store_tests!(
    who_has_come_back_on_another_visit_has_not_abandoned_their_chat,
    who_leaves_the_queue_and_comes_back_is_lost_once,
);

/// Where chats are asked for.
#[derive(Clone, Copy)]
struct Desk {
    site: SiteId,
    queue: QueueId,
}

impl Desk {
    async fn open(tx: &mut Tx) -> Self {
        let shop = site(tx, "Shop").await;
        let advice = queue(*shop.id, "Advice");
        insert_queue(tx, &advice).await.unwrap();
        Self { site: *shop.id, queue: *advice.id }
    }

    /// Asks for a chat; it waits at once, or its form is open.
    async fn ask(self, tx: &mut Tx, whose: (VisitorId, VisitId), form_due: Option<UnixMs>) -> ChatId {
        let chat = NewChat { form_due, ..chat(self.site, self.queue, whose) };
        assert!(insert_chat(tx, &chat, START).await.unwrap());
        chat.id
    }

    /// The visitor comes back, on another visit.
    async fn comes_back(self, tx: &mut Tx, visitor: VisitorId) -> VisitId {
        let id = VisitId(Uuid::now_v7());
        let row = VisitRow {
            id: Text(id),
            site_id: Text(self.site),
            visitor_id: Text(visitor),
            visit_number: 2,
            started_at: START.0,
            heard_at: START.0,
            ended_at: None,
            facts: facts(),
        };
        insert_visit(tx, &row, "{}", START.plus_s(86_400)).await.unwrap();
        id
    }

    async fn today(self, tx: &mut Tx) -> ChatsOfDay {
        find_chats_of_day(tx, self.queue, START, 20_000).await.unwrap()
    }
}

async fn abandoned(tx: &mut Tx) -> Vec<ChatId> {
    list_abandoned_chats(tx).await.unwrap().iter().map(|chat| *chat.id).collect()
}

async fn leaves(tx: &mut Tx, visit: VisitId) {
    assert!(update_visit_ended(tx, visit, 1, START).await.unwrap());
}

// spec: X-3 Q-7
async fn who_has_come_back_on_another_visit_has_not_abandoned_their_chat(store: Store) {
    let mut tx = store.write().await.unwrap();
    let desk = Desk::open(&mut tx).await;
    let alice = user("alice@shop.example");
    insert_user(&mut tx, &alice).await.unwrap();
    let mut visits = Vec::new();
    for _ in 0..4 {
        visits.push(visit(&mut tx, desk.site, START).await);
    }
    let waits = desk.ask(&mut tx, visits[0], None).await;
    let form = desk.ask(&mut tx, visits[1], Some(START.plus_s(60))).await;
    let talks = desk.ask(&mut tx, visits[2], None).await;
    assert!(update_chat_active(&mut tx, talks, *alice.id, START, None).await.unwrap());
    let stays = desk.ask(&mut tx, visits[3], None).await;
    assert_eq!(abandoned(&mut tx).await, [], "all are here");
    for (_, visit) in &visits[..3] {
        leaves(&mut tx, *visit).await;
    }
    assert_eq!(abandoned(&mut tx).await, [waits, form], "not {talks}, which has an agent, nor {stays}");
    let again = desk.comes_back(&mut tx, visits[0].0).await;
    assert_eq!(abandoned(&mut tx).await, [form]);
    leaves(&mut tx, again).await;
    assert_eq!(abandoned(&mut tx).await, [waits, form]);
    assert!(update_chat_ended(&mut tx, waits, EndedBy::System, START, None).await.unwrap());
    assert_eq!(abandoned(&mut tx).await, [form]);
}

// spec: A-3 Q-7
async fn who_leaves_the_queue_and_comes_back_is_lost_once(store: Store) {
    let mut tx = store.write().await.unwrap();
    let desk = Desk::open(&mut tx).await;
    let alice = user("alice@shop.example");
    insert_user(&mut tx, &alice).await.unwrap();
    let (visitor, first) = visit(&mut tx, desk.site, START).await;
    let chat = desk.ask(&mut tx, (visitor, first), None).await;
    assert_eq!(desk.today(&mut tx).await, ChatsOfDay { queued: 1, ..ChatsOfDay::default() });
    leaves(&mut tx, first).await;
    assert!(update_chat_ended(&mut tx, chat, EndedBy::System, START.plus_s(5), None).await.unwrap());
    let left = ChatsOfDay { queued: 1, lost: 1, ..ChatsOfDay::default() };
    assert_eq!(desk.today(&mut tx).await, left);
    assert!(!update_chat_ended(&mut tx, chat, EndedBy::Visitor, START.plus_s(6), None).await.unwrap());
    assert_eq!(desk.today(&mut tx).await, left, "it ends once");
    let second = desk.comes_back(&mut tx, visitor).await;
    assert_eq!(desk.today(&mut tx).await, left, "who has come back has asked for nothing yet");
    let again = desk.ask(&mut tx, (visitor, second), None).await;
    assert_eq!(desk.today(&mut tx).await, ChatsOfDay { queued: 2, ..left }, "a wait is no loss");
    assert!(update_chat_active(&mut tx, again, *alice.id, START.plus_s(30), None).await.unwrap());
    let answered = ChatsOfDay { queued: 2, answered: 1, answered_in_time: 0, lost: 1, waited_ms: 30_000 };
    assert_eq!(desk.today(&mut tx).await, answered);
    assert!(update_chat_ended(&mut tx, again, EndedBy::Visitor, START.plus_s(60), None).await.unwrap());
    assert_eq!(desk.today(&mut tx).await, answered, "what was answered is not lost");
}
