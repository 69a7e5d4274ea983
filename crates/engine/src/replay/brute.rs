//! Owns the second opinion on replayed visits: a brute-force evaluation that looks at every second of a visit and works
//! everything out anew from its pages. It shares no code with the engine's decision.

use super::{Decided, RecordedView, RecordedVisit, What, left_at, world_at};
use crate::id::OfferId;
use crate::offer::Outcome;
use crate::reason::Reason;
use crate::rule::matcher::{PageTexts, RuleIndex};
use crate::settings::AfterOutcome;
use crate::time::UnixMs;
use crate::world::{CompiledRule, Config, Standing, Trigger, World};

/// Whether brute force can judge these rules: those with further conditions, and alerts, it cannot.
#[must_use]
pub fn can_judge(world: &World) -> bool {
    world.config.rules().all(|(_, rule)| rule.conditions.is_none() && rule.standing != Standing::Engages)
}

/// Whether every decision in a visit is one that brute force finds right. Where chance decides among rules of equal
/// priority, either choice is right.
#[must_use]
pub fn agrees(recorded: &RecordedVisit, decided: &[Decided], world: &World) -> bool {
    let matching = recorded.views.iter().map(|view| matching(view, world)).collect();
    let mut judge =
        Judge { recorded, world, matching, seen: 0, latched: Vec::new(), shown: Vec::new(), left: decided };
    let (first, last) = (recorded.views[0].at, left_at(recorded));
    let mut now = first;
    while now <= last {
        if now > first && !judge.decides_as_expected(now, false) {
            return false;
        }
        while recorded.views.get(judge.seen).is_some_and(|view| view.at == now) {
            judge.seen += 1;
            if !judge.decides_as_expected(now, true) {
                return false;
            }
        }
        now = now.plus_s(1);
    }
    judge.ends_as_expected()
}

fn matching(view: &RecordedView, world: &World) -> Vec<RuleIndex> {
    let page = PageTexts { url: &view.url, title: "", referrer: &view.referrer };
    world.config.matches(page).rules.to_vec()
}

struct Shown {
    at: UnixMs,
    offer: OfferId,
    ignored_at: UnixMs,
    passive_at: UnixMs,
    settled: bool,
    withdrawn: bool,
}

struct Judge<'a> {
    recorded: &'a RecordedVisit,
    world: &'a World,
    /// For each page of the visit the rules that it matches.
    matching: Vec<Vec<RuleIndex>>,
    /// Pages viewed so far.
    seen: usize,
    latched: Vec<RuleIndex>,
    shown: Vec<Shown>,
    /// Decisions not yet judged.
    left: &'a [Decided],
}

impl<'a> Judge<'a> {
    fn decides_as_expected(&mut self, now: UnixMs, is_view: bool) -> bool {
        if !self.settles_as_expected(now) {
            return false;
        }
        self.latch(now);
        match self.choice(now) {
            Ok(choice) => {
                let Some(What::Presented { rule, offer }) = self.take(now) else { return false };
                self.show(offer, now);
                choice.iter().any(|&right| {
                    let by_rule = (!right.is_timer()).then_some(right.id);
                    right.standing == Standing::Invites(offer) && rule == by_rule
                })
            }
            Err(reason) => !is_view || self.take(now) == Some(What::HeldBack(reason)),
        }
    }

    /// The visitor has left: what is open is passively ignored, and nothing else comes.
    fn ends_as_expected(&mut self) -> bool {
        if let Some(open) = self.shown.last().filter(|shown| !shown.settled) {
            let passive_at = open.passive_at;
            return self.take(passive_at) == Some(What::Settled(Outcome::PassivelyIgnored))
                && self.left.is_empty();
        }
        self.left.is_empty()
    }

    fn take(&mut self, at: UnixMs) -> Option<What> {
        let (first, rest) = self.left.split_first()?;
        if first.at != at {
            return None;
        }
        self.left = rest;
        Some(first.what)
    }

    fn settles_as_expected(&mut self, now: UnixMs) -> bool {
        let Some(open) = self.shown.last().filter(|shown| !shown.settled) else { return true };
        let ignored = now >= open.ignored_at;
        if !ignored && !self.closed_now(now) {
            return true;
        }
        let open = self.shown.last_mut().expect("one is open");
        (open.settled, open.withdrawn) = (true, !ignored);
        let outcome = if ignored { Outcome::Ignored } else { Outcome::Withdrawn };
        self.take(now) == Some(What::Settled(outcome))
    }

    /// Whether the gates, of which all are alike here but for hours, have closed on what is open.
    fn closed_now(&self, now: UnixMs) -> bool {
        let world = world_at(self.world, now);
        let offer = self.shown.last().expect("one is open").offer;
        let of_offer = |rule: &CompiledRule| rule.standing == Standing::Invites(offer);
        let queues: Vec<_> =
            world.config.rules().filter(|(_, r)| of_offer(r)).map(|(_, r)| r.queue).collect();
        queues.iter().all(|queue| world.gate(*queue).closed_because().is_some())
    }

    fn show(&mut self, offer: OfferId, now: UnixMs) {
        let settings = self.world.config.settings();
        let ignored_at = now.plus_s(settings.ignored_after_s);
        let passive_at = ignored_at.plus_s(2 * settings.poll_interval_s);
        self.shown.push(Shown { at: now, offer, ignored_at, passive_at, settled: false, withdrawn: false });
    }

    fn latch(&mut self, now: UnixMs) {
        let (first, config) = (self.recorded.views[0].at, &self.world.config);
        let views = &self.recorded.views[..self.seen];
        let matches = |index: RuleIndex, i: usize| self.matching[i].contains(&index);
        let open = views.len() - 1;
        let qualifies = |index: RuleIndex, rule: &CompiledRule| match rule.trigger {
            Trigger::Site { time_s } => now >= first.plus_s(time_s),
            Trigger::Pages { views: needed, time_s } => {
                matches(index, open)
                    && now >= views[open].at.plus_s(time_s)
                    && (0..views.len()).filter(|&i| matches(index, i)).count() >= needed as usize
            }
        };
        let fresh = config.rules().filter(|(index, rule)| {
            !self.latched.contains(index) && rule.may_fire() && qualifies(*index, rule)
        });
        let fresh: Vec<_> = fresh.map(|(index, _)| index).collect();
        self.latched.extend(fresh);
    }

    /// The rules of which any may win, or why none does.
    fn choice(&self, now: UnixMs) -> Result<Vec<&'a CompiledRule>, Reason> {
        let config: &'a Config = &self.world.config;
        let settings = self.world.config.settings();
        if self.shown.last().is_some_and(|shown| !shown.settled) {
            return Err(Reason::PresentationOpen);
        }
        let mut rules: Vec<_> = self.latched.iter().map(|&index| (index, config.rule(index))).collect();
        rules.sort_by_key(|(index, _)| *index);
        let ignored = |offer: Option<OfferId>| {
            let of = |shown: &&Shown| offer.is_none_or(|offer| shown.offer == offer) && !shown.withdrawn;
            u32::try_from(self.shown.iter().filter(of).count()).expect("a visit has few offers")
        };
        let tests = [
            (rules.is_empty(), Reason::NoRuleQualified),
            (self.world.offers_stopped, Reason::OffersStopped),
            (
                settings.after_ignored == AfterOutcome::NoMoreThisVisit && ignored(None) > 0,
                Reason::IgnoredThisVisit,
            ),
            (settings.ignored_max > 0 && ignored(None) >= settings.ignored_max, Reason::IgnoredMax),
            (
                self.shown.last().is_some_and(|shown| now < shown.at.plus_s(settings.minimum_interval_s)),
                Reason::IntervalNotPassed,
            ),
        ];
        if let Some((_, reason)) = tests.into_iter().find(|(holds, _)| *holds) {
            return Err(reason);
        }
        let world = world_at(self.world, now);
        let again = settings.after_ignored != AfterOutcome::NotThisOfferAgain;
        let reason = |rule: &CompiledRule| match rule.standing {
            Standing::Invites(offer) if !again && ignored(Some(offer)) > 0 => Some(Reason::OfferNotAgain),
            Standing::Invites(_)
            | Standing::Engages
            | Standing::Disabled
            | Standing::OfferInactive
            | Standing::QueueMissing => {
                let gate = world.gate(rule.queue);
                let full = !gate.has_capacity(settings.capacity_factor);
                gate.closed_because().or_else(|| full.then_some(Reason::CapacityReached))
            }
        };
        let free: Vec<_> =
            rules.iter().map(|(_, rule)| *rule).filter(|rule| reason(rule).is_none()).collect();
        let Some(best) = free.iter().map(|rule| rule.priority).min() else {
            let reasons: Vec<_> = rules.iter().filter_map(|(_, rule)| reason(rule)).collect();
            let other = reasons.iter().find(|reason| **reason != Reason::OfferNotAgain);
            return Err(*other.unwrap_or(&Reason::OfferNotAgain));
        };
        Ok(free.into_iter().filter(|rule| rule.priority == best).collect())
    }
}
