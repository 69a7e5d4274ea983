//! Tests webhooks against a real web server: each is told once, signed, told again later if need be, and never at an address
//! that may not be reached.

use beckon_engine::id::{QueueId, SiteId, VisitorId, WebhookId};
use beckon_server::clock::Clock;
use beckon_server::jobs::webhooks::pass;
use beckon_server::outbound::Outbound;
use beckon_server::store::column::{Json, Text};
use beckon_server::store::webhook::delivery::{
    DELIVERIES_WAITING_MAX, DeliveryRow, TryRow, delete_old_deliveries, find_delivery, insert_ping,
    list_deliveries, list_due_deliveries, list_tries, update_deliveries_given_up, update_delivery_claimed,
    update_delivery_replayed, update_delivery_tried,
};
use beckon_server::store::webhook::event::{EnquiryEvent, EventKind, insert_enquiry_event};
use beckon_server::store::webhook::{
    WebhookRow, find_webhook, insert_webhook, update_webhook, update_webhook_secret,
};
use beckon_server::store::{Store, Tx};
use uuid::Uuid;

use crate::harness::{START, store_tests};
use crate::listener::Listener;

store_tests!(
    is_told_once_and_signed,
    is_told_again_with_growing_waits_and_then_given_up,
    is_told_again_when_asked,
    is_disabled_when_its_address_is_gone,
    is_told_again_after_its_node_died,
    is_told_once_by_two_nodes,
    is_signed_by_both_secrets_while_one_is_changed,
    is_not_told_in_a_private_network,
    is_forgotten_after_its_time,
    does_not_come_back_by_a_late_answer,
    is_not_told_of_what_happens_while_too_much_waits_and_says_so,
    is_told_nothing_but_tests_while_it_is_disabled,
);

const SECRET: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const EVENT: Uuid = Uuid::from_u128(7);

async fn webhook(store: &Store, url: &str) -> WebhookRow {
    let row = WebhookRow {
        id: Text(WebhookId(Uuid::now_v7())),
        name: "CRM".to_owned(),
        url: url.to_owned(),
        secret: SECRET.to_owned(),
        secret_at: START.0,
        secret_before: None,
        secret_before_until: None,
        site_id: None,
        events: Json(vec![EventKind::ChatEnded, EventKind::EnquiryReceived]),
        enabled: true,
        disabled_why: String::new(),
        lost: 0,
        lost_at: None,
        created_at: START.0,
        updated_at: START.0,
    };
    let mut tx = store.write().await.unwrap();
    insert_webhook(&mut tx, &row).await.unwrap();
    insert_ping(&mut tx, EVENT, &row, START).await.unwrap();
    tx.commit().await.unwrap();
    row
}

async fn delivery(store: &Store, webhook: &WebhookRow) -> DeliveryRow {
    find_delivery(&mut store.read().await.unwrap(), *webhook.id, EVENT).await.unwrap().unwrap()
}

async fn tries(store: &Store, webhook: &WebhookRow) -> Vec<TryRow> {
    list_tries(&mut store.read().await.unwrap(), *webhook.id, EVENT).await.unwrap()
}

// spec: N-2
async fn is_told_once_and_signed(store: Store) {
    let (listener, clock) = (Listener::start().await, Clock::manual(START));
    let row = webhook(&store, &listener.url).await;
    for _ in 0..2 {
        pass(&store, &clock, &Listener::outbound()).await.unwrap();
        clock.advance_ms(600_000);
    }
    let told = listener.told();
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(told[0].id, EVENT.to_string());
    assert_eq!(told[0].timestamp, START.0 / 1_000);
    assert!(told[0].is_signed_by(&format!("whsec_{SECRET}")));
    assert!(!told[0].is_signed_by("whsec_AAAA"));
    assert_eq!(told[0].body["type"], "ping");
    assert_eq!(told[0].body["timestamp"], "2026-03-02T09:00:00Z");
    assert_eq!(told[0].body["data"]["name"], "CRM");
    let delivery = delivery(&store, &row).await;
    assert_eq!((delivery.delivered_at, delivery.due_at, delivery.tries), (Some(START.0), None, 1));
    let tries = tries(&store, &row).await;
    assert_eq!((tries[0].number, tries[0].at, tries[0].status), (1, START.0, Some(204)));
}

// spec: N-2
async fn is_told_again_with_growing_waits_and_then_given_up(store: Store) {
    let (listener, clock) = (Listener::start().await, Clock::manual(START));
    let row = webhook(&store, &listener.url).await;
    listener.answer(&[500; 20]);
    let mut waits_s = Vec::new();
    loop {
        pass(&store, &clock, &Listener::outbound()).await.unwrap();
        let Some(due_at) = delivery(&store, &row).await.due_at else { break };
        let wait_ms = due_at - clock.now().0;
        waits_s.push(wait_ms / 1_000);
        clock.advance_ms(wait_ms - 1);
        pass(&store, &clock, &Listener::outbound()).await.unwrap();
        assert_eq!(listener.told().len(), waits_s.len(), "it was told before its time");
        clock.advance_ms(1);
    }
    assert_eq!(waits_s, [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]);
    let told = listener.told();
    assert_eq!(told.len(), 10);
    assert!(
        told.iter().all(|told| told.id == EVENT.to_string() && told.is_signed_by(&format!("whsec_{SECRET}")))
    );
    let tries = tries(&store, &row).await;
    assert_eq!(tries.len(), 10);
    assert_eq!((tries[9].number, tries[9].status, tries[9].answer.as_str()), (10, Some(500), "no t now"));
    assert_eq!(delivery(&store, &row).await.delivered_at, None);
}

// spec: N-2
async fn is_told_again_when_asked(store: Store) {
    let (listener, clock) = (Listener::start().await, Clock::manual(START));
    let row = webhook(&store, &listener.url).await;
    pass(&store, &clock, &Listener::outbound()).await.unwrap();
    listener.answer(&[503]);
    clock.advance_ms(1_000);
    let mut tx = store.write().await.unwrap();
    assert!(update_delivery_replayed(&mut tx, *row.id, EVENT, clock.now()).await.unwrap());
    assert!(!update_delivery_replayed(&mut tx, *row.id, EVENT, clock.now()).await.unwrap());
    tx.commit().await.unwrap();
    pass(&store, &clock, &Listener::outbound()).await.unwrap();
    assert_eq!(delivery(&store, &row).await.due_at, Some(clock.now().plus_s(5).0), "the waits begin anew");
    clock.advance_ms(5_000);
    pass(&store, &clock, &Listener::outbound()).await.unwrap();
    let ids: Vec<_> = listener.told().into_iter().map(|told| told.id).collect();
    assert_eq!(ids, vec![EVENT.to_string(); 3]);
    assert_eq!(delivery(&store, &row).await.delivered_at, Some(START.0), "when it was first taken");
}

// spec: N-2
async fn is_disabled_when_its_address_is_gone(store: Store) {
    let (listener, clock) = (Listener::start().await, Clock::manual(START));
    let row = webhook(&store, &listener.url).await;
    listener.answer(&[410]);
    pass(&store, &clock, &Listener::outbound()).await.unwrap();
    let found = find_webhook(&mut store.read().await.unwrap(), *row.id).await.unwrap().unwrap();
    assert!(!found.enabled && found.disabled_why.contains("410"), "{found:?}");
    assert_eq!(delivery(&store, &row).await.due_at, None);
}

// spec: N-2
async fn is_told_again_after_its_node_died(store: Store) {
    let (listener, clock) = (Listener::start().await, Clock::manual(START));
    let row = webhook(&store, &listener.url).await;
    // A node claims it, and is never heard of again.
    let mut tx = store.write().await.unwrap();
    let due = list_due_deliveries(&mut tx, *row.id, START, 4).await.unwrap();
    assert!(update_delivery_claimed(&mut tx, &due[0], START.plus_s(120)).await.unwrap());
    tx.commit().await.unwrap();
    pass(&store, &clock, &Listener::outbound()).await.unwrap();
    assert_eq!(listener.told().len(), 0);
    clock.advance_ms(120_000);
    pass(&store, &clock, &Listener::outbound()).await.unwrap();
    assert_eq!(listener.told().len(), 1);
}

// spec: N-2
async fn is_told_once_by_two_nodes(store: Store) {
    let (listener, clock) = (Listener::start().await, Clock::manual(START));
    webhook(&store, &listener.url).await;
    let outbound = Listener::outbound();
    let passes = [pass(&store, &clock, &outbound), pass(&store, &clock, &outbound)];
    for outcome in futures_util::future::join_all(passes).await {
        outcome.unwrap();
    }
    assert_eq!(listener.told().len(), 1);
}

// spec: N-2
async fn is_signed_by_both_secrets_while_one_is_changed(store: Store) {
    let (listener, clock) = (Listener::start().await, Clock::manual(START));
    let row = webhook(&store, &listener.url).await;
    let new = "AAECAwQFBgcICQoLDA0ODw==";
    let mut tx = store.write().await.unwrap();
    update_webhook_secret(&mut tx, *row.id, new, START, START.plus_s(60)).await.unwrap();
    tx.commit().await.unwrap();
    listener.answer(&[500]);
    pass(&store, &clock, &Listener::outbound()).await.unwrap();
    clock.advance_ms(60_000);
    pass(&store, &clock, &Listener::outbound()).await.unwrap();
    let told = listener.told();
    let by = |told: &crate::listener::Told, secret: &str| told.is_signed_by(&format!("whsec_{secret}"));
    assert!(by(&told[0], new) && by(&told[0], SECRET));
    assert!(by(&told[1], new) && !by(&told[1], SECRET));
}

// spec: N-2
async fn is_not_told_in_a_private_network(store: Store) {
    let (listener, clock) = (Listener::start().await, Clock::manual(START));
    let row = webhook(&store, &listener.url).await;
    pass(&store, &clock, &Outbound::new(Vec::new()).unwrap()).await.unwrap();
    assert_eq!(listener.told().len(), 0);
    let tries = tries(&store, &row).await;
    assert_eq!(tries[0].status, None);
    assert!(tries[0].answer.contains("private network"), "{}", tries[0].answer);
}

// spec: N-2
async fn is_forgotten_after_its_time(store: Store) {
    let (listener, clock) = (Listener::start().await, Clock::manual(START));
    let row = webhook(&store, &listener.url).await;
    pass(&store, &clock, &Listener::outbound()).await.unwrap();
    let mut tx = store.write().await.unwrap();
    delete_old_deliveries(&mut tx, START).await.unwrap();
    assert_eq!(list_deliveries(&mut tx, *row.id, (i64::MAX, ""), 10).await.unwrap().len(), 1);
    delete_old_deliveries(&mut tx, START.plus_ms(1)).await.unwrap();
    assert_eq!(list_deliveries(&mut tx, *row.id, (i64::MAX, ""), 10).await.unwrap().len(), 0);
}

/// Something happens of which webhooks are told.
async fn enquiry(store: &Store) -> Uuid {
    let event = Uuid::now_v7();
    let (site, queue, visitor) = (SiteId(Uuid::now_v7()), QueueId(Uuid::now_v7()), VisitorId(Uuid::now_v7()));
    let about = EnquiryEvent { id: Uuid::now_v7(), site, queue, visitor, chat: None };
    let mut tx = store.write().await.unwrap();
    insert_enquiry_event(&mut tx, event, about, START).await.unwrap();
    tx.commit().await.unwrap();
    event
}

// spec: N-2
async fn does_not_come_back_by_a_late_answer(store: Store) {
    let row = webhook(&store, "http://127.0.0.1:9/hook").await;
    let due = delivery(&store, &row).await;
    let failed =
        |number| TryRow { number, at: START.0, took_ms: 1, status: Some(500), answer: String::new() };
    let later = Some(START.plus_s(5));
    let mut tx = store.write().await.unwrap();
    update_delivery_claimed(&mut tx, &due, START.plus_s(120)).await.unwrap();
    update_deliveries_given_up(&mut tx, *row.id).await.unwrap();
    update_delivery_tried(&mut tx, &due, &failed(1), None, later).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(delivery(&store, &row).await.due_at, None, "given up is given up");
    assert_eq!(tries(&store, &row).await.len(), 1, "but the try is in the log");

    let mut tx = store.write().await.unwrap();
    update_delivery_replayed(&mut tx, *row.id, EVENT, START).await.unwrap();
    tx.commit().await.unwrap();
    let second = delivery(&store, &row).await;
    let mut tx = store.write().await.unwrap();
    update_delivery_claimed(&mut tx, &second, START.plus_s(120)).await.unwrap();
    update_delivery_tried(&mut tx, &due, &failed(1), None, later).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(delivery(&store, &row).await.due_at, Some(START.plus_s(120).0), "the second try is under way");
    let mut tx = store.write().await.unwrap();
    update_delivery_tried(&mut tx, &due, &failed(1), Some(START), None).await.unwrap();
    update_delivery_tried(&mut tx, &second, &failed(2), None, later).await.unwrap();
    tx.commit().await.unwrap();
    let taken = delivery(&store, &row).await;
    assert_eq!((taken.due_at, taken.delivered_at), (None, Some(START.0)), "taken is taken");
}

// spec: N-2
async fn is_told_nothing_but_tests_while_it_is_disabled(store: Store) {
    let (listener, clock) = (Listener::start().await, Clock::manual(START));
    let row = webhook(&store, &listener.url).await;
    let event = enquiry(&store).await;
    let mut tx = store.write().await.unwrap();
    update_webhook(&mut tx, &WebhookRow { enabled: false, ..row.clone() }).await.unwrap();
    tx.commit().await.unwrap();
    pass(&store, &clock, &Listener::outbound()).await.unwrap();
    let told: Vec<_> = listener.told().into_iter().map(|told| told.id).collect();
    assert_eq!(told, [EVENT.to_string()], "the test alone, and not {event}");
}

/// So many deliveries wait for a webhook, besides its test.
async fn fill(store: &Store, row: &WebhookRow, count: i64) {
    let sql = "WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $2)
               INSERT INTO webhook_deliveries (event_id, webhook_id, event, body, created_at, due_at, tries_since, tries)
               SELECT 'event ' || i, $1, 'chat.ended', '{}', 0, $3, 0, 0 FROM n";
    let (id, later) = (row.id.0.to_string(), START.plus_s(3_600).0);
    match store.write().await.unwrap() {
        Tx::Sqlite(mut tx) => {
            sqlx::query(sql).bind(id).bind(count).bind(later).execute(&mut *tx).await.unwrap();
            tx.commit().await.unwrap();
        }
        Tx::Postgres(mut tx) => {
            sqlx::query(sql).bind(id).bind(count).bind(later).execute(&mut *tx).await.unwrap();
            tx.commit().await.unwrap();
        }
    }
}

// spec: N-2
async fn is_not_told_of_what_happens_while_too_much_waits_and_says_so(store: Store) {
    let (listener, clock) = (Listener::start().await, Clock::manual(START));
    let behind = webhook(&store, "http://127.0.0.1:9/hook").await;
    let other = webhook(&store, &listener.url).await;
    fill(&store, &behind, DELIVERIES_WAITING_MAX - 2).await;
    let last = enquiry(&store).await;
    let lost = [enquiry(&store).await, enquiry(&store).await];
    pass(&store, &clock, &Listener::outbound()).await.unwrap();
    let mut tx = store.read().await.unwrap();
    for (event, is_told) in [(last, true), (lost[0], false), (lost[1], false)] {
        assert_eq!(find_delivery(&mut tx, *behind.id, event).await.unwrap().is_some(), is_told);
        assert!(find_delivery(&mut tx, *other.id, event).await.unwrap().is_some(), "the other one keeps up");
    }
    let found = find_webhook(&mut tx, *behind.id).await.unwrap().unwrap();
    assert_eq!((found.lost, found.lost_at), (2, Some(START.0)));
    let found = find_webhook(&mut tx, *other.id).await.unwrap().unwrap();
    assert_eq!((found.lost, found.lost_at), (0, None));
}
