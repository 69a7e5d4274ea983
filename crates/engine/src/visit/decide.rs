//! Owns the decision: which offer is presented now, or the single reason why none is. Counts nothing.

use smallvec::SmallVec;

use super::Visit;
use super::dealings::Chat;
use crate::effect::Effect;
use crate::id::{OfferId, QueueId};
use crate::reason::Reason;
use crate::rule::matcher::RuleIndex;
use crate::settings::{AfterChat, AfterOutcome, SiteSettings};
use crate::time::UnixMs;
use crate::world::{CompiledRule, Standing, World};

/// While the bound on open presentations holds an offer back, a live visit looks again after this time.
const CAPACITY_PAUSE_MS: i64 = 1000;

/// Why nothing is presented.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    pub(super) reason: Reason,
    /// When that ends by itself.
    pub(super) until: Option<UnixMs>,
}

/// Rules of equal priority among which chance decides.
type Tied = SmallVec<[RuleIndex; 8]>;

impl Visit {
    /// Presents the winning rule's offer, or answers why not and when to look again.
    pub(super) fn decide(
        &mut self,
        may_present: bool,
        now: UnixMs,
        world: &World,
        effects: &mut Vec<Effect>,
    ) -> (Option<Reason>, Option<UnixMs>) {
        if effects.iter().any(|effect| matches!(effect, Effect::PresentOffer { .. })) {
            return (None, None);
        }
        let tied = match self.candidates(now, world) {
            Err(block) => return (Some(block.reason), block.until),
            Ok(_) if !may_present => return (Some(Reason::BetweenPolls), None),
            Ok(tied) => tied,
        };
        let chosen = if tied.len() == 1 { 0 } else { self.chance.below(tied.len()) };
        let rule = world.config.rule(tied[chosen]);
        match rule.standing {
            Standing::Invites(offer) => {
                let by_rule = (!rule.is_timer()).then_some(rule.id);
                self.ask(by_rule, offer, rule.queue, now, world, effects);
            }
            Standing::Engages => self.alert(rule.id, rule.queue, now, effects),
            Standing::Disabled | Standing::OfferInactive | Standing::QueueMissing => {
                unreachable!("only a rule that may fire is a candidate")
            }
        }
        (None, None)
    }

    /// The rules that may be presented now and share the lowest priority number, or the single reason why there is none.
    pub(super) fn candidates(&self, now: UnixMs, world: &World) -> Result<Tied, Block> {
        if let Some(block) = self.standing_block(now) {
            return Err(block);
        }
        let latched = || self.rules.iter().filter(|state| state.is_latched()).map(|state| state.index);
        let mut qualified =
            latched().map(|index| (index, world.config.rule(index))).filter(|(_, r)| r.may_fire());
        let Some(first) = qualified.next() else { return Err(Block::lasting(Reason::NoRuleQualified)) };
        if let Some(block) = self.visit_block(now, world) {
            return Err(block);
        }
        let mut tied = Tied::new();
        let mut blocks = Blocks::default();
        for (index, rule) in std::iter::once(first).chain(qualified) {
            if tied.first().is_some_and(|&best| world.config.rule(best).priority < rule.priority) {
                break;
            }
            match self.rule_block(rule, now, world) {
                Some(block) => blocks.add(block),
                None => tied.push(index),
            }
        }
        if tied.is_empty() { Err(blocks.single()) } else { Ok(tied) }
    }

    /// O-3 and O-4, which nobody can override.
    pub(super) fn standing_block(&self, now: UnixMs) -> Option<Block> {
        if self.presentation().is_some() {
            return Some(Block::lasting(Reason::PresentationOpen));
        }
        let alert = self.alerted().map(|_| Block::lasting(Reason::AlertOpen));
        self.chat_block(now).or(alert)
    }

    pub(super) fn chat_block(&self, now: UnixMs) -> Option<Block> {
        match self.chat() {
            Chat::None => None,
            Chat::Open => Some(Block::lasting(Reason::ChatOpen)),
            Chat::Form { until } => (now < until).then_some(Block::until(Reason::FormOpen, until)),
        }
    }

    /// What holds back every rule of this visit.
    fn visit_block(&self, now: UnixMs, world: &World) -> Option<Block> {
        let settings = world.config.settings();
        if !self.offers_allowed {
            return Some(Block::lasting(Reason::NoConsent));
        }
        if let Some(reason) = world.offers_stopped {
            return Some(Block::lasting(reason));
        }
        if self.is_away(now, settings) {
            return Some(Block::lasting(Reason::VisitorAway));
        }
        if let Some(reason) = self.cap(settings) {
            return Some(Block::lasting(reason));
        }
        if let Some(block) = self.after_chat_block(now, settings) {
            return Some(block);
        }
        let next_at = self.presented_at.get().map(|at| at.plus_s(settings.minimum_interval_s));
        if let Some(next_at) = next_at.filter(|&at| now < at) {
            return Some(Block::until(Reason::IntervalNotPassed, next_at));
        }
        let refusal = self.refusal().filter(|refusal| now < refusal.until);
        refusal.map(|refusal| Block::until(refusal.reason, refusal.until))
    }

    /// No page is open, or none was heard from for 2 × Poll Interval (T-7).
    pub(super) fn is_away(&self, now: UnixMs, settings: &SiteSettings) -> bool {
        self.pages.is_empty() || self.away_at(settings).is_some_and(|away_at| now >= away_at)
    }

    /// When the visitor is away if nothing is heard; never while a live connection stands.
    pub(super) fn away_at(&self, settings: &SiteSettings) -> Option<UnixMs> {
        (!self.live).then(|| self.heard_at.plus_s(settings.poll_interval_s.saturating_mul(2)))
    }

    fn cap(&self, settings: &SiteSettings) -> Option<Reason> {
        let tally = self.tally()?;
        let reached = |count: u32, max: u32| max > 0 && count >= max;
        if tally.rejected > 0 && after_rejection(settings) == AfterOutcome::NoMoreThisVisit {
            Some(Reason::RejectedThisVisit)
        } else if tally.ignored > 0 && settings.after_ignored == AfterOutcome::NoMoreThisVisit {
            Some(Reason::IgnoredThisVisit)
        } else if reached(tally.rejected, settings.rejections_max) {
            Some(Reason::RejectionsMax)
        } else if reached(tally.ignored, settings.ignored_max) {
            Some(Reason::IgnoredMax)
        } else {
            None
        }
    }

    pub(super) fn after_chat_block(&self, now: UnixMs, settings: &SiteSettings) -> Option<Block> {
        let completed_at = self.chat_completed_at()?;
        match settings.after_chat {
            AfterChat::MayResume => None,
            AfterChat::NoMoreThisVisit => {
                (completed_at >= self.begun_at).then_some(Block::lasting(Reason::AfterChat))
            }
            AfterChat::NoneForHours => {
                let until = completed_at.plus_s(settings.after_chat_hours.saturating_mul(3600));
                (now < until).then_some(Block::until(Reason::AfterChat, until))
            }
        }
    }

    /// What holds back one rule; the next one may do better.
    pub(super) fn rule_block(&self, rule: &CompiledRule, now: UnixMs, world: &World) -> Option<Block> {
        let settings = world.config.settings();
        let Standing::Invites(offer) = rule.standing else { return gate_block(rule.queue, now, world) };
        if self.may_not_come_again(offer, settings) {
            return Some(Block::lasting(Reason::OfferNotAgain));
        }
        gate_block(rule.queue, now, world)
    }

    /// It was rejected or ignored in this visit, and the site wants no offer twice then.
    pub(super) fn may_not_come_again(&self, offer: OfferId, settings: &SiteSettings) -> bool {
        let Some(tally) = self.tally() else { return false };
        let rejected =
            after_rejection(settings) == AfterOutcome::NotThisOfferAgain && tally.was_rejected(offer);
        let ignored = settings.after_ignored == AfterOutcome::NotThisOfferAgain && tally.was_ignored(offer);
        rejected || ignored
    }
}

/// What holds back the rules that were passed over.
#[derive(Default)]
struct Blocks {
    first: Option<Reason>,
    until: Option<UnixMs>,
}

impl Blocks {
    fn add(&mut self, block: Block) {
        self.until = [self.until, block.until].into_iter().flatten().min();
        if self.first.is_none_or(|first| first == Reason::OfferNotAgain) {
            self.first = Some(block.reason);
        }
    }

    /// The reason of the most important rule whose offer may come again; when there is none, that none may.
    fn single(self) -> Block {
        Block { reason: self.first.expect("every rule that is passed over has a reason"), until: self.until }
    }
}

impl Block {
    const fn lasting(reason: Reason) -> Self {
        Self { reason, until: None }
    }

    const fn until(reason: Reason, until: UnixMs) -> Self {
        Self { reason, until: Some(until) }
    }
}

pub(super) fn gate_block(queue: QueueId, now: UnixMs, world: &World) -> Option<Block> {
    let gate = world.gate(queue);
    if let Some(reason) = gate.closed_because() {
        return Some(Block::lasting(reason));
    }
    let full = !gate.has_capacity(world.config.settings().capacity_factor);
    full.then_some(Block::until(Reason::CapacityReached, now.plus_ms(CAPACITY_PAUSE_MS)))
}

/// A rejection can be treated like an ignored offer.
pub(super) const fn after_rejection(settings: &SiteSettings) -> AfterOutcome {
    match settings.after_rejection {
        AfterOutcome::LikeIgnored => settings.after_ignored,
        AfterOutcome::NoMoreThisVisit | AfterOutcome::NotThisOfferAgain => settings.after_rejection,
    }
}
