//! Owns who somebody who comes from the provider is here: known by the subject, else by a verified e-mail, else new where new
//! people are taken.

use beckon_engine::id::UserId;

use super::super::Api;
use super::super::audit::record::{Done, record};
use super::super::auth::SignedIn;
use super::super::check::Checks;
use super::super::error::{Answer, Problem};
use super::super::user::{self, SLOTS_DEFAULT, check_email, shown};
use super::sign_in::Refused;
use crate::openid::token::Person;
use crate::store::Tx;
use crate::store::column::Text;
use crate::store::single_sign_on::SingleSignOn;
use crate::store::user::{
    Role, USERS_MAX, UserRow, find_user, find_user_by_email, find_user_count, insert_user, update_user,
};
use crate::store::user_identity::{find_user_of_identity, has_identity_at, insert_identity};

const NAME_CHARS_MAX: usize = 100;
/// What the log says of changes that come with a sign-in.
const CAUSE: &str = "single_sign_on";

/// Finds or makes the user that somebody is, and gives them the role that the provider names.
///
/// # Errors
/// When they are not let in, or the database failed.
pub(super) async fn receive(
    api: &Api,
    tx: &mut Tx,
    settings: &SingleSignOn,
    person: &Person,
) -> Answer<Result<UserRow, Refused>> {
    let known = match find_user_of_identity(tx, &settings.issuer, &person.subject).await? {
        Some(id) => find_user(tx, id).await?,
        None => None,
    };
    let user = match known {
        Some(user) if user.disabled => return Ok(Err(Refused::Disabled)),
        Some(user) => user,
        None => match by_email(api, tx, settings, person).await? {
            Ok(user) => user,
            Err(refused) => return Ok(Err(refused)),
        },
    };
    Ok(Ok(with_role(api, tx, settings, person, user).await?))
}

async fn by_email(
    api: &Api,
    tx: &mut Tx,
    settings: &SingleSignOn,
    person: &Person,
) -> Answer<Result<UserRow, Refused>> {
    let email = person.email.as_deref().unwrap_or_default().trim().to_ascii_lowercase();
    let mut checks = Checks::new();
    check_email(&mut checks, &email);
    if checks.finish().is_err() {
        return Ok(Err(Refused::NoEmail));
    }
    if person.email_verified != Some(true) {
        return Ok(Err(Refused::EmailNotVerified));
    }
    match find_user_by_email(tx, &email).await? {
        Some(user) if user.disabled => Ok(Err(Refused::Disabled)),
        Some(user) if has_identity_at(tx, *user.id, &settings.issuer).await? => {
            Ok(Err(Refused::AnotherPerson))
        }
        Some(user) => {
            let before = shown(tx, user.clone()).await?;
            insert_identity(tx, &settings.issuer, &person.subject, *user.id, api.clock.now()).await?;
            let after = shown(tx, user.clone()).await?;
            let done = Done { unseen: CAUSE, ..Done::changed(&before, &after) };
            record(api, tx, &themselves(&user), done).await?;
            Ok(Ok(user))
        }
        None => make(api, tx, settings, person, email).await,
    }
}

async fn make(
    api: &Api,
    tx: &mut Tx,
    settings: &SingleSignOn,
    person: &Person,
    email: String,
) -> Answer<Result<UserRow, Refused>> {
    let role = role_of(settings, person).or(settings.default_role);
    let (true, Some(role)) = (settings.create_users, role) else { return Ok(Err(Refused::Unknown)) };
    if find_user_count(tx).await? >= USERS_MAX {
        return Ok(Err(Refused::Full));
    }
    let now = api.clock.now();
    let user = UserRow {
        id: Text(UserId(api.clock.new_id())),
        name: name_of(person, &email),
        email,
        role: Text(role),
        slots: SLOTS_DEFAULT,
        password_hash: String::new(),
        disabled: false,
        created_at: now.0,
    };
    insert_user(tx, &user).await?;
    insert_identity(tx, &settings.issuer, &person.subject, *user.id, now).await?;
    let made = shown(tx, user.clone()).await?;
    record(api, tx, &themselves(&user), Done { unseen: CAUSE, ..Done::created(&made) }).await?;
    Ok(Ok(user))
}

/// The role follows the claim; whom no value names keeps theirs, and so does the last administrator.
async fn with_role(
    api: &Api,
    tx: &mut Tx,
    settings: &SingleSignOn,
    person: &Person,
    user: UserRow,
) -> Answer<UserRow> {
    let Some(role) = role_of(settings, person).filter(|role| *role != *user.role) else { return Ok(user) };
    if *user.role == Role::Admin {
        match user::keep_an_admin(tx, *user.id).await {
            Ok(()) => {}
            Err(Problem::LastAdmin) => return Ok(user),
            Err(problem) => return Err(problem),
        }
    }
    let before = shown(tx, user.clone()).await?;
    let user = UserRow { role: Text(role), ..user };
    update_user(tx, &user).await?;
    let after = shown(tx, user.clone()).await?;
    record(api, tx, &themselves(&user), Done { unseen: CAUSE, ..Done::changed(&before, &after) }).await?;
    Ok(user)
}

/// The highest role that a value of the claim gives.
fn role_of(settings: &SingleSignOn, person: &Person) -> Option<Role> {
    if settings.role_claim.is_empty() {
        return None;
    }
    let values = person.values(&settings.role_claim);
    let has = |wanted: &[String]| wanted.iter().any(|value| values.contains(&value.as_str()));
    let roles = [
        (Role::Admin, &settings.role_values.admin),
        (Role::Supervisor, &settings.role_values.supervisor),
        (Role::Agent, &settings.role_values.agent),
    ];
    roles.into_iter().find(|(_, wanted)| has(wanted)).map(|(role, _)| role)
}

/// As the provider calls them, else what stands before the `@`.
fn name_of(person: &Person, email: &str) -> String {
    let name = person.name.as_deref().unwrap_or_default();
    let plain: String = name.chars().filter(|letter| !letter.is_control()).take(NAME_CHARS_MAX).collect();
    let name = plain.trim();
    if name.is_empty() { email.split('@').next().unwrap_or(email).to_owned() } else { name.to_owned() }
}

fn themselves(user: &UserRow) -> SignedIn {
    SignedIn::by_session(user.clone(), String::new())
}
