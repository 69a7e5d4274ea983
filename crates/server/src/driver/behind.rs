//! Owns what is written behind: page views and checkpoints, in batches. A crash may lose its last second; nothing a
//! person was promised passes here.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use beckon_engine::id::SiteId;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::task::TaskTracker;

use super::Driver;
use super::overload::Load;
use crate::store::decision::{DecisionRow, insert_decisions};
use crate::store::page_view::{
    FormUse, Leaving, PageView, insert_page_views, update_page_views_form, update_page_views_left,
};
use crate::store::seen::{NameKind, SeenName, insert_seen_name};
use crate::store::setup_step::{SnippetSeen, insert_snippet_seen};
use crate::store::visit::{Checkpoint, update_visit_checkpoints};
use crate::store::{StoreError, StoreResult};

/// Items that are taken together.
const BATCH_MAX: usize = 1_000;
/// Items in one unit of work: whoever waits to write comes between two of them.
const UNIT_MAX: usize = 100;
/// Batches are gathered for this long, unless the last one was full: then there is more than this would let through.
const GATHER: Duration = Duration::from_millis(250);
/// Tries of one unit of work, and the wait between them, while the database is away.
const TRIES_MAX: u32 = 20;
const WAIT: Duration = Duration::from_millis(500);

/// While the database is overloaded, details are written only so often, and at most a batch of them; everything else comes first.
const DETAILS_EVERY: Duration = Duration::from_secs(5);

/// A name is noted again after this time.
const NOTED_FOR_MS: i64 = 3_600_000;
/// Names that are told apart meanwhile.
const NOTED_MAX: usize = 10_000;

/// Something observed.
#[derive(Debug)]
pub(super) enum Behind {
    /// A page view began.
    PageView(PageView),
    /// A page view ended.
    Left(Leaving),
    /// Something happened to a form of a page.
    Form(FormUse),
    /// Where a visit stands.
    Checkpoint(Checkpoint),
    /// What was decided for a visit.
    Decision(Box<DecisionRow>),
    /// A page has named an attribute or an event.
    Seen(Box<SeenName>),
    /// A page has a site's snippet.
    Snippet(Box<SnippetSeen>),
}

impl Driver {
    /// Hands an observation to the writer. Yields false when too many wait already: it is then not written.
    pub(super) fn write_behind(&self, item: Behind) -> bool {
        let taken = self.inner.behind.try_send(item).is_ok();
        if !taken {
            metrics::counter!("beckon_observations_dropped_total").increment(1);
        }
        taken
    }

    /// How many observations may be handed in that can also be made later, such as where a visit stands: half of the room is kept for
    /// those that cannot.
    pub(super) fn room_behind(&self) -> usize {
        let behind = &self.inner.behind;
        behind.capacity().saturating_sub(behind.max_capacity() / 2)
    }
}

/// Writes until the node stops and its shards have handed in their last.
pub(super) async fn run(driver: Driver, shards: TaskTracker, mut inbox: mpsc::Receiver<Behind>) {
    let stopping = driver.stopping().clone();
    let mut batch = Vec::new();
    let mut noted = Noted::default();
    let mut details = Details::new(Instant::now());
    loop {
        tokio::select! {
            () = stopping.cancelled() => break,
            () = tokio::time::sleep(DETAILS_EVERY), if !details.waiting.is_empty() => {
                details.hold_back(&mut batch, driver.load(), Instant::now());
                write(&driver, &mut batch).await;
            }
            taken = inbox.recv_many(&mut batch, BATCH_MAX) => {
                batch.retain(|item| noted.is_news(item));
                details.hold_back(&mut batch, driver.load(), Instant::now());
                write(&driver, &mut batch).await;
                if taken == BATCH_MAX {
                    continue;
                }
            }
        }
        tokio::select! {
            () = stopping.cancelled() => break,
            () = tokio::time::sleep(GATHER) => {}
        }
    }
    shards.wait().await;
    details.hold_back(&mut batch, Load::Fine, Instant::now());
    while let Ok(item) = inbox.try_recv() {
        batch.push(item);
    }
    write(&driver, &mut batch).await;
}

/// What is written later while the database is overloaded: all but where visits stand, by which another node goes on with them, and
/// which says that their visitors are there.
struct Details {
    waiting: Vec<Behind>,
    written_at: Instant,
}

impl Details {
    const fn new(now: Instant) -> Self {
        Self { waiting: Vec::new(), written_at: now }
    }

    /// Leaves in `batch` what is to be written now.
    fn hold_back(&mut self, batch: &mut Vec<Behind>, load: Load, now: Instant) {
        let mut items = std::mem::take(&mut self.waiting);
        if load == Load::Fine || now - self.written_at >= DETAILS_EVERY {
            self.written_at = now;
            items.append(batch);
            *batch = items;
            return;
        }
        let (checkpoints, details): (Vec<_>, Vec<_>) =
            batch.drain(..).partition(|item| matches!(item, Behind::Checkpoint(_)));
        let room = BATCH_MAX.saturating_sub(items.len());
        let dropped = details.len().saturating_sub(room);
        metrics::counter!("beckon_observations_dropped_total").increment(dropped as u64);
        items.extend(details.into_iter().take(room));
        self.waiting = items;
        *batch = checkpoints;
    }
}

/// The names that were noted lately, so that each is written now and then and not with every event.
#[derive(Default)]
struct Noted {
    names: BTreeSet<(SiteId, NameKind, String)>,
    /// Since when.
    since: i64,
}

impl Noted {
    fn is_news(&mut self, item: &Behind) -> bool {
        let Behind::Seen(seen) = item else { return true };
        if seen.seen_at - self.since > NOTED_FOR_MS || self.names.len() >= NOTED_MAX {
            self.names.clear();
            self.since = seen.seen_at;
        }
        self.names.insert((*seen.site_id, *seen.kind, seen.name.clone()))
    }
}

async fn write(driver: &Driver, batch: &mut Vec<Behind>) {
    for unit in batch.chunks(UNIT_MAX) {
        write_unit(driver, unit).await;
    }
    batch.clear();
}

async fn write_unit(driver: &Driver, unit: &[Behind]) {
    for _ in 0..TRIES_MAX {
        match write_once(driver, unit).await {
            Ok(()) => break,
            Err(StoreError::Database(error)) if error.as_database_error().is_none() => {
                tracing::warn!(%error, items = unit.len(), "observations could not be written");
            }
            Err(error) => {
                tracing::warn!(%error, items = unit.len(), "observations were refused; they are written one by one");
                write_one_by_one(driver, unit).await;
                break;
            }
        }
        tokio::time::sleep(WAIT).await;
    }
}

/// One item that the database refuses costs only itself.
async fn write_one_by_one(driver: &Driver, unit: &[Behind]) {
    for item in unit.chunks(1) {
        if let Err(error) = write_once(driver, item).await {
            tracing::warn!(%error, "an observation was refused");
        }
    }
}

async fn write_once(driver: &Driver, batch: &[Behind]) -> StoreResult<()> {
    if batch.is_empty() {
        return Ok(());
    }
    let (mut views, mut leavings, mut forms) = (Vec::new(), Vec::new(), Vec::new());
    // Of what is said again in the same batch the last word counts.
    let (mut checkpoints, mut decisions) = (BTreeMap::new(), BTreeMap::new());
    let mut tx = driver.store().write().await?;
    for item in batch {
        match item {
            Behind::PageView(view) => views.push(view),
            Behind::Left(leaving) => leavings.push(*leaving),
            Behind::Form(form) => forms.push(*form),
            Behind::Checkpoint(checkpoint) => drop(checkpoints.insert(checkpoint.visit, checkpoint)),
            Behind::Decision(row) => drop(decisions.insert((*row.visit_id, row.slot), &**row)),
            Behind::Seen(seen) => insert_seen_name(&mut tx, seen).await?,
            Behind::Snippet(seen) => insert_snippet_seen(&mut tx, seen).await?,
        }
    }
    update_visit_checkpoints(&mut tx, &checkpoints.into_values().collect::<Vec<_>>()).await?;
    insert_decisions(&mut tx, &decisions.into_values().collect::<Vec<_>>()).await?;
    // What else is said of a page view may stand in the same batch.
    insert_page_views(&mut tx, &views).await?;
    update_page_views_left(&mut tx, &leavings).await?;
    update_page_views_form(&mut tx, &forms).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use beckon_engine::id::{TabId, VisitId};
    use beckon_engine::time::UnixMs;

    use super::*;
    use crate::store::page_view::ViewKey;

    fn checkpoint() -> Behind {
        Behind::Checkpoint(Checkpoint {
            visit: VisitId(uuid::Uuid::nil()),
            epoch: 1,
            number: 1,
            heard_at: UnixMs(0),
            ends_due: UnixMs(0),
            state: String::new(),
        })
    }

    fn detail() -> Behind {
        Behind::Left(Leaving {
            key: ViewKey { visit: VisitId(uuid::Uuid::nil()), tab: TabId(1), view: 1 },
            left_at: UnixMs(0),
            visible_s: 0,
        })
    }

    #[test]
    fn while_the_database_is_overloaded_details_wait_and_where_visits_stand_does_not() {
        let began = Instant::now();
        let mut details = Details::new(began);
        let mut batch = vec![detail(), checkpoint()];
        details.hold_back(&mut batch, Load::Fine, began);
        assert_eq!(batch.len(), 2);
        for _ in 0..2 {
            batch = vec![checkpoint()];
            batch.extend((0..BATCH_MAX).map(|_| detail()));
            details.hold_back(&mut batch, Load::NoDetail, began + DETAILS_EVERY / 2);
            assert!(matches!(batch[..], [Behind::Checkpoint(_)]));
            assert_eq!(details.waiting.len(), BATCH_MAX, "what is more is dropped");
        }
        batch = vec![checkpoint()];
        details.hold_back(&mut batch, Load::NoDetail, began + DETAILS_EVERY);
        assert_eq!((batch.len(), details.waiting.len()), (BATCH_MAX + 1, 0));
        batch = vec![detail()];
        details.hold_back(&mut batch, Load::NoDetail, began + DETAILS_EVERY);
        assert_eq!(batch.len(), 0);
        details.hold_back(&mut batch, Load::Fine, began + DETAILS_EVERY);
        assert_eq!(batch.len(), 1, "all of it is written at once when the load is fine");
    }
}
