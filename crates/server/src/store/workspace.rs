//! Owns the SQL of the workspace: what all agents share, and each agent's own options.

use beckon_engine::id::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::column::{Json, Text};
use super::sql::{execute, fetch_optional};
use super::{StoreResult, Tx};

const ONLY_ROW: &str = "workspace";

/// What all agents share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Workspace {
    /// Why an agent can be away, in the order of the menu.
    pub away_reasons: Vec<String>,
    /// A visitor who waits this long, seconds, is shown in amber.
    pub wait_amber_s: u32,
    /// A visitor who waits this long, seconds, is shown in red.
    pub wait_red_s: u32,
    /// Everyone must use a second step to sign in.
    pub second_step_required: bool,
}

impl Default for Workspace {
    fn default() -> Self {
        let reasons = ["Break", "Lunch", "Meeting", "Training", "Other work"];
        Self {
            away_reasons: reasons.map(str::to_owned).into(),
            wait_amber_s: 30,
            wait_red_s: 60,
            second_step_required: false,
        }
    }
}

/// An agent's own options, all off to begin with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct AgentOptions {
    /// Bring chat window to the top when a new chat session is started (P-12).
    pub top_on_new_chat: bool,
    /// Bring chat window to the top when a new message is received (P-13).
    pub top_on_new_message: bool,
}

/// What all agents share; the defaults while nobody has changed them.
///
/// # Errors
/// When the database failed.
pub async fn find_workspace(tx: &mut Tx) -> StoreResult<Workspace> {
    let row: Option<(Json<Workspace>,)> =
        fetch_optional!(tx, (Json<Workspace>,), "SELECT settings FROM workspace WHERE id = $1", ONLY_ROW)?;
    Ok(row.map(|(settings,)| settings.0).unwrap_or_default())
}

/// Writes what all agents share.
///
/// # Errors
/// When the database failed.
pub async fn update_workspace(tx: &mut Tx, workspace: &Workspace) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO workspace (id, settings) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET settings = excluded.settings",
        ONLY_ROW,
        Json(workspace),
    )?;
    Ok(())
}

/// An agent's options; the defaults while they have not changed them.
///
/// # Errors
/// When the database failed.
pub async fn find_agent_options(tx: &mut Tx, user: UserId) -> StoreResult<AgentOptions> {
    let row: Option<(Json<AgentOptions>,)> = fetch_optional!(
        tx,
        (Json<AgentOptions>,),
        "SELECT options FROM agent_options WHERE user_id = $1",
        Text(user)
    )?;
    Ok(row.map(|(options,)| options.0).unwrap_or_default())
}

/// Writes an agent's options.
///
/// # Errors
/// When the database failed.
pub async fn update_agent_options(tx: &mut Tx, user: UserId, options: AgentOptions) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO agent_options (user_id, options) VALUES ($1, $2)
         ON CONFLICT (user_id) DO UPDATE SET options = excluded.options",
        Text(user),
        Json(options),
    )?;
    Ok(())
}
