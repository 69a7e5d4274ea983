//! Owns what a console's connection knows between frames: who it is, and which chats it follows up to where.

use beckon_engine::id::ChatId;
use beckon_engine::time::UnixMs;

use super::following::{FOLLOWED_MAX, Following};
use super::wire::agent::{AgentFrame, Target};
use super::wire::{Held, VERSION};
use super::{Closed, close};
use crate::bus::Hint;
use crate::driver::Driver;
use crate::driver::access::{Actor, Denied, find_readable};
use crate::driver::consoles::ConsoleSignal;
use crate::driver::notice::RefusalCode;
use crate::driver::notice::agent::{AgentNotice, AgentStatus, ConsoleUser, StatusReason};
use crate::driver::saying::Said;
use crate::driver::view::{agent_status, status_reason};
use crate::http::Api;
use crate::http::auth::mark_used;
use crate::store::agent::{AwayCause, Stance, find_agent, update_agent_heard};
use crate::store::call::Purpose;
use crate::store::message::{EVERY_MESSAGE, list_messages};
use crate::store::session::find_session;
use crate::store::{StoreError, StoreResult};

/// That a console was heard from is written at most this often.
const HEARD_EVERY_MS: i64 = 8_000;
/// Who comes back after this time is away until they say they are ready.
const AWAY_AFTER_MS: i64 = 15 * 60_000;

/// A signed-in console.
pub(super) struct AgentSession {
    driver: Driver,
    api: Api,
    pub(super) actor: Actor,
    token_hash: String,
    following: Following,
    heard_at: UnixMs,
}

impl AgentSession {
    pub(super) fn new(driver: Driver, api: Api, actor: Actor, token_hash: String) -> Self {
        Self { driver, api, actor, token_hash, following: Following::default(), heard_at: UnixMs(0) }
    }

    /// Marks the agent as here, and sends what the console missed of its chats.
    pub(super) async fn welcome(&mut self, chats: &[Held]) -> Result<Vec<AgentNotice>, Closed> {
        // It may have ended before this console could be told so.
        self.stay_only_signed_in(self.driver.clock().now()).await?;
        let mut notices = vec![self.arrive().await.map_err(|error| try_later(&error))?];
        for held in chats.iter().take(FOLLOWED_MAX) {
            notices.extend(self.follow(held.id, held.after).await?);
        }
        Ok(notices)
    }

    /// Something came from the console: it is there, if its session still is.
    pub(super) async fn heard(&mut self) -> Result<(), Closed> {
        let now = self.driver.clock().now();
        if now.ms_since(self.heard_at) < HEARD_EVERY_MS {
            return Ok(());
        }
        self.stay_only_signed_in(now).await?;
        self.mark_heard(now).await.map_err(|error| try_later(&error))
    }

    async fn stay_only_signed_in(&self, now: UnixMs) -> Result<(), Closed> {
        if self.is_signed_out(now).await.map_err(|error| try_later(&error))? {
            return Err(Closed { code: close::UNAUTHORIZED, reason: "signed out" });
        }
        Ok(())
    }

    pub(super) async fn handle(&mut self, frame: AgentFrame) -> Result<Vec<AgentNotice>, Closed> {
        let (driver, actor) = (self.driver.clone(), self.actor.clone());
        Ok(match frame {
            AgentFrame::Hello { .. } => {
                let detail = "A connection says hello once.".to_owned();
                vec![AgentNotice::Refused { r#ref: None, id: None, code: RefusalCode::BadFrame, detail }]
            }
            AgentFrame::Status { r#ref, status: AgentStatus::Ready, .. } => {
                let done = driver.choose_status(actor.id, Stance::Ready).await;
                answer_to(r#ref, done.map_err(Denied::Store))
            }
            AgentFrame::Status { r#ref, status: AgentStatus::Away | AgentStatus::Offline, reason } => {
                answer_to(r#ref, driver.go_away(actor.id, reason.as_deref()).await)
            }
            AgentFrame::Accept { r#ref, chat } => answer_to(r#ref, driver.accept_chat(&actor, chat).await),
            AgentFrame::Decline { r#ref, chat } => answer_to(r#ref, driver.decline_chat(&actor, chat).await),
            AgentFrame::Close { r#ref, chat } => answer_to(r#ref, driver.close_chat(&actor, chat).await),
            AgentFrame::Say { chat, id, epoch, text, file, audience } => {
                let said = Said { id, text, file, audience };
                match driver.agent_says(&actor, chat, epoch, &said).await {
                    Ok(seq) => vec![AgentNotice::Ack { chat, id: said.id, seq }],
                    Err(denied) => vec![refused(None, Some(said.id), denied)],
                }
            }
            AgentFrame::Transfer { r#ref, chat, to: Target::Agent(agent), note } => {
                answer_to(r#ref, driver.call_agent(&actor, chat, Purpose::Transfer, agent, &note).await)
            }
            AgentFrame::Transfer { r#ref, chat, to: Target::Queue(queue), note } => {
                answer_to(r#ref, driver.transfer_to_queue(&actor, chat, queue, &note).await)
            }
            AgentFrame::Invite { r#ref, chat, agent, note } => {
                answer_to(r#ref, driver.call_agent(&actor, chat, Purpose::Invite, agent, &note).await)
            }
            AgentFrame::Recall { r#ref, chat } => answer_to(r#ref, driver.recall(&actor, chat).await),
            AgentFrame::Watch { r#ref, chat } => answer_to(r#ref, driver.watch_chat(&actor, chat).await),
            AgentFrame::Join { r#ref, chat } => answer_to(r#ref, driver.join_chat(&actor, chat).await),
            AgentFrame::TakeOver { r#ref, chat } => {
                answer_to(r#ref, driver.take_over_chat(&actor, chat).await)
            }
            AgentFrame::Leave { r#ref, chat } => answer_to(r#ref, driver.leave_chat(&actor, chat).await),
            AgentFrame::Typing { chat } => quiet(driver.agent_types(&actor, chat).await),
            AgentFrame::Delivered { chat, seq } => quiet(driver.agent_has(&actor, chat, seq).await),
            AgentFrame::Read { chat, seq } => quiet(driver.agent_reads(&actor, chat, seq).await),
            AgentFrame::Follow { chat, after } => self.follow(chat, after).await?,
            AgentFrame::Unfollow { chat } => {
                self.following.end(chat);
                Vec::new()
            }
            AgentFrame::Beat => Vec::new(),
            AgentFrame::Echo => vec![AgentNotice::Echo],
        })
    }

    pub(super) async fn answer(&mut self, signal: ConsoleSignal) -> Result<Vec<AgentNotice>, Closed> {
        match signal {
            ConsoleSignal::Notice(notice) => Ok(vec![*notice]),
            ConsoleSignal::IfFollowed(chat, notice) if self.following.has(chat) => Ok(vec![*notice]),
            ConsoleSignal::IfFollowed(..) => Ok(Vec::new()),
            ConsoleSignal::Chats(chats) => {
                let shown = |chat| AgentNotice::Chat { chat: Box::new(chat) };
                Ok(chats.into_iter().map(shown).collect())
            }
            ConsoleSignal::MessagesAdded(chats) => {
                let mut notices = Vec::new();
                let followed: Vec<ChatId> =
                    chats.iter().copied().filter(|chat| self.following.has(*chat)).collect();
                for chat in followed {
                    notices.append(&mut self.catch_up(chat).await?);
                }
                Ok(notices)
            }
            ConsoleSignal::LookAgain => {
                self.stay_only_signed_in(self.driver.clock().now()).await?;
                Ok(Vec::new())
            }
            ConsoleSignal::Leave => Err(Closed { code: close::RESUME, reason: "come again" }),
        }
    }

    async fn follow(&mut self, chat: ChatId, after: i64) -> Result<Vec<AgentNotice>, Closed> {
        self.following.begin(chat, after.max(0));
        self.catch_up(chat).await
    }

    /// Reads what was not sent yet; looks each time whether this person may still read it.
    async fn catch_up(&mut self, chat: ChatId) -> Result<Vec<AgentNotice>, Closed> {
        match self.read_on(chat).await {
            Ok(notices) => Ok(notices),
            Err(Denied::Store(error)) => Err(try_later(&error)),
            Err(denied @ Denied::Because(..)) => {
                self.following.end(chat);
                Ok(vec![refused(None, None, denied)])
            }
        }
    }

    async fn read_on(&mut self, chat: ChatId) -> Result<Vec<AgentNotice>, Denied> {
        let mut tx = self.driver.store().read().await?;
        find_readable(&mut tx, &self.actor, chat).await?;
        let Some(after) = self.following.sent(chat) else { return Ok(Vec::new()) };
        let rows = list_messages(&mut tx, chat, *after, EVERY_MESSAGE).await?;
        *after = rows.last().map_or(*after, |row| row.seq);
        Ok(rows.into_iter().map(|row| AgentNotice::Message { chat, message: row.into() }).collect())
    }

    async fn arrive(&mut self) -> StoreResult<AgentNotice> {
        let now = self.driver.clock().now();
        let mut tx = self.driver.store().read().await?;
        let before = find_agent(&mut tx, self.actor.id).await?;
        drop(tx);
        if before.is_some_and(|agent| now.ms_since(UnixMs(agent.heard_at)) > AWAY_AFTER_MS) {
            self.driver.choose_status(self.actor.id, Stance::Away(AwayCause::Absence, None)).await?;
        }
        self.mark_heard(now).await?;
        self.driver.bus().publish(Hint::AgentChanged { user: self.actor.id, no_answer: false });
        let mut tx = self.driver.store().read().await?;
        let agent = find_agent(&mut tx, self.actor.id).await?;
        let Actor { id, name, role } = self.actor.clone();
        Ok(AgentNotice::Welcome {
            v: VERSION,
            user: ConsoleUser { id, name, role },
            status: agent.as_ref().map_or(AgentStatus::Away, |agent| agent_status(agent, now)),
            reason: agent.as_ref().map_or(StatusReason::Chosen, status_reason),
            since: agent.as_ref().map_or(now.0, |agent| agent.status_since),
            slots: agent.as_ref().map_or(0, |agent| agent.slots),
            away_reason: agent.and_then(|agent| agent.away_reason),
        })
    }

    async fn mark_heard(&mut self, now: UnixMs) -> StoreResult<()> {
        let mut tx = self.driver.store().write().await?;
        update_agent_heard(&mut tx, self.actor.id, now).await?;
        tx.commit().await?;
        self.heard_at = now;
        Ok(())
    }

    async fn is_signed_out(&self, now: UnixMs) -> StoreResult<bool> {
        let mut tx = self.api.store.read().await?;
        let session = find_session(&mut tx, &self.token_hash, now).await?;
        drop(tx);
        if let Some(session) = &session {
            mark_used(&self.api.store, &self.token_hash, session, now).await?;
        }
        // Another role sees other chats: the console comes again as what it is now.
        Ok(session.is_none_or(|session| *session.user.role != self.actor.role))
    }
}

fn answer_to(r#ref: String, done: Result<(), Denied>) -> Vec<AgentNotice> {
    vec![match done {
        Ok(()) => AgentNotice::Done { r#ref },
        Err(denied) => refused(Some(r#ref), None, denied),
    }]
}

/// What nobody waits for an answer to is only logged.
fn quiet(done: Result<(), Denied>) -> Vec<AgentNotice> {
    if let Err(Denied::Store(error)) = done {
        tracing::warn!(%error, "a mark could not be stored");
    }
    Vec::new()
}

fn refused(r#ref: Option<String>, id: Option<String>, denied: Denied) -> AgentNotice {
    let (code, detail) = match denied {
        Denied::Because(code, detail) => (code, detail),
        Denied::Store(error) => {
            tracing::warn!(%error, "a console's frame could not be carried out");
            (RefusalCode::Unavailable, "This cannot be done right now. Try again.".to_owned())
        }
    };
    AgentNotice::Refused { r#ref, id, code, detail }
}

fn try_later(error: &StoreError) -> Closed {
    tracing::warn!(%error, "a console could not be served");
    Closed { code: close::RESUME, reason: "try again" }
}
