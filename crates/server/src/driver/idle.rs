//! Owns what happens to a chat by itself: a call rings out, an idle chat is warned and closed, a wrapped-up one is closed
//! . The desk calls it under its lock, on any node; doing it twice changes nothing.

use beckon_engine::id::ChatId;
use beckon_engine::queue::conduct::Conduct;
use beckon_engine::time::UnixMs;

use super::Driver;
use super::conversation::{end, is_silent_alert, say_as_system, tell_staff};
use super::desk::{LOCK_KEY, let_pass, routing_of};
use crate::bus::Hint;
use crate::store::agent::update_agent_silent;
use crate::store::call::{CallOutcome, find_next_call_due, list_due_calls};
use crate::store::chat::change::{
    update_active_chats_due, update_chat_idle, update_chat_passed, update_chat_warned_due,
    update_wrap_ups_due,
};
use crate::store::chat::waiting::{find_next_wrap_up_due, list_due_wrap_ups};
use crate::store::chat::{ChatRow, EndedBy};
use crate::store::draft::{DraftRow, find_draft};
use crate::store::message::{Audience, find_unanswered_since};
use crate::store::queue::{QueueRow, find_queue};
use crate::store::user::find_user;
use crate::store::visit::find_open_visit_of;
use crate::store::{StoreResult, Tx};

/// Ring times in which who took an alert has to begin to write; each change of their draft gives as much again.
const FIRST_MESSAGE_RINGS: u32 = 3;

/// What an active chat comes to at its deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Idle {
    /// Look again then, if ever; a warning no longer holds.
    Waits(Option<UnixMs>),
    /// Warn the visitor, and close the chat then.
    Warn(UnixMs),
    /// The warning still holds; look again then.
    Warned(UnixMs),
    /// Close it.
    Close,
}

impl Driver {
    /// Chats that are under way follow their queue, which is as `queue` from now on; yields what to tell of after the commit.
    ///
    /// # Errors
    /// When the database failed.
    pub async fn follow_conduct(
        &self,
        tx: &mut Tx,
        before: &Conduct,
        queue: &QueueRow,
    ) -> StoreResult<Vec<Hint>> {
        let (conduct, now) = (&queue.plan.conduct, self.clock().now());
        let idle = |conduct: &Conduct| (conduct.idle_warn_after_s, conduct.idle_close_after_s);
        // The desk locks chats one after another too.
        tx.lock(LOCK_KEY).await?;
        if idle(before) != idle(conduct) {
            update_active_chats_due(tx, *queue.id, now).await?;
        }
        if before.wrap_up_s == conduct.wrap_up_s {
            return Ok(Vec::new());
        }
        let due = (conduct.wrap_up_s > 0).then(|| now.plus_s(conduct.wrap_up_s));
        let chats = update_wrap_ups_due(tx, *queue.id, due).await?;
        Ok(chats.into_iter().map(|(chat, visitor)| Hint::ChatChanged { chat, visitor }).collect())
    }

    /// How the queue of this chat conducts its chats.
    #[must_use]
    pub fn conduct_of(&self, chat: &ChatRow) -> Conduct {
        let site = self.sites().by_id(*chat.site_id);
        site.and_then(|site| site.world.config.queue(*chat.queue_id).map(|queue| queue.plan.conduct.clone()))
            .unwrap_or_default()
    }

    /// When to look again at a chat that gets its owner now: does who took an alert write (P-10), is a chat idle?
    pub(super) fn look_due(&self, chat: &ChatRow, now: UnixMs) -> Option<UnixMs> {
        if is_silent_alert(chat) {
            return Some(self.first_message_due(chat, now));
        }
        let warn_after_s = self.conduct_of(chat).idle_warn_after_s;
        (warn_after_s > 0).then(|| now.plus_s(warn_after_s))
    }

    fn first_message_due(&self, chat: &ChatRow, from: UnixMs) -> UnixMs {
        from.plus_s(self.first_message_s(chat))
    }

    fn first_message_s(&self, chat: &ChatRow) -> u32 {
        routing_of(self, chat).ring_time_s * FIRST_MESSAGE_RINGS
    }

    /// Who took an alert has not written: they are set away and the next agent is alerted, unless a first message is being
    /// written (P-10).
    async fn pass_on_unwritten(
        &self,
        tx: &mut Tx,
        chat: &ChatRow,
        now: UnixMs,
        hints: &mut Vec<Hint>,
    ) -> StoreResult<()> {
        let Some(owner) = chat.agent_id else { return Ok(()) };
        // What they write could not be taken meanwhile.
        let begun_at = now.plus_ms(-1_000 * i64::from(self.first_message_s(chat)));
        if !self.inner.patience.since(begun_at) {
            return update_chat_idle(tx, *chat.id, Some(self.first_message_due(chat, now)), None).await;
        }
        let says = |draft: &DraftRow| !draft.body.trim().is_empty() && *draft.audience == Audience::All;
        let begun = find_draft(tx, *owner, *chat.id).await?.filter(says);
        if let Some(due) = begun.map(|draft| self.first_message_due(chat, UnixMs(draft.updated_at)))
            && due > now
        {
            return update_chat_idle(tx, *chat.id, Some(due), None).await;
        }
        let name = find_user(tx, *owner).await?.map(|user| user.name).unwrap_or_default();
        tell_staff(self, tx, *chat.id, "not_written", &name).await?;
        self.requeue(tx, chat, *chat.queue_id, now).await?;
        update_chat_passed(tx, *chat.id, &let_pass(chat, *owner, now)).await?;
        update_agent_silent(tx, *owner, now).await?;
        hints.push(Hint::AgentChanged { user: *owner, no_answer: true });
        hints.push(Hint::ChatChanged { chat: *chat.id, visitor: *chat.visitor_id });
        hints.push(Hint::MessageAdded { chat: *chat.id, visitor: *chat.visitor_id, seq: None });
        Ok(())
    }

    /// The visitor of this chat was warned and has written: the desk looks at it now, and no console goes on counting.
    pub(super) async fn look_at_answer(&self, chat: ChatId) -> StoreResult<()> {
        let mut tx = self.store().write().await?;
        update_chat_warned_due(&mut tx, chat, self.clock().now()).await?;
        tx.commit().await?;
        self.inner.desk.notify_one();
        Ok(())
    }

    /// Lets calls ring out and closes chats whose time for wrapping up is over.
    pub(super) async fn run_out_calls_and_wrap_ups(
        &self,
        tx: &mut Tx,
        now: UnixMs,
        hints: &mut Vec<Hint>,
    ) -> StoreResult<()> {
        for call in list_due_calls(tx, now).await? {
            hints.extend(self.miss_call(tx, &call, CallOutcome::Unanswered, now).await?);
        }
        for chat in list_due_wrap_ups(tx, now).await? {
            if self.wrap_up(tx, &chat, now).await? {
                hints.push(Hint::ChatChanged { chat: *chat.id, visitor: *chat.visitor_id });
            }
        }
        Ok(())
    }

    /// When the next call rings out or the next chat is closed by itself.
    pub(super) async fn next_call_or_wrap_up_due(&self, tx: &mut Tx) -> StoreResult<Option<UnixMs>> {
        let call = find_next_call_due(tx).await?;
        Ok(call.into_iter().chain(find_next_wrap_up_due(tx).await?).min())
    }

    /// Looks at an active chat at its deadline: does an alert go on to the next agent (P-10), is the visitor to be warned,
    /// or the chat to be closed?
    pub(super) async fn look_at_active(
        &self,
        tx: &mut Tx,
        chat: &ChatRow,
        now: UnixMs,
        hints: &mut Vec<Hint>,
    ) -> StoreResult<()> {
        if is_silent_alert(chat) {
            return self.pass_on_unwritten(tx, chat, now, hints).await;
        }
        // As it is written: what this node has compiled may be older than the deadline that a change has set.
        let queue = find_queue(tx, *chat.queue_id).await?;
        let conduct = queue.map(|queue| queue.plan.0.conduct).unwrap_or_default();
        let since = find_unanswered_since(tx, *chat.id).await?;
        let left = find_open_visit_of(tx, *chat.visitor_id).await?.is_none();
        let (id, visitor) = (*chat.id, *chat.visitor_id);
        match judge(chat, &conduct, since, left, now) {
            Idle::Waits(due) => {
                if chat.idle_warned_at.is_some() {
                    hints.push(Hint::ChatChanged { chat: id, visitor });
                }
                return update_chat_idle(tx, id, due, None).await;
            }
            Idle::Warned(due) => {
                hints.push(Hint::ChatChanged { chat: id, visitor });
                return update_chat_idle(tx, id, Some(due), chat.idle_warned_at.map(UnixMs)).await;
            }
            Idle::Warn(close_due) => {
                update_chat_idle(tx, id, Some(close_due), Some(now)).await?;
                say_as_system(self, tx, id, "idle_warning", "").await?;
            }
            Idle::Close => {
                end(self, tx, chat, EndedBy::System, "idle_closed").await?;
            }
        }
        hints.push(Hint::ChatChanged { chat: id, visitor });
        hints.push(Hint::MessageAdded { chat: id, visitor, seq: None });
        Ok(())
    }
}

/// `since` is when the visitor began to owe an answer; none while the agent owes one. Who has left the site owes one at once.
fn judge(chat: &ChatRow, conduct: &Conduct, since: Option<UnixMs>, left: bool, now: UnixMs) -> Idle {
    if conduct.idle_warn_after_s == 0 {
        return Idle::Waits(None);
    }
    let warned_at = chat.idle_warned_at.map(UnixMs);
    if since.is_none() && !left {
        return Idle::Waits(Some(now.plus_s(conduct.idle_warn_after_s)));
    }
    match warned_at.filter(|warned| since.is_none_or(|since| since <= *warned)) {
        Some(warned) if now >= warned.plus_s(conduct.idle_close_after_s) => Idle::Close,
        Some(warned) => Idle::Warned(warned.plus_s(conduct.idle_close_after_s)),
        None => {
            let idle_at = since.map_or(now, |since| since.plus_s(conduct.idle_warn_after_s));
            if now >= idle_at {
                Idle::Warn(now.plus_s(conduct.idle_close_after_s))
            } else {
                Idle::Waits(Some(idle_at))
            }
        }
    }
}
