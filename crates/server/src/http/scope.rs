//! Owns what an API token may be used for: to which area each route belongs, and the scope that a request takes. A route without
//! an area is for people alone.

use axum::http::Method;

use crate::store::api_token::Scope;

/// A part of the interface that scopes are given for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// Sites, rules, offers, queues, canned replies, the workspace.
    Configuration,
    /// Visits, decisions, chats, enquiries, the wallboard.
    Conversations,
    /// Customers.
    Customers,
    /// Users, the audit log, webhooks, whose words leave the installation, and the configuration as a file, which they are part of.
    Administration,
}

/// The area of every route; none for what only a person does: signing in, their own options and drafts, and tokens themselves.
pub const AREAS: &[(&str, Option<Area>)] = &[
    ("/api/v1/setup", None),
    ("/api/v1/session", None),
    ("/api/v1/session/ways", None),
    ("/api/v1/session/provider", None),
    ("/api/v1/single-sign-on", None),
    ("/api/v1/single-sign-on/test", None),
    ("/api/v1/users/{id}/identity", None),
    ("/api/v1/me/sessions", None),
    ("/api/v1/me/sessions/{id}", None),
    ("/api/v1/me/password", None),
    ("/api/v1/me/second-step", None),
    ("/api/v1/me/second-step/off", None),
    ("/api/v1/me/second-step/recovery-codes", None),
    ("/api/v1/users/{id}/second-step", None),
    ("/api/v1/users/{id}/sessions", None),
    ("/api/v1/users/{id}/link", None),
    ("/api/v1/user-link", None),
    ("/api/v1/user-link/look", None),
    ("/api/v1/users", Some(Area::Administration)),
    ("/api/v1/users/{id}", Some(Area::Administration)),
    ("/api/v1/sites", Some(Area::Configuration)),
    ("/api/v1/sites/{id}", Some(Area::Configuration)),
    ("/api/v1/sites/{id}/identity-secret", Some(Area::Administration)),
    ("/api/v1/sites/{id}/pictures", Some(Area::Configuration)),
    ("/api/v1/sites/{id}/offers", Some(Area::Configuration)),
    ("/api/v1/offers/{id}", Some(Area::Configuration)),
    ("/api/v1/offers/{id}/previews", Some(Area::Configuration)),
    ("/api/v1/sites/{id}/rules", Some(Area::Configuration)),
    ("/api/v1/sites/{id}/rules/check", Some(Area::Configuration)),
    ("/api/v1/rules/{id}", Some(Area::Configuration)),
    ("/api/v1/sites/{id}/queues", Some(Area::Configuration)),
    ("/api/v1/queues/{id}", Some(Area::Configuration)),
    ("/api/v1/queues/{id}/switches", Some(Area::Configuration)),
    ("/api/v1/holidays", Some(Area::Configuration)),
    ("/api/v1/sites/{id}/enquiries", Some(Area::Conversations)),
    ("/api/v1/enquiries/count", Some(Area::Conversations)),
    ("/api/v1/enquiries/{id}", Some(Area::Conversations)),
    ("/api/v1/chats/{id}/priority", Some(Area::Conversations)),
    ("/api/v1/sites/{id}/history", Some(Area::Conversations)),
    ("/api/v1/chats", Some(Area::Conversations)),
    ("/api/v1/chats/{id}", Some(Area::Conversations)),
    ("/api/v1/chats/{id}/messages", Some(Area::Conversations)),
    ("/api/v1/chats/{id}/files", Some(Area::Conversations)),
    ("/api/v1/chats/{id}/wrap-up", Some(Area::Conversations)),
    ("/api/v1/chats/{id}/transcript", Some(Area::Conversations)),
    ("/api/v1/visits", Some(Area::Conversations)),
    ("/api/v1/sites/{id}/visits", Some(Area::Conversations)),
    ("/api/v1/visits/{id}", Some(Area::Conversations)),
    ("/api/v1/visits/{id}/decision", Some(Area::Conversations)),
    ("/api/v1/visits/{id}/decisions", Some(Area::Conversations)),
    ("/api/v1/visits/{id}/presentations", Some(Area::Conversations)),
    ("/api/v1/presentations/{id}", Some(Area::Conversations)),
    ("/api/v1/visits/{id}/offers", Some(Area::Conversations)),
    ("/api/v1/visits/{id}/chat", None),
    ("/api/v1/sites/{id}/seen", Some(Area::Configuration)),
    ("/api/v1/sites/{id}/setup-steps", Some(Area::Configuration)),
    ("/api/v1/sites/{id}/rules/test", Some(Area::Configuration)),
    ("/api/v1/sites/{id}/rules/today", Some(Area::Configuration)),
    ("/api/v1/rules/{id}/place", Some(Area::Configuration)),
    ("/api/v1/agents", Some(Area::Conversations)),
    ("/api/v1/agents/{id}/status", Some(Area::Conversations)),
    ("/api/v1/wallboard", Some(Area::Conversations)),
    ("/api/v1/sites/{id}/offer-stop", Some(Area::Conversations)),
    ("/api/v1/canned-replies", Some(Area::Configuration)),
    ("/api/v1/canned-replies/{id}", Some(Area::Configuration)),
    ("/api/v1/webhooks", Some(Area::Administration)),
    ("/api/v1/webhooks/{id}", Some(Area::Administration)),
    ("/api/v1/webhooks/{id}/secret", Some(Area::Administration)),
    ("/api/v1/webhooks/{id}/test", Some(Area::Administration)),
    ("/api/v1/webhooks/{id}/deliveries", Some(Area::Administration)),
    ("/api/v1/webhooks/{id}/deliveries/{event}", Some(Area::Administration)),
    ("/api/v1/webhooks/{id}/deliveries/{event}/replay", Some(Area::Administration)),
    ("/api/v1/drafts", None),
    ("/api/v1/chats/{id}/draft", None),
    ("/api/v1/workspace", Some(Area::Configuration)),
    ("/api/v1/me", None),
    ("/api/v1/me/options", None),
    ("/api/v1/sites/{id}/customers", Some(Area::Customers)),
    ("/api/v1/sites/{id}/customer-fields", Some(Area::Configuration)),
    ("/api/v1/customers/{id}", Some(Area::Customers)),
    ("/api/v1/customers/{id}/history", Some(Area::Customers)),
    ("/api/v1/visitors/{id}/person", Some(Area::Customers)),
    ("/api/v1/visitors/{id}/customer", Some(Area::Customers)),
    ("/api/v1/customers/{id}/merge", Some(Area::Customers)),
    ("/api/v1/customers/{id}/part", Some(Area::Customers)),
    ("/api/v1/customers/{id}/export", Some(Area::Customers)),
    ("/api/v1/sites/{id}/customers.csv", Some(Area::Customers)),
    ("/api/v1/customers/{id}/erase", Some(Area::Customers)),
    ("/api/v1/sites/{id}/customer-imports", Some(Area::Customers)),
    ("/api/v1/customer-imports/{id}", Some(Area::Customers)),
    ("/api/v1/customer-imports/{id}/begin", Some(Area::Customers)),
    ("/api/v1/audit", Some(Area::Administration)),
    ("/api/v1/audit/{id}", Some(Area::Administration)),
    ("/api/v1/sites/{id}/versions", Some(Area::Configuration)),
    ("/api/v1/configuration", Some(Area::Administration)),
    ("/api/v1/configuration/plan", Some(Area::Administration)),
    ("/api/v1/api-tokens", None),
    ("/api/v1/api-tokens/{id}", None),
];

/// Routes that take a body and change nothing.
const READING: [&str; 3] =
    ["/api/v1/sites/{id}/rules/check", "/api/v1/sites/{id}/rules/test", "/api/v1/configuration/plan"];

/// The scope that a request with this method takes on this route, as the route is written in the description; none where
/// tokens are of no use.
#[must_use]
pub fn scope_of(method: &Method, route: &str) -> Option<Scope> {
    let area = AREAS.iter().find(|(known, _)| *known == route).and_then(|(_, area)| *area)?;
    let [read, write] = scopes_of(area);
    Some(if method.is_safe() || READING.contains(&route) { read } else { write })
}

/// Whether a token with these scopes may be used for what takes this one: who may change something may read it too.
#[must_use]
pub fn allows(scopes: &[Scope], needed: Scope) -> bool {
    let area =
        [Area::Configuration, Area::Conversations, Area::Customers, Area::Administration].map(scopes_of);
    let write = area.into_iter().find(|[read, _]| *read == needed).map(|[_, write]| write);
    scopes.iter().any(|scope| *scope == needed || Some(*scope) == write)
}

/// A scope as it is written in requests.
#[must_use]
pub fn name_of(scope: Scope) -> String {
    let name = serde_json::to_value(scope).expect("a plain enum is always JSON");
    name.as_str().unwrap_or_default().to_owned()
}

const fn scopes_of(area: Area) -> [Scope; 2] {
    match area {
        Area::Configuration => [Scope::ConfigurationRead, Scope::ConfigurationWrite],
        Area::Conversations => [Scope::ConversationsRead, Scope::ConversationsWrite],
        Area::Customers => [Scope::CustomersRead, Scope::CustomersWrite],
        Area::Administration => [Scope::AdministrationRead, Scope::AdministrationWrite],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // spec: A-4
    #[test]
    fn who_may_change_may_read_and_not_the_other_way() {
        use Scope::{ConfigurationRead, ConfigurationWrite, CustomersRead};
        assert!(allows(&[ConfigurationWrite], ConfigurationRead));
        assert!(allows(&[CustomersRead, ConfigurationRead], ConfigurationRead));
        assert!(!allows(&[ConfigurationRead], ConfigurationWrite));
        assert!(!allows(&[ConfigurationWrite], CustomersRead));
        assert!(!allows(&[], ConfigurationRead));
    }

    // spec: A-4
    #[test]
    fn what_only_a_person_does_takes_no_scope() {
        assert_eq!(scope_of(&Method::GET, "/api/v1/sites/{id}/rules"), Some(Scope::ConfigurationRead));
        assert_eq!(scope_of(&Method::POST, "/api/v1/sites/{id}/rules"), Some(Scope::ConfigurationWrite));
        assert_eq!(scope_of(&Method::POST, "/api/v1/api-tokens"), None);
        assert_eq!(scope_of(&Method::GET, "/live/agent"), None);
    }
}
