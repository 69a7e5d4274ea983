//! Proves the configuration as a file: it comes out whole and without secrets, says what it would change, and is taken as a whole
//! or not at all.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use beckon_engine::id::SiteId;
use beckon_server::store::Store;
use beckon_server::store::user::Role;
use boon::{Compiler, Schemas};
use serde_json::{Value, json};

use super::api_tokens::{make, program};
use super::offers::card;
use super::place::{Browser, Place, id_of};
use crate::harness::store_tests;

store_tests!(
    what_comes_out_changes_nothing_when_it_goes_in,
    a_file_makes_another_installation_the_same,
    a_plan_says_what_would_change_and_changes_nothing,
    lists_are_complete_and_what_is_not_named_stays,
    a_thing_keeps_its_identity_under_another_name,
    the_queue_of_the_launcher_can_be_another,
    what_does_not_fit_changes_nothing_at_all,
    a_plan_that_is_overtaken_is_not_carried_out,
    two_sections_never_stand_for_one_site,
    a_token_plans_with_reading_and_never_says_who_needs_a_second_step,
);

const PATH: &str = "/api/v1/configuration";
const PLAN: &str = "/api/v1/configuration/plan";

/// A site with everything that a file can hold, and the address of its offer's picture.
async fn furnish(place: &Place, admin: &mut Browser) -> SiteId {
    place.user("alice", Role::Agent).await;
    let alice = admin.get("/api/v1/users").await.ok()["items"][0]["id"].clone();
    let site =
        admin.post("/api/v1/sites", &json!({"name": "Shop", "origins": ["https://shop.example"]})).await;
    let site = id_of(&site.created());
    let path = format!("/api/v1/sites/{site}");
    let mut offer = card("Card");
    offer["design"]["image_url"] = json!(picture(admin, &path).await);
    let offer = id_of(&admin.post(&format!("{path}/offers"), &offer).await.created());
    let chat = id_of(&admin.get(&format!("{path}/queues")).await.ok()["items"][0]);
    let plan = json!({"launch_offer_id": offer, "routing": {"dequeue": {"do": "queue", "queue_id": chat}}});
    let queue = json!({"name": "Sales", "agents": [alice], "plan": plan});
    let queue = id_of(&admin.post(&format!("{path}/queues"), &queue).await.created());
    let rule = json!({"priority": 5, "name": "Prices", "plan": {"offer_id": offer, "queue_id": queue}});
    admin.post(&format!("{path}/rules"), &rule).await.created();
    let fields = json!({"fields": [{"key": "plan", "label": "Plan", "type": "text"}]});
    admin.send("PUT", &format!("{path}/customer-fields"), fields.to_string().into()).await.ok();
    let reply = json!({"shortcut": "hi", "title": "Greeting", "texts": {"en": "Hello"}, "site_id": site,
        "queue_id": queue});
    admin.post("/api/v1/canned-replies", &reply).await.created();
    let hook =
        json!({"name": "CRM", "url": "https://crm.example/hook", "events": ["chat.ended"], "site_id": site});
    admin.post("/api/v1/webhooks", &hook).await.created();
    admin.patch("/api/v1/workspace", &json!({"wait_amber_s": 31})).await.ok();
    SiteId(site)
}

async fn picture(admin: &mut Browser, site: &str) -> String {
    let mut png = Vec::new();
    image::RgbaImage::new(2, 2)
        .write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png)
        .unwrap();
    let sent = admin.send("POST", &format!("{site}/pictures?use=image"), png.into()).await;
    sent.created()["url"].as_str().unwrap().to_owned()
}

async fn furnished(store: Store) -> (Place, Browser, SiteId) {
    let place = Place::on(store, |_| {}).await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    let site = furnish(&place, &mut admin).await;
    (place, admin, site)
}

async fn put(admin: &mut Browser, file: &Value) -> super::place::Reply {
    admin.send("PUT", PATH, file.to_string().into()).await
}

/// `action kind name` of what a plan names.
fn lines(plan: &Value) -> Vec<String> {
    let text = |change: &Value, field: &str| change[field].as_str().unwrap().to_owned();
    let line =
        |change: &Value| [text(change, "action"), text(change, "kind"), text(change, "name")].join(" ");
    plan["changes"].as_array().unwrap().iter().map(line).collect()
}

// spec: A-4
async fn what_comes_out_changes_nothing_when_it_goes_in(store: Store) {
    let (_place, mut admin, _) = furnished(store).await;
    let out = admin.get(PATH).await;
    assert!(!out.text.contains("secret"), "a secret is in the file");
    let file = out.ok();
    assert_eq!(file["sites"][0]["rules"][0]["plan"]["offer"], "Card");
    assert_eq!(file["sites"][0]["queues"][1]["plan"]["routing"]["dequeue"]["queue"], "Chat");
    assert_eq!(file["sites"][0]["queues"][1]["agents"], json!(["alice@example.test"]));
    assert_eq!(file["canned_replies"][0]["queue"], "Sales");
    assert_eq!(file["webhooks"][0]["site"], "Shop");
    let versions = admin.get("/api/v1/sites").await.ok();
    assert_eq!(admin.post(PLAN, &file).await.ok()["changes"], json!([]));
    assert_eq!(put(&mut admin, &file).await.ok()["changes"], json!([]));
    assert_eq!(admin.get("/api/v1/sites").await.ok(), versions, "a version was made of nothing");
}

// spec: A-4
async fn a_file_makes_another_installation_the_same(store: Store) {
    let (_place, mut admin, _) = furnished(store).await;
    let file = admin.get(PATH).await.ok();
    let other = Place::empty().await;
    other.user("alice", Role::Agent).await;
    let mut root = other.signed_in("root", Role::Admin).await;
    let done = put(&mut root, &file).await.ok();
    assert!(lines(&done).contains(&"created rule Prices".to_owned()), "{done}");
    let copy = root.get(PATH).await.ok();
    let pictures = |file: &Value| file["sites"][0]["pictures"].as_object().unwrap().clone();
    let (id, picture) = pictures(&copy).into_iter().next().unwrap();
    assert!(pictures(&file).contains_key(&id), "the picture has another address");
    let content = BASE64_STANDARD.decode(picture["content"].as_str().unwrap()).unwrap();
    assert!(image::load_from_memory(&content).is_ok());
    assert_eq!(copy, file);
    assert_eq!(put(&mut root, &file).await.ok()["changes"], json!([]));
}

// spec: A-4
async fn a_plan_says_what_would_change_and_changes_nothing(store: Store) {
    let (_place, mut admin, _) = furnished(store).await;
    let before = admin.get(PATH).await.ok();
    let mut file = before.clone();
    file["sites"][0]["rules"][0]["plan"]["required_time_s"] = json!(45);
    file["sites"][0]["offers"].as_array_mut().unwrap().push(card("Spring"));
    file["webhooks"] = json!([]);
    let plan = admin.post(PLAN, &file).await.ok();
    assert_eq!(lines(&plan), ["created offer Spring", "changed rule Prices", "removed webhook CRM"]);
    let difference = json!({"pointer": "/plan/required_time_s", "before": 0, "after": 45});
    assert_eq!(plan["changes"][1]["differences"], json!([difference]));
    assert_eq!(plan["changes"][1]["site"], "Shop");
    assert_eq!(admin.get(PATH).await.ok(), before);
    let done = put(&mut admin, &file).await.ok();
    assert_eq!(lines(&done), lines(&plan));
    assert_eq!(admin.post(PLAN, &file).await.ok()["changes"], json!([]));
    let log = admin.get("/api/v1/audit?limit=3").await.ok();
    assert_eq!(log["items"][1]["changed"], json!(["/plan/required_time_s"]));
}

// spec: A-4
async fn lists_are_complete_and_what_is_not_named_stays(store: Store) {
    let (_place, mut admin, _) = furnished(store).await;
    admin.post("/api/v1/sites", &json!({"name": "Blog", "origins": []})).await.created();
    let before = admin.get(PATH).await.ok();
    let file = json!({"format": 1, "sites": [{"name": "Shop", "rules": []}]});
    assert_eq!(lines(&put(&mut admin, &file).await.ok()), ["removed rule Prices"]);
    let mut expected = before;
    let shop =
        expected["sites"].as_array_mut().unwrap().iter_mut().find(|site| site["name"] == "Shop").unwrap();
    shop["rules"] = json!([]);
    assert_eq!(admin.get(PATH).await.ok(), expected);
}

// spec: A-4
async fn a_thing_keeps_its_identity_under_another_name(store: Store) {
    let (_place, mut admin, site) = furnished(store).await;
    let path = format!("/api/v1/sites/{site}");
    let rule = admin.get(&format!("{path}/rules")).await.ok()["items"][0]["id"].clone();
    let mut file = admin.get(PATH).await.ok();
    let shop = &mut file["sites"][0];
    shop["name"] = json!("Store");
    shop["was"] = json!("Shop");
    shop["rules"][0]["name"] = json!("Price page");
    shop["rules"][0]["was"] = json!("Prices");
    file["canned_replies"][0]["site"] = json!("Store");
    file["webhooks"][0]["site"] = json!("Store");
    let done = put(&mut admin, &file).await.ok();
    assert_eq!(lines(&done), ["changed site Store", "changed rule Price page"]);
    let after = admin.get(&format!("{path}/rules")).await.ok();
    assert_eq!((&after["items"][0]["id"], &after["items"][0]["name"]), (&rule, &json!("Price page")));
    assert_eq!(put(&mut admin, &file).await.ok()["changes"], json!([]), "the old names do no harm");
}

// spec: A-4 Q-1
async fn the_queue_of_the_launcher_can_be_another(store: Store) {
    let (_place, mut admin, site) = furnished(store).await;
    let mut file = admin.get(PATH).await.ok();
    let queues = file["sites"][0]["queues"].as_array_mut().unwrap();
    for queue in queues.iter_mut() {
        queue["is_default"] = json!(queue["name"] == "Sales");
    }
    put(&mut admin, &file).await.ok();
    let list = admin.get(&format!("/api/v1/sites/{site}/queues")).await.ok();
    let of =
        |name: &str| list["items"].as_array().unwrap().iter().find(|queue| queue["name"] == name).unwrap();
    assert_eq!((&of("Chat")["is_default"], &of("Sales")["is_default"]), (&json!(false), &json!(true)));
    assert_eq!(put(&mut admin, &file).await.ok()["changes"], json!([]));
    let switches = format!("/api/v1/queues/{}/switches", id_of(of("Sales")));
    admin.patch(&switches, &json!({"channel_on": false})).await.ok();
    assert_eq!(put(&mut admin, &file).await.ok()["changes"], json!([]), "switches are no configuration");
}

// spec: A-4
async fn what_does_not_fit_changes_nothing_at_all(store: Store) {
    let (_place, mut admin, _) = furnished(store).await;
    let before = admin.get(PATH).await.ok();
    let wrong = |pointer: &str, value: Value| {
        let mut file = before.clone();
        file["sites"][0]["settings"]["poll_interval_s"] = json!(20);
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        file.pointer_mut(parent).unwrap()[name] = value;
        file
    };
    for (pointer, value, expected) in [
        ("/format", json!(2), "/format: is not 1, the form that this release reads"),
        (
            "/sites/0/rules/0/plan/offer",
            json!("Gone"),
            "/sites/0/rules/0/plan/offer: is no offer of this site",
        ),
        ("/sites/0/rules/0/priority", json!(0), "/sites/0/rules/0/priority: is not 1 to 9999"),
        ("/sites/0/rules/0/plan/colour", json!(1), "/sites/0/rules/0/plan"),
        (
            "/sites/0/queues/1/agents",
            json!(["x@example.test"]),
            "/sites/0/queues/1/agents/0: is no user's e-mail",
        ),
        (
            "/sites/0/queues/1/is_default",
            json!(true),
            "/sites/0/queues: has not exactly one queue of the launcher",
        ),
        ("/sites/0/offers/0/name", json!(null), "/sites/0/offers/0/name: is missing"),
        ("/canned_replies/0/site", json!("Gone"), "/canned_replies/0/site: is no site"),
        ("/webhooks/0/url", json!("http://127.0.0.1/"), "/webhooks/0/url: is in a private network"),
        ("/workspace/wait_amber_s", json!(0), "/workspace/wait_amber_s: is not 1 to 86400"),
        ("/sites/0/customer_fields/0/key", json!("A b"), "/sites/0/customer_fields/0/key: has not 1 to 40"),
        ("/sites/0/surprise", json!(1), "/sites/0"),
    ] {
        let errors = put(&mut admin, &wrong(pointer, value)).await.refused(422, "invalid");
        assert!(errors[0].starts_with(expected), "{pointer}: {errors:?}");
    }
    let still_used = wrong("/sites/0/offers", json!([]));
    put(&mut admin, &still_used).await.refused(409, "in_use");
    let mut without = wrong("/sites/0/rules", json!([]));
    without["sites"][0]["offers"] = json!([]);
    without["sites"][0]["queues"].as_array_mut().unwrap().remove(0);
    put(&mut admin, &without).await.refused(422, "invalid");
    assert_eq!(admin.get(PATH).await.ok(), before);
}

// spec: A-4
async fn a_plan_that_is_overtaken_is_not_carried_out(store: Store) {
    let (_place, mut admin, site) = furnished(store).await;
    let mut file = admin.get(PATH).await.ok();
    file["sites"][0]["settings"]["poll_interval_s"] = json!(20);
    let plan = admin.post(PLAN, &file).await.ok();
    let path = format!("{PATH}?based_on={}", plan["based_on"].as_str().unwrap());
    admin.patch(&format!("/api/v1/sites/{site}"), &json!({"deny_paths": ["/admin"]})).await.ok();
    admin.send("PUT", &path, file.to_string().into()).await.refused(409, "stale");
    let plan = admin.post(PLAN, &file).await.ok();
    let path = format!("{PATH}?based_on={}", plan["based_on"].as_str().unwrap());
    admin.send("PUT", &path, file.to_string().into()).await.ok();
}

// spec: A-4
async fn two_sections_never_stand_for_one_site(store: Store) {
    let (_place, mut admin, _) = furnished(store).await;
    let before = admin.get(PATH).await.ok();
    let (first, second) = (json!({"name": "Shop", "rules": []}), json!({"name": "Store", "was": "Shop"}));
    for sites in [json!([first, second]), json!([second, first])] {
        let errors = put(&mut admin, &json!({"format": 1, "sites": sites})).await.refused(422, "invalid");
        assert_eq!(errors, ["/sites/1/name: stands for the same as another one of the file"]);
    }
    let mut copy = before["sites"][0].clone();
    copy["name"] = json!("Copy");
    let errors = put(&mut admin, &json!({"format": 1, "sites": [copy]})).await.refused(422, "invalid");
    assert!(errors[0].contains("belongs to another site"), "{errors:?}");
    assert_eq!(admin.get(PATH).await.ok(), before);
}

// spec: A-4
async fn a_token_plans_with_reading_and_never_says_who_needs_a_second_step(store: Store) {
    let (place, mut admin, _) = furnished(store).await;
    let mut file = admin.get(PATH).await.ok();
    assert_eq!(file["workspace"].get("second_step_required"), None);
    file["sites"][0]["queues"][0]["plan"]["enquiry"]["emails"] = json!(["desk@shop.example"]);
    let mut reader = program(&place, &make(&mut admin, &["administration:read"]).await["token"]);
    assert_eq!(lines(&reader.post(PLAN, &file).await.ok()), ["changed queue Chat"]);
    put(&mut reader, &file).await.refused(403, "out_of_scope");
    let mut writer = program(&place, &make(&mut admin, &["administration:write"]).await["token"]);
    put(&mut writer, &file).await.ok();
    file["workspace"]["second_step_required"] = json!(true);
    put(&mut writer, &file).await.refused(403, "out_of_scope");
}

// spec: A-4
#[tokio::test]
async fn two_things_of_one_name_are_told_and_not_mixed_up() {
    let (_place, mut admin, site) = Place::with_site().await;
    for _ in 0..2 {
        admin.post(&format!("/api/v1/sites/{site}/offers"), &card("Card")).await.created();
    }
    let errors = admin.get(PATH).await.refused(409, "taken");
    assert!(errors[0].contains("two offers of a site of the name \"Card\""), "{errors:?}");
}

// spec: A-4
#[tokio::test]
async fn the_schema_takes_what_comes_out_and_refuses_what_the_server_refuses() {
    let place = Place::empty().await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    furnish(&place, &mut admin).await;
    let schema = place.browser().get("/api/configuration.schema.json").await.ok();
    let mut compiler = Compiler::new();
    compiler.add_resource("urn:beckon:configuration", schema).unwrap();
    let mut schemas = Schemas::new();
    let index = compiler.compile("urn:beckon:configuration", &mut schemas).unwrap();
    let file = admin.get(PATH).await.ok();
    if let Err(error) = schemas.validate(&file, index) {
        panic!("{error:#}");
    }
    for (pointer, value) in [
        ("/surprise", json!(1)),
        ("/sites/0/rules/0/plan/offer_id", json!("x")),
        ("/sites/0/rules/0/priority", json!("high")),
        ("/sites/0/queues/1/plan/routing/dequeue/queue", json!(1)),
        ("/sites/0/queues/1/agents", json!([1])),
        ("/webhooks/0/secret", json!("x")),
    ] {
        let mut wrong = file.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        wrong.pointer_mut(parent).unwrap()[name] = value;
        assert!(schemas.validate(&wrong, index).is_err(), "{pointer} is taken");
    }
}
