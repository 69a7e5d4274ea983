//! Proves which of two states of a visit that are written down late stays.

use beckon_engine::id::VisitId;
use beckon_server::store::visit::{
    Checkpoint, claim_open_visit, is_visit_held, update_visit_checkpoint, update_visit_checkpoints,
    update_visit_ended,
};
use beckon_server::store::{Store, Tx};

use super::fixtures::{site, visit};
use crate::harness::{START, store_tests};

store_tests!(
    a_state_that_was_taken_before_takes_no_later_ones_place,
    what_was_decided_counts_as_long_as_no_other_node_has_held_the_visit,
);

fn taken(visit: VisitId, epoch: i64, number: i64) -> Checkpoint {
    let state = format!("{{\"number\":{number}}}");
    Checkpoint { visit, epoch, number, state, heard_at: START, ends_due: START.plus_s(86_400) }
}

// spec: O-8 O-9 X-4
async fn a_state_that_was_taken_before_takes_no_later_ones_place(store: Store) {
    let mut tx: Tx = store.write().await.unwrap();
    let shop = site(&mut tx, "Shop").await;
    let (visitor, id) = visit(&mut tx, *shop.id, START).await;
    let epoch = claim_open_visit(&mut tx, visitor, "one", START).await.unwrap().unwrap().epoch;
    // Committed with an offer, while the one before waits to be written.
    assert!(update_visit_checkpoint(&mut tx, &taken(id, epoch, 2)).await.unwrap());
    update_visit_checkpoints(&mut tx, &[&taken(id, epoch, 1)]).await.unwrap();
    let claimed = claim_open_visit(&mut tx, visitor, "one", START).await.unwrap().unwrap();
    assert_eq!(claimed.state, taken(id, epoch, 2).state);
    // Another epoch counts anew.
    update_visit_checkpoints(&mut tx, &[&taken(id, claimed.epoch, 1)]).await.unwrap();
    update_visit_checkpoints(&mut tx, &[&taken(id, epoch, 7)]).await.unwrap();
    let claimed = claim_open_visit(&mut tx, visitor, "one", START).await.unwrap().unwrap();
    assert_eq!(claimed.state, taken(id, epoch, 1).state);
}

// spec: O-8 X-4
async fn what_was_decided_counts_as_long_as_no_other_node_has_held_the_visit(store: Store) {
    let mut tx: Tx = store.write().await.unwrap();
    let shop = site(&mut tx, "Shop").await;
    let (visitor, id) = visit(&mut tx, *shop.id, START).await;
    let first = claim_open_visit(&mut tx, visitor, "one", START).await.unwrap().unwrap().epoch;
    let again = claim_open_visit(&mut tx, visitor, "one", START).await.unwrap().unwrap().epoch;
    assert!(update_visit_checkpoint(&mut tx, &taken(id, first, 1)).await.unwrap());
    assert!(is_visit_held(&mut tx, id, first).await.unwrap());
    claim_open_visit(&mut tx, visitor, "two", START).await.unwrap().unwrap();
    claim_open_visit(&mut tx, visitor, "one", START).await.unwrap().unwrap();
    assert!(!update_visit_checkpoint(&mut tx, &taken(id, again, 2)).await.unwrap());
    assert!(!update_visit_ended(&mut tx, id, again, START).await.unwrap());
    assert!(!is_visit_held(&mut tx, id, again).await.unwrap());
}
