//! Owns what webhooks are told: the events, the bodies of their deliveries, and writing them in the unit of work of what
//! happened (N-2). A body names things by their ids; no name, address or word of a visitor is in it.

use beckon_engine::id::{ChatId, PresentationId, QueueId, SiteId, VisitorId};
use beckon_engine::time::UnixMs;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::delivery::DELIVERIES_WAITING_MAX;
use crate::store::chat::find_chat;
use crate::store::column::Text;
use crate::store::presentation::find_presentation;
use crate::store::sql::{execute, fetch_optional};
use crate::store::{StoreResult, Tx};

/// Something that webhooks are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum EventKind {
    /// A visitor asked for a chat, or an agent was alerted to write to one.
    #[serde(rename = "chat.opened")]
    ChatOpened,
    /// An agent took a chat.
    #[serde(rename = "chat.answered")]
    ChatAnswered,
    /// A chat is over.
    #[serde(rename = "chat.ended")]
    ChatEnded,
    /// A visitor left an enquiry.
    #[serde(rename = "enquiry.received")]
    EnquiryReceived,
    /// An offer was put before a visitor.
    #[serde(rename = "offer.presented")]
    OfferPresented,
    /// A presentation has its outcome.
    #[serde(rename = "offer.settled")]
    OfferSettled,
    /// Someone pressed the test button.
    #[serde(rename = "ping")]
    Ping,
}

/// An enquiry, as webhooks are told of it.
#[derive(Clone, Copy, Debug)]
pub struct EnquiryEvent {
    /// The enquiry.
    pub id: Uuid,
    /// The site.
    pub site: SiteId,
    /// The queue.
    pub queue: QueueId,
    /// The visitor.
    pub visitor: VisitorId,
    /// The chat that could not be had, if there was one.
    pub chat: Option<ChatId>,
}

impl EventKind {
    /// What an administrator may choose from.
    pub const CHOICES: [Self; 6] = [
        Self::ChatOpened,
        Self::ChatAnswered,
        Self::ChatEnded,
        Self::EnquiryReceived,
        Self::OfferPresented,
        Self::OfferSettled,
    ];

    /// Its name in bodies and settings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ChatOpened => "chat.opened",
            Self::ChatAnswered => "chat.answered",
            Self::ChatEnded => "chat.ended",
            Self::EnquiryReceived => "enquiry.received",
            Self::OfferPresented => "offer.presented",
            Self::OfferSettled => "offer.settled",
            Self::Ping => "ping",
        }
    }
}

/// The body of a delivery, after the Standard Webhooks specification: type, timestamp, data.
#[must_use]
pub fn body(kind: EventKind, data: &Value, now: UnixMs) -> String {
    let timestamp = Timestamp::from_millisecond(now.0).unwrap_or(Timestamp::MAX).to_string();
    json!({ "type": kind.name(), "timestamp": timestamp, "data": data }).to_string()
}

/// Tells of a chat, as it stands in this unit of work. `event` is the id of what happened.
///
/// # Errors
/// When the database failed.
pub async fn insert_chat_event(
    tx: &mut Tx,
    event: Uuid,
    kind: EventKind,
    chat: ChatId,
    now: UnixMs,
) -> StoreResult<()> {
    if !is_wanted(tx, kind).await? {
        return Ok(());
    }
    let Some(row) = find_chat(tx, chat).await? else { return Ok(()) };
    let data = json!({
        "chat_id": row.id.0,
        "site_id": row.site_id.0,
        "queue_id": row.queue_id.0,
        "visitor_id": row.visitor_id.0,
        "visit_id": row.visit_id.0,
        "presentation_id": row.presentation_id.map(|id| id.0),
        "mode": row.mode.0,
        "state": row.state.0,
        "agent_id": row.agent_id.map(|id| id.0),
        "requested_at": row.requested_at,
        "queued_at": row.queued_at,
        "answered_at": row.answered_at,
        "ended_by": row.ended_by.map(|by| by.0),
        "messages": row.last_seq,
    });
    insert_event(tx, event, kind, *row.site_id, &data, now).await
}

/// Tells of a presentation, as it stands in this unit of work.
///
/// # Errors
/// When the database failed.
pub async fn insert_offer_event(
    tx: &mut Tx,
    event: Uuid,
    kind: EventKind,
    presentation: PresentationId,
    now: UnixMs,
) -> StoreResult<()> {
    if !is_wanted(tx, kind).await? {
        return Ok(());
    }
    let Some(row) = find_presentation(tx, presentation).await? else { return Ok(()) };
    let data = json!({
        "presentation_id": row.id.0,
        "site_id": row.site_id.0,
        "queue_id": row.queue_id.0,
        "visitor_id": row.visitor_id.0,
        "visit_id": row.visit_id.0,
        "rule_id": row.rule_id.map(|id| id.0),
        "offer_id": row.offer_id.0,
        "presented_at": row.presented_at,
        "outcome": row.outcome.map(|outcome| outcome.0),
        "outcome_at": row.outcome_at,
        "presented_by": row.by_user_id.map(|id| id.0),
    });
    insert_event(tx, event, kind, *row.site_id, &data, now).await
}

/// Tells of an enquiry.
///
/// # Errors
/// When the database failed.
pub async fn insert_enquiry_event(
    tx: &mut Tx,
    event: Uuid,
    enquiry: EnquiryEvent,
    now: UnixMs,
) -> StoreResult<()> {
    let data = json!({
        "enquiry_id": enquiry.id,
        "site_id": enquiry.site,
        "queue_id": enquiry.queue,
        "visitor_id": enquiry.visitor,
        "chat_id": enquiry.chat,
        "received_at": now.0,
    });
    insert_event(tx, event, EventKind::EnquiryReceived, enquiry.site, &data, now).await
}

async fn insert_event(
    tx: &mut Tx,
    event: Uuid,
    kind: EventKind,
    site: SiteId,
    data: &Value,
    now: UnixMs,
) -> StoreResult<()> {
    // No more is counted than may wait, along the index of what is due.
    execute!(
        tx,
        "INSERT INTO webhook_deliveries (event_id, webhook_id, event, body, created_at, due_at, tries_since, tries)
         SELECT $1, id, $2, $3, $4, $4, 0, 0 FROM webhooks
         WHERE enabled AND (site_id IS NULL OR site_id = $5) AND events LIKE $6
           AND (SELECT COUNT(*) FROM (SELECT 1 FROM webhook_deliveries d
                                      WHERE d.webhook_id = webhooks.id AND d.due_at IS NOT NULL LIMIT $7) AS waiting) < $7",
        Text(event),
        Text(kind),
        body(kind, data, now),
        now.0,
        Text(site),
        pattern(kind),
        DELIVERIES_WAITING_MAX,
    )?;
    let lost = execute!(
        tx,
        "INSERT INTO webhook_losses (event_id, webhook_id, at)
         SELECT $1, id, $2 FROM webhooks
         WHERE enabled AND (site_id IS NULL OR site_id = $3) AND events LIKE $4
           AND NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.event_id = $1 AND d.webhook_id = webhooks.id)",
        Text(event),
        now.0,
        Text(site),
        pattern(kind),
    )?;
    metrics::counter!("beckon_webhook_events_lost_total").increment(lost);
    Ok(())
}

async fn is_wanted(tx: &mut Tx, kind: EventKind) -> StoreResult<bool> {
    let row = fetch_optional!(
        tx,
        (i64,),
        "SELECT CAST(1 AS BIGINT) FROM webhooks WHERE enabled AND events LIKE $1 LIMIT 1",
        pattern(kind),
    )?;
    Ok(row.is_some())
}

/// The events of a webhook are a JSON list of names, none of which is a part of another one in quotes.
fn pattern(kind: EventKind) -> String {
    format!("%\"{}\"%", kind.name())
}
