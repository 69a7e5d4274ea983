//! Tests several people in one chat: transfer, invitation, notes, and supervisors who watch, join and take over.

use beckon_engine::id::UserId;
use beckon_engine::time::UnixMs;
use beckon_server::store::Store;
use beckon_server::store::agent::update_agent_heard;
use beckon_server::store::user::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use super::chats::talking;
use super::client::{Browser, Console};
use super::shop::{ORIGIN, Plan, Shop, product};
use crate::harness::store_tests;

store_tests!(
    a_transfer_rings_and_changes_the_owner_once_taken,
    a_transfer_that_is_not_taken_leaves_the_chat_with_its_owner,
    a_transfer_that_is_declined_waits_again_when_the_owner_is_gone,
    a_transfer_to_a_queue_waits_by_its_first_arrival,
    a_transfer_to_a_closed_queue_is_refused_and_the_chat_stays,
    an_invited_agent_joins_writes_and_leaves,
    a_supervisor_watches_whispers_joins_and_takes_over,
    who_is_in_a_chat_sees_who_else_writes,
    who_reads_along_is_not_seen_to_write,
    nobody_beside_the_team_is_told_what_the_team_writes,
    only_who_has_a_chat_decides_about_it,
);

async fn done(console: &mut Console, frame: Value) {
    let answer = console.command(frame).await;
    assert_eq!(answer["type"], "done", "{answer}");
}

async fn refused(console: &mut Console, frame: Value) -> Value {
    let answer = console.command(frame).await;
    assert_eq!(answer["type"], "refused", "{answer}");
    answer
}

fn transfer(chat: &Value, to: UserId, note: &str) -> Value {
    json!({ "type": "transfer", "chat": chat["id"], "to": { "agent": to }, "note": note })
}

/// The chat once it rings at this agent by a call.
async fn called(console: &mut Console) -> Value {
    let me = console.user.to_string();
    let is = |frame: &Value| frame["type"] == "chat" && frame["chat"]["call"]["to"]["id"] == me.as_str();
    console.socket.next("a call", is).await["chat"].clone()
}

/// The chat once this person has it.
async fn owned(console: &mut Console) -> Value {
    let me = console.user.to_string();
    let is =
        |frame: &Value| frame["chat"]["state"] == "active" && frame["chat"]["agent"]["id"] == me.as_str();
    console.socket.next("the chat", is).await["chat"].clone()
}

async fn follow(console: &mut Console, chat: &Value) {
    console.socket.send(json!({ "type": "follow", "chat": chat["id"], "after": 0 })).await;
}

async fn note(console: &mut Console, chat: &Value, id: &str, text: &str) {
    let epoch = &chat["owner_epoch"];
    let frame = json!({ "type": "say", "chat": chat["id"], "id": id, "epoch": epoch, "text": text, "audience": "staff" });
    console.socket.send(frame).await;
}

// spec: Q-9 X-2
async fn a_transfer_rings_and_changes_the_owner_once_taken(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (mut browser, mut alice, chat) = talking(&shop).await;
    let mut bob = shop.agent("Bob").await;
    alice.say(&chat, "a1", "I ask a colleague.").await;
    done(&mut alice, transfer(&chat, bob.user, "Wants a discount")).await;

    let ringing = called(&mut bob).await;
    assert_eq!(ringing["call"]["note"], "Wants a discount");
    assert_eq!((&ringing["state"], &ringing["agent"]["name"]), (&json!("active"), &json!("Alice")));
    follow(&mut bob, &chat).await;
    bob.message("I ask a colleague.").await;
    assert_eq!(bob.message("Wants a discount").await["audience"], "staff");
    // Until it is taken the chat is Alice's.
    alice.say(&chat, "a2", "One moment.").await;
    browser.message("One moment.").await;

    done(&mut bob, json!({ "type": "accept", "chat": chat["id"] })).await;
    let taken = owned(&mut bob).await;
    assert_eq!(taken["owner_epoch"], chat["owner_epoch"].as_i64().unwrap() + 1);
    assert!(taken["call"].is_null());
    assert_eq!(browser.message("handed_over").await["name"], "Bob");
    let is = |frame: &Value| frame["chat"]["agent"]["name"] == "Bob";
    browser.socket.next("the new agent", is).await;
    bob.say(&taken, "b1", "Ten percent.").await;
    browser.message("Ten percent.").await;

    // The former owner is told who has it, and why a late message was not taken.
    let is = |frame: &Value| frame["type"] == "chat" && frame["chat"]["agent"]["name"] == "Bob";
    let shell = alice.socket.next("the new owner", is).await["chat"].clone();
    assert!(shell["last_message"].is_null());
    alice.say(&chat, "a3", "Too late").await;
    let late = alice.socket.next("a refusal", |frame| frame["id"] == "a3").await;
    assert_eq!((&late["code"], &late["detail"]), (&json!("stale_owner"), &json!("Bob has this chat now.")));
}

// spec: Q-9 X-3
async fn a_transfer_that_is_not_taken_leaves_the_chat_with_its_owner(store: Store) {
    let queue = json!({ "routing": { "ring_time_s": 2 } });
    let shop = Shop::open(store, Plan { queue, ..Plan::default() }).await;
    let (mut browser, mut alice, chat) = talking(&shop).await;
    let mut bob = shop.agent("Bob").await;
    done(&mut alice, transfer(&chat, bob.user, "")).await;
    called(&mut bob).await;
    let again = refused(&mut alice, transfer(&chat, bob.user, "")).await;
    assert_eq!(again["code"], "taken", "{again}");
    let away = bob.socket.next("away", |frame| frame["reason"] == "no_answer").await;
    assert_eq!(away["status"], "away");
    follow(&mut alice, &chat).await;
    assert_eq!(alice.message("call_unanswered").await["name"], "Bob");
    alice.say(&chat, "a1", "Still me").await;
    browser.message("Still me").await;
    let is = refused(&mut bob, json!({ "type": "accept", "chat": chat["id"] })).await;
    assert_eq!((&is["code"], &is["detail"]), (&json!("taken"), &json!("Alice has this chat.")));
}

// spec: Q-9 X-3
async fn a_transfer_that_is_declined_waits_again_when_the_owner_is_gone(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (mut browser, mut alice, chat) = talking(&shop).await;
    let mut bob = shop.agent("Bob").await;
    done(&mut alice, transfer(&chat, bob.user, "")).await;
    called(&mut bob).await;
    let gone = alice.user;
    alice.socket.leave().await;
    let mut tx = shop.store.write().await.unwrap();
    update_agent_heard(&mut tx, gone, UnixMs(0)).await.unwrap();
    tx.commit().await.unwrap();
    done(&mut bob, json!({ "type": "decline", "chat": chat["id"] })).await;
    browser.message("transferred").await;
    assert_eq!(browser.chat("queued").await["position"], 1);
    let mut carl = shop.agent("Carl").await;
    // Whoever is free is rung: nobody is left out for having declined the call.
    let mut taker = tokio::select! { _ = bob.ring() => bob, _ = carl.ring() => carl };
    done(&mut taker, json!({ "type": "accept", "chat": chat["id"] })).await;
    owned(&mut taker).await;
}

/// A second queue of the shop, served by this person alone.
async fn second_queue(shop: &Shop, agent: UserId) -> String {
    let ada = shop.person("Ada", Role::Admin).await;
    let body = json!({ "name": "Returns", "agents": [agent] });
    let (status, queue) = ada.write(&format!("/api/v1/sites/{}/queues", *shop.site.id), &body).await;
    assert_eq!(status, 201, "{queue}");
    queue["id"].as_str().unwrap().to_owned()
}

// spec: Q-9 Q-3
async fn a_transfer_to_a_queue_waits_by_its_first_arrival(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (mut browser, mut alice, chat) = talking(&shop).await;
    let mut rita = shop.person("Rita", Role::Agent).await;
    let returns = second_queue(&shop, rita.user).await;
    let frame = json!({ "type": "transfer", "chat": chat["id"], "to": { "queue": returns }, "note": "Wants to return it" });
    done(&mut alice, frame).await;
    browser.message("transferred").await;
    let waiting = browser.chat("queued").await;
    assert_eq!((&waiting["id"], &waiting["position"]), (&chat["id"], &json!(1)));
    done(&mut rita, json!({ "type": "status", "status": "ready" })).await;
    let ringing = rita.ring().await;
    assert_eq!((&ringing["queue"]["name"], &ringing["queued_at"]), (&json!("Returns"), &chat["queued_at"]));
    done(&mut rita, json!({ "type": "accept", "chat": chat["id"] })).await;
    follow(&mut rita, &chat).await;
    rita.message("Wants to return it").await;
    let taken = owned(&mut rita).await;
    rita.say(&taken, "r1", "Of course.").await;
    browser.message("Of course.").await;
    alice.say(&chat, "a1", "late").await;
    let late = alice.socket.next("a refusal", |frame| frame["id"] == "a1").await;
    assert_eq!(late["code"], "stale_owner");
}

// spec: Q-9 Q-1 Q-6
async fn a_transfer_to_a_closed_queue_is_refused_and_the_chat_stays(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (mut browser, mut alice, chat) = talking(&shop).await;
    let rita = shop.person("Rita", Role::Agent).await;
    let returns = second_queue(&shop, rita.user).await;
    let root = shop.person("Root", Role::Admin).await;
    let switches = format!("/api/v1/queues/{returns}/switches");
    let frame = || json!({ "type": "transfer", "chat": chat["id"], "to": { "queue": returns }, "note": "" });
    for (text, closed, open) in [
        (
            "closed by hand",
            json!({ "by_hand": { "open": false, "until": null } }),
            json!({ "by_hand": null }),
        ),
        ("switched off", json!({ "channel_on": false }), json!({ "channel_on": true })),
    ] {
        assert_eq!(root.send("PATCH", &switches, &closed).await.0, 200, "{closed}");
        let said = refused(&mut alice, frame()).await;
        assert_eq!(said["code"], "unavailable", "{closed}");
        assert_eq!(said["detail"], "This queue is closed now. The chat stays with you.", "{closed}");
        alice.say(&chat, text, text).await;
        browser.message(text).await;
        assert_eq!(root.send("PATCH", &switches, &open).await.0, 200, "{open}");
    }
    done(&mut alice, frame()).await;
    browser.message("transferred").await;
}

// spec: Q-9
async fn an_invited_agent_joins_writes_and_leaves(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (mut browser, mut alice, chat) = talking(&shop).await;
    let mut bob = shop.agent("Bob").await;
    done(&mut alice, json!({ "type": "invite", "chat": chat["id"], "agent": bob.user, "note": "About oak" }))
        .await;
    assert_eq!(called(&mut bob).await["call"]["purpose"], "invite");
    done(&mut bob, json!({ "type": "accept", "chat": chat["id"] })).await;
    let is = |frame: &Value| frame["message"]["text"] == "agent_joined" && frame["message"]["name"] == "Bob";
    browser.socket.next("Bob", is).await;
    let is = |frame: &Value| frame["chat"]["guests"][0]["name"] == "Bob";
    let joined = alice.socket.next("the guest", is).await["chat"].clone();
    assert_eq!(joined["agent"]["name"], "Alice");
    follow(&mut bob, &chat).await;
    bob.say(&joined, "b1", "Oak it is.").await;
    assert_eq!(browser.message("Oak it is.").await["name"], "Bob");
    alice.say(&chat, "a1", "Thank you, Bob.").await;
    bob.message("Thank you, Bob.").await;
    browser.say(&chat["id"], "v1", "Thank you both").await;
    bob.message("Thank you both").await;

    done(&mut bob, json!({ "type": "leave", "chat": chat["id"] })).await;
    assert_eq!(browser.message("guest_left").await["name"], "Bob");
    bob.say(&joined, "b2", "And").await;
    let is = bob.socket.next("a refusal", |frame| frame["id"] == "b2").await;
    assert_eq!(is["code"], "not_yours");
    alice.say(&chat, "a2", "Still here").await;
    browser.message("Still here").await;
}

// spec: Q-9 X-2
async fn a_supervisor_watches_whispers_joins_and_takes_over(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (mut browser, mut alice, chat) = talking(&shop).await;
    let mut sue = shop.person("Sue", Role::Supervisor).await;
    done(&mut sue, json!({ "type": "watch", "chat": chat["id"] })).await;
    follow(&mut sue, &chat).await;
    browser.say(&chat["id"], "v1", "Is it oak?").await;
    sue.message("Is it oak?").await;
    let is = |frame: &Value| frame["chat"]["watchers"][0]["name"] == "Sue";
    sue.socket.next("herself", is).await;
    sue.say(&chat, "s1", "May I").await;
    assert_eq!(sue.socket.next("a refusal", |frame| frame["id"] == "s1").await["code"], "not_yours");
    note(&mut sue, &chat, "s2", "It is ash").await;
    let whisper = alice.message("It is ash").await;
    assert_eq!((&whisper["audience"], &whisper["name"]), (&json!("staff"), &json!("Sue")));

    done(&mut sue, json!({ "type": "join", "chat": chat["id"] })).await;
    let is = |frame: &Value| frame["message"]["text"] == "agent_joined" && frame["message"]["name"] == "Sue";
    browser.socket.next("Sue", is).await;
    sue.say(&chat, "s3", "It is ash.").await;
    browser.message("It is ash.").await;

    done(&mut sue, json!({ "type": "take_over", "chat": chat["id"] })).await;
    let taken = owned(&mut sue).await;
    assert_eq!((&taken["guests"], &taken["watchers"]), (&json!([]), &json!([])));
    assert_eq!(browser.message("handed_over").await["name"], "Sue");
    let is = |frame: &Value| frame["type"] == "chat" && frame["chat"]["agent"]["name"] == "Sue";
    alice.socket.next("the new owner", is).await;
    alice.say(&chat, "a1", "late").await;
    let late = alice.socket.next("a refusal", |frame| frame["id"] == "a1").await;
    assert_eq!(late["detail"], "Sue has this chat now.");
    assert_eq!(alice.socket.told("watchers"), 0);
}

/// Waits until what was told before has come to everyone: the first of the two may come along with it.
async fn settle(alice: &mut Console, others: &mut [&mut Console], browser: &mut Browser, chat: &Value) {
    for text in ["One moment.", "Yes, it is."] {
        alice.say(chat, text, text).await;
        alice.message(text).await;
        browser.message(text).await;
        for other in &mut *others {
            other.message(text).await;
        }
    }
}

fn writes(chat: &Value) -> Value {
    json!({ "type": "typing", "chat": chat["id"] })
}

// spec: Q-8 Q-9
async fn who_is_in_a_chat_sees_who_else_writes(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (mut browser, mut alice, chat) = talking(&shop).await;
    let mut bob = shop.agent("Bob").await;
    done(&mut alice, json!({ "type": "invite", "chat": chat["id"], "agent": bob.user })).await;
    called(&mut bob).await;
    done(&mut bob, json!({ "type": "accept", "chat": chat["id"] })).await;
    let mut sue = shop.person("Sue", Role::Supervisor).await;
    done(&mut sue, json!({ "type": "watch", "chat": chat["id"] })).await;
    follow(&mut bob, &chat).await;
    follow(&mut sue, &chat).await;
    settle(&mut alice, &mut [&mut bob, &mut sue], &mut browser, &chat).await;
    bob.socket.send(writes(&chat)).await;
    for told in [&mut alice.socket, &mut sue.socket, &mut browser.socket] {
        assert_eq!(told.next_of("typing").await["name"], "Bob");
    }
    alice.socket.send(writes(&chat)).await;
    assert_eq!(bob.socket.next_of("typing").await["name"], "Alice", "nobody is told of themselves");
    for told in [&mut sue.socket, &mut browser.socket] {
        assert_eq!(told.next_of("typing").await["name"], "Alice");
    }
    assert_eq!(alice.socket.told("typing"), 0);
    browser.socket.send(writes(&chat)).await;
    for told in [&mut alice.socket, &mut bob.socket, &mut sue.socket] {
        assert_eq!(told.next_of("typing").await["name"], Value::Null);
    }
}

// spec: Q-8 Q-9 X-6
async fn who_reads_along_is_not_seen_to_write(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (mut browser, mut alice, chat) = talking(&shop).await;
    let mut sue = shop.person("Sue", Role::Supervisor).await;
    done(&mut sue, json!({ "type": "watch", "chat": chat["id"] })).await;
    follow(&mut sue, &chat).await;
    sue.socket.send(writes(&chat)).await;
    note(&mut sue, &chat, "s1", "It is ash").await;
    alice.message("It is ash").await;
    settle(&mut alice, &mut [&mut sue], &mut browser, &chat).await;
    assert_eq!((browser.socket.told("typing"), alice.socket.told("typing")), (0, 0));
}

// spec: Q-9 X-6
async fn nobody_beside_the_team_is_told_what_the_team_writes(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (mut browser, mut alice, chat) = talking(&shop).await;
    note(&mut alice, &chat, "n1", "A regular customer").await;
    alice.socket.next_of("ack").await;
    alice.say(&chat, "a1", "Good morning").await;
    let spoken = browser.message("Good morning").await;
    let token = browser.token().to_owned();
    let hidden =
        browser.socket.next("the number", |frame| frame["message"]["seq"] == 2).await["message"].clone();
    assert_eq!(
        (&hidden["from"], &hidden["text"], &hidden["name"]),
        (&json!("system"), &json!(""), &json!(""))
    );
    assert_eq!(spoken["seq"], 3);
    browser.socket.leave().await;
    // Neither after a reload nor when a gap is filled.
    let mut back = Browser::connect(shop.address, Some(ORIGIN)).await;
    back.hello(
        &shop.site.key,
        json!({ "token": token, "pages": [product(1)], "chat": { "id": chat["id"], "after": 0 } }),
    )
    .await;
    let mut numbers = Vec::new();
    for _ in 0..3 {
        let frame = back.socket.next_of("message").await;
        assert!(!frame.to_string().contains("regular"), "{frame}");
        numbers.push(frame["message"]["seq"].as_i64().unwrap());
    }
    assert_eq!(numbers, [1, 2, 3]);
    back.socket.send(json!({ "type": "resume", "chat": chat["id"], "after": 1 })).await;
    assert_eq!(back.socket.next_of("message").await["message"]["text"], "");
}

// spec: Q-9 X-6
async fn only_who_has_a_chat_decides_about_it(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (_browser, mut alice, chat) = talking(&shop).await;
    let mut bob = shop.agent("Bob").await;
    for frame in [
        transfer(&chat, bob.user, ""),
        json!({ "type": "invite", "chat": chat["id"], "agent": bob.user }),
        json!({ "type": "watch", "chat": chat["id"] }),
        json!({ "type": "join", "chat": chat["id"] }),
        json!({ "type": "take_over", "chat": chat["id"] }),
        json!({ "type": "recall", "chat": chat["id"] }),
        json!({ "type": "close", "chat": chat["id"] }),
    ] {
        assert_eq!(refused(&mut bob, frame).await["code"], "not_yours");
    }
    note(&mut bob, &chat, "n1", "curious").await;
    assert_eq!(bob.socket.next("a refusal", |frame| frame["id"] == "n1").await["code"], "not_yours");
    follow(&mut bob, &chat).await;
    assert_eq!(bob.socket.next_of("refused").await["code"], "not_yours");
    let nobody = UserId(Uuid::now_v7());
    assert_eq!(refused(&mut alice, transfer(&chat, nobody, "")).await["code"], "not_found");
    let own = alice.user;
    assert_eq!(refused(&mut alice, transfer(&chat, own, "")).await["code"], "unavailable");
    let long = "x".repeat(1_001);
    assert_eq!(refused(&mut alice, transfer(&chat, bob.user, &long)).await["code"], "bad_frame");
    done(&mut bob, json!({ "type": "status", "status": "away" })).await;
    let away = refused(&mut alice, transfer(&chat, bob.user, "")).await;
    assert_eq!((&away["code"], &away["detail"]), (&json!("unavailable"), &json!("Bob is away now.")));
}
