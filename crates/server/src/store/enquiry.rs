//! Owns the SQL of enquiries: what visitors left instead of a chat, and who dealt with it.

use beckon_engine::id::{ChatId, QueueId, SiteId, UserId, VisitId, VisitorId};
use beckon_engine::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::chat::Answer;
use super::chat_view::Sight;
use super::column::{Json, Text};
use super::sql::{execute, fetch_all, fetch_one, fetch_optional};
use super::{StoreResult, Tx};

/// Whether somebody dealt with an enquiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EnquiryState {
    /// Nobody did.
    Open,
    /// Somebody did.
    Done,
}

/// What became of the mails of an enquiry: the worst of them counts, then the slowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EnquiryMail {
    /// There is none: the queue has no address, or the installation no mail server.
    None,
    /// One is to leave still.
    Waiting,
    /// The mail server took all of them.
    Sent,
    /// One was given up.
    Failed,
}

/// An enquiry to add.
#[derive(Clone, Debug)]
pub struct NewEnquiry {
    /// Identity.
    pub id: Uuid,
    /// The site.
    pub site: SiteId,
    /// The queue.
    pub queue: QueueId,
    /// The visitor.
    pub visitor: VisitorId,
    /// The visit.
    pub visit: VisitId,
    /// The chat that ended for it, if any.
    pub chat: Option<ChatId>,
    /// The browser's id for it.
    pub client_id: String,
    /// Best name there is.
    pub name: String,
    /// Where to answer; empty when none was given.
    pub email: String,
    /// What was filled in.
    pub answers: Vec<Answer>,
    /// The page it was sent from.
    pub page_url: String,
}

/// An enquiry, with the names of what it refers to.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct EnquiryRow {
    /// Identity.
    pub id: Text<Uuid>,
    /// The site.
    pub site_id: Text<SiteId>,
    /// The queue.
    pub queue_id: Text<QueueId>,
    /// Its name.
    pub queue_name: String,
    /// The visit it was sent in.
    pub visit_id: Text<VisitId>,
    /// The chat that ended for it, if any.
    pub chat_id: Option<Text<ChatId>>,
    /// Best name there is.
    pub name: String,
    /// Where to answer; empty when none was given.
    pub email: String,
    /// What was filled in.
    pub answers: Json<Vec<Answer>>,
    /// The page it was sent from.
    pub page_url: String,
    /// Whether somebody dealt with it.
    pub state: Text<EnquiryState>,
    /// Who did.
    pub handled_by: Option<Text<UserId>>,
    /// Their name.
    pub handler_name: Option<String>,
    /// When.
    pub handled_at: Option<i64>,
    /// When it was sent.
    pub created_at: i64,
    /// What became of its mails; none where there were none.
    pub mail: Option<Text<EnquiryMail>>,
}

/// Which enquiries to list.
#[derive(Clone, Debug)]
pub struct EnquiryFilter {
    /// What the person may see.
    pub sight: Sight,
    /// Only of this site.
    pub site: SiteId,
    /// Only of this queue.
    pub queue: Option<QueueId>,
    /// Only in this state.
    pub state: Option<EnquiryState>,
    /// Only with this text somewhere.
    pub text: String,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT e.id, e.site_id, e.queue_id, q.name AS queue_name, e.visit_id, e.chat_id, e.name, e.email, e.answers,
                    e.page_url, e.state, e.handled_by, u.name AS handler_name, e.handled_at, e.created_at,
                    CASE WHEN e.mail = 'failed' THEN e.mail ELSE COALESCE((SELECT CASE MAX(CASE WHEN m.failed THEN 3 WHEN m.sent_at IS NULL THEN 2 ELSE 1 END)
                                     WHEN 3 THEN 'failed' WHEN 2 THEN 'waiting' WHEN 1 THEN 'sent' END
                              FROM mails m WHERE m.enquiry_id = e.id), e.mail) END AS mail
             FROM enquiries e JOIN queues q ON q.id = e.queue_id LEFT JOIN users u ON u.id = e.handled_by ",
            $rest
        )
    };
}

/// Adds an enquiry. Yields false when the visitor's browser sent this one before.
///
/// # Errors
/// When the database failed.
pub async fn insert_enquiry(tx: &mut Tx, enquiry: &NewEnquiry, now: UnixMs) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "INSERT INTO enquiries (id, site_id, queue_id, visitor_id, visit_id, chat_id, client_id, name, email, answers,
                                page_url, search, state, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         ON CONFLICT (visitor_id, client_id) DO NOTHING",
        Text(enquiry.id),
        Text(enquiry.site),
        Text(enquiry.queue),
        Text(enquiry.visitor),
        Text(enquiry.visit),
        enquiry.chat.map(Text),
        enquiry.client_id.as_str(),
        enquiry.name.as_str(),
        enquiry.email.as_str(),
        Json(&enquiry.answers),
        enquiry.page_url.as_str(),
        searchable(enquiry),
        Text(EnquiryState::Open),
        now.0,
    )?;
    Ok(rows == 1)
}

/// Whether the browser of a visitor sent an enquiry under this id before.
///
/// # Errors
/// When the database failed.
pub async fn find_enquiry_sent(tx: &mut Tx, visitor: VisitorId, client_id: &str) -> StoreResult<bool> {
    let (count,): (i64,) = fetch_one!(
        tx,
        (i64,),
        "SELECT COUNT(*) FROM enquiries WHERE visitor_id = $1 AND client_id = $2",
        Text(visitor),
        client_id,
    )?;
    Ok(count > 0)
}

/// How many enquiries a visitor, and everyone on the site, has sent since `since`.
///
/// # Errors
/// When the database failed.
pub async fn find_enquiry_counts(
    tx: &mut Tx,
    site: SiteId,
    visitor: VisitorId,
    since: UnixMs,
) -> StoreResult<(i64, i64)> {
    fetch_one!(
        tx,
        (i64, i64),
        "SELECT (SELECT COUNT(*) FROM enquiries WHERE visitor_id = $2 AND created_at >= $3),
                (SELECT COUNT(*) FROM enquiries WHERE site_id = $1 AND created_at >= $3)",
        Text(site),
        Text(visitor),
        since.0,
    )
}

/// Whether a queue has had an enquiry.
///
/// # Errors
/// When the database failed.
pub async fn find_enquiry_of_queue(tx: &mut Tx, queue: QueueId) -> StoreResult<bool> {
    let row = fetch_optional!(
        tx,
        (i64,),
        "SELECT CAST(1 AS BIGINT) FROM enquiries WHERE queue_id = $1 LIMIT 1",
        Text(queue),
    )?;
    Ok(row.is_some())
}

/// Finds an enquiry, on whatever site.
///
/// # Errors
/// When the database failed.
pub async fn find_enquiry(tx: &mut Tx, id: Uuid) -> StoreResult<Option<EnquiryRow>> {
    fetch_optional!(tx, EnquiryRow, select!("WHERE e.id = $1"), Text(id))
}

pub(in crate::store) const LIST: &str = select!(
    "WHERE e.site_id = $1 AND e.created_at <= $2 AND (e.created_at < $2 OR e.id < $3)
       AND ($4 OR EXISTS (SELECT 1 FROM queue_agents a WHERE a.queue_id = e.queue_id AND a.user_id = $5))
       AND (e.queue_id = COALESCE($6, e.queue_id)) AND (e.state = COALESCE($7, e.state))
       AND e.search LIKE $8 ESCAPE '\\'
     ORDER BY e.created_at DESC, e.id DESC LIMIT $9"
);

/// Lists enquiries, newest first, after the one named by time and id.
///
/// # Errors
/// When the database failed.
pub async fn list_enquiries(
    tx: &mut Tx,
    filter: &EnquiryFilter,
    after: Option<(i64, String)>,
    limit: i64,
) -> StoreResult<Vec<EnquiryRow>> {
    let (before, before_id) = after.unwrap_or((i64::MAX, String::new()));
    let (all, agent) = match filter.sight {
        Sight::All => (true, String::new()),
        Sight::Of(agent) => (false, agent.to_string()),
    };
    let state = filter.state.map(Text);
    fetch_all!(
        tx,
        EnquiryRow,
        LIST,
        Text(filter.site),
        before,
        before_id.as_str(),
        all,
        agent.as_str(),
        filter.queue.map(Text),
        state,
        pattern(&filter.text),
        limit,
    )
}

pub(in crate::store) const OPEN_COUNT: &str = "SELECT COUNT(*) FROM enquiries e WHERE e.state = 'open'
    AND ($1 OR EXISTS (SELECT 1 FROM queue_agents a WHERE a.queue_id = e.queue_id AND a.user_id = $2))";

/// How many enquiries are open that a person may see, on all sites.
///
/// # Errors
/// When the database failed.
pub async fn find_open_enquiry_count(tx: &mut Tx, sight: Sight) -> StoreResult<i64> {
    let (all, agent) = match sight {
        Sight::All => (true, String::new()),
        Sight::Of(agent) => (false, agent.to_string()),
    };
    let (count,): (i64,) = fetch_one!(tx, (i64,), OPEN_COUNT, all, agent.as_str(),)?;
    Ok(count)
}

/// Notes that a mail about an enquiry could not even be taken.
///
/// # Errors
/// When the database failed.
pub async fn update_enquiry_mail_failed(tx: &mut Tx, id: Uuid) -> StoreResult<()> {
    execute!(tx, "UPDATE enquiries SET mail = 'failed' WHERE id = $1", Text(id))?;
    Ok(())
}

/// Sets whether an enquiry was dealt with, and by whom. Yields false when it is so already.
///
/// # Errors
/// When the database failed.
pub async fn update_enquiry_state(
    tx: &mut Tx,
    id: Uuid,
    state: EnquiryState,
    by: UserId,
    now: UnixMs,
) -> StoreResult<bool> {
    let done = state == EnquiryState::Done;
    let rows = execute!(
        tx,
        "UPDATE enquiries SET state = $2, handled_by = $3, handled_at = $4 WHERE id = $1 AND state <> $2",
        Text(id),
        Text(state),
        done.then_some(Text(by)),
        done.then_some(now.0),
    )?;
    Ok(rows == 1)
}

fn searchable(enquiry: &NewEnquiry) -> String {
    let answers = enquiry.answers.iter().map(|answer| answer.value.as_str());
    let parts: Vec<&str> =
        [enquiry.name.as_str(), enquiry.email.as_str()].into_iter().chain(answers).collect();
    parts.join("\n").to_lowercase()
}

/// What the visitor searched for stands for itself, whatever characters it has.
fn pattern(text: &str) -> String {
    let escaped = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}
