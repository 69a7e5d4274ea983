//! Tests what is counted of the latest answers and ends in a queue, from which waits are estimated.

use beckon_engine::id::UserId;
use beckon_server::store::chat::change::{update_chat_active, update_chat_ended};
use beckon_server::store::chat::waiting::find_recent_flow;
use beckon_server::store::chat::{EndedBy, insert_chat};
use beckon_server::store::queue::{QueueRow, insert_queue};
use beckon_server::store::user::insert_user;
use beckon_server::store::{Store, Tx};

use super::fixtures;
use crate::harness::{START, store_tests};

store_tests!(answers_and_ends_count_while_they_are_recent, a_queue_in_which_nothing_happened_has_no_flow,);

/// The two times back to which it is looked, seconds before the start.
const ANSWERED_S: i64 = 1_800;
const ENDED_S: i64 = 7_200;

/// A chat whose visitor came, was answered and saw its end so many seconds before the start, as far as that happened.
async fn insert_had(
    tx: &mut Tx,
    queue: &QueueRow,
    agent: UserId,
    (came_s, answered_s, ended_s): (i64, Option<i64>, Option<i64>),
) {
    let before = |s: i64| START.plus_ms(-1_000 * s);
    let who = fixtures::visit(tx, *queue.site_id, before(came_s)).await;
    let chat = fixtures::chat(*queue.site_id, *queue.id, who);
    assert!(insert_chat(tx, &chat, before(came_s)).await.unwrap());
    if let Some(s) = answered_s {
        assert!(update_chat_active(tx, chat.id, agent, before(s), None).await.unwrap());
    }
    if let Some(s) = ended_s {
        assert!(update_chat_ended(tx, chat.id, EndedBy::Visitor, before(s), None).await.unwrap());
    }
}

/// Answers, their waits, ends and the lengths of the chats, times in seconds.
async fn flow(tx: &mut Tx, queue: &QueueRow) -> (i64, i64, i64, i64) {
    let [answered, ended] = [ANSWERED_S, ENDED_S].map(|s| START.plus_ms(-1_000 * s));
    let flow = find_recent_flow(tx, *queue.id, answered, ended).await.unwrap();
    (flow.answered, flow.waited_ms / 1_000, flow.ended, flow.lasted_ms / 1_000)
}

// spec: Q-3
async fn answers_and_ends_count_while_they_are_recent(store: Store) {
    let mut tx = store.write().await.unwrap();
    let site = fixtures::site(&mut tx, "Shop").await;
    let [advice, returns] = ["Advice", "Returns"].map(|name| fixtures::queue(*site.id, name));
    insert_queue(&mut tx, &advice).await.unwrap();
    insert_queue(&mut tx, &returns).await.unwrap();
    let alice = fixtures::user("alice@shop.example");
    insert_user(&mut tx, &alice).await.unwrap();
    for (queue, had, expected) in [
        (&advice, (200, Some(100), Some(40)), (1, 100, 1, 60)),
        // One that goes on is an answer and no end.
        (&advice, (ANSWERED_S + 30, Some(ANSWERED_S), None), (2, 130, 1, 60)),
        // Who was answered a second before that says how long chats last, and no longer how long visitors wait.
        (&advice, (ANSWERED_S + 31, Some(ANSWERED_S + 1), Some(1_731)), (2, 130, 2, 130)),
        (&advice, (ENDED_S, Some(ENDED_S), Some(ENDED_S - 200)), (2, 130, 3, 330)),
        (&advice, (ENDED_S + 1, Some(ENDED_S + 1), Some(10)), (2, 130, 3, 330)),
        // Who left the queue was not answered.
        (&advice, (500, None, Some(50)), (2, 130, 3, 330)),
        (&advice, (500, None, None), (2, 130, 3, 330)),
        (&returns, (200, Some(100), Some(50)), (2, 130, 3, 330)),
    ] {
        insert_had(&mut tx, queue, *alice.id, had).await;
        assert_eq!(flow(&mut tx, &advice).await, expected, "{}: {had:?}", queue.name);
    }
    assert_eq!(flow(&mut tx, &returns).await, (1, 100, 1, 50));
}

// spec: Q-3
async fn a_queue_in_which_nothing_happened_has_no_flow(store: Store) {
    let mut tx = store.write().await.unwrap();
    let site = fixtures::site(&mut tx, "Shop").await;
    let advice = fixtures::queue(*site.id, "Advice");
    insert_queue(&mut tx, &advice).await.unwrap();
    assert_eq!(flow(&mut tx, &advice).await, (0, 0, 0, 0));
}
