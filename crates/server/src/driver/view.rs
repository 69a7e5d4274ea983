//! Owns how stored chats look to a visitor and to a console. Changes nothing.

use std::collections::BTreeMap;

use super::Driver;
use super::conversation::{form_of, is_silent_alert};
use super::instead::shown;
use super::notice::agent::{AgentStatus, Call, Chat, LastMessage, Noted, Pop, Rating, StatusReason};
use super::notice::visitor::{AgentName, FormField, VisitorChat};
use super::notice::{Message, MessageFile, Named};
use super::screen_pop;
use super::sites::Site;
use super::waits::find_place;
use crate::store::agent::{AgentRow, AwayCause, ChosenStatus};
use crate::store::call::{CallRow, find_open_call, list_open_calls_of};
use crate::store::chat::{ChatRow, ChatState, find_chat_answers};
use crate::store::chat_view::ChatViewRow;
use crate::store::customer::link::{PrefillRow, find_prefill};
use crate::store::gate::PRESENCE_MS;
use crate::store::message::{Audience, MessageRow, Sender};
use crate::store::participant::{Part, ParticipantRow, list_participants, list_participants_of};
use crate::store::survey::find_survey;
use crate::store::user::{Role, find_user};
use crate::store::{StoreResult, Tx};
use beckon_engine::attribute::Attribute;
use beckon_engine::id::{ChatId, UserId};
use beckon_engine::queue::{Field, Prefill, VisitorFiles};
use beckon_engine::time::UnixMs;

/// Whether its visitor knows nothing of it: an agent who writes first has not written, and the window did not open at launch (P-9).
#[must_use]
pub fn is_hidden(chat: &ChatRow) -> bool {
    is_silent_alert(chat) && !chat.window_at_launch
}

/// A chat as its visitor sees it; none while an agent who writes first has not written, unless the window opened at
/// launch (P-9).
///
/// # Errors
/// When the database failed.
pub async fn visitor_chat(
    driver: &Driver,
    tx: &mut Tx,
    site: &Site,
    chat: &ChatRow,
    language: &str,
    now: UnixMs,
) -> StoreResult<Option<VisitorChat>> {
    if is_hidden(chat) {
        return Ok(None);
    }
    let launched = is_silent_alert(chat);
    let waiting = matches!(*chat.state, ChatState::Queued | ChatState::Ringing);
    let plan = site.world.config.queue(*chat.queue_id).map(|queue| &queue.plan);
    let routing = plan.map(|plan| &plan.routing);
    let own_styling = plan.filter(|_| site.default_queue != Some(*chat.queue_id)).map(|plan| &plan.styling);
    let (mut position, mut wait_s) = (None, None);
    if waiting && !launched && routing.is_some_and(|routing| routing.show_position || routing.show_wait) {
        let place = find_place(tx, chat, now).await?;
        position = Some(place.position).filter(|_| routing.is_some_and(|routing| routing.show_position));
        wait_s = place.wait_s.filter(|_| routing.is_some_and(|routing| routing.show_wait));
    }
    let agent = match chat.agent_id {
        Some(agent) if !waiting => find_user(tx, *agent).await?.map(|user| AgentName { name: user.name }),
        _ => None,
    };
    let transcript = driver.transcript_state(tx, chat).await?;
    let survey = driver.survey_of(chat);
    let rated = survey.is_some() && find_survey(tx, *chat.id).await?.is_some();
    let form = match *chat.state {
        ChatState::Form => {
            let known = find_prefill(tx, *chat.visitor_id).await?;
            Some(form_of(site, chat).iter().map(|field| filled(field, known.as_ref())).collect())
        }
        ChatState::Queued | ChatState::Ringing | ChatState::Active | ChatState::Ended => None,
    };
    let instead = match &chat.instead {
        Some(instead) if *chat.state == ChatState::Ended => {
            let answers = find_chat_answers(tx, *chat.id).await?;
            let known = find_prefill(tx, *chat.visitor_id).await?;
            Some(shown(site, *chat.queue_id, instead.0.clone(), &answers, known.as_ref(), now))
        }
        _ => None,
    };
    Ok(Some(VisitorChat {
        id: *chat.id,
        // That one agent is being rung is no business of the visitor: they wait.
        state: if *chat.state == ChatState::Ringing { ChatState::Queued } else { *chat.state },
        position,
        wait_s,
        agent,
        form,
        last_seq: chat.last_seq,
        agent_read_seq: chat.agent_read_seq,
        agent_delivered_seq: chat.agent_delivered_seq,
        visitor_read_seq: chat.visitor_read_seq,
        visitor_delivered_seq: chat.visitor_delivered_seq,
        ended_by: chat.ended_by.map(|by| *by),
        survey,
        rated,
        launched,
        files: plan.is_some_and(|plan| plan.visitor_files == VisitorFiles::Allowed),
        styling: own_styling.map(|styling| Box::new(styling.in_language(language))),
        instead,
        transcript,
    }))
}

/// A field as it begins: with first name or primary e-mail where it is marked for it, and with nothing else ever (C-2).
pub(super) fn filled(field: &Field, known: Option<&PrefillRow>) -> FormField {
    let value = known.and_then(|known| match field.prefill {
        Some(Prefill::FirstName) => Some(known.first_name.clone()),
        Some(Prefill::PrimaryEmail) => Some(known.email.clone()),
        None => None,
    });
    FormField { field: field.clone(), value: value.filter(|value| !value.is_empty()) }
}

/// The attributes in what was written down of a visit; none when it cannot be read.
#[must_use]
pub fn attributes_of(state: &str) -> Vec<Attribute> {
    let state = serde_json::from_str::<super::host::State>(state);
    state.map(|state| state.engine.attributes().to_vec()).unwrap_or_default()
}

impl From<MessageRow> for Message {
    fn from(row: MessageRow) -> Self {
        Self {
            seq: row.seq,
            id: row.id,
            from: *row.sender,
            name: row.name,
            text: row.body,
            at: row.sent_at,
            file: row.file.map(|file| MessageFile::from(file.0)),
            audience: *row.audience,
        }
    }
}

impl Message {
    /// The message as the visitor gets it: of what only the team may see, its number and nothing else, so that
    /// the numbers have no gap.
    #[must_use]
    pub fn for_visitor(row: MessageRow) -> Self {
        match *row.audience {
            Audience::All => row.into(),
            Audience::Staff => Self {
                seq: row.seq,
                id: format!("hidden-{}", row.seq),
                from: Sender::System,
                name: String::new(),
                text: String::new(),
                at: row.sent_at,
                audience: Audience::All,
                file: None,
            },
        }
    }
}

/// Who is in a chat on the side of the staff, and who is called to it.
#[derive(Clone, Debug, Default)]
pub struct Company {
    /// Who takes or took part, the newest first.
    pub participants: Vec<ParticipantRow>,
    /// The open call.
    pub call: Option<CallRow>,
}

impl Company {
    /// Reads it.
    ///
    /// # Errors
    /// When the database failed.
    pub async fn find(tx: &mut Tx, chat: ChatId) -> StoreResult<Self> {
        Ok(Self { participants: list_participants(tx, chat).await?, call: find_open_call(tx, chat).await? })
    }

    /// Reads that of each of these chats.
    ///
    /// # Errors
    /// When the database failed.
    pub async fn find_all(tx: &mut Tx, chats: &[ChatId]) -> StoreResult<BTreeMap<ChatId, Self>> {
        if let [chat] = chats {
            return Ok(BTreeMap::from([(*chat, Self::find(tx, *chat).await?)]));
        }
        let mut of: BTreeMap<ChatId, Self> = BTreeMap::new();
        for (chat, participants) in list_participants_of(tx, chats).await? {
            of.entry(chat).or_default().participants = participants;
        }
        for call in list_open_calls_of(tx, chats).await? {
            let chat = *call.chat_id;
            of.entry(chat).or_default().call = Some(call);
        }
        Ok(of)
    }

    fn present(&self, part: Part) -> Vec<Named<UserId>> {
        let present = self.participants.iter().filter(|row| row.left_at.is_none() && *row.part == part);
        present.map(|row| Named { id: *row.user_id, name: row.name.clone() }).collect()
    }
}

impl From<CallRow> for Call {
    fn from(row: CallRow) -> Self {
        Self {
            purpose: *row.purpose,
            from: Named { id: *row.from_id, name: row.from_name },
            to: Named { id: *row.to_id, name: row.to_name },
            note: row.note,
            due_at: row.due_at,
        }
    }
}

impl Driver {
    /// A chat as a console sees it, with where the visitor is now.
    pub async fn console_chat(&self, row: ChatViewRow, company: Company) -> Chat {
        let whereabouts = self.whereabouts(*row.visitor_id, *row.state).await;
        let screen_pop = self.screen_pop_of(&row);
        let rating = rating(&row);
        let ringing = *row.state == ChatState::Ringing;
        Chat {
            id: *row.id,
            site_id: *row.site_id,
            queue: Named { id: *row.queue_id, name: row.queue_name },
            visitor_id: *row.visitor_id,
            visit_id: whereabouts.as_ref().map_or(*row.visit_id, |now| now.visit),
            visitor_name: row.visitor_name,
            mode: *row.mode,
            state: *row.state,
            agent: row.agent_id.map(|id| Named { id: *id, name: row.agent_name.unwrap_or_default() }),
            guests: company.present(Part::Guest),
            watchers: company.present(Part::Watcher),
            call: company.call.map(Call::from),
            owner_epoch: row.owner_epoch,
            requested_at: row.requested_at,
            queued_at: row.queued_at,
            priority: row.priority,
            wait_due_at: row.wait_due.filter(|_| *row.state == ChatState::Queued),
            ring_due_at: row.due_at.filter(|_| ringing),
            answered_at: row.answered_at,
            ended_at: row.ended_at,
            ended_by: row.ended_by.map(|by| *by),
            wrapped_up: row.wrapped_up,
            wrap_up_due_at: row.wrap_up_due.filter(|_| !row.wrapped_up),
            idle_close_at: row.due_at.filter(|_| row.idle_warned_at.is_some()),
            noted: Noted { disposition: row.disposition, tags: row.tags.0, note: row.wrap_up_note },
            rating,
            screen_pop,
            answers: row.answers.0,
            last_seq: row.last_seq,
            visitor_read_seq: row.visitor_read_seq,
            agent_read_seq: row.agent_read_seq,
            visitor_delivered_seq: row.visitor_delivered_seq,
            agent_delivered_seq: row.agent_delivered_seq,
            last_message: last_message(
                row.last_sender.map(|sender| *sender),
                row.last_name,
                row.last_body,
                row.last_file.map(|file| file.0.name),
                row.last_at,
            ),
            unanswered_since: row.unanswered_since,
            visitor_present: whereabouts.as_ref().is_some_and(|now| now.here),
            page: whereabouts.and_then(|now| now.page),
            presentation_id: row.presentation_id.map(|id| *id),
            rule: row.rule_id.map(|id| Named { id: *id, name: row.rule_name.unwrap_or_default() }),
            offer: row.offer_id.map(|id| Named { id: *id, name: row.offer_name.unwrap_or_default() }),
        }
    }
}

impl Chat {
    /// The chat as this person may see it; `serves` says whether they serve its queue.
    #[must_use]
    pub fn shown_to(&self, user: UserId, role: Role, serves: bool) -> Self {
        let is_me = |named: &Named<UserId>| named.id == user;
        let called = self.call.as_ref().is_some_and(|call| call.to.id == user);
        match role {
            Role::Supervisor | Role::Admin => self.clone(),
            Role::Agent => {
                let own = self.agent.as_ref().is_some_and(is_me);
                let waits_for_me = self.agent.is_none() && serves;
                let past = serves && self.state == ChatState::Ended && self.wrapped_up;
                let whole = own || called || waits_for_me || past || self.guests.iter().any(is_me);
                let shown = if whole { self.clone() } else { self.without_content() };
                Self { watchers: Vec::new(), ..shown }
            }
        }
    }

    /// The chat as agents see it who serve its queue but do not own it: that it is there, not what was said.
    #[must_use]
    fn without_content(&self) -> Self {
        Self {
            answers: Vec::new(),
            last_message: None,
            unanswered_since: None,
            page: None,
            call: None,
            noted: Noted::default(),
            rating: None,
            screen_pop: None,
            ..self.clone()
        }
    }
}

impl Driver {
    /// What is opened for the agent at the start of this chat.
    fn screen_pop_of(&self, row: &ChatViewRow) -> Option<Pop> {
        let site = self.sites().by_id(*row.site_id)?;
        let pop = site.world.config.queue(*row.queue_id)?.plan.conduct.screen_pop.as_ref()?;
        let answer = |key: &str| {
            row.answers.iter().find(|answer| answer.key == key).map(|answer| answer.value.clone())
        };
        let url = screen_pop::fill(&pop.url, |name| match name {
            "chat_id" => Some(row.id.to_string()),
            "visitor_id" => Some(row.visitor_id.to_string()),
            "visitor_name" => Some(row.visitor_name.clone()),
            "queue" => Some(row.queue_name.clone()),
            "customer_ref" => row.signed_ref.clone(),
            _ => answer(name.strip_prefix("answer.")?),
        })?;
        Some(Pop { url, open: pop.open })
    }
}

fn rating(row: &ChatViewRow) -> Option<Rating> {
    let (kind, rating) = (row.survey_kind?, row.survey_rating?);
    Some(Rating { kind: *kind, rating, comment: row.survey_comment.clone().unwrap_or_default() })
}

/// An agent's status as everyone sees it.
#[must_use]
pub fn agent_status(agent: &AgentRow, now: UnixMs) -> AgentStatus {
    if agent.heard_at < now.0 - PRESENCE_MS {
        return AgentStatus::Offline;
    }
    match *agent.status {
        ChosenStatus::Ready => AgentStatus::Ready,
        ChosenStatus::Away => AgentStatus::Away,
    }
}

/// Why an agent's status is what it is.
#[must_use]
pub fn status_reason(agent: &AgentRow) -> StatusReason {
    match agent.away_cause.map(|cause| *cause) {
        Some(AwayCause::Chosen) | None => StatusReason::Chosen,
        Some(AwayCause::NoAnswer) => StatusReason::NoAnswer,
        Some(AwayCause::Absence) => StatusReason::Absence,
        Some(AwayCause::Supervisor) => StatusReason::Supervisor,
    }
}

fn last_message(
    from: Option<crate::store::message::Sender>,
    name: Option<String>,
    text: Option<String>,
    file: Option<String>,
    at: Option<i64>,
) -> Option<LastMessage> {
    Some(LastMessage { from: from?, name: name?, text: text?, file, at: at? })
}
