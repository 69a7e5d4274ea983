//! Owns canned replies at `/api/v1/canned-replies`: shared ones that supervisors keep, and each agent's own.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use beckon_engine::id::{CannedReplyId, QueueId, SiteId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::audit::record::{Audited, Done, record};
use super::auth::{Agent, SignedIn};
use super::bringing::{Bringing, is_so};
use super::check::Checks;
use super::error::{Answer, FieldError, Problem};
use super::extract::{Body, Id, Params, present};
use super::openapi::{ChangeRefusals, Refusals};
use super::page::{Page, PageParams};
use super::{Api, site};
use crate::driver::saying::MESSAGE_LEN_MAX;
use crate::store::audit::AuditKind;
use crate::store::canned_reply::{
    CannedReplyRow, delete_canned_reply, find_canned_reply, find_canned_reply_count, insert_canned_reply,
    list_canned_replies, update_canned_reply,
};
use crate::store::column::{Json as JsonColumn, Text};
use crate::store::queue::find_queue;
use crate::store::user::Role;
use crate::store::{StoreError, Tx};

/// Most canned replies that all agents share.
pub const SHARED_MAX: i64 = 2_000;
/// Most canned replies of one agent's own.
pub const OWN_MAX: i64 = 200;

const SHORTCUT_CHARS_MAX: usize = 32;
const TAGS_MAX: usize = 10;
const TAG_CHARS_MAX: usize = 30;

/// A text to send again and again.
#[derive(Debug, Serialize, ToSchema)]
pub struct CannedReply {
    /// Identity.
    pub id: CannedReplyId,
    /// The site it is for; null for every site.
    #[schema(required)]
    pub site_id: Option<SiteId>,
    /// The queue it is for; null for every queue.
    #[schema(required)]
    pub queue_id: Option<QueueId>,
    /// Only its maker sees it.
    pub personal: bool,
    /// What is typed after the slash.
    pub shortcut: String,
    /// Name in lists.
    pub title: String,
    /// Text by language. `{{visitor.first_name}}` and the like are filled in by the console.
    pub texts: BTreeMap<String, String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// When it was made, milliseconds since 1970.
    pub created_at: i64,
    /// When it was last changed, milliseconds since 1970.
    pub updated_at: i64,
}

/// A canned reply to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCannedReply {
    /// The site it is for; null for every site.
    #[serde(default)]
    pub site_id: Option<SiteId>,
    /// The queue of that site it is for; null for every queue.
    #[serde(default)]
    pub queue_id: Option<QueueId>,
    /// Only its maker sees it. Who is an agent makes no other.
    #[serde(default)]
    pub personal: bool,
    /// What is typed after the slash: 1 to 32 of a to z, 0 to 9, - and _.
    pub shortcut: String,
    /// Name in lists, 1 to 100 characters.
    pub title: String,
    /// Text by language, 1 to 4000 characters each.
    pub texts: BTreeMap<String, String>,
    /// Words to find it by, at most 10 of 30 characters.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// What to change of a canned reply; what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CannedReplyPatch {
    /// The site it is for; null for every site.
    #[serde(default, deserialize_with = "present")]
    pub site_id: Option<Option<SiteId>>,
    /// The queue of that site it is for; null for every queue.
    #[serde(default, deserialize_with = "present")]
    pub queue_id: Option<Option<QueueId>>,
    /// What is typed after the slash: 1 to 32 of a to z, 0 to 9, - and _.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub shortcut: Option<String>,
    /// Name in lists, 1 to 100 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub title: Option<String>,
    /// Text by language, 1 to 4000 characters each.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub texts: Option<BTreeMap<String, String>>,
    /// Words to find it by, at most 10 of 30 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub tags: Option<Vec<String>>,
}

/// Which canned replies to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Only those for this site or for every site.
    site: Option<SiteId>,
    /// Most items on the page, 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// The `next` of the page before; absent for the first page.
    after: Option<String>,
}

/// The routes of this resource.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(show, change, remove))
}

/// The shared canned replies and the caller's own, by title.
#[utoipa::path(
    get,
    path = "/api/v1/canned-replies",
    operation_id = "list_canned_replies",
    tag = "canned replies",
    params(ListParams),
    responses((status = 200, description = "One page", body = Page<CannedReply>), Refusals),
    security(("session" = []))
)]
async fn list(
    State(api): State<Api>,
    Agent(me): Agent,
    Params(params): Params<ListParams>,
) -> Answer<Json<Page<CannedReply>>> {
    let page = PageParams::new(params.limit, params.after);
    let limit = page.limit()?;
    let [title, id] = page.after()?;
    let mut tx = api.store.read().await?;
    let rows = list_canned_replies(&mut tx, *me.user.id, params.site, (&title, &id), limit + 1).await?;
    let key = |row: &CannedReplyRow| [row.title.clone(), row.id.0.to_string()];
    Ok(Json(Page::cut(rows, limit, key, CannedReply::from)))
}

/// Make a canned reply. Supervisors make shared ones, everyone their own.
#[utoipa::path(
    post,
    path = "/api/v1/canned-replies",
    operation_id = "create_canned_reply",
    tag = "canned replies",
    request_body = NewCannedReply,
    responses((status = 201, description = "The canned reply", body = CannedReply), ChangeRefusals),
    security(("session" = []))
)]
async fn create(
    State(api): State<Api>,
    Agent(me): Agent,
    Body(new): Body<NewCannedReply>,
) -> Answer<(StatusCode, Json<CannedReply>)> {
    let owner = new.personal.then_some(*me.user.id);
    let row = row(new, CannedReplyId(api.clock.new_id()), owner, api.clock.now().0);
    may_edit(&me, &row)?;
    check(&row)?;
    let mut tx = api.change().await?;
    check_place(&mut tx, &row).await?;
    let most = if owner.is_some() { OWN_MAX } else { SHARED_MAX };
    if find_canned_reply_count(&mut tx, owner).await? >= most {
        return Err(Problem::LimitReached(most));
    }
    insert_canned_reply(&mut tx, &row).await.map_err(taken)?;
    let reply = CannedReply::from(row);
    note(&api, &mut tx, &me, Done::created(&reply)).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(reply)))
}

/// One canned reply: a shared one or the caller's own.
#[utoipa::path(
    get,
    path = "/api/v1/canned-replies/{id}",
    operation_id = "show_canned_reply",
    tag = "canned replies",
    params(("id" = CannedReplyId, Path)),
    responses((status = 200, description = "The canned reply", body = CannedReply), Refusals),
    security(("session" = []))
)]
async fn show(
    State(api): State<Api>,
    Agent(me): Agent,
    Id(id): Id<CannedReplyId>,
) -> Answer<Json<CannedReply>> {
    let mut tx = api.store.read().await?;
    Ok(Json(find(&mut tx, id, *me.user.id).await?.into()))
}

/// Change a canned reply. Supervisors change shared ones, everyone their own.
#[utoipa::path(
    patch,
    path = "/api/v1/canned-replies/{id}",
    operation_id = "change_canned_reply",
    tag = "canned replies",
    params(("id" = CannedReplyId, Path)),
    request_body = CannedReplyPatch,
    responses((status = 200, description = "The canned reply", body = CannedReply), ChangeRefusals),
    security(("session" = []))
)]
async fn change(
    State(api): State<Api>,
    Agent(me): Agent,
    Id(id): Id<CannedReplyId>,
    Body(patch): Body<CannedReplyPatch>,
) -> Answer<Json<CannedReply>> {
    let mut tx = api.change().await?;
    let mut row = find(&mut tx, id, *me.user.id).await?;
    may_edit(&me, &row)?;
    let before = CannedReply::from(row.clone());
    row.site_id = patch.site_id.map_or(row.site_id, |site| site.map(Text));
    row.queue_id = patch.queue_id.map_or(row.queue_id, |queue| queue.map(Text));
    row.shortcut = patch.shortcut.unwrap_or(row.shortcut);
    row.title = patch.title.unwrap_or(row.title);
    row.texts = patch.texts.map_or(row.texts, JsonColumn);
    row.tags = patch.tags.map_or(row.tags, JsonColumn);
    row.updated_at = api.clock.now().0;
    check(&row)?;
    check_place(&mut tx, &row).await?;
    update_canned_reply(&mut tx, &row).await.map_err(taken)?;
    let reply = CannedReply::from(row);
    note(&api, &mut tx, &me, Done::changed(&before, &reply)).await?;
    tx.commit().await?;
    Ok(Json(reply))
}

/// Remove a canned reply. Supervisors remove shared ones, everyone their own.
#[utoipa::path(
    delete,
    path = "/api/v1/canned-replies/{id}",
    operation_id = "remove_canned_reply",
    tag = "canned replies",
    params(("id" = CannedReplyId, Path)),
    responses((status = 204, description = "Done"), ChangeRefusals),
    security(("session" = []))
)]
async fn remove(State(api): State<Api>, Agent(me): Agent, Id(id): Id<CannedReplyId>) -> Answer<StatusCode> {
    let mut tx = api.change().await?;
    let row = find(&mut tx, id, *me.user.id).await?;
    may_edit(&me, &row)?;
    delete_canned_reply(&mut tx, id).await?;
    note(&api, &mut tx, &me, Done::removed(&row.into())).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a shared canned reply what it should be, and when it was made; where it should not be, it goes.
///
/// # Errors
/// When it does not fit what is there, or the database failed.
pub(super) async fn bring(
    bringing: &mut Bringing<'_>,
    id: CannedReplyId,
    wanted: Option<(NewCannedReply, i64)>,
) -> Answer<()> {
    let me = *bringing.by.user.id;
    let tx = &mut bringing.tx;
    let before = find_canned_reply(tx, id, me).await?.map(CannedReply::from);
    let Some((new, created_at)) = wanted else {
        delete_canned_reply(tx, id).await?;
        return bringing.record(before.as_ref(), None).await;
    };
    let row = CannedReplyRow { created_at, ..row(new, id, None, bringing.api.clock.now().0) };
    check(&row)?;
    check_place(tx, &row).await?;
    let after = CannedReply::from(row.clone());
    if is_so(before.as_ref(), &after) {
        return Ok(());
    }
    if before.is_some() {
        update_canned_reply(tx, &row).await.map_err(taken)?;
    } else {
        insert_canned_reply(tx, &row).await.map_err(taken)?;
    }
    bringing.record(before.as_ref(), Some(&after)).await
}

fn row(new: NewCannedReply, id: CannedReplyId, owner: Option<UserId>, now: i64) -> CannedReplyRow {
    CannedReplyRow {
        id: Text(id),
        site_id: new.site_id.map(Text),
        queue_id: new.queue_id.map(Text),
        owner_id: owner.map(Text),
        shortcut: new.shortcut,
        title: new.title,
        texts: JsonColumn(new.texts),
        tags: JsonColumn(new.tags),
        created_at: now,
        updated_at: now,
    }
}

/// What agents keep for themselves is nobody else's business.
async fn note(api: &Api, tx: &mut Tx, me: &SignedIn, done: Done<'_, CannedReply>) -> Answer<()> {
    let is_own = done.after.or(done.before).is_some_and(|reply| reply.personal);
    if is_own { Ok(()) } else { record(api, tx, me, done).await }
}

/// Somebody else's own one is never found, so an owner here is the caller.
fn may_edit(me: &SignedIn, row: &CannedReplyRow) -> Answer<()> {
    if row.owner_id.is_some() || *me.user.role >= Role::Supervisor { Ok(()) } else { Err(Problem::Forbidden) }
}

fn check(row: &CannedReplyRow) -> Answer<()> {
    let mut checks = Checks::new();
    checks.line("/shortcut", &row.shortcut, 1..=SHORTCUT_CHARS_MAX);
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    if !row.shortcut.bytes().all(fits) {
        checks.wrong("/shortcut", "has other characters than a to z, 0 to 9, - and _");
    }
    checks.line("/title", &row.title, 1..=100);
    checks.texts("/texts", &row.texts, 1..=MESSAGE_LEN_MAX);
    checks.count("/tags", row.tags.len(), 0..=TAGS_MAX);
    for (index, tag) in row.tags.iter().enumerate() {
        checks.line(&format!("/tags/{index}"), tag, 1..=TAG_CHARS_MAX);
    }
    checks.finish()
}

async fn check_place(tx: &mut Tx, row: &CannedReplyRow) -> Answer<()> {
    if let Some(site) = row.site_id {
        site::find_named(tx, *site).await?;
    }
    let Some(queue) = row.queue_id else { return Ok(()) };
    let found = find_queue(tx, *queue).await?;
    if found.is_some_and(|found| Some(found.site_id) == row.site_id) {
        Ok(())
    } else {
        Err(Problem::field("/queue_id", "is no queue of this site"))
    }
}

async fn find(tx: &mut Tx, id: CannedReplyId, user: UserId) -> Answer<CannedReplyRow> {
    find_canned_reply(tx, id, user).await?.ok_or(Problem::NotFound)
}

fn taken(error: StoreError) -> Problem {
    match error {
        StoreError::Taken => Problem::Taken(FieldError::new("/shortcut", "belongs to another canned reply")),
        StoreError::InUse | StoreError::Database(_) | StoreError::Migrate(_) | StoreError::Batch(_) => {
            error.into()
        }
    }
}

impl Audited for CannedReply {
    const KIND: AuditKind = AuditKind::CannedReply;

    fn subject(&self) -> String {
        self.id.to_string()
    }

    fn name(&self) -> &str {
        &self.title
    }

    fn site(&self) -> Option<SiteId> {
        self.site_id
    }
}

impl From<CannedReplyRow> for CannedReply {
    fn from(row: CannedReplyRow) -> Self {
        Self {
            id: row.id.0,
            site_id: row.site_id.map(|site| *site),
            queue_id: row.queue_id.map(|queue| *queue),
            personal: row.owner_id.is_some(),
            shortcut: row.shortcut,
            title: row.title,
            texts: row.texts.0,
            tags: row.tags.0,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}
