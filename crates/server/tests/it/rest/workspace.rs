//! Proves the workspace over REST: canned replies and who may keep which, options, and what all agents share.

use beckon_server::store::Store;
use beckon_server::store::user::Role;
use serde_json::{Value, json};

use super::place::{Place, column, id_of};
use crate::harness::store_tests;

store_tests!(
    canned_replies_are_kept_by_supervisors_and_read_by_agents,
    an_agent_keeps_canned_replies_of_their_own,
    canned_replies_of_a_site_stand_with_those_of_all,
    options_are_off_until_the_agent_saves_others,
    reasons_and_thresholds_are_set_by_an_administrator,
    an_agent_sees_whether_their_queues_are_open_and_offers_go_out,
);

fn reply(shortcut: &str) -> Value {
    json!({"shortcut": shortcut, "title": format!("About {shortcut}"), "texts": {"en": "Hello {{visitor.first_name}}."}})
}

// spec: A-1
async fn canned_replies_are_kept_by_supervisors_and_read_by_agents(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let mut sue = place.signed_in("sue", Role::Supervisor).await;
    let mut alice = place.signed_in("alice", Role::Agent).await;
    alice.post("/api/v1/canned-replies", &reply("hello")).await.refused(403, "forbidden");
    let made = sue.post("/api/v1/canned-replies", &reply("hello")).await.created();
    assert_eq!((&made["personal"], &made["site_id"]), (&json!(false), &Value::Null));
    let path = format!("/api/v1/canned-replies/{}", id_of(&made));
    assert_eq!(alice.get(&path).await.ok(), made);
    alice.patch(&path, &json!({"title": "Mine"})).await.refused(403, "forbidden");
    alice.delete(&path).await.refused(403, "forbidden");
    let errors = sue.post("/api/v1/canned-replies", &reply("hello")).await.refused(409, "taken");
    assert_eq!(errors, ["/shortcut: belongs to another canned reply"]);
    let changed = sue.patch(&path, &json!({"tags": ["greeting"], "shortcut": "hi"})).await.ok();
    assert_eq!((&changed["tags"], &changed["shortcut"]), (&json!(["greeting"]), &json!("hi")));
    sue.delete(&path).await.done();
    alice.get(&path).await.refused(404, "not_found");
}

// spec: A-1 X-6
async fn an_agent_keeps_canned_replies_of_their_own(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let mut alice = place.signed_in("alice", Role::Agent).await;
    let mut root = place.signed_in("root", Role::Admin).await;
    root.post("/api/v1/canned-replies", &reply("hello")).await.created();
    let mut own = reply("hello");
    own["personal"] = json!(true);
    let made = alice.post("/api/v1/canned-replies", &own).await.created();
    let path = format!("/api/v1/canned-replies/{}", id_of(&made));
    root.get(&path).await.refused(404, "not_found");
    assert_eq!(root.get("/api/v1/canned-replies").await.ok()["items"].as_array().unwrap().len(), 1);
    assert_eq!(alice.get("/api/v1/canned-replies").await.ok()["items"].as_array().unwrap().len(), 2);
    alice.patch(&path, &json!({"title": "Mine"})).await.ok();
    alice.delete(&path).await.done();
    let wrong =
        json!({"personal": true, "shortcut": "Häl lo", "title": "", "texts": {}, "tags": ["x".repeat(31)]});
    let errors = alice.post("/api/v1/canned-replies", &wrong).await.refused(422, "invalid");
    assert_eq!(
        errors,
        [
            "/shortcut: has other characters than a to z, 0 to 9, - and _",
            "/title: is empty",
            "/texts: has not 1 to 40 entries but 0",
            "/tags/0: has more than 30 characters",
        ]
    );
}

async fn canned_replies_of_a_site_stand_with_those_of_all(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let mut root = place.signed_in("root", Role::Admin).await;
    let mut site = async |name: &str| {
        id_of(&root.post("/api/v1/sites", &json!({"name": name, "origins": []})).await.created())
    };
    let (shop, other) = (site("Shop").await, site("Other").await);
    let queue = id_of(&root.get(&format!("/api/v1/sites/{other}/queues")).await.ok()["items"][0]);
    root.post("/api/v1/canned-replies", &reply("b-all")).await.created();
    for (site, shortcut) in [(shop, "a-shop"), (other, "c-other")] {
        let mut new = reply(shortcut);
        new["site_id"] = json!(site);
        root.post("/api/v1/canned-replies", &new).await.created();
    }
    let of_shop = root.get(&format!("/api/v1/canned-replies?site={shop}")).await.ok();
    assert_eq!(column(&of_shop, "shortcut"), ["a-shop", "b-all"]);
    let first = root.get("/api/v1/canned-replies?limit=2").await.ok();
    let next = first["next"].as_str().unwrap();
    let rest = root.get(&format!("/api/v1/canned-replies?limit=2&after={next}")).await.ok();
    assert_eq!(column(&rest, "shortcut"), ["c-other"]);
    let mut foreign = reply("d");
    foreign["site_id"] = json!(shop);
    foreign["queue_id"] = json!(queue);
    let errors = root.post("/api/v1/canned-replies", &foreign).await.refused(422, "invalid");
    assert_eq!(errors, ["/queue_id: is no queue of this site"]);
    foreign["site_id"] = json!(other);
    let made = root.post("/api/v1/canned-replies", &foreign).await.created();
    let path = format!("/api/v1/canned-replies/{}", id_of(&made));
    let everywhere = root.patch(&path, &json!({"site_id": null, "queue_id": null})).await.ok();
    assert_eq!((&everywhere["site_id"], &everywhere["queue_id"]), (&Value::Null, &Value::Null));
}

// spec: P-12 P-13
async fn options_are_off_until_the_agent_saves_others(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let alice = place.user("alice", Role::Agent).await;
    let mut here = place.browser_of(alice).await;
    let off = json!({"top_on_new_chat": false, "top_on_new_message": false});
    assert_eq!(here.get("/api/v1/me/options").await.ok(), off);
    let saved = here.patch("/api/v1/me/options", &json!({"top_on_new_message": true})).await.ok();
    assert_eq!(saved, json!({"top_on_new_chat": false, "top_on_new_message": true}));
    let mut elsewhere = place.browser_of(alice).await;
    assert_eq!(elsewhere.get("/api/v1/me/options").await.ok(), saved);
    let mut bob = place.signed_in("bob", Role::Agent).await;
    assert_eq!(bob.get("/api/v1/me/options").await.ok(), off, "each agent has their own");
}

async fn reasons_and_thresholds_are_set_by_an_administrator(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let mut root = place.signed_in("root", Role::Admin).await;
    let mut alice = place.signed_in("alice", Role::Agent).await;
    let first = alice.get("/api/v1/workspace").await.ok();
    assert_eq!(first["away_reasons"][0], "Break");
    let saved = root.patch("/api/v1/workspace", &json!({"away_reasons": ["Lunch", "Post"]})).await.ok();
    assert_eq!(saved["wait_amber_s"], first["wait_amber_s"]);
    assert_eq!(alice.get("/api/v1/workspace").await.ok(), saved);
    let wrong = json!({"away_reasons": ["Lunch", "lunch", ""], "wait_amber_s": 90});
    let errors = root.patch("/api/v1/workspace", &wrong).await.refused(422, "invalid");
    assert_eq!(
        errors,
        [
            "/away_reasons/1: is there twice",
            "/away_reasons/2: is empty",
            "/wait_red_s: is less than the time for amber",
        ]
    );
}

// spec: Q-1 A-1 A-3
async fn an_agent_sees_whether_their_queues_are_open_and_offers_go_out(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let mut root = place.signed_in("root", Role::Admin).await;
    let alice = place.user("alice", Role::Agent).await;
    let mut here = place.browser_of(alice).await;
    let site = id_of(&root.post("/api/v1/sites", &json!({"name": "Shop", "origins": []})).await.created());
    // Monday, 09:00 UTC: a day on which the queue closes at ten.
    let hours = json!({"time_zone": "UTC", "weekly": [{"weekday": 1, "from": "08:00", "to": "10:00"}]});
    let queue = json!({"name": "Sales", "agents": [alice], "plan": {"hours": hours}});
    let made = root.post(&format!("/api/v1/sites/{site}/queues"), &queue).await.created();
    let mut seen = async || {
        let queue = here.get("/api/v1/me").await.ok()["queues"][0].clone();
        (queue["open_now"].as_bool().unwrap(), queue["offers_stopped"].as_bool().unwrap())
    };
    assert_eq!(seen().await, (true, false));
    let switches = format!("/api/v1/queues/{}/switches", id_of(&made));
    root.patch(&switches, &json!({"by_hand": {"open": false, "until": null}})).await.ok();
    assert_eq!(seen().await, (false, false), "closed by hand");
    root.patch(&switches, &json!({"by_hand": null})).await.ok();
    let stop = format!("/api/v1/sites/{site}/offer-stop");
    root.send("PUT", &stop, json!({"stopped": true}).to_string().into()).await.ok();
    assert_eq!(seen().await, (true, true));
    place.clock.advance_ms(3_600_000);
    assert_eq!(seen().await, (false, true), "after hours");
}
