//! Owns the SQL of ended chats as a list: filtered, searched, newest first. How a chat looks in it stands in `chat_view`.

use beckon_engine::id::{ChatId, CustomerId, QueueId, SiteId, UserId};

use super::chat_view::{ChatViewRow, Sight, select};
use super::column::Text;
use super::sql::{execute, fetch_all};
use super::{StoreResult, Tx};

/// Which ended chats to list.
#[derive(Clone, Debug)]
pub struct HistoryFilter {
    /// Who asks: supervisors see all, agents those of the queues they serve and those they took part in.
    pub sight: Sight,
    /// The site.
    pub site: SiteId,
    /// Only those of this queue.
    pub queue: Option<QueueId>,
    /// Only those that this agent had.
    pub agent: Option<UserId>,
    /// Only those of this customer's browsers.
    pub customer: Option<CustomerId>,
    /// Only those that came to this.
    pub disposition: Option<String>,
    /// Only those with this tag.
    pub tag: Option<String>,
    /// Ended then or later.
    pub from: i64,
    /// Ended before.
    pub until: i64,
    /// Only those with this text in name, answers, messages or notes; empty for all.
    pub text: String,
}

/// Lists ended chats, newest first, after the one named by the time it ended and its id.
///
/// # Errors
/// When the database failed.
pub async fn list_history(
    tx: &mut Tx,
    filter: &HistoryFilter,
    after: Option<(i64, ChatId)>,
    limit: i64,
) -> StoreResult<Vec<ChatViewRow>> {
    let (all, agent) = match filter.sight {
        Sight::All => (true, String::new()),
        Sight::Of(agent) => (false, agent.to_string()),
    };
    let (before, before_id) = after.map_or((i64::MAX, String::new()), |(at, id)| (at, id.to_string()));
    fetch_all!(
        tx,
        ChatViewRow,
        select!(
            "WHERE c.id IN (
                 SELECT h.id FROM chats h
                 WHERE h.site_id = $1 AND h.state = 'ended'
                   AND h.ended_at >= $2 AND h.ended_at < $3
                   AND h.ended_at <= $4 AND (h.ended_at < $4 OR h.id < $5)
                   AND ($6 OR h.agent_id = $7
                        OR EXISTS (SELECT 1 FROM queue_agents a WHERE a.queue_id = h.queue_id AND a.user_id = $7)
                        OR EXISTS (SELECT 1 FROM chat_participants g WHERE g.chat_id = h.id AND g.user_id = $7))
                   AND h.queue_id = COALESCE($8, h.queue_id)
                   AND ($9 = '' OR h.agent_id = $9)
                   AND h.disposition = COALESCE($10, h.disposition)
                   AND ($11 = '' OR h.tags LIKE $11 ESCAPE '\\')
                   AND ($12 = '' OR EXISTS (SELECT 1 FROM visitors v WHERE v.id = h.visitor_id AND v.customer_id = $12))
                   AND ($13 = '' OR EXISTS (SELECT 1 FROM chat_search x
                                            WHERE x.chat_id = h.id AND x.search LIKE $13 ESCAPE '\\'))
                 ORDER BY h.ended_at DESC, h.id DESC LIMIT $14)
             ORDER BY c.ended_at DESC, c.id DESC"
        ),
        Text(filter.site),
        filter.from,
        filter.until,
        before,
        before_id.as_str(),
        all,
        agent.as_str(),
        filter.queue.map(Text),
        filter.agent.map(|agent| agent.to_string()).unwrap_or_default(),
        filter.disposition.as_deref(),
        filter.tag.as_deref().map(tag_pattern).unwrap_or_default(),
        filter.customer.map(|customer| customer.to_string()).unwrap_or_default(),
        text_pattern(&filter.text),
        limit,
    )
}

/// Writes down what a search for this chat looks at.
///
/// # Errors
/// When the database failed.
pub async fn update_chat_search(tx: &mut Tx, chat: ChatId, search: &str) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO chat_search (chat_id, search) VALUES ($1, $2)
         ON CONFLICT (chat_id) DO UPDATE SET search = EXCLUDED.search",
        Text(chat),
        search,
    )?;
    Ok(())
}

fn text_pattern(text: &str) -> String {
    let text = text.trim().to_lowercase();
    if text.is_empty() { String::new() } else { format!("%{}%", escaped(&text)) }
}

/// A tag as it stands in the JSON of the column.
fn tag_pattern(tag: &str) -> String {
    format!("%{}%", escaped(&serde_json::to_string(tag).expect("a text is always JSON")))
}

/// What was asked for stands for itself, whatever characters it has.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
