//! Owns a provider of OpenID Connect that says what the test wants, also what no provider should say. Tests nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use url::form_urlencoded;

pub(crate) const CLIENT_ID: &str = "beckon";
pub(crate) const CLIENT_SECRET: &str = "the secret of the client";

/// How an ID token is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signed {
    /// With the key that is published.
    Well,
    /// With a key of the same name that is not.
    ByAnother,
    /// With the secret of the client, which is no key of the provider.
    BySecret,
    /// Not at all.
    Not,
}

/// What the token endpoint was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) authorization: Option<String>,
    pub(crate) form: BTreeMap<String, String>,
}

/// The next code, which waits for an ID token until it is let go.
pub(crate) struct Held {
    /// Ends when the code was brought.
    pub(crate) brought: oneshot::Receiver<()>,
    pub(crate) let_go: oneshot::Sender<()>,
}

#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) url: String,
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    description: Value,
    key: Key,
    published: Value,
    keys_asked: usize,
    claims: Value,
    signed: Signed,
    user_info: Value,
    asked: Vec<Asked>,
    hold: Option<(oneshot::Sender<()>, oneshot::Receiver<()>)>,
}

struct Key {
    name: String,
    pair: EcdsaKeyPair,
}

impl Provider {
    pub(crate) async fn start() -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", socket.local_addr().unwrap());
        let key = Key::new("first");
        let inner = Inner {
            description: json!({
                "issuer": url,
                "authorization_endpoint": format!("{url}/authorize"),
                "token_endpoint": format!("{url}/token"),
                "userinfo_endpoint": format!("{url}/userinfo"),
                "jwks_uri": format!("{url}/keys"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256", "XY512"],
            }),
            published: json!({"keys": [key.public()]}),
            key,
            keys_asked: 0,
            claims: Value::Null,
            signed: Signed::Well,
            user_info: Value::Null,
            asked: Vec::new(),
            hold: None,
        };
        let provider = Self { url, inner: Arc::new(Mutex::new(inner)) };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(description))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(user_info))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(socket, router.into_make_service()).await });
        provider
    }

    /// Says this of itself, instead of what it says by itself; null: nothing.
    pub(crate) fn describe(&self, name: &str, value: Value) {
        let mut inner = self.inner.lock().unwrap();
        let said = inner.description.as_object_mut().unwrap();
        if value.is_null() {
            said.remove(name)
        } else {
            said.insert(name.to_owned(), value)
        };
    }

    /// The claims of the next ID token, and how it is signed.
    pub(crate) fn say(&self, claims: Value, signed: Signed) {
        let mut inner = self.inner.lock().unwrap();
        (inner.claims, inner.signed) = (claims, signed);
    }

    pub(crate) fn say_more(&self, user_info: Value) {
        self.inner.lock().unwrap().user_info = user_info;
    }

    /// Signs with a new key from now on, which is published with the others, or not.
    pub(crate) fn change_key(&self, name: &str, is_published: bool) {
        let mut inner = self.inner.lock().unwrap();
        inner.key = Key::new(name);
        if is_published {
            let public = inner.key.public();
            inner.published["keys"].as_array_mut().unwrap().push(public);
        }
    }

    pub(crate) fn keys_asked(&self) -> usize {
        self.inner.lock().unwrap().keys_asked
    }

    pub(crate) fn hold(&self) -> Held {
        let ((bring, brought), (let_go, gone)) = (oneshot::channel(), oneshot::channel());
        self.inner.lock().unwrap().hold = Some((bring, gone));
        Held { brought, let_go }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.inner.lock().unwrap().asked.clone()
    }
}

impl Key {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            pair: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
        }
    }

    fn public(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        let part = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.name,
            "x": part(&point[1..33]), "y": part(&point[33..65]),
        })
    }
}

fn encoded(value: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(value.to_string())
}

fn id_token(inner: &Inner) -> String {
    let algorithm = match inner.signed {
        Signed::Well | Signed::ByAnother => "ES256",
        Signed::BySecret => "HS256",
        Signed::Not => "none",
    };
    let head = encoded(&json!({"alg": algorithm, "kid": inner.key.name, "typ": "JWT"}));
    let text = format!("{head}.{}", encoded(&inner.claims));
    let sign = |key: &Key| {
        let signature = key.pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
        BASE64_URL_SAFE_NO_PAD.encode(signature)
    };
    let signature = match inner.signed {
        Signed::Well => sign(&inner.key),
        Signed::ByAnother => sign(&Key::new(&inner.key.name)),
        Signed::BySecret => {
            use hmac::{Hmac, KeyInit, Mac};
            let mut mac = Hmac::<sha2::Sha256>::new_from_slice(CLIENT_SECRET.as_bytes()).unwrap();
            mac.update(text.as_bytes());
            BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
        }
        Signed::Not => String::new(),
    };
    format!("{text}.{signature}")
}

async fn description(State(provider): State<Provider>) -> Json<Value> {
    Json(provider.inner.lock().unwrap().description.clone())
}

async fn keys(State(provider): State<Provider>) -> Json<Value> {
    let mut inner = provider.inner.lock().unwrap();
    inner.keys_asked += 1;
    Json(inner.published.clone())
}

async fn token(State(provider): State<Provider>, headers: HeaderMap, body: String) -> Json<Value> {
    let hold = provider.inner.lock().unwrap().hold.take();
    if let Some((bring, gone)) = hold {
        bring.send(()).unwrap();
        gone.await.unwrap();
    }
    let mut inner = provider.inner.lock().unwrap();
    let authorization = headers.get(AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
    let form = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    inner.asked.push(Asked { authorization, form });
    let id_token = id_token(&inner);
    Json(json!({"access_token": "for user info", "token_type": "Bearer", "id_token": id_token}))
}

async fn user_info(State(provider): State<Provider>, headers: HeaderMap) -> Json<Value> {
    assert_eq!(headers[AUTHORIZATION], "Bearer for user info");
    Json(provider.inner.lock().unwrap().user_info.clone())
}
