//! Owns changes of many things as one: a site that goes back to an earlier version, and a configuration that comes as a file.
//! What each thing must be stands with the thing.

use beckon_engine::id::SiteId;
use serde_json::Value;

use super::Api;
use super::audit::record::{Audited, Done, kept, record};
use super::auth::SignedIn;
use super::error::Answer;
use crate::store::Tx;
use crate::store::audit::{AuditAction, AuditKind};

/// A change of many things, in one unit of work.
#[derive(Debug)]
pub struct Bringing<'a> {
    /// The interface.
    pub api: &'a Api,
    /// Who does it.
    pub by: &'a SignedIn,
    /// In which unit of work.
    pub tx: Tx,
    /// On which site, for what belongs to a site.
    pub site: SiteId,
    /// To which earlier version of the site; none when it comes from elsewhere.
    pub version: Option<i64>,
    /// What became another, in the order in which it did.
    pub brought: Vec<Brought>,
}

/// One thing that became another.
#[derive(Debug)]
pub struct Brought {
    /// What was done with it.
    pub action: AuditAction,
    /// What it is.
    pub kind: AuditKind,
    /// Whose it is.
    pub site: Option<SiteId>,
    /// How it is called.
    pub name: String,
    /// As it was; none when there was nothing.
    pub before: Option<Value>,
    /// As it is; none when there is nothing.
    pub after: Option<Value>,
}

impl Bringing<'_> {
    /// Writes down what a thing became.
    ///
    /// # Errors
    /// When the database failed.
    pub async fn record<T: Audited>(&mut self, before: Option<&T>, after: Option<&T>) -> Answer<()> {
        let done = Done { before, after, restored: self.version, unseen: "" };
        record(self.api, &mut self.tx, self.by, done).await?;
        let Some(thing) = after.or(before) else { return Ok(()) };
        self.brought.push(Brought {
            action: match (before, after) {
                (None, _) => AuditAction::Created,
                (_, None) => AuditAction::Removed,
                (Some(_), Some(_)) => AuditAction::Changed,
            },
            kind: T::KIND,
            site: thing.site(),
            name: thing.name().to_owned(),
            before: before.map(kept),
            after: after.map(kept),
        });
        Ok(())
    }
}

/// Whether a thing is what it should be already.
#[must_use]
pub fn is_so<T: Audited>(before: Option<&T>, after: &T) -> bool {
    before.is_some_and(|before| kept(before) == kept(after))
}
