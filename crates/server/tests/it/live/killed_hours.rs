//! Tests that queues open and close at their time though the server is killed before it.

use beckon_engine::settings::SiteSettings;
use beckon_engine::time::UnixMs;
use beckon_server::clock::Clock;
use serde_json::{Value, json};

use super::killed::{ended_once, queued, reactive};
use super::program::Place;
use super::shop::Plan;
use crate::harness::{Database, database_tests};

database_tests!(
    a_queue_closed_by_hand_until_a_time_opens_then,
    who_waits_when_the_hours_run_out_gets_what_the_queue_has,
);

// spec: X-3 Q-1
async fn a_queue_closed_by_hand_until_a_time_opens_then(database: Database) {
    let mut place = Place::open(database, reactive(json!({}))).await;
    let _bob = place.ready("Bob").await;
    let mut browser = place.browser().await;
    browser.open().await;
    let until = Clock::System.now().plus_s(60).0;
    let closed = place.switch(json!({ "by_hand": { "open": false, "until": until } })).await;
    assert_eq!((&closed["open_now"], &closed["next_change_at"]), (&json!(false), &json!(until)));
    browser.socket.next("closed", |frame| frame["type"] == "availability" && frame["open"] == false).await;
    browser.socket.send(json!({ "type": "open_chat" })).await;
    assert_eq!(browser.socket.next_of("alternative").await["reason"], "out_of_hours");
    // It is to open three seconds after the kill.
    place.die(57).await;
    let mut bob = place.ready("Bob").await;
    let mut back = place.back(&browser, &Value::Null).await;
    back.open().await;
    assert!(Clock::System.now().0 >= until - 57_000, "not before its time");
    back.socket.send(json!({ "type": "open_chat" })).await;
    let chat = back.chat("queued").await;
    bob.ring_of(&chat["id"]).await;
    let open = place.once(&place.path_of_queue(), |queue| queue["open_now"] == true).await;
    assert_eq!(open["by_hand"], Value::Null);
}

/// As business hours are written, in UTC.
fn time_of_day(at: UnixMs) -> String {
    let minutes = at.0 / 60_000 % 1_440;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

// spec: X-3 Q-1 Q-6
async fn who_waits_when_the_hours_run_out_gets_what_the_queue_has(database: Database) {
    // On every day the queue closes for two hours, in half an hour from now.
    let now = Clock::System.now();
    let (from, to) = (time_of_day(now.plus_s(150 * 60)), time_of_day(now.plus_s(30 * 60)));
    let day = |weekday: u8| json!({ "weekday": weekday, "from": from, "to": to });
    let weekly: Vec<Value> = (1..=7).map(day).collect();
    let queue = json!({
        "hours": { "time_zone": "UTC", "weekly": weekly, "exceptions": [] },
        "alternatives": { "no_agent": { "do": "wait" }, "out_of_hours": { "do": "enquiry" } },
    });
    // The visit outlasts the hour.
    let settings = SiteSettings { visit_timeout_min: 1_440, ..Plan::default().settings };
    let plan = Plan { queue, settings, required_time_s: 86_400, ..Plan::default() };
    let mut place = Place::open(database, plan).await;
    let (browser, chat) = queued(&place).await;
    place.die(3_600).await;
    place.chat_once(&chat, |chat| chat["state"] == "ended").await;
    let back = place.back(&browser, &chat).await;
    let instead = &back.welcome["chat"]["instead"];
    assert_eq!(
        (&instead["reason"], &instead["alternative"]),
        (&json!("out_of_hours"), &json!({ "do": "enquiry" }))
    );
    assert!(instead["opens_at"].as_i64() > Some(Clock::System.now().0), "{instead}");
    place.switch(json!({ "by_hand": { "open": true } })).await;
    ended_once(&mut place, &chat, "system", "queue_closed").await;
}
