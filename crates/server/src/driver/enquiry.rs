//! Owns what a visitor leaves instead of a chat: checked, bounded, stored once, and written to the addresses of the
//! queue in the same unit of work. How the console deals with it stands in `http`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use beckon_engine::id::{ChatId, QueueId, VisitId, VisitorId};
use beckon_engine::queue::enquiry::{Instead, Missed};
use beckon_engine::queue::{Alternative, Field, FieldKind};

use super::Driver;
use super::address::clean;
use super::conversation::Refusal;
use super::form::{Given, check, visitor_name};
use super::instead::{closed_because, shown};
use super::notice::RefusalCode;
use super::notice::visitor::VisitorNotice;
use super::sites::Site;
use crate::bus::Hint;
use crate::store::chat::{Answer, find_chat};
use crate::store::customer::link::find_prefill;
use crate::store::enquiry::{
    NewEnquiry, find_enquiry_counts, find_enquiry_sent, insert_enquiry, update_enquiry_mail_failed,
};
use crate::store::mail::{Cause, NewMail, insert_mail};
use crate::store::webhook::event::{EnquiryEvent, insert_enquiry_event};
use crate::store::{StoreResult, Tx};

/// Enquiries of one visitor, and of a whole site, within an hour.
const OF_VISITOR_MAX: i64 = 5;
const OF_SITE_MAX: i64 = 1_000;
const WITHIN_MS: i64 = 3_600_000;
/// Longest id that a browser may give an enquiry, bytes.
const ID_LEN_MAX: usize = 64;
const SUBJECT_NAME_LEN_MAX: usize = 80;

/// What a browser sent.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The browser's id for it.
    pub id: String,
    /// The queue it is for.
    pub queue: QueueId,
    /// The chat that ended for it, if any.
    pub chat: Option<ChatId>,
    /// Answers by key.
    pub answers: BTreeMap<String, Given>,
}

/// Who sends it, and from where.
#[derive(Clone, Debug)]
pub struct Writer<'a> {
    /// The site.
    pub site: &'a Site,
    /// The visitor.
    pub visitor: VisitorId,
    /// The visit.
    pub visit: VisitId,
    /// Tag of the browser's language, for the labels.
    pub language: &'a str,
}

impl Driver {
    /// Takes an enquiry, once; sent again it is taken as well, and changes nothing.
    ///
    /// # Errors
    /// When a field is wrong, the queue is not the site's, too many were sent, or the database failed.
    pub async fn send_enquiry(&self, writer: &Writer<'_>, sent: Sent) -> Result<VisitorNotice, Refusal> {
        let Sent { id, queue, chat, answers } = sent;
        let refuse = |code, detail: &str| {
            Refusal::from(VisitorNotice::Refused { id: Some(id.clone()), code, detail: detail.to_owned() })
        };
        if id.is_empty() || id.len() > ID_LEN_MAX || id.contains('\0') {
            return Err(refuse(RefusalCode::BadFrame, "An enquiry needs an id of 1 to 64 bytes."));
        }
        let Some(known) = writer.site.world.config.queue(queue) else {
            return Err(refuse(RefusalCode::NotFound, "There is no such queue."));
        };
        let fields = known.plan.enquiry.fields();
        let answers = check(&fields, &answers, writer.language).map_err(|field_errors| {
            Refusal::from(VisitorNotice::EnquiryRefused { id: id.clone(), field_errors })
        })?;
        let page_url = self.live_visit(writer.visitor).await.and_then(|live| live.page).map(|page| page.url);
        let now = self.clock().now();
        let mut tx = self.store().write().await?;
        if find_enquiry_sent(&mut tx, writer.visitor, &id).await? {
            return Ok(VisitorNotice::EnquiryTaken { id });
        }
        let site = *writer.site.row.id;
        let counts = find_enquiry_counts(&mut tx, site, writer.visitor, now.plus_ms(-WITHIN_MS)).await?;
        if counts.0 >= OF_VISITOR_MAX || counts.1 >= OF_SITE_MAX {
            return Err(refuse(RefusalCode::TooMany, "Too many enquiries were sent. Try again later."));
        }
        let enquiry = NewEnquiry {
            id: self.clock().new_id(),
            site,
            queue,
            visitor: writer.visitor,
            visit: writer.visit,
            chat: own_chat(&mut tx, writer.visitor, chat).await?,
            client_id: id.clone(),
            name: visitor_name(&fields, &answers).unwrap_or_default(),
            email: email_of(&fields, &answers),
            answers,
            page_url: page_url.unwrap_or_default(),
        };
        if insert_enquiry(&mut tx, &enquiry, now).await? {
            for to in &known.plan.enquiry.emails {
                self.mail_enquiry(&mut tx, &writer.site.row.name, &known.name, &enquiry, to).await?;
            }
            let told =
                EnquiryEvent { id: enquiry.id, site, queue, visitor: writer.visitor, chat: enquiry.chat };
            insert_enquiry_event(&mut tx, self.clock().new_id(), told, now).await?;
            self.commit_and_tell(tx, [Hint::EnquiryChanged { site }]).await?;
            metrics::counter!("beckon_enquiries_total").increment(1);
        }
        Ok(VisitorNotice::EnquiryTaken { id })
    }

    /// The enquiry form of a queue as it is asked for now, for who has filled in an earlier one.
    ///
    /// # Errors
    /// When the database failed.
    pub async fn enquiry_form(
        &self,
        site: &Site,
        visitor: VisitorId,
        queue: QueueId,
    ) -> StoreResult<VisitorNotice> {
        let now = self.clock().now();
        let known = find_prefill(&mut self.store().read().await?, visitor).await?;
        let reason = closed_because(site, queue, now).unwrap_or(Missed::NoAgent);
        let instead = Instead { reason, alternative: Alternative::Enquiry };
        let instead = Box::new(shown(site, queue, instead, &[], known.as_ref(), now));
        Ok(VisitorNotice::Alternative { instead })
    }

    async fn mail_enquiry(
        &self,
        tx: &mut Tx,
        site: &str,
        queue: &str,
        enquiry: &NewEnquiry,
        to: &str,
    ) -> Result<(), Refusal> {
        let from = clean(&enquiry.name, SUBJECT_NAME_LEN_MAX);
        let subject = if from.is_empty() {
            format!("Enquiry on {site}, {queue}")
        } else {
            format!("Enquiry on {site}, {queue}: {from}")
        };
        let mail = NewMail {
            id: self.clock().new_id(),
            cause: Cause::Enquiry(enquiry.id),
            to,
            reply_to: Some(enquiry.email.as_str()).filter(|email| !email.is_empty()),
            subject: &subject,
            text: &text(enquiry),
        };
        if !insert_mail(tx, mail, self.clock().now()).await? {
            update_enquiry_mail_failed(tx, enquiry.id).await?;
        }
        Ok(())
    }
}

impl From<VisitorNotice> for Refusal {
    fn from(notice: VisitorNotice) -> Self {
        Self::Notice(Box::new(notice))
    }
}

/// A browser may name a chat of its own only.
async fn own_chat(tx: &mut Tx, visitor: VisitorId, chat: Option<ChatId>) -> Result<Option<ChatId>, Refusal> {
    let Some(chat) = chat else { return Ok(None) };
    let row = find_chat(tx, chat).await?;
    Ok(row.filter(|row| *row.visitor_id == visitor).map(|row| *row.id))
}

fn email_of(fields: &[Field], answers: &[Answer]) -> String {
    let is_email = |answer: &&Answer| {
        fields.iter().any(|field| field.key == answer.key && field.kind == FieldKind::Email)
    };
    answers.iter().find(is_email).map(|answer| answer.value.clone()).unwrap_or_default()
}

fn text(enquiry: &NewEnquiry) -> String {
    let mut text = String::new();
    for answer in &enquiry.answers {
        let gap = if answer.value.contains('\n') { "\n" } else { " " };
        writeln!(text, "{}:{gap}{}", answer.label, answer.value).expect("writing to a string does not fail");
    }
    if !enquiry.page_url.is_empty() {
        writeln!(text, "\nSent from {}", enquiry.page_url).expect("writing to a string does not fail");
    }
    text
}
