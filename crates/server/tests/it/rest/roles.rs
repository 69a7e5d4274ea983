//! Proves who may call what: every route of the description stands in this table, and is tried with every role.

use std::collections::BTreeSet;

use beckon_server::http::openapi;
use beckon_server::store::user::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use super::place::{Browser, Place};

/// The least role for each route; `None` where nobody needs to be signed in.
const ROUTES: &[(&str, &str, Option<Role>)] = &[
    ("GET", "/api/v1/setup", None),
    ("POST", "/api/v1/setup", None),
    ("POST", "/api/v1/session", None),
    ("GET", "/api/v1/session", None),
    ("DELETE", "/api/v1/session", Some(Role::Agent)),
    ("GET", "/api/v1/session/ways", None),
    ("GET", "/api/v1/session/provider", None),
    ("POST", "/api/v1/session/provider", None),
    ("PUT", "/api/v1/session/provider", None),
    ("GET", "/api/v1/single-sign-on", Some(Role::Admin)),
    ("PATCH", "/api/v1/single-sign-on", Some(Role::Admin)),
    ("POST", "/api/v1/single-sign-on/test", Some(Role::Admin)),
    ("DELETE", "/api/v1/users/{id}/identity", Some(Role::Admin)),
    ("GET", "/api/v1/me/sessions", Some(Role::Agent)),
    ("DELETE", "/api/v1/me/sessions", Some(Role::Agent)),
    ("DELETE", "/api/v1/me/sessions/{id}", Some(Role::Agent)),
    ("PUT", "/api/v1/me/password", Some(Role::Agent)),
    ("GET", "/api/v1/me/second-step", Some(Role::Agent)),
    ("POST", "/api/v1/me/second-step", Some(Role::Agent)),
    ("PUT", "/api/v1/me/second-step", Some(Role::Agent)),
    ("POST", "/api/v1/me/second-step/off", Some(Role::Agent)),
    ("POST", "/api/v1/me/second-step/recovery-codes", Some(Role::Agent)),
    ("DELETE", "/api/v1/users/{id}/second-step", Some(Role::Admin)),
    ("DELETE", "/api/v1/users/{id}/sessions", Some(Role::Admin)),
    ("POST", "/api/v1/users/{id}/link", Some(Role::Admin)),
    ("DELETE", "/api/v1/users/{id}/link", Some(Role::Admin)),
    ("POST", "/api/v1/user-link", None),
    ("POST", "/api/v1/user-link/look", None),
    ("GET", "/api/v1/users", Some(Role::Supervisor)),
    ("POST", "/api/v1/users", Some(Role::Admin)),
    ("GET", "/api/v1/users/{id}", Some(Role::Admin)),
    ("PATCH", "/api/v1/users/{id}", Some(Role::Admin)),
    ("DELETE", "/api/v1/users/{id}", Some(Role::Admin)),
    ("GET", "/api/v1/sites", Some(Role::Agent)),
    ("POST", "/api/v1/sites", Some(Role::Admin)),
    ("GET", "/api/v1/sites/{id}", Some(Role::Agent)),
    ("PATCH", "/api/v1/sites/{id}", Some(Role::Admin)),
    ("DELETE", "/api/v1/sites/{id}", Some(Role::Admin)),
    ("GET", "/api/v1/sites/{id}/identity-secret", Some(Role::Admin)),
    ("POST", "/api/v1/sites/{id}/identity-secret", Some(Role::Admin)),
    ("DELETE", "/api/v1/sites/{id}/identity-secret", Some(Role::Admin)),
    ("POST", "/api/v1/sites/{id}/pictures", Some(Role::Admin)),
    ("GET", "/api/v1/sites/{id}/offers", Some(Role::Admin)),
    ("POST", "/api/v1/sites/{id}/offers", Some(Role::Admin)),
    ("GET", "/api/v1/offers/{id}", Some(Role::Admin)),
    ("PATCH", "/api/v1/offers/{id}", Some(Role::Admin)),
    ("DELETE", "/api/v1/offers/{id}", Some(Role::Admin)),
    ("POST", "/api/v1/offers/{id}/previews", Some(Role::Admin)),
    ("GET", "/api/v1/sites/{id}/rules", Some(Role::Admin)),
    ("POST", "/api/v1/sites/{id}/rules", Some(Role::Admin)),
    ("POST", "/api/v1/sites/{id}/rules/check", Some(Role::Admin)),
    ("GET", "/api/v1/rules/{id}", Some(Role::Admin)),
    ("PATCH", "/api/v1/rules/{id}", Some(Role::Admin)),
    ("DELETE", "/api/v1/rules/{id}", Some(Role::Admin)),
    ("GET", "/api/v1/sites/{id}/queues", Some(Role::Agent)),
    ("POST", "/api/v1/sites/{id}/queues", Some(Role::Admin)),
    ("GET", "/api/v1/queues/{id}", Some(Role::Agent)),
    ("PATCH", "/api/v1/queues/{id}", Some(Role::Admin)),
    ("DELETE", "/api/v1/queues/{id}", Some(Role::Admin)),
    ("PATCH", "/api/v1/queues/{id}/switches", Some(Role::Supervisor)),
    ("GET", "/api/v1/holidays", Some(Role::Agent)),
    ("GET", "/api/v1/sites/{id}/enquiries", Some(Role::Agent)),
    ("GET", "/api/v1/enquiries/count", Some(Role::Agent)),
    ("GET", "/api/v1/enquiries/{id}", Some(Role::Agent)),
    ("PATCH", "/api/v1/enquiries/{id}", Some(Role::Agent)),
    ("PUT", "/api/v1/chats/{id}/priority", Some(Role::Supervisor)),
    ("GET", "/api/v1/sites/{id}/history", Some(Role::Agent)),
    ("GET", "/api/v1/chats", Some(Role::Agent)),
    ("GET", "/api/v1/chats/{id}", Some(Role::Agent)),
    ("GET", "/api/v1/chats/{id}/messages", Some(Role::Agent)),
    ("POST", "/api/v1/chats/{id}/files", Some(Role::Agent)),
    ("PUT", "/api/v1/chats/{id}/wrap-up", Some(Role::Agent)),
    ("POST", "/api/v1/chats/{id}/transcript", Some(Role::Agent)),
    ("GET", "/api/v1/visits", Some(Role::Agent)),
    ("GET", "/api/v1/sites/{id}/visits", Some(Role::Agent)),
    ("GET", "/api/v1/visits/{id}", Some(Role::Agent)),
    ("GET", "/api/v1/visits/{id}/decision", Some(Role::Agent)),
    ("GET", "/api/v1/visits/{id}/decisions", Some(Role::Agent)),
    ("GET", "/api/v1/visits/{id}/presentations", Some(Role::Agent)),
    ("GET", "/api/v1/presentations/{id}", Some(Role::Agent)),
    ("GET", "/api/v1/visits/{id}/offers", Some(Role::Agent)),
    ("POST", "/api/v1/visits/{id}/offers", Some(Role::Agent)),
    ("POST", "/api/v1/visits/{id}/chat", Some(Role::Agent)),
    ("GET", "/api/v1/sites/{id}/seen", Some(Role::Admin)),
    ("POST", "/api/v1/sites/{id}/rules/test", Some(Role::Admin)),
    ("GET", "/api/v1/agents", Some(Role::Agent)),
    ("PUT", "/api/v1/agents/{id}/status", Some(Role::Supervisor)),
    ("GET", "/api/v1/wallboard", Some(Role::Supervisor)),
    ("PUT", "/api/v1/sites/{id}/offer-stop", Some(Role::Supervisor)),
    ("GET", "/api/v1/canned-replies", Some(Role::Agent)),
    ("POST", "/api/v1/canned-replies", Some(Role::Agent)),
    ("GET", "/api/v1/canned-replies/{id}", Some(Role::Agent)),
    ("PATCH", "/api/v1/canned-replies/{id}", Some(Role::Agent)),
    ("DELETE", "/api/v1/canned-replies/{id}", Some(Role::Agent)),
    ("GET", "/api/v1/webhooks", Some(Role::Admin)),
    ("POST", "/api/v1/webhooks", Some(Role::Admin)),
    ("GET", "/api/v1/webhooks/{id}", Some(Role::Admin)),
    ("PATCH", "/api/v1/webhooks/{id}", Some(Role::Admin)),
    ("DELETE", "/api/v1/webhooks/{id}", Some(Role::Admin)),
    ("POST", "/api/v1/webhooks/{id}/secret", Some(Role::Admin)),
    ("POST", "/api/v1/webhooks/{id}/test", Some(Role::Admin)),
    ("GET", "/api/v1/webhooks/{id}/deliveries", Some(Role::Admin)),
    ("GET", "/api/v1/webhooks/{id}/deliveries/{event}", Some(Role::Admin)),
    ("POST", "/api/v1/webhooks/{id}/deliveries/{event}/replay", Some(Role::Admin)),
    ("GET", "/api/v1/drafts", Some(Role::Agent)),
    ("GET", "/api/v1/chats/{id}/draft", Some(Role::Agent)),
    ("PUT", "/api/v1/chats/{id}/draft", Some(Role::Agent)),
    ("GET", "/api/v1/workspace", Some(Role::Agent)),
    ("PATCH", "/api/v1/workspace", Some(Role::Admin)),
    ("GET", "/api/v1/me", Some(Role::Agent)),
    ("GET", "/api/v1/me/options", Some(Role::Agent)),
    ("PATCH", "/api/v1/me/options", Some(Role::Agent)),
    ("GET", "/api/v1/sites/{id}/customers", Some(Role::Agent)),
    ("POST", "/api/v1/sites/{id}/customers", Some(Role::Agent)),
    ("GET", "/api/v1/sites/{id}/customer-fields", Some(Role::Agent)),
    ("PUT", "/api/v1/sites/{id}/customer-fields", Some(Role::Admin)),
    ("GET", "/api/v1/customers/{id}", Some(Role::Agent)),
    ("PATCH", "/api/v1/customers/{id}", Some(Role::Agent)),
    ("GET", "/api/v1/customers/{id}/history", Some(Role::Agent)),
    ("GET", "/api/v1/visitors/{id}/person", Some(Role::Agent)),
    ("PUT", "/api/v1/visitors/{id}/customer", Some(Role::Agent)),
    ("POST", "/api/v1/customers/{id}/merge", Some(Role::Supervisor)),
    ("POST", "/api/v1/customers/{id}/part", Some(Role::Supervisor)),
    ("GET", "/api/v1/customers/{id}/export", Some(Role::Supervisor)),
    ("GET", "/api/v1/sites/{id}/customers.csv", Some(Role::Supervisor)),
    ("POST", "/api/v1/customers/{id}/erase", Some(Role::Admin)),
    ("GET", "/api/v1/sites/{id}/customer-imports", Some(Role::Admin)),
    ("POST", "/api/v1/sites/{id}/customer-imports", Some(Role::Admin)),
    ("GET", "/api/v1/customer-imports/{id}", Some(Role::Admin)),
    ("PATCH", "/api/v1/customer-imports/{id}", Some(Role::Admin)),
    ("DELETE", "/api/v1/customer-imports/{id}", Some(Role::Admin)),
    ("POST", "/api/v1/customer-imports/{id}/begin", Some(Role::Admin)),
    ("GET", "/api/v1/audit", Some(Role::Admin)),
    ("GET", "/api/v1/audit/{id}", Some(Role::Admin)),
    ("PATCH", "/api/v1/audit/{id}", Some(Role::Admin)),
    ("GET", "/api/v1/sites/{id}/versions", Some(Role::Admin)),
    ("POST", "/api/v1/sites/{id}/versions", Some(Role::Admin)),
    ("GET", "/api/v1/configuration", Some(Role::Admin)),
    ("PUT", "/api/v1/configuration", Some(Role::Admin)),
    ("POST", "/api/v1/configuration/plan", Some(Role::Admin)),
    ("GET", "/api/v1/api-tokens", Some(Role::Admin)),
    ("POST", "/api/v1/api-tokens", Some(Role::Admin)),
    ("DELETE", "/api/v1/api-tokens/{id}", Some(Role::Admin)),
    ("GET", "/api/v1/sites/{id}/setup-steps", Some(Role::Admin)),
    ("GET", "/api/v1/sites/{id}/rules/today", Some(Role::Admin)),
    ("PUT", "/api/v1/rules/{id}/place", Some(Role::Admin)),
    // Not part of the description.
    ("GET", "/healthz", None),
    ("GET", "/readyz", None),
];

#[test]
fn every_route_of_the_description_is_in_the_table() {
    let document = serde_json::to_value(openapi::parts().1).unwrap();
    let mut described = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            described.insert((method.to_uppercase(), path.clone()));
            let needs_session = operation.get("security").is_some();
            let row = ROUTES.iter().find(|row| row.0.eq_ignore_ascii_case(method) && row.1 == path);
            let row = row.unwrap_or_else(|| panic!("{method} {path} is not in the table"));
            assert_eq!(row.2.is_some(), needs_session, "{method} {path}: the description says otherwise");
        }
    }
    for (method, path, _) in ROUTES.iter().filter(|row| row.1.starts_with("/api/")) {
        assert!(
            described.contains(&((*method).to_owned(), (*path).to_owned())),
            "{method} {path} is not described"
        );
    }
}

// spec: X-6
#[tokio::test]
async fn nobody_calls_what_the_role_does_not_allow() {
    let place = Place::empty().await;
    let mut nobody = place.browser();
    for &(method, path, least) in ROUTES.iter().filter(|row| row.2.is_some()) {
        let reply = call(&mut nobody, method, path).await;
        assert_eq!(reply.0, 401, "{method} {path} for nobody: {}", reply.1);
        for role in [Role::Agent, Role::Supervisor, Role::Admin] {
            let mut browser = place.signed_in(&Uuid::now_v7().to_string(), role).await;
            let (status, problem) = call(&mut browser, method, path).await;
            if Some(role) < least {
                assert_eq!((status, problem.as_str()), (403, "forbidden"), "{method} {path} for {role:?}");
            } else {
                assert!(
                    ![401, 403, 405].contains(&status),
                    "{method} {path} for {role:?}: {status} {problem}"
                );
            }
        }
    }
}

async fn call(browser: &mut Browser, method: &str, path: &str) -> (u16, String) {
    let path = path.replace("{id}", &Uuid::nil().to_string());
    let body = if method == "GET" { Value::Null } else { json!({}) };
    let reply = browser.send(method, &path, body.to_string().into()).await;
    let code = serde_json::from_str::<Value>(&reply.text).ok().and_then(|body| {
        let code = body.get("code")?.as_str()?;
        Some(code.to_owned())
    });
    (reply.status.as_u16(), code.unwrap_or_default())
}
