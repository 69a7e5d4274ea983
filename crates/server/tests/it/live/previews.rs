//! Tests links that show an offer on a page of its site: who makes one, where and how long it is good, and that nothing comes of
//! it.

use beckon_server::clock::Clock;
use beckon_server::jobs;
use beckon_server::store::Store;
use beckon_server::store::user::Role;
use serde_json::{Value, json};

use super::client::{Console, call};
use super::shop::{ORIGIN, Plan, Shop};
use crate::harness::{START, store_tests};

store_tests!(
    shows_an_offer_as_it_is_saved_to_who_has_the_link,
    is_good_on_its_site_alone,
    is_good_for_fifteen_minutes,
    leads_to_pages_of_the_site_that_may_show_something,
    keeps_no_more_than_the_latest_twenty,
);

async fn link(root: &Console, shop: &Shop, page: &str) -> (u16, Value) {
    root.write(&format!("/api/v1/offers/{}/previews", *shop.offer.id), &json!({ "page": page })).await
}

async fn token(root: &Console, shop: &Shop) -> String {
    let (status, link) = link(root, shop, &format!("{ORIGIN}/product/1")).await;
    assert_eq!(status, 201, "{link}");
    let url = link["url"].as_str().unwrap();
    url.strip_prefix(&format!("{ORIGIN}/product/1#beckon-preview=")).expect(url).to_owned()
}

/// What a page at `origin` with this site key is shown.
async fn shown(shop: &Shop, key: &str, origin: &str, token: &str) -> (u16, Value) {
    let body = json!({ "token": token, "language": "de-CH" }).to_string();
    let headers = [("origin", origin), ("content-type", "text/plain")];
    let path = format!("/live/site/{key}/preview");
    let answer = call(shop.address, "POST", &path, &headers, body.as_bytes()).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    if answer.status == 200 {
        assert_eq!(answer.header("access-control-allow-origin"), origin);
    }
    (answer.status, serde_json::from_slice(&answer.body).unwrap_or_default())
}

// spec: A-4 O-14
async fn shows_an_offer_as_it_is_saved_to_who_has_the_link(store: Store) {
    let styling = json!({ "title": "Ask us", "texts": { "de": { "title": "Fragen Sie" } } });
    let shop = Shop::open(store, Plan { queue: json!({ "styling": styling }), ..Plan::default() }).await;
    let root = shop.person("Ada", Role::Admin).await;
    let token = token(&root, &shop).await;
    let path = format!("/api/v1/offers/{}", *shop.offer.id);
    let mut design = root.read(&path).await["design"].clone();
    design["form"] = json!("banner");
    let changed = json!({ "active": false, "design": design });
    assert_eq!(root.send("PATCH", &path, &changed).await.0, 200);
    for _ in 0..2 {
        let (status, found) = shown(&shop, &shop.site.key, ORIGIN, &token).await;
        assert_eq!((status, &found["active"], &found["design"]), (200, &json!(false), &design), "{found}");
        assert_eq!(found["name"], shop.offer.name);
        assert_eq!(found["styling"]["title"], "Fragen Sie");
    }
    assert_eq!(root.read("/api/v1/visits").await["items"], json!([]), "nobody has visited the site");
    let log = root.read("/api/v1/audit").await.to_string();
    assert!(!log.contains(&token), "{log}");
    let sue = shop.person("Sue", Role::Supervisor).await;
    assert_eq!(link(&sue, &shop, &format!("{ORIGIN}/")).await.0, 403);
}

// spec: X-6
async fn is_good_on_its_site_alone(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let root = shop.person("Ada", Role::Admin).await;
    let token = token(&root, &shop).await;
    let other = json!({ "name": "Other", "origins": ["https://other.example", ORIGIN] });
    let (_, other) = root.write("/api/v1/sites", &other).await;
    let other = other["key"].as_str().unwrap();
    assert_eq!(shown(&shop, other, ORIGIN, &token).await.0, 404);
    assert_eq!(shown(&shop, &shop.site.key, "https://other.example", &token).await.0, 403);
    assert_eq!(shown(&shop, "nobody", ORIGIN, &token).await.0, 404);
    for wrong in ["", "00", &"0".repeat(64), &"0".repeat(2_000)] {
        assert!(matches!(shown(&shop, &shop.site.key, ORIGIN, wrong).await.0, 400 | 404));
    }
    assert_eq!(shown(&shop, &shop.site.key, ORIGIN, &token).await.0, 200);
    let path = format!("/live/site/{}/preview", shop.site.key);
    let robot = [("origin", ORIGIN), ("user-agent", "Googlebot/2.1 (+http://www.google.com/bot.html)")];
    let body = json!({ "token": token, "language": "en" }).to_string();
    assert_eq!(call(shop.address, "POST", &path, &robot, body.as_bytes()).await.status, 403);
}

// spec: A-4
async fn is_good_for_fifteen_minutes(store: Store) {
    let clock = Clock::manual(START);
    let shop = Shop::open_at(store, Plan::default(), clock.clone()).await;
    let root = shop.person("Ada", Role::Admin).await;
    let token = token(&root, &shop).await;
    let seen = async || shown(&shop, &shop.site.key, ORIGIN, &token).await.0;
    clock.advance_ms(15 * 60_000 - 1);
    assert_eq!(seen().await, 200);
    clock.advance_ms(1);
    assert_eq!(seen().await, 410);
    jobs::sweep(&shop.store, &Clock::manual(clock.now().plus_s(86_400))).await.unwrap();
    assert_eq!(seen().await, 410);
    jobs::sweep(&shop.store, &Clock::manual(clock.now().plus_s(86_401))).await.unwrap();
    assert_eq!(seen().await, 404);
}

// spec: A-4 T-9
async fn leads_to_pages_of_the_site_that_may_show_something(store: Store) {
    let shop = Shop::open(store, Plan { deny_paths: &["/account"], ..Plan::default() }).await;
    let root = shop.person("Ada", Role::Admin).await;
    for (page, detail) in [
        ("/product/1", "is not an address such as https://shop.example/chairs"),
        ("https://evil.example/", "is on none of the site's origins"),
        ("javascript:alert(1)", "is on none of the site's origins"),
        ("https://shop.example/account/orders", "is on a path without tracking, where nothing is shown"),
    ] {
        let (status, problem) = link(&root, &shop, page).await;
        assert_eq!((status, &problem["errors"][0]["detail"]), (422, &json!(detail)), "{page}");
    }
    let (status, _) = root
        .write("/api/v1/offers/00000000-0000-7000-8000-000000000000/previews", &json!({ "page": ORIGIN }))
        .await;
    assert_eq!(status, 404);
}

// spec: A-4
async fn keeps_no_more_than_the_latest_twenty(store: Store) {
    let clock = Clock::manual(START);
    let shop = Shop::open_at(store, Plan::default(), clock.clone()).await;
    let root = shop.person("Ada", Role::Admin).await;
    let first = token(&root, &shop).await;
    clock.advance_ms(1);
    let second = token(&root, &shop).await;
    clock.advance_ms(1);
    for _ in 0..19 {
        token(&root, &shop).await;
    }
    assert_eq!(shown(&shop, &shop.site.key, ORIGIN, &first).await.0, 404);
    assert_eq!(shown(&shop, &shop.site.key, ORIGIN, &second).await.0, 200);
}
