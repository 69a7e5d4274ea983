//! Owns carrying out what the engine asks: each list of effects is one unit of work, committed together with the
//! visit's checkpoint, before anyone is told.

use std::sync::Arc;
use std::time::Duration;

use beckon_engine::effect::Effect;
use beckon_engine::event::{ChatPhase, Event};
use beckon_engine::id::{PresentationId, QueueId, TabId, VisitId, VisitorId};
use beckon_engine::offer::Outcome;
use beckon_engine::queue::Alternative;
use beckon_engine::queue::enquiry::{Instead, Missed};
use beckon_engine::reason::Reason;
use beckon_engine::time::UnixMs;
use beckon_engine::visit::Presentation;

use super::Driver;
use super::conversation::{self, Opening};
use super::entry::{self, Entry};
use super::instead::{alternative, shown};
use super::notice::visitor::{PresentedOffer, VisitorNotice};
use super::overload::Load;
use super::presenting::present;
use super::progress::Progress;
use super::reasons::Why;
use super::sites::Site;
use crate::bus::Hint;
use crate::store::chat::{ChatMode, ChatRow, EndedBy, find_chat_of_presentation, find_open_chat};
use crate::store::customer::link::find_prefill;
use crate::store::offer_stop::find_offer_stop;
use crate::store::presentation::{find_presentation, update_accepted_late, update_outcome};
use crate::store::visit::{
    Checkpoint, find_visit_epoch, is_visit_held, update_visit_checkpoint, update_visit_ended,
};
use crate::store::webhook::event::{EventKind, insert_offer_event};
use crate::store::{StoreError, StoreResult, Tx};

/// Tries before an offer that cannot be committed is not presented. Everything else was promised, and is tried on.
const TRIES_MAX: u32 = 6;
/// The wait before the second try; it doubles up to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// What the engine asked for at one moment.
#[derive(Debug)]
pub(super) struct Decided {
    pub(super) at: UnixMs,
    pub(super) effects: Vec<Effect>,
    /// Where the visit stood then. Of what was decided later it says nothing: that is committed with its own.
    pub(super) checkpoint: Checkpoint,
    /// What the visit had asked for or open then.
    pub(super) presentation: Option<Presentation>,
}

impl Decided {
    /// Presentations of which the engine believes that they were never made are withdrawn where they were: the next one of the
    /// visit would be refused (O-3), and the agent's slot held.
    fn take_back(self, at: UnixMs) -> Self {
        let (outcome, reason) = (Outcome::Withdrawn, Some(Reason::StoreRefused));
        let withdraw = |presentation| Effect::SettleOutcome { presentation, outcome, reason };
        Self { at, effects: presentations(&self).map(withdraw).collect(), ..self }
    }
}

/// What one visit asks for.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) visitor: VisitorId,
    pub(super) visit: VisitId,
    /// The epoch since which this node has held the visit.
    pub(super) held_since: i64,
    pub(super) site: Arc<Site>,
    /// Why an offer is presented, when one is.
    pub(super) why: Option<Box<Why>>,
    pub(super) decided: Decided,
}

/// What came of it: events for the engine, and what to tell the browser.
#[derive(Debug)]
pub(super) struct JobDone {
    pub(super) visit: VisitId,
    pub(super) held_since: i64,
    pub(super) events: Vec<Event>,
    pub(super) presented: Option<(PresentedOffer, Option<TabId>)>,
    pub(super) settled: Vec<(PresentationId, Outcome)>,
    pub(super) notices: Vec<VisitorNotice>,
    /// Takes back the presentations that may have been committed all the same, when only the answer was lost.
    pub(super) given_up: Option<Box<Decided>>,
    /// The visit has ended, or another node has held it since.
    pub(super) lost: bool,
    hints: Vec<Hint>,
}

/// Commits a job, trying again while the database is away, until this node stops.
pub(super) async fn carry_out(driver: &Driver, job: Job) -> JobDone {
    let presents = |effect: &Effect| matches!(effect, Effect::PresentOffer { .. });
    let only_presents = job.decided.effects.iter().all(presents);
    // What was asked for before the engine knew takes no unit of work.
    if only_presents && driver.load() >= Load::NoOffers {
        return refuse(&job, Reason::Overloaded);
    }
    let mut wait = FIRST_WAIT;
    for attempt in 1_u32.. {
        match commit(driver, &job).await {
            Ok(mut done) => {
                count(&done);
                for hint in done.hints.drain(..) {
                    driver.bus().publish(hint);
                }
                driver.inner.gates.notify_one();
                return done;
            }
            Err(error) => {
                tracing::warn!(visit = %job.visit, attempt, %error, "effects could not be committed")
            }
        }
        if driver.stopping().is_cancelled() || (attempt >= TRIES_MAX && only_presents) {
            break;
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
    // What could not be settled is settled by the sweeper when it is due.
    let done = refuse(&job, Reason::StoreRefused);
    let notices = if only_presents { Vec::new() } else { vec![conversation::unavailable()] };
    let given_up = job.decided.take_back(driver.clock().now());
    JobDone { notices, given_up: (!given_up.effects.is_empty()).then(|| Box::new(given_up)), ..done }
}

fn count(done: &JobDone) {
    if done.presented.is_some() {
        metrics::counter!("beckon_presentations_total").increment(1);
    }
    for (_, outcome) in &done.settled {
        count_outcome(*outcome);
    }
}

pub(super) fn count_outcome(outcome: Outcome) {
    metrics::counter!("beckon_outcomes_total", "outcome" => outcome_label(outcome)).increment(1);
}

fn outcome_label(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted => "accepted",
        Outcome::Rejected => "rejected",
        Outcome::Ignored => "ignored",
        Outcome::PassivelyIgnored => "passively_ignored",
        Outcome::Withdrawn => "withdrawn",
    }
}

async fn commit(driver: &Driver, job: &Job) -> StoreResult<JobDone> {
    let now = driver.clock().now();
    let mut done = JobDone::of(job);
    let mut tx = driver.store().write().await?;
    let checkpoint = &job.decided.checkpoint;
    if !update_visit_checkpoint(&mut tx, checkpoint).await? {
        done.lost = true;
        if !is_visit_held(&mut tx, job.visit, checkpoint.epoch).await? {
            tracing::info!(visit = %job.visit, "the visit was claimed elsewhere");
            return Ok(done);
        }
    } else if ends_visit(job) && find_visit_epoch(&mut tx, job.visit).await? != Some(checkpoint.epoch) {
        tracing::info!(visit = %job.visit, "the visitor has come again, and the visit goes on");
        done.lost = true;
        return Ok(done);
    }
    if job.decided.effects.len() > 1 {
        entry::lock_queues(&mut tx, &job.decided.effects).await?;
    }
    let entry = entry::look(&mut tx, job, now).await?;
    for effect in &job.decided.effects {
        carry_out_one(driver, &mut tx, job, effect, &entry, now, &mut done).await?;
    }
    if let Err(error) = tx.commit().await {
        // It may stand all the same, when only the answer was lost: a hint makes someone read.
        done.hints.into_iter().for_each(|hint| driver.bus().publish(hint));
        return Err(error);
    }
    Ok(done)
}

fn ends_visit(job: &Job) -> bool {
    job.decided.effects.contains(&Effect::EndVisit)
}

async fn carry_out_one(
    driver: &Driver,
    tx: &mut Tx,
    job: &Job,
    effect: &Effect,
    entry: &Entry,
    now: UnixMs,
    done: &mut JobDone,
) -> StoreResult<()> {
    match effect {
        Effect::PresentOffer { presentation, .. } => {
            let event = match present(driver, tx, job, effect, now, done).await? {
                Ok(()) => Event::PresentationCommitted { presentation: *presentation },
                Err(reason) => Event::PresentationRefused { presentation: *presentation, reason },
            };
            done.events.push(event);
        }
        Effect::SettleOutcome { presentation, outcome, reason } => {
            // Not when it is committed at last: the next presentation may have been decided before that.
            let at = job.decided.at;
            let refused = entry.refused_because().filter(|_| *outcome == Outcome::Accepted);
            let (outcome, reason) =
                refused.map_or((*outcome, *reason), |reason| (Outcome::Withdrawn, Some(reason)));
            if refused.is_some() {
                done.events.push(Event::OutcomeCorrected { presentation: *presentation, outcome, at });
            }
            settle(driver, tx, *presentation, outcome, reason, at, done).await?;
        }
        // The folded offer goes: its yes has been answered.
        Effect::RecordLateAccept { presentation } if entry.refused_because().is_some() => {
            done.settled.push((*presentation, Outcome::Withdrawn));
        }
        Effect::RecordLateAccept { presentation } => {
            update_accepted_late(tx, *presentation, now).await?;
            done.settled.push((*presentation, Outcome::Accepted));
        }
        Effect::OpenChat { presentation, queue } => {
            come_in(driver, tx, job, (*presentation, *queue), entry, now, done).await?;
        }
        Effect::GiveAlternative { presentation, queue, reason } => {
            let wanted = (*presentation, *queue);
            give_alternative(driver, tx, job, wanted, *reason, now, done).await?;
        }
        Effect::AlertAgent { queue, rule } => {
            let priority = job.site.rules.get(rule).map_or(0, |rule| rule.chat_priority);
            let opening = Opening { mode: ChatMode::Engage, priority, ..invited(job, *queue, None) };
            alert(driver, tx, job, &opening, now, done).await?;
        }
        Effect::WithdrawAlert { .. } => withdraw_alert(driver, tx, job, now, done).await?,
        Effect::EndVisit => {
            update_visit_ended(tx, job.visit, job.decided.checkpoint.epoch, now).await?;
        }
        Effect::ShowOffer { .. } => {}
    }
    Ok(())
}

/// The visitor who said yes comes into the chat, as far as the last look at the gate lets them.
async fn come_in(
    driver: &Driver,
    tx: &mut Tx,
    job: &Job,
    (presentation, queue): (PresentationId, QueueId),
    entry: &Entry,
    now: UnixMs,
    done: &mut JobDone,
) -> StoreResult<()> {
    match entry {
        Entry::Open => {
            let priority = priority_of(tx, presentation).await?;
            let opening = Opening { priority, ..invited(job, queue, Some(presentation)) };
            return open_chat(driver, tx, job, &opening, now, done).await;
        }
        Entry::Closed(reason) => {
            // An alert of which the visitor knows nothing goes on, unless they wait for a chat instead.
            let alert = find_open_chat(tx, job.visitor).await?;
            tell_of_chat(done, alert.as_ref());
            return give_alternative(driver, tx, job, (presentation, queue), *reason, now, done).await;
        }
        Entry::Done => {
            let led = find_chat_of_presentation(tx, job.visitor, presentation).await?;
            done.hints.extend(led.map(|chat| Hint::ChatChanged { chat: *chat.id, visitor: job.visitor }));
        }
        Entry::InChat(open) => {
            tell_of_chat(done, open.as_deref());
            let visitor = job.visitor;
            done.hints.extend(open.iter().map(|open| Hint::ChatChanged { chat: *open.id, visitor }));
        }
    }
    Ok(())
}

/// The engine hears how far the chat is after it has heard what became of the yes, and presents nothing meanwhile.
fn tell_of_chat(done: &mut JobDone, chat: Option<&ChatRow>) {
    done.events.insert(0, Event::ChatChanged { state: ChatPhase::Open });
    done.events.extend(Progress::of(chat).events());
}

/// Of two outcomes the database keeps the first (O-10).
async fn settle(
    driver: &Driver,
    tx: &mut Tx,
    presentation: PresentationId,
    outcome: Outcome,
    reason: Option<Reason>,
    at: UnixMs,
    done: &mut JobDone,
) -> StoreResult<()> {
    if update_outcome(tx, presentation, outcome, reason, at).await? {
        let told = driver.clock().new_id();
        insert_offer_event(tx, told, EventKind::OfferSettled, presentation, at).await?;
        done.settled.push((presentation, outcome));
        return Ok(());
    }
    let Some(row) = find_presentation(tx, presentation).await? else { return Ok(()) };
    if let (Some(stored), Some(stored_at)) = (row.outcome, row.outcome_at) {
        let ignored = matches!(stored.0, Outcome::Ignored | Outcome::PassivelyIgnored);
        if outcome == Outcome::Accepted && ignored {
            // The sweeper was faster than a yes that leads to a chat in this unit of work (O-7).
            update_accepted_late(tx, presentation, at).await?;
        }
        if stored.0 != outcome {
            done.events.push(Event::OutcomeCorrected {
                presentation,
                outcome: stored.0,
                at: UnixMs(stored_at),
            });
        }
        done.settled.push((presentation, stored.0));
    }
    Ok(())
}

fn invited(job: &Job, queue: QueueId, presentation: Option<PresentationId>) -> Opening {
    Opening {
        site: Arc::clone(&job.site),
        visitor: job.visitor,
        visit: job.visit,
        asked_at: job.decided.at,
        queue,
        presentation,
        mode: ChatMode::Invite,
        priority: 0,
    }
}

/// As the rule said when the offer was presented.
async fn priority_of(tx: &mut Tx, presentation: PresentationId) -> StoreResult<u8> {
    let row = find_presentation(tx, presentation).await?;
    Ok(row.and_then(|row| u8::try_from(row.chat_priority).ok()).unwrap_or_default())
}

/// Alerts an agent, unless the gate has closed or is full since the engine looked (P-11): many visitors may have met the
/// launch criteria at the same moment.
async fn alert(
    driver: &Driver,
    tx: &mut Tx,
    job: &Job,
    opening: &Opening,
    now: UnixMs,
    done: &mut JobDone,
) -> StoreResult<()> {
    let gate = entry::lock_gate(tx, &job.site, opening.queue, now).await?;
    let stopped = find_offer_stop(tx, *job.site.row.id).await?.map(|_| Reason::OffersStopped);
    // An open chat is the one of an earlier try, or one that the visitor opened meanwhile: it stands.
    if let Some(reason) = gate.closed_because().or(stopped)
        && find_open_chat(tx, job.visitor).await?.is_none()
    {
        done.events.push(Event::AlertRefused { reason });
        return Ok(());
    }
    open_chat(driver, tx, job, opening, now, done).await
}

async fn open_chat(
    driver: &Driver,
    tx: &mut Tx,
    job: &Job,
    opening: &Opening,
    now: UnixMs,
    done: &mut JobDone,
) -> StoreResult<()> {
    let opened = conversation::open(driver, tx, opening, now).await?;
    done.hints.extend(opened.hints(job.visitor));
    Ok(())
}

/// The visitor who cannot have a chat is never met by silence (O-11).
async fn give_alternative(
    driver: &Driver,
    tx: &mut Tx,
    job: &Job,
    (presentation, queue): (PresentationId, QueueId),
    reason: Reason,
    now: UnixMs,
    done: &mut JobDone,
) -> StoreResult<()> {
    let reason = Missed::of(reason);
    let alternative = alternative(&job.site, queue, reason);
    if alternative == Alternative::Wait {
        let priority = priority_of(tx, presentation).await?;
        let opening = Opening { priority, ..invited(job, queue, None) };
        return open_chat(driver, tx, job, &opening, now, done).await;
    }
    let known = find_prefill(tx, job.visitor).await?;
    let instead = Instead { reason, alternative };
    let instead = Box::new(shown(&job.site, queue, instead, &[], known.as_ref(), now));
    done.notices.push(VisitorNotice::Alternative { instead });
    Ok(())
}

/// The visitor is gone, or the gate closed, before an agent wrote (P-10).
async fn withdraw_alert(
    driver: &Driver,
    tx: &mut Tx,
    job: &Job,
    now: UnixMs,
    done: &mut JobDone,
) -> StoreResult<()> {
    let Some(chat) = conversation::find_open_chat_locked(tx, job.visitor).await? else { return Ok(()) };
    if conversation::is_silent_alert(&chat) {
        conversation::finish(driver, tx, &chat, EndedBy::System, now).await?;
        done.hints.push(Hint::ChatChanged { chat: *chat.id, visitor: job.visitor });
    }
    Ok(())
}

/// The presentations and the alert asked for are not made (O-14).
fn refuse(job: &Job, reason: Reason) -> JobDone {
    let mut events: Vec<Event> = presentations(&job.decided)
        .map(|presentation| Event::PresentationRefused { presentation, reason })
        .collect();
    if job.decided.effects.iter().any(|effect| matches!(effect, Effect::AlertAgent { .. })) {
        events.push(Event::AlertRefused { reason });
    }
    JobDone { events, ..JobDone::of(job) }
}

fn presentations(decided: &Decided) -> impl Iterator<Item = PresentationId> {
    decided.effects.iter().filter_map(|effect| {
        if let Effect::PresentOffer { presentation, .. } = effect { Some(*presentation) } else { None }
    })
}

impl JobDone {
    fn of(job: &Job) -> Self {
        Self {
            visit: job.visit,
            held_since: job.held_since,
            events: Vec::new(),
            presented: None,
            settled: Vec::new(),
            notices: Vec::new(),
            given_up: None,
            lost: false,
            hints: Vec::new(),
        }
    }
}

impl From<StoreError> for VisitorNotice {
    fn from(error: StoreError) -> Self {
        tracing::warn!(%error, "a visitor's frame could not be carried out");
        conversation::unavailable()
    }
}
