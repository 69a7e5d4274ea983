//! Tests the list of who is on the site.

use beckon_engine::time::UnixMs;
use beckon_server::store::Store;
use serde_json::json;

use super::shop::{Plan, Shop};
use crate::harness::store_tests;
use crate::store::fixtures;

store_tests!(who_is_on_the_site_is_listed_however_many_have_just_left,);

/// More visits than the list looks at at a time.
const GONE: usize = 2_001;

// spec: A-2
async fn who_is_on_the_site_is_listed_however_many_have_just_left(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let alice = shop.agent("Alice").await;
    let browser = shop.browser().await;
    let mut tx = shop.store.write().await.unwrap();
    // Open still, and away: the visits of a site end long after their last contact.
    let left_at = UnixMs(shop.clock.now().0 - 300_000);
    for _ in 0..GONE {
        fixtures::visit(&mut tx, *shop.site.id, left_at).await;
    }
    tx.commit().await.unwrap();
    let listed = alice.read("/api/v1/visits").await;
    let visits: Vec<_> =
        listed["items"].as_array().unwrap().iter().map(|visit| visit["id"].clone()).collect();
    assert_eq!(json!(visits), json!([browser.welcome["visit"]]));
}
