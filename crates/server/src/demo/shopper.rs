//! Owns who is signed in at the demo shop: sample customers, a cookie, and the signed identity that the shop's own server
//! makes, as a real one would.

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use beckon_engine::id::{CustomerId, SiteId};
use jsonwebtoken::{EncodingKey, Header, encode};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

use super::seed::SITE_KEY;
use super::shop::Shop;
use crate::clock::Clock;
use crate::store::column::Json;
use crate::store::customer::{Details, insert_customer};
use crate::store::identity::update_secret;
use crate::store::{Store, StoreResult, Tx};
use crate::vault::SecretOf;

const COOKIE: &str = "shopper";
/// A token is made for each page.
const TOKEN_S: i64 = 600;

/// Reference, first name, last name, e-mail, phone and company of the sample customers.
const CUSTOMERS: [[&str; 6]; 8] = [
    ["H-1001", "Kari", "Nordmann", "kari.nordmann@example.com", "+47 22 12 34 56", ""],
    ["H-1002", "Jonas", "Weber", "jonas.weber@example.com", "+49 30 1234567", "Weber Interiors"],
    ["H-1003", "Amélie", "Durand", "amelie.durand@example.com", "+33 1 23 45 67 89", ""],
    ["H-1004", "Luca", "Bianchi", "luca.bianchi@example.com", "", "Studio Bianchi"],
    ["H-1005", "Ingrid", "Solberg", "ingrid.solberg@example.com", "+47 55 98 76 54", ""],
    ["H-1006", "Sofia", "Lindqvist", "sofia.lindqvist@example.com", "", "Lindqvist & Co"],
    ["H-1007", "Tom", "Becker", "tom.becker@example.com", "+41 44 123 45 67", ""],
    ["H-1008", "Nora", "Haugen", "nora.haugen@example.com", "", "Hotel Haugen"],
];

/// Who wants to sign in.
#[derive(Deserialize)]
pub(super) struct SignIn {
    #[serde(default)]
    customer: String,
}

/// Writes the sample customers, and the secret with which the shop signs.
pub(super) async fn plant(store: &Store, tx: &mut Tx, clock: &Clock, site: SiteId) -> StoreResult<()> {
    let secret = hex::encode(rand::random::<[u8; 32]>());
    let sealed = store.vault().seal(SecretOf::Site, &secret);
    update_secret(tx, site, &sealed, clock.now(), clock.now()).await?;
    for [customer_ref, first_name, last_name, email, phone, company] in CUSTOMERS {
        let details = Details {
            customer_ref: Some(customer_ref.to_owned()),
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            email: email.to_owned(),
            phone: phone.to_owned(),
            company: company.to_owned(),
            fields: Json::default(),
        };
        insert_customer(tx, CustomerId(clock.new_id()), site, &details, clock.now()).await?;
    }
    Ok(())
}

/// `/sign-in?customer=H-1001`; without one, the first. The shop asks for no password: it sells nothing.
pub(super) async fn sign_in(Query(SignIn { customer }): Query<SignIn>) -> Response {
    let known =
        CUSTOMERS.iter().find(|[customer_ref, ..]| *customer_ref == customer).unwrap_or(&CUSTOMERS[0]);
    go_home(&format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Lax", known[0]))
}

pub(super) async fn sign_out() -> Response {
    go_home(&format!("{COOKIE}=; Path=/; Max-Age=0"))
}

/// The script of each page: says who is signed in, and shows it.
pub(super) async fn script(State(shop): State<Arc<Shop>>, headers: HeaderMap) -> Response {
    let text = match signed_in(&headers) {
        Some([customer_ref, first_name, ..]) => format!(
            "window.beckon = window.beckon || function () {{ (beckon.q = beckon.q || []).push(arguments) }};\n\
             beckon('identify', {});\n{}",
            json!(token(&shop.secret, customer_ref)),
            link(&format!("Sign out {first_name}"), "/sign-out", "beckon('reset')"),
        ),
        None => link("Sign in", "/sign-in", ""),
    };
    let headers = [(CONTENT_TYPE, "text/javascript; charset=utf-8"), (CACHE_CONTROL, "no-store")];
    (headers, text).into_response()
}

/// A last link in the shop's header.
fn link(label: &str, href: &str, click: &str) -> String {
    format!(
        "addEventListener('DOMContentLoaded', () => {{\n  const link = document.createElement('a');\n  \
         link.href = {href};\n  link.textContent = {label};\n  link.className = 'who';\n  \
         link.addEventListener('click', () => {{ {click} }});\n  document.querySelector('.top').append(link);\n}});\n",
        href = json!(href),
        label = json!(label),
    )
}

fn signed_in(headers: &HeaderMap) -> Option<[&'static str; 6]> {
    let jar = CookieJar::from_headers(headers);
    let value = jar.get(COOKIE)?.value();
    CUSTOMERS.into_iter().find(|[customer_ref, ..]| *customer_ref == value)
}

fn token(secret: &str, customer_ref: &str) -> String {
    let now_s = Clock::System.now().0 / 1000;
    let claims = json!({
        "sub": customer_ref,
        "aud": SITE_KEY,
        "iat": now_s,
        "exp": now_s + TOKEN_S,
        "attributes": { "orders": customer_ref.len(), "newsletter": true },
    });
    encode(&Header::default(), &claims, &EncodingKey::from_secret(secret.as_bytes()))
        .expect("claims of plain values can be signed")
}

fn go_home(cookie: &str) -> Response {
    let cookie = HeaderValue::from_str(cookie).expect("a reference of the samples is ASCII");
    (StatusCode::SEE_OTHER, [(LOCATION, HeaderValue::from_static("/")), (SET_COOKIE, cookie)]).into_response()
}
