//! Owns how ids become names and names ids again: which things refer to which others, and how each is called.

use std::collections::BTreeMap;

use beckon_engine::id::SiteId;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::document::Item;
use crate::http::error::FieldError;
use crate::store::audit::AuditKind;

/// What has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    /// A site.
    Site,
    /// An offer of a site.
    Offer,
    /// A queue of a site.
    Queue,
    /// A rule of a site.
    Rule,
    /// A shared canned reply, of a site or of all.
    CannedReply,
    /// A webhook.
    Webhook,
    /// A user, whose name is the e-mail.
    User,
}

/// A place in a thing that refers to another thing, or to several.
#[derive(Clone, Copy, Debug)]
pub struct Reference {
    /// The fields that lead to the place.
    pub within: &'static [&'static str],
    /// The field in the interface, which holds an id.
    pub id: &'static str,
    /// The field in the file, which holds a name.
    pub name: &'static str,
    /// What it refers to.
    pub to: Named,
}

const fn reference(
    within: &'static [&'static str],
    id: &'static str,
    name: &'static str,
    to: Named,
) -> Reference {
    Reference { within, id, name, to }
}

const OF_RULES: [Reference; 2] = [
    reference(&["plan"], "offer_id", "offer", Named::Offer),
    reference(&["plan"], "queue_id", "queue", Named::Queue),
];
const OF_QUEUES: [Reference; 3] = [
    reference(&["plan"], "launch_offer_id", "launch_offer", Named::Offer),
    reference(&["plan", "routing", "dequeue"], "queue_id", "queue", Named::Queue),
    reference(&[], "agents", "agents", Named::User),
];
const OF_CANNED_REPLIES: [Reference; 2] =
    [reference(&[], "site_id", "site", Named::Site), reference(&[], "queue_id", "queue", Named::Queue)];
const OF_WEBHOOKS: [Reference; 1] = [reference(&[], "site_id", "site", Named::Site)];

/// What things of this kind refer to.
#[must_use]
pub fn references(kind: AuditKind) -> &'static [Reference] {
    match kind {
        AuditKind::Rule => &OF_RULES,
        AuditKind::Queue => &OF_QUEUES,
        AuditKind::CannedReply => &OF_CANNED_REPLIES,
        AuditKind::Webhook => &OF_WEBHOOKS,
        AuditKind::Site
        | AuditKind::Offer
        | AuditKind::OfferStop
        | AuditKind::IdentitySecret
        | AuditKind::CustomerFields
        | AuditKind::Customer
        | AuditKind::CustomerImport
        | AuditKind::User
        | AuditKind::Workspace
        | AuditKind::ApiToken
        | AuditKind::AgentStatus
        | AuditKind::ChatPriority
        | AuditKind::Picture
        | AuditKind::SingleSignOn => &[],
    }
}

/// What the interface says of such a thing that is no part of the configuration.
#[must_use]
pub fn left_out(kind: AuditKind) -> &'static [&'static str] {
    match kind {
        AuditKind::Site => &["id", "key", "created_at"],
        AuditKind::Rule | AuditKind::Offer => &["id", "site_id", "created_at"],
        AuditKind::Queue => &["id", "site_id", "created_at", "channel_on", "by_hand"],
        AuditKind::CannedReply => &["id", "created_at", "personal"],
        AuditKind::Webhook => {
            &["id", "created_at", "disabled_why", "lost", "lost_at", "secret_made_at", "secret_before_until"]
        }
        AuditKind::Workspace => &["second_step_required"],
        AuditKind::OfferStop
        | AuditKind::IdentitySecret
        | AuditKind::CustomerFields
        | AuditKind::Customer
        | AuditKind::CustomerImport
        | AuditKind::User
        | AuditKind::ApiToken
        | AuditKind::AgentStatus
        | AuditKind::ChatPriority
        | AuditKind::Picture
        | AuditKind::SingleSignOn => &[],
    }
}

/// How everything is called.
#[derive(Clone, Debug, Default)]
pub struct Names {
    ids: BTreeMap<(Named, Option<SiteId>, String), Uuid>,
    names: BTreeMap<Uuid, String>,
}

impl Names {
    /// Gives a thing a name, in place of the one that it had; whether no other thing of its kind there has that name.
    pub fn give(&mut self, kind: Named, site: Option<SiteId>, name: &str, id: Uuid) -> bool {
        if let Some(before) = self.names.insert(id, name.to_owned()) {
            let known = (kind, site, before);
            if self.ids.get(&known) == Some(&id) {
                self.ids.remove(&known);
            }
        }
        let other = self.ids.insert((kind, site, name.to_owned()), id);
        other.is_none_or(|other| other == id)
    }

    /// The thing with this name.
    #[must_use]
    pub fn find(&self, kind: Named, site: Option<SiteId>, name: &str) -> Option<Uuid> {
        self.ids.get(&(kind, site, name.to_owned())).copied()
    }

    /// All things of a kind there, by name.
    pub fn list(&self, kind: Named, site: Option<SiteId>) -> impl Iterator<Item = (&str, Uuid)> {
        let of = move |(key, _): &(&(Named, Option<SiteId>, String), &Uuid)| key.0 == kind && key.1 == site;
        self.ids.iter().filter(of).map(|(key, id)| (key.2.as_str(), *id))
    }

    /// All things of a kind, wherever they are.
    pub fn all(&self, kind: Named) -> impl Iterator<Item = Uuid> {
        self.ids.iter().filter(move |(key, _)| key.0 == kind).map(|(_, id)| *id)
    }

    /// How a thing is called.
    #[must_use]
    pub fn name_of(&self, id: Uuid) -> Option<&str> {
        self.names.get(&id).map(String::as_str)
    }

    /// A thing as the file says it, from what the interface shows of it.
    #[must_use]
    pub fn to_file(&self, kind: AuditKind, shown: Value) -> Item {
        let Value::Object(mut fields) = shown else { return Item::default() };
        for name in left_out(kind).iter().chain(&["updated_at"]) {
            fields.remove(*name);
        }
        for reference in references(kind) {
            let Some(place) = place(&mut fields, reference.within) else { continue };
            let Some(mut value) = place.remove(reference.id) else { continue };
            for id in each(&mut value) {
                let named = id.as_str().and_then(|id| self.name_of(id.parse().ok()?));
                if let Some(name) = named {
                    *id = Value::from(name);
                }
            }
            place.insert(reference.name.to_owned(), value);
        }
        Item(fields)
    }

    /// What one would send to make a thing of the file, and the names in it that nothing has, by their place.
    #[must_use]
    pub fn to_interface(
        &self,
        kind: AuditKind,
        site: Option<SiteId>,
        item: Item,
    ) -> (Value, Vec<FieldError>) {
        let Item(mut fields) = item;
        let mut unknown = Vec::new();
        let mut site = site;
        for reference in references(kind) {
            let Some(place) = place(&mut fields, reference.within) else { continue };
            let Some(mut value) = place.remove(reference.name) else { continue };
            let at: String =
                reference.within.iter().chain(&[reference.name]).map(|name| format!("/{name}")).collect();
            let scope = match reference.to {
                Named::Site | Named::User | Named::Webhook => None,
                Named::Offer | Named::Queue | Named::Rule | Named::CannedReply => site,
            };
            let is_list = value.is_array();
            for (i, name) in each(&mut value).enumerate() {
                let Some(text) = name.as_str() else { continue };
                if let Some(id) = self.find(reference.to, scope, text) {
                    if reference.to == Named::Site {
                        site = Some(SiteId(id));
                    }
                    *name = Value::from(id.to_string());
                } else {
                    let at = if is_list { format!("{at}/{i}") } else { at.clone() };
                    unknown.push(FieldError::new(at, format!("is {}", none(reference.to))));
                }
            }
            place.insert(reference.id.to_owned(), value);
        }
        (Value::Object(fields), unknown)
    }
}

fn none(kind: Named) -> &'static str {
    match kind {
        Named::Site => "no site",
        Named::Offer => "no offer of this site",
        Named::Queue => "no queue of this site",
        Named::Rule => "no rule of this site",
        Named::CannedReply => "no canned reply",
        Named::Webhook => "no webhook",
        Named::User => "no user's e-mail",
    }
}

fn place<'a>(fields: &'a mut Map<String, Value>, within: &[&str]) -> Option<&'a mut Map<String, Value>> {
    within.iter().try_fold(fields, |fields, name| fields.get_mut(*name)?.as_object_mut())
}

/// The value, or the values of a list.
fn each(value: &mut Value) -> impl Iterator<Item = &mut Value> {
    if let Value::Array(items) = value { items.iter_mut() } else { std::slice::from_mut(value).iter_mut() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    // spec: A-4
    #[test]
    fn a_thing_becomes_names_and_ids_again() {
        let (site, offer, queue) = (SiteId(Uuid::from_u128(1)), Uuid::from_u128(2), Uuid::from_u128(3));
        let mut names = Names::default();
        assert!(names.give(Named::Offer, Some(site), "Card", offer));
        assert!(names.give(Named::Queue, Some(site), "Sales", queue));
        let shown = json!({"id": Uuid::from_u128(4), "site_id": site, "created_at": 1, "updated_at": 2,
            "name": "Prices", "plan": {"offer_id": offer, "queue_id": queue}});
        let item = names.to_file(AuditKind::Rule, shown);
        let expected = json!({"name": "Prices", "plan": {"offer": "Card", "queue": "Sales"}});
        assert_eq!(Value::Object(item.0.clone()), expected);
        let (back, unknown) = names.to_interface(AuditKind::Rule, Some(site), item);
        assert_eq!(back, json!({"name": "Prices", "plan": {"offer_id": offer, "queue_id": queue}}));
        assert_eq!(unknown, []);
    }

    // spec: A-4
    #[test]
    fn a_name_that_nothing_has_is_told_by_its_place() {
        let item = Item(json!({"agents": ["a@b.test"], "plan": {}}).as_object().unwrap().clone());
        let (_, unknown) = Names::default().to_interface(AuditKind::Queue, None, item);
        assert_eq!(unknown, [FieldError::new("/agents/0", "is no user's e-mail")]);
    }

    // spec: A-4
    #[test]
    fn a_new_name_takes_the_place_of_the_old() {
        let mut names = Names::default();
        let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert!(names.give(Named::Rule, None, "A", first));
        assert!(names.give(Named::Rule, None, "B", first));
        assert_eq!(names.find(Named::Rule, None, "A"), None);
        assert!(!names.give(Named::Rule, None, "B", second), "two things have one name");
    }
}
