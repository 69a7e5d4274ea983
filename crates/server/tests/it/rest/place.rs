//! Owns an installation that lives as long as one test, and the browsers that call it. Tests nothing.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, SET_COOKIE};
use axum::http::{HeaderMap, HeaderName, Request, StatusCode};
use beckon_engine::id::{SiteId, UserId};
use beckon_server::app;
use beckon_server::bus::Bus;
use beckon_server::clock::Clock;
use beckon_server::driver::{Driver, Mails};
use beckon_server::http::auth;
use beckon_server::http::client::Client;
use beckon_server::http::{Api, password};
use beckon_server::outbound::Outbound;
use beckon_server::store::Store;
use beckon_server::store::column::Text;
use beckon_server::store::user::{Role, UserRow, insert_user};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use tower::ServiceExt;
use uuid::Uuid;

use crate::harness::{START, vault};

/// Password of everyone in a [`Place`].
pub(crate) const PASSWORD: &str = "correct horse";

/// An installation on an embedded database, whose time stands still.
pub(crate) struct Place {
    pub(crate) api: Api,
    pub(crate) clock: Clock,
    router: Router,
    _running: DropGuard,
    _dir: Option<TempDir>,
}

/// A browser, with its cookies.
pub(crate) struct Browser {
    router: Router,
    pub(crate) cookie: Option<String>,
    /// Sent with every request.
    pub(crate) headers: Vec<(HeaderName, &'static str)>,
}

/// What the server answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Place {
    /// With nobody in it.
    pub(crate) async fn empty() -> Self {
        Self::with(|_| {}).await
    }

    /// With nobody in it, set up by `adjust`.
    pub(crate) async fn with(adjust: impl FnOnce(&mut Api)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(dir.path()).await.unwrap().with_vault(vault());
        Self { _dir: Some(dir), ..Self::on(store, adjust).await }
    }

    /// With nobody in it, on this database, set up by `adjust`.
    pub(crate) async fn on(store: Store, adjust: impl FnOnce(&mut Api)) -> Self {
        Self::start(store, Mails::Wait, adjust).await
    }

    /// With nobody in it, on this database, where mail leaves or waits.
    pub(crate) async fn sending(store: Store, mails: Mails) -> Self {
        Self::start(store, mails, |_| {}).await
    }

    async fn start(store: Store, mails: Mails, adjust: impl FnOnce(&mut Api)) -> Self {
        let clock = Clock::manual(START);
        let stopping = CancellationToken::new();
        let driver =
            Driver::start(store, clock.clone(), Bus::local(), mails, &TaskTracker::new(), stopping.clone())
                .await
                .unwrap();
        let mut api = Api::new(driver.clone(), Outbound::new(Vec::new()).unwrap());
        adjust(&mut api);
        let router = app::router(driver, api.clone());
        Self { api, clock, router, _running: stopping.drop_guard(), _dir: None }
    }

    /// A browser in which nobody is signed in.
    pub(crate) fn browser(&self) -> Browser {
        Browser { router: self.router.clone(), cookie: None, headers: Vec::new() }
    }

    /// Adds a user of this role, whose e-mail is `name@example.test`, without a usable password.
    pub(crate) async fn user(&self, name: &str, role: Role) -> UserId {
        self.user_with_hash(name, role, "none".to_owned()).await
    }

    /// Adds a user of this role with [`PASSWORD`].
    pub(crate) async fn user_with_password(&self, name: &str, role: Role) -> UserId {
        self.user_with_hash(name, role, password::hash(PASSWORD)).await
    }

    /// A browser in which a new user of this role is signed in.
    pub(crate) async fn signed_in(&self, name: &str, role: Role) -> Browser {
        let id = self.user(name, role).await;
        self.browser_of(id).await
    }

    /// A browser in which this user is signed in.
    pub(crate) async fn browser_of(&self, user: UserId) -> Browser {
        let client =
            Client { address: [127, 0, 0, 1].into(), is_https: false, browser: "Chrome", system: "Linux" };
        let mut tx = self.api.store.write().await.unwrap();
        let (cookie, _) = auth::begin_session(&mut tx, &self.clock, user, client).await.unwrap();
        tx.commit().await.unwrap();
        Browser { cookie: Some(cookie.stripped().to_string()), ..self.browser() }
    }

    /// A browser in which an administrator is signed in, and a site that they made.
    pub(crate) async fn with_site() -> (Self, Browser, SiteId) {
        let place = Self::empty().await;
        let mut admin = place.signed_in("root", Role::Admin).await;
        let site = admin.post("/api/v1/sites", &json!({"name": "Shop", "origins": []})).await.created();
        (place, admin, SiteId(id_of(&site)))
    }

    async fn user_with_hash(&self, name: &str, role: Role, password_hash: String) -> UserId {
        let id = UserId(Uuid::now_v7());
        let row = UserRow {
            id: Text(id),
            email: format!("{name}@example.test"),
            name: name.to_owned(),
            role: Text(role),
            slots: 3,
            password_hash,
            disabled: false,
            created_at: START.0,
        };
        let mut tx = self.api.store.write().await.unwrap();
        insert_user(&mut tx, &row).await.unwrap();
        tx.commit().await.unwrap();
        id
    }
}

impl Browser {
    pub(crate) async fn get(&mut self, path: &str) -> Reply {
        self.send("GET", path, Body::empty()).await
    }

    pub(crate) async fn delete(&mut self, path: &str) -> Reply {
        self.send("DELETE", path, Body::empty()).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> Reply {
        self.send("POST", path, Body::from(body.to_string())).await
    }

    pub(crate) async fn patch(&mut self, path: &str, body: &Value) -> Reply {
        self.send("PATCH", path, Body::from(body.to_string())).await
    }

    /// Sends a request as JSON, unless the browser's own headers say otherwise, and keeps the cookie it is given.
    pub(crate) async fn send(&mut self, method: &str, path: &str, body: Body) -> Reply {
        let mut request = Request::builder().method(method).uri(path).header(HOST, "chat.example");
        if !self.headers.iter().any(|(name, _)| name == CONTENT_TYPE) {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        for (name, value) in &self.headers {
            request = request.header(name, *value);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let reply = Reply { status: parts.status, headers: parts.headers, text };
        if let Some(set) = reply.header(SET_COOKIE) {
            let pair = set.split(';').next().unwrap_or_default();
            self.cookie = (!pair.ends_with('=')).then(|| pair.to_owned());
        }
        reply
    }
}

impl Reply {
    pub(crate) fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The body of an answer that must be 200.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        self.json()
    }

    /// The body of an answer that must be 201.
    #[track_caller]
    pub(crate) fn created(&self) -> Value {
        assert_eq!(self.status, StatusCode::CREATED, "{}", self.text);
        self.json()
    }

    /// Checks that an answer is 204.
    #[track_caller]
    pub(crate) fn done(&self) {
        assert_eq!(self.status, StatusCode::NO_CONTENT, "{}", self.text);
        assert!(self.text.is_empty());
    }

    /// Checks that an answer is a problem document with this status and code; yields its errors as `pointer: detail`.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str) -> Vec<String> {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.header(CONTENT_TYPE), Some("application/problem+json"));
        let problem = self.json();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status);
        assert_eq!(problem["type"], format!("urn:beckon:problem:{code}"));
        assert!(problem["title"].is_string() && problem["detail"].is_string());
        let errors = problem["errors"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        errors.map(|error| format!("{}: {}", text(&error["pointer"]), text(&error["detail"]))).collect()
    }
}

/// The id in a body.
pub(crate) fn id_of(body: &Value) -> Uuid {
    body["id"].as_str().unwrap().parse().unwrap()
}

/// The named text of every item of a list.
pub(crate) fn column(list: &Value, name: &str) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|item| item[name].as_str().unwrap().to_owned()).collect()
}
