//! Proves that an offer that one node asks of another is taken once, and not carried out after its asker was told no.

use beckon_engine::id::{OfferId, PresentationId, QueueId, UserId};
use beckon_engine::reason::Reason;
use beckon_server::store::column::Text;
use beckon_server::store::hand_request::{
    HandRequestRow, delete_hand_request, hold_hand_request, insert_hand_request,
    update_hand_request_answered, update_hand_request_taken,
};
use beckon_server::store::{Store, Tx};
use uuid::Uuid;

use super::fixtures::{site, visit};
use crate::harness::{START, store_tests};

store_tests!(
    a_request_is_taken_once,
    a_request_that_is_withdrawn_or_answered_is_not_carried_out,
    the_first_answer_stands,
);

async fn asked(tx: &mut Tx) -> Uuid {
    let shop = site(tx, "Shop").await;
    let (visitor, visit) = visit(tx, *shop.id, START).await;
    let row = HandRequestRow {
        id: Text(Uuid::now_v7()),
        visit_id: Text(visit),
        visitor_id: Text(visitor),
        offer_id: Text(OfferId(Uuid::now_v7())),
        queue_id: Text(QueueId(Uuid::now_v7())),
        over_caps: false,
        by_user_id: Text(UserId(Uuid::now_v7())),
        by_name: "Alice".to_owned(),
        asked_at: START.0,
    };
    insert_hand_request(tx, &row).await.unwrap();
    *row.id
}

// spec: O-13
async fn a_request_is_taken_once(store: Store) {
    let mut tx = store.write().await.unwrap();
    let id = asked(&mut tx).await;
    assert!(update_hand_request_taken(&mut tx, id, START.0).await.unwrap());
    assert!(!update_hand_request_taken(&mut tx, id, START.0).await.unwrap());
    assert!(hold_hand_request(&mut tx, id).await.unwrap(), "who has taken it carries it out");
}

// spec: O-13
async fn a_request_that_is_withdrawn_or_answered_is_not_carried_out(store: Store) {
    let mut tx = store.write().await.unwrap();
    let withdrawn = asked(&mut tx).await;
    assert!(update_hand_request_taken(&mut tx, withdrawn, START.0).await.unwrap());
    let state = delete_hand_request(&mut tx, withdrawn).await.unwrap().unwrap();
    assert_eq!((state.taken_at, state.answer()), (Some(START.0), None));
    assert!(!hold_hand_request(&mut tx, withdrawn).await.unwrap());
    let refused = asked(&mut tx).await;
    update_hand_request_answered(&mut tx, refused, Err(Reason::VisitorAway)).await.unwrap();
    assert!(!hold_hand_request(&mut tx, refused).await.unwrap());
}

// spec: O-13
async fn the_first_answer_stands(store: Store) {
    let mut tx = store.write().await.unwrap();
    let (id, presentation) = (asked(&mut tx).await, PresentationId(Uuid::now_v7()));
    update_hand_request_answered(&mut tx, id, Ok(presentation)).await.unwrap();
    update_hand_request_answered(&mut tx, id, Err(Reason::VisitorAway)).await.unwrap();
    let state = delete_hand_request(&mut tx, id).await.unwrap().unwrap();
    assert_eq!(state.answer(), Some(Ok(presentation)));
}
