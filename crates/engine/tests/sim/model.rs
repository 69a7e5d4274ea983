//! Owns the reference model: what a visit must say, worked out plainly from its whole history. It keeps everything and
//! recomputes everything; it shares nothing with the engine but the types.

#![expect(clippy::wildcard_enum_match_arm, reason = "the model looks at a few events at a time")]

use std::collections::BTreeMap;

use beckon_engine::effect::Effect;
use beckon_engine::event::{ChatPhase, Event};
use beckon_engine::id::{OfferId, PresentationId, QueueId, RuleId, TabId};
use beckon_engine::offer::Outcome;
use beckon_engine::reason::Reason;
use beckon_engine::rule::{MatchOn, MatchType, Rule};
use beckon_engine::time::UnixMs;

use crate::facts;
use crate::plan::Plan;

mod answers;

/// One page view of the history.
#[derive(Clone)]
pub(crate) struct View {
    pub(crate) tab: TabId,
    pub(crate) url: String,
    pub(crate) title: String,
    pub(crate) referrer: String,
    pub(crate) at: i64,
    pub(crate) open: bool,
}

/// One presentation that was asked for.
#[derive(Clone)]
pub(crate) struct Shown {
    pub(crate) id: PresentationId,
    pub(crate) offer: OfferId,
    pub(crate) queue: QueueId,
    pub(crate) at: i64,
    pub(crate) ignored_due: i64,
    pub(crate) passive_due: i64,
    pub(crate) counts: bool,
    pub(crate) refused: bool,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) late: bool,
    pub(crate) show_in: Option<TabId>,
}

/// Since when a rule has counted what it counts.
#[derive(Clone)]
struct Counting {
    pages: (MatchOn, MatchType, String),
    since: usize,
    open_then: Vec<usize>,
}

/// What the model wants the engine to say.
#[derive(Debug)]
pub(crate) enum Want {
    Exactly(Effect),
    /// One of these rules, each with what it presents or alerts for.
    Choice(Vec<(RuleId, Option<OfferId>, QueueId)>),
    ByHand(OfferId, QueueId),
}

#[derive(Clone)]
pub(crate) struct Model {
    pub(crate) begun: i64,
    heard: i64,
    pub(crate) live: bool,
    pub(crate) ended: bool,
    pub(crate) views: Vec<View>,
    pub(crate) log: Vec<(i64, usize, Event)>,
    pub(crate) steps: Vec<facts::Step>,
    counting: BTreeMap<RuleId, Counting>,
    latched: BTreeMap<RuleId, String>,
    pub(crate) shown: Vec<Shown>,
    started: Option<i64>,
    refusal: Option<(Reason, i64, u32)>,
    /// The queue, and since when no page has been open.
    alert: Option<(QueueId, Option<i64>)>,
    /// What had started the interval before the visit asked for the alert.
    alert_asked: Option<Option<i64>>,
    pub(crate) chat: ChatPhase,
    completed: Option<i64>,
    consent: bool,
}

/// What a step comes to: what is wanted, in order, and the reason when nothing is presented.
pub(crate) type Wanted = (Vec<Want>, Option<Reason>);

impl Model {
    pub(crate) fn begin(now: i64) -> Self {
        Self {
            begun: now,
            heard: now,
            live: false,
            ended: false,
            views: Vec::new(),
            log: Vec::new(),
            steps: Vec::new(),
            counting: BTreeMap::new(),
            latched: BTreeMap::new(),
            shown: Vec::new(),
            started: None,
            refusal: None,
            alert: None,
            alert_asked: None,
            chat: ChatPhase::None,
            completed: None,
            consent: true,
        }
    }

    pub(crate) fn step(&mut self, event: &Event, now: i64, plan: &Plan) -> Wanted {
        let mut want = Vec::new();
        self.meet(plan);
        if matches!(event, Event::LinkLost) {
            self.live = false;
        }
        let browser = is_from_browser(event);
        let answer = matches!(event, Event::OfferAccepted { .. } | Event::OfferRejected { .. });
        self.time_passes(now, browser && !answer, &mut want);
        let timeout = i64::from(plan.settings.visit_timeout_min) * 60_000;
        if self.ended || (!self.live && now - self.heard >= timeout) {
            if !self.ended {
                self.ended = true;
                if let Some((queue, _)) = self.alert.take() {
                    want.push(Want::Exactly(Effect::WithdrawAlert { queue, reason: Reason::VisitorAway }));
                }
                want.push(Want::Exactly(Effect::EndVisit));
            }
            return (want, Some(Reason::VisitorAway));
        }
        if browser {
            self.heard = now;
        }
        if self.live || browser {
            self.qualify(now, plan);
        }
        let by_hand = self.happen(event, now, plan, &mut want);
        self.time_passes(now, false, &mut want);
        if self.live || browser {
            self.qualify(now, plan);
        }
        self.take_back(now, plan, &mut want);
        if want.iter().any(|want| matches!(want, Want::ByHand(..))) {
            return (want, None);
        }
        let may = self.live || (browser && !matches!(event, Event::TabClosed { .. }));
        match self.decide(now, plan) {
            Err(reason) => (want, by_hand.or(Some(reason))),
            Ok(_) if !may => (want, by_hand.or(Some(Reason::BetweenPolls))),
            Ok(choice) => {
                want.push(Want::Choice(choice));
                (want, None)
            }
        }
    }

    /// The engine has chosen; the model goes on with its choice.
    pub(crate) fn adopt(&mut self, effect: &Effect, now: i64, plan: &Plan) {
        if let Effect::PresentOffer { presentation, offer, queue, .. } = effect {
            let ignored_due = now + i64::from(plan.settings.ignored_after_s) * 1000;
            let passive_due = ignored_due + i64::from(plan.settings.poll_interval_s) * 2000;
            self.shown.push(Shown {
                id: *presentation,
                offer: *offer,
                queue: *queue,
                at: now,
                ignored_due,
                passive_due,
                counts: false,
                refused: false,
                outcome: None,
                late: false,
                show_in: None,
            });
        }
        if let Effect::AlertAgent { queue, .. } = effect {
            self.alert = Some((*queue, None));
            self.alert_asked = Some(self.started);
            self.started = Some(now);
        }
    }

    /// Counts begin anew where a rule asks for other pages; latches end where it asks for anything else.
    fn meet(&mut self, plan: &Plan) {
        self.counting.retain(|id, _| plan.rules.iter().any(|rule| rule.id == *id));
        let open_now = || (0..self.views.len()).filter(|&i| self.views[i].open).collect::<Vec<_>>();
        for rule in &plan.rules {
            let pages = (rule.plan.match_on, rule.plan.match_type, rule.plan.match_value.clone());
            if self.counting.get(&rule.id).is_none_or(|counting| counting.pages != pages) {
                let counting = Counting { pages, since: self.views.len(), open_then: open_now() };
                self.counting.insert(rule.id, counting);
            }
        }
        self.latched.retain(|id, criteria| criteria_of(*id, plan).is_some_and(|now| now == *criteria));
    }

    pub(crate) fn open(&self) -> Option<usize> {
        (0..self.shown.len()).find(|&i| self.shown[i].outcome.is_none() && !self.shown[i].refused)
    }

    fn settle(&mut self, i: usize, outcome: Outcome, reason: Option<Reason>, want: &mut Vec<Want>) {
        self.shown[i].outcome = Some(outcome);
        want.push(Want::Exactly(Effect::SettleOutcome { presentation: self.shown[i].id, outcome, reason }));
    }

    fn time_passes(&mut self, now: i64, reported: bool, want: &mut Vec<Want>) {
        let Some(i) = self.open() else { return };
        let shown = self.shown[i].clone();
        if !shown.counts {
            if now >= shown.at + 30_000 {
                self.refuse(i, Reason::StoreRefused, now);
            }
        } else if self.live && now >= shown.ignored_due {
            self.settle(i, Outcome::Ignored, None, want);
        } else if now >= shown.passive_due {
            self.settle(i, Outcome::PassivelyIgnored, None, want);
        } else if reported && now >= shown.ignored_due {
            self.settle(i, Outcome::Ignored, None, want);
        }
    }

    fn refuse(&mut self, i: usize, reason: Reason, now: i64) {
        self.shown[i].refused = true;
        self.pause(reason, now);
    }

    fn pause(&mut self, reason: Reason, now: i64) {
        let before = self.refusal.map_or(0, |(_, _, times)| times);
        self.refusal = Some((reason, now + 1000 * (1 << before.min(5)), before + 1));
    }

    pub(crate) fn has_latched(&self, rule: RuleId) -> bool {
        self.latched.contains_key(&rule)
    }

    /// How often the visitor has viewed matching pages.
    pub(crate) fn views_of(&self, rule: &Rule) -> usize {
        let counting = &self.counting[&rule.id];
        let counted = |i: &usize| *i >= counting.since || counting.open_then.contains(i);
        (0..self.views.len()).filter(counted).filter(|&i| facts::matches_rule(rule, &self.views[i])).count()
    }

    /// at this moment, on some open page, all holds together.
    fn qualify(&mut self, now: i64, plan: &Plan) {
        for rule in plan.rules.iter().filter(|rule| facts::may_fire(rule, plan)) {
            let enough = self.views_of(rule) >= rule.plan.page_view_count as usize;
            let holds_on = |i: usize| {
                let view = &self.views[i];
                view.open
                    && facts::matches_rule(rule, view)
                    && now >= view.at + i64::from(rule.plan.required_time_s) * 1000
                    && rule
                        .plan
                        .conditions
                        .as_ref()
                        .is_none_or(|c| facts::holds(c, self, rule.plan.queue_id, i, now))
            };
            if enough && (0..self.views.len()).any(holds_on) {
                self.latched.insert(rule.id, criteria_of(rule.id, plan).expect("the rule is in the plan"));
            }
        }
        if !self.views.iter().any(|view| view.open) {
            return;
        }
        for queue in plan.queues.iter().filter(|queue| facts::timer_may_fire(queue, plan)) {
            if now >= self.begun + i64::from(queue.plan.launch_after_s) * 1000 {
                let id = RuleId(queue.id.0);
                self.latched.insert(id, criteria_of(id, plan).expect("the timer is in the plan"));
            }
        }
    }

    fn happen(&mut self, event: &Event, now: i64, plan: &Plan, want: &mut Vec<Want>) -> Option<Reason> {
        facts::note(self, event, now, plan);
        match event {
            Event::PageViewed { tab, .. } => {
                if let Some(i) = self.open() {
                    let id = self.shown[i].id;
                    if self.shown[i].counts {
                        want.push(Want::Exactly(Effect::ShowOffer { presentation: id, tab: *tab }));
                    } else {
                        self.shown[i].show_in = Some(*tab);
                    }
                }
            }
            Event::LinkConnected => self.live = true,
            Event::PresentationCommitted { presentation } => self.commit(*presentation, want),
            Event::PresentationRefused { presentation, reason } => {
                if let Some(i) =
                    self.open().filter(|&i| self.shown[i].id == *presentation && !self.shown[i].counts)
                {
                    self.refuse(i, *reason, now);
                }
            }
            Event::OutcomeCorrected { presentation, outcome, .. } => {
                self.correct(*presentation, *outcome, want)
            }
            Event::OfferAccepted { presentation } => self.accept(*presentation, now, plan, want),
            Event::OfferRejected { presentation } => {
                if let Some(i) =
                    self.open().filter(|&i| self.shown[i].id == *presentation && self.shown[i].counts)
                {
                    self.settle(i, Outcome::Rejected, None, want);
                }
            }
            Event::OfferRequested { offer, queue } => return self.by_hand(*offer, *queue, now, plan, want),
            Event::ChatChanged { state } => self.chat_goes(*state),
            Event::ConsentChanged { given } => self.consent = *given,
            Event::AlertFound { queue } => {
                self.alert_is_made();
                self.alert = Some((*queue, self.alert.and_then(|(_, since)| since)))
            }
            Event::AlertRefused { reason } => {
                if let (Some(_), Some(started)) = (self.alert, self.alert_asked.take()) {
                    (self.alert, self.started) = (None, started);
                    self.pause(*reason, now);
                }
            }
            Event::AlertAnswered => {
                self.alert_is_made();
                self.alert = None;
            }
            Event::VisitorKnown { last_chat_completed_at, .. } => {
                self.completed = self.completed.max(last_chat_completed_at.map(ms));
            }
            _ => {}
        }
        None
    }

    fn in_chat(&self, now: i64) -> Option<Reason> {
        match self.chat {
            ChatPhase::Open => Some(Reason::ChatOpen),
            ChatPhase::Form { until } if now < ms(until) => Some(Reason::FormOpen),
            ChatPhase::Form { .. } | ChatPhase::Completed { .. } | ChatPhase::None => None,
        }
    }

    fn busy(&self, now: i64) -> Option<Reason> {
        let open = self.open().map(|_| Reason::PresentationOpen);
        open.or_else(|| self.in_chat(now)).or(self.alert.map(|_| Reason::AlertOpen))
    }

    fn away(&self, now: i64, plan: &Plan) -> bool {
        let silent = now - self.heard >= i64::from(plan.settings.poll_interval_s) * 2000;
        !self.views.iter().any(|view| view.open) || (!self.live && silent)
    }

    fn take_back(&mut self, now: i64, plan: &Plan, want: &mut Vec<Want>) {
        if let Some(i) = self.open().filter(|&i| self.shown[i].counts) {
            let reason = facts::closed(self.shown[i].queue, plan).or_else(|| self.in_chat(now));
            let reason = reason.or((!self.consent).then_some(Reason::NoConsent));
            if reason.is_some() {
                self.settle(i, Outcome::Withdrawn, reason, want);
            }
        }
        let Some((queue, since)) = self.alert else { return };
        let no_page = !self.views.iter().any(|view| view.open);
        let since = if no_page { since.or(Some(now)) } else { None };
        self.alert = Some((queue, since));
        let silent = now - self.heard >= i64::from(plan.settings.poll_interval_s) * 2000;
        let left = since.is_some_and(|since| now >= since + 10_000) || (!self.live && silent);
        let gate = plan.gates.get(&queue).copied().unwrap_or_default();
        let reason = if left {
            Reason::VisitorAway
        } else if !gate.hours_open {
            Reason::OutOfHours
        } else if !gate.channel_on {
            Reason::ChannelOff
        } else if !self.consent {
            Reason::NoConsent
        } else {
            return;
        };
        self.alert = None;
        want.push(Want::Exactly(Effect::WithdrawAlert { queue, reason }));
    }

    fn count(&self, ignored: bool, offer: Option<OfferId>) -> u32 {
        let counts = |shown: &&Shown| match shown.outcome {
            Some(Outcome::Rejected) => !ignored,
            Some(Outcome::Ignored | Outcome::PassivelyIgnored) => ignored,
            Some(Outcome::Accepted | Outcome::Withdrawn) | None => false,
        };
        let of =
            self.shown.iter().filter(counts).filter(|shown| offer.is_none_or(|offer| shown.offer == offer));
        u32::try_from(of.count()).expect("few presentations")
    }

    fn decide(&self, now: i64, plan: &Plan) -> Result<Vec<(RuleId, Option<OfferId>, QueueId)>, Reason> {
        if let Some(reason) = self.busy(now) {
            return Err(reason);
        }
        let candidates = facts::candidates(plan, |id| self.latched.contains_key(&id));
        if candidates.is_empty() {
            return Err(Reason::NoRuleQualified);
        }
        if let Some(reason) = self.held_back(now, plan) {
            return Err(reason);
        }
        let reasons: Vec<_> = candidates.iter().map(|candidate| self.not_this(candidate, plan)).collect();
        let free = || candidates.iter().zip(&reasons).filter(|(_, reason)| reason.is_none()).map(|(c, _)| c);
        let Some(best) = free().map(|candidate| candidate.priority).min() else {
            let other = reasons.iter().flatten().find(|reason| **reason != Reason::OfferNotAgain);
            return Err(*other.unwrap_or(&Reason::OfferNotAgain));
        };
        Ok(free().filter(|candidate| candidate.priority == best).map(|c| (c.id, c.offer, c.queue)).collect())
    }

    fn held_back(&self, now: i64, plan: &Plan) -> Option<Reason> {
        use beckon_engine::settings::{AfterChat, AfterOutcome};
        let settings = &plan.settings;
        let (rejected, ignored) = (self.count(false, None), self.count(true, None));
        let hours = i64::from(settings.after_chat_hours) * 3_600_000;
        let after_chat = self.completed.is_some_and(|at| match settings.after_chat {
            AfterChat::MayResume => false,
            AfterChat::NoMoreThisVisit => at >= self.begun,
            AfterChat::NoneForHours => now < at + hours,
        });
        let interval = i64::from(settings.minimum_interval_s) * 1000;
        let tests = [
            (!self.consent, Reason::NoConsent),
            (plan.offers_stopped, Reason::OffersStopped),
            (self.away(now, plan), Reason::VisitorAway),
            (
                rejected > 0 && facts::after_rejection(settings) == AfterOutcome::NoMoreThisVisit,
                Reason::RejectedThisVisit,
            ),
            (
                ignored > 0 && settings.after_ignored == AfterOutcome::NoMoreThisVisit,
                Reason::IgnoredThisVisit,
            ),
            (settings.rejections_max > 0 && rejected >= settings.rejections_max, Reason::RejectionsMax),
            (settings.ignored_max > 0 && ignored >= settings.ignored_max, Reason::IgnoredMax),
            (after_chat, Reason::AfterChat),
            (self.started.is_some_and(|at| now < at + interval), Reason::IntervalNotPassed),
        ];
        let first = tests.into_iter().find(|(holds, _)| *holds).map(|(_, reason)| reason);
        first.or(self.refusal.filter(|(_, until, _)| now < *until).map(|(reason, _, _)| reason))
    }

    fn not_this(&self, candidate: &facts::Candidate, plan: &Plan) -> Option<Reason> {
        use beckon_engine::settings::AfterOutcome::NotThisOfferAgain;
        let settings = &plan.settings;
        let offer = candidate.offer;
        let rejected = facts::after_rejection(settings) == NotThisOfferAgain && self.count(false, offer) > 0;
        let ignored = settings.after_ignored == NotThisOfferAgain && self.count(true, offer) > 0;
        if offer.is_some() && (rejected || ignored) {
            return Some(Reason::OfferNotAgain);
        }
        facts::gate(candidate.queue, plan)
    }
}

pub(crate) fn is_from_browser(event: &Event) -> bool {
    !matches!(
        event,
        Event::LinkLost
            | Event::PresentationCommitted { .. }
            | Event::PresentationRefused { .. }
            | Event::OutcomeCorrected { .. }
            | Event::OfferRequested { .. }
            | Event::ChatChanged { .. }
            | Event::VisitorKnown { .. }
            | Event::QueueWaitEstimated { .. }
            | Event::AlertFound { .. }
            | Event::AlertRefused { .. }
            | Event::AlertAnswered
            | Event::WorldChanged
            | Event::DeadlineReached
    )
}

/// All that a rule, or a queue's own timer, asks for.
fn criteria_of(id: RuleId, plan: &Plan) -> Option<String> {
    if let Some(rule) = plan.rules.iter().find(|rule| rule.id == id) {
        let plan = &rule.plan;
        let pages = (plan.match_on, plan.match_type, &plan.match_value);
        let (views, time_s) = (plan.page_view_count, plan.required_time_s);
        return Some(format!("{pages:?} {views} {time_s} {:?}", plan.conditions));
    }
    let queue = plan.queues.iter().find(|queue| queue.id.0 == id.0)?;
    facts::has_timer(queue).then(|| queue.plan.launch_after_s.to_string())
}

/// A time of the engine in milliseconds.
pub(crate) const fn ms(at: UnixMs) -> i64 {
    at.0
}
