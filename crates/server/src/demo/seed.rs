//! Owns the sample data of the demo: people, a site, a queue, offers and rules.

use std::collections::BTreeMap;

use beckon_engine::id::{OfferId, QueueId, RuleId, SiteId, UserId};
use beckon_engine::offer::{OfferDesign, OfferForm, OfferTexts, Position};
use beckon_engine::queue::{Activation, Field, FieldKind, Prefill, QueuePlan, Styling};
use beckon_engine::rule::{Action, MatchOn, MatchType, RulePlan};
use beckon_engine::settings::SiteSettings;
use serde::Serialize;

use super::canned::plant_canned_replies;
use super::shopper;
use crate::clock::Clock;
use crate::http::password;
use crate::store::column::{Json, Text};
use crate::store::identity::find_secrets;
use crate::store::offer::{OfferRow, insert_offer};
use crate::store::queue::{QueueRow, insert_queue, update_queue_agents};
use crate::store::rule::{RuleRow, insert_rule};
use crate::store::site::{SiteRow, find_site_by_key, insert_site, update_site};
use crate::store::user::{Role, UserRow, insert_user};
use crate::store::{Store, StoreResult, Tx};
use crate::vault::SecretOf;

/// Public key of the demo shop.
pub(super) const SITE_KEY: &str = "demo-shop";
const PASSWORD: &str = "beckon-demo";
const COLOR: &str = "#0f766e";

/// A sign-in of the demo.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Account {
    pub(super) email: &'static str,
    pub(super) password: &'static str,
    pub(super) role: &'static str,
}

/// The sign-ins of the demo.
pub(super) fn accounts() -> Vec<Account> {
    let account = |email, role| Account { email, password: PASSWORD, role };
    vec![
        account("admin@demo.test", "admin"),
        account("alice@demo.test", "agent"),
        account("bob@demo.test", "agent"),
        account("sue@demo.test", "supervisor"),
    ]
}

/// Writes the sample data, once; on a later start only the shop's origin, which may have another port. Yields the secret
/// with which the shop signs.
pub(super) async fn plant(store: &Store, clock: &Clock, shop: &str) -> StoreResult<String> {
    let mut tx = store.write().await?;
    if let Some(mut site) = find_site_by_key(&mut tx, SITE_KEY).await? {
        site.origins = Json(vec![shop.to_owned()]);
        update_site(&mut tx, &site).await?;
        let secret = secret(store, &mut tx, *site.id).await?;
        tx.commit().await?;
        return Ok(secret);
    }
    let agents = plant_users(&mut tx, clock).await?;
    let site = plant_site(&mut tx, clock, shop).await?;
    shopper::plant(store, &mut tx, clock, site).await?;
    let queue = plant_queue(&mut tx, clock, site, &agents).await?;
    plant_canned_replies(&mut tx, clock).await?;
    for (priority, (name, url, views, seconds, offer)) in (10..).step_by(10).zip(rules()) {
        let offer = plant_offer(&mut tx, clock, site, offer).await?;
        let plan = RulePlan {
            description: String::new(),
            action: Action::Invite,
            offer_id: Some(offer),
            queue_id: queue,
            match_on: MatchOn::Url,
            match_type: MatchType::Contains,
            match_value: url.to_owned(),
            page_view_count: views,
            chat_priority: 0,
            required_time_s: seconds,
            conditions: None,
        };
        let now = clock.now().0;
        let row = RuleRow {
            id: Text(RuleId(clock.new_id())),
            site_id: Text(site),
            priority,
            name: name.to_owned(),
            enabled: true,
            plan: Json(plan),
            created_at: now,
            updated_at: now,
        };
        insert_rule(&mut tx, &row).await?;
    }
    let secret = secret(store, &mut tx, site).await?;
    tx.commit().await?;
    Ok(secret)
}

/// The shop's identity secret; empty when someone has taken it away.
async fn secret(store: &Store, tx: &mut Tx, site: SiteId) -> StoreResult<String> {
    let sealed = find_secrets(tx, site).await?.and_then(|row| row.secret);
    Ok(sealed.and_then(|sealed| store.vault().open(SecretOf::Site, &sealed).ok()).unwrap_or_default())
}

/// Name, address, views, seconds and offer of each rule, the more important first.
fn rules() -> [(&'static str, &'static str, u32, u32, [&'static str; 5]); 3] {
    [
        (
            "A minute on the checkout form",
            "/checkout",
            1,
            60,
            [
                "Help with the order",
                "Stuck on the form?",
                "Delivery, payment or a discount code: we can finish the order together.",
                "Chat with us",
                "No, thanks",
            ],
        ),
        (
            "Third look at the prices",
            "/prices",
            3,
            0,
            [
                "Price advice",
                "Comparing prices?",
                "Tell us how many chairs you need, and we work out the best price.",
                "Ask for a price",
                "Not now",
            ],
        ),
        (
            "Ten seconds on a product",
            "/product/",
            1,
            10,
            [
                "Product advice",
                "Questions about this chair?",
                "We know how it sits, how it wears and when it arrives.",
                "Yes, please",
                "No, thanks",
            ],
        ),
    ]
}

async fn plant_users(tx: &mut Tx, clock: &Clock) -> StoreResult<Vec<UserId>> {
    let people = [
        ("admin@demo.test", "Ada Moen", Role::Admin),
        ("alice@demo.test", "Alice Berg", Role::Agent),
        ("bob@demo.test", "Bob Lund", Role::Agent),
        ("sue@demo.test", "Sue Dahl", Role::Supervisor),
    ];
    let password_hash = password::hash(PASSWORD);
    let mut agents = Vec::new();
    for (email, name, role) in people {
        let id = UserId(clock.new_id());
        let row = UserRow {
            id: Text(id),
            email: email.to_owned(),
            name: name.to_owned(),
            role: Text(role),
            slots: 3,
            password_hash: password_hash.clone(),
            disabled: false,
            created_at: clock.now().0,
        };
        insert_user(tx, &row).await?;
        agents.push(id);
    }
    Ok(agents)
}

async fn plant_site(tx: &mut Tx, clock: &Clock, shop: &str) -> StoreResult<SiteId> {
    let id = SiteId(clock.new_id());
    let row = SiteRow {
        id: Text(id),
        key: SITE_KEY.to_owned(),
        name: "Halden, the demo shop".to_owned(),
        origins: Json(vec![shop.to_owned()]),
        settings: Json(SiteSettings::default()),
        deny_paths: Json(Vec::new()),
        allow_params: Json(Vec::new()),
        config_version: 1,
        created_at: clock.now().0,
    };
    insert_site(tx, &row).await?;
    Ok(id)
}

async fn plant_queue(tx: &mut Tx, clock: &Clock, site: SiteId, agents: &[UserId]) -> StoreResult<QueueId> {
    let id = QueueId(clock.new_id());
    let now = clock.now().0;
    let plan = QueuePlan {
        activation: Activation::WithInvite,
        form_reactive: form(),
        form_invite: form(),
        styling: Styling {
            color: COLOR.to_owned(),
            title: "Halden".to_owned(),
            greeting: "We usually answer within a minute.".to_owned(),
            ..Styling::default()
        },
        ..QueuePlan::default()
    };
    let row = QueueRow {
        id: Text(id),
        site_id: Text(site),
        name: "Advice".to_owned(),
        channel_on: true,
        by_hand: None,
        is_default: true,
        plan: Json(plan),
        created_at: now,
        updated_at: now,
    };
    insert_queue(tx, &row).await?;
    update_queue_agents(tx, &row, agents).await?;
    Ok(id)
}

async fn plant_offer(
    tx: &mut Tx,
    clock: &Clock,
    site: SiteId,
    [name, title, body, accept_label, reject_label]: [&str; 5],
) -> StoreResult<OfferId> {
    let id = OfferId(clock.new_id());
    let now = clock.now().0;
    let texts = OfferTexts {
        title: title.to_owned(),
        body: body.to_owned(),
        accept_label: accept_label.to_owned(),
        reject_label: reject_label.to_owned(),
    };
    let design = OfferDesign {
        form: OfferForm::Card,
        position: Position::End,
        color: COLOR.to_owned(),
        logo_url: None,
        image_url: None,
        default_language: "en".to_owned(),
        texts: BTreeMap::from([("en".to_owned(), texts)]),
    };
    let row = OfferRow {
        id: Text(id),
        site_id: Text(site),
        name: name.to_owned(),
        active: true,
        design: Json(design),
        created_at: now,
        updated_at: now,
    };
    insert_offer(tx, &row).await?;
    Ok(id)
}

fn form() -> Vec<Field> {
    let field = |key: &str, kind, label: &str, required, prefill| Field {
        key: key.to_owned(),
        kind,
        label: BTreeMap::from([("en".to_owned(), label.to_owned())]),
        help: BTreeMap::new(),
        required,
        choices: Vec::new(),
        choice_labels: BTreeMap::new(),
        prefill,
    };
    vec![
        field("first_name", FieldKind::Text, "First name", true, Some(Prefill::FirstName)),
        field("email", FieldKind::Email, "E-mail", true, Some(Prefill::PrimaryEmail)),
        field("question", FieldKind::LongText, "How can we help?", false, None),
    ]
}
