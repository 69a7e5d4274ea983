//! Proves sites: made with a queue, checked ranges, origins in the form of browsers, and a hint for every change.

use beckon_engine::id::SiteId;
use beckon_server::bus::Hint;
use beckon_server::store::user::Role;
use serde_json::json;

use super::place::{Place, column, id_of};

#[tokio::test]
async fn a_site_begins_with_defaults_a_key_and_a_queue() {
    let place = Place::empty().await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    let new = json!({"name": "Shop", "origins": ["https://Shop.example/", "http://127.0.0.1:8081"]});
    let site = admin.post("/api/v1/sites", &new).await.created();
    assert_eq!(site["origins"], json!(["https://shop.example", "http://127.0.0.1:8081"]));
    assert_eq!(site["key"].as_str().unwrap().len(), 24);
    // spec: T-6
    // spec: O-7 O-8 O-12 T-7 R-5
    let defaults = json!({
        "poll_interval_s": 10, "minimum_interval_s": 120, "ignored_after_s": 60,
        "after_rejection": "not_this_offer_again", "after_ignored": "like_ignored",
        "rejections_max": 0, "ignored_max": 0,
        "after_chat": "may_resume", "after_chat_hours": 24,
        "visit_timeout_min": 30, "capacity_factor": 3, "time_zone": "UTC", "consent": "full",
    });
    assert_eq!(site["settings"], defaults);
    let path = format!("/api/v1/sites/{}", id_of(&site));
    assert_eq!(admin.get(&path).await.ok(), site);
    let queues = admin.get(&format!("{path}/queues")).await.ok();
    assert_eq!(queues["items"].as_array().unwrap().len(), 1);
    assert_eq!(queues["items"][0]["is_default"], true);
    assert_eq!(queues["items"][0]["open_now"], true);
}

// spec: T-6 O-7 O-8 O-12 T-7 R-5
#[tokio::test]
async fn every_range_of_the_settings_holds() {
    let (_place, mut admin, site) = Place::with_site().await;
    let path = format!("/api/v1/sites/{site}");
    for (name, lowest, highest) in [
        ("poll_interval_s", 2, 300),
        ("minimum_interval_s", 0, 86_400),
        ("ignored_after_s", 10, 14_400),
        ("rejections_max", 0, 99),
        ("ignored_max", 0, 99),
        ("after_chat_hours", 1, 8_760),
        ("visit_timeout_min", 5, 1_440),
        ("capacity_factor", 1, 100),
    ] {
        for number in [lowest, highest] {
            admin.patch(&path, &json!({"settings": {name: number}})).await.ok();
        }
        for number in [lowest - 1, highest + 1] {
            let errors =
                admin.patch(&path, &json!({"settings": {name: number}})).await.refused(422, "invalid");
            assert!(errors[0].starts_with(&format!("/settings/{name}: ")), "{errors:?}");
        }
    }
    for (name, choices) in [
        ("after_rejection", ["no_more_this_visit", "not_this_offer_again", "like_ignored"]),
        ("after_ignored", ["no_more_this_visit", "not_this_offer_again", "like_ignored"]),
        ("after_chat", ["may_resume", "no_more_this_visit", "none_for_hours"]),
    ] {
        for choice in choices {
            let site = admin.patch(&path, &json!({"settings": {name: choice}})).await.ok();
            assert_eq!(site["settings"][name], choice);
        }
        admin.patch(&path, &json!({"settings": {name: "sometimes"}})).await.refused(422, "invalid");
    }
    let errors =
        admin.patch(&path, &json!({"settings": {"time_zone": "Mars/Base"}})).await.refused(422, "invalid");
    assert_eq!(errors, ["/settings/time_zone: is not an IANA time zone such as Europe/Zurich"]);
}

#[tokio::test]
async fn all_that_is_wrong_with_a_site_is_told_at_once() {
    let place = Place::empty().await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    let new = json!({
        "name": "",
        "origins": ["https://shop.example", "shop.example", "https://SHOP.example:443"],
        "deny_paths": ["/admin", "admin"],
        "allow_params": [""],
    });
    let errors = admin.post("/api/v1/sites", &new).await.refused(422, "invalid");
    assert_eq!(
        errors,
        [
            "/name: is empty",
            "/origins/1: is not an origin such as https://shop.example",
            "/origins/2: is in the list twice",
            "/deny_paths/1: does not begin with /",
            "/allow_params/0: is empty",
        ]
    );
}

// spec: R-7
#[tokio::test]
async fn a_change_raises_the_version_and_is_told() {
    let (place, mut admin, site) = Place::with_site().await;
    let path = format!("/api/v1/sites/{site}");
    let mut hints = place.api.driver.bus().subscribe();
    let before = admin.get(&path).await.ok()["config_version"].as_i64().unwrap();
    let changed =
        admin.patch(&path, &json!({"name": "Store", "settings": {"poll_interval_s": 5}})).await.ok();
    assert_eq!(changed["config_version"].as_i64().unwrap(), before + 1);
    assert_eq!(hints.try_recv().unwrap(), Hint::SiteChanged { site });
    admin.patch(&path, &json!({"name": ""})).await.refused(422, "invalid");
    assert!(hints.try_recv().is_err(), "what was refused is not told");
    let after = admin.get(&path).await.ok();
    assert_eq!(after["name"], "Store");
    assert_eq!(after["settings"]["poll_interval_s"], 5);
    assert_eq!(after["settings"]["ignored_after_s"], 60, "an absent setting has its default");
}

#[tokio::test]
async fn sites_are_listed_for_everyone_and_removed_while_unused() {
    let (place, mut admin, site) = Place::with_site().await;
    let second = admin.post("/api/v1/sites", &json!({"name": "another", "origins": []})).await.created();
    let mut agent = place.signed_in("alice", Role::Agent).await;
    let first = agent.get("/api/v1/sites?limit=1").await.ok();
    assert_eq!(column(&first, "name"), ["another"]);
    let next = first["next"].as_str().unwrap();
    let rest = agent.get(&format!("/api/v1/sites?after={next}")).await.ok();
    assert_eq!(column(&rest, "name"), ["Shop"]);

    let mut hints = place.api.driver.bus().subscribe();
    let id = SiteId(id_of(&second));
    admin.delete(&format!("/api/v1/sites/{id}")).await.done();
    assert_eq!(hints.try_recv().unwrap(), Hint::SiteChanged { site: id });
    admin.get(&format!("/api/v1/sites/{id}")).await.refused(404, "not_found");
    admin.get(&format!("/api/v1/sites/{site}")).await.ok();
}
