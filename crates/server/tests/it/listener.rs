//! Owns a real web server that webhooks are told to: it answers as the test says, and keeps what it was told. Tests nothing.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use beckon_server::outbound::Outbound;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) id: String,
    pub(crate) timestamp: i64,
    pub(crate) signatures: Vec<String>,
    pub(crate) text: String,
    pub(crate) body: Value,
}

#[derive(Clone, Default)]
pub(crate) struct Listener {
    kept: Arc<Mutex<(Vec<Told>, VecDeque<u16>)>>,
    came: Arc<Notify>,
    pub(crate) url: String,
}

impl Listener {
    pub(crate) async fn start() -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", socket.local_addr().unwrap());
        let listener = Self { url, ..Self::default() };
        let router = Router::new().fallback(hear).with_state(listener.clone());
        tokio::spawn(async move { axum::serve(socket, router.into_make_service()).await });
        listener
    }

    /// A way out that reaches this machine.
    pub(crate) fn outbound() -> Outbound {
        Outbound::new(vec!["127.0.0.0/8".parse().unwrap()]).unwrap()
    }

    /// The statuses of the next answers; 204 after them.
    pub(crate) fn answer(&self, statuses: &[u16]) {
        self.kept.lock().unwrap().1.extend(statuses);
    }

    pub(crate) fn told(&self) -> Vec<Told> {
        self.kept.lock().unwrap().0.clone()
    }

    /// What was told, once it is so many.
    pub(crate) async fn wait(&self, count: usize) -> Vec<Told> {
        loop {
            let coming = self.came.notified();
            let told = self.told();
            if told.len() >= count {
                return told;
            }
            coming.await;
        }
    }
}

impl Told {
    /// Whether one of the signatures is by this secret, checked as a receiver does.
    pub(crate) fn is_signed_by(&self, secret: &str) -> bool {
        let key = BASE64_STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        self.signatures.iter().any(|signature| {
            let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
            mac.update(format!("{}.{}.{}", self.id, self.timestamp, self.text).as_bytes());
            let given = BASE64_STANDARD.decode(signature.strip_prefix("v1,").unwrap()).unwrap();
            mac.verify_slice(&given).is_ok()
        })
    }
}

async fn hear(State(listener): State<Listener>, headers: HeaderMap, text: String) -> Response {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let told = Told {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp").parse().unwrap(),
        signatures: header("webhook-signature").split(' ').map(str::to_owned).collect(),
        body: serde_json::from_str(&text).unwrap(),
        text,
    };
    let status = {
        let mut kept = listener.kept.lock().unwrap();
        kept.0.push(told);
        kept.1.pop_front().unwrap_or(204)
    };
    listener.came.notify_waiters();
    let status = StatusCode::from_u16(status).unwrap();
    (status, if status == StatusCode::NO_CONTENT { "" } else { "no\u{7}t\n now" }).into_response()
}
