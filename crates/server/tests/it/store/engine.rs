//! Proves what every unit of work relies on, whichever the engine.

use beckon_engine::id::UserId;
use beckon_server::store::column::Text;
use beckon_server::store::user::{find_user, find_user_count, insert_user};
use beckon_server::store::{Store, StoreError};
use uuid::Uuid;

use super::fixtures::user;
use crate::harness::store_tests;

store_tests!(
    what_is_not_committed_is_not_there,
    what_is_committed_is_seen_by_the_next,
    a_taken_key_is_told,
    a_lock_lets_one_in_at_a_time,
);

async fn what_is_not_committed_is_not_there(store: Store) {
    let mut tx = store.write().await.unwrap();
    insert_user(&mut tx, &user("a@example.test")).await.unwrap();
    drop(tx);
    let mut tx = store.read().await.unwrap();
    assert_eq!(find_user_count(&mut tx).await.unwrap(), 0);
}

async fn what_is_committed_is_seen_by_the_next(store: Store) {
    let row = user("a@example.test");
    let mut tx = store.write().await.unwrap();
    insert_user(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.read().await.unwrap();
    let found = find_user(&mut tx, row.id.0).await.unwrap().unwrap();
    assert_eq!((found.email, found.role, found.slots), (row.email, row.role, row.slots));
    assert!(find_user(&mut tx, UserId(Uuid::now_v7())).await.unwrap().is_none());
}

async fn a_taken_key_is_told(store: Store) {
    let mut tx = store.write().await.unwrap();
    let row = user("a@example.test");
    insert_user(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.write().await.unwrap();
    let mut again = user("b@example.test");
    again.id = Text(row.id.0);
    assert!(matches!(insert_user(&mut tx, &again).await, Err(StoreError::Taken)));
}

async fn a_lock_lets_one_in_at_a_time(store: Store) {
    let mut first = store.write().await.unwrap();
    first.lock(7).await.unwrap();
    let waiting = tokio::spawn({
        let store = store.clone();
        async move {
            let mut second = store.write().await.unwrap();
            second.lock(7).await.unwrap();
            find_user_count(&mut second).await.unwrap()
        }
    });
    insert_user(&mut first, &user("a@example.test")).await.unwrap();
    first.commit().await.unwrap();
    assert_eq!(waiting.await.unwrap(), 1, "the second saw what the first wrote before it let go");
}
