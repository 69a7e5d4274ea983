//! Owns the SQL of ended chats as a list: filtered, searched, newest first. How a chat looks in it stands in `chat_view`.

use beckon_engine::id::{ChatId, CustomerId, QueueId, SiteId, UserId};

use unicode_normalization::UnicodeNormalization;

use super::chat_view::{ChatViewRow, Sight, select};
use super::column::Text;
use super::customer::link::visitors_of;
use super::dialect::{postgres_words, sqlite_words};
use super::run::each;
use super::sql::execute;
use super::{StoreResult, Tx};

/// Which ended chats to list.
#[derive(Clone, Debug)]
pub struct HistoryFilter {
    /// Who asks: supervisors see all, agents those they had, and those of the queues they serve once they are put away.
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
    /// Only those with words that begin like all of this text, in name, answers, messages or notes; empty for all.
    pub text: String,
}

// One text but for how the engines look for words.
macro_rules! history {
    ($words:ident) => {
        select!(
            "WHERE c.id IN (
                 SELECT h.id FROM chats h
                 WHERE h.site_id = $1 AND h.state = 'ended'
                   AND h.ended_at >= $2 AND h.ended_at < $3
                   AND h.ended_at <= $4 AND (h.ended_at < $4 OR h.id < $5)
                   AND ($6 OR h.agent_id = $7 OR ((h.wrapped_up OR h.agent_id IS NULL) AND EXISTS (
                        SELECT 1 FROM queue_agents a WHERE a.queue_id = h.queue_id AND a.user_id = $7)))
                   AND h.queue_id = COALESCE($8, h.queue_id)
                   AND ($9 = '' OR h.agent_id = $9)
                   AND h.disposition = COALESCE($10, h.disposition)
                   AND ($11 = '' OR REPLACE(h.tags, $11, '') <> h.tags)
                   AND ($12 = '' OR h.visitor_id IN ",
            visitors_of!("$12"),
            ")
                   AND ($13 OR ",
            $words!(),
            ")
                 ORDER BY h.ended_at DESC, h.id DESC LIMIT $15)
             ORDER BY c.ended_at DESC, c.id DESC"
        )
    };
}

#[cfg(test)]
pub(super) const LIST: &str = history!(sqlite_words);

macro_rules! fetch {
    ($tx:expr, $sql:expr, [$($value:expr),+ $(,)?]) => {
        $tx.rows(sqlx::query($sql)$(.bind($value))+).await.and_then(each)
    };
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
    let (all, me) = match filter.sight {
        Sight::All => (true, String::new()),
        Sight::Of(agent) => (false, agent.to_string()),
    };
    let (before, before_id) = after.map_or((i64::MAX, String::new()), |(at, id)| (at, id.to_string()));
    let agent = filter.agent.map(|agent| agent.to_string()).unwrap_or_default();
    let customer = filter.customer.map(|customer| customer.to_string()).unwrap_or_default();
    let tag = filter.tag.as_deref().map(quoted).unwrap_or_default();
    let words = words(&filter.text);
    let all_texts = filter.text.trim().is_empty();
    if words.is_empty() && !all_texts {
        return Ok(Vec::new());
    }
    macro_rules! values {
        ($tx:expr, $sql:expr, $words:expr) => {
            fetch!(
                $tx,
                $sql,
                [
                    Text(filter.site),
                    filter.from,
                    filter.until,
                    before,
                    &before_id,
                    all,
                    &me,
                    filter.queue.map(Text),
                    &agent,
                    filter.disposition.as_deref(),
                    &tag,
                    &customer,
                    all_texts,
                    $words,
                    limit,
                ]
            )
        };
    }
    let rows = match tx {
        Tx::Sqlite(tx) => {
            let wanted: Vec<String> = words.iter().map(|word| format!("\"{word}\"*")).collect();
            values!(tx, history!(sqlite_words), wanted.join(" "))
        }
        Tx::Postgres(tx) => {
            let wanted: Vec<String> = words.iter().map(|word| format!("{word}:*")).collect();
            values!(tx, history!(postgres_words), wanted.join(" & "))
        }
    };
    Ok(rows?)
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

/// The words of a text, in lower case, without accents and without anything between them: what both engines take for words.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let is_accent = |c: &char| ('\u{300}'..='\u{36f}').contains(c);
    let plain: String = text.to_lowercase().nfkd().filter(|c| !is_accent(c)).nfc().collect();
    plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// A tag as it stands in the JSON of the column, whatever characters it has; no other tag holds it.
fn quoted(tag: &str) -> String {
    serde_json::to_string(tag).expect("a text is always JSON")
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_are_in_lower_case_and_without_accents() {
        assert_eq!(
            words("Crème-BRÛLÉE, cre\u{300}me; Ώρα Größe"),
            ["creme", "brulee", "creme", "ωρα", "große"]
        );
    }
}
