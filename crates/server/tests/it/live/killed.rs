//! Tests that no waiting state is forgotten when the server is killed: each has its deadline in the database, and whoever
//! comes after acts on it, once.

use beckon_engine::id::QueueId;
use beckon_engine::settings::SiteSettings;
use serde_json::{Value, json};
use uuid::Uuid;

use super::client::{Browser, Console};
use super::program::Place;
use super::shop::Plan;
use crate::harness::{Database, database_tests};

database_tests!(
    a_form_holds_its_slot_no_longer_than_two_minutes,
    a_form_that_nobody_sends_is_given_up,
    a_visitor_in_the_queue_is_answered,
    a_wait_ends_when_it_is_due,
    a_ring_goes_on_to_the_next_agent,
    an_alert_is_taken_back_when_the_visitor_does_not_return,
    a_taken_alert_goes_on_with_the_visitor_who_returns,
    a_taken_alert_is_taken_back_when_the_visitor_does_not_return,
    an_alert_that_nobody_takes_passes,
    an_alert_does_not_wait_in_another_queue,
    a_taken_alert_that_nobody_writes_to_passes_to_the_next_agent,
    an_open_offer_is_passively_ignored,
    an_offer_that_is_ignored_after_the_visitor_returned_can_be_accepted_still,
    a_visitor_in_the_queue_who_does_not_return_is_given_up,
    a_call_to_a_colleague_rings_out,
    an_invitation_of_a_colleague_rings_out,
    a_chat_handed_to_a_queue_is_answered_there,
    a_chat_handed_to_a_queue_leaves_it_when_it_is_due,
    a_conversation_stays_with_the_agent_who_comes_back,
    a_wrap_up_is_closed,
    an_idle_chat_is_warned_and_closed,
);

fn plan(queue: Value) -> Plan {
    Plan { queue, ..Plan::default() }
}

/// No offers: chats are begun by visitors.
pub(super) fn reactive(mut queue: Value) -> Plan {
    queue["alternatives"] = json!({ "no_agent": { "do": "wait" } });
    Plan { required_time_s: 86_400, ..plan(queue) }
}

fn without_invite() -> Plan {
    Plan { rule: json!({ "action": "engage_without_invite", "offer_id": null }), ..Plan::default() }
}

fn with_form() -> Value {
    let field = json!({ "key": "name", "type": "text", "label": { "en": "Name" }, "required": true });
    json!({ "form_invite": [field] })
}

pub(super) async fn queued(place: &Place) -> (Browser, Value) {
    let mut browser = place.browser().await;
    browser.socket.send(json!({ "type": "open_chat" })).await;
    let chat = browser.chat("queued").await;
    (browser, chat["id"].clone())
}

pub(super) async fn talking(place: &Place) -> (Browser, Console, Value) {
    let mut alice = place.ready("Alice").await;
    let (mut browser, _) = queued(place).await;
    let chat = alice.take().await;
    alice.say(&chat, "a1", "Good morning").await;
    browser.message("Good morning").await;
    (browser, alice, chat)
}

/// The agent was set away; whose console is gone for long counts as offline.
async fn is_away_without_an_answer(place: &Place, name: &str) {
    let agents = place.once("/api/v1/agents", |_| true).await;
    let status = agents["items"].as_array().unwrap().iter().find(|agent| agent["name"] == name).unwrap();
    assert!(status["status"] != "ready" && status["reason"] == "no_answer", "{status}");
}

/// The chat has ended, and Beckon has said so once, also after a further look at everything that waits.
pub(super) async fn ended_once(place: &mut Place, chat: &Value, by: &str, line: &str) {
    let ended = place.chat_once(chat, |chat| chat["state"] == "ended").await;
    assert_eq!(ended["ended_by"], by);
    place.look_again().await;
    assert_eq!(place.lines(chat).await.iter().filter(|said| *said == line).count(), 1, "{line}");
    assert_eq!(place.chat_once(chat, |_| true).await["ended_at"], ended["ended_at"], "ended once");
}

// spec: X-3 O-15 O-4
async fn a_form_holds_its_slot_no_longer_than_two_minutes(database: Database) {
    let mut place = Place::open(database, Plan { slots: 1, ..plan(with_form()) }).await;
    let _alice = place.ready("Alice").await;
    let mut first = place.browser().await;
    let offer = first.offer().await;
    first.accept(&offer).await;
    first.chat("form").await;
    place.die(60).await;
    let _alice = place.ready("Alice").await;
    let second = place.browser().await;
    let path = format!("/api/v1/visits/{}/decision", second.welcome["visit"].as_str().unwrap());
    place.once(&path, |why| why["reason"] == "no_agent").await;
    place.die(61).await;
    let _alice = place.ready("Alice").await;
    place.browser().await.offer().await;
}

// spec: X-3 P-3
async fn a_form_that_nobody_sends_is_given_up(database: Database) {
    let mut place = Place::open(database, plan(with_form())).await;
    let _alice = place.ready("Alice").await;
    let mut browser = place.browser().await;
    let offer = browser.offer().await;
    browser.accept(&offer).await;
    let chat = browser.chat("form").await["id"].clone();
    place.die(30 * 60 + 1).await;
    ended_once(&mut place, &chat, "system", "form_given_up").await;
}

// spec: X-3 Q-7
async fn a_visitor_in_the_queue_is_answered(database: Database) {
    let mut place = Place::open(database, reactive(json!({}))).await;
    let (browser, chat) = queued(&place).await;
    place.die(0).await;
    let mut back = place.back(&browser, &chat).await;
    assert_eq!(back.welcome["chat"]["state"], "queued");
    let mut bob = place.ready("Bob").await;
    assert_eq!(bob.take().await["id"], chat);
    back.chat("active").await;
}

// spec: X-3 Q-5
async fn a_wait_ends_when_it_is_due(database: Database) {
    let routing = json!({ "dequeue_after_s": 60, "dequeue": { "do": "enquiry" } });
    let mut place = Place::open(database, reactive(json!({ "routing": routing }))).await;
    let (browser, chat) = queued(&place).await;
    place.die(61).await;
    ended_once(&mut place, &chat, "system", "queue_timed_out").await;
    let back = place.back(&browser, &chat).await;
    assert_eq!(back.welcome["chat"]["instead"]["alternative"], json!({ "do": "enquiry" }));
}

// spec: X-3 Q-4
async fn a_ring_goes_on_to_the_next_agent(database: Database) {
    let mut place = Place::open(database, reactive(json!({}))).await;
    let mut alice = place.ready("Alice").await;
    let (browser, chat) = queued(&place).await;
    alice.ring().await;
    place.die(21).await;
    let mut bob = place.ready("Bob").await;
    let mut back = place.back(&browser, &chat).await;
    assert_eq!(bob.take().await["id"], chat);
    back.chat("active").await;
    is_away_without_an_answer(&place, "Alice").await;
}

// spec: X-3 P-10
async fn an_alert_is_taken_back_when_the_visitor_does_not_return(database: Database) {
    let mut place = Place::open(database, without_invite()).await;
    let mut alice = place.ready("Alice").await;
    let _browser = place.browser().await;
    let chat = alice.ring().await["id"].clone();
    place.die(52).await;
    let ended = place.chat_once(&chat, |chat| chat["state"] == "ended").await;
    assert_eq!((&ended["ended_by"], &ended["agent"]), (&json!("system"), &Value::Null));
    assert_eq!(place.lines(&chat).await, [""; 0], "the visitor never knew");
}

// spec: X-3 P-10
async fn a_taken_alert_goes_on_with_the_visitor_who_returns(database: Database) {
    let mut place = Place::open(database, without_invite()).await;
    let mut alice = place.ready("Alice").await;
    let browser = place.browser().await;
    let chat = alice.take().await;
    place.die(0).await;
    let mut alice = place.console("Alice").await;
    let mut back = place.back(&browser, &Value::Null).await;
    assert_eq!(back.socket.told("chat"), 0, "nothing shows before the agent has written");
    alice.say(&chat, "a1", "May I help?").await;
    back.message("May I help?").await;
}

// spec: X-3 P-10
async fn a_taken_alert_is_taken_back_when_the_visitor_does_not_return(database: Database) {
    let mut place = Place::open(database, without_invite()).await;
    let mut alice = place.ready("Alice").await;
    let _browser = place.browser().await;
    let chat = alice.take().await["id"].clone();
    place.die(52).await;
    let ended = place.chat_once(&chat, |chat| chat["state"] == "ended").await;
    assert_eq!(ended["ended_by"], "system");
}

// spec: X-3 P-10
async fn an_alert_that_nobody_takes_passes(database: Database) {
    let rule = json!({ "action": "engage_without_invite", "offer_id": null });
    let settings = SiteSettings { poll_interval_s: 300, ..SiteSettings::default() };
    let mut place = Place::open(database, Plan { rule, settings, ..Plan::default() }).await;
    let mut alice = place.ready("Alice").await;
    let _browser = place.browser().await;
    let chat = alice.ring().await["id"].clone();
    place.die(5 * 20 + 1).await;
    place.chat_once(&chat, |chat| chat["state"] == "ended").await;
}

// spec: X-3 P-10
async fn a_taken_alert_that_nobody_writes_to_passes_to_the_next_agent(database: Database) {
    let settings = SiteSettings { poll_interval_s: 300, ..Plan::default().settings };
    let queue = json!({ "routing": { "ring_time_s": 4 } });
    let mut place = Place::open(database, Plan { settings, queue, ..without_invite() }).await;
    let mut alice = place.ready("Alice").await;
    let browser = place.browser().await;
    let chat = alice.take().await;
    // Three ring times and a second; then Alice has as long again to come back.
    place.die(13).await;
    let mut back = place.back(&browser, &Value::Null).await;
    assert_eq!(back.welcome["chat"], Value::Null);
    let mut bob = place.ready("Bob").await;
    let rung = bob.ring_of(&chat["id"]).await;
    let taken = bob.take_rung(&rung).await;
    bob.say(&taken, "b1", "May I help?").await;
    let shown = back.chat("active").await;
    assert_eq!(shown["agent"]["name"], "Bob", "of Alice the visitor knows nothing: {shown}");
    back.message("May I help?").await;
    is_away_without_an_answer(&place, "Alice").await;
}

// spec: X-3 P-9 Q-5
async fn an_alert_does_not_wait_in_another_queue(database: Database) {
    let other = QueueId(Uuid::now_v7());
    let routing = json!({ "dequeue_after_s": 60, "dequeue": { "do": "queue", "queue_id": other } });
    let mut place =
        Place::open(database, Plan { queue: json!({ "routing": routing }), ..without_invite() }).await;
    place.add_queue(other).await;
    let mut alice = place.ready("Alice").await;
    let browser = place.browser().await;
    let chat = alice.ring().await["id"].clone();
    place.die(61).await;
    let back = place.back(&browser, &Value::Null).await;
    let ended = place.chat_once(&chat, |chat| chat["state"] == "ended").await;
    assert_eq!(ended["queue"]["name"], "Advice");
    assert_eq!(place.lines(&chat).await, [""; 0], "the visitor asked for nothing");
    assert_eq!(back.socket.told("chat"), 0);
}

// spec: X-3 O-9 X-5
async fn an_open_offer_is_passively_ignored(database: Database) {
    let settings = SiteSettings { poll_interval_s: 2, ignored_after_s: 60, ..SiteSettings::default() };
    let mut place = Place::open(database, Plan { settings, ..Plan::default() }).await;
    let _alice = place.ready("Alice").await;
    let mut browser = place.browser().await;
    browser.offer().await;
    place.die(64 + 10 + 1).await;
    let path = format!("/api/v1/visits/{}", browser.welcome["visit"].as_str().unwrap());
    let settled = |visit: &Value| visit["presentations"][0]["outcome"] == "passively_ignored";
    let visit = place.once(&path, settled).await;
    let presentation = &visit["presentations"][0];
    let lasted =
        presentation["outcome_at"].as_i64().unwrap() - presentation["presented_at"].as_i64().unwrap();
    assert_eq!(lasted, 64_000);
    place.look_again().await;
    let again = place.once(&path, |_| true).await;
    assert_eq!(again["presentations"], visit["presentations"], "counted once");
    assert!(place.back(&browser, &Value::Null).await.welcome["offer"].is_null());
}

// spec: X-3 O-7 X-5
async fn an_offer_that_is_ignored_after_the_visitor_returned_can_be_accepted_still(database: Database) {
    let settings = SiteSettings { poll_interval_s: 60, ignored_after_s: 10, ..SiteSettings::default() };
    let mut place = Place::open(database, Plan { settings, ..Plan::default() }).await;
    let _alice = place.ready("Alice").await;
    let mut browser = place.browser().await;
    let offer = browser.offer().await;
    place.die(0).await;
    let mut alice = place.ready("Alice").await;
    let mut back = place.back(&browser, &Value::Null).await;
    assert_eq!(back.welcome["offer"]["id"], offer["id"]);
    let path = format!("/api/v1/visits/{}", browser.welcome["visit"].as_str().unwrap());
    let ignored = place.once(&path, |visit| visit["presentations"][0]["outcome"] == "ignored").await;
    let at = |when: &str| ignored["presentations"][0][when].as_i64().unwrap();
    let lasted = at("outcome_at") - at("presented_at");
    assert!((10_000..130_000).contains(&lasted), "{lasted} ms");
    back.accept(&offer).await;
    assert_eq!(alice.take().await["mode"], "invite");
    back.chat("active").await;
    let accepted = place.once(&path, |visit| visit["presentations"][0]["accepted_late_at"].is_i64()).await;
    assert_eq!(accepted["presentations"][0]["outcome"], "ignored", "an outcome is final");
    assert_eq!(accepted["presentations"].as_array().unwrap().len(), 1);
}

// spec: X-3 T-7
async fn a_visitor_in_the_queue_who_does_not_return_is_given_up(database: Database) {
    let mut place = Place::open(database, reactive(json!({}))).await;
    let (_browser, chat) = queued(&place).await;
    // A visit ends after half an hour without contact; nobody would wait for the day that the queue gives.
    place.die(31 * 60).await;
    ended_once(&mut place, &chat, "system", "visitor_left").await;
}

// spec: X-3 Q-9
async fn a_call_to_a_colleague_rings_out(database: Database) {
    let mut place = Place::open(database, reactive(json!({}))).await;
    let (_browser, mut alice, chat) = talking(&place).await;
    let bob = place.ready("Bob").await;
    let frame = json!({ "type": "transfer", "chat": chat["id"], "to": { "agent": bob.user }, "note": "" });
    assert_eq!(alice.command(frame).await["type"], "done");
    place.die(21).await;
    let kept = place.chat_once(&chat["id"], |chat| chat["call"].is_null()).await;
    assert_eq!((&kept["state"], &kept["owner_epoch"]), (&json!("active"), &chat["owner_epoch"]));
}

// spec: X-3 Q-9
async fn an_invitation_of_a_colleague_rings_out(database: Database) {
    let mut place = Place::open(database, reactive(json!({}))).await;
    let (_browser, mut alice, chat) = talking(&place).await;
    let bob = place.ready("Bob").await;
    let frame = json!({ "type": "invite", "chat": chat["id"], "agent": bob.user, "note": "" });
    assert_eq!(alice.command(frame).await["type"], "done");
    // Longer than an agent who is gone counts as ready: later on it rings at Bob.
    place.die(31).await;
    let kept = place.chat_once(&chat["id"], |chat| chat["call"].is_null()).await;
    let is_as_before = (&kept["state"], &kept["owner_epoch"], &kept["guests"]);
    assert_eq!(is_as_before, (&json!("active"), &chat["owner_epoch"], &json!([])));
    place.look_again().await;
    let lines = place.lines(&chat["id"]).await;
    assert_eq!(lines.iter().filter(|line| *line == "call_unanswered").count(), 1, "{lines:?}");
}

/// A chat that Alice has handed to a second queue, which nobody serves yet.
async fn handed_on(place: &mut Place) -> (Browser, Value, QueueId) {
    let other = QueueId(Uuid::now_v7());
    place.add_queue(other).await;
    let (mut browser, mut alice, chat) = talking(place).await;
    let frame = json!({ "type": "transfer", "chat": chat["id"], "to": { "queue": other }, "note": "" });
    assert_eq!(alice.command(frame).await["type"], "done");
    browser.message("transferred").await;
    (browser, chat, other)
}

// spec: X-3 Q-9 Q-3
async fn a_chat_handed_to_a_queue_is_answered_there(database: Database) {
    let mut place = Place::open(database, reactive(json!({}))).await;
    let (browser, chat, other) = handed_on(&mut place).await;
    place.die(0).await;
    let mut back = place.back(&browser, &chat["id"]).await;
    assert_eq!(back.welcome["chat"]["state"], "queued");
    let mut bob = place.ready("Bob").await;
    let body = json!({ "agents": [bob.user] });
    let ada = place.console("Ada").await;
    let (status, changed) = ada.send("PATCH", &format!("/api/v1/queues/{other}"), &body).await;
    assert_eq!(status, 200, "{changed}");
    let rung = bob.ring_of(&chat["id"]).await;
    assert_eq!((&rung["queue"]["name"], &rung["queued_at"]), (&json!("Other"), &chat["queued_at"]));
    let taken = bob.take_rung(&rung).await;
    bob.say(&taken, "b1", "Now with me").await;
    assert_eq!(back.message("Now with me").await["name"], "Bob");
}

// spec: X-3 Q-9 Q-5
async fn a_chat_handed_to_a_queue_leaves_it_when_it_is_due(database: Database) {
    let routing = json!({ "dequeue_after_s": 60, "dequeue": { "do": "enquiry" } });
    let mut place = Place::open(database, reactive(json!({ "routing": routing }))).await;
    let (browser, chat, _) = handed_on(&mut place).await;
    place.die(61).await;
    ended_once(&mut place, &chat["id"], "system", "queue_timed_out").await;
    let back = place.back(&browser, &chat["id"]).await;
    assert_eq!(back.welcome["chat"]["instead"]["alternative"], json!({ "do": "enquiry" }));
}

// spec: X-1 X-2 Q-7
async fn a_conversation_stays_with_the_agent_who_comes_back(database: Database) {
    let mut place = Place::open(database, reactive(json!({}))).await;
    let (mut browser, _, chat) = talking(&place).await;
    browser.say(&chat["id"], "v1", "One question").await;
    browser.socket.next_of("ack").await;
    place.die(600).await;
    let mut back = place.back(&browser, &chat["id"]).await;
    let mut bob = place.ready("Bob").await;
    let mut other = place.browser().await;
    other.socket.send(json!({ "type": "open_chat" })).await;
    let waits = other.chat("queued").await;
    bob.ring_of(&waits["id"]).await;
    let mut alice = place.console("Alice").await;
    alice.say(&chat, "a2", "Yes?").await;
    assert_eq!(back.message("Yes?").await["name"], "Alice");
}

// spec: X-3 Q-10
async fn a_wrap_up_is_closed(database: Database) {
    let mut place = Place::open(database, reactive(json!({ "conduct": { "wrap_up_s": 60 } }))).await;
    let (browser, mut alice, chat) = talking(&place).await;
    let mut browser = browser;
    browser.socket.send(json!({ "type": "end_chat", "chat": chat["id"] })).await;
    assert_eq!(alice.chat("ended").await["wrapped_up"], false);
    place.die(61).await;
    let closed = place.chat_once(&chat["id"], |chat| chat["wrapped_up"] == true).await;
    assert_eq!(closed["ended_by"], "visitor");
}

// spec: X-3 Q-10
async fn an_idle_chat_is_warned_and_closed(database: Database) {
    let conduct = json!({ "idle_warn_after_s": 60, "idle_close_after_s": 60 });
    let mut place = Place::open(database, reactive(json!({ "conduct": conduct }))).await;
    let (_browser, _alice, chat) = talking(&place).await;
    place.die(61).await;
    place.chat_once(&chat["id"], |chat| chat["idle_close_at"].is_i64()).await;
    place.die(61).await;
    ended_once(&mut place, &chat["id"], "system", "idle_closed").await;
    let lines = place.lines(&chat["id"]).await;
    assert_eq!(lines.iter().filter(|line| *line == "idle_warning").count(), 1, "{lines:?}");
}
