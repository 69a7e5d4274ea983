//! Owns the SQL of page views, which are written behind in batches, and of the dictionary of addresses.

use std::collections::BTreeMap;

use beckon_engine::id::{SiteId, TabId, VisitId};
use beckon_engine::time::UnixMs;
use sha2::{Digest, Sha256};

use super::column::{Text, list_of};
use super::sql::{execute_list, fetch_all};
use super::{StoreResult, Tx};

/// The page view that a value of a list names first.
macro_rules! of_view {
    () => {
        " WHERE page_views.visit_id = j.value ->> 0 AND page_views.tab = CAST(j.value ->> 1 AS BIGINT)
             AND page_views.view = CAST(j.value ->> 2 AS BIGINT)"
    };
}

/// The open page views of the visit that a value of a list names first are left when the value says second.
macro_rules! leave_open {
    () => {
        "UPDATE page_views SET
             left_at = CASE WHEN page_views.entered_at < CAST(j.value ->> 1 AS BIGINT)
                            THEN CAST(j.value ->> 1 AS BIGINT) ELSE page_views.entered_at END
         FROM "
    };
}

macro_rules! of_visit {
    () => {
        " WHERE page_views.visit_id = j.value ->> 0 AND page_views.left_at IS NULL"
    };
}

/// How it is on SQLite.
#[cfg(test)]
pub(in crate::store) const LEAVE_OPEN: &str =
    concat!(leave_open!(), super::dialect::sqlite_list!(), of_visit!());

/// Which page view of which visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ViewKey {
    /// The visit.
    pub visit: VisitId,
    /// The tab.
    pub tab: TabId,
    /// The tab's own count.
    pub view: u32,
}

/// A page view that began.
#[derive(Clone, Debug)]
pub struct PageView {
    /// Which one it is.
    pub key: ViewKey,
    /// The site.
    pub site: SiteId,
    /// Address as it may be stored (T-10).
    pub url: String,
    /// Title of the document.
    pub title: String,
    /// When it began.
    pub entered_at: UnixMs,
}

/// A page view that ended.
#[derive(Clone, Copy, Debug)]
pub struct Leaving {
    /// Which one it is.
    pub key: ViewKey,
    /// When.
    pub left_at: UnixMs,
    /// Seconds it was in the foreground; 0 when nobody said.
    pub visible_s: u32,
}

/// A visit that has ended, and when its browser was last heard from, as far as it is written down.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct LastWord {
    /// The visit.
    pub visit: Text<VisitId>,
    /// When, in milliseconds.
    pub heard_at: i64,
}

/// Something that happened to the form of a page view.
#[derive(Clone, Copy, Debug)]
pub struct FormUse {
    /// Which page view.
    pub key: ViewKey,
    /// What.
    pub step: FormStep,
    /// When.
    pub at: UnixMs,
}

/// One stored page view.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PageViewRow {
    /// Address.
    pub url: String,
    /// Title of the document.
    pub title: String,
    /// When it began.
    pub entered_at: i64,
    /// When it was left, if it was.
    pub left_at: Option<i64>,
    /// Seconds in the foreground.
    pub visible_s: i64,
    /// When a form of the page was first entered, if one was.
    pub form_entered_at: Option<i64>,
    /// When something was last put into it; never what.
    pub form_input_at: Option<i64>,
    /// When it was submitted, if it was.
    pub form_submitted_at: Option<i64>,
}

impl PageViewRow {
    /// When it was left, in a visit that was last heard from at `heard_at` and that ended at `ended_at`, if it has: some pages of
    /// visits that ended with their node are written down as open.
    #[must_use]
    pub fn left_at(&self, heard_at: i64, ended_at: Option<i64>) -> Option<i64> {
        self.left_at.or_else(|| ended_at.map(|_| heard_at.max(self.entered_at)))
    }
}

/// What happened to a form of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormStep {
    /// A field got the focus.
    Entered,
    /// Something was put in.
    Input,
    /// It was sent.
    Submitted,
}

/// Adds page views, in two statements however many they are; one that is already there stays as it is, and one of a visit that
/// was erased is not taken (N-4).
///
/// # Errors
/// When the database failed.
pub async fn insert_page_views(tx: &mut Tx, views: &[&PageView]) -> StoreResult<()> {
    if views.is_empty() {
        return Ok(());
    }
    // By id: two nodes that add the same addresses must not wait for each other.
    let pages: BTreeMap<i64, &PageView> =
        views.iter().map(|view| (page_id(view.site, &view.url), *view)).collect();
    let list = list_of(pages.iter().map(|(id, view)| (id, view.site, &view.url)));
    // The condition changes nothing: without one SQLite takes ON CONFLICT for a part of the join.
    execute_list!(
        tx,
        "INSERT INTO pages (id, site_id, url)
         SELECT CAST(j.value ->> 0 AS BIGINT), j.value ->> 1, j.value ->> 2 FROM ",
        list,
        " WHERE TRUE ON CONFLICT (id) DO NOTHING",
    )?;
    let list = list_of(views.iter().map(|PageView { key, site, url, title, entered_at }| {
        (key.visit, key.tab, key.view, page_id(*site, url), title, entered_at.0)
    }));
    execute_list!(
        tx,
        "INSERT INTO page_views (visit_id, tab, view, page_id, title, entered_at, visible_s)
         SELECT j.value ->> 0, CAST(j.value ->> 1 AS BIGINT), CAST(j.value ->> 2 AS BIGINT),
                CAST(j.value ->> 3 AS BIGINT), j.value ->> 4, CAST(j.value ->> 5 AS BIGINT), 0 FROM ",
        list,
        " WHERE NOT EXISTS (SELECT 1 FROM erased_visits e WHERE e.visit_id = j.value ->> 0)
         ON CONFLICT (visit_id, tab, view) DO NOTHING",
    )?;
    Ok(())
}

/// Records that page views ended, in one statement: of each the time of the first word of it, and the longest time in
/// the foreground.
///
/// # Errors
/// When the database failed.
pub async fn update_page_views_left(tx: &mut Tx, leavings: &[Leaving]) -> StoreResult<()> {
    if leavings.is_empty() {
        return Ok(());
    }
    // A statement changes a row once, whatever the list says of it.
    let mut of_view: BTreeMap<ViewKey, (UnixMs, u32)> = BTreeMap::new();
    for leaving in leavings {
        let (_, visible_s) = of_view.entry(leaving.key).or_insert((leaving.left_at, 0));
        *visible_s = leaving.visible_s.max(*visible_s);
    }
    let list = list_of(
        of_view.into_iter().map(|(key, (at, visible_s))| (key.visit, key.tab, key.view, at.0, visible_s)),
    );
    execute_list!(
        tx,
        "UPDATE page_views SET
             left_at = COALESCE(page_views.left_at, CAST(j.value ->> 3 AS BIGINT)),
             visible_s = CASE WHEN page_views.visible_s < CAST(j.value ->> 4 AS BIGINT)
                              THEN CAST(j.value ->> 4 AS BIGINT) ELSE page_views.visible_s END
         FROM ",
        list,
        of_view!(),
    )?;
    Ok(())
}

/// Leaves the pages of visits that have ended which nobody was seen to leave, in one statement: with the last word of the browser, as a
/// node does that holds the visit, but not before they were entered.
///
/// # Errors
/// When the database failed.
pub async fn update_open_page_views_left(tx: &mut Tx, ended: &[LastWord]) -> StoreResult<()> {
    if ended.is_empty() {
        return Ok(());
    }
    let list = list_of(ended.iter().map(|last| (*last.visit, last.heard_at)));
    execute_list!(tx, leave_open!(), list, of_visit!())?;
    Ok(())
}

/// Records what happened to the forms of page views, in one statement: when each was first entered, last typed into and
/// last sent.
///
/// # Errors
/// When the database failed.
pub async fn update_page_views_form(tx: &mut Tx, uses: &[FormUse]) -> StoreResult<()> {
    if uses.is_empty() {
        return Ok(());
    }
    let mut of_view: BTreeMap<ViewKey, (i64, Option<i64>, Option<i64>)> = BTreeMap::new();
    for FormUse { key, step, at } in uses {
        let (_, input, submitted) = of_view.entry(*key).or_insert((at.0, None, None));
        match step {
            FormStep::Entered => {}
            FormStep::Input => *input = Some(at.0),
            FormStep::Submitted => *submitted = Some(at.0),
        }
    }
    let list =
        list_of(of_view.into_iter().map(|(key, (entered, input, submitted))| {
            (key.visit, key.tab, key.view, entered, input, submitted)
        }));
    execute_list!(
        tx,
        "UPDATE page_views SET
             form_entered_at = COALESCE(page_views.form_entered_at, CAST(j.value ->> 3 AS BIGINT)),
             form_input_at = COALESCE(CAST(j.value ->> 4 AS BIGINT), page_views.form_input_at),
             form_submitted_at = COALESCE(CAST(j.value ->> 5 AS BIGINT), page_views.form_submitted_at)
         FROM ",
        list,
        of_view!(),
    )?;
    Ok(())
}

/// Lists the latest `limit` page views of a visit, oldest first.
///
/// # Errors
/// When the database failed.
pub async fn list_page_views(tx: &mut Tx, visit: VisitId, limit: i64) -> StoreResult<Vec<PageViewRow>> {
    let mut rows = fetch_all!(
        tx,
        PageViewRow,
        "SELECT p.url, v.title, v.entered_at, v.left_at, v.visible_s,
                v.form_entered_at, v.form_input_at, v.form_submitted_at
         FROM page_views v JOIN pages p ON p.id = v.page_id
         WHERE v.visit_id = $1 ORDER BY v.entered_at DESC, v.tab DESC, v.view DESC LIMIT $2",
        Text(visit),
        limit,
    )?;
    rows.reverse();
    Ok(rows)
}

/// 63 bits of a hash over site and address: the same on every node, with no sequence to wait for.
fn page_id(site: SiteId, url: &str) -> i64 {
    let digest = Sha256::new().chain_update(site.0.as_bytes()).chain_update(url.as_bytes()).finalize();
    let first = digest.first_chunk::<8>().expect("a SHA-256 digest has 32 bytes");
    (u64::from_be_bytes(*first) >> 1).cast_signed()
}
