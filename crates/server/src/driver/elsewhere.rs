//! Owns what this node says of a visit that another node may hold: what that one has written down, within seconds.

use std::sync::Arc;

use beckon_engine::id::{VisitId, VisitorId};
use beckon_engine::time::UnixMs;
use beckon_engine::visit::Explanation;

use super::Driver;
use super::host::State;
use super::notice::PageOnScreen;
use super::sites::Site;
use crate::store::StoreResult;
use crate::store::chat::ChatState;
use crate::store::live_list::{ListedVisit, find_open_listed_visit};
use crate::store::visit::{VisitRow, find_visit_state};

/// Where a visitor is now.
#[derive(Clone, Debug)]
pub(super) struct Whereabouts {
    /// Their open visit.
    pub(super) visit: VisitId,
    /// They are on the site.
    pub(super) here: bool,
    /// The page they came to last.
    pub(super) page: Option<PageOnScreen>,
}

impl PageOnScreen {
    /// The page viewed last, as it is written down.
    #[must_use]
    pub fn last_of(row: &ListedVisit) -> Option<Self> {
        let (url, title) = (row.last_url.clone()?, row.last_title.clone()?);
        Some(Self { url, title, entered_at: row.last_entered_at? })
    }
}

impl Driver {
    /// Where a visitor of this chat is, on whatever node; of a chat that has ended only what this node knows.
    pub(super) async fn whereabouts(&self, visitor: VisitorId, chat: ChatState) -> Option<Whereabouts> {
        let live = self.live_visit(visitor).await;
        let held = live.map(|live| Whereabouts { visit: live.visit, here: live.here, page: live.page });
        let known = chat == ChatState::Ended || held.as_ref().is_some_and(|held| held.here);
        if known || !self.bus().reaches_others() {
            return held;
        }
        match self.find_elsewhere(visitor).await {
            Ok(elsewhere) => elsewhere.map(|row| self.as_written_down(&row)).or(held),
            Err(error) => {
                tracing::warn!(%error, "where a visitor is could not be read");
                held
            }
        }
    }

    /// The visitor's open visit, if another node holds it: of its own a node knows better when its visitor went.
    async fn find_elsewhere(&self, visitor: VisitorId) -> StoreResult<Option<ListedVisit>> {
        let row = find_open_listed_visit(&mut self.store().read().await?, visitor).await?;
        match row {
            Some(row) if !self.is_held_here(&row.visit).await? => Ok(Some(row)),
            Some(_) | None => Ok(None),
        }
    }

    fn as_written_down(&self, row: &ListedVisit) -> Whereabouts {
        let here = self.is_on_site(&row.visit, None, self.clock().now());
        Whereabouts { visit: *row.visit.id, here, page: PageOnScreen::last_of(row).filter(|_| here) }
    }

    /// Why this visit is offered something now, or why not, rule by rule, whichever node holds it; none when its visitor is not on the
    /// site.
    ///
    /// # Errors
    /// When the database failed.
    pub async fn explain_visit(&self, visit: &VisitRow) -> StoreResult<Option<Explanation>> {
        if self.is_held_here(visit).await? {
            return Ok(self.explain(*visit.visitor_id).await);
        }
        let now = self.clock().now();
        let found = self.find_state_elsewhere(visit, now).await?;
        Ok(found.map(|(site, state)| state.engine.explain(now, &site.world)))
    }

    /// What another node has written down of a visit whose visitor is on the site.
    pub(super) async fn find_state_elsewhere(
        &self,
        visit: &VisitRow,
        now: UnixMs,
    ) -> StoreResult<Option<(Arc<Site>, State)>> {
        let Some(site) = self.sites().by_id(*visit.site_id).filter(|_| self.is_on_site(visit, None, now))
        else {
            return Ok(None);
        };
        let state = find_visit_state(&mut self.store().read().await?, *visit.id).await?;
        let state = state.and_then(|state| serde_json::from_str(&state).ok());
        Ok(state.map(|state| (site, state)))
    }
}
