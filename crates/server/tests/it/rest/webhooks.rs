//! Proves webhooks: what they may be, that the secret is shown once, and the log of what was told.

use beckon_server::jobs::webhooks::pass;
use beckon_server::store::user::Role;
use serde_json::json;

use super::place::{Browser, Place, id_of};
use crate::listener::Listener;

const PATH: &str = "/api/v1/webhooks";

async fn place() -> (Place, Browser) {
    let place = Place::with(|api| api.outbound = Listener::outbound()).await;
    let admin = place.signed_in("root", Role::Admin).await;
    (place, admin)
}

// spec: N-2
#[tokio::test]
async fn the_secret_is_shown_once_and_can_be_changed() {
    let (place, mut admin) = place().await;
    let new = json!({"name": "CRM", "url": "http://127.0.0.1:9/hook", "events": ["chat.ended"]});
    let made = admin.post(PATH, &new).await.created();
    let first = made["secret"].as_str().unwrap().to_owned();
    assert!(first.starts_with("whsec_") && first.len() == 6 + 44, "{first}");
    let path = format!("{PATH}/{}", id_of(&made["webhook"]));
    assert!(!admin.get(&path).await.text.contains("whsec_"));
    assert!(!admin.get(PATH).await.text.contains(&first[6..]));
    let changed = admin.post(&format!("{path}/secret"), &json!({})).await.created();
    assert_ne!(changed["secret"], first);
    let until = changed["webhook"]["secret_before_until"].as_i64().unwrap();
    assert_eq!(until - changed["webhook"]["secret_made_at"].as_i64().unwrap(), 86_400_000);
    place.clock.advance_ms(86_400_000);
    assert!(admin.get(&path).await.ok()["secret_before_until"].is_null());
}

// spec: N-2
#[tokio::test]
async fn what_is_wrong_with_a_webhook_is_said_at_the_field() {
    let (_place, mut admin) = place().await;
    let good = json!({"name": "CRM", "url": "https://crm.example/hook", "events": ["chat.ended"]});
    for (field, value, detail) in [
        ("name", json!(" "), "/name: is empty"),
        (
            "url",
            json!("ftp://crm.example"),
            "/url: is not an address that begins with https:// or http:// and holds no password",
        ),
        (
            "url",
            json!("http://10.0.0.1/"),
            "/url: is in a private network; the operator of the server can allow it with --outbound-allow",
        ),
        (
            "url",
            json!("http://[::1]/"),
            "/url: is in a private network; the operator of the server can allow it with --outbound-allow",
        ),
        ("events", json!([]), "/events: names nothing to tell"),
        ("events", json!(["chat.ended", "chat.ended"]), "/events: names something twice"),
        ("events", json!(["ping"]), "/events: names what only the test button sends"),
        ("site_id", json!("00000000-0000-0000-0000-000000000000"), "/site_id: is no site"),
    ] {
        let mut wrong = good.clone();
        wrong[field] = value;
        assert_eq!(admin.post(PATH, &wrong).await.refused(422, "invalid"), [detail]);
    }
    let errors =
        admin.post(PATH, &json!({"name": "CRM", "url": "https://a.example", "events": ["chat.begun"]})).await;
    assert!(errors.refused(422, "invalid")[0].starts_with("/events/0: unknown variant"));
}

// spec: N-2
#[tokio::test]
async fn the_test_button_sends_a_ping_and_the_log_says_how_it_went() {
    let (place, mut admin) = place().await;
    let listener = Listener::start().await;
    listener.answer(&[500]);
    let new = json!({"name": "CRM", "url": listener.url, "events": ["chat.ended"], "enabled": false});
    let made = admin.post(PATH, &new).await.created();
    let path = format!("{PATH}/{}", id_of(&made["webhook"]));
    let ping = admin.post(&format!("{path}/test"), &json!({})).await;
    assert_eq!(ping.status, 202, "{}", ping.text);
    assert_eq!(ping.json()["state"], "waiting");
    pass(&place.api.store, &place.clock, &place.api.outbound).await.unwrap();
    assert!(listener.told()[0].is_signed_by(made["secret"].as_str().unwrap()));
    let log = admin.get(&format!("{path}/deliveries")).await.ok();
    assert_eq!((&log["items"][0]["event"], &log["items"][0]["tries"]), (&json!("ping"), &json!(1)));
    let one = format!("{path}/deliveries/{}", log["items"][0]["event_id"].as_str().unwrap());
    let detail = admin.get(&one).await.ok();
    assert_eq!(detail["tries"][0]["status"], 500);
    assert_eq!(detail["body"], listener.told()[0].text.as_str());
    admin.patch(&path, &json!({"enabled": false})).await.ok();
    assert_eq!(admin.get(&one).await.ok()["delivery"]["state"], "given_up", "what waits is given up");
    assert_eq!(admin.post(&format!("{one}/replay"), &json!({})).await.status, 202);
    pass(&place.api.store, &place.clock, &place.api.outbound).await.unwrap();
    assert_eq!(admin.get(&one).await.ok()["delivery"]["state"], "delivered");
    assert_eq!(listener.told().len(), 2);
    admin.delete(&path).await.done();
    admin.get(&one).await.refused(404, "not_found");
}

// spec: N-2 A-6
#[tokio::test]
async fn the_log_comes_in_pages_newest_first() {
    let (place, mut admin) = place().await;
    let new = json!({"name": "CRM", "url": "http://127.0.0.1:9/hook", "events": ["chat.ended"]});
    let path = format!("{PATH}/{}", id_of(&admin.post(PATH, &new).await.created()["webhook"]));
    let mut sent = Vec::new();
    for _ in 0..5 {
        sent.push(admin.post(&format!("{path}/test"), &json!({})).await.json()["event_id"].clone());
        place.clock.advance_ms(1);
    }
    sent.reverse();
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let page = admin.get(&format!("{path}/deliveries?limit=2{after}")).await.ok();
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["event_id"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(seen, sent);
    let errors = admin.get(&format!("{path}/deliveries?after=zz")).await.refused(422, "invalid");
    assert_eq!(errors, ["?after: is not a cursor of this list"]);
}
