//! Tests what an enquiry knows of its mails, before and after they are forgotten.

use beckon_engine::id::ChatId;
use beckon_server::store::enquiry::{EnquiryMail, NewEnquiry, find_enquiry, insert_enquiry};
use beckon_server::store::mail::{
    Cause, NewMail, delete_old_mails, insert_mail, list_mails, update_mail_failed, update_mail_sent,
};
use beckon_server::store::queue::insert_queue;
use beckon_server::store::{Store, Tx};
use uuid::Uuid;

use super::fixtures::{queue, site, visit};
use crate::harness::{START, store_tests};

store_tests!(
    an_enquiry_says_what_became_of_its_mails,
    an_enquiry_keeps_how_its_mails_ended_when_they_are_forgotten,
);

const FIRST: Uuid = Uuid::from_u128(1);
const SECOND: Uuid = Uuid::from_u128(2);
const MAIL: NewMail<'_> = NewMail {
    id: FIRST,
    cause: Cause::Transcript(ChatId(Uuid::nil())),
    to: "advice@shop.example",
    reply_to: None,
    subject: "A question",
    text: "Is the chair still there?",
};

/// An enquiry with these mails.
async fn enquiry(tx: &mut Tx, mails: &[Uuid]) -> Uuid {
    let shop = site(tx, "Shop").await;
    let desk = queue(*shop.id, "Desk");
    insert_queue(tx, &desk).await.unwrap();
    let (visitor, visit) = visit(tx, *shop.id, START).await;
    let new = NewEnquiry {
        id: Uuid::now_v7(),
        site: *shop.id,
        queue: *desk.id,
        visitor,
        visit,
        chat: None,
        client_id: "e1".to_owned(),
        name: "Ann".to_owned(),
        email: "ann@home.example".to_owned(),
        answers: Vec::new(),
        page_url: String::new(),
    };
    assert!(insert_enquiry(tx, &new, START).await.unwrap());
    for id in mails {
        let mail = NewMail { id: *id, cause: Cause::Enquiry(new.id), ..MAIL };
        assert!(insert_mail(tx, mail, START).await.unwrap());
    }
    new.id
}

async fn mail_of(tx: &mut Tx, enquiry: Uuid) -> Option<EnquiryMail> {
    find_enquiry(tx, enquiry).await.unwrap().unwrap().mail.map(|mail| *mail)
}

/// Gives a mail up.
async fn give_up(tx: &mut Tx, id: Uuid) {
    let mut row = list_mails(tx, 10).await.unwrap().into_iter().find(|row| *row.id == id).unwrap();
    // As it was before its claim.
    row.tries -= 1;
    update_mail_failed(tx, &row, None, "refused").await.unwrap();
}

// spec: Q-6
async fn an_enquiry_says_what_became_of_its_mails(store: Store) {
    let mut tx = store.write().await.unwrap();
    let without = enquiry(&mut tx, &[]).await;
    assert_eq!(mail_of(&mut tx, without).await, None);
    let id = enquiry(&mut tx, &[FIRST, SECOND]).await;
    assert_eq!(mail_of(&mut tx, id).await, Some(EnquiryMail::Waiting));
    update_mail_sent(&mut tx, FIRST, START).await.unwrap();
    assert_eq!(mail_of(&mut tx, id).await, Some(EnquiryMail::Waiting), "the other has not left");
    update_mail_sent(&mut tx, SECOND, START).await.unwrap();
    assert_eq!(mail_of(&mut tx, id).await, Some(EnquiryMail::Sent));
    let id = enquiry(&mut tx, &[Uuid::from_u128(3), Uuid::from_u128(4)]).await;
    give_up(&mut tx, Uuid::from_u128(3)).await;
    assert_eq!(mail_of(&mut tx, id).await, Some(EnquiryMail::Failed));
}

// spec: Q-6
async fn an_enquiry_keeps_how_its_mails_ended_when_they_are_forgotten(store: Store) {
    let mut tx = store.write().await.unwrap();
    let without = enquiry(&mut tx, &[]).await;
    let sent = enquiry(&mut tx, &[FIRST]).await;
    update_mail_sent(&mut tx, FIRST, START).await.unwrap();
    let failed = enquiry(&mut tx, &[SECOND, Uuid::from_u128(3)]).await;
    give_up(&mut tx, SECOND).await;
    let later = START.plus_s(60);
    delete_old_mails(&mut tx, later).await.unwrap();
    assert_eq!(mail_of(&mut tx, failed).await, Some(EnquiryMail::Failed), "though one waits still");
    update_mail_sent(&mut tx, Uuid::from_u128(3), START).await.unwrap();
    delete_old_mails(&mut tx, later).await.unwrap();
    assert_eq!(list_mails(&mut tx, 10).await.unwrap().len(), 0);
    assert_eq!(mail_of(&mut tx, failed).await, Some(EnquiryMail::Failed));
    assert_eq!(mail_of(&mut tx, sent).await, Some(EnquiryMail::Sent));
    assert_eq!(mail_of(&mut tx, without).await, None);
}
