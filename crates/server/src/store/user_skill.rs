//! Owns the SQL of what agents know. What a queue needs stands with the queue.

use std::collections::BTreeMap;

use beckon_engine::id::UserId;
use beckon_engine::routing::Skill;

use super::column::Text;
use super::sql::{execute, fetch_all};
use super::{StoreResult, Tx};

type Row = (Text<UserId>, String, i64);

/// Lists the skills of all users, by user and name.
///
/// # Errors
/// When the database failed.
pub async fn list_user_skills(tx: &mut Tx) -> StoreResult<BTreeMap<UserId, Vec<Skill>>> {
    let rows: Vec<Row> =
        fetch_all!(tx, Row, "SELECT user_id, skill, level FROM user_skills ORDER BY user_id, skill")?;
    Ok(gather(rows))
}

/// Lists the skills of one user, by name.
///
/// # Errors
/// When the database failed.
pub async fn list_skills_of(tx: &mut Tx, user: UserId) -> StoreResult<Vec<Skill>> {
    let rows: Vec<Row> = fetch_all!(
        tx,
        Row,
        "SELECT user_id, skill, level FROM user_skills WHERE user_id = $1 ORDER BY skill",
        Text(user),
    )?;
    Ok(gather(rows).remove(&user).unwrap_or_default())
}

/// Replaces the skills of a user; names are kept in lower case.
///
/// # Errors
/// When the database failed.
pub async fn update_user_skills(tx: &mut Tx, user: UserId, skills: &[Skill]) -> StoreResult<()> {
    execute!(tx, "DELETE FROM user_skills WHERE user_id = $1", Text(user))?;
    for skill in skills {
        execute!(
            tx,
            "INSERT INTO user_skills (user_id, skill, level) VALUES ($1, $2, $3)
             ON CONFLICT (user_id, skill) DO UPDATE SET level = excluded.level",
            Text(user),
            skill.name.to_lowercase(),
            i64::from(skill.level),
        )?;
    }
    Ok(())
}

fn gather(rows: Vec<Row>) -> BTreeMap<UserId, Vec<Skill>> {
    let mut skills: BTreeMap<UserId, Vec<Skill>> = BTreeMap::new();
    for (user, name, level) in rows {
        skills.entry(*user).or_default().push(Skill { name, level: u8::try_from(level).unwrap_or(1) });
    }
    skills
}
