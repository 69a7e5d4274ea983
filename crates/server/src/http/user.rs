//! Owns the people of the console at `/api/v1/users`.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use beckon_engine::id::UserId;
use beckon_engine::routing::Skill;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::audit::record::{Audited, Done, record};
use super::auth::{Admin, Supervisor, spared};
use super::check::Checks;
use super::error::{Answer, FieldError, Problem};
use super::extract::{Body, Id, Params, present};
use super::openapi::{ChangeRefusals, Refusals};
use super::page::{Page, PageParams};
use super::session::{leave, tell_ended};
use super::user_link::UserLink;
use super::{Api, password, queue_check, user_link};
use crate::store::audit::AuditKind;
use crate::store::column::Text;
use crate::store::second_step::{has_second_step, list_users_with_second_step};
use crate::store::session::delete_sessions_of_user;
use crate::store::user::{
    Role, USERS_MAX, UserRow, delete_user, find_other_admin_count, find_user, find_user_count, insert_user,
    list_users, update_user,
};
use crate::store::user_identity::{has_identity, list_users_with_identity};
use crate::store::user_link::{UserLinkRow, find_user_link, list_user_links};
use crate::store::user_skill::{list_skills_of, list_user_skills, update_user_skills};
use crate::store::{StoreError, Tx};

/// Slots of a user when none are named.
pub const SLOTS_DEFAULT: i64 = 3;

const SLOTS_MAX: i64 = 50;

/// A person who signs in to the console.
#[derive(Debug, Serialize, ToSchema)]
pub struct User {
    /// Identity.
    pub id: UserId,
    /// Address in lower case.
    pub email: String,
    /// Name that visitors see.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// Chats at a time by routing.
    pub slots: i64,
    /// What the person knows that queues may ask for, by name.
    pub skills: Vec<UserSkill>,
    /// Has chosen a password, or was given one.
    pub has_password: bool,
    /// The link to choose one with that waits, or has ended unused; null when there is none.
    #[schema(required)]
    pub link: Option<UserLink>,
    /// Signing in asks for a code too.
    pub second_step: bool,
    /// Is somebody at the provider of single sign-on, and can sign in there.
    pub single_sign_on: bool,
    /// May not sign in.
    pub disabled: bool,
    /// When the user was made, milliseconds since 1970.
    pub created_at: i64,
}

/// Something a person knows that queues may ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserSkill {
    /// Its name, 1 to 40 characters; kept in lower case.
    pub name: String,
    /// How well, 1 to 5.
    #[serde(default = "lowest_level")]
    pub level: u8,
}

/// A user to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// Address, in upper or lower case; no other user has it.
    pub email: String,
    /// Name that visitors see, 1 to 100 characters.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// Password, 10 to 200 characters; without one the person is invited with a link.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, format = Password)]
    pub password: Option<String>,
    /// Chats at a time by routing, 0 to 50.
    #[serde(default = "default_slots")]
    pub slots: i64,
    /// What the person knows, at most 20.
    #[serde(default)]
    pub skills: Vec<UserSkill>,
}

/// What to change of a user; what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserPatch {
    /// Name that visitors see, 1 to 100 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// What the person may do.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub role: Option<Role>,
    /// Chats at a time by routing, 0 to 50.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub slots: Option<i64>,
    /// What the person knows, at most 20.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub skills: Option<Vec<UserSkill>>,
    /// Password, 10 to 200 characters. The user's other sessions end.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, format = Password)]
    pub password: Option<String>,
    /// May not sign in; all sessions of the user end.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub disabled: Option<bool>,
}

/// The routes of this resource.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(show, change, remove))
}

/// The users, by e-mail. For supervisors.
#[utoipa::path(
    get,
    path = "/api/v1/users",
    operation_id = "list_users",
    tag = "users",
    params(PageParams),
    responses((status = 200, description = "One page", body = Page<User>), Refusals),
    security(("session" = []))
)]
async fn list(
    State(api): State<Api>,
    _: Supervisor,
    Params(params): Params<PageParams>,
) -> Answer<Json<Page<User>>> {
    let limit = params.limit()?;
    let [email] = params.after()?;
    let mut tx = api.store.read().await?;
    let rows = list_users(&mut tx, &email, limit + 1).await?;
    let mut skills = list_user_skills(&mut tx).await?;
    let second_steps = list_users_with_second_step(&mut tx).await?;
    let identities = list_users_with_identity(&mut tx).await?;
    let links = list_user_links(&mut tx).await?;
    let mut links: BTreeMap<_, _> = links.into_iter().map(|link| (*link.user_id, link)).collect();
    let item = |row: UserRow| {
        let skills = skills.remove(&row.id.0).unwrap_or_default();
        let access = Access {
            link: links.remove(&row.id.0),
            second_step: second_steps.contains(&row.id.0),
            single_sign_on: identities.contains(&row.id.0),
        };
        User::new(row, skills, access)
    };
    Ok(Json(Page::cut(rows, limit, |row| [row.email.clone()], item)))
}

/// Make a user. For administrators.
#[utoipa::path(
    post,
    path = "/api/v1/users",
    operation_id = "create_user",
    tag = "users",
    request_body = NewUser,
    responses((status = 201, description = "The user", body = User), ChangeRefusals),
    security(("session" = []))
)]
async fn create(
    State(api): State<Api>,
    Admin(me): Admin,
    Body(new): Body<NewUser>,
) -> Answer<(StatusCode, Json<User>)> {
    let email = new.email.trim().to_lowercase();
    let mut checks = Checks::new();
    check_email(&mut checks, &email);
    check_name(&mut checks, &new.name);
    checks.number("/slots", new.slots, 0..=SLOTS_MAX);
    check_skills(&mut checks, &new.skills);
    if let Some(password) = &new.password {
        password::check(&mut checks, "/password", password);
    }
    checks.finish()?;
    let password_hash = match new.password {
        Some(password) => api.passwords.hash(password).await,
        None => String::new(),
    };
    let row = UserRow {
        id: Text(UserId(api.clock.new_id())),
        email,
        name: new.name,
        role: Text(new.role),
        slots: new.slots,
        password_hash,
        disabled: false,
        created_at: api.clock.now().0,
    };
    let mut tx = api.change().await?;
    if find_user_count(&mut tx).await? >= USERS_MAX {
        return Err(Problem::LimitReached(USERS_MAX));
    }
    insert_user(&mut tx, &row).await.map_err(|error| match error {
        StoreError::Taken => Problem::Taken(FieldError::new("/email", "belongs to another user")),
        StoreError::InUse | StoreError::Database(_) | StoreError::Migrate(_) | StoreError::Batch(_) => {
            error.into()
        }
    })?;
    update_user_skills(&mut tx, row.id.0, &known(new.skills)).await?;
    let user = shown(&mut tx, row).await?;
    record(&api, &mut tx, &me, Done::created(&user)).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(user)))
}

/// One user. For administrators.
#[utoipa::path(
    get,
    path = "/api/v1/users/{id}",
    operation_id = "show_user",
    tag = "users",
    params(("id" = UserId, Path)),
    responses((status = 200, description = "The user", body = User), Refusals),
    security(("session" = []))
)]
async fn show(State(api): State<Api>, _: Admin, Id(id): Id<UserId>) -> Answer<Json<User>> {
    let mut tx = api.store.read().await?;
    let row = find(&mut tx, id).await?;
    Ok(Json(shown(&mut tx, row).await?))
}

/// Change a user. For administrators. The last administrator keeps the role.
#[utoipa::path(
    patch,
    path = "/api/v1/users/{id}",
    operation_id = "change_user",
    tag = "users",
    params(("id" = UserId, Path)),
    request_body = UserPatch,
    responses((status = 200, description = "The user", body = User), ChangeRefusals),
    security(("session" = []))
)]
async fn change(
    State(api): State<Api>,
    Admin(caller): Admin,
    Id(id): Id<UserId>,
    Body(patch): Body<UserPatch>,
) -> Answer<Json<User>> {
    check_patch(&patch)?;
    let password_hash = match patch.password {
        Some(password) => Some(api.passwords.hash(password).await),
        None => None,
    };
    let mut tx = api.change().await?;
    // Whoever signs in meanwhile is in before the sessions end, or sees what has changed.
    tx.lock_user(id).await?;
    let mut row = find(&mut tx, id).await?;
    let before = shown(&mut tx, row.clone()).await?;
    row.name = patch.name.unwrap_or(row.name);
    row.role = patch.role.map_or(row.role, Text);
    row.slots = patch.slots.unwrap_or(row.slots);
    row.disabled = patch.disabled.unwrap_or(row.disabled);
    let has_new_password = password_hash.is_some();
    row.password_hash = password_hash.unwrap_or(row.password_hash);
    if row.role.0 != Role::Admin || row.disabled {
        keep_an_admin(&mut tx, id).await?;
    }
    if row.disabled || has_new_password {
        let kept = if row.disabled { "" } else { spared(&caller, id) };
        delete_sessions_of_user(&mut tx, id, kept).await?;
        leave(&mut tx, id, api.clock.now()).await?;
        user_link::forget(&mut tx, id).await?;
    }
    update_user(&mut tx, &row).await?;
    if let Some(skills) = patch.skills {
        update_user_skills(&mut tx, id, &known(skills)).await?;
    }
    let user = shown(&mut tx, row).await?;
    let unseen = if has_new_password { "password" } else { "" };
    record(&api, &mut tx, &caller, Done { unseen, ..Done::changed(&before, &user) }).await?;
    tx.commit().await?;
    // Another role sees other chats: its consoles look again too.
    tell_ended(&api, id);
    Ok(Json(user))
}

/// Remove a user who never had a chat. For administrators.
#[utoipa::path(
    delete,
    path = "/api/v1/users/{id}",
    operation_id = "remove_user",
    tag = "users",
    params(("id" = UserId, Path)),
    responses((status = 204, description = "Done"), ChangeRefusals),
    security(("session" = []))
)]
async fn remove(State(api): State<Api>, Admin(me): Admin, Id(id): Id<UserId>) -> Answer<StatusCode> {
    let mut tx = api.change().await?;
    let row = find(&mut tx, id).await?;
    let user = shown(&mut tx, row).await?;
    keep_an_admin(&mut tx, id).await?;
    // First, as long as whoever removes themselves has a name.
    record(&api, &mut tx, &me, Done::removed(&user)).await?;
    user_link::forget(&mut tx, id).await?;
    delete_user(&mut tx, id).await.map_err(|error| match error {
        StoreError::InUse => Problem::InUse("The user has had chats: disable the user instead.".to_owned()),
        StoreError::Taken | StoreError::Database(_) | StoreError::Migrate(_) | StoreError::Batch(_) => {
            error.into()
        }
    })?;
    tx.commit().await?;
    tell_ended(&api, id);
    Ok(StatusCode::NO_CONTENT)
}

/// Whether an e-mail, in lower case, may be a user's.
pub fn check_email(checks: &mut Checks, email: &str) {
    checks.email("/email", email);
}

/// Whether a name may be a user's.
pub fn check_name(checks: &mut Checks, name: &str) {
    checks.line("/name", name, 1..=100);
}

fn check_patch(patch: &UserPatch) -> Answer<()> {
    let mut checks = Checks::new();
    if let Some(name) = &patch.name {
        check_name(&mut checks, name);
    }
    if let Some(slots) = patch.slots {
        checks.number("/slots", slots, 0..=SLOTS_MAX);
    }
    if let Some(skills) = &patch.skills {
        check_skills(&mut checks, skills);
    }
    if let Some(password) = &patch.password {
        password::check(&mut checks, "/password", password);
    }
    checks.finish()
}

pub(super) async fn keep_an_admin(tx: &mut Tx, id: UserId) -> Answer<()> {
    if find_other_admin_count(tx, id).await? == 0 { Err(Problem::LastAdmin) } else { Ok(()) }
}

pub(super) async fn find(tx: &mut Tx, id: UserId) -> Answer<UserRow> {
    find_user(tx, id).await?.ok_or(Problem::NotFound)
}

pub(super) async fn shown(tx: &mut Tx, row: UserRow) -> Answer<User> {
    let skills = list_skills_of(tx, row.id.0).await?;
    let access = Access {
        link: find_user_link(tx, row.id.0).await?,
        second_step: has_second_step(tx, row.id.0).await?,
        single_sign_on: has_identity(tx, row.id.0).await?,
    };
    Ok(User::new(row, skills, access))
}

fn check_skills(checks: &mut Checks, skills: &[UserSkill]) {
    let named = skills.iter().map(|skill| (skill.name.as_str(), skill.level));
    queue_check::check_skills(checks, "/skills", "name", named);
}

fn known(skills: Vec<UserSkill>) -> Vec<Skill> {
    skills.into_iter().map(|skill| Skill { name: skill.name.trim().to_owned(), level: skill.level }).collect()
}

/// How a user signs in, apart from the password.
struct Access {
    link: Option<UserLinkRow>,
    second_step: bool,
    single_sign_on: bool,
}

impl Audited for User {
    const KIND: AuditKind = AuditKind::User;

    fn subject(&self) -> String {
        self.id.to_string()
    }

    fn name(&self) -> &str {
        &self.name
    }
}

fn default_slots() -> i64 {
    SLOTS_DEFAULT
}

fn lowest_level() -> u8 {
    1
}

impl User {
    fn new(row: UserRow, skills: Vec<Skill>, access: Access) -> Self {
        let UserRow { id, email, name, role, slots, disabled, created_at, password_hash } = row;
        let Access { link, second_step, single_sign_on } = access;
        let (has_password, link) = (!password_hash.is_empty(), link.map(UserLink::from));
        let skills =
            skills.into_iter().map(|skill| UserSkill { name: skill.name, level: skill.level }).collect();
        Self {
            id: id.0,
            email,
            name,
            role: role.0,
            slots,
            skills,
            has_password,
            link,
            second_step,
            single_sign_on,
            disabled,
            created_at,
        }
    }
}
