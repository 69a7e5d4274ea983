//! Proves over the whole REST interface what could differ between the two databases.

use axum::http::StatusCode;
use beckon_server::store::Store;
use beckon_server::store::user::Role;
use serde_json::json;
use uuid::Uuid;

use super::offers::card;
use super::place::{Browser, PASSWORD, Place, column, id_of};
use crate::harness::store_tests;

store_tests!(
    administrators_cannot_lock_each_other_out,
    one_of_two_users_gets_the_email,
    an_offer_does_not_go_while_a_rule_comes,
    every_list_goes_on_where_it_stopped,
);

async fn administrators_cannot_lock_each_other_out(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let (a, b) = (place.user("a", Role::Admin).await, place.user("b", Role::Admin).await);
    let (mut of_a, mut of_b) = (place.browser_of(a).await, place.browser_of(b).await);
    let (path_a, path_b) = (format!("/api/v1/users/{a}"), format!("/api/v1/users/{b}"));
    let disable = json!({"disabled": true});
    let (first, second) = tokio::join!(of_a.patch(&path_b, &disable), of_b.patch(&path_a, &disable));
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    // The other came too late to be signed in, or was the last.
    let expected = [[200, 401], [200, 409]];
    assert!(expected.contains(&statuses), "one of them stays: {} {}", first.text, second.text);
}

async fn one_of_two_users_gets_the_email(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let root = place.user("root", Role::Admin).await;
    let (mut one, mut two) = (place.browser_of(root).await, place.browser_of(root).await);
    let new = json!({"email": "alice@example.test", "name": "Alice", "role": "agent", "password": PASSWORD});
    let (first, second) = tokio::join!(one.post("/api/v1/users", &new), two.post("/api/v1/users", &new));
    let (made, refused) = if first.status == StatusCode::CREATED { (first, second) } else { (second, first) };
    made.created();
    assert_eq!(refused.refused(409, "taken"), ["/email: belongs to another user"]);
}

async fn an_offer_does_not_go_while_a_rule_comes(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let root = place.user("root", Role::Admin).await;
    let (mut one, mut two) = (place.browser_of(root).await, place.browser_of(root).await);
    let site = id_of(&one.post("/api/v1/sites", &json!({"name": "Shop", "origins": []})).await.created());
    let queue = id_of(&one.get(&format!("/api/v1/sites/{site}/queues")).await.ok()["items"][0]);
    let offer = id_of(&one.post(&format!("/api/v1/sites/{site}/offers"), &card("Card")).await.created());
    let rule = json!({"priority": 1, "name": "First", "plan": {"offer_id": offer, "queue_id": queue}});
    let (rules, path) = (format!("/api/v1/sites/{site}/rules"), format!("/api/v1/offers/{offer}"));
    let (come, gone) = tokio::join!(one.post(&rules, &rule), two.delete(&path));
    let pair = (come.status.as_u16(), gone.status.as_u16());
    assert!(pair == (201, 409) || pair == (422, 204), "{pair:?}");
}

async fn every_list_goes_on_where_it_stopped(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    let site = id_of(&admin.post("/api/v1/sites", &json!({"name": "Shop", "origins": []})).await.created());
    let queue = id_of(&admin.get(&format!("/api/v1/sites/{site}/queues")).await.ok()["items"][0]);
    for name in ["b", "A", "a", "B", "C", "a"] {
        let offer = id_of(&admin.post(&format!("/api/v1/sites/{site}/offers"), &card(name)).await.created());
        let plan = json!({"offer_id": offer, "queue_id": queue});
        let rule = json!({"priority": 1, "name": name, "plan": plan});
        admin.post(&format!("/api/v1/sites/{site}/rules"), &rule).await.created();
    }
    for list in ["offers", "rules"] {
        let names = read_by_two(&mut admin, site, list).await;
        assert_eq!(names, ["a", "a", "a", "b", "b", "c"], "{list}");
    }
}

async fn read_by_two(browser: &mut Browser, site: Uuid, list: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut after = String::new();
    loop {
        let page = browser.get(&format!("/api/v1/sites/{site}/{list}?limit=2{after}")).await.ok();
        names.extend(column(&page, "name").into_iter().map(|name| name.to_lowercase()));
        let Some(next) = page["next"].as_str() else { return names };
        after = format!("&after={next}");
    }
}
