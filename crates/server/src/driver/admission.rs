//! Owns how a browser becomes a visitor with a visit: the token, the claim of a running visit, or a new one.

use std::sync::Arc;

use beckon_engine::event::Event;
use beckon_engine::id::{ChatId, PresentationId, SiteId, VisitId, VisitorId};
use beckon_engine::offer::Outcome;
use beckon_engine::time::UnixMs;
use beckon_engine::visit::{Stage, Visit};
use sha2::{Digest, Sha256};

use super::Driver;
use super::host::State;
use super::identity::{Identity, is_another};
use super::notice::visitor::PresentedOffer;
use super::progress::Progress;
use super::sites::Site;
use crate::store::chat::{find_chat_history, find_latest_chat};
use crate::store::column::Text;
use crate::store::presentation::{PresentationRow, find_presentation};
use crate::store::visit::{
    ClaimedVisit, VisitFacts, VisitRow, claim_open_visit, insert_visit, update_visit_node,
    update_visitor_visit_ended,
};
use crate::store::visitor::{find_visitor_by_token, insert_visitor, update_visitor_visits};
use crate::store::{StoreError, StoreResult, Tx};

/// Characters of a token: 256 bits in hexadecimal.
pub const TOKEN_LEN: usize = 64;

/// A visit to be taken in by its shard.
#[derive(Debug)]
pub struct Arrival {
    /// The visitor.
    pub visitor: VisitorId,
    pub(super) visit: VisitId,
    pub(super) site: Arc<Site>,
    pub(super) epoch: i64,
    /// The epoch since which this node has held it, without another between.
    pub(super) held_since: i64,
    pub(super) state: State,
    /// The offer that is before the visitor.
    pub(super) offer: Option<PresentedOffer>,
    /// The visitor's open chat.
    pub(super) chat: Option<ChatId>,
    /// What happened while nobody held the visit.
    pub(super) events: Vec<Event>,
}

/// Who a browser is.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// The visitor.
    pub visitor: VisitorId,
    /// The token to keep: the one it had, or a new one.
    pub token: String,
}

/// Why a browser is not let in.
#[derive(Debug)]
pub enum Refused {
    /// The token belongs to a visitor of another site.
    ForeignToken,
    /// The database failed.
    Store(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Driver {
    /// Finds the visitor of a token. None when it is absent or unknown, or when the browser now belongs to another person
    /// then it is a new visitor's.
    ///
    /// # Errors
    /// When the token is another site's, or the database failed.
    pub async fn recognise(
        &self,
        site: &Site,
        token: Option<&str>,
        identity: Option<&Identity>,
    ) -> Result<Option<Admitted>, Refused> {
        let Some(token) = token else { return Ok(None) };
        let mut tx = self.store().read().await?;
        let Some(known) = find_visitor_by_token(&mut tx, &hash(token)).await? else { return Ok(None) };
        if *known.site_id != *site.row.id {
            return Err(Refused::ForeignToken);
        }
        let is_another = match identity {
            Some(identity) => is_another(&mut tx, *known.id, identity).await?,
            None => false,
        };
        Ok((!is_another).then(|| Admitted { visitor: *known.id, token: token.to_owned() }))
    }

    /// Makes a new visitor with a new token.
    ///
    /// # Errors
    /// When the database failed.
    pub async fn admit_new(&self, site: &Site) -> StoreResult<Admitted> {
        let token = hex::encode(rand::random::<[u8; 32]>());
        let visitor = VisitorId(self.clock().new_id());
        let mut tx = self.store().write().await?;
        insert_visitor(&mut tx, visitor, *site.row.id, &hash(&token), self.clock().now()).await?;
        tx.commit().await?;
        Ok(Admitted { visitor, token })
    }

    /// The visitor of a token, and the site; none when it is no token of a visitor.
    ///
    /// # Errors
    /// When the database failed.
    pub async fn visitor_of(&self, token: &str) -> StoreResult<Option<(VisitorId, SiteId)>> {
        if !is_token(token) {
            return Ok(None);
        }
        let mut tx = self.store().read().await?;
        let known = find_visitor_by_token(&mut tx, &hash(token)).await?;
        Ok(known.map(|known| (*known.id, *known.site_id)))
    }

    /// Claims the visitor's running visit for this node, or begins a new one.
    ///
    /// # Errors
    /// When the database failed.
    pub async fn claim_visit(
        &self,
        site: Arc<Site>,
        visitor: VisitorId,
        facts: VisitFacts,
    ) -> StoreResult<Arrival> {
        let now = self.clock().now();
        let mut tx = self.store().write().await?;
        let mut arrival = match claim_open_visit(&mut tx, visitor, &self.inner.node, now).await? {
            Some(claimed) => resume(&mut tx, site, visitor, claimed, now).await?,
            None => self.begin(&mut tx, site, visitor, facts, now).await?,
        };
        let progress = Progress::of(find_latest_chat(&mut tx, visitor).await?.as_ref());
        arrival.events.extend(progress.events());
        arrival.chat = progress.chat;
        tx.commit().await?;
        Ok(arrival)
    }

    async fn begin(
        &self,
        tx: &mut Tx,
        site: Arc<Site>,
        visitor: VisitorId,
        facts: VisitFacts,
        now: UnixMs,
    ) -> StoreResult<Arrival> {
        update_visitor_visit_ended(tx, visitor, now).await?;
        let visit_number = update_visitor_visits(tx, visitor).await?;
        let visit = VisitId(self.clock().new_id());
        let (chats, last_chat_completed_at) = find_chat_history(tx, visitor).await?;
        let known = Event::VisitorKnown {
            visit_number: u32::try_from(visit_number).unwrap_or(u32::MAX),
            previous_chats: u32::try_from(chats).unwrap_or(u32::MAX),
            last_chat_completed_at,
        };
        let described = Event::BrowserDescribed { language: facts.language.clone(), device: *facts.device };
        let engine = Visit::begin(rand::random(), now);
        let state = State::new(engine);
        let row = VisitRow {
            id: Text(visit),
            site_id: site.row.id,
            visitor_id: Text(visitor),
            visit_number,
            started_at: now.0,
            heard_at: now.0,
            ended_at: None,
            facts,
        };
        let text = serde_json::to_string(&state).expect("a visit's state is plain data");
        let timeout_s = site.world.config.settings().visit_timeout_min * 60;
        insert_visit(tx, &row, &text, now.plus_s(timeout_s)).await?;
        update_visit_node(tx, visit, &self.inner.node).await?;
        Ok(Arrival {
            visitor,
            visit,
            site,
            epoch: 1,
            held_since: 1,
            state,
            offer: None,
            chat: None,
            events: vec![described, known],
        })
    }
}

/// Whether a text has the form of a token.
#[must_use]
pub fn is_token(text: &str) -> bool {
    text.len() == TOKEN_LEN && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What an outcome does to the offer that is before the visitor: an ignored one folds (O-7), any other goes.
pub(super) fn settle_offer(
    offer: &mut Option<PresentedOffer>,
    presentation: PresentationId,
    outcome: Outcome,
) {
    let Some(open) = offer.as_mut().filter(|open| open.id == presentation) else { return };
    match outcome {
        Outcome::Ignored => open.folded = true,
        Outcome::Accepted | Outcome::Rejected | Outcome::PassivelyIgnored | Outcome::Withdrawn => {
            *offer = None
        }
    }
}

/// A state that this version cannot read begins anew within the same visit: counts are lost, nothing that was promised is.
async fn resume(
    tx: &mut Tx,
    site: Arc<Site>,
    visitor: VisitorId,
    claimed: ClaimedVisit,
    now: UnixMs,
) -> StoreResult<Arrival> {
    let state: State = serde_json::from_str(&claimed.state).unwrap_or_else(|error| {
        tracing::warn!(visit = %*claimed.id, %error, "a visit's state could not be read");
        State::new(Visit::begin(rand::random(), now))
    });
    let (offer, event) = recall(tx, &state.engine).await?;
    let link_lost = std::iter::once(Event::LinkLost);
    Ok(Arrival {
        visitor,
        visit: *claimed.id,
        site,
        epoch: claimed.epoch,
        held_since: claimed.held_since,
        events: link_lost.chain(event).collect(),
        state,
        offer,
        chat: None,
    })
}

/// Compares what the visit last knew of its presentation with what the database holds.
async fn recall(tx: &mut Tx, engine: &Visit) -> StoreResult<(Option<PresentedOffer>, Option<Event>)> {
    let Some(known) = engine.presentation().or_else(|| engine.folded()) else { return Ok((None, None)) };
    let presentation = known.id;
    let asked = engine.presentation().is_some_and(|known| known.stage == Stage::Asked);
    let Some(row) = find_presentation(tx, presentation).await? else {
        let reason = beckon_engine::reason::Reason::StoreRefused;
        return Ok((None, asked.then_some(Event::PresentationRefused { presentation, reason })));
    };
    let outcome = row.outcome.map(|outcome| outcome.0);
    let event = match (outcome, row.outcome_at) {
        (Some(outcome), Some(at)) if engine.presentation().is_some() => {
            Some(Event::OutcomeCorrected { presentation, outcome, at: UnixMs(at) })
        }
        _ if asked => Some(Event::PresentationCommitted { presentation }),
        _ => None,
    };
    let before_the_visitor =
        outcome.is_none() || (outcome == Some(Outcome::Ignored) && row.accepted_late_at.is_none());
    Ok((before_the_visitor.then(|| shown(row)), event))
}

fn shown(row: PresentationRow) -> PresentedOffer {
    PresentedOffer {
        id: *row.id,
        presented_at: row.presented_at,
        folded: row.outcome.is_some(),
        design: row.design.0,
    }
}

/// What is kept of a token.
pub(super) fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}
