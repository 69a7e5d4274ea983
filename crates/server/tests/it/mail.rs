//! Tests the outbox against a real mail server: each mail leaves once, later if need be, and says only what it should.

use std::time::Duration;

use beckon_server::clock::Clock;
use beckon_server::jobs::mails;
use beckon_server::mail::Mailer;
use beckon_server::store::mail::{
    Cause, MailRow, NewMail, delete_old_mails, insert_mail, list_mails, update_mail_claimed,
};
use beckon_server::store::{Store, StoreResult, Tx};
use sqlx::AssertSqlSafe;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::harness::{START, store_tests};
use crate::smtpd::Smtpd;

store_tests!(
    arrives_once_as_it_was_written,
    waits_until_the_server_is_back,
    is_given_up_when_refused_for_good,
    is_given_up_after_two_days_without_a_server,
    has_no_header_that_a_visitor_wrote,
    goes_out_again_after_its_node_died,
    goes_out_once_from_two_nodes,
    goes_out_once_though_it_is_not_noted_at_once,
    is_not_sent_in_the_clear_where_tls_is_required,
);

const MAIL: NewMail<'_> = NewMail {
    id: Uuid::from_u128(7),
    cause: Cause::Enquiry(Uuid::from_u128(1)),
    to: "advice@shop.example",
    reply_to: Some("ann@home.example"),
    subject: "A question",
    text: "Is the chair still there?\nAnn",
};

async fn put(store: &Store, mail: NewMail<'_>) {
    let mut tx = store.write().await.unwrap();
    assert!(insert_mail(&mut tx, mail, START).await.unwrap());
    tx.commit().await.unwrap();
}

async fn pass(store: &Store, clock: &Clock, mailer: Option<&Mailer>) -> StoreResult<()> {
    mails::pass(store, clock, mailer, &CancellationToken::new()).await
}

async fn row(store: &Store) -> MailRow {
    list_mails(&mut store.read().await.unwrap(), 10).await.unwrap().remove(0)
}

async fn arrives_once_as_it_was_written(store: Store) {
    let (server, clock) = (Smtpd::start().await, Clock::manual(START));
    put(&store, MAIL).await;
    for _ in 0..2 {
        pass(&store, &clock, Some(&server.mailer())).await.unwrap();
        clock.advance_ms(300_000);
    }
    let mails = server.mails();
    assert_eq!(mails.len(), 1, "{mails:#?}");
    for line in [
        "From: \"The shop\" <chat@shop.example>\n",
        "To: advice@shop.example\n",
        "Reply-To: ann@home.example\n",
        "Subject: A question\n",
        "Date: Mon, 02 Mar 2026 09:00:00 +0000\n",
        "Message-ID: <00000000-0000-0000-0000-000000000007@shop.example>\n",
        "Auto-Submitted: auto-generated\n",
        "\n\nIs the chair still there?\nAnn",
    ] {
        assert!(mails[0].contains(line), "{line:?} is not in {}", mails[0]);
    }
    let row = row(&store).await;
    assert_eq!((row.sent_at, row.due_at, row.failed, row.tries), (Some(START.0), None, false, 1));
    let mut tx = store.write().await.unwrap();
    delete_old_mails(&mut tx, START).await.unwrap();
    assert_eq!(list_mails(&mut tx, 10).await.unwrap().len(), 1);
    delete_old_mails(&mut tx, START.plus_ms(1)).await.unwrap();
    assert_eq!(list_mails(&mut tx, 10).await.unwrap().len(), 0);
}

async fn waits_until_the_server_is_back(store: Store) {
    let (mut server, clock) = (Smtpd::down(), Clock::manual(START));
    put(&store, MAIL).await;
    pass(&store, &clock, Some(&server.mailer())).await.unwrap();
    let first = row(&store).await;
    assert_eq!((first.due_at, first.tries), (Some(START.plus_s(60).0), 1));
    assert!(first.last_error.contains("refused"), "{}", first.last_error);
    clock.advance_ms(60_000);
    pass(&store, &clock, Some(&server.mailer())).await.unwrap();
    assert_eq!(row(&store).await.due_at, Some(START.plus_s(180).0));
    server.up(&[]).await;
    pass(&store, &clock, Some(&server.mailer())).await.unwrap();
    assert_eq!(server.mails().len(), 0, "it is not due yet");
    clock.advance_ms(120_000);
    pass(&store, &clock, Some(&server.mailer())).await.unwrap();
    assert_eq!(server.mails().len(), 1);
    assert_eq!(row(&store).await.last_error, "");
}

async fn is_given_up_when_refused_for_good(store: Store) {
    let (mut server, clock) = (Smtpd::down(), Clock::manual(START));
    server.up(&["--size", "20"]).await;
    put(&store, MAIL).await;
    for tries in 1..=3 {
        pass(&store, &clock, Some(&server.mailer())).await.unwrap();
        assert_eq!(row(&store).await.tries, tries);
        clock.advance_ms(6 * 3_600_000);
    }
    let row = row(&store).await;
    assert_eq!((row.due_at, row.failed, row.sent_at), (None, true, None));
    assert!(row.last_error.contains("552"), "{}", row.last_error);
}

async fn is_given_up_after_two_days_without_a_server(store: Store) {
    let clock = Clock::manual(START);
    put(&store, MAIL).await;
    for _ in 0..48 {
        pass(&store, &clock, None).await.unwrap();
        clock.advance_ms(3_600_000);
    }
    let row = row(&store).await;
    assert_eq!((row.due_at, row.failed), (None, true));
    assert_eq!(row.last_error, "no mail server is set up");
}

async fn has_no_header_that_a_visitor_wrote(store: Store) {
    let (server, clock) = (Smtpd::start().await, Clock::manual(START));
    let subject = "Hello\r\nBcc: all@shop.example\r\n\r\nA text of my own \u{202e}é";
    put(&store, NewMail { subject, reply_to: Some("a@home.example\r\nBcc: all@shop.example"), ..MAIL }).await;
    let to = "advice@shop.example\r\nBcc: all@shop.example";
    put(&store, NewMail { id: Uuid::from_u128(8), to, ..MAIL }).await;
    pass(&store, &clock, Some(&server.mailer())).await.unwrap();
    let mails = server.mails();
    assert_eq!(mails.len(), 1, "{mails:#?}");
    let (head, _) = mails[0].split_once("\n\n").unwrap();
    assert!(!head.contains("\nBcc:") && !head.contains("Reply-To"), "{head}");
    assert!(head.contains("X-RcptTo: advice@shop.example"), "{head}");
    let rows = list_mails(&mut store.read().await.unwrap(), 10).await.unwrap();
    let refused = rows.iter().find(|row| row.id.0 == Uuid::from_u128(8)).unwrap();
    assert!(refused.sent_at.is_none() && refused.last_error.contains("not an e-mail address"));
}

async fn goes_out_again_after_its_node_died(store: Store) {
    let (server, clock) = (Smtpd::start().await, Clock::manual(START));
    put(&store, MAIL).await;
    let claimed = row(&store).await;
    server.mailer().send(&claimed, claimed.text.clone()).await.unwrap();
    let mut tx = store.write().await.unwrap();
    assert!(update_mail_claimed(&mut tx, &claimed, START.plus_s(180)).await.unwrap());
    tx.commit().await.unwrap();
    pass(&store, &clock, Some(&server.mailer())).await.unwrap();
    assert_eq!(server.mails().len(), 1, "the claim still holds");
    clock.advance_ms(180_000);
    pass(&store, &clock, Some(&server.mailer())).await.unwrap();
    let mails = server.mails();
    let message_id =
        |mail: &String| mail.lines().find(|line| line.starts_with("Message-ID")).unwrap().to_owned();
    assert_eq!(mails.len(), 2);
    assert_eq!(message_id(&mails[0]), message_id(&mails[1]));
}

async fn goes_out_once_from_two_nodes(store: Store) {
    let (server, clock) = (Smtpd::start().await, Clock::manual(START));
    for number in 1..=5 {
        put(&store, NewMail { id: Uuid::from_u128(number), ..MAIL }).await;
    }
    let mailer = server.mailer();
    let (one, other) = tokio::join!(pass(&store, &clock, Some(&mailer)), pass(&store, &clock, Some(&mailer)));
    one.unwrap();
    other.unwrap();
    assert_eq!(server.mails().len(), 5);
}

/// Runs a statement that is not the same in both databases.
async fn run(store: &Store, in_sqlite: &str, in_postgres: &str) {
    let mut tx = store.write().await.unwrap();
    match &mut tx {
        Tx::Sqlite(tx) => drop(sqlx::raw_sql(AssertSqlSafe(in_sqlite)).execute(&mut **tx).await.unwrap()),
        Tx::Postgres(tx) => drop(sqlx::raw_sql(AssertSqlSafe(in_postgres)).execute(&mut **tx).await.unwrap()),
    }
    tx.commit().await.unwrap();
}

async fn goes_out_once_though_it_is_not_noted_at_once(store: Store) {
    let (server, clock) = (Smtpd::start().await, Clock::manual(START));
    put(&store, MAIL).await;
    let refuse = "BEGIN SELECT RAISE(FAIL, 'away'); END";
    let (in_sqlite, in_postgres) = (
        format!("CREATE TRIGGER away BEFORE UPDATE OF sent_at ON mails {refuse}"),
        "ALTER TABLE mails ADD CONSTRAINT away CHECK (sent_at IS NULL)",
    );
    run(&store, &in_sqlite, in_postgres).await;
    let mailer = server.mailer();
    let back = async {
        while server.mails().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        run(&store, "DROP TRIGGER away", "ALTER TABLE mails DROP CONSTRAINT away").await;
    };
    let (passed, ()) = tokio::join!(pass(&store, &clock, Some(&mailer)), back);
    passed.unwrap();
    assert_eq!(row(&store).await.sent_at, Some(START.0));
    clock.advance_ms(300_000);
    pass(&store, &clock, Some(&mailer)).await.unwrap();
    assert_eq!(server.mails().len(), 1);
}

async fn is_not_sent_in_the_clear_where_tls_is_required(store: Store) {
    let (server, clock) = (Smtpd::start().await, Clock::manual(START));
    put(&store, MAIL).await;
    for (scheme, options) in [("smtp", "?tls=required"), ("smtps", "")] {
        pass(&store, &clock, Some(&server.mailer_with(scheme, options))).await.unwrap();
        clock.advance_ms(300_000);
    }
    assert_eq!(row(&store).await.tries, 2);
    assert_eq!(server.mails().len(), 0);
}
