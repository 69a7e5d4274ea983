//! Owns gathering everything that is held on one person, for the file that is handed out (N-4). Who may have it stands in
//! `export`.

use beckon_engine::id::{ChatId, VisitId, VisitorId};
use serde_json::{Value, json};

use super::super::error::Answer;
use super::Customer;
use crate::driver::view::attributes_of;
use crate::store::chat_view::list_chats_of_visitor;
use crate::store::customer::held::{list_enquiries_of, list_mails_of};
use crate::store::customer::link::list_visitors_of;
use crate::store::customer::merge::list_merged;
use crate::store::customer::{CustomerRow, find_customer};
use crate::store::identity::find_identity;
use crate::store::mail::MailRow;
use crate::store::message::list_messages;
use crate::store::page_view::list_page_views;
use crate::store::participant::list_participants;
use crate::store::presentation::list_presentations;
use crate::store::survey::find_survey;
use crate::store::visit::{VisitRow, list_visits_with_state};
use crate::store::{StoreResult, Tx};

const ALL: i64 = i64::MAX;

pub(super) async fn gather(tx: &mut Tx, row: CustomerRow, now: i64) -> Answer<Value> {
    let id = *row.id;
    let mut merged = Vec::new();
    for gone in list_merged(tx, id).await? {
        merged.extend(find_customer(tx, gone).await?.map(Customer::from));
    }
    let mut visitors = Vec::new();
    let mut mails = Vec::new();
    for visitor in list_visitors_of(tx, id).await? {
        mails.extend(list_mails_of(tx, visitor).await?);
        visitors.push(browser(tx, visitor).await?);
    }
    mails.sort_by_key(|mail| (mail.created_at, mail.id.0));
    let mails: Vec<Value> = mails.into_iter().map(mail).collect();
    let customer = Customer::from(row);
    Ok(
        json!({ "exported_at": now, "customer": customer, "merged": merged, "visitors": visitors, "mails": mails }),
    )
}

async fn browser(tx: &mut Tx, visitor: VisitorId) -> StoreResult<Value> {
    let identity = find_identity(tx, visitor).await?.map(|said| {
        json!({ "customer_ref": said.customer_ref, "proof": *said.identity,
                "name": said.identity_name, "email": said.identity_email })
    });
    let mut visits = Vec::new();
    for (visit, state) in list_visits_with_state(tx, visitor).await? {
        visits.push(json!({
            "id": *visit.id, "started_at": visit.started_at, "last_contact_at": visit.heard_at,
            "ended_at": visit.ended_at, "referrer": visit.facts.referrer, "language": visit.facts.language,
            "time_zone": visit.facts.time_zone, "device": *visit.facts.device, "browser": visit.facts.browser,
            "attributes": attributes_of(&state), "pages": pages(tx, &visit).await?,
            "offers": offers(tx, *visit.id).await?,
        }));
    }
    let mut chats = Vec::new();
    for chat in list_chats_of_visitor(tx, visitor).await? {
        let survey = find_survey(tx, *chat.id).await?;
        let survey = survey.map(|given| json!({ "rating": given.rating, "comment": given.comment }));
        chats.push(json!({
            "id": *chat.id, "queue": chat.queue_name, "requested_at": chat.requested_at,
            "ended_at": chat.ended_at, "visitor_name": chat.visitor_name, "agent": chat.agent_name,
            "answers": chat.answers.0, "messages": messages(tx, *chat.id).await?, "survey": survey,
            "participants": participants(tx, *chat.id).await?,
            "disposition": chat.disposition, "tags": chat.tags.0, "note": chat.wrap_up_note,
        }));
    }
    let enquiries: Vec<Value> = list_enquiries_of(tx, visitor)
        .await?
        .into_iter()
        .map(|left| {
            json!({ "id": *left.id, "created_at": left.created_at, "name": left.name, "email": left.email,
                "answers": left.answers.0, "page_url": left.page_url, "handled_at": left.handled_at })
        })
        .collect();
    Ok(
        json!({ "id": visitor, "identity": identity, "visits": visits, "chats": chats, "enquiries": enquiries }),
    )
}

async fn pages(tx: &mut Tx, visit: &VisitRow) -> StoreResult<Vec<Value>> {
    let pages = list_page_views(tx, *visit.id, ALL).await?.into_iter().map(|page| {
        let left_at = page.left_at(visit.heard_at, visit.ended_at);
        json!({ "url": page.url, "title": page.title, "entered_at": page.entered_at,
                "left_at": left_at, "visible_s": page.visible_s })
    });
    Ok(pages.collect())
}

async fn offers(tx: &mut Tx, visit: VisitId) -> StoreResult<Vec<Value>> {
    let offers = list_presentations(tx, visit, ALL).await?.into_iter().map(|shown| {
        json!({ "offer": shown.offer_name, "rule": shown.rule_name, "presented_at": shown.presented_at,
                "outcome": shown.outcome.map(|outcome| *outcome) })
    });
    Ok(offers.collect())
}

/// What was said, with the files by name; the content of a file is read in the chat.
async fn messages(tx: &mut Tx, chat: ChatId) -> StoreResult<Vec<Value>> {
    let messages = list_messages(tx, chat, 0, ALL).await?.into_iter().map(|said| {
        let file = said.file.map(|file| {
            json!({ "id": file.id, "name": file.name, "media_type": file.media_type, "bytes": file.bytes })
        });
        json!({ "from": *said.sender, "name": said.name, "text": said.body, "at": said.sent_at, "file": file,
                "audience": *said.audience })
    });
    Ok(messages.collect())
}

async fn participants(tx: &mut Tx, chat: ChatId) -> StoreResult<Vec<Value>> {
    let people = list_participants(tx, chat).await?.into_iter().map(|person| {
        json!({ "name": person.name, "part": *person.part, "joined_at": person.joined_at,
                "left_at": person.left_at })
    });
    Ok(people.collect())
}

fn mail(row: MailRow) -> Value {
    json!({ "kind": *row.kind, "to": row.recipient, "reply_to": row.reply_to, "subject": row.subject,
            "text": row.text, "created_at": row.created_at, "sent_at": row.sent_at })
}
