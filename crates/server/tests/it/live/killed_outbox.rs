//! Tests that what is to leave by itself is not forgotten when the server is killed, and leaves once: mails about enquiries,
//! promised transcripts, and what webhooks are told.

use beckon_server::store::mail::MailRow;
use serde_json::{Value, json};

use super::client::Browser;
use super::killed::{reactive, talking};
use super::program::Place;
use super::shop::Plan;
use crate::harness::{Database, database_tests};
use crate::listener::Listener;
use crate::smtpd::Smtpd;

database_tests!(
    a_mail_about_an_enquiry_leaves_when_the_mail_server_is_there,
    a_promised_transcript_leaves_when_the_mail_server_is_there,
    a_webhook_that_answered_with_an_error_is_told_again,
);

/// After a first try that failed a mail waits for a minute.
const MAIL_WAITS_S: i64 = 61;
/// After a first try that failed a delivery waits for five seconds.
const DELIVERY_WAITS_S: i64 = 6;

/// No offers, and a queue that takes enquiries while nobody is there.
fn with_enquiries() -> Plan {
    let queue = json!({
        "alternatives": { "no_agent": { "do": "enquiry" } },
        "enquiry": { "emails": ["advice@shop.example"] },
    });
    Plan { queue, required_time_s: 86_400, ..Plan::default() }
}

/// A place whose server sends its mail there.
async fn place_with_mail(database: Database, plan: Plan, server: &Smtpd) -> Place {
    let mail = server.settings("smtp", "");
    Place::open_with(database, plan, &["--smtp-url", &mail.smtp_url, "--mail-from", &mail.from]).await
}

/// The one mail was tried, and is to be tried again.
fn is_put_off(mails: &[MailRow]) -> bool {
    mails.len() == 1 && mails[0].due_at.is_some() && !mails[0].last_error.is_empty()
}

/// The server is killed while the one mail waits for its next try, and starts when that is due and the mail server is there.
/// Yields the mail that left, as the mail server has it.
async fn leaves_after_a_kill(place: &mut Place, server: &mut Smtpd) -> String {
    place.mails_once(is_put_off).await;
    place.kill();
    server.up(&[]).await;
    place.die(MAIL_WAITS_S).await;
    place.mails_once(|mails| mails[0].sent_at.is_some()).await;
    place.look_again().await;
    let rows = place.mails_once(|_| true).await;
    assert_eq!((rows.len(), rows[0].tries, rows[0].due_at), (1, 2, None));
    let mut mails = server.mails();
    assert_eq!(mails.len(), 1, "{mails:#?}");
    mails.remove(0)
}

/// A visitor who cannot have a chat leaves an enquiry; yields what their browser sent.
async fn enquire(browser: &mut Browser) -> Value {
    browser.socket.send(json!({ "type": "open_chat" })).await;
    let told = browser.socket.next_of("alternative").await;
    let answers = json!({ "name": "Ann", "email": "ann@home.example", "message": "Is it oak?" });
    let enquiry = json!({ "type": "send_enquiry", "id": "e1", "queue": told["queue"], "answers": answers });
    browser.socket.send(enquiry.clone()).await;
    browser.socket.next_of("enquiry_taken").await;
    enquiry
}

// spec: Q-6 X-3
async fn a_mail_about_an_enquiry_leaves_when_the_mail_server_is_there(database: Database) {
    let mut server = Smtpd::down();
    let mut place = place_with_mail(database, with_enquiries(), &server).await;
    let mut browser = place.browser().await;
    let enquiry = enquire(&mut browser).await;
    let list = place.of_site("enquiries");
    place.once(&list, |list| list["items"][0]["mail"] == "waiting").await;
    let mail = leaves_after_a_kill(&mut place, &mut server).await;
    assert!(mail.contains("To: advice@shop.example\n") && mail.contains("Is it oak?"), "{mail}");
    // A browser that was not answered sends again what it sent.
    let mut back = place.back(&browser, &Value::Null).await;
    back.socket.send(enquiry).await;
    back.socket.next_of("enquiry_taken").await;
    let listed = place.once(&list, |list| list["items"][0]["mail"] == "sent").await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed:#}");
    assert_eq!(place.mails_once(|_| true).await.len(), 1);
}

// spec: P-7 X-3
async fn a_promised_transcript_leaves_when_the_mail_server_is_there(database: Database) {
    let mut server = Smtpd::down();
    let mut place = place_with_mail(database, reactive(json!({})), &server).await;
    let (mut browser, _alice, chat) = talking(&place).await;
    let wish = json!({ "type": "transcript", "chat": chat["id"], "email": "nora@visitor.example" });
    browser.socket.send(wish).await;
    browser.socket.next("promised", |frame| frame["chat"]["transcript"] == "promised").await;
    // The promise is kept by whoever comes after, and so is the mail.
    place.die(0).await;
    let mut back = place.back(&browser, &chat["id"]).await;
    assert_eq!(back.welcome["chat"]["transcript"], "promised");
    back.socket.send(json!({ "type": "end_chat", "chat": chat["id"] })).await;
    back.chat("ended").await;
    let mail = leaves_after_a_kill(&mut place, &mut server).await;
    assert!(mail.contains("To: nora@visitor.example\n") && mail.contains("Alice: Good morning"), "{mail}");
}

// spec: N-2 X-3
async fn a_webhook_that_answered_with_an_error_is_told_again(database: Database) {
    let listener = Listener::start().await;
    listener.answer(&[500]);
    let mut place = Place::open_with(database, with_enquiries(), &["--outbound-allow", "127.0.0.0/8"]).await;
    let wanted = json!({ "name": "CRM", "url": listener.url, "events": ["enquiry.received"] });
    let (status, made) = place.console("Ada").await.write("/api/v1/webhooks", &wanted).await;
    assert_eq!(status, 201, "{made}");
    enquire(&mut place.browser().await).await;
    let log = format!("/api/v1/webhooks/{}/deliveries", made["webhook"]["id"].as_str().unwrap());
    let listed = place.once(&log, |log| log["items"][0].is_object()).await;
    let delivery = format!("{log}/{}", listed["items"][0]["event_id"].as_str().unwrap());
    place.once(&delivery, |one| one["tries"][0]["status"] == 500).await;
    place.die(DELIVERY_WAITS_S).await;
    place.once(&delivery, |one| one["delivery"]["state"] == "delivered").await;
    place.look_again().await;
    let told = listener.told();
    assert_eq!(told.len(), 2, "{told:#?}");
    assert_eq!((&told[0].id, &told[0].text), (&told[1].id, &told[1].text));
    assert!(told[1].is_signed_by(made["secret"].as_str().unwrap()));
}
