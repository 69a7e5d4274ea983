//! Tests the way from a yes into the queue: one slot is given once, and who cannot have one is never met by silence.

use beckon_engine::offer::Outcome;
use beckon_engine::settings::SiteSettings;
use beckon_engine::time::UnixMs;
use beckon_server::clock::Clock;
use beckon_server::store::chat::change::update_chat_ended;
use beckon_server::store::chat::{
    ChatMode, ChatRow, ChatState, EndedBy, NewChat, find_chat, find_latest_chat, insert_chat,
};
use beckon_server::store::presentation::{PresentationRow, find_presentation, update_outcome};
use beckon_server::store::queue::{find_queue, update_queue};
use beckon_server::store::visit::update_visitor_visit_ended;
use beckon_server::store::{Store, Tx};
use serde_json::{Value, json};

use super::client::{Browser, Console};
use super::shop::{ORIGIN, Plan, Shop, product};
use crate::harness::{on_sqlite, store_tests};
use crate::store::fixtures;

store_tests!(
    of_two_who_say_yes_at_once_one_gets_the_last_slot,
    of_two_who_open_the_chat_at_once_one_gets_the_last_slot,
    a_yes_to_an_offer_just_taken_back_gets_the_alternative,
    a_late_yes_without_a_free_slot_gets_the_alternative,
    a_form_sent_when_the_channel_is_off_gets_the_alternative,
    a_form_sent_when_the_channel_is_off_waits_where_the_queue_says_so,
    a_yes_sent_again_after_a_lost_connection_opens_one_chat,
    a_chat_that_nobody_waits_for_any_more_is_ended,
    a_form_given_up_and_sent_late_asks_the_gate_again,
    a_form_given_up_and_sent_late_is_faster_than_the_alerted_agent,
    a_yes_from_within_a_chat_goes_on_in_that_chat_and_counts_as_withdrawn,
    a_form_beside_which_an_offer_could_be_made_gives_way_to_its_yes,
);

const FORM: &str = r#"{ "key": "name", "type": "text", "label": { "en": "Name" }, "required": false }"#;

fn one_slot() -> Plan {
    let field: Value = serde_json::from_str(FORM).unwrap();
    let settings = SiteSettings { capacity_factor: 100, ..Plan::default().settings };
    Plan { settings, slots: 1, queue: json!({ "form_invite": [field] }), ..Plan::default() }
}

async fn switch_channel_off(shop: &Shop) {
    let mut tx = shop.store.write().await.unwrap();
    let mut queue = find_queue(&mut tx, *shop.queue.id).await.unwrap().unwrap();
    queue.channel_on = false;
    update_queue(&mut tx, &queue).await.unwrap();
    tx.commit().await.unwrap();
}

/// What a yes led to: a chat, or something instead.
async fn answer(browser: &mut Browser) -> Value {
    let is = |frame: &Value| frame["type"] == "chat" || frame["type"] == "alternative";
    browser.socket.next("a chat or an alternative", is).await
}

async fn chats(agent: &Console) -> usize {
    agent.read("/api/v1/chats").await["items"].as_array().unwrap().len()
}

async fn outcomes(agent: &Console, browser: &Browser) -> Vec<Value> {
    let visit = browser.welcome["visit"].as_str().unwrap();
    let detail = agent.read(&format!("/api/v1/visits/{visit}")).await;
    let of = |presented: &Value| presented["outcome"].clone();
    detail["presentations"].as_array().unwrap().iter().map(of).collect()
}

// spec: O-11 O-15 X-2
async fn of_two_who_say_yes_at_once_one_gets_the_last_slot(store: Store) {
    let shop = Shop::open(store, one_slot()).await;
    let alice = shop.agent("Alice").await;
    for round in 1..=3 {
        let (mut first, mut second) = (shop.browser().await, shop.browser().await);
        let (one, two) = (first.offer().await, second.offer().await);
        tokio::join!(first.accept(&one), second.accept(&two));
        let (one, two) = (answer(&mut first).await, answer(&mut second).await);
        let (chat, instead) = if one["type"] == "chat" { (one, two) } else { (two, one) };
        assert_eq!(chat["chat"]["state"], "form", "round {round}");
        assert_eq!(instead["reason"], "no_agent", "round {round}: {instead}");
        assert_eq!(chats(&alice).await, 1, "round {round}: one slot is held");
        let mut ended = [outcomes(&alice, &first).await, outcomes(&alice, &second).await];
        ended.sort_by_key(|of| of[0].to_string());
        assert_eq!(ended, [["accepted"], ["withdrawn"]]);
        for browser in [&mut first, &mut second] {
            browser.socket.send(json!({ "type": "end_chat", "chat": chat["chat"]["id"] })).await;
        }
        while chats(&alice).await > 0 {
            tokio::task::yield_now().await;
        }
    }
}

// spec: O-15 Q-6 X-2
async fn of_two_who_open_the_chat_at_once_one_gets_the_last_slot(store: Store) {
    let shop = Shop::open(store, Plan { slots: 1, required_time_s: 900, ..Plan::default() }).await;
    let alice = shop.agent("Alice").await;
    let (mut first, mut second) = (shop.browser().await, shop.browser().await);
    first.open().await;
    second.open().await;
    let open = json!({ "type": "open_chat" });
    tokio::join!(first.socket.send(open.clone()), second.socket.send(open.clone()));
    let mut kinds =
        [answer(&mut first).await["type"].to_string(), answer(&mut second).await["type"].to_string()];
    kinds.sort();
    assert_eq!(kinds, ["\"alternative\"", "\"chat\""]);
    assert_eq!(chats(&alice).await, 1);
}

// spec: O-11
async fn a_yes_to_an_offer_just_taken_back_gets_the_alternative(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let _alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    switch_channel_off(&shop).await;
    assert_eq!(browser.socket.next_of("settled").await["outcome"], "withdrawn");
    browser.accept(&offer).await;
    assert_eq!(browser.socket.next_of("alternative").await["reason"], "channel_off");
}

// spec: O-7 O-11
async fn a_late_yes_without_a_free_slot_gets_the_alternative(store: Store) {
    let mut plan = one_slot();
    plan.settings.ignored_after_s = 1;
    plan.settings.minimum_interval_s = 600;
    let shop = Shop::open(store, plan).await;
    let alice = shop.agent("Alice").await;
    let mut late = shop.browser().await;
    let offer = late.offer().await;
    assert_eq!(late.socket.next_of("settled").await["outcome"], "ignored");
    let mut other = shop.browser().await;
    other.offer().await;
    other.socket.send(json!({ "type": "open_chat" })).await;
    other.chat("queued").await;
    late.accept(&offer).await;
    assert_eq!(late.socket.next_of("alternative").await["reason"], "no_agent");
    let record = alice.read(&format!("/api/v1/presentations/{}", offer["id"].as_str().unwrap())).await;
    assert_eq!((&record["outcome"], &record["accepted_late_at"]), (&json!("ignored"), &Value::Null));
}

// spec: O-11 O-15 Q-6
async fn a_form_sent_when_the_channel_is_off_gets_the_alternative(store: Store) {
    let shop = Shop::open(store, one_slot()).await;
    let _alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    browser.accept(&offer).await;
    let form = browser.chat("form").await;
    switch_channel_off(&shop).await;
    browser.socket.send(json!({ "type": "send_form", "chat": form["id"], "answers": {} })).await;
    assert_eq!(browser.socket.next_of("alternative").await["reason"], "channel_off");
    assert_eq!(browser.chat("ended").await["ended_by"], "system");
    browser.socket.send(json!({ "type": "send_form", "chat": form["id"], "answers": {} })).await;
    assert_eq!(
        browser.socket.next_of("refused").await["code"],
        "chat_closed",
        "no is no, also the second time"
    );
}

// spec: O-15 Q-6
async fn a_form_sent_when_the_channel_is_off_waits_where_the_queue_says_so(store: Store) {
    let mut plan = one_slot();
    plan.queue["alternatives"] = json!({ "channel_off": { "do": "wait" } });
    let shop = Shop::open(store, plan).await;
    let mut alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    browser.accept(&offer).await;
    let form = browser.chat("form").await;
    switch_channel_off(&shop).await;
    browser.socket.send(json!({ "type": "send_form", "chat": form["id"], "answers": {} })).await;
    assert_eq!(alice.take().await["id"], form["id"]);
}

// spec: O-10 Q-7 X-5
async fn a_yes_sent_again_after_a_lost_connection_opens_one_chat(store: Store) {
    let shop = Shop::open(store, one_slot()).await;
    let alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    browser.accept(&offer).await;
    browser.chat("form").await;
    let token = browser.token().to_owned();
    browser.socket.leave().await;
    let mut back = Browser::connect(shop.address, Some(ORIGIN)).await;
    back.hello(&shop.site.key, json!({ "token": token, "pages": [product(1)] })).await;
    let chat = back.welcome["chat"].clone();
    assert_eq!(chat["state"], "form");
    back.accept(&offer).await;
    back.socket.send(json!({ "type": "send_form", "chat": chat["id"], "answers": {} })).await;
    assert_eq!(back.chat("queued").await["id"], chat["id"]);
    assert_eq!((chats(&alice).await, outcomes(&alice, &back).await), (1, vec![json!("accepted")]));
}

// spec: X-3 Q-5
async fn a_chat_that_nobody_waits_for_any_more_is_ended(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    browser.accept(&offer).await;
    let chat = alice.ring().await;
    let visitor = serde_json::from_value(chat["visitor_id"].clone()).unwrap();
    alice.command(json!({ "type": "decline", "chat": chat["id"] })).await;
    browser.socket.leave().await;
    let mut tx = shop.store.write().await.unwrap();
    update_visitor_visit_ended(&mut tx, visitor, Clock::System.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(alice.chat("ended").await["ended_by"], "system");
    let mut tx = shop.store.read().await.unwrap();
    assert!(find_latest_chat(&mut tx, visitor).await.unwrap().is_some_and(|chat| chat.answered_at.is_none()));
}

/// A visitor whose form was given up, and its chat.
async fn given_up(shop: &Shop) -> (Browser, ChatRow) {
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    browser.accept(&offer).await;
    let id = serde_json::from_value(browser.chat("form").await["id"].clone()).unwrap();
    let mut tx = shop.store.write().await.unwrap();
    assert!(update_chat_ended(&mut tx, id, EndedBy::System, Clock::System.now(), None).await.unwrap());
    let chat = find_chat(&mut tx, id).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    (browser, chat)
}

async fn send_form(browser: &mut Browser, chat: &ChatRow) {
    browser.socket.send(json!({ "type": "send_form", "chat": *chat.id, "answers": {} })).await;
}

// spec: O-11
// spec: Q-6
async fn a_form_given_up_and_sent_late_asks_the_gate_again(store: Store) {
    let shop = Shop::open(store, one_slot()).await;
    let _alice = shop.agent("Alice").await;
    let (mut late, chat) = given_up(&shop).await;
    let mut other = shop.browser().await;
    other.offer().await;
    other.socket.send(json!({ "type": "open_chat" })).await;
    other.chat("queued").await;
    send_form(&mut late, &chat).await;
    assert_eq!(late.socket.next_of("alternative").await["reason"], "no_agent");
    assert_eq!(late.chat("ended").await["instead"]["reason"], "no_agent", "it is there after a reload too");
    send_form(&mut late, &chat).await;
    let code = &late.socket.next_of("refused").await["code"];
    assert_eq!(code, "chat_closed", "no is no, also the second time");
}

// spec: P-9
// spec: Q-7
async fn a_form_given_up_and_sent_late_is_faster_than_the_alerted_agent(store: Store) {
    let shop = Shop::open(store, one_slot()).await;
    let mut alice = shop.agent("Alice").await;
    let (mut late, chat) = given_up(&shop).await;
    let mut tx = shop.store.write().await.unwrap();
    let now = Clock::System.now();
    let who = (*chat.visitor_id, *chat.visit_id);
    let alert = NewChat {
        mode: ChatMode::Engage,
        held_until: now,
        ..fixtures::chat(*shop.site.id, *shop.queue.id, who)
    };
    assert!(insert_chat(&mut tx, &alert, now).await.unwrap());
    tx.commit().await.unwrap();
    send_form(&mut late, &chat).await;
    assert_eq!(late.chat("queued").await["id"], json!(*chat.id));
    assert_eq!(alice.ring_of(&json!(*chat.id)).await["mode"], "invite");
}

async fn presentation(tx: &mut Tx, offer: &Value) -> PresentationRow {
    let id = serde_json::from_value(offer["id"].clone()).unwrap();
    find_presentation(tx, id).await.unwrap().unwrap()
}

// spec: O-4
// spec: X-5
async fn a_yes_from_within_a_chat_goes_on_in_that_chat_and_counts_as_withdrawn(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    // Another node has let the visitor in, of which this one hears nothing.
    let mut tx = shop.store.write().await.unwrap();
    let row = presentation(&mut tx, &offer).await;
    let now = Clock::System.now();
    let who = (*row.visitor_id, *row.visit_id);
    let chat = NewChat { held_until: now, ..fixtures::chat(*shop.site.id, *shop.queue.id, who) };
    assert!(insert_chat(&mut tx, &chat, now).await.unwrap());
    tx.commit().await.unwrap();
    browser.accept(&offer).await;
    assert_eq!(browser.socket.next_of("settled").await["outcome"], "withdrawn");
    assert_eq!(answer(&mut browser).await["chat"]["id"], json!(chat.id));
    assert_eq!(outcomes(&alice, &browser).await, ["withdrawn"]);
}

// spec: O-4
// spec: X-5
async fn a_form_beside_which_an_offer_could_be_made_gives_way_to_its_yes(store: Store) {
    let shop = Shop::open(store, one_slot()).await;
    let alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    let mut tx = shop.store.write().await.unwrap();
    let row = presentation(&mut tx, &offer).await;
    let begun = UnixMs(Clock::System.now().0 - 121_000);
    let who = (*row.visitor_id, *row.visit_id);
    let form = NewChat {
        form_due: Some(begun.plus_s(1_800)),
        held_until: begun.plus_s(120),
        ..fixtures::chat(*shop.site.id, *shop.queue.id, who)
    };
    assert!(insert_chat(&mut tx, &form, begun).await.unwrap());
    tx.commit().await.unwrap();
    browser.accept(&offer).await;
    assert_eq!(browser.socket.next_of("settled").await["outcome"], "accepted");
    let chat = answer(&mut browser).await["chat"].clone();
    assert_eq!((&chat["state"], chat["id"] == json!(form.id)), (&json!("form"), false));
    assert_eq!(outcomes(&alice, &browser).await, ["accepted"]);
    let before = find_chat(&mut shop.store.read().await.unwrap(), form.id).await.unwrap().unwrap();
    assert_eq!(*before.state, ChatState::Ended);
}

// spec: O-7
// spec: X-5
#[tokio::test]
async fn a_yes_that_lost_to_the_sweeper_is_late_in_the_same_unit_of_work_as_its_chat() {
    on_sqlite(async |store: Store| {
        let shop = Shop::open(store, one_slot()).await;
        let _alice = shop.agent("Alice").await;
        let mut browser = shop.browser().await;
        let offer = browser.offer().await;
        let mut tx = shop.store.write().await.unwrap();
        let id = *presentation(&mut tx, &offer).await.id;
        assert!(update_outcome(&mut tx, id, Outcome::Ignored, None, Clock::System.now()).await.unwrap());
        let Tx::Sqlite(writing) = &mut tx else { panic!("it is SQLite") };
        let a_moment_later = "CREATE TRIGGER late BEFORE UPDATE OF accepted_late_at ON presentations
            WHEN EXISTS (SELECT 1 FROM chats) BEGIN SELECT RAISE(ABORT, 'after the chat'); END";
        sqlx::query(a_moment_later).execute(&mut **writing).await.unwrap();
        tx.commit().await.unwrap();
        browser.accept(&offer).await;
        browser.chat("form").await;
        let mut tx = shop.store.read().await.unwrap();
        assert!(presentation(&mut tx, &offer).await.accepted_late_at.is_some());
    })
    .await;
}
