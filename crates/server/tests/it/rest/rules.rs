//! Proves rules: their order, what the engine refuses, and that offer and queue are of the same site.

use serde_json::{Value, json};
use uuid::Uuid;

use super::offers::card;
use super::place::{Browser, Place, column, id_of};

/// A site with a queue and an offer.
struct Scene {
    _place: Place,
    admin: Browser,
    rules: String,
    queue: Uuid,
    offer: Uuid,
}

async fn scene() -> Scene {
    let (place, mut admin, site) = Place::with_site().await;
    let queue = id_of(&admin.get(&format!("/api/v1/sites/{site}/queues")).await.ok()["items"][0]);
    let offer = id_of(&admin.post(&format!("/api/v1/sites/{site}/offers"), &card("Card")).await.created());
    Scene { _place: place, admin, rules: format!("/api/v1/sites/{site}/rules"), queue, offer }
}

impl Scene {
    fn rule(&self, priority: i64, name: &str, plan: &Value) -> Value {
        let mut whole = json!({"offer_id": self.offer, "queue_id": self.queue});
        whole.as_object_mut().unwrap().extend(plan.as_object().unwrap().clone());
        json!({"priority": priority, "name": name, "plan": whole})
    }
}

// spec: R-1
#[tokio::test]
async fn rules_are_listed_by_priority_then_name_in_pages() {
    let mut scene = scene().await;
    for (priority, name) in [(20, "b"), (3, "z"), (20, "A"), (100, "a")] {
        let rule = scene.rule(priority, name, &json!({}));
        scene.admin.post(&scene.rules, &rule).await.created();
    }
    let mut names = Vec::new();
    let mut next = String::new();
    loop {
        let page = scene.admin.get(&format!("{}?limit=3{next}", scene.rules)).await.ok();
        names.extend(column(&page, "name"));
        let Some(cursor) = page["next"].as_str() else { break };
        next = format!("&after={cursor}");
    }
    assert_eq!(names, ["z", "A", "b", "a"]);
}

// spec: R-1 A-4
#[tokio::test]
async fn a_rule_is_moved_and_only_its_own_priority_changes_where_there_is_room() {
    let mut scene = scene().await;
    let mut ids = Vec::new();
    for (priority, name) in [(1, "a"), (2, "b"), (2, "c"), (50, "d")] {
        let rule = scene.rule(priority, name, &json!({}));
        ids.push(id_of(&scene.admin.post(&scene.rules, &rule).await.created()));
    }
    let [a, b, c, d] = ids[..] else { panic!() };
    let place = |rule: Uuid| format!("/api/v1/rules/{rule}/place");
    let put = async |admin: &mut Browser, rule: Uuid, before: Value| {
        admin.send("PUT", &place(rule), json!({ "before": before }).to_string().into()).await
    };
    let order = async |scene: &mut Scene| -> Vec<String> {
        let page = scene.admin.get(&scene.rules).await.ok();
        let line = |item: &Value| format!("{}{}", item["name"].as_str().unwrap(), item["priority"]);
        page["items"].as_array().unwrap().iter().map(line).collect()
    };
    put(&mut scene.admin, a, json!(d)).await.done();
    assert_eq!(order(&mut scene).await, ["b2", "c2", "a26", "d50"]);
    put(&mut scene.admin, d, json!(b)).await.done();
    assert_eq!(order(&mut scene).await, ["d1", "b2", "c2", "a26"]);
    // No room before the first: the others move apart, and equal ones stay equal.
    put(&mut scene.admin, a, json!(d)).await.done();
    assert_eq!(order(&mut scene).await, ["a10", "d20", "b30", "c30"]);
    put(&mut scene.admin, a, Value::Null).await.done();
    assert_eq!(order(&mut scene).await, ["d20", "b30", "c30", "a40"]);
    let lines = scene.admin.get("/api/v1/audit?kind=rule&limit=1").await.ok();
    assert_eq!(lines["items"][0]["changed"], json!(["/priority"]));
    let refused = put(&mut scene.admin, a, json!(a)).await.refused(422, "invalid");
    assert_eq!(refused, ["/before: is no other rule of this site"]);
    put(&mut scene.admin, Uuid::nil(), json!(c)).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_rule_is_made_changed_and_removed() {
    let mut scene = scene().await;
    let plan = json!({"match_value": "/product/", "required_time_s": 10});
    let rule = scene.admin.post(&scene.rules, &scene.rule(1, "First", &plan)).await.created();
    assert_eq!(rule["enabled"], true);
    assert_eq!(rule["plan"]["page_view_count"], 1);
    assert_eq!(rule["plan"]["match_type"], "contains");
    let path = format!("/api/v1/rules/{}", id_of(&rule));
    let changed = scene.admin.patch(&path, &json!({"enabled": false, "priority": 9_999})).await.ok();
    assert_eq!((&changed["enabled"], &changed["priority"]), (&json!(false), &json!(9_999)));
    assert_eq!(changed["plan"], rule["plan"]);
    assert_eq!(scene.admin.get(&path).await.ok(), changed);
    scene.admin.delete(&path).await.done();
    scene.admin.get(&path).await.refused(404, "not_found");
}

// spec: R-6
#[tokio::test]
async fn a_regular_expression_is_refused_with_its_position() {
    let mut scene = scene().await;
    let plan = json!({"match_type": "regex", "match_value": "/product/(a|b"});
    let errors = scene.admin.post(&scene.rules, &scene.rule(1, "First", &plan)).await.refused(422, "invalid");
    assert_eq!(
        errors,
        [
            "/plan/match_value: is not a valid regular expression: unclosed group (at character 9, counted from 0)"
        ]
    );
    let plan = json!({"match_type": "regex", "match_value": "/product/(a|b)"});
    let rule = scene.admin.post(&scene.rules, &scene.rule(1, "First", &plan)).await.created();
    let path = format!("/api/v1/rules/{}", id_of(&rule));
    let bad = scene.rule(1, "First", &json!({"match_type": "regex", "match_value": "(?=a)"}));
    scene.admin.patch(&path, &json!({"plan": bad["plan"]})).await.refused(422, "invalid");
    assert_eq!(scene.admin.get(&path).await.ok(), rule, "nothing was changed");
}

#[tokio::test]
async fn every_range_of_a_rule_holds() {
    let mut scene = scene().await;
    for (priority, plan, error) in [
        (0, json!({}), "/priority: is not 1 to 9999"),
        (10_000, json!({}), "/priority: is not 1 to 9999"),
        (1, json!({"page_view_count": 0}), "/plan/page_view_count: is not 1 to 1000"),
        (1, json!({"chat_priority": 10}), "/plan/chat_priority: is not 0 to 9"),
        (1, json!({"required_time_s": 86_401}), "/plan/required_time_s: is not 0 to 86400"),
        (1, json!({"offer_id": null}), "/plan/offer_id: is required when the action is invite"),
        (1, json!({"match_value": "x".repeat(2_001)}), "/plan/match_value: has more than 2000 characters"),
        (1, json!({"match_typ": "regex"}), "/plan/match_typ: unknown field"),
    ] {
        let rule = scene.rule(priority, "First", &plan);
        let errors = scene.admin.post(&scene.rules, &rule).await.refused(422, "invalid");
        assert!(errors.len() == 1 && errors[0].starts_with(error), "{errors:?}");
    }
    assert!(column(&scene.admin.get(&scene.rules).await.ok(), "name").is_empty());
}

// spec: X-6
#[tokio::test]
async fn offer_and_queue_are_of_the_same_site() {
    let mut scene = scene().await;
    let other = scene.admin.post("/api/v1/sites", &json!({"name": "Other", "origins": []})).await.created();
    let elsewhere = format!("/api/v1/sites/{}/rules", id_of(&other));
    let rule = scene.rule(1, "First", &json!({}));
    let errors = scene.admin.post(&elsewhere, &rule).await.refused(422, "invalid");
    assert_eq!(
        errors,
        ["/plan/queue_id: is not a queue of this site", "/plan/offer_id: is not an offer of this site"]
    );
    let unknown = scene.rule(1, "First", &json!({"offer_id": Uuid::nil()}));
    let errors = scene.admin.post(&scene.rules, &unknown).await.refused(422, "invalid");
    assert_eq!(errors, ["/plan/offer_id: is not an offer of this site"]);
}

// spec: R-8 A-4
#[tokio::test]
async fn a_rule_is_checked_without_being_saved() {
    let mut scene = scene().await;
    let path = format!("{}/check", scene.rules);
    let inner = json!({"type": "custom_event", "name": "", "at_least": 1, "within_s": 60});
    let conditions = json!({"type": "all", "of": [{"type": "not", "of": {"type": "any", "of": [inner]}}]});
    let bad = scene.rule(1, "First", &json!({ "conditions": conditions }));
    let errors = scene.admin.post(&path, &bad).await.refused(422, "invalid");
    assert_eq!(errors, ["/plan/conditions/of/0/of/of/0/name: is empty"]);
    let good = scene.rule(1, "First", &json!({"conditions": {"type": "exit_intent"}}));
    scene.admin.post(&path, &good).await.done();
    assert!(column(&scene.admin.get(&scene.rules).await.ok(), "name").is_empty());
}
