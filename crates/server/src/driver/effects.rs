//! Owns carrying out what the engine asks: each list of effects is one unit of work, committed together with the
//! visit's checkpoint, before anyone is told.

use std::sync::Arc;
use std::time::Duration;

use beckon_engine::effect::Effect;
use beckon_engine::event::Event;
use beckon_engine::id::{PresentationId, QueueId, RuleId, TabId, VisitId, VisitorId};
use beckon_engine::offer::Outcome;
use beckon_engine::queue::Alternative;
use beckon_engine::reason::Reason;
use beckon_engine::time::UnixMs;
use beckon_engine::visit::Presentation;

use super::Driver;
use super::conversation::{self, Opening};
use super::notice::visitor::{PresentedOffer, VisitorNotice};
use super::sites::{Site, read_gate};
use crate::bus::Hint;
use crate::store::chat::change::update_chat_ended;
use crate::store::chat::{ChatMode, ChatState, EndedBy, find_open_chat};
use crate::store::column::{Json, Text};
use crate::store::presentation::{
    PresentationRow, find_presentation, insert_presentation, update_accepted_late, update_outcome,
};
use crate::store::visit::{Checkpoint, find_visit_epoch, update_visit_checkpoint, update_visit_ended};
use crate::store::{StoreError, StoreResult, Tx};

/// Tries before an offer that cannot be committed is not presented. Everything else was promised, and is tried on.
const TRIES_MAX: u32 = 6;
/// The wait before the second try; it doubles up to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// What one visit asks for.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) visitor: VisitorId,
    pub(super) visit: VisitId,
    pub(super) site: Arc<Site>,
    pub(super) checkpoint: Checkpoint,
    /// What the visit had asked for or open when the job began.
    pub(super) presentation: Option<Presentation>,
    pub(super) effects: Vec<Effect>,
}

/// What came of it: events for the engine, and what to tell the browser.
#[derive(Debug)]
pub(super) struct JobDone {
    pub(super) visit: VisitId,
    pub(super) events: Vec<Event>,
    pub(super) presented: Option<(PresentedOffer, Option<TabId>)>,
    pub(super) settled: Vec<(PresentationId, Outcome)>,
    pub(super) notices: Vec<VisitorNotice>,
    /// The visit has ended, or another node has claimed it.
    pub(super) lost: bool,
    hints: Vec<Hint>,
}

/// Commits a job, trying again while the database is away, until this node stops.
pub(super) async fn carry_out(driver: &Driver, job: Job) -> JobDone {
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
        let presents = |effect: &Effect| matches!(effect, Effect::PresentOffer { .. });
        if driver.stopping().is_cancelled() || (attempt >= TRIES_MAX && job.effects.iter().all(presents)) {
            break;
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
    give_up(&job)
}

fn count(done: &JobDone) {
    if done.presented.is_some() {
        metrics::counter!("beckon_presentations_total").increment(1);
    }
    for (_, outcome) in &done.settled {
        metrics::counter!("beckon_outcomes_total", "outcome" => outcome_label(*outcome)).increment(1);
    }
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
    let mut done = JobDone::of(job.visit);
    let mut tx = driver.store().write().await?;
    if !update_visit_checkpoint(&mut tx, &job.checkpoint).await? {
        done.lost = true;
        if find_visit_epoch(&mut tx, job.visit).await? != Some(job.checkpoint.epoch) {
            tracing::info!(visit = %job.visit, "the visit was claimed elsewhere");
            return Ok(done);
        }
    }
    for effect in &job.effects {
        carry_out_one(driver, &mut tx, job, effect, now, &mut done).await?;
    }
    tx.commit().await?;
    Ok(done)
}

async fn carry_out_one(
    driver: &Driver,
    tx: &mut Tx,
    job: &Job,
    effect: &Effect,
    now: UnixMs,
    done: &mut JobDone,
) -> StoreResult<()> {
    match effect {
        Effect::PresentOffer { presentation, .. } => {
            let event = match present(tx, job, effect, now, done).await? {
                Ok(()) => Event::PresentationCommitted { presentation: *presentation },
                Err(reason) => Event::PresentationRefused { presentation: *presentation, reason },
            };
            done.events.push(event);
        }
        Effect::SettleOutcome { presentation, outcome, reason } => {
            settle(tx, *presentation, *outcome, *reason, now, done).await?;
        }
        Effect::RecordLateAccept { presentation } => {
            update_accepted_late(tx, *presentation, now).await?;
            done.settled.push((*presentation, Outcome::Accepted));
        }
        Effect::OpenChat { presentation, queue } => {
            let opening = invited(job, *queue, Some(*presentation));
            open_chat(driver, tx, job, &opening, now, done).await?;
        }
        Effect::GiveAlternative { queue, reason, .. } => {
            let alternative = conversation::alternative(&job.site, *queue, *reason);
            if alternative == Alternative::Wait {
                open_chat(driver, tx, job, &invited(job, *queue, None), now, done).await?;
            } else {
                done.notices.push(VisitorNotice::Alternative { reason: *reason, alternative });
            }
        }
        Effect::AlertAgent { queue, .. } => {
            let opening = Opening { mode: ChatMode::Engage, ..invited(job, *queue, None) };
            open_chat(driver, tx, job, &opening, now, done).await?;
        }
        Effect::WithdrawAlert { .. } => withdraw_alert(tx, job, now, done).await?,
        Effect::EndVisit => {
            update_visit_ended(tx, job.visit, job.checkpoint.epoch, now).await?;
        }
        Effect::ShowOffer { .. } => {}
    }
    Ok(())
}

/// Reads the gate once more and writes the row, under the queue's lock, so that no two nodes overrun its capacity (O-12).
async fn present(
    tx: &mut Tx,
    job: &Job,
    effect: &Effect,
    now: UnixMs,
    done: &mut JobDone,
) -> StoreResult<Result<(), Reason>> {
    let Effect::PresentOffer { presentation, rule, offer, queue, tab, ignored_due, passive_due } = effect
    else {
        unreachable!("only an effect that presents is handed in");
    };
    let config = &job.site.world.config;
    let Some(offer) = config.offer(*offer) else { return Ok(Err(Reason::StoreRefused)) };
    tx.lock(lock_key(*queue)).await?;
    if let Some(chat) = find_open_chat(tx, job.visitor).await? {
        if *chat.state != ChatState::Form {
            return Ok(Err(Reason::ChatOpen));
        }
        if now.0 < chat.held_until {
            return Ok(Err(Reason::FormOpen));
        }
    }
    let gate = read_gate(tx, config, *queue, now).await?;
    if let Some(reason) = gate.closed_because() {
        return Ok(Err(reason));
    }
    if !gate.has_capacity(config.settings().capacity_factor) {
        return Ok(Err(Reason::CapacityReached));
    }
    let presented_at = job.presentation.as_ref().map_or(now, |asked| asked.presented_at);
    let row = PresentationRow {
        id: Text(*presentation),
        site_id: job.site.row.id,
        visit_id: Text(job.visit),
        visitor_id: Text(job.visitor),
        rule_id: rule.map(Text),
        rule_name: rule.map(|rule| rule_name(&job.site, rule)).unwrap_or_default(),
        offer_id: Text(offer.id),
        offer_name: offer.name.clone(),
        queue_id: Text(*queue),
        config_version: job.site.row.config_version,
        design: Json(offer.design.clone()),
        presented_at: presented_at.0,
        ignored_due: ignored_due.0,
        passive_due: passive_due.0,
        outcome: None,
        outcome_at: None,
        accepted_late_at: None,
    };
    if !insert_presentation(tx, &row).await? && find_presentation(tx, *presentation).await?.is_none() {
        return Ok(Err(Reason::StoreRefused));
    }
    let design = row.design.0;
    let offer = PresentedOffer { id: *presentation, presented_at: presented_at.0, folded: false, design };
    done.presented = Some((offer, *tab));
    Ok(Ok(()))
}

/// Of two outcomes the database keeps the first (O-10).
async fn settle(
    tx: &mut Tx,
    presentation: PresentationId,
    outcome: Outcome,
    reason: Option<Reason>,
    now: UnixMs,
    done: &mut JobDone,
) -> StoreResult<()> {
    if update_outcome(tx, presentation, outcome, reason, now).await? {
        done.settled.push((presentation, outcome));
        return Ok(());
    }
    let Some(row) = find_presentation(tx, presentation).await? else { return Ok(()) };
    if let (Some(stored), Some(at)) = (row.outcome, row.outcome_at) {
        if stored.0 != outcome {
            done.events.push(Event::OutcomeCorrected { presentation, outcome: stored.0, at: UnixMs(at) });
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
        queue,
        presentation,
        mode: ChatMode::Invite,
    }
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

/// The visitor is gone, or the gate closed, before an agent wrote (P-10).
async fn withdraw_alert(tx: &mut Tx, job: &Job, now: UnixMs, done: &mut JobDone) -> StoreResult<()> {
    let Some(chat) = find_open_chat(tx, job.visitor).await? else { return Ok(()) };
    if conversation::is_silent_alert(&chat) {
        update_chat_ended(tx, *chat.id, EndedBy::System, now).await?;
        done.hints.push(Hint::ChatChanged { chat: *chat.id, visitor: job.visitor });
    }
    Ok(())
}

/// The presentations asked for were never made (O-14); what could not be settled is settled by the sweeper when it is due.
fn give_up(job: &Job) -> JobDone {
    let mut done = JobDone::of(job.visit);
    for effect in &job.effects {
        if let Effect::PresentOffer { presentation, .. } = effect {
            let reason = Reason::StoreRefused;
            done.events.push(Event::PresentationRefused { presentation: *presentation, reason });
        }
    }
    done.notices.push(conversation::unavailable());
    done
}

fn rule_name(site: &Site, rule: RuleId) -> String {
    site.rule_names.get(&rule).cloned().unwrap_or_default()
}

fn lock_key(queue: QueueId) -> i64 {
    let (high, low) = queue.0.as_u64_pair();
    (high ^ low).cast_signed()
}

impl JobDone {
    fn of(visit: VisitId) -> Self {
        Self {
            visit,
            events: Vec::new(),
            presented: None,
            settled: Vec::new(),
            notices: Vec::new(),
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
