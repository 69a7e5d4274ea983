//! Tests the list of who is on the site.

use beckon_engine::time::UnixMs;
use beckon_server::store::user::Role;
use beckon_server::store::visit::update_visitor_visit_ended;
use beckon_server::store::{Store, Tx};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use super::client::Browser;
use super::identity::Signing;
use super::shop::{ORIGIN, Plan, Shop, product};
use crate::harness::store_tests;
use crate::store::fixtures;

store_tests!(
    who_is_on_the_site_is_listed_however_many_have_just_left,
    a_list_that_is_cut_says_so,
    the_list_says_who_a_visitor_is,
);

/// More visits than the list looks at at a time.
const GONE: usize = 2_001;
/// Visits that the list holds.
const LISTED: usize = 10_000;

/// A shop in which nobody counts as away because the machine is slow.
fn patient() -> Plan {
    let mut plan = Plan::default();
    plan.settings.poll_interval_s = 60;
    plan
}

// spec: A-2
async fn who_is_on_the_site_is_listed_however_many_have_just_left(store: Store) {
    let shop = Shop::open(store, patient()).await;
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

/// Visits like this one, each of a visitor of its own.
async fn multiply(store: &Store, visitor: &str, visit: &str, times: usize) {
    let many =
        format!("WITH RECURSIVE many (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < {times})");
    let id = "'00000000-0000-7000-8000-' || CAST(100000000000 + n AS TEXT)";
    let sql = AssertSqlSafe(format!(
        "{many} INSERT INTO visitors (id, site_id, token_hash, created_at, visits)
         SELECT {id}, v.site_id, CAST(n AS TEXT), v.created_at, v.visits
         FROM many, visitors v WHERE v.id = '{visitor}';
         {many} INSERT INTO visits (id, site_id, visitor_id, visit_number, started_at, heard_at, ends_due, referrer,
                                       language, time_zone, device, browser, epoch, state, utm)
         SELECT {id}, v.site_id, {id}, v.visit_number, v.started_at, v.heard_at, v.ends_due, v.referrer,
                v.language, v.time_zone, v.device, v.browser, v.epoch, v.state, v.utm
         FROM many, visits v WHERE v.id = '{visit}'"
    ));
    let mut tx = store.write().await.unwrap();
    match &mut tx {
        Tx::Sqlite(tx) => drop(sqlx::raw_sql(sql).execute(&mut **tx).await.unwrap()),
        Tx::Postgres(tx) => drop(sqlx::raw_sql(sql).execute(&mut **tx).await.unwrap()),
    }
    tx.commit().await.unwrap();
}

// spec: A-2
async fn a_list_that_is_cut_says_so(store: Store) {
    let shop = Shop::open(store, patient()).await;
    let alice = shop.agent("Alice").await;
    let mut tx = shop.store.write().await.unwrap();
    let (visitor, visit) = fixtures::visit(&mut tx, *shop.site.id, shop.clock.now()).await;
    tx.commit().await.unwrap();
    multiply(&shop.store, &visitor.to_string(), &visit.to_string(), LISTED - 1).await;
    let whole = alice.read("/api/v1/visits").await;
    assert_eq!((whole["items"].as_array().unwrap().len(), &whole["cut"]), (LISTED, &json!(false)));
    let mut tx = shop.store.write().await.unwrap();
    fixtures::visit(&mut tx, *shop.site.id, shop.clock.now()).await;
    tx.commit().await.unwrap();
    let cut = alice.read("/api/v1/visits").await;
    assert_eq!((cut["items"].as_array().unwrap().len(), &cut["cut"]), (LISTED, &json!(true)));
    assert_eq!(cut["next"], Value::Null);
}

/// The customer in the list of this browser's visit.
fn customer_of(list: &Value, browser: &Browser) -> Value {
    let visits = list["items"].as_array().unwrap();
    visits.iter().find(|visit| visit["id"] == browser.welcome["visit"]).unwrap()["customer"].clone()
}

// spec: A-2 C-2
async fn the_list_says_who_a_visitor_is(store: Store) {
    let site = Signing::open(store, patient()).await;
    let admin = site.shop.person("Ada", Role::Admin).await;
    let customers = format!("/api/v1/sites/{}/customers", *site.shop.site.id);
    let ann = json!({ "customer_ref": "C-1", "first_name": "Ann", "last_name": "Lee" });
    let (_, ann) = admin.write(&customers, &ann).await;
    let (_, bea) = admin.write(&customers, &json!({ "customer_ref": "C-2", "email": "bea@x.example" })).await;
    let mut signed = site.browser(json!({ "token": site.token("C-1", json!({})) })).await;
    signed.socket.next_of("identified").await;
    let mut claimed = site.browser(json!({ "customer_ref": "C-2" })).await;
    claimed.socket.next_of("identified").await;
    let linked = site.shop.browser().await;
    let nobody = site.shop.browser().await;
    let list = admin.read("/api/v1/visits").await;
    assert_eq!(customer_of(&list, &signed), json!({ "id": ann["id"], "name": "Ann Lee", "proof": "signed" }));
    assert_eq!(
        customer_of(&list, &claimed),
        json!({ "id": bea["id"], "name": "bea@x.example", "proof": "claimed" })
    );
    assert_eq!(customer_of(&list, &linked), Value::Null);
    let path = format!("/api/v1/visits/{}", linked.welcome["visit"].as_str().unwrap());
    let visitor = admin.read(&path).await["visitor_id"].clone();
    let path = format!("/api/v1/visitors/{}/customer", visitor.as_str().unwrap());
    assert_eq!(admin.put(&path, &json!({ "customer_id": bea["id"] })).await.0, 204);
    let list = admin.read("/api/v1/visits").await;
    assert_eq!(customer_of(&list, &linked)["proof"], "by_hand");
    assert_eq!(customer_of(&list, &nobody), Value::Null);
    let path = format!("/api/v1/visits/{}", signed.welcome["visit"].as_str().unwrap());
    let visitor = serde_json::from_value(admin.read(&path).await["visitor_id"].clone()).unwrap();
    let token = signed.token().to_owned();
    signed.socket.leave().await;
    let mut tx = site.shop.store.write().await.unwrap();
    update_visitor_visit_ended(&mut tx, visitor, site.shop.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    let mut back = Browser::connect(site.shop.address, Some(ORIGIN)).await;
    back.hello(&site.shop.site.key, json!({ "token": token, "pages": [product(1)] })).await;
    let list = admin.read("/api/v1/visits").await;
    assert_eq!(customer_of(&list, &back)["proof"], "claimed", "nobody has signed anything in this visit");
}
