//! Proves the directory of customers: records, search, merging, files in and out, on either engine.

use axum::http::HeaderName;
use axum::http::header::CONTENT_TYPE;
use beckon_engine::id::SiteId;
use beckon_server::jobs::importing;
use beckon_server::store::Store;
use beckon_server::store::audit::{AuditAction, AuditFilter, list_audit};
use beckon_server::store::user::Role;
use serde_json::{Value, json};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::place::{Browser, Place, column, id_of};
use crate::harness::store_tests;

store_tests!(
    a_record_is_made_found_and_changed,
    what_a_field_held_that_is_gone_keeps_nobody_from_changing_the_record,
    a_search_finds_every_word_wherever_it_stands_and_pages_hold_all,
    a_reference_is_used_once_on_a_site,
    what_a_record_may_not_say_is_told_by_pointer,
    a_merge_fills_in_and_can_be_taken_back,
    a_file_is_tried_first_then_taken_with_a_report,
    an_import_goes_on_after_a_restart_and_takes_no_row_twice,
    a_directory_goes_out_without_formulas_and_comes_in_again,
);

struct Directory {
    place: Place,
    admin: Browser,
    site: SiteId,
    working: Option<DropGuard>,
}

impl Directory {
    async fn open(store: Store) -> Self {
        let place = Place::on(store, |_| {}).await;
        let mut admin = place.signed_in("root", Role::Admin).await;
        let site = admin.post("/api/v1/sites", &json!({"name": "Shop", "origins": []})).await.created();
        Self { place, admin, site: SiteId(id_of(&site)), working: None }
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/v1/sites/{}/{rest}", self.site)
    }

    async fn add(&mut self, customer: Value) -> Value {
        let path = self.path("customers");
        self.admin.post(&path, &customer).await.created()
    }

    async fn search(&mut self, text: &str) -> Vec<String> {
        let path = self.path(&format!("customers?search={text}"));
        column(&self.admin.get(&path).await.ok(), "first_name")
    }

    /// Lets this node work on imports.
    fn work(&mut self) {
        let stopping = CancellationToken::new();
        let (store, clock) = (self.place.api.store.clone(), self.place.clock.clone());
        tokio::spawn(importing::run(store, clock, stopping.clone()));
        self.working = Some(stopping.drop_guard());
    }

    async fn upload(&mut self, csv: &str) -> Value {
        let path = self.path("customer-imports");
        self.admin.headers = vec![(CONTENT_TYPE, "text/csv")];
        let reply = self.admin.send("POST", &path, csv.to_owned().into()).await;
        self.admin.headers = Vec::<(HeaderName, &str)>::new();
        reply.created()
    }

    /// The import once it is in this state.
    async fn import(&mut self, id: &Value, state: &str) -> Value {
        let path = format!("/api/v1/customer-imports/{}", id.as_str().unwrap());
        for _ in 0..400 {
            let import = self.admin.get(&path).await.ok();
            if import["state"] == state {
                return import;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the import does not become {state}");
    }
}

// spec: C-1
async fn a_record_is_made_found_and_changed(store: Store) {
    let mut directory = Directory::open(store).await;
    let fields = json!({"fields": [{"key": "tier", "label": "Tier", "type": "text"}]});
    let path = directory.path("customer-fields");
    directory.admin.send("PUT", &path, fields.to_string().into()).await.ok();
    let made = directory
        .add(
            json!({"customer_ref": " C-1 ", "first_name": "Ann", "last_name": "Moe", "email": "ann@x.example",
                    "phone": "1", "company": "Moe & Co", "fields": {"tier": "gold", "": ""}}),
        )
        .await;
    assert_eq!(made["customer_ref"], "C-1");
    assert_eq!(made["fields"], json!({"tier": "gold"}));
    let path = format!("/api/v1/customers/{}", made["id"].as_str().unwrap());
    let mut agent = directory.place.signed_in("ann", Role::Agent).await;
    let changed = agent.patch(&path, &json!({"phone": "2", "customer_ref": null})).await.ok();
    assert_eq!((changed["phone"].as_str(), changed["customer_ref"].as_str()), (Some("2"), None));
    assert_eq!(agent.get(&path).await.ok(), changed);
    let there = agent.get(&directory.path("customer-fields")).await.ok();
    assert_eq!(there["customers"], 1);
}

// spec: C-1
async fn what_a_field_held_that_is_gone_keeps_nobody_from_changing_the_record(store: Store) {
    let mut directory = Directory::open(store).await;
    let path = directory.path("customer-fields");
    let tier = json!({"fields": [{"key": "tier", "label": "Tier", "type": "text"}]});
    directory.admin.send("PUT", &path, tier.to_string().into()).await.ok();
    let made = directory.add(json!({"first_name": "Ann", "fields": {"tier": "gold"}})).await;
    let size = json!({"fields": [{"key": "size", "label": "Size", "type": "number"}]});
    directory.admin.send("PUT", &path, size.to_string().into()).await.ok();
    let path = format!("/api/v1/customers/{}", made["id"].as_str().unwrap());
    let mut agent = directory.place.signed_in("ann", Role::Agent).await;
    assert_eq!(agent.patch(&path, &json!({"phone": "2"})).await.ok()["phone"], "2");
    let changed = agent.patch(&path, &json!({"fields": {"size": "4"}})).await.ok();
    assert_eq!(changed["fields"], json!({"size": "4", "tier": "gold"}));
    assert_eq!(agent.patch(&path, &json!({"fields": {"tier": "tin"}})).await.status, 422);
    let changed = agent.patch(&path, &json!({"fields": {"tier": "", "size": "4"}})).await.ok();
    assert_eq!(changed["fields"], json!({"size": "4"}));
}

// spec: C-1
async fn a_search_finds_every_word_wherever_it_stands_and_pages_hold_all(store: Store) {
    let mut directory = Directory::open(store).await;
    for (n, (first, last)) in
        [("Ann", "Ödegaard"), ("Bob", "Moe"), ("Ann", "Moe"), ("Cid", "100%_sure")].into_iter().enumerate()
    {
        let email = format!("{first}{n}@shop.example");
        directory.add(json!({"customer_ref": format!("C-{n}"), "first_name": first, "last_name": last, "email": email})).await;
    }
    assert_eq!(directory.search("moe").await, ["Ann", "Bob"]);
    assert_eq!(directory.search("MOE%20ann").await, ["Ann"]);
    assert_eq!(directory.search("c-3").await, ["Cid"]);
    assert_eq!(directory.search("bob1%40shop").await, ["Bob"]);
    assert_eq!(directory.search("%C3%B6dega").await, ["Ann"]);
    assert_eq!(directory.search("0%25_").await, ["Cid"], "a percent sign is itself");
    assert_eq!(directory.search("%25%25").await, Vec::<String>::new());
    assert_eq!(directory.search("nobody").await, Vec::<String>::new());
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let path = directory.path(&format!("customers?limit=3{after}"));
        let page = directory.admin.get(&path).await.ok();
        seen.extend(column(&page, "last_name"));
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(seen, ["100%_sure", "Moe", "Moe", "Ödegaard"]);
}

// spec: C-1
async fn a_reference_is_used_once_on_a_site(store: Store) {
    let mut directory = Directory::open(store).await;
    directory.add(json!({"customer_ref": "C-1"})).await;
    let path = directory.path("customers");
    let refused = directory.admin.post(&path, &json!({"customer_ref": "C-1"})).await;
    assert_eq!(refused.refused(409, "taken"), ["/customer_ref: is in use by another record"]);
    let other = directory.add(json!({"first_name": "Bob"})).await;
    let path = format!("/api/v1/customers/{}", other["id"].as_str().unwrap());
    directory.admin.patch(&path, &json!({"customer_ref": "C-1"})).await.refused(409, "taken");
    directory.add(json!({"first_name": "Cid"})).await;
    let site =
        directory.admin.post("/api/v1/sites", &json!({"name": "Other", "origins": []})).await.created();
    let path = format!("/api/v1/sites/{}/customers", site["id"].as_str().unwrap());
    directory.admin.post(&path, &json!({"customer_ref": "C-1"})).await.created();
}

async fn what_a_record_may_not_say_is_told_by_pointer(store: Store) {
    let mut directory = Directory::open(store).await;
    let path = directory.path("customers");
    for (body, pointer) in [
        (json!({}), ""),
        (json!({"email": "nobody"}), "/email"),
        (json!({"first_name": "a\u{0}b"}), "/first_name"),
        (json!({"customer_ref": "x".repeat(129)}), "/customer_ref"),
        (json!({"first_name": "Ann", "fields": {"shoe": "42"}}), "/fields/shoe"),
        (json!({"first_name": "Ann", "role": "king"}), "/role"),
    ] {
        let errors = directory.admin.post(&path, &body).await.refused(422, "invalid");
        assert!(errors.iter().any(|error| error.starts_with(&format!("{pointer}: "))), "{body}: {errors:?}");
    }
    directory.admin.get(&directory.path("customers?search=%00")).await.refused(422, "invalid");
}

// spec: C-1
async fn a_merge_fills_in_and_can_be_taken_back(store: Store) {
    let mut directory = Directory::open(store).await;
    let kept = directory.add(json!({"customer_ref": "C-1", "first_name": "Ann", "phone": "1"})).await;
    let gone = directory.add(json!({"customer_ref": "C-2", "first_name": "Anne", "company": "Moe"})).await;
    let path = format!("/api/v1/customers/{}", kept["id"].as_str().unwrap());
    let agent = directory.place.signed_in("ann", Role::Supervisor).await;
    let mut supervisor = agent;
    let merged = supervisor.post(&format!("{path}/merge"), &json!({"gone_id": gone["id"]})).await.ok();
    assert_eq!(merged["first_name"], "Ann");
    assert_eq!(merged["company"], "Moe");
    assert_eq!(merged["customer_ref"], "C-1");
    assert_eq!(directory.search("moe").await, ["Ann"]);
    let gone_path = format!("/api/v1/customers/{}", gone["id"].as_str().unwrap());
    assert_eq!(supervisor.get(&gone_path).await.ok()["merged_into"], kept["id"]);
    supervisor.patch(&gone_path, &json!({"phone": "9"})).await.refused(409, "in_use");
    let history = supervisor.get(&format!("{path}/history")).await.ok();
    assert_eq!(history["merges"][0]["gone"]["id"], gone["id"]);
    supervisor.patch(&path, &json!({"phone": "3"})).await.ok();
    let back = supervisor.post(&format!("{gone_path}/part"), &json!({})).await.ok();
    assert_eq!(back["merged_into"], Value::Null);
    let kept = supervisor.get(&path).await.ok();
    assert_eq!((kept["company"].as_str(), kept["phone"].as_str()), (Some(""), Some("3")));
    supervisor.post(&format!("{gone_path}/part"), &json!({})).await.refused(404, "not_found");
    supervisor.post(&format!("{path}/merge"), &json!({"gone_id": kept["id"]})).await.refused(422, "invalid");
}

// spec: C-1
async fn a_file_is_tried_first_then_taken_with_a_report(store: Store) {
    let mut directory = Directory::open(store).await;
    directory.add(json!({"customer_ref": "C-1", "first_name": "Ann", "phone": "1"})).await;
    directory.add(json!({"customer_ref": "C-2", "first_name": "Bob", "email": "bob@x.example"})).await;
    let csv = "\u{feff}Customer-Ref;Vorname;E-Mail;Shoe\r\nC-1;Anna;ann@x.example;38\r\nC-2;Bob;;\r\nC-3;\"Cid; the\";cid@x.example;\r\n\
               ;Dan;;\r\nC-3;Eve;;\r\nC-4;Fay;nobody;\r\n";
    let import = directory.upload(csv).await;
    assert_eq!(import["rows_total"], 6);
    directory.work();
    let checked = directory.import(&import["id"], "checked").await;
    assert_eq!(
        [&checked["created"], &checked["updated"], &checked["unchanged"], &checked["refused"]],
        [1, 1, 1, 3]
    );
    let problems: Vec<i64> = checked["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| problem["row"].as_i64().unwrap())
        .collect();
    assert_eq!(problems, [5, 6, 7], "rows are numbered as a spreadsheet does");
    assert_eq!(directory.search("cid").await, Vec::<String>::new(), "nothing is taken by the trial");
    let path = format!("/api/v1/customer-imports/{}", import["id"].as_str().unwrap());
    let without_mail = json!({"targets": ["customer_ref", "first_name", null, null]});
    directory.admin.patch(&path, &without_mail).await.ok();
    let checked = directory.import(&import["id"], "checked").await;
    assert_eq!([&checked["created"], &checked["refused"]], [2, 2], "without the e-mail its row is good");
    let twice = json!({"targets": ["customer_ref", "customer_ref", null, "field:no"]});
    assert_eq!(directory.admin.patch(&path, &twice).await.refused(422, "invalid").len(), 2);
    directory.admin.post(&format!("{path}/begin"), &json!({})).await.ok();
    let done = directory.import(&import["id"], "done").await;
    assert_eq!([&done["created"], &done["updated"], &done["unchanged"], &done["refused"]], [2, 1, 1, 2]);
    assert_eq!(directory.search("c-1").await, ["Anna"]);
    assert_eq!(directory.search("cid").await, ["Cid; the"]);
    directory.admin.post(&format!("{path}/begin"), &json!({})).await.refused(409, "in_use");
    let mut tx = directory.place.api.store.read().await.unwrap();
    let log = list_audit(&mut tx, &AuditFilter::default(), None, 10).await.unwrap();
    assert_eq!(*log[0].action, AuditAction::CustomersImported);
    assert_eq!(log[0].detail, "2 new, 1 changed");
}

// spec: C-1
async fn an_import_goes_on_after_a_restart_and_takes_no_row_twice(store: Store) {
    let mut directory = Directory::open(store).await;
    let rows: Vec<String> = (0..1_800).map(|n| format!("R-{n:05},First {n}")).collect();
    let import = directory.upload(&format!("ref,first name\n{}\n", rows.join("\n"))).await;
    directory.work();
    directory.import(&import["id"], "checked").await;
    let path = format!("/api/v1/customer-imports/{}", import["id"].as_str().unwrap());
    directory.admin.post(&format!("{path}/begin"), &json!({})).await.ok();
    loop {
        let import = directory.admin.get(&path).await.ok();
        if import["rows_done"].as_i64().unwrap() > 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    directory.working = None;
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    // The other node waits until this one has been silent for its lease.
    directory.place.clock.advance_ms(31_000);
    directory.work();
    let done = directory.import(&import["id"], "done").await;
    assert_eq!([&done["rows_done"], &done["created"], &done["refused"]], [1_800, 1_800, 0]);
    let there = directory.admin.get(&directory.path("customer-fields")).await.ok();
    assert_eq!(there["customers"], 1_800);
}

// spec: C-1
// spec: X-7
async fn a_directory_goes_out_without_formulas_and_comes_in_again(store: Store) {
    let mut directory = Directory::open(store).await;
    let odd = json!({"customer_ref": "C-1", "first_name": "=HYPERLINK(\"http://x\")", "phone": "+41 44 1", "company": "A, \"B\""});
    directory.add(odd.clone()).await;
    directory.add(json!({"customer_ref": "C-2", "last_name": "Moe"})).await;
    let reply = directory.admin.get(&directory.path("customers.csv")).await;
    assert_eq!(reply.header(CONTENT_TYPE), Some("text/csv; charset=utf-8"));
    let lines: Vec<&str> = reply.text.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines[0], "customer_ref,first_name,last_name,email,phone,company");
    assert!(reply.text.contains("\"'=HYPERLINK(\"\"http://x\"\")\""), "{}", reply.text);
    assert!(reply.text.contains("'+41 44 1"), "{}", reply.text);
    let import = directory.upload(&reply.text).await;
    directory.work();
    let checked = directory.import(&import["id"], "checked").await;
    assert_eq!([&checked["unchanged"], &checked["updated"]], [2, 0], "{checked}");
}
