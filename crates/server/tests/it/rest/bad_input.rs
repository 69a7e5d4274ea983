//! Proves that whatever is sent is answered with a typed problem that names what is wrong, and changes nothing.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use beckon_server::http::BODY_BYTES_MAX;
use beckon_server::store::user::Role;
use serde_json::{Value, json};

use super::place::{Browser, Place, column};

async fn admin(place: &Place) -> Browser {
    place.signed_in("root", Role::Admin).await
}

#[tokio::test]
async fn what_is_not_json_is_told_so() {
    let place = Place::empty().await;
    let mut browser = admin(&place).await;
    for text in ["", "{", "{\"name\":}", "[1,", "\u{1}", "{\"name\":\"a\",\"origins\":[]} x"] {
        browser.send("POST", "/api/v1/sites", Body::from(text)).await.refused(400, "bad_json");
    }
    browser
        .send("POST", "/api/v1/sites", Body::from(b"{\"name\":\"\xff\",\"origins\":[]}".to_vec()))
        .await
        .refused(400, "bad_json");
    browser.headers = vec![(CONTENT_TYPE, "text/plain")];
    browser.post("/api/v1/sites", &json!({"name": "Shop", "origins": []})).await.refused(415, "not_json");
    browser.headers = vec![(CONTENT_TYPE, "Application/JSON; charset=utf-8")];
    browser.post("/api/v1/sites", &json!({"name": "Shop", "origins": []})).await.created();
}

#[tokio::test]
async fn what_is_too_large_is_told_so() {
    let place = Place::empty().await;
    let mut browser = admin(&place).await;
    let name = "x".repeat(BODY_BYTES_MAX);
    browser.post("/api/v1/sites", &json!({"name": name, "origins": []})).await.refused(413, "too_large");
    let deep = format!("{{\"name\":{}", "[".repeat(1000));
    browser.send("POST", "/api/v1/sites", Body::from(deep)).await.refused(422, "invalid");
    let names = browser.get("/api/v1/sites").await.ok();
    assert!(column(&names, "name").is_empty());
}

#[tokio::test]
async fn a_wrong_field_is_named_by_its_pointer() {
    let place = Place::empty().await;
    let mut browser = admin(&place).await;
    let cases: [(Value, &str, &str); 9] = [
        (json!([]), ": is not an object", "not an object"),
        (json!({"origins": []}), "/name: is missing", "a missing field"),
        (
            json!({"name": 7, "origins": []}),
            "/name: invalid type: integer `7`, expected a string",
            "a wrong type",
        ),
        (
            json!({"name": "Shop", "origins": [], "colour": "red"}),
            "/colour: unknown field `colour`",
            "an unknown field",
        ),
        (json!({"name": "Shop", "origins": ["a", 1]}), "/origins/1: invalid type", "a wrong type in a list"),
        (
            json!({"name": "Shop", "origins": [], "settings": {"pol_interval_s": 1}}),
            "/settings/pol_interval_s: unknown field",
            "an unknown field inside",
        ),
        (
            json!({"name": "Shop", "origins": [], "settings": {"poll_interval_s": -1}}),
            "/settings/poll_interval_s: invalid value",
            "a negative number",
        ),
        (
            json!({"name": "Shop", "origins": [], "settings": {"after_chat": "never"}}),
            "/settings/after_chat: unknown variant `never`",
            "a word that is no choice",
        ),
        (json!({"name": "Shop", "origins": null}), "/origins: invalid type: null", "null"),
    ];
    for (body, error, about) in cases {
        let errors = browser.post("/api/v1/sites", &body).await.refused(422, "invalid");
        assert_eq!(errors.len(), 1, "{about}");
        assert!(errors[0].starts_with(error), "{about}: {}", errors[0]);
    }
}

#[tokio::test]
async fn a_field_named_twice_is_refused() {
    let place = Place::empty().await;
    let mut browser = admin(&place).await;
    let body = "{\"name\":\"a\",\"name\":\"b\",\"origins\":[]}";
    let errors = browser.send("POST", "/api/v1/sites", Body::from(body)).await.refused(422, "invalid");
    assert!(errors[0].contains("duplicate field"), "{errors:?}");
}

#[tokio::test]
async fn a_change_leaves_out_but_never_takes_away() {
    let (_place, mut browser, site) = Place::with_site().await;
    let path = format!("/api/v1/sites/{site}");
    let before = browser.get(&path).await.ok();
    let errors = browser.patch(&path, &json!({"name": null})).await.refused(422, "invalid");
    assert_eq!(errors, ["/name: invalid type: null, expected a string"]);
    for field in ["id", "key", "config_version", "created_at"] {
        let errors = browser.patch(&path, &json!({field: before[field]})).await.refused(422, "invalid");
        assert!(errors[0].starts_with(&format!("/{field}: unknown field")), "{errors:?}");
    }
    assert_eq!(browser.get(&path).await.ok(), before);
}

#[tokio::test]
async fn an_address_that_leads_nowhere_is_told_so() {
    let place = Place::empty().await;
    let mut browser = admin(&place).await;
    for path in [
        "/api",
        "/api/v1",
        "/api/v1/nothing",
        "/api/v2/sites",
        "/api/v1/sites/not-an-id",
        "/api/v1/sites/00000000-0000-0000-0000-000000000000",
        "/api/v1/sites/00000000-0000-0000-0000-000000000000/rules",
        "/api/v1/rules/%00",
    ] {
        browser.get(path).await.refused(404, "not_found");
    }
    browser.send("PUT", "/api/v1/sites", Body::from("{}")).await.refused(405, "method_not_allowed");
    browser.delete("/api/v1/sites").await.refused(405, "method_not_allowed");
    browser.send("POST", "/settings", Body::empty()).await.refused(405, "method_not_allowed");
}

#[tokio::test]
async fn a_wrong_parameter_is_named() {
    let place = Place::empty().await;
    let mut browser = admin(&place).await;
    for (query, error) in [
        ("limit=0", "?limit: is not 1 to 200"),
        ("limit=201", "?limit: is not 1 to 200"),
        ("limit=many", "?limit: invalid digit found in string"),
        ("after=zz", "?after: is not a cursor of this list"),
        ("after=5b22612200", "?after: is not a cursor of this list"),
        ("page=2", "?page: unknown field `page`, expected `limit` or `after`"),
    ] {
        let errors = browser.get(&format!("/api/v1/sites?{query}")).await.refused(422, "invalid");
        assert_eq!(errors, [error], "{query}");
    }
}

#[tokio::test]
async fn characters_that_a_database_cannot_hold_are_refused() {
    let place = Place::empty().await;
    let mut browser = admin(&place).await;
    let errors =
        browser.post("/api/v1/sites", &json!({"name": "a\0b", "origins": []})).await.refused(422, "invalid");
    assert_eq!(errors, ["/name: has characters that cannot be shown"]);
    let credentials = json!({"email": "a\0@example.test", "password": "correct horse"});
    browser.post("/api/v1/session", &credentials).await.refused(422, "invalid");
}
