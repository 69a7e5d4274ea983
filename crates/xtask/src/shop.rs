//! Owns the installation that the rig and the benches have: one site with an offer, a rule and a queue, and agents who serve it. It is
//! made through the REST interface.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use serde_json::{Value, json};

pub(crate) mod rest;

use rest::Caller;

/// Where the pages of the site are.
pub(crate) const ORIGIN: &str = "https://shop.example";
/// The first administrator.
pub(crate) const ADMIN: &str = "ada@shop.example";
/// Everybody's password.
pub(crate) const PASSWORD: &str = "a password of the rig";
/// Chats of an agent at a time.
pub(crate) const SLOTS: usize = 3;
/// A ring goes on to the next agent after this time, seconds.
pub(crate) const RING_S: u32 = 5;
/// A visitor who waited for this long gets something else, seconds.
const DEQUEUE_S: u64 = 25;
/// From one presentation of a visit to the next, seconds; the benches have none.
pub(crate) const INTERVAL_S: u32 = 5;
/// What the visitors' browsers call themselves; a robot would not be tracked.
pub(crate) const BROWSER: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36";

/// The site and who works there.
#[derive(Clone, Debug)]
pub(crate) struct Shop {
    /// The public key of the site.
    pub(crate) key: String,
    /// Its id.
    pub(crate) site: String,
    /// The offer of its rule.
    pub(crate) offer: String,
    /// The queue that its rule leads to.
    pub(crate) queue: String,
    pub(crate) admin: Caller,
    pub(crate) agents: Vec<Employee>,
}

/// An agent.
#[derive(Clone, Debug)]
pub(crate) struct Employee {
    pub(crate) id: String,
    pub(crate) caller: Caller,
}

impl Shop {
    /// Makes it.
    ///
    /// # Errors
    /// When the server refuses something.
    pub(crate) async fn open(address: SocketAddr, agents: usize) -> anyhow::Result<Self> {
        let admin = Caller::sign_in(address, ADMIN, PASSWORD).await?;
        let mut employees = Vec::new();
        for number in 1..=agents {
            let email = format!("agent{number}@shop.example");
            let user = json!({ "email": email, "name": format!("Agent {number}"), "role": "agent",
                               "password": PASSWORD, "slots": SLOTS });
            let id = id_of(&admin.make(address, "/api/v1/users", &user).await?)?;
            employees.push(Employee { id, caller: Caller::sign_in(address, &email, PASSWORD).await? });
        }
        let settings = json!({ "poll_interval_s": 2, "minimum_interval_s": INTERVAL_S,
                               "ignored_after_s": 10 });
        let site = json!({ "name": "Shop", "origins": [ORIGIN], "settings": settings });
        let site = admin.make(address, "/api/v1/sites", &site).await?;
        let (id, key) = (id_of(&site)?, site["key"].as_str().context("a site has a key")?.to_owned());
        let ids: Vec<_> = employees.iter().map(|employee| &employee.id).collect();
        let queue = json!({ "name": "Advice", "is_default": true, "plan": queue_plan(), "agents": ids });
        let queue = id_of(&admin.make(address, &format!("/api/v1/sites/{id}/queues"), &queue).await?)?;
        let texts = json!({ "en": { "title": "May we help?", "accept_label": "Yes", "reject_label": "No" } });
        let offer = json!({ "name": "Help", "active": true, "design": { "texts": texts } });
        let offer = id_of(&admin.make(address, &format!("/api/v1/sites/{id}/offers"), &offer).await?)?;
        let plan = json!({ "offer_id": offer, "queue_id": queue, "match_value": "/product/" });
        let rule = json!({ "priority": 10, "name": "Product", "plan": plan });
        admin.make(address, &format!("/api/v1/sites/{id}/rules"), &rule).await?;
        Ok(Self { key, site: id, offer, queue, admin, agents: employees })
    }

    /// A visitor's first frame, without token and chat.
    pub(crate) fn hello(&self, path: &str) -> Value {
        let page =
            json!({ "tab": 7, "view": 1, "url": format!("{ORIGIN}{path}"), "title": "Shop", "referrer": "" });
        json!({ "type": "hello", "v": 1, "site": self.key, "language": "en", "time_zone": "UTC", "pages": [page] })
    }
}

/// The first administrator, made on the command line.
///
/// # Errors
/// When the program refuses.
pub(crate) fn make_admin(program: &Path, database: &[String]) -> anyhow::Result<()> {
    let mut command = Command::new(program);
    command.args(["user", "create", "--email", ADMIN, "--role", "admin", "--password-stdin"]).args(database);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    std::io::Write::write_all(&mut child.stdin.take().context("the input is piped")?, PASSWORD.as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "no administrator: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

fn queue_plan() -> Value {
    let wait = json!({ "do": "wait" });
    let name = json!({ "key": "name", "type": "text", "label": { "en": "Name" }, "required": true });
    json!({
        "form_invite": [name],
        "routing": { "ring_time_s": RING_S, "dequeue_after_s": DEQUEUE_S },
        "alternatives": { "out_of_hours": wait, "channel_off": wait, "no_agent": wait },
    })
}

fn id_of(made: &Value) -> anyhow::Result<String> {
    Ok(made["id"].as_str().context("what was made has an id")?.to_owned())
}
