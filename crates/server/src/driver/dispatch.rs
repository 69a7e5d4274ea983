//! Owns what a hint leads to on this node: who is told, and what is counted or routed anew.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use beckon_engine::id::{ChatId, PresentationId, UserId, VisitorId};
use beckon_engine::time::UnixMs;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::Instant;

use super::Driver;
use super::command::{ShardCommand, VisitorSignal};
use super::consoles::{ConsoleSignal, Shown};
use super::notice::agent::{AgentNotice, Chat, StatusReason};
use super::notice::visitor::VisitorNotice;
use super::places::moved_by;
use super::view::{Company, agent_status, status_reason};
use crate::bus::{Hint, Side, Writer};
use crate::store::StoreResult;
use crate::store::agent::{find_agent, list_serving};
use crate::store::chat_view::list_chat_views_of;
use crate::store::presentation::find_presentation;

/// Hints that are followed one after another before new ones are looked at.
const GATHERED_MAX: usize = 1_024;
/// Chats in which something was written or read are shown to consoles together, so often.
const SHOWN_EVERY: Duration = Duration::from_millis(100);
/// When the database failed, they are shown after this time.
const SHOWN_AGAIN_AFTER: Duration = Duration::from_secs(1);
/// Hints that the database failed to follow and that are followed again; where they are more, everything is read anew.
const AGAIN_MAX: usize = 1_024;
/// A hint is followed again so often.
const TRIES_MAX: u32 = 60;
/// Chats that are read, and shown to a console, at a time.
const SHOWN_TOGETHER_MAX: usize = 16;

pub(super) async fn run(driver: Driver) {
    let stopping = driver.stopping().clone();
    let mut hints = driver.bus().subscribe();
    let mut unshown = Unshown::new();
    let mut failed = Failed { hints: Vec::new(), overflown: false, due: Instant::now() };
    loop {
        let hint = tokio::select! {
            () = stopping.cancelled() => break,
            () = tokio::time::sleep_until(unshown.due), if !unshown.is_empty() => {
                unshown.show_some(&driver).await;
                continue;
            }
            () = tokio::time::sleep_until(failed.due), if !failed.hints.is_empty() => {
                failed.follow_again(&driver, &mut unshown).await;
                continue;
            }
            hint = hints.recv() => hint,
        };
        let lost = match hint {
            Ok(hint) => {
                let (gathered, lost) = gather(hint, &mut hints);
                follow_all(&driver, gathered, &mut unshown, &mut failed).await;
                lost
            }
            Err(RecvError::Lagged(lost)) => lost,
            Err(RecvError::Closed) => break,
        };
        if lost > 0 {
            tracing::warn!(lost, "hints were lost; everything is read anew");
            resync(&driver).await;
        }
    }
    driver.consoles().tell_all(&ConsoleSignal::Leave);
}

/// Hints that the database failed to follow. They are followed again.
#[derive(Debug)]
struct Failed {
    /// Each with how often it was followed again.
    hints: Vec<(Hint, u32)>,
    /// There were more.
    overflown: bool,
    due: Instant,
}

impl Failed {
    fn put_off(&mut self, hint: Hint) {
        if self.hints.is_empty() {
            self.due = Instant::now() + SHOWN_AGAIN_AFTER;
        }
        if self.hints.len() < AGAIN_MAX {
            self.hints.push((hint, 0));
        } else {
            self.overflown = true;
        }
    }

    /// Follows them until one fails once more: that one comes last the next time.
    async fn follow_again(&mut self, driver: &Driver, unshown: &mut Unshown) {
        if std::mem::take(&mut self.overflown) {
            self.hints.clear();
            return resync(driver).await;
        }
        let mut hints = std::mem::take(&mut self.hints).into_iter();
        for (hint, tries) in hints.by_ref() {
            let Err(error) = follow(driver, hint.clone(), &[], unshown).await else { continue };
            if tries < TRIES_MAX {
                self.hints.push((hint, tries + 1));
            } else {
                metrics::counter!("beckon_hints_dropped_total").increment(1);
                tracing::error!(%error, ?hint, "a hint is given up");
            }
            break;
        }
        self.hints.splice(0..0, hints);
        self.due = Instant::now() + SHOWN_AGAIN_AFTER;
    }
}

/// Chats that consoles have yet to be shown, because something was written or read in them.
#[derive(Debug)]
struct Unshown {
    touched: BTreeSet<ChatId>,
    /// Those whose turn it is; what is touched meanwhile comes after them.
    in_turn: Vec<ChatId>,
    due: Instant,
}

impl Unshown {
    fn new() -> Self {
        Self { touched: BTreeSet::new(), in_turn: Vec::new(), due: Instant::now() }
    }

    fn is_empty(&self) -> bool {
        self.touched.is_empty() && self.in_turn.is_empty()
    }

    /// Shown as it is by now.
    fn forget(&mut self, chat: ChatId) {
        self.touched.remove(&chat);
        self.in_turn.retain(|other| *other != chat);
    }

    /// Some, so that hints are not held up for long.
    fn next(&mut self) -> Vec<ChatId> {
        if self.in_turn.is_empty() {
            self.in_turn = std::mem::take(&mut self.touched).into_iter().collect();
        }
        self.in_turn.split_off(self.in_turn.len().saturating_sub(SHOWN_TOGETHER_MAX))
    }

    async fn show_some(&mut self, driver: &Driver) {
        let some = self.next();
        self.due = Instant::now();
        if driver.consoles().is_empty() {
            return;
        }
        if let Err(error) = show_chats(driver, &some).await {
            tracing::warn!(%error, "chats could not be shown to consoles");
            self.touched.extend(some);
            self.due = Instant::now() + SHOWN_AGAIN_AFTER;
        } else if self.in_turn.is_empty() {
            self.due = Instant::now() + SHOWN_EVERY;
        }
    }
}

/// What has come meanwhile, each hint once, and how many were lost: whoever follows one reads what is true by then, so
/// a second says no more.
fn gather(first: Hint, hints: &mut Receiver<Hint>) -> (Vec<Hint>, u64) {
    let mut seen = HashMap::from([(same(&first), 0)]);
    let (mut gathered, mut lost) = (vec![first], 0);
    while gathered.len() < GATHERED_MAX {
        match hints.try_recv() {
            Ok(hint) => match seen.entry(same(&hint)) {
                Entry::Vacant(entry) => {
                    entry.insert(gathered.len());
                    gathered.push(hint);
                }
                Entry::Occupied(entry) => take_in(&mut gathered[*entry.get()], &hint),
            },
            Err(TryRecvError::Lagged(more)) => lost += more,
            Err(TryRecvError::Empty | TryRecvError::Closed) => break,
        }
    }
    (gathered, lost)
}

/// Of two that say the same the higher number holds, and none where one has none: then everything is read.
fn take_in(held: &mut Hint, later: &Hint) {
    if let (Hint::MessageAdded { seq, .. }, Hint::MessageAdded { seq: other, .. }) = (held, later) {
        *seq = seq.zip(*other).map(|(seq, other)| seq.max(other));
    }
}

/// What makes two hints say the same.
fn same(hint: &Hint) -> Hint {
    if let Hint::MessageAdded { chat, visitor, .. } = hint {
        Hint::MessageAdded { chat: *chat, visitor: *visitor, seq: None }
    } else {
        hint.clone()
    }
}

/// Follows hints one after another. Consoles are told of all new messages first, together: what else the hints say of these chats comes
/// after the messages, and no console shows anyone as writing what is there.
async fn follow_all(driver: &Driver, hints: Vec<Hint>, unshown: &mut Unshown, failed: &mut Failed) {
    let written: Arc<[ChatId]> = hints.iter().filter_map(chat_written_in).collect();
    if !written.is_empty() {
        driver.consoles().tell_all(&ConsoleSignal::MessagesAdded(Arc::clone(&written)));
    }
    let is_over =
        |hint: &Hint| matches!(hint, Hint::Typing { chat, by: Side::Visitor, .. } if written.contains(chat));
    for hint in hints.into_iter().filter(|hint| !is_over(hint)) {
        if let Err(error) = follow(driver, hint.clone(), &written, unshown).await {
            tracing::warn!(%error, "a hint could not be followed; it is followed again");
            failed.put_off(hint);
        }
    }
}

/// The chat that has new messages.
fn chat_written_in(hint: &Hint) -> Option<ChatId> {
    if let Hint::MessageAdded { chat, .. } = hint { Some(*chat) } else { None }
}

async fn follow(driver: &Driver, hint: Hint, written: &[ChatId], unshown: &mut Unshown) -> StoreResult<()> {
    match hint {
        Hint::ChatChanged { chat, visitor } => {
            driver.inner.desk.notify_one();
            driver.inner.gates.notify_one();
            driver.send(visitor, ShardCommand::ChatChanged { visitor }).await;
            if let Some(shown) = show_chats(driver, &[chat]).await?.pop() {
                unshown.forget(chat);
                // When one chat moves, the places of those behind it do.
                driver.inner.places.moved([shown.queue.id]);
            }
        }
        Hint::MessageAdded { chat, visitor, seq } => {
            driver.send(visitor, signal(visitor, VisitorSignal::MessageAdded(seq))).await;
            unshown.touched.insert(chat);
        }
        Hint::Typing { chat, visitor, by: Side::Agent, writer } => {
            let name = writer.as_ref().map(|writer| writer.name.clone());
            tell_visitor(driver, visitor, VisitorNotice::Typing { chat, name }).await;
            tell_colleagues(driver, chat, writer.filter(|_| !written.contains(&chat)));
        }
        Hint::Typing { chat, by: Side::Visitor, .. } => {
            tell_followers(driver, chat, AgentNotice::Typing { chat, name: None });
        }
        Hint::Read { chat, visitor, by: Side::Agent, seq } => {
            tell_visitor(driver, visitor, VisitorNotice::Read { chat, seq }).await;
            unshown.touched.insert(chat);
        }
        Hint::Read { chat, by: Side::Visitor, seq, .. } => {
            tell_followers(driver, chat, AgentNotice::Read { chat, seq });
        }
        Hint::Delivered { chat, visitor, to: Side::Agent, seq } => {
            tell_visitor(driver, visitor, VisitorNotice::Delivered { chat, seq }).await;
        }
        Hint::Delivered { chat, to: Side::Visitor, seq, .. } => {
            tell_followers(driver, chat, AgentNotice::Delivered { chat, seq });
        }
        Hint::PlacesMoved { queue } => driver.inner.places.moved([queue]),
        Hint::VisitMoved { chat } => tell_of_move(driver, chat).await?,
        Hint::OfferTakenBack { presentation, visitor } => {
            tell_of_outcome(driver, visitor, presentation).await?;
        }
        Hint::OfferRequested { .. } => driver.inner.asked.notify_one(),
        Hint::AgentChanged { user, no_answer } => {
            driver.inner.desk.notify_one();
            driver.inner.gates.notify_one();
            tell_status(driver, user, no_answer).await?;
            moved_by(driver, user).await?;
        }
        Hint::SessionsEnded { user } => driver.consoles().signal_user(user, &ConsoleSignal::LookAgain),
        Hint::OptionsChanged { user } => {
            driver.consoles().tell_user(user, &AgentNotice::OptionsChanged {});
        }
        Hint::EnquiryChanged { site } => {
            let notice = Box::new(AgentNotice::EnquiryChanged { site });
            driver.consoles().tell_all(&ConsoleSignal::Notice(notice));
        }
        Hint::VisitorErased { visitor } => {
            driver.inner.just_written.clear();
            driver.send(visitor, ShardCommand::Erased { visitor }).await;
        }
        Hint::SiteChanged { .. } => driver.inner.gates.notify_one(),
        Hint::Lost => {
            tracing::info!("hints were lost on their way; everything is read anew");
            resync(driver).await;
        }
        Hint::Here => {}
    }
    Ok(())
}

async fn tell_visitor(driver: &Driver, visitor: VisitorId, notice: VisitorNotice) {
    driver.send(visitor, signal(visitor, VisitorSignal::Notice(Box::new(notice)))).await;
}

fn signal(visitor: VisitorId, signal: VisitorSignal) -> ShardCommand {
    ShardCommand::Signal { visitor, signal }
}

/// Tells the consoles that follow this chat.
fn tell_followers(driver: &Driver, chat: ChatId, notice: AgentNotice) {
    driver.consoles().tell_all(&ConsoleSignal::IfFollowed(chat, Box::new(notice)));
}

/// Whoever else follows the chat sees who of the team writes.
fn tell_colleagues(driver: &Driver, chat: ChatId, writer: Option<Writer>) {
    let Some(Writer { id, name }) = writer else { return };
    let notice = Box::new(AgentNotice::Typing { chat, name: Some(name) });
    driver.consoles().tell_all_but(id, &ConsoleSignal::IfFollowed(chat, notice));
}

/// Who follows the chat sees the page that its visitor came to.
async fn tell_of_move(driver: &Driver, chat: ChatId) -> StoreResult<()> {
    let shown = show_chats(driver, &[chat]).await?.pop();
    if let Some((visit, page)) = shown.and_then(|shown| Some((shown.visit_id, shown.page?))) {
        tell_followers(driver, chat, AgentNotice::VisitPage { visit, page });
    }
    Ok(())
}

/// The visit of an offer that was taken back takes the outcome that the database holds.
async fn tell_of_outcome(
    driver: &Driver,
    visitor: VisitorId,
    presentation: PresentationId,
) -> StoreResult<()> {
    let mut tx = driver.store().read().await?;
    let row = find_presentation(&mut tx, presentation).await?;
    let Some((outcome, at)) = row.and_then(|row| row.outcome.zip(row.outcome_at)) else { return Ok(()) };
    let (outcome, at) = (*outcome, UnixMs(at));
    driver.send(visitor, ShardCommand::OfferTakenBack { visitor, presentation, outcome, at }).await;
    Ok(())
}

/// Shows chats to the consoles that may see them; yields them.
async fn show_chats(driver: &Driver, chats: &[ChatId]) -> StoreResult<Vec<Chat>> {
    let mut tx = driver.store().read().await?;
    let rows = list_chat_views_of(&mut tx, chats).await?;
    let mut companies = Company::find_all(&mut tx, chats).await?;
    let mut serving = BTreeMap::new();
    for queue in rows.iter().map(|row| *row.queue_id).collect::<BTreeSet<_>>() {
        serving.insert(queue, list_serving(&mut tx, queue).await?);
    }
    drop(tx);
    let mut shown = Vec::with_capacity(rows.len());
    for row in rows {
        let company = companies.remove(&*row.id).unwrap_or_default();
        let involved = company.participants.iter().map(|row| *row.user_id).collect();
        let serving = &serving[&*row.queue_id];
        shown.push(Shown { chat: driver.console_chat(row, company).await, serving, involved });
    }
    driver.consoles().show_chats(&shown);
    Ok(shown.into_iter().map(|shown| shown.chat).collect())
}

async fn tell_status(driver: &Driver, user: UserId, no_answer: bool) -> StoreResult<()> {
    let mut tx = driver.store().read().await?;
    let Some(agent) = find_agent(&mut tx, user).await? else { return Ok(()) };
    let reason = if no_answer { StatusReason::NoAnswer } else { status_reason(&agent) };
    let status = agent_status(&agent, driver.clock().now());
    let (since, away_reason) = (agent.status_since, agent.away_reason);
    driver.consoles().tell_user(user, &AgentNotice::Status { status, reason, away_reason, since });
    Ok(())
}

async fn resync(driver: &Driver) {
    driver.inner.taken_back.missed(driver.clock().now());
    driver.inner.desk.notify_one();
    driver.inner.gates.notify_one();
    for shard in &driver.inner.shards {
        drop(shard.send(ShardCommand::Resync).await);
    }
    driver.consoles().tell_all(&ConsoleSignal::Leave);
}

#[cfg(test)]
mod tests {
    use beckon_engine::id::{ChatId, VisitorId};
    use tokio::sync::broadcast;
    use uuid::Uuid;

    use super::{SHOWN_TOGETHER_MAX, Unshown, gather};
    use crate::bus::Hint;

    fn added(chat: u128, seq: Option<i64>) -> Hint {
        Hint::MessageAdded { chat: ChatId(Uuid::from_u128(chat)), visitor: VisitorId(Uuid::nil()), seq }
    }

    // spec: X-1
    #[test]
    fn of_messages_gathered_the_highest_number_is_told_and_none_where_one_is_not_known() {
        let (sender, mut hints) = broadcast::channel(8);
        for hint in [added(1, Some(4)), added(2, Some(7)), added(2, None), added(1, Some(3))] {
            sender.send(hint).unwrap();
        }
        let (gathered, lost) = gather(added(1, Some(5)), &mut hints);
        assert_eq!((gathered, lost), (vec![added(1, Some(5)), added(2, None)], 0));
    }

    // spec: A-1
    #[test]
    fn every_chat_that_is_touched_has_its_turn_before_one_that_is_touched_again() {
        let chats: Vec<ChatId> =
            (0..=SHOWN_TOGETHER_MAX as u128).map(|n| ChatId(Uuid::from_u128(n))).collect();
        let mut unshown = Unshown::new();
        unshown.touched.extend(&chats);
        let first = unshown.next();
        assert_eq!(first.len(), SHOWN_TOGETHER_MAX);
        unshown.touched.extend(&first);
        let left: Vec<_> = chats.iter().copied().filter(|chat| !first.contains(chat)).collect();
        assert_eq!(unshown.next(), left);
        unshown.forget(first[0]);
        let mut again = unshown.next();
        again.sort();
        assert_eq!(again, chats.iter().copied().filter(|chat| first[1..].contains(chat)).collect::<Vec<_>>());
        assert!(unshown.is_empty());
    }
}
