//! A visitor asks for the whole chat again and again and reads nothing. The server cuts them off after its time for sending,
//! does not wait with anybody else's messages, and the chat is whole when the visitor reads it at last.

use std::time::Duration;

use anyhow::Context;
use serde_json::json;

use crate::rig::scene::Scene;
use crate::rig::socket::{Heard, Socket};
use crate::shop::{BROWSER, ORIGIN};

/// Messages in the chat, each of some 3 KB.
const MESSAGES: usize = 40;
/// Times that all of it is asked for.
const TIMES: usize = 50;
/// The server gives up sending after 10 s.
const CUT_OFF_WITHIN: Duration = Duration::from_secs(14);

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    let address = scene.stage.nodes[0].address();
    let headers = [("origin", ORIGIN.to_owned()), ("user-agent", BROWSER.to_owned())];
    let mut socket = Socket::connect(address, "/live/visitor", &headers).await?;
    socket.send(&scene.stage.shop.hello("/about")).await?;
    let wait = Duration::from_secs(10);
    let token = socket.next_of("welcome", wait).await?["token"].clone();
    socket.send(&json!({ "type": "open_chat" })).await?;
    let chat = socket.next_of("chat", wait).await?["chat"]["id"].clone();
    let view = scene.book.view("the slow reader", "visitor", chat.as_str().context("a chat has an id")?);
    for number in 0..MESSAGES {
        let (id, text) =
            (format!("slow-{}-{number}", scene.dice.below(1 << 40)), "word ".repeat(600).trim().to_owned());
        view.lock().expect("nobody panics with a view open").say(&id, &text);
        socket.send(&json!({ "type": "say", "chat": chat, "id": id, "text": text })).await?;
        let ack = socket.next_of("ack", wait).await?;
        view.lock()
            .expect("nobody panics with a view open")
            .ack(&id, ack["seq"].as_i64().unwrap_or_default());
    }
    for _ in 0..TIMES {
        socket.send(&json!({ "type": "resume", "chat": chat, "after": 0 })).await?;
    }
    scene.hold(CUT_OFF_WITHIN).await;
    while let Heard::Frame(_) = socket.next(Duration::from_secs(1)).await {}
    if socket.send(&json!({ "type": "beat" })).await.is_ok()
        && matches!(socket.next(Duration::from_secs(3)).await, Heard::Frame(_) | Heard::Nothing)
    {
        scene.book.violated("rig", "a visitor who reads nothing is not cut off");
    }
    let mut hello = scene.stage.shop.hello("/about");
    hello["token"] = token;
    let mut socket = Socket::connect(address, "/live/visitor", &headers).await?;
    socket.send(&hello).await?;
    socket.next_of("welcome", wait).await?;
    socket.send(&json!({ "type": "end_chat", "chat": chat })).await?;
    socket.next_of("chat", wait).await?;
    socket.leave().await;
    Ok(())
}
