//! Measures every list of the interface with 100 000 rows behind it, through a whole node and a real socket: its first page, a
//! page far in, and what it finds. The floor is one row by its key through the same node.

use std::time::Instant;

use reqwest::Client;
use reqwest::header::{COOKIE, HeaderMap, HeaderValue};
use serde_json::Value;

use crate::crowd::{id_of, long_chat};
use crate::figures;
use crate::place::Place;

/// Calls of each route, after one that warms up.
const CALLS: usize = 15;
/// Pages of 200 that are turned to come far in.
const FAR: usize = 200;

/// A browser that is signed in.
struct Caller {
    client: Client,
    url: String,
}

impl Caller {
    fn new(place: &Place) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_str(&place.cookie()).expect("a plain text"));
        let client = Client::builder().default_headers(headers).build().expect("nothing to set up");
        Self { client, url: format!("http://{}/api/v1", place.address) }
    }

    /// What is answered, and after how many milliseconds.
    async fn call(&self, path: &str) -> (Value, f64) {
        let began = Instant::now();
        let response = self.client.get(format!("{}{path}", self.url)).send().await.expect("an answer");
        let status = response.status();
        let body = response.bytes().await.expect("a body");
        let took = began.elapsed().as_secs_f64() * 1_000.0;
        assert!(status.is_success(), "{path}: {status} {}", String::from_utf8_lossy(&body));
        (serde_json::from_slice(&body).expect("JSON"), took)
    }

    async fn measure(&self, database: &str, what: &str, path: &str) {
        self.call(path).await;
        let mut times = Vec::with_capacity(CALLS);
        for _ in 0..CALLS {
            times.push(self.call(path).await.1);
        }
        let (_, most) = figures::range(&times);
        let name = format!("{database}, {what}");
        crate::row(&format!("{name}: median"), figures::median(&mut times), "ms", None);
        crate::row(&format!("{name}: longest"), most, "ms", None);
    }

    /// Turns pages, and yields the address of the one that is so far in; none where the list is shorter.
    async fn far(&self, path: &str) -> Option<String> {
        let sign = if path.contains('?') { '&' } else { '?' };
        let mut page = path.to_owned();
        for _ in 0..FAR {
            let (body, _) = self.call(&page).await;
            // Messages come by their numbers.
            let number = || body["next"].as_i64().map(|next| next.to_string());
            let next = body["next"].as_str().map(str::to_owned).or_else(number)?;
            page = format!("{path}{sign}limit=200&after={next}");
        }
        Some(page)
    }
}

/// Measures all of them on one database.
pub(crate) async fn measure(database: &str, place: &Place) {
    let caller = Caller::new(place);
    let site = format!("/sites/{}", *place.site.id);
    caller.measure(database, "one row by its key (floor)", &format!("/queues/{}", *place.queue.id)).await;
    for (what, path) in routes(place, &site) {
        caller.measure(database, &what, &path).await;
        if let Some(path) = caller.far(&path).await {
            caller.measure(database, &format!("{what}, {} rows in", FAR * 200), &path).await;
        }
    }
}

fn routes(place: &Place, site: &str) -> Vec<(String, String)> {
    let agent = place.agent.id;
    let queue = *place.queue.id;
    let nobody = id_of(8, 1);
    let customer = id_of(4, 500);
    let hook = id_of(12, 1);
    let long = long_chat();
    let visit = id_of(2, 100_500);
    [
        ("chats that are open", "/chats".to_owned()),
        ("chats that are over", "/chats?state=ended".to_owned()),
        ("messages of a long chat", format!("/chats/{long}/messages")),
        ("history", format!("{site}/history")),
        ("history of a queue", format!("{site}/history?queue={queue}")),
        ("history of an agent", format!("{site}/history?agent={agent}")),
        ("history of an agent who had none", format!("{site}/history?agent={nobody}")),
        ("history of a customer", format!("{site}/history?customer={customer}")),
        ("history, a frequent word", format!("{site}/history?q=oak")),
        ("history, a rare word", format!("{site}/history?q=99999")),
        ("history, a tag that is nowhere", format!("{site}/history?tag=none")),
        ("history, a disposition that is nowhere", format!("{site}/history?disposition=none")),
        ("enquiries", format!("{site}/enquiries")),
        ("enquiries that are open", format!("{site}/enquiries?state=open")),
        ("enquiries, a text that is rare", format!("{site}/enquiries?q=99999")),
        ("enquiries, a text that is nowhere", format!("{site}/enquiries?q=nowhere")),
        ("open enquiries, their number", "/enquiries/count".to_owned()),
        ("customers", format!("{site}/customers")),
        ("customers, a text that is rare", format!("{site}/customers?search=c99999%40")),
        ("customers, texts that are nowhere", format!("{site}/customers?search=no%20where")),
        ("history of one customer", format!("/customers/{customer}/history")),
        ("visitors on the site", "/visits".to_owned()),
        ("the latest visits", format!("{site}/visits")),
        ("presentations of a visit", format!("/visits/{visit}/presentations")),
        ("decisions of a visit", format!("/visits/{visit}/decisions")),
        ("audit log", "/audit".to_owned()),
        ("audit log of a site", format!("/audit?site={}", *place.site.id)),
        ("audit log, a kind that is nowhere", "/audit?kind=workspace".to_owned()),
        ("audit log, somebody who did nothing", format!("/audit?user={nobody}")),
        ("versions of a site", format!("{site}/versions")),
        ("deliveries of a webhook", format!("/webhooks/{hook}/deliveries")),
        ("canned replies", "/canned-replies".to_owned()),
        ("users", "/users".to_owned()),
        ("agents", "/agents".to_owned()),
        ("drafts", "/drafts".to_owned()),
        ("sites", "/sites".to_owned()),
        ("queues", format!("{site}/queues")),
        ("offers", format!("{site}/offers")),
        ("rules", format!("{site}/rules")),
        ("what rules have brought today", format!("{site}/rules/today")),
        ("pages seen lately", format!("{site}/seen")),
        ("imports", format!("{site}/customer-imports")),
        ("steps of the setup", format!("{site}/setup-steps")),
        ("webhooks", "/webhooks".to_owned()),
        ("API tokens", "/api-tokens".to_owned()),
        ("wallboard", "/wallboard".to_owned()),
    ]
    .map(|(what, path)| (what.to_owned(), path))
    .into()
}
