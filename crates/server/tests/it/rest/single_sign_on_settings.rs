//! Proves the settings of single sign-on: what administrators see, what is refused, and what the test says of a provider.

use beckon_server::store::Store;
use beckon_server::store::user::Role;
use serde_json::{Value, json};

use super::place::Place;
use super::provider::{CLIENT_SECRET, Provider};
use super::single_sign_on::{SETTINGS, Stage};
use crate::harness::vault;
use crate::listener::Listener;

// spec: A-4
#[tokio::test]
async fn the_secret_is_not_shown_and_goes_to_no_other_provider() {
    let dir = tempfile::tempdir().unwrap();
    let mut stage = Stage::on(Store::open_sqlite(dir.path()).await.unwrap().with_vault(vault())).await;
    let shown = stage.admin.get(SETTINGS).await;
    assert_eq!(shown.ok()["has_secret"], true);
    assert!(!shown.text.contains(CLIENT_SECRET));
    assert!(!stage.admin.get("/api/v1/audit").await.text.contains(CLIENT_SECRET));
    let other = json!({"issuer": "https://id.example"});
    assert_eq!(
        stage.admin.patch(SETTINGS, &other).await.refused(422, "invalid"),
        ["/client_secret: is missing, without which nobody can sign in through the provider"]
    );
    stage.set(json!({"issuer": "https://id.example", "enabled": false})).await;
    assert_eq!(stage.admin.get(SETTINGS).await.ok()["has_secret"], false);
    stage.set(json!({"client_secret": "x"})).await;
    assert_eq!(stage.line().await["detail"], "client_secret");
}

// spec: A-4
#[tokio::test]
async fn what_is_wrong_with_the_settings_is_said_at_the_field() {
    let place = Place::empty().await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    for (settings, detail) in [
        (json!({"button": " "}), "/button: is empty"),
        (json!({"issuer": "http://id.example"}), "/issuer: does not begin with https://"),
        (
            json!({"issuer": "https://10.0.0.1"}),
            "/issuer: is in a private network, which the operator has not allowed",
        ),
        (
            json!({"issuer": "https://id.example/?a=b"}),
            "/issuer: is not an address of a provider: https, without query and password",
        ),
        (json!({"scopes": ["a b"]}), "/scopes/0: is no scope"),
        (
            json!({"default_role": "admin"}),
            "/default_role: is that of administrators, which only a value of the claim gives",
        ),
        (
            json!({"create_users": true, "default_role": null}),
            "/default_role: is null, and no claim decides the role instead",
        ),
        (json!({"role_values": {"agent": [""]}}), "/role_values/agent/0: is empty"),
    ] {
        assert_eq!(admin.patch(SETTINGS, &settings).await.refused(422, "invalid"), [detail], "{settings}");
    }
    let missing = admin.patch(SETTINGS, &json!({"enabled": true})).await.refused(422, "invalid");
    assert_eq!(missing.len(), 3, "{missing:?}");
    let shown = admin.get(SETTINGS).await.ok();
    assert_eq!(
        (&shown["enabled"], &shown["passwords"], &shown["create_users"]),
        (&json!(false), &json!(true), &json!(false))
    );
}

// spec: A-4
#[tokio::test]
async fn the_test_says_exactly_what_is_wrong_with_a_provider() {
    let place = Place::with(|api| api.outbound = Listener::outbound()).await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    let mut test = async |issuer: &str| {
        let tried = admin.post("/api/v1/single-sign-on/test", &json!({"issuer": issuer})).await.ok();
        (tried["problem"]["code"].as_str().unwrap_or("none").to_owned(), tried)
    };
    let provider = Provider::start().await;
    let (code, tried) = test(&provider.url).await;
    assert_eq!(code, "none");
    assert_eq!(tried["authorization_endpoint"], format!("{}/authorize", provider.url));
    let (code, tried) = test(&format!("{}/", provider.url)).await;
    assert_eq!((code.as_str(), &tried["problem"]["said"]), ("issuer_differs", &json!(provider.url)));
    let (code, tried) = test(&format!("{}/tenant", provider.url)).await;
    assert_eq!((code.as_str(), &tried["problem"]["said"]), ("wrong_status", &json!("404")));
    assert_eq!(test("http://127.0.0.1:9").await.0, "unreachable");
    assert_eq!(test("http://id.example").await.0, "not_https");
    assert_eq!(test("https://192.168.0.1").await.0, "private_network");
    assert_eq!(test("id.example").await.0, "bad_address");
    for (name, value, wanted) in [
        ("authorization_endpoint", Value::Null, "no_authorization_endpoint"),
        ("authorization_endpoint", json!("http://id.example/authorize"), "not_https"),
        ("token_endpoint", Value::Null, "no_token_endpoint"),
        ("jwks_uri", Value::Null, "no_keys_address"),
        ("jwks_uri", json!(format!("{}/none", provider.url)), "wrong_status"),
        ("response_types_supported", json!(["id_token"]), "no_code_flow"),
        ("code_challenge_methods_supported", json!(["plain"]), "no_pkce"),
        ("token_endpoint_auth_methods_supported", json!(["private_key_jwt"]), "no_client_authentication"),
        ("id_token_signing_alg_values_supported", json!(["HS256", "none"]), "unsupported_algorithms"),
    ] {
        let broken = Provider::start().await;
        broken.describe(name, value.clone());
        assert_eq!(test(&broken.url).await.0, wanted, "{name}: {value}");
    }
}

// spec: A-4
#[tokio::test]
async fn a_provider_in_a_private_network_is_not_reached_unless_the_operator_allows_it() {
    let place = Place::empty().await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    let provider = Provider::start().await;
    let tried = admin.post("/api/v1/single-sign-on/test", &json!({"issuer": provider.url})).await.ok();
    assert_eq!(tried["problem"]["code"], "private_network");
}
