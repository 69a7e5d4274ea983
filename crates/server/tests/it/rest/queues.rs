//! Proves queues: one default a site, agents who exist, hours that say when they change, and every part checked.

use beckon_engine::id::SiteId;
use beckon_server::store::user::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use super::place::{Browser, Place, column, id_of};
use crate::harness::START;

async fn defaults(admin: &mut Browser, site: SiteId) -> Vec<String> {
    let list = admin.get(&format!("/api/v1/sites/{site}/queues")).await.ok();
    let items = list["items"].as_array().unwrap().iter();
    items
        .filter(|item| item["is_default"] == true)
        .map(|item| item["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_site_has_one_queue_of_the_launcher() {
    let (_place, mut admin, site) = Place::with_site().await;
    let list = format!("/api/v1/sites/{site}/queues");
    assert_eq!(defaults(&mut admin, site).await, ["Chat"]);
    let sales = admin.post(&list, &json!({"name": "Sales"})).await.created();
    assert_eq!(defaults(&mut admin, site).await, ["Chat"]);
    let path = format!("/api/v1/queues/{}", id_of(&sales));
    admin.patch(&path, &json!({"is_default": true})).await.ok();
    assert_eq!(defaults(&mut admin, site).await, ["Sales"]);
    admin.patch(&path, &json!({"is_default": false})).await.refused(409, "default_queue");
    admin.delete(&path).await.refused(409, "default_queue");
    admin.post(&list, &json!({"name": "Support", "is_default": true})).await.created();
    assert_eq!(defaults(&mut admin, site).await, ["Support"]);
    admin.delete(&path).await.done();
    assert_eq!(column(&admin.get(&list).await.ok(), "name"), ["Chat", "Support"]);
}

#[tokio::test]
async fn agents_of_a_queue_are_users() {
    let (place, mut admin, site) = Place::with_site().await;
    let (alice, bob) = (place.user("alice", Role::Agent).await, place.user("bob", Role::Agent).await);
    let list = format!("/api/v1/sites/{site}/queues");
    let queue = admin.post(&list, &json!({"name": "Sales", "agents": [bob, alice, bob]})).await.created();
    assert_eq!(queue["agents"], json!([alice, bob]));
    let path = format!("/api/v1/queues/{}", id_of(&queue));
    let errors = admin.patch(&path, &json!({"agents": [alice, Uuid::nil()]})).await.refused(422, "invalid");
    assert_eq!(errors, ["/agents/1: is not a user"]);
    admin.patch(&path, &json!({"channel_on": false})).await.ok();
    let mut agent = place.browser_of(alice).await;
    let seen = agent.get(&path).await.ok();
    assert_eq!((&seen["agents"], &seen["channel_on"]), (&json!([alice, bob]), &json!(false)));
    assert_eq!(agent.get(&list).await.ok()["items"][1]["agents"], json!([alice, bob]));
    admin.patch(&path, &json!({"agents": []})).await.ok();
    assert_eq!(agent.get(&path).await.ok()["agents"], json!([]));
}

// spec: Q-1
#[tokio::test]
async fn a_queue_says_whether_it_is_open_and_until_when() {
    let (_place, mut admin, site) = Place::with_site().await;
    let list = format!("/api/v1/sites/{site}/queues");
    // The test begins on a Monday at 09:00 UTC, which is 10:00 in Zurich.
    let hours = |from: &str, to: &str| {
        let weekly = json!([{"weekday": 1, "from": from, "to": to}]);
        json!({"hours": {"time_zone": "Europe/Zurich", "weekly": weekly}})
    };
    let open = admin.post(&list, &json!({"name": "Open", "plan": hours("08:00", "12:00")})).await.created();
    assert_eq!(open["open_now"], true);
    assert_eq!(open["next_change_at"], START.0 + 2 * 3_600_000);
    let shut = admin.post(&list, &json!({"name": "Shut", "plan": hours("13:00", "17:00")})).await.created();
    assert_eq!(shut["open_now"], false);
    assert_eq!(shut["next_change_at"], START.0 + 3 * 3_600_000);
    let always = admin.post(&list, &json!({"name": "Always"})).await.created();
    assert_eq!((&always["open_now"], &always["next_change_at"]), (&json!(true), &Value::Null));
}

#[tokio::test]
async fn every_part_of_a_queue_is_checked() {
    let (_place, mut admin, site) = Place::with_site().await;
    let list = format!("/api/v1/sites/{site}/queues");
    let field = |key: &str, kind: &str| json!({"key": key, "type": kind, "label": {"en": "Label"}});
    for (plan, expected) in [
        (json!({"hours": {"time_zone": "Mars/Base"}}), "/plan/hours/time_zone: is not an IANA time zone"),
        (
            json!({"hours": {"weekly": [{"weekday": 8, "from": "08:00", "to": "09:00"}]}}),
            "/plan/hours/weekly/0/weekday: is not 1 (Monday) to 7 (Sunday)",
        ),
        (json!({"launch_after_s": 86_401}), "/plan/launch_after_s: is not 0 to 86400"),
        (json!({"launch_offer_id": Uuid::nil()}), "/plan/launch_offer_id: is not an offer of this site"),
        (json!({"routing": {"ring_time_s": 4}}), "/plan/routing/ring_time_s: is not 5 to 300"),
        (json!({"routing": {"ring_tim_s": 4}}), "/plan/routing/ring_tim_s: unknown field"),
        (
            json!({"form_invite": [field("E-mail", "email")]}),
            "/plan/form_invite/0/key: is not 1 to 40 characters",
        ),
        (
            json!({"form_reactive": [field("a", "text"), field("a", "text")]}),
            "/plan/form_reactive/1/key: is in the form twice",
        ),
        (
            json!({"form_invite": [field("a", "select")]}),
            "/plan/form_invite/0/choices: has not 1 to 100 entries but 0",
        ),
        (
            json!({"form_invite": [field("a", "colour")]}),
            "/plan/form_invite/0/type: unknown variant `colour`",
        ),
        (
            json!({"form_invite": [{"key": "a", "type": "text", "label": {}}]}),
            "/plan/form_invite/0/label: has not 1 to 40 entries but 0",
        ),
        (
            json!({"alternatives": {"no_agent": {"do": "url", "url": "javascript:alert(1)"}}}),
            "/plan/alternatives/no_agent/url: is not an https: or http: address",
        ),
        (json!({"styling": {"color": "#12345"}}), "/plan/styling/color: is not a colour as #rrggbb"),
        (
            json!({"alternatives": {"no_agent": {"do": "message", "texts": {"de": "x".repeat(401)}}}}),
            "/plan/alternatives/no_agent/texts/de: has more than 400 characters",
        ),
        (
            json!({"routing": {"dequeue": {"do": "message", "texts": {"x": ""}}}}),
            "/plan/routing/dequeue/texts/x: is not the tag of a language such as en or pt-BR",
        ),
        (
            json!({"styling": {"launcher_label": "x".repeat(31)}}),
            "/plan/styling/launcher_label: has more than 30 characters",
        ),
        (
            json!({"styling": {"texts": {"de": {"title": "x".repeat(61)}}}}),
            "/plan/styling/texts/de/title: has more than 60 characters",
        ),
        (json!({"styling": {"title": "x".repeat(61)}}), "/plan/styling/title: has more than 60 characters"),
    ] {
        let errors = admin.post(&list, &json!({"name": "Sales", "plan": plan})).await.refused(422, "invalid");
        assert!(errors.len() == 1 && errors[0].starts_with(expected), "{errors:?}");
    }
    assert_eq!(column(&admin.get(&list).await.ok(), "name"), ["Chat"]);
}

#[tokio::test]
async fn a_queue_that_a_rule_leads_to_stays() {
    let (_place, mut admin, site) = Place::with_site().await;
    let queue = id_of(
        &admin.post(&format!("/api/v1/sites/{site}/queues"), &json!({"name": "Sales"})).await.created(),
    );
    let plan = json!({"queue_id": queue, "action": "engage_without_invite"});
    let rule = json!({"priority": 1, "name": "First", "plan": plan});
    let rule = id_of(&admin.post(&format!("/api/v1/sites/{site}/rules"), &rule).await.created());
    let path = format!("/api/v1/queues/{queue}");
    admin.delete(&path).await.refused(409, "in_use");
    admin.delete(&format!("/api/v1/rules/{rule}")).await.done();
    admin.delete(&path).await.done();
}
