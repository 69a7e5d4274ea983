//! Owns the second opinion on replayed visits: a brute-force evaluation that looks at every second of a visit and works
//! everything out anew from its pages. It shares no code with the engine's decision, nor with its matching.

use std::collections::BTreeMap;

use regex::Regex;

use super::{Decided, RecordedView, RecordedVisit, What, left_at, ring_time_s, world_at};
use crate::condition::{Condition, PageMatch};
use crate::id::{OfferId, QueueId};
use crate::offer::Outcome;
use crate::reason::Reason;
use crate::rule::{MatchOn, MatchType};
use crate::settings::AfterOutcome;
use crate::time::UnixMs;
use crate::world::{CompiledRule, Standing, Trigger, World};

mod holds;

/// Addresses are looked at up to this length, as the engine does.
const URL_BYTES_MAX: usize = 4096;

/// The evaluation, for one world.
#[derive(Debug)]
pub struct Brute<'a> {
    world: &'a World,
    rules: Vec<&'a CompiledRule>,
    regexes: BTreeMap<&'a str, Regex>,
}

impl<'a> Brute<'a> {
    /// Gets ready for these rules.
    #[must_use]
    pub fn new(world: &'a World) -> Self {
        let rules: Vec<_> = world.config.rules().map(|(_, rule)| rule).collect();
        let mut pages: Vec<&PageMatch> = rules.iter().map(|rule| &rule.page).collect();
        for conditions in rules.iter().filter_map(|rule| rule.conditions.as_ref()) {
            conditions.walk(&mut |condition| {
                if let Condition::PageSequence { first, then, .. } = condition {
                    pages.extend([first, then]);
                }
            });
        }
        let regexes = pages.into_iter().filter(|page| page.match_type == MatchType::Regex);
        let regexes = regexes.filter_map(|page| {
            let value = page.match_value.as_str();
            Some((value, Regex::new(value).ok()?))
        });
        Self { world, rules, regexes: regexes.collect() }
    }

    /// Whether every decision in a visit is one that brute force finds right. Where chance decides among rules of equal
    /// priority, either choice is right.
    #[must_use]
    pub fn agrees(&self, recorded: &RecordedVisit, decided: &[Decided]) -> bool {
        let on = |rule: &&CompiledRule, view: &RecordedView| self.matches(&rule.page, view);
        let matching =
            recorded.views.iter().map(|view| self.rules.iter().map(|rule| on(rule, view)).collect());
        let mut judge = Judge {
            brute: self,
            recorded,
            matching: matching.collect(),
            seen: 0,
            latched: vec![false; self.rules.len()],
            shown: Vec::new(),
            left: decided,
        };
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

    fn matches(&self, page: &PageMatch, view: &RecordedView) -> bool {
        let text = match page.match_on {
            MatchOn::Url => &view.url,
            MatchOn::Referrer => &view.referrer,
            MatchOn::PageTitle => "",
        };
        let text = &text[..text.floor_char_boundary(URL_BYTES_MAX)];
        let value = page.match_value.as_str();
        match page.match_type {
            MatchType::Contains => text.to_lowercase().contains(&value.to_lowercase()),
            MatchType::Equals => text.to_lowercase() == value.to_lowercase(),
            MatchType::Regex => self.regexes.get(value).is_some_and(|regex| regex.is_match(text)),
        }
    }
}

/// An offer that was presented, or an alert.
struct Shown {
    at: UnixMs,
    /// None for an alert.
    offer: Option<OfferId>,
    queue: QueueId,
    ends_at: UnixMs,
    settled: bool,
    withdrawn: bool,
}

struct Judge<'a> {
    brute: &'a Brute<'a>,
    recorded: &'a RecordedVisit,
    /// For each page of the visit and each rule whether they match.
    matching: Vec<Vec<bool>>,
    /// Pages viewed so far.
    seen: usize,
    latched: Vec<bool>,
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
                let Some((rule, offer, queue)) = self.take(now).and_then(acted) else { return false };
                self.show(offer, queue, now);
                choice.iter().any(|&right| {
                    let by_rule = (!right.is_timer()).then_some(right.id);
                    let wanted = match right.standing {
                        Standing::Invites(offer) => Some(offer),
                        Standing::Engages
                        | Standing::Disabled
                        | Standing::OfferInactive
                        | Standing::QueueMissing => None,
                    };
                    (wanted, by_rule, right.queue) == (offer, rule, queue)
                })
            }
            Err(reason) => !is_view || self.take(now) == Some(What::HeldBack(reason)),
        }
    }

    /// The visitor has left: what is open is passively ignored, and nothing else comes.
    fn ends_as_expected(&mut self) -> bool {
        let poll_s = self.brute.world.config.settings().poll_interval_s;
        let open = self.shown.last().filter(|shown| !shown.settled && shown.offer.is_some());
        if let Some(passive_at) = open.map(|shown| shown.ends_at.plus_s(2 * poll_s)) {
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
        let (is_offer, over) = (open.offer.is_some(), now >= open.ends_at);
        let gate = world_at(self.brute.world, now).gate(open.queue);
        let closed = if is_offer { gate.closed_because().is_some() } else { !gate.hours_open };
        if !over && !closed {
            return true;
        }
        let open = self.shown.last_mut().expect("one is open");
        (open.settled, open.withdrawn) = (true, !over);
        let outcome = if over { Outcome::Ignored } else { Outcome::Withdrawn };
        !is_offer || self.take(now) == Some(What::Settled(outcome))
    }

    fn show(&mut self, offer: Option<OfferId>, queue: QueueId, now: UnixMs) {
        let settings = self.brute.world.config.settings();
        let lasts_s = match offer {
            Some(_) => settings.ignored_after_s,
            None => ring_time_s(queue, self.brute.world),
        };
        let ends_at = now.plus_s(lasts_s);
        self.shown.push(Shown { at: now, offer, queue, ends_at, settled: false, withdrawn: false });
    }

    fn latch(&mut self, now: UnixMs) {
        let first = self.recorded.views[0].at;
        let views = &self.recorded.views[..self.seen];
        let (entered_at, on_page) = (views[views.len() - 1].at, &self.matching[views.len() - 1]);
        for (i, rule) in self.brute.rules.iter().enumerate() {
            let qualifies = match rule.trigger {
                Trigger::Site { time_s } => now >= first.plus_s(time_s),
                Trigger::Pages { views: needed, time_s } => {
                    on_page[i]
                        && now >= entered_at.plus_s(time_s)
                        && self.matching[..self.seen].iter().filter(|page| page[i]).count() >= needed as usize
                        && rule.conditions.as_ref().is_none_or(|condition| self.holds(condition, now))
                }
            };
            self.latched[i] |= rule.may_fire() && qualifies;
        }
    }

    /// The rules of which any may win, or why none does.
    fn choice(&self, now: UnixMs) -> Result<Vec<&'a CompiledRule>, Reason> {
        let settings = self.brute.world.config.settings();
        if let Some(open) = self.shown.last().filter(|shown| !shown.settled) {
            return Err(if open.offer.is_some() { Reason::PresentationOpen } else { Reason::AlertOpen });
        }
        let rules: Vec<&CompiledRule> =
            self.brute.rules.iter().zip(&self.latched).filter(|(_, l)| **l).map(|(rule, _)| *rule).collect();
        let ignored = self.ignored(None);
        let tests = [
            (rules.is_empty(), Reason::NoRuleQualified),
            (self.brute.world.offers_stopped.is_some(), Reason::OffersStopped),
            (
                settings.after_ignored == AfterOutcome::NoMoreThisVisit && ignored > 0,
                Reason::IgnoredThisVisit,
            ),
            (settings.ignored_max > 0 && ignored >= settings.ignored_max, Reason::IgnoredMax),
            (
                self.shown.last().is_some_and(|shown| now < shown.at.plus_s(settings.minimum_interval_s)),
                Reason::IntervalNotPassed,
            ),
        ];
        if let Some((_, reason)) = tests.into_iter().find(|(holds, _)| *holds) {
            return Err(reason);
        }
        let world = world_at(self.brute.world, now);
        let reasons: Vec<_> = rules.iter().map(|rule| self.held_back(rule, &world)).collect();
        let free: Vec<_> =
            rules.iter().zip(&reasons).filter(|(_, r)| r.is_none()).map(|(rule, _)| *rule).collect();
        let Some(best) = free.iter().map(|rule| rule.priority).min() else {
            let other = reasons.iter().flatten().find(|reason| **reason != Reason::OfferNotAgain);
            return Err(*other.unwrap_or(&Reason::OfferNotAgain));
        };
        Ok(free.into_iter().filter(|rule| rule.priority == best).collect())
    }

    /// Offers, or presentations of one offer, that were ignored.
    fn ignored(&self, offer: Option<OfferId>) -> u32 {
        let was = self.shown.iter().filter(|shown| shown.offer.is_some() && !shown.withdrawn);
        let count = was.filter(|shown| offer.is_none() || shown.offer == offer).count();
        u32::try_from(count).expect("a visit has few offers")
    }

    fn held_back(&self, rule: &CompiledRule, world: &World) -> Option<Reason> {
        let settings = world.config.settings();
        let once = settings.after_ignored == AfterOutcome::NotThisOfferAgain;
        if let Standing::Invites(offer) = rule.standing
            && once
            && self.ignored(Some(offer)) > 0
        {
            return Some(Reason::OfferNotAgain);
        }
        let gate = world.gate(rule.queue);
        let full = gate.open_presentations >= gate.free_slots * settings.capacity_factor;
        gate.closed_because().or_else(|| full.then_some(Reason::CapacityReached))
    }
}

type Acted = (Option<crate::id::RuleId>, Option<OfferId>, QueueId);

fn acted(what: What) -> Option<Acted> {
    match what {
        What::Presented { rule, offer, queue } => Some((rule, Some(offer), queue)),
        What::Alerted { rule, queue } => Some((rule, None, queue)),
        What::HeldBack(_) | What::Settled(_) => None,
    }
}
