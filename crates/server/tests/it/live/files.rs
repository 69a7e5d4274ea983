//! Tests files in chats: both ways, once, only what is allowed, and only to whom they belong.

use beckon_engine::time::UnixMs;
use beckon_server::clock::Clock;
use beckon_server::jobs;
use beckon_server::store::Store;
use serde_json::{Value, json};

use super::chats::talking;
use super::client::{Answer, Browser, Console, call};
use super::shop::{ORIGIN, Plan, Shop};
use crate::harness::store_tests;

store_tests!(
    a_picture_goes_both_ways_and_is_shown_under_a_policy_of_its_own,
    a_document_is_saved_and_never_shown,
    what_could_run_is_refused_with_words,
    belongs_to_the_two_sides_of_its_chat,
    is_stored_once_however_often_it_is_sent,
    is_refused_where_visitors_may_send_none,
    is_refused_when_it_is_too_large_or_empty,
    is_deleted_when_no_message_carries_it,
);

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n";

/// A picture of four pixels.
fn png() -> Vec<u8> {
    hex::decode(concat!(
        "89504e470d0a1a0a0000000d4948445200000002000000020802000000fdd49a730000001",
        "049444154789c633821a701440c100a002016043961e6c2ea0000000049454e44ae426082"
    ))
    .unwrap()
}

async fn visitor_sends(
    shop: &Shop,
    browser: &Browser,
    chat: &Value,
    id: &str,
    name: &str,
    content: &[u8],
) -> Answer {
    let path = format!("/live/visitor/files?chat={}&id={id}&name={name}", chat["id"].as_str().unwrap());
    let token = format!("Bearer {}", browser.token());
    let headers = [("authorization", token.as_str()), ("origin", ORIGIN)];
    call(shop.address, "POST", &path, &headers, content).await
}

async fn agent_sends(alice: &Console, chat: &Value, id: &str, name: &str, content: &[u8]) -> Answer {
    let path = format!("/api/v1/chats/{}/files?id={id}&name={name}", chat["id"].as_str().unwrap());
    call(alice.address, "POST", &path, &[("cookie", &alice.cookie)], content).await
}

async fn get(shop: &Shop, url: &Value, headers: &[(&str, &str)]) -> Answer {
    call(shop.address, "GET", url.as_str().unwrap(), headers, b"").await
}

async fn say_with(browser: &mut Browser, chat: &Value, id: &str, file: &Value) {
    let frame = json!({ "type": "say", "chat": chat["id"], "id": id, "text": "", "file": file["id"] });
    browser.socket.send(frame).await;
}

fn is_picture(content: &[u8]) -> bool {
    content.starts_with(b"\x89PNG\r\n\x1a\n")
}

// spec: Q-8
// spec: X-7
async fn a_picture_goes_both_ways_and_is_shown_under_a_policy_of_its_own(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (mut browser, mut alice, chat) = talking(&shop).await;
    let sent = visitor_sends(&shop, &browser, &chat, "f1", "chair.png", &png()).await;
    assert_eq!(sent.status, 201, "{}", sent.text());
    assert_eq!(sent.header("access-control-allow-origin"), ORIGIN);
    say_with(&mut browser, &chat, "f1", &sent.json()).await;
    browser.socket.next_of("ack").await;
    let message = alice.message("").await;
    let file = &message["file"];
    assert_eq!((&file["name"], &file["media_type"]), (&json!("chair.png"), &json!("image/png")));
    assert_eq!(file["picture"], json!({ "width": 2, "height": 2 }));
    for url in [&file["url"], &file["thumb_url"]] {
        let shown = get(&shop, url, &[("cookie", &alice.cookie)]).await;
        assert_eq!(shown.status, 200, "{}", shown.text());
        assert!(is_picture(&shown.body));
        assert_eq!(shown.header("content-security-policy"), "default-src 'none'; sandbox");
        assert_eq!(shown.header("x-content-type-options"), "nosniff");
        assert_eq!(shown.header("content-type"), "image/png");
        assert_eq!(
            shown.header("content-disposition"),
            "attachment; filename=\"chair.png\"; filename*=UTF-8''chair.png"
        );
        assert_eq!(shown.header("cross-origin-resource-policy"), "same-origin");
    }
    let sent = agent_sends(&alice, &chat, "f2", "sofa.png", &png()).await;
    assert_eq!(sent.status, 201, "{}", sent.text());
    let frame = json!({ "type": "say", "chat": chat["id"], "id": "f2", "epoch": chat["owner_epoch"],
                        "text": "This one", "file": sent.json()["id"] });
    alice.socket.send(frame).await;
    let message = browser.message("This one").await;
    for url in [&message["file"]["url"], &message["file"]["thumb_url"]] {
        let shown = get(&shop, url, &[]).await;
        assert_eq!(shown.status, 200, "{}", shown.text());
        assert!(is_picture(&shown.body));
        assert!(shown.header("content-disposition").starts_with("attachment; filename=\"sofa.png\"; "));
        assert_eq!(shown.header("cross-origin-resource-policy"), "cross-origin");
    }
}

// spec: X-7
async fn a_document_is_saved_and_never_shown(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (browser, _alice, chat) = talking(&shop).await;
    let content = [PDF, &vec![b' '; 600_000]].concat();
    let sent = visitor_sends(&shop, &browser, &chat, "f1", "order%20%22%C3%A9%22.html", &content).await;
    assert_eq!(sent.status, 201, "{}", sent.text());
    let file = sent.json();
    assert_eq!((&file["media_type"], &file["picture"]), (&json!("application/pdf"), &Value::Null));
    let saved = get(&shop, &file["url"], &[]).await;
    assert_eq!(saved.status, 200);
    assert_eq!(saved.body, content);
    let disposition = saved.header("content-disposition");
    assert_eq!(
        disposition,
        "attachment; filename=\"order__.html.pdf\"; filename*=UTF-8''order%20%C3%A9.html.pdf"
    );
    assert_eq!(saved.header("content-security-policy"), "default-src 'none'; sandbox");
    let thumb = json!(file["url"].as_str().unwrap().replace('?', "/thumb?"));
    assert_eq!(get(&shop, &thumb, &[]).await.status, 404);
}

// spec: X-7
async fn what_could_run_is_refused_with_words(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (browser, alice, chat) = talking(&shop).await;
    let html = b"<!doctype html><script>alert(1)</script>".as_slice();
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".as_slice();
    for (number, (name, content)) in
        [("a.html", html), ("a.png", html), ("a.svg", svg), ("a.txt", svg)].into_iter().enumerate()
    {
        // An <svg> in a text file is text: it is saved as that.
        let (status, code) = if name == "a.txt" { (201, Value::Null) } else { (415, json!("file_kind")) };
        for sent in [
            visitor_sends(&shop, &browser, &chat, &format!("v{number}"), name, content).await,
            agent_sends(&alice, &chat, &format!("a{number}"), name, content).await,
        ] {
            assert_eq!((sent.status, &sent.json()["code"]), (status, &code), "{name}: {}", sent.text());
        }
    }
    let broken = visitor_sends(&shop, &browser, &chat, "b", "a.png", &png()[..40]).await;
    assert_eq!((broken.status, &broken.json()["code"]), (415, &json!("file_broken")));
    assert!(broken.json()["detail"].as_str().unwrap().len() > 20);
}

// spec: X-6
async fn belongs_to_the_two_sides_of_its_chat(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (browser, alice, chat) = talking(&shop).await;
    let file = visitor_sends(&shop, &browser, &chat, "f1", "a.png", &png()).await.json();
    let url = file["url"].as_str().unwrap();
    let bare = json!(format!("/files/{}", file["id"].as_str().unwrap()));
    let bob = shop.agent("Bob").await;
    assert_eq!(get(&shop, &bare, &[]).await.status, 401);
    assert_eq!(get(&shop, &bare, &[("cookie", &alice.cookie)]).await.status, 200);
    assert_eq!(get(&shop, &bare, &[("cookie", &bob.cookie)]).await.status, 404);
    let (_, ticket) = url.split_once("ticket=").unwrap();
    let other = if ticket.starts_with('0') { "1" } else { "0" };
    let forged = url.replace(ticket, &format!("{other}{}", &ticket[1..]));
    let longer = url.replace("until=", "until=9");
    let past = url.replace("until=", "until=1&x=");
    for wrong in [forged, longer, past] {
        assert_eq!(get(&shop, &json!(wrong), &[]).await.status, 404, "{wrong}");
    }
    let stranger = shop.browser().await;
    let sent = visitor_sends(&shop, &stranger, &chat, "f2", "a.png", &png()).await;
    assert_eq!((sent.status, &sent.json()["code"]), (404, &json!("not_found")));
    assert_eq!(agent_sends(&bob, &chat, "f2", "a.png", &png()).await.status, 404);
    let path = format!("/live/visitor/files?chat={}&id=f3&name=a.png", chat["id"].as_str().unwrap());
    let token = format!("Bearer {}", browser.token());
    let foreign = [("authorization", token.as_str()), ("origin", "https://evil.example")];
    let sent = call(shop.address, "POST", &path, &foreign, &png()).await;
    assert_eq!((sent.status, sent.header("access-control-allow-origin")), (403, ""));
    assert_eq!(call(shop.address, "POST", &path, &[("origin", ORIGIN)], &png()).await.status, 401);
}

// spec: X-1
async fn is_stored_once_however_often_it_is_sent(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (mut browser, mut alice, chat) = talking(&shop).await;
    let first = visitor_sends(&shop, &browser, &chat, "f1", "a.png", &png()).await.json();
    let again = visitor_sends(&shop, &browser, &chat, "f1", "a.png", &png()).await.json();
    assert_eq!(first["id"], again["id"]);
    say_with(&mut browser, &chat, "f1", &first).await;
    let acked = browser.socket.next_of("ack").await;
    say_with(&mut browser, &chat, "f1", &first).await;
    assert_eq!(browser.socket.next_of("ack").await["seq"], acked["seq"]);
    say_with(&mut browser, &chat, "other", &first).await;
    assert_eq!(browser.socket.next_of("refused").await["id"], "other");
    browser.say(&chat["id"], "v2", "end").await;
    assert_eq!(alice.message("").await["seq"], acked["seq"]);
    let end = alice.message("end").await;
    assert_eq!(end["seq"].as_i64().unwrap(), acked["seq"].as_i64().unwrap() + 1);
}

// spec: Q-8
async fn is_refused_where_visitors_may_send_none(store: Store) {
    let queue = json!({ "visitor_files": "refused" });
    let shop = Shop::open(store, Plan { queue, ..Plan::default() }).await;
    let (browser, mut alice, chat) = talking(&shop).await;
    let mut again = Browser::connect(shop.address, Some(ORIGIN)).await;
    let held = json!({ "id": chat["id"], "after": 0 });
    again.hello(&shop.site.key, json!({ "token": browser.token(), "chat": held })).await;
    assert_eq!(again.welcome["chat"]["files"], false);
    let sent = visitor_sends(&shop, &browser, &chat, "f1", "a.png", &png()).await;
    assert_eq!((sent.status, &sent.json()["code"]), (403, &json!("files_off")));
    assert_eq!(agent_sends(&alice, &chat, "f1", "a.png", &png()).await.status, 201);
    alice.command(json!({ "type": "close", "chat": chat["id"] })).await;
    let sent = agent_sends(&alice, &chat, "f2", "a.png", &png()).await;
    assert_eq!((sent.status, &sent.json()["code"]), (409, &json!("chat_closed")));
}

async fn is_refused_when_it_is_too_large_or_empty(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (browser, _alice, chat) = talking(&shop).await;
    let large = vec![b'x'; 10 * 1024 * 1024 + 1];
    let sent = visitor_sends(&shop, &browser, &chat, "f1", "a.txt", &large).await;
    assert_eq!((sent.status, &sent.json()["code"]), (413, &json!("file_too_large")));
    let sent = visitor_sends(&shop, &browser, &chat, "f2", "a.txt", b"").await;
    assert_eq!((sent.status, &sent.json()["code"]), (422, &json!("file_empty")));
    let most = vec![b'x'; 10 * 1024 * 1024];
    let sent = visitor_sends(&shop, &browser, &chat, "f3", "a.txt", &most).await;
    assert_eq!(sent.status, 201, "{}", sent.text());
}

// spec: X-3
async fn is_deleted_when_no_message_carries_it(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (mut browser, alice, chat) = talking(&shop).await;
    let carried = visitor_sends(&shop, &browser, &chat, "f1", "a.png", &png()).await.json();
    say_with(&mut browser, &chat, "f1", &carried).await;
    browser.socket.next_of("ack").await;
    let left = visitor_sends(&shop, &browser, &chat, "f2", "a.png", &png()).await.json();
    let later = Clock::manual(UnixMs(Clock::System.now().0).plus_s(25 * 3600));
    jobs::sweep(&shop.store, &later).await.unwrap();
    let url = |file: &Value| json!(format!("/files/{}", file["id"].as_str().unwrap()));
    let cookie = [("cookie", alice.cookie.as_str())];
    assert_eq!(get(&shop, &url(&carried), &cookie).await.status, 200);
    assert_eq!(get(&shop, &url(&left), &cookie).await.status, 404);
}
