//! Proves users: unique addresses, checked fields, sessions that end with what they rest on, and a last administrator.

use beckon_server::store::user::Role;
use serde_json::json;

use super::place::{PASSWORD, Place, column, id_of};

#[tokio::test]
async fn a_user_is_made_changed_and_removed() {
    let place = Place::empty().await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    let new = json!({"email": "Alice@Example.test", "name": "Alice", "role": "agent", "password": PASSWORD});
    let alice = admin.post("/api/v1/users", &new).await.created();
    let path = format!("/api/v1/users/{}", id_of(&alice));
    assert_eq!(alice["email"], "alice@example.test");
    assert_eq!((&alice["slots"], &alice["disabled"]), (&json!(3), &json!(false)));
    assert!(!alice.to_string().contains("argon2"), "no answer has a password's hash");
    let changed = admin.patch(&path, &json!({"name": "Alicia", "role": "supervisor", "slots": 0})).await.ok();
    assert_eq!(
        (&changed["name"], &changed["role"], &changed["slots"]),
        (&json!("Alicia"), &json!("supervisor"), &json!(0))
    );
    assert_eq!(admin.get(&path).await.ok(), changed);
    admin.delete(&path).await.done();
    admin.get(&path).await.refused(404, "not_found");
}

#[tokio::test]
async fn an_email_belongs_to_one_user() {
    let place = Place::empty().await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    let new = json!({"email": "ROOT@example.test", "name": "Other", "role": "agent", "password": PASSWORD});
    let errors = admin.post("/api/v1/users", &new).await.refused(409, "taken");
    assert_eq!(errors, ["/email: belongs to another user"]);
}

#[tokio::test]
async fn all_that_is_wrong_with_a_user_is_told_at_once() {
    let place = Place::empty().await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    let new = json!({"email": "nobody", "name": "x".repeat(101), "role": "agent", "password": "short", "slots": 51});
    let errors = admin.post("/api/v1/users", &new).await.refused(422, "invalid");
    assert_eq!(
        errors,
        [
            "/email: is not an e-mail address",
            "/name: has more than 100 characters",
            "/slots: is not 0 to 50",
            "/password: has less than 10 characters",
        ]
    );
    let errors = admin
        .post(
            "/api/v1/users",
            &json!({"email": "a@b.test", "name": "A", "role": "boss", "password": PASSWORD}),
        )
        .await
        .refused(422, "invalid");
    assert!(errors[0].starts_with("/role: unknown variant `boss`"), "{errors:?}");
}

#[tokio::test]
async fn users_come_in_pages_for_supervisors() {
    let place = Place::empty().await;
    let mut supervisor = place.signed_in("c", Role::Supervisor).await;
    for name in ["a", "e", "b", "d"] {
        place.user(name, Role::Agent).await;
    }
    let first = supervisor.get("/api/v1/users?limit=2").await.ok();
    assert_eq!(column(&first, "name"), ["a", "b"]);
    let next = first["next"].as_str().unwrap();
    let second = supervisor.get(&format!("/api/v1/users?limit=3&after={next}")).await.ok();
    assert_eq!(column(&second, "name"), ["c", "d", "e"]);
    assert!(second["next"].is_null());
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let place = Place::empty().await;
    let root = place.user("root", Role::Admin).await;
    let mut admin = place.browser_of(root).await;
    let path = format!("/api/v1/users/{root}");
    admin.patch(&path, &json!({"role": "agent"})).await.refused(409, "last_admin");
    admin.patch(&path, &json!({"disabled": true})).await.refused(409, "last_admin");
    admin.delete(&path).await.refused(409, "last_admin");
    let second = place.user("second", Role::Admin).await;
    admin.patch(&format!("/api/v1/users/{second}"), &json!({"disabled": true})).await.ok();
    admin.delete(&path).await.refused(409, "last_admin");
    admin.patch(&format!("/api/v1/users/{second}"), &json!({"disabled": false})).await.ok();
    admin.patch(&path, &json!({"role": "agent"})).await.ok();
    admin.patch(&path, &json!({"role": "admin"})).await.refused(403, "forbidden");
}

#[tokio::test]
async fn sessions_end_with_what_they_rest_on() {
    let place = Place::empty().await;
    let root = place.user("root", Role::Admin).await;
    let alice = place.user("alice", Role::Agent).await;
    let mut admin = place.browser_of(root).await;
    let mut at_home = place.browser_of(root).await;
    let mut of_alice = place.browser_of(alice).await;
    let path = format!("/api/v1/users/{alice}");

    admin.patch(&path, &json!({"password": "another horse"})).await.ok();
    assert!(of_alice.get("/api/v1/session").await.ok().is_null());
    let mut of_alice = place.browser_of(alice).await;
    admin.patch(&path, &json!({"disabled": true})).await.ok();
    assert!(of_alice.get("/api/v1/session").await.ok().is_null());
    admin.patch(&path, &json!({"disabled": false})).await.ok();
    assert!(of_alice.get("/api/v1/session").await.ok().is_null());

    admin.patch(&format!("/api/v1/users/{root}"), &json!({"password": "another horse"})).await.ok();
    assert!(at_home.get("/api/v1/session").await.ok().is_null());
    admin.get("/api/v1/session").await.ok();
    let credentials = json!({"email": "root@example.test", "password": "another horse"});
    place.browser().post("/api/v1/session", &credentials).await.ok();
}
