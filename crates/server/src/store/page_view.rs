//! Owns the SQL of page views, which are written behind in batches, and of the dictionary of addresses.

use beckon_engine::id::{SiteId, TabId, VisitId};
use beckon_engine::time::UnixMs;
use sha2::{Digest, Sha256};

use super::column::Text;
use super::sql::{execute, fetch_all};
use super::{StoreResult, Tx};

/// A page view that began.
#[derive(Clone, Debug)]
pub struct PageView {
    /// The site.
    pub site: SiteId,
    /// The visit.
    pub visit: VisitId,
    /// The browser's own count.
    pub view: u32,
    /// The tab.
    pub tab: TabId,
    /// Address as it may be stored (T-10).
    pub url: String,
    /// Title of the document.
    pub title: String,
    /// When it began.
    pub entered_at: UnixMs,
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

/// Adds a page view; one that is already there stays as it is.
///
/// # Errors
/// When the database failed.
pub async fn insert_page_view(tx: &mut Tx, view: &PageView) -> StoreResult<()> {
    let page_id = page_id(view.site, &view.url);
    execute!(
        tx,
        "INSERT INTO pages (id, site_id, url) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING",
        page_id,
        Text(view.site),
        view.url.as_str(),
    )?;
    execute!(
        tx,
        "INSERT INTO page_views (visit_id, view, tab, page_id, title, entered_at, visible_s)
         VALUES ($1, $2, $3, $4, $5, $6, 0) ON CONFLICT (visit_id, view) DO NOTHING",
        Text(view.visit),
        i64::from(view.view),
        i64::from(view.tab.0),
        page_id,
        view.title.as_str(),
        view.entered_at.0,
    )?;
    Ok(())
}

/// Records that a page view ended: the time of the first word of it, and the longest time in the foreground.
///
/// # Errors
/// When the database failed.
pub async fn update_page_view_left(
    tx: &mut Tx,
    visit: VisitId,
    view: u32,
    left_at: UnixMs,
    visible_s: u32,
) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE page_views SET left_at = COALESCE(left_at, $3),
                               visible_s = CASE WHEN visible_s < $4 THEN $4 ELSE visible_s END
         WHERE visit_id = $1 AND view = $2",
        Text(visit),
        i64::from(view),
        left_at.0,
        i64::from(visible_s),
    )?;
    Ok(())
}

/// Records what happened to the form of a page view: when it was first entered, last typed into and last sent.
///
/// # Errors
/// When the database failed.
pub async fn update_page_view_form(
    tx: &mut Tx,
    visit: VisitId,
    view: u32,
    step: FormStep,
    at: UnixMs,
) -> StoreResult<()> {
    let [entered, input, submitted] = match step {
        FormStep::Entered => [Some(at.0), None, None],
        FormStep::Input => [Some(at.0), Some(at.0), None],
        FormStep::Submitted => [Some(at.0), None, Some(at.0)],
    };
    execute!(
        tx,
        "UPDATE page_views SET form_entered_at = COALESCE(form_entered_at, $3),
                               form_input_at = COALESCE($4, form_input_at),
                               form_submitted_at = COALESCE($5, form_submitted_at)
         WHERE visit_id = $1 AND view = $2",
        Text(visit),
        i64::from(view),
        entered,
        input,
        submitted,
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
         WHERE v.visit_id = $1 ORDER BY v.entered_at DESC, v.view DESC LIMIT $2",
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
