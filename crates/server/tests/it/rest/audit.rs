//! Proves the audit log: every administrative change leaves a line with before and after, and the configuration of a site can
//! go back to an earlier version.

use beckon_engine::id::{SiteId, UserId};
use beckon_server::jobs::sweep;
use beckon_server::store::Store;
use beckon_server::store::user::Role;
use serde_json::{Value, json};

use super::offers::card;
use super::place::{Browser, Place, column, id_of};
use crate::harness::store_tests;

store_tests!(
    a_line_says_what_was_and_what_is,
    what_is_published_at_once_is_one_version,
    secrets_never_stand_in_the_log,
    the_log_is_filtered_and_paged,
    lines_are_forgotten_after_400_days,
    a_site_goes_back_to_an_earlier_version_as_a_whole,
    queues_that_lead_to_each_other_come_back_and_switches_stay,
    the_first_change_that_is_kept_can_be_taken_back,
    what_no_longer_fits_is_refused_and_nothing_is_brought_back,
);

/// A site with a rule, in the hands of an administrator.
struct Scene {
    place: Place,
    root: UserId,
    admin: Browser,
    site: SiteId,
    offer: String,
    queue: String,
    rule: String,
}

impl Scene {
    async fn open(store: Store) -> Self {
        let place = Place::on(store, |_| {}).await;
        let root = place.user("root", Role::Admin).await;
        let mut admin = place.browser_of(root).await;
        let site =
            id_of(&admin.post("/api/v1/sites", &json!({"name": "Shop", "origins": []})).await.created());
        let path = format!("/api/v1/sites/{site}");
        let queue = id_of(&admin.get(&format!("{path}/queues")).await.ok()["items"][0]).to_string();
        let offer = id_of(&admin.post(&format!("{path}/offers"), &card("Card")).await.created()).to_string();
        let rule = json!({"priority": 5, "name": "Prices", "plan": {"offer_id": offer, "queue_id": queue}});
        let rule = id_of(&admin.post(&format!("{path}/rules"), &rule).await.created()).to_string();
        Self { place, root, admin, site: SiteId(site), offer, queue, rule }
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/v1/sites/{}{rest}", self.site)
    }

    /// `action kind name` of the newest lines, newest first.
    async fn lines(&mut self, limit: usize) -> Vec<String> {
        let page = self.admin.get(&format!("/api/v1/audit?limit={limit}")).await.ok();
        let text = |item: &Value, field: &str| item[field].as_str().unwrap().to_owned();
        let line = |item: &Value| [text(item, "action"), text(item, "kind"), text(item, "name")].join(" ");
        page["items"].as_array().unwrap().iter().map(line).collect()
    }

    async fn newest(&mut self) -> Value {
        let page = self.admin.get("/api/v1/audit?limit=1").await.ok();
        let id = id_of(&page["items"][0]);
        self.admin.get(&format!("/api/v1/audit/{id}")).await.ok()
    }

    async fn version(&mut self) -> i64 {
        let path = self.path("");
        self.admin.get(&path).await.ok()["config_version"].as_i64().unwrap()
    }
}

// spec: A-4
async fn a_line_says_what_was_and_what_is(store: Store) {
    let mut scene = Scene::open(store).await;
    let path = format!("/api/v1/rules/{}", scene.rule);
    scene.admin.patch(&path, &json!({"priority": 7})).await.ok();
    let line = scene.newest().await;
    let entry = &line["entry"];
    assert_eq!((&entry["user_name"], &entry["user_id"]), (&json!("root"), &json!(scene.root)));
    assert_eq!((&entry["changed"], &entry["subject"]), (&json!(["/priority"]), &json!(scene.rule)));
    assert_eq!(line["differences"], json!([{"pointer": "/priority", "before": 5, "after": 7}]));
    assert_eq!((&line["before"]["priority"], &line["after"]["priority"]), (&json!(5), &json!(7)));
    assert_eq!(entry["version"].as_i64(), Some(scene.version().await));
    let path = format!("/api/v1/audit/{}", id_of(entry));
    let noted = scene.admin.patch(&path, &json!({"note": " Prices first. "})).await.ok();
    assert_eq!(noted["note"], "Prices first.");
    assert_eq!(scene.newest().await["entry"]["note"], "Prices first.");
    let mut other = scene.place.signed_in("ben", Role::Admin).await;
    other.patch(&path, &json!({"note": "Mine."})).await.refused(403, "forbidden");
    let long = json!({"note": "x".repeat(501)});
    assert_eq!(scene.admin.patch(&path, &long).await.refused(422, "invalid").len(), 1);
}

// spec: A-4
async fn what_is_published_at_once_is_one_version(store: Store) {
    let mut scene = Scene::open(store).await;
    let before = scene.version().await;
    let queue = json!({"name": "Sales", "agents": [scene.root]});
    let queue = scene.admin.post(&scene.path("/queues"), &queue).await.created();
    assert_eq!(scene.version().await, before + 1);
    let path = format!("/api/v1/queues/{}", id_of(&queue));
    scene.admin.patch(&path, &json!({"name": "Orders", "agents": []})).await.ok();
    assert_eq!(scene.version().await, before + 2);
}

// spec: A-4
async fn secrets_never_stand_in_the_log(store: Store) {
    let mut scene = Scene::open(store).await;
    let root = format!("/api/v1/users/{}", scene.root);
    scene.admin.patch(&root, &json!({"password": "correct horse battery"})).await.ok();
    let line = scene.newest().await;
    assert_eq!((&line["entry"]["action"], &line["entry"]["detail"]), (&json!("changed"), &json!("password")));
    let hook = json!({"name": "CRM", "url": "https://crm.example/hook", "events": ["chat.ended"]});
    let made = scene.admin.post("/api/v1/webhooks", &hook).await.created();
    let created = scene.newest().await;
    let path = format!("/api/v1/webhooks/{}/secret", id_of(&made["webhook"]));
    scene.admin.post(&path, &json!({})).await.created();
    let changed = scene.newest().await;
    assert_eq!(changed["entry"]["detail"], "secret");
    let text = format!("{line} {created} {changed}");
    assert!(!text.contains("battery") && !text.contains("argon2") && !text.contains("whsec_"), "{text}");
    assert!(!text.contains(&made["secret"].as_str().unwrap()[6..]), "{text}");
}

// spec: A-4 A-6
async fn the_log_is_filtered_and_paged(store: Store) {
    let mut scene = Scene::open(store).await;
    let second = scene.place.user("ben", Role::Admin).await;
    let mut ben = scene.place.browser_of(second).await;
    let path = format!("/api/v1/rules/{}", scene.rule);
    scene.place.clock.advance_ms(1_000);
    let later = scene.place.clock.now().0;
    for priority in 10..13 {
        ben.patch(&path, &json!({"priority": priority})).await.ok();
    }
    ben.patch("/api/v1/workspace", &json!({"wait_amber_s": 31})).await.ok();
    let site = scene.site;
    for (query, count) in [
        (String::new(), 8),
        (format!("site={site}"), 7),
        (format!("user={second}"), 4),
        (format!("user={second}&kind=rule"), 3),
        ("kind=workspace".to_owned(), 1),
        (format!("from={later}"), 4),
        (format!("until={later}"), 4),
    ] {
        let mut found = Vec::new();
        let mut next = String::new();
        loop {
            let page = scene.admin.get(&format!("/api/v1/audit?limit=2&{query}{next}")).await.ok();
            found.extend(column(&page, "id"));
            let Some(cursor) = page["next"].as_str() else { break };
            next = format!("&after={cursor}");
        }
        assert_eq!(found.len(), count, "{query}");
        found.dedup();
        assert_eq!(found.len(), count, "{query}: a line came twice");
    }
    assert!(!scene.admin.get("/api/v1/audit?kind=shoe").await.refused(422, "invalid").is_empty());
}

// spec: A-4
async fn lines_are_forgotten_after_400_days(store: Store) {
    let mut scene = Scene::open(store.clone()).await;
    let day_ms = 86_400_000;
    scene.place.clock.advance_ms(400 * day_ms);
    sweep(&store, &scene.place.clock).await.unwrap();
    scene.admin = scene.place.browser_of(scene.root).await;
    assert_eq!(scene.lines(10).await.len(), 4);
    scene.place.clock.advance_ms(1);
    sweep(&store, &scene.place.clock).await.unwrap();
    assert_eq!(scene.lines(10).await.len(), 0);
}

// spec: R-7 A-4
async fn a_site_goes_back_to_an_earlier_version_as_a_whole(store: Store) {
    let mut scene = Scene::open(store).await;
    let agent = scene.place.user("agent", Role::Agent).await;
    let (queue, offer, rule) = (scene.queue.clone(), scene.offer.clone(), scene.rule.clone());
    let queue = format!("/api/v1/queues/{queue}");
    scene.admin.patch(&queue, &json!({"agents": [agent]})).await.ok();
    let good = scene.version().await;
    let mut earlier =
        [scene.admin.get(&queue).await.ok(), scene.admin.get(&format!("/api/v1/rules/{rule}")).await.ok()];
    let (site, offers, rules) = (scene.path(""), scene.path("/offers"), scene.path("/rules"));
    let settings = scene.admin.get(&site).await.ok()["settings"].clone();
    let mut other = settings.clone();
    other["minimum_interval_s"] = json!(5);
    scene.admin.patch(&site, &json!({"settings": other, "name": "Store"})).await.ok();
    scene.admin.patch(&queue, &json!({"name": "Sales", "agents": []})).await.ok();
    scene.admin.patch(&queue, &json!({"name": "Sales and help"})).await.ok();
    scene.admin.delete(&format!("/api/v1/rules/{rule}")).await.done();
    scene.admin.delete(&format!("/api/v1/offers/{offer}")).await.done();
    let new = id_of(&scene.admin.post(&offers, &card("New")).await.created());
    let plan = json!({"offer_id": new, "queue_id": scene.queue});
    scene.admin.post(&rules, &json!({"priority": 1, "name": "New", "plan": plan})).await.created();

    let back = scene.admin.post(&scene.path("/versions"), &json!({"version": good})).await.ok();
    assert_eq!((&back["site"]["name"], &back["site"]["settings"]), (&json!("Shop"), &settings));
    assert!(back["site"]["config_version"].as_i64().unwrap() > good);
    let mut now =
        [scene.admin.get(&queue).await.ok(), scene.admin.get(&format!("/api/v1/rules/{rule}")).await.ok()];
    for thing in earlier.iter_mut().chain(&mut now) {
        thing.as_object_mut().unwrap().remove("updated_at");
    }
    assert_eq!(now, earlier);
    assert_eq!(column(&scene.admin.get(&offers).await.ok(), "name"), ["Card"]);
    assert_eq!(column(&scene.admin.get(&rules).await.ok(), "name"), ["Prices"]);
    let versions = scene.admin.get(&scene.path("/versions?limit=1")).await.ok();
    assert_eq!(versions["items"][0]["action"], "restored");
    assert_eq!(versions["items"][0]["detail"], good.to_string());
    // And forward again: a way back is a change like any other.
    let lines = scene.admin.get(&scene.path("/versions")).await.ok();
    let bad = lines["items"].as_array().unwrap().iter().find(|line| line["action"] != "restored").unwrap();
    scene.admin.post(&scene.path("/versions"), &json!({"version": bad["version"]})).await.ok();
    assert_eq!(column(&scene.admin.get(&rules).await.ok(), "name"), ["New"]);
    assert_eq!(scene.admin.get(&queue).await.ok()["name"], "Sales and help");
}

// spec: R-7 A-4
async fn queues_that_lead_to_each_other_come_back_and_switches_stay(store: Store) {
    let mut scene = Scene::open(store).await;
    let queue = format!("/api/v1/queues/{}", scene.queue);
    let second = scene.admin.post(&scene.path("/queues"), &json!({"name": "Second"})).await.created();
    let second = format!("/api/v1/queues/{}", id_of(&second));
    let mut plan = scene.admin.get(&queue).await.ok()["plan"].clone();
    plan["routing"]["dequeue"] = json!({"do": "queue", "queue_id": second.rsplit('/').next()});
    scene.admin.patch(&queue, &json!({"plan": plan})).await.ok();
    let good = scene.version().await;
    let always = json!({"name": "Sales", "plan": {}});
    scene.admin.patch(&queue, &always).await.ok();
    scene.admin.delete(&second).await.done();
    scene.admin.patch(&format!("{queue}/switches"), &json!({"channel_on": false})).await.ok();
    scene.admin.post(&scene.path("/versions"), &json!({"version": good})).await.ok();
    let back = scene.admin.get(&queue).await.ok();
    assert_eq!((&back["name"], &back["plan"]), (&json!("Chat"), &plan));
    assert_eq!(back["channel_on"], false, "what was switched by hand stays");
    assert_eq!(scene.admin.get(&second).await.ok()["name"], "Second");
}

// spec: R-7 A-4
async fn the_first_change_that_is_kept_can_be_taken_back(store: Store) {
    let mut scene = Scene::open(store.clone()).await;
    // As on a site that is older than its log.
    let day_ms = 86_400_000;
    scene.place.clock.advance_ms(401 * day_ms);
    sweep(&store, &scene.place.clock).await.unwrap();
    scene.admin = scene.place.browser_of(scene.root).await;
    let rule = format!("/api/v1/rules/{}", scene.rule);
    let before = scene.version().await;
    scene.admin.patch(&rule, &json!({"priority": 9})).await.ok();
    scene.admin.post(&scene.path("/versions"), &json!({"version": before})).await.ok();
    assert_eq!(scene.admin.get(&rule).await.ok()["priority"], 5);
}

// spec: R-7 A-4
async fn what_no_longer_fits_is_refused_and_nothing_is_brought_back(store: Store) {
    let mut scene = Scene::open(store).await;
    let rule = format!("/api/v1/rules/{}", scene.rule);
    let queue = format!("/api/v1/queues/{}", scene.queue);
    let (offers, rules) = (scene.path("/offers"), scene.path("/rules"));
    let before = scene.version().await;
    scene.admin.patch(&rule, &json!({"priority": 9})).await.ok();
    let offer = id_of(&scene.admin.post(&offers, &card("New")).await.created());
    // The launch criteria of a queue that stays present the new offer.
    let mut second = json!({"name": "Second"});
    second["plan"] = scene.admin.get(&queue).await.ok()["plan"].clone();
    second["plan"]["launch_offer_id"] = json!(offer);
    scene.admin.post(&scene.path("/queues"), &second).await.created();
    let path = scene.path("/versions");
    scene.admin.post(&path, &json!({"version": before})).await.refused(409, "in_use");
    assert_eq!(scene.admin.get(&rule).await.ok()["priority"], 9);
    assert_eq!(column(&scene.admin.get(&rules).await.ok(), "name"), ["Prices"]);
    for version in [-1, 1_000] {
        let refused = scene.admin.post(&path, &json!({"version": version})).await;
        assert_eq!(refused.refused(422, "invalid"), ["/version: is not a version that is kept"]);
    }
}
