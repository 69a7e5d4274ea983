//! Owns the visitor's side of a chat: opening, form, ending. Each is one unit of work. What both sides write stands in
//! `saying`.

use std::collections::BTreeMap;
use std::sync::Arc;

use beckon_engine::id::{ChatId, PresentationId, QueueId, VisitId, VisitorId};
use beckon_engine::offer::Outcome;
use beckon_engine::queue::enquiry::{Instead, Missed};
use beckon_engine::queue::{Alternative, Field, LaunchWindow, Routing};
use beckon_engine::time::UnixMs;
use beckon_engine::visit::FORM_OPEN_MAX_S;

use super::Driver;
use super::entry::{closed_to_form, gives_way, lock_gate_of_visitor, lock_queue, make_way};
use super::form::{Given, check, visitor_name};
use super::history::remember_for_search;
use super::instead::{alternative, shown, wait_due};
use super::notice::RefusalCode;
use super::notice::visitor::VisitorNotice;
use super::overload::Load;
use super::sites::Site;
use crate::bus::Hint;
use crate::store::agent::update_agent_idle;
use crate::store::call::update_call_withdrawn;
use crate::store::chat::change::{update_chat_ended, update_chat_form_sent, update_chat_instead};
use crate::store::chat::{
    ChatMode, ChatRow, ChatState, EndedBy, NewChat, find_chat, find_chat_locked, find_chat_of_presentation,
    find_open_chat, find_window_at_launch, insert_chat,
};
use crate::store::customer::link::{Link, find_known, find_prefill};
use crate::store::identity::Proof;
use crate::store::message::{Audience, NewMessage, Sender, append_message};
use crate::store::participant::update_company_left;
use crate::store::presentation::{PresentationRow, find_presentation};
use crate::store::visit::find_visit_locked;
use crate::store::webhook::event::{EventKind, insert_chat_event};
use crate::store::{StoreError, StoreResult, Tx};

/// An alert that nobody acts on passes after so many ring times.
const ALERT_RINGS_MAX: u32 = 5;
/// A form that nobody sends is given up after this time.
const FORM_GIVEN_UP_S: u32 = 30 * 60;

/// Who asks for a chat, and how it came to that.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The site.
    pub site: Arc<Site>,
    /// The visitor.
    pub visitor: VisitorId,
    /// The visit.
    pub visit: VisitId,
    /// When they asked, also where it is carried out later.
    pub asked_at: UnixMs,
    /// The queue.
    pub queue: QueueId,
    /// The accepted presentation, if any.
    pub presentation: Option<PresentationId>,
    /// How it came about.
    pub mode: ChatMode,
    /// What the rule that led here says of its priority.
    pub priority: u8,
}

/// What opening a chat came to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opened {
    /// The visitor's chat.
    pub(super) chat: ChatId,
    /// The alert or the form that it takes the place of.
    pub(super) replaced: Option<ChatId>,
}

impl Opened {
    /// What to tell once it is committed.
    pub(super) fn hints(self, visitor: VisitorId) -> impl Iterator<Item = Hint> {
        self.replaced.into_iter().chain([self.chat]).map(move |chat| Hint::ChatChanged { chat, visitor })
    }
}

/// Why something the visitor asked for was not done.
#[derive(Debug)]
pub enum Refusal {
    /// A frame says so.
    Notice(Box<VisitorNotice>),
    /// The database failed; nothing was done.
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Refusal> for VisitorNotice {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Notice(notice) => *notice,
            Refusal::Store(error) => error.into(),
        }
    }
}

impl Driver {
    /// Opens a chat that the visitor asked for, or says what there is instead. Who takes up an offer that they `declined` comes to
    /// its queue, with its form (P-2).
    ///
    /// # Errors
    /// When there is no queue, the gate is closed, or the database failed.
    pub async fn visitor_opens(
        &self,
        site: Arc<Site>,
        visitor: VisitorId,
        visit: VisitId,
        declined: Option<PresentationId>,
    ) -> Result<(), Refusal> {
        let taken_up = match declined {
            Some(id) => self.find_taken_up(&site, visitor, id).await?,
            None => None,
        };
        let (queue, presentation, mode, priority) = match (taken_up, site.default_queue) {
            (Some(row), _) => {
                let priority = u8::try_from(row.chat_priority).unwrap_or_default();
                (*row.queue_id, Some(*row.id), ChatMode::Invite, priority)
            }
            (None, Some(queue)) => (queue, None, ChatMode::Reactive, 0),
            (None, None) => {
                return Err(refuse(None, RefusalCode::NotFound, "This site has no chat queue."));
            }
        };
        let now = self.clock().now();
        if self.load() >= Load::NoNewChats
            && !self.live_visit(visitor).await.is_some_and(|live| live.chat_open)
        {
            let (reason, alternative) = (Missed::Overloaded, Alternative::default());
            let instead = Box::new(shown(&site, queue, Instead { reason, alternative }, &[], None, now));
            return Err(VisitorNotice::Alternative { instead }.into());
        }
        let mut tx = self.store().write().await?;
        // What the visit decides at this moment comes before or after.
        find_visit_locked(&mut tx, visit).await?;
        if find_open_chat(&mut tx, visitor).await?.is_none_or(|open| gives_way(&open, mode, now)) {
            let gate = lock_gate_of_visitor(&mut tx, &site, queue, visitor, now).await?;
            let closed = gate.closed_because().map(Missed::of);
            let instead =
                closed.map(|reason| Instead { reason, alternative: alternative(&site, queue, reason) });
            if let Some(instead) = instead.filter(|instead| instead.alternative != Alternative::Wait) {
                let known = find_prefill(&mut tx, visitor).await?;
                let instead = Box::new(shown(&site, queue, instead, &[], known.as_ref(), now));
                return Err(VisitorNotice::Alternative { instead }.into());
            }
        }
        let opening = Opening { site, visitor, visit, asked_at: now, queue, presentation, mode, priority };
        let opened = open(self, &mut tx, &opening, now).await?;
        Ok(self.commit_and_tell(tx, opened.hints(visitor)).await?)
    }

    /// The visitor's own offer, unless it has led to a chat before or its queue is gone.
    async fn find_taken_up(
        &self,
        site: &Site,
        visitor: VisitorId,
        declined: PresentationId,
    ) -> StoreResult<Option<PresentationRow>> {
        let mut tx = self.store().read().await?;
        let row = find_presentation(&mut tx, declined)
            .await?
            .filter(|row| *row.visitor_id == visitor && site.world.config.queue(*row.queue_id).is_some())
            // That it was declined may be on its way into the database still.
            .filter(|row| row.outcome.is_none_or(|outcome| *outcome == Outcome::Rejected));
        let led = find_chat_of_presentation(&mut tx, visitor, declined).await?.is_some();
        Ok(row.filter(|_| !led))
    }

    /// Takes the form and puts the chat into the queue (P-4).
    ///
    /// # Errors
    /// When the form has errors, the chat is not in its form, the gate has closed meanwhile, or the database failed.
    pub async fn send_form(
        &self,
        site: &Site,
        visitor: VisitorId,
        chat: ChatId,
        given: &BTreeMap<String, Given>,
        language: &str,
    ) -> Result<(), Refusal> {
        let mut tx = self.store().write().await?;
        let mut row = own_chat(&mut tx, visitor, chat, None).await?;
        if was_given_up(&row) {
            row = self.take_up_form(&mut tx, &row).await?;
        }
        let fields = form_of(site, &row);
        let answers = check(fields, given, language).map_err(|field_errors| {
            Refusal::Notice(Box::new(VisitorNotice::FormRefused { chat, field_errors }))
        })?;
        let name = visitor_name(fields, &answers);
        let now = self.clock().now();
        if let Some(instead) = closed_to_form(&mut tx, site, &row, now).await? {
            update_chat_instead(&mut tx, chat, &instead).await?;
            finish(self, &mut tx, &row, EndedBy::System, now).await?;
            let known = find_prefill(&mut tx, visitor).await?;
            self.commit_and_tell(tx, [Hint::ChatChanged { chat, visitor }]).await?;
            let instead = Box::new(shown(site, *row.queue_id, instead, &answers, known.as_ref(), now));
            return Err(VisitorNotice::Alternative { instead }.into());
        }
        let replaced = if was_given_up(&row) {
            make_way(self, &mut tx, visitor, is_silent_alert, now).await?
        } else {
            None
        };
        let due = wait_due(&routing_of(site, *row.queue_id), now);
        match update_chat_form_sent(&mut tx, &row, &answers, name.as_deref(), due, now).await {
            Ok(true) => {}
            // Sent twice: the first one counts, and the chat says where it stands.
            Ok(false) if *row.state != ChatState::Ended => {
                self.bus().publish(Hint::ChatChanged { chat, visitor });
                return Ok(());
            }
            Ok(false) | Err(StoreError::Taken) => {
                return Err(refuse(None, RefusalCode::ChatClosed, "This chat has ended."));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(self.commit_and_tell(tx, Opened { chat, replaced }.hints(visitor)).await?)
    }

    /// A form that was given up comes after any other chat of its visitor, but for an alert of which they know nothing.
    /// Yields the chat as it stands when nobody else can change it.
    async fn take_up_form(&self, tx: &mut Tx, row: &ChatRow) -> Result<ChatRow, Refusal> {
        lock_queue(tx, *row.queue_id).await?;
        let row = own_chat(tx, *row.visitor_id, *row.id, None).await?;
        let other = find_open_chat(tx, *row.visitor_id).await?.filter(|open| !is_silent_alert(open));
        if was_given_up(&row) && other.is_some() {
            return Err(refuse(None, RefusalCode::ChatClosed, "This chat has ended."));
        }
        Ok(row)
    }

    /// Ends the visitor's chat (P-7). One that has ended stays as it is.
    ///
    /// # Errors
    /// When the chat is not the visitor's, or the database failed.
    pub async fn visitor_ends(&self, visitor: VisitorId, chat: ChatId) -> Result<(), Refusal> {
        let mut tx = self.store().write().await?;
        find_chat_locked(&mut tx, chat).await?;
        let row = own_chat(&mut tx, visitor, chat, None).await?;
        end(self, &mut tx, &row, EndedBy::Visitor, "visitor_left").await?;
        Ok(self.commit_and_tell_of(tx, &row, true).await?)
    }
}

/// Opens a chat within a unit of work; a visitor who has one keeps it.
pub(super) async fn open(
    driver: &Driver,
    tx: &mut Tx,
    opening: &Opening,
    now: UnixMs,
) -> StoreResult<Opened> {
    let goes = |open: &ChatRow| gives_way(open, opening.mode, opening.asked_at);
    let replaced = make_way(driver, tx, opening.visitor, goes, now).await?;
    if let Some(open) = find_open_chat_locked(tx, opening.visitor).await? {
        return Ok(Opened { chat: *open.id, replaced });
    }
    let form = form_fields(&opening.site, opening.queue, opening.mode);
    let routing = routing_of(&opening.site, opening.queue);
    let window_at_launch = opening.mode == ChatMode::Engage
        && launch_window(&opening.site, opening.queue) == LaunchWindow::AtLaunch
        && !find_window_at_launch(tx, opening.visit).await?;
    let held_until = match opening.mode {
        ChatMode::Invite => now.plus_s(FORM_OPEN_MAX_S),
        ChatMode::Reactive | ChatMode::Engage => now,
    };
    let chat = NewChat {
        id: ChatId(driver.clock().new_id()),
        site: *opening.site.row.id,
        queue: opening.queue,
        visitor: opening.visitor,
        visit: opening.visit,
        presentation: opening.presentation,
        mode: opening.mode,
        form_due: (!form.is_empty()).then(|| now.plus_s(FORM_GIVEN_UP_S)),
        held_until,
        visitor_name: known_name(tx, &opening.site, opening.visitor).await?,
        priority: priority_of(opening, &routing),
        wait_due: Some(match opening.mode {
            ChatMode::Reactive | ChatMode::Invite => wait_due(&routing, now),
            ChatMode::Engage => alert_due(&routing, now),
        }),
        window_at_launch,
    };
    if insert_chat(tx, &chat, now).await? {
        metrics::counter!("beckon_chats_total").increment(1);
        insert_chat_event(tx, driver.clock().new_id(), EventKind::ChatOpened, chat.id, now).await?;
        return Ok(Opened { chat: chat.id, replaced });
    }
    // Another node was faster: its chat is the visitor's.
    let open = find_open_chat(tx, opening.visitor).await?.ok_or(StoreError::Taken)?;
    Ok(Opened { chat: *open.id, replaced })
}

/// An alert passes when no agent has taken it by then: a ring that is under way ends first (P-10).
pub(super) fn alert_due(routing: &Routing, now: UnixMs) -> UnixMs {
    now.plus_s(routing.ring_time_s * ALERT_RINGS_MAX).min(wait_due(routing, now))
}

/// The visitor's open chat as it is, and stays until this unit of work ends.
pub(super) async fn find_open_chat_locked(tx: &mut Tx, visitor: VisitorId) -> StoreResult<Option<ChatRow>> {
    let Some(open) = find_open_chat(tx, visitor).await? else { return Ok(None) };
    let locked = find_chat_locked(tx, *open.id).await?;
    Ok(locked.filter(|chat| *chat.state != ChatState::Ended))
}

/// Its form was not sent in time, or gave way to a yes, and can be sent still.
pub(super) fn was_given_up(chat: &ChatRow) -> bool {
    let by_system = chat.ended_by.as_ref().is_some_and(|by| **by == EndedBy::System);
    *chat.state == ChatState::Ended && by_system && chat.queued_at.is_none() && chat.instead.is_none()
}

/// An agent was alerted and nobody has written: the visitor knows nothing of it (P-9), but where the window opened at launch.
pub(super) fn is_silent_alert(chat: &ChatRow) -> bool {
    *chat.mode == ChatMode::Engage && !chat.written
}

/// Ends a chat and says so in it, unless the visitor never saw it.
pub(super) async fn end(
    driver: &Driver,
    tx: &mut Tx,
    chat: &ChatRow,
    by: EndedBy,
    key: &str,
) -> StoreResult<bool> {
    let now = driver.clock().now();
    if !finish(driver, tx, chat, by, now).await? {
        return Ok(false);
    }
    if !is_silent_alert(chat) {
        say_as_system(driver, tx, *chat.id, key, "").await?;
    }
    if let Some(agent) = chat.agent_id {
        update_agent_idle(tx, *agent, now).await?;
    }
    Ok(true)
}

/// Ends a chat, sends away who else is in it, and starts the time for wrapping up.
pub(super) async fn finish(
    driver: &Driver,
    tx: &mut Tx,
    chat: &ChatRow,
    by: EndedBy,
    now: UnixMs,
) -> StoreResult<bool> {
    let wrap_up_s = driver.conduct_of(chat).wrap_up_s;
    let wrap_up_due = (wrap_up_s > 0).then(|| now.plus_s(wrap_up_s));
    if !update_chat_ended(tx, *chat.id, by, now, wrap_up_due).await? {
        return Ok(false);
    }
    update_call_withdrawn(tx, *chat.id, now).await?;
    update_company_left(tx, *chat.id, now).await?;
    driver.send_transcripts(tx, chat, now).await?;
    remember_for_search(tx, *chat.id).await?;
    insert_chat_event(tx, driver.clock().new_id(), EventKind::ChatEnded, *chat.id, now).await?;
    Ok(true)
}

/// Puts a line of Beckon's own into a chat: a key that the browsers translate.
pub(super) async fn say_as_system(
    driver: &Driver,
    tx: &mut Tx,
    chat: ChatId,
    key: &str,
    name: &str,
) -> StoreResult<()> {
    append_line(driver, tx, chat, key, name, Audience::All).await
}

/// Puts a line of Beckon's own into a chat that only the team sees.
pub(super) async fn tell_staff(
    driver: &Driver,
    tx: &mut Tx,
    chat: ChatId,
    key: &str,
    name: &str,
) -> StoreResult<()> {
    append_line(driver, tx, chat, key, name, Audience::Staff).await
}

async fn append_line(
    driver: &Driver,
    tx: &mut Tx,
    chat: ChatId,
    key: &str,
    name: &str,
    audience: Audience,
) -> StoreResult<()> {
    let id = driver.clock().new_id().to_string();
    let message =
        NewMessage { id: &id, sender: Sender::System, user: None, name, body: key, file: None, audience };
    append_message(tx, chat, message, driver.clock().now()).await?;
    Ok(())
}

/// The form that a chat in state `Form` shows.
pub(super) fn form_of<'a>(site: &'a Site, chat: &ChatRow) -> &'a [Field] {
    form_fields(site, *chat.queue_id, *chat.mode)
}

/// Says that the server cannot do it now.
pub(super) fn unavailable() -> VisitorNotice {
    VisitorNotice::Refused {
        id: None,
        code: RefusalCode::Unavailable,
        detail: "This cannot be done right now. What you wrote is kept and sent again.".to_owned(),
    }
}

/// How chats are routed and wait in a queue; as by default when the queue is gone.
pub(super) fn routing_of(site: &Site, queue: QueueId) -> Routing {
    site.world.config.queue(queue).map(|queue| queue.plan.routing.clone()).unwrap_or_default()
}

/// The priority a chat begins with: the higher of what the queue and what the rule says.
fn priority_of(opening: &Opening, routing: &Routing) -> u8 {
    let by_queue = match opening.mode {
        ChatMode::Reactive => routing.priority.reactive,
        ChatMode::Invite => routing.priority.invite,
        // The agent writes first: nobody waits.
        ChatMode::Engage => 0,
    };
    by_queue.max(opening.priority)
}

fn launch_window(site: &Site, queue: QueueId) -> LaunchWindow {
    site.world.config.queue(queue).map(|queue| queue.plan.launch_window).unwrap_or_default()
}

fn form_fields(site: &Site, queue: QueueId, mode: ChatMode) -> &[Field] {
    let plan = site.world.config.queue(queue).map(|queue| &queue.plan);
    match mode {
        ChatMode::Reactive => plan.map_or(&[], |plan| plan.form_reactive.as_slice()),
        ChatMode::Invite => plan.map_or(&[], |plan| plan.form_invite.as_slice()),
        ChatMode::Engage => &[],
    }
}

pub(super) async fn own_chat(
    tx: &mut Tx,
    visitor: VisitorId,
    chat: ChatId,
    id: Option<&str>,
) -> Result<ChatRow, Refusal> {
    let row = find_chat(tx, chat).await?.filter(|row| *row.visitor_id == visitor);
    row.ok_or_else(|| refuse(id, RefusalCode::NotFound, "There is no such chat."))
}

pub(super) fn refuse(id: Option<&str>, code: RefusalCode, detail: &str) -> Refusal {
    let id = id.map(str::to_owned);
    Refusal::Notice(Box::new(VisitorNotice::Refused { id, code, detail: detail.to_owned() }))
}

/// What the console calls a visitor before they give a name: who they are, if that is proven.
async fn known_name(tx: &mut Tx, site: &Site, visitor: VisitorId) -> StoreResult<String> {
    let known = find_known(tx, *site.row.id, visitor).await?;
    let name = match known.customer {
        Some((row, Link::Signed | Link::ByHand)) => row.details.full_name(),
        Some((_, Link::Claimed)) | None => None,
    };
    let signed = known.identity.filter(|said| *said.identity == Proof::Signed);
    let said = || signed.and_then(|said| said.identity_name.or(said.identity_email));
    Ok(name.or_else(said).unwrap_or_else(|| placeholder_name(visitor)))
}

/// What the console calls a visitor who gave no name.
fn placeholder_name(visitor: VisitorId) -> String {
    let id = visitor.0.simple().to_string();
    format!("Visitor {}", &id[id.len() - 4..])
}
