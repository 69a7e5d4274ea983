//! Owns how an administrative change comes into the audit log: as what the interface shows of a thing, before and after, in the
//! unit of work of the change.

use beckon_engine::id::SiteId;
use serde::Serialize;
use serde_json::Value;

use super::super::Api;
use super::super::auth::SignedIn;
use super::super::error::Answer;
use super::difference::differences;
use crate::store::Tx;
use crate::store::audit::{AuditAction, AuditKind, AuditRow, AuditValues, insert_audit};
use crate::store::column::{Json, Text};
use crate::store::site::find_site;

/// Pointers that a line names; the whole is kept beside them.
const CHANGED_MAX: usize = 20;
/// What a thing says of itself that nobody changes.
const DERIVED: [&str; 4] = ["updated_at", "config_version", "open_now", "next_change_at"];

/// Something whose changes are written down.
pub trait Audited: Serialize {
    /// What kind of thing it is.
    const KIND: AuditKind;

    /// Its id.
    fn subject(&self) -> String;

    /// How people call it; empty where it has no name.
    fn name(&self) -> &str {
        ""
    }

    /// The site that it belongs to, if it belongs to one.
    fn site(&self) -> Option<SiteId> {
        None
    }
}

/// What was done with a thing.
#[derive(Clone, Copy, Debug)]
pub struct Done<'a, T> {
    /// As it was; none when there was nothing.
    pub before: Option<&'a T>,
    /// As it is; none when there is nothing.
    pub after: Option<&'a T>,
    /// It is what it was in this earlier version of its site.
    pub restored: Option<i64>,
    /// Which part of it that the interface does not show was changed; else empty.
    pub unseen: &'static str,
}

impl<'a, T> Done<'a, T> {
    /// It was made.
    pub fn created(after: &'a T) -> Self {
        Self { before: None, after: Some(after), restored: None, unseen: "" }
    }

    /// It was changed.
    pub fn changed(before: &'a T, after: &'a T) -> Self {
        Self { before: Some(before), after: Some(after), restored: None, unseen: "" }
    }

    /// It was removed.
    pub fn removed(before: &'a T) -> Self {
        Self { before: Some(before), after: None, restored: None, unseen: "" }
    }
}

/// Writes down what was done; nothing when nothing is another thing than before.
///
/// # Errors
/// When the database failed.
pub async fn record<T: Audited>(api: &Api, tx: &mut Tx, by: &SignedIn, done: Done<'_, T>) -> Answer<()> {
    let Some(thing) = done.after.or(done.before) else { return Ok(()) };
    let [before, after] = [done.before, done.after].map(|state| state.map(kept));
    let action = match (&before, &after) {
        _ if done.restored.is_some() => AuditAction::Restored,
        (None, _) => AuditAction::Created,
        (_, None) => AuditAction::Removed,
        (Some(_), Some(_)) => AuditAction::Changed,
    };
    let changed: Vec<String> = match (&before, &after) {
        (Some(before), Some(after)) => {
            differences(before, after).into_iter().map(|difference| difference.pointer).collect()
        }
        _ => Vec::new(),
    };
    let is_same = before.is_some() && after.is_some() && changed.is_empty();
    if is_same && done.unseen.is_empty() {
        return Ok(());
    }
    let version = match thing.site() {
        Some(site) if is_configuration(T::KIND) => find_site(tx, site).await?.map(|row| row.config_version),
        Some(_) | None => None,
    };
    let detail = done.restored.map_or_else(|| done.unseen.to_owned(), |version| version.to_string());
    let (id, at) = (api.clock.new_id(), api.clock.now());
    let line = AuditRow {
        via: by.via.clone(),
        site_id: thing.site().map(Text),
        name: thing.name().to_owned(),
        detail,
        changed: Json(changed.into_iter().take(CHANGED_MAX).collect()),
        version,
        ..AuditRow::new(id, at, *by.user.id, action, T::KIND, thing.subject())
    };
    let values = AuditValues { value_before: before.map(Json), value_after: after.map(Json) };
    Ok(insert_audit(tx, &line, &values).await?)
}

/// Whether things of this kind decide what visitors are offered: their changes are the versions of a site.
const fn is_configuration(kind: AuditKind) -> bool {
    matches!(kind, AuditKind::Site | AuditKind::Rule | AuditKind::Offer | AuditKind::Queue)
}

/// A thing as the log keeps it: without what it says of itself that nobody changes.
///
/// # Panics
/// Never: what the interface answers is always JSON.
pub fn kept<T: Serialize>(thing: &T) -> Value {
    let mut value = serde_json::to_value(thing).expect("what the interface answers is always JSON");
    if let Value::Object(fields) = &mut value {
        for name in DERIVED {
            fields.remove(name);
        }
    }
    value
}
