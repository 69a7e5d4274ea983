//! Proves what every unit of work relies on, whichever the engine.

use beckon_engine::id::UserId;
use beckon_server::store::column::Text;
use beckon_server::store::offer::insert_offer;
use beckon_server::store::site::{find_site, load_site_config};
use beckon_server::store::user::{find_user, find_user_count, insert_user};
use beckon_server::store::{Store, StoreError, Tx};
use uuid::Uuid;

use super::fixtures::{offer, site, user};
use crate::harness::store_tests;

store_tests!(
    what_is_not_committed_is_not_there,
    what_is_committed_is_seen_by_the_next,
    a_taken_key_is_told,
    a_lock_lets_one_in_at_a_time,
    a_read_sees_one_moment,
    a_read_writes_nothing,
    a_beginning_that_nobody_waits_for_leaves_no_transaction_behind,
);

/// Earlier ones can damage a database while it is checkpointed.
const SQLITE_VERSION_MIN: [u32; 3] = [3, 51, 3];

#[tokio::test]
async fn sqlite_is_new_enough() {
    crate::harness::on_sqlite(async |store| {
        let Tx::Sqlite(mut tx) = store.read().await.unwrap() else { panic!("it is SQLite") };
        let version: String =
            sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut *tx).await.unwrap();
        let parts: Vec<u32> = version.split('.').map(|part| part.parse().unwrap()).collect();
        assert!(parts.as_slice() >= SQLITE_VERSION_MIN.as_slice(), "{version}");
    })
    .await;
}

// spec: X-1 X-3
#[tokio::test]
async fn a_full_disk_ends_one_unit_of_work_and_not_those_after_it() {
    crate::harness::on_sqlite(async |store| {
        let Tx::Sqlite(mut tx) = store.write().await.unwrap() else { panic!("it is SQLite") };
        sqlx::query("CREATE TABLE ballast (bytes BLOB)").execute(&mut *tx).await.unwrap();
        // As SQLite does it by itself when there is no room for what it must write down.
        sqlx::query("ROLLBACK").execute(&mut *tx).await.unwrap();
        drop(tx);
        for number in 0..2 {
            let mut tx = store.write().await.unwrap();
            insert_user(&mut tx, &user(&format!("{number}@example.test"))).await.unwrap();
            tx.commit().await.unwrap();
        }
    })
    .await;
}

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

// spec: R-7
async fn a_read_sees_one_moment(store: Store) {
    let mut tx = store.write().await.unwrap();
    let shop = site(&mut tx, "Shop").await.id.0;
    tx.commit().await.unwrap();
    let mut reading = store.read().await.unwrap();
    let version = find_site(&mut reading, shop).await.unwrap().unwrap().config_version;
    let mut tx = store.write().await.unwrap();
    insert_offer(&mut tx, &offer(shop, "Card")).await.unwrap();
    tx.commit().await.unwrap();
    let config = load_site_config(&mut reading, shop).await.unwrap().unwrap();
    assert_eq!((config.site.config_version, config.offers.len()), (version, 0));
    drop(reading);
    let mut reading = store.read().await.unwrap();
    let config = load_site_config(&mut reading, shop).await.unwrap().unwrap();
    assert_eq!((config.site.config_version, config.offers.len()), (version + 1, 1));
}

async fn a_read_writes_nothing(store: Store) {
    let mut tx = store.read().await.unwrap();
    let refused = insert_user(&mut tx, &user("a@example.test")).await;
    assert!(matches!(refused, Err(StoreError::Database(_))));
}

// spec: X-1
async fn a_beginning_that_nobody_waits_for_leaves_no_transaction_behind(store: Store) {
    for patience in 0..60 {
        let reader = store.clone();
        let begun = tokio::spawn(async move { reader.read().await.map(drop) });
        for _ in 0..patience {
            tokio::task::yield_now().await;
        }
        begun.abort();
        let mut tx = store.write().await.unwrap();
        insert_user(&mut tx, &user(&format!("{patience}@example.test"))).await.unwrap();
        tx.commit().await.unwrap();
    }
}
