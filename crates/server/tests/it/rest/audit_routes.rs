//! Proves that no change goes unnoted: every route that is not a GET stands in this table, with the line that it leaves in the
//! audit log or why it leaves none, and every line is seen.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::HeaderName;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use beckon_engine::id::{ChatId, QueueId, SiteId};
use beckon_server::http::openapi;
use beckon_server::http::setup::prepare;
use beckon_server::jobs::importing;
use beckon_server::store::Store;
use beckon_server::store::agent::update_agent_heard;
use beckon_server::store::chat::insert_chat;
use beckon_server::store::second_step::{update_second_step_begun, update_second_step_confirmed};
use beckon_server::store::user::Role;
use beckon_server::store::user_identity::insert_identity;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::files::png;
use super::offers::card;
use super::place::{Browser, PASSWORD, Place, id_of};
use super::second_step::{App, STEP_MS};
use crate::harness::{START, store_tests};
use crate::store::fixtures;

store_tests!(every_change_leaves_its_line, what_is_ones_own_or_changes_nothing_leaves_no_line,);

/// What a route leaves in the log.
#[derive(Clone, Copy)]
enum Leaves {
    /// A line with this action and kind.
    Line(&'static str),
    /// None, and why.
    Nothing(&'static str),
}
use Leaves::{Line, Nothing};

const TALK: Leaves = Nothing("part of a conversation, which keeps who did it");
const OWN: Leaves = Nothing("one's own, seen by nobody else");
const RECORD: Leaves = Nothing("daily work on a record; the log holds no personal data");
const READS: Leaves = Nothing("changes nothing");

const ROUTES: &[(&str, &str, Leaves)] = &[
    ("POST", "/api/v1/setup", Line("created user")),
    ("POST", "/api/v1/session", OWN),
    ("DELETE", "/api/v1/session", OWN),
    ("POST", "/api/v1/session/provider", OWN),
    ("PUT", "/api/v1/session/provider", OWN),
    ("PATCH", "/api/v1/single-sign-on", Line("changed single_sign_on")),
    ("POST", "/api/v1/single-sign-on/test", READS),
    ("DELETE", "/api/v1/users/{id}/identity", Line("changed user")),
    ("DELETE", "/api/v1/me/sessions", OWN),
    ("DELETE", "/api/v1/me/sessions/{id}", OWN),
    ("PUT", "/api/v1/me/password", Line("changed user")),
    ("POST", "/api/v1/me/second-step", Nothing("good for nothing before a code has confirmed it")),
    ("PUT", "/api/v1/me/second-step", Line("changed user")),
    ("POST", "/api/v1/me/second-step/off", Line("changed user")),
    ("POST", "/api/v1/me/second-step/recovery-codes", Line("changed user")),
    ("POST", "/api/v1/users/{id}/link", Line("changed user")),
    ("DELETE", "/api/v1/users/{id}/link", Line("changed user")),
    ("POST", "/api/v1/user-link/look", READS),
    ("POST", "/api/v1/user-link", Line("changed user")),
    ("DELETE", "/api/v1/users/{id}/sessions", Line("changed user")),
    ("DELETE", "/api/v1/users/{id}/second-step", Line("changed user")),
    ("POST", "/api/v1/users", Line("created user")),
    ("PATCH", "/api/v1/users/{id}", Line("changed user")),
    ("DELETE", "/api/v1/users/{id}", Line("removed user")),
    ("POST", "/api/v1/sites", Line("created site")),
    ("PATCH", "/api/v1/sites/{id}", Line("changed site")),
    ("DELETE", "/api/v1/sites/{id}", Line("removed site")),
    ("POST", "/api/v1/sites/{id}/identity-secret", Line("identity_secret_made identity_secret")),
    ("DELETE", "/api/v1/sites/{id}/identity-secret", Line("identity_secret_removed identity_secret")),
    ("POST", "/api/v1/sites/{id}/pictures", Line("created picture")),
    ("POST", "/api/v1/sites/{id}/offers", Line("created offer")),
    ("PATCH", "/api/v1/offers/{id}", Line("changed offer")),
    ("DELETE", "/api/v1/offers/{id}", Line("removed offer")),
    (
        "POST",
        "/api/v1/offers/{id}/previews",
        Nothing("a link to look at what is there, which records nothing"),
    ),
    ("POST", "/api/v1/sites/{id}/rules", Line("created rule")),
    ("POST", "/api/v1/sites/{id}/rules/check", READS),
    ("POST", "/api/v1/sites/{id}/rules/test", READS),
    ("PATCH", "/api/v1/rules/{id}", Line("changed rule")),
    ("DELETE", "/api/v1/rules/{id}", Line("removed rule")),
    ("PUT", "/api/v1/rules/{id}/place", Line("changed rule")),
    ("POST", "/api/v1/sites/{id}/queues", Line("created queue")),
    ("PATCH", "/api/v1/queues/{id}", Line("changed queue")),
    ("DELETE", "/api/v1/queues/{id}", Line("removed queue")),
    ("PATCH", "/api/v1/queues/{id}/switches", Line("changed queue")),
    ("PATCH", "/api/v1/enquiries/{id}", TALK),
    ("PUT", "/api/v1/chats/{id}/priority", Line("changed chat_priority")),
    ("POST", "/api/v1/chats/{id}/files", TALK),
    ("PUT", "/api/v1/chats/{id}/wrap-up", TALK),
    ("POST", "/api/v1/chats/{id}/transcript", TALK),
    ("POST", "/api/v1/visits/{id}/offers", Nothing("a presentation, which keeps who made it")),
    ("POST", "/api/v1/visits/{id}/chat", TALK),
    ("PUT", "/api/v1/agents/{id}/status", Line("changed agent_status")),
    ("PUT", "/api/v1/sites/{id}/offer-stop", Line("changed offer_stop")),
    ("POST", "/api/v1/canned-replies", Line("created canned_reply")),
    ("PATCH", "/api/v1/canned-replies/{id}", Line("changed canned_reply")),
    ("DELETE", "/api/v1/canned-replies/{id}", Line("removed canned_reply")),
    ("POST", "/api/v1/webhooks", Line("created webhook")),
    ("PATCH", "/api/v1/webhooks/{id}", Line("changed webhook")),
    ("DELETE", "/api/v1/webhooks/{id}", Line("removed webhook")),
    ("POST", "/api/v1/webhooks/{id}/secret", Line("changed webhook")),
    ("POST", "/api/v1/webhooks/{id}/test", Nothing("stands in the log of deliveries")),
    ("POST", "/api/v1/webhooks/{id}/deliveries/{event}/replay", Nothing("stands in the log of deliveries")),
    ("PUT", "/api/v1/chats/{id}/draft", OWN),
    ("PATCH", "/api/v1/workspace", Line("changed workspace")),
    ("PUT", "/api/v1/configuration", Line("changed workspace")),
    ("POST", "/api/v1/configuration/plan", READS),
    ("PATCH", "/api/v1/me/options", OWN),
    ("POST", "/api/v1/sites/{id}/customers", RECORD),
    ("PATCH", "/api/v1/customers/{id}", RECORD),
    ("PUT", "/api/v1/visitors/{id}/customer", RECORD),
    ("PUT", "/api/v1/sites/{id}/customer-fields", Line("changed customer_fields")),
    ("POST", "/api/v1/customers/{id}/merge", Line("customers_merged customer")),
    ("POST", "/api/v1/customers/{id}/part", Line("merge_undone customer")),
    ("POST", "/api/v1/customers/{id}/erase", Line("customer_erased customer")),
    ("POST", "/api/v1/sites/{id}/customer-imports", Line("created customer_import")),
    ("PATCH", "/api/v1/customer-imports/{id}", Line("changed customer_import")),
    ("DELETE", "/api/v1/customer-imports/{id}", Line("removed customer_import")),
    // Written once the rows are taken in.
    ("POST", "/api/v1/customer-imports/{id}/begin", Line("customers_imported customer_import")),
    ("PATCH", "/api/v1/audit/{id}", Nothing("a note on a line, which keeps whose it is")),
    ("POST", "/api/v1/sites/{id}/versions", Line("restored rule")),
    ("POST", "/api/v1/api-tokens", Line("created api_token")),
    ("DELETE", "/api/v1/api-tokens/{id}", Line("removed api_token")),
];

// spec: A-4
#[test]
fn every_route_that_changes_something_leaves_a_line_or_says_why_not() {
    let document = serde_json::to_value(openapi::parts().1).unwrap();
    let mut described = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let changing = methods.as_object().unwrap().keys().filter(|method| *method != "get");
        described.extend(changing.map(|method| format!("{} {path}", method.to_uppercase())));
    }
    let known: BTreeSet<String> = ROUTES.iter().map(|(method, path, _)| format!("{method} {path}")).collect();
    assert_eq!(known.len(), ROUTES.len(), "a route stands in the table twice");
    assert_eq!(described, known);
    let reasons = ROUTES.iter().filter_map(|(.., leaves)| match leaves {
        Nothing(why) => Some(why),
        Line(_) => None,
    });
    assert!(reasons.into_iter().all(|why| !why.is_empty()));
}

/// An administrator who does one thing after another, and looks at the log after each.
struct Walk {
    place: Place,
    admin: Browser,
    /// The routes that are still to be called, with their lines.
    left: BTreeMap<(&'static str, &'static str), &'static str>,
}

impl Walk {
    async fn begin(store: Store) -> Self {
        let place = Place::on(store, |_| {}).await;
        let admin = place.browser();
        let left = ROUTES.iter().filter_map(|(method, path, leaves)| match leaves {
            Line(line) => Some(((*method, *path), *line)),
            Nothing(_) => None,
        });
        Self { admin, left: left.collect(), place }
    }

    /// Calls a route for the thing with this id, and checks that it leaves the line of the table.
    async fn go(&mut self, method: &'static str, path: &'static str, id: &str, body: &Value) -> Value {
        let line = self.left.remove(&(method, path)).unwrap_or_else(|| panic!("{method} {path} once"));
        let answer = self.call(method, path, id, body.to_string().into_bytes()).await;
        self.left_behind(line, path).await;
        answer
    }

    async fn call(&mut self, method: &str, path: &str, id: &str, body: Vec<u8>) -> Value {
        let path = path.replacen("{id}", id, 1);
        let reply = self.admin.send(method, &path, body.into()).await;
        assert!(reply.status.is_success(), "{method} {path}: {}", reply.text);
        if reply.text.is_empty() { Value::Null } else { reply.json() }
    }

    /// Checks that the last call left this line: a site, for one, comes with a queue, which leaves its own.
    async fn left_behind(&mut self, line: &str, path: &str) {
        let now = self.place.clock.now().0;
        let page = self.admin.get(&format!("/api/v1/audit?from={now}")).await.ok();
        let said =
            |item: &Value| format!("{} {}", item["action"].as_str().unwrap(), item["kind"].as_str().unwrap());
        let lines: Vec<String> = page["items"].as_array().unwrap().iter().map(said).collect();
        assert!(lines.iter().any(|left| left == line), "{path} leaves {lines:?}");
        self.place.clock.advance_ms(1);
    }

    /// As [`Self::go`], with what is no JSON.
    async fn send(&mut self, path: &'static str, query: &str, id: &str, body: Vec<u8>) -> Value {
        let line = self.left.remove(&("POST", path)).unwrap();
        let kind = if query.is_empty() { "text/csv" } else { "application/octet-stream" };
        self.admin.headers = vec![(CONTENT_TYPE, kind)];
        let answer = self.call("POST", &format!("{path}{query}"), id, body).await;
        self.admin.headers = Vec::<(HeaderName, &str)>::new();
        self.left_behind(line, path).await;
        answer
    }

    /// A chat that waits.
    async fn chat(&self, site: &str, queue: &str) -> ChatId {
        let (site, queue) = (SiteId(site.parse().unwrap()), QueueId(queue.parse().unwrap()));
        let mut tx = self.place.api.store.write().await.unwrap();
        let chat = fixtures::chat(site, queue, fixtures::visit(&mut tx, site, START).await);
        assert!(insert_chat(&mut tx, &chat, START).await.unwrap());
        tx.commit().await.unwrap();
        chat.id
    }
}

fn text_of(body: &Value) -> String {
    id_of(body).to_string()
}

// spec: A-4
async fn every_change_leaves_its_line(store: Store) {
    let mut walk = Walk::begin(store).await;
    let printed = prepare(&walk.place.api.store, walk.place.clock.now()).await.unwrap();
    let root =
        json!({"email": "root@example.test", "name": "Root", "password": PASSWORD, "setup_token": printed});
    walk.go("POST", "/api/v1/setup", "", &root).await;
    people(&mut walk).await;
    access(&mut walk).await;
    own(&mut walk).await;
    let site = walk.go("POST", "/api/v1/sites", "", &json!({"name": "Shop", "origins": []})).await;
    let site = text_of(&site);
    walk.go("PATCH", "/api/v1/sites/{id}", &site, &json!({"name": "Store"})).await;
    configuration(&mut walk, &site).await;
    customers(&mut walk, &site).await;
    tools(&mut walk, &site).await;
    let second = json!({"name": "Second", "origins": []});
    let second = text_of(&walk.call("POST", "/api/v1/sites", "", second.to_string().into()).await);
    walk.go("DELETE", "/api/v1/sites/{id}", &second, &Value::Null).await;
    assert!(walk.left.is_empty(), "not called: {:?}", walk.left);
}

async fn people(walk: &mut Walk) {
    let user = json!({"email": "a@example.test", "name": "Alice", "role": "agent", "password": PASSWORD});
    let user = text_of(&walk.go("POST", "/api/v1/users", "", &user).await);
    walk.go("PATCH", "/api/v1/users/{id}", &user, &json!({"name": "Ann"})).await;
    let mut tx = walk.place.api.store.write().await.unwrap();
    update_agent_heard(&mut tx, user.parse().unwrap(), walk.place.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    walk.go("PUT", "/api/v1/agents/{id}/status", &user, &json!({"status": "ready"})).await;
    walk.go("DELETE", "/api/v1/users/{id}", &user, &Value::Null).await;
    let token = json!({"name": "Deploy", "scopes": ["configuration:write"]});
    let token = text_of(&walk.go("POST", "/api/v1/api-tokens", "", &token).await["api_token"]);
    walk.go("DELETE", "/api/v1/api-tokens/{id}", &token, &Value::Null).await;
}

async fn access(walk: &mut Walk) {
    let new = json!({"email": "b@example.test", "name": "Bob", "role": "agent"});
    let user = text_of(&walk.call("POST", "/api/v1/users", "", new.to_string().into()).await);
    let link = "/api/v1/users/{id}/link";
    walk.go("POST", link, &user, &json!({})).await;
    walk.go("DELETE", link, &user, &Value::Null).await;
    let made = walk.call("POST", link, &user, b"{}".to_vec()).await;
    walk.place.clock.advance_ms(1);
    let token = made["address"].as_str().unwrap().split_once('#').unwrap().1;
    let line = walk.left.remove(&("POST", "/api/v1/user-link")).unwrap();
    let chosen = json!({"token": token, "name": "Bob", "password": PASSWORD});
    walk.place.browser().post("/api/v1/user-link", &chosen).await.ok();
    walk.left_behind(line, "/api/v1/user-link").await;
    walk.go("DELETE", "/api/v1/users/{id}/sessions", &user, &Value::Null).await;
    let mut tx = walk.place.api.store.write().await.unwrap();
    update_second_step_begun(&mut tx, user.parse().unwrap(), "JBSWY3DP").await.unwrap();
    update_second_step_confirmed(&mut tx, user.parse().unwrap(), "", START).await.unwrap();
    insert_identity(&mut tx, "https://id.example", "b", user.parse().unwrap(), START).await.unwrap();
    tx.commit().await.unwrap();
    walk.go("DELETE", "/api/v1/users/{id}/second-step", &user, &Value::Null).await;
    walk.go("DELETE", "/api/v1/users/{id}/identity", &user, &Value::Null).await;
    walk.go("PATCH", "/api/v1/single-sign-on", "", &json!({"button": "Sign in with Acme"})).await;
}

async fn own(walk: &mut Walk) {
    let change = json!({"current": PASSWORD, "password": "another horse"});
    walk.go("PUT", "/api/v1/me/password", "", &change).await;
    let step = "/api/v1/me/second-step";
    let made = walk.call("POST", step, "", Vec::new()).await;
    let app = App::of(made["secret"].as_str().unwrap());
    for (method, path) in [
        ("PUT", step),
        ("POST", "/api/v1/me/second-step/recovery-codes"),
        ("POST", "/api/v1/me/second-step/off"),
    ] {
        walk.place.clock.advance_ms(STEP_MS);
        let code = json!({"code": app.now(&walk.place)});
        walk.go(method, path, "", &code).await;
    }
}

async fn configuration(walk: &mut Walk, site: &str) {
    let queues = "/api/v1/sites/{id}/queues";
    let first = text_of(&walk.call("GET", queues, site, Vec::new()).await["items"][0]);
    let queue = text_of(&walk.go("POST", queues, site, &json!({"name": "Sales"})).await);
    walk.go("PATCH", "/api/v1/queues/{id}", &queue, &json!({"name": "Advice"})).await;
    walk.go("PATCH", "/api/v1/queues/{id}/switches", &queue, &json!({"channel_on": false})).await;
    walk.go("DELETE", "/api/v1/queues/{id}", &queue, &Value::Null).await;
    let offer = text_of(&walk.go("POST", "/api/v1/sites/{id}/offers", site, &card("Card")).await);
    walk.go("PATCH", "/api/v1/offers/{id}", &offer, &json!({"name": "Help"})).await;
    let rule = json!({"priority": 5, "name": "Prices", "plan": {"offer_id": offer, "queue_id": first}});
    let rule = text_of(&walk.go("POST", "/api/v1/sites/{id}/rules", site, &rule).await);
    walk.go("PATCH", "/api/v1/rules/{id}", &rule, &json!({"name": "Price"})).await;
    walk.go("PUT", "/api/v1/rules/{id}/place", &rule, &json!({"before": null})).await;
    let shown = walk.call("GET", "/api/v1/sites/{id}", site, Vec::new()).await;
    walk.go("DELETE", "/api/v1/rules/{id}", &rule, &Value::Null).await;
    let back = json!({"version": shown["config_version"]});
    walk.go("POST", "/api/v1/sites/{id}/versions", site, &back).await;
    walk.call("DELETE", "/api/v1/rules/{id}", &rule, Vec::new()).await;
    walk.go("DELETE", "/api/v1/offers/{id}", &offer, &Value::Null).await;
    walk.send("/api/v1/sites/{id}/pictures", "?use=logo", site, png(64)).await;
    walk.go("PUT", "/api/v1/sites/{id}/offer-stop", site, &json!({"stopped": true})).await;
    let chat = walk.chat(site, &first).await.0.to_string();
    walk.go("PUT", "/api/v1/chats/{id}/priority", &chat, &json!({"priority": 3})).await;
}

async fn customers(walk: &mut Walk, site: &str) {
    let fields = json!({"fields": [{"key": "plan", "label": "Plan", "type": "text"}]});
    walk.go("PUT", "/api/v1/sites/{id}/customer-fields", site, &fields).await;
    let mut made = Vec::new();
    for customer_ref in ["C-1", "C-2"] {
        let new = json!({"customer_ref": customer_ref, "first_name": "Ann"}).to_string();
        made.push(text_of(&walk.call("POST", "/api/v1/sites/{id}/customers", site, new.into()).await));
    }
    walk.go("POST", "/api/v1/customers/{id}/merge", &made[0], &json!({"gone_id": made[1]})).await;
    walk.go("POST", "/api/v1/customers/{id}/part", &made[1], &Value::Null).await;
    walk.go("POST", "/api/v1/customers/{id}/erase", &made[1], &json!({"confirm": "C-2"})).await;
    let imports = "/api/v1/sites/{id}/customer-imports";
    let file = b"customer_ref,first_name\nC-3,Bob\n".to_vec();
    let import = text_of(&walk.send(imports, "", site, file.clone()).await);
    let targets = json!({"targets": ["customer_ref", null]});
    walk.go("PATCH", "/api/v1/customer-imports/{id}", &import, &targets).await;
    walk.go("DELETE", "/api/v1/customer-imports/{id}", &import, &Value::Null).await;
    walk.admin.headers = vec![(CONTENT_TYPE, "text/csv")];
    let import = text_of(&walk.call("POST", imports, site, file).await);
    walk.admin.headers.clear();
    by_a_program(walk, &import).await;
}

/// The rows are taken in after the answer: the line names the program that had them taken in.
async fn by_a_program(walk: &mut Walk, import: &str) {
    let new = json!({"name": "Nightly", "scopes": ["customers:write"]}).to_string();
    let token = walk.call("POST", "/api/v1/api-tokens", "", new.into()).await;
    let mut program = walk.place.browser();
    let bearer: &'static str = format!("Bearer {}", token["token"].as_str().unwrap()).leak();
    program.headers.push((AUTHORIZATION, bearer));
    let begin = "/api/v1/customer-imports/{id}/begin";
    let line = walk.left.remove(&("POST", begin)).unwrap();
    program.post(&begin.replace("{id}", import), &json!({})).await.ok();
    let stopping = CancellationToken::new();
    let (store, clock) = (walk.place.api.store.clone(), walk.place.clock.clone());
    let working = tokio::spawn(importing::run(store, clock, stopping.clone()));
    let path = format!("/api/v1/customer-imports/{import}");
    while walk.admin.get(&path).await.ok()["state"] != "done" {
        tokio::task::yield_now().await;
    }
    stopping.cancel();
    working.await.unwrap();
    walk.left_behind(line, begin).await;
    let newest = walk.admin.get("/api/v1/audit?limit=1").await.ok();
    assert_eq!(newest["items"][0]["via"], "Nightly");
}

async fn tools(walk: &mut Walk, site: &str) {
    walk.go("POST", "/api/v1/sites/{id}/identity-secret", site, &json!({})).await;
    walk.go("DELETE", "/api/v1/sites/{id}/identity-secret", site, &Value::Null).await;
    walk.go("PATCH", "/api/v1/workspace", "", &json!({"wait_amber_s": 31})).await;
    let file = json!({"format": 1, "workspace": {"wait_amber_s": 32}});
    walk.go("PUT", "/api/v1/configuration", "", &file).await;
    let reply = json!({"shortcut": "hi", "title": "Greeting", "texts": {"en": "Hello"}});
    let reply = text_of(&walk.go("POST", "/api/v1/canned-replies", "", &reply).await);
    walk.go("PATCH", "/api/v1/canned-replies/{id}", &reply, &json!({"title": "Hello"})).await;
    walk.go("DELETE", "/api/v1/canned-replies/{id}", &reply, &Value::Null).await;
    let hook = json!({"name": "CRM", "url": "https://crm.example/hook", "events": ["chat.ended"]});
    let hook = text_of(&walk.go("POST", "/api/v1/webhooks", "", &hook).await["webhook"]);
    walk.go("PATCH", "/api/v1/webhooks/{id}", &hook, &json!({"name": "ERP"})).await;
    walk.go("POST", "/api/v1/webhooks/{id}/secret", &hook, &Value::Null).await;
    walk.go("DELETE", "/api/v1/webhooks/{id}", &hook, &Value::Null).await;
}

// spec: A-4
async fn what_is_ones_own_or_changes_nothing_leaves_no_line(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    let site = text_of(&admin.post("/api/v1/sites", &json!({"name": "Shop", "origins": []})).await.created());
    let count = |page: Value| page["items"].as_array().unwrap().len();
    let before = count(admin.get("/api/v1/audit").await.ok());
    let own = json!({"shortcut": "hi", "title": "Greeting", "texts": {"en": "Hello"}, "personal": true});
    admin.post("/api/v1/canned-replies", &own).await.created();
    admin.patch(&format!("/api/v1/sites/{site}"), &json!({"name": "Shop"})).await.ok();
    assert_eq!(count(admin.get("/api/v1/audit").await.ok()), before);
}
