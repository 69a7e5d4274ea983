//! Owns rows to test with. Tests nothing.

use std::collections::BTreeMap;

use beckon_engine::condition::DeviceClass;
use beckon_engine::id::{
    ChatId, OfferId, PresentationId, QueueId, RuleId, SiteId, UserId, VisitId, VisitorId,
};
use beckon_engine::offer::OfferDesign;
use beckon_engine::queue::QueuePlan;
use beckon_engine::rule::RulePlan;
use beckon_engine::settings::SiteSettings;
use beckon_engine::time::UnixMs;
use beckon_server::store::Tx;
use beckon_server::store::chat::{ChatMode, NewChat};
use beckon_server::store::column::{Json, Text};
use beckon_server::store::offer::OfferRow;
use beckon_server::store::presentation::PresentationRow;
use beckon_server::store::queue::QueueRow;
use beckon_server::store::rule::RuleRow;
use beckon_server::store::site::{SiteRow, insert_site};
use beckon_server::store::user::{Role, UserRow};
use beckon_server::store::visit::{VisitFacts, VisitRow, insert_visit};
use beckon_server::store::visitor::insert_visitor;
use uuid::Uuid;

use crate::harness::START;

pub(crate) fn user(email: &str) -> UserRow {
    UserRow {
        id: Text(UserId(Uuid::now_v7())),
        email: email.to_owned(),
        name: "Alice".to_owned(),
        role: Text(Role::Agent),
        slots: 3,
        password_hash: "$argon2id$".to_owned(),
        disabled: false,
        created_at: START.0,
    }
}

pub(crate) async fn site(tx: &mut Tx, name: &str) -> SiteRow {
    let id = Uuid::now_v7();
    let site = SiteRow {
        id: Text(SiteId(id)),
        key: id.simple().to_string(),
        name: name.to_owned(),
        origins: Json(vec!["https://shop.example".to_owned()]),
        settings: Json(SiteSettings { poll_interval_s: 5, ..SiteSettings::default() }),
        deny_paths: Json(vec!["/admin".to_owned()]),
        allow_params: Json(vec!["q".to_owned()]),
        config_version: 1,
        created_at: START.0,
    };
    insert_site(tx, &site).await.unwrap();
    site
}

pub(crate) fn queue(site: SiteId, name: &str) -> QueueRow {
    QueueRow {
        id: Text(QueueId(Uuid::now_v7())),
        site_id: Text(site),
        name: name.to_owned(),
        channel_on: true,
        by_hand: None,
        is_default: false,
        plan: Json(QueuePlan { launch_after_s: 9, ..QueuePlan::default() }),
        created_at: START.0,
        updated_at: START.0,
    }
}

pub(crate) fn offer(site: SiteId, name: &str) -> OfferRow {
    OfferRow {
        id: Text(OfferId(Uuid::now_v7())),
        site_id: Text(site),
        name: name.to_owned(),
        active: true,
        design: Json(design()),
        created_at: START.0,
        updated_at: START.0,
    }
}

pub(crate) fn rule(site: SiteId, queue: QueueId, priority: i64, name: &str) -> RuleRow {
    RuleRow {
        id: Text(RuleId(Uuid::now_v7())),
        site_id: Text(site),
        priority,
        name: name.to_owned(),
        enabled: true,
        plan: Json(plan(queue)),
        created_at: START.0,
        updated_at: START.0,
    }
}

/// Of a browser that says nothing special.
pub(crate) fn facts() -> VisitFacts {
    VisitFacts {
        referrer: String::new(),
        language: "en".to_owned(),
        time_zone: "UTC".to_owned(),
        device: Text(DeviceClass::Desktop),
        browser: "Other".to_owned(),
        utm: Json(BTreeMap::new()),
    }
}

/// A visitor who is on a visit.
pub(crate) async fn visit(tx: &mut Tx, site: SiteId, now: UnixMs) -> (VisitorId, VisitId) {
    let (visitor, visit) = (VisitorId(Uuid::now_v7()), VisitId(Uuid::now_v7()));
    insert_visitor(tx, visitor, site, &visitor.to_string(), now).await.unwrap();
    let row = VisitRow {
        id: Text(visit),
        site_id: Text(site),
        visitor_id: Text(visitor),
        visit_number: 1,
        started_at: now.0,
        heard_at: now.0,
        ended_at: None,
        facts: facts(),
    };
    insert_visit(tx, &row, "{}", now.plus_s(86_400)).await.unwrap();
    (visitor, visit)
}

/// A chat without a form that this visitor asks for; it waits at once.
pub(crate) fn chat(site: SiteId, queue: QueueId, (visitor, visit): (VisitorId, VisitId)) -> NewChat {
    NewChat {
        id: ChatId(Uuid::now_v7()),
        site,
        queue,
        visitor,
        visit,
        presentation: None,
        mode: ChatMode::Reactive,
        form_due: None,
        held_until: START,
        visitor_name: String::new(),
        priority: 0,
        wait_due: None,
        window_at_launch: false,
    }
}

fn design() -> OfferDesign {
    serde_json::from_value(serde_json::json!({
        "texts": {"en": {"title": "May we help?", "accept_label": "Yes", "reject_label": "No"}}
    }))
    .unwrap()
}

fn plan(queue: QueueId) -> RulePlan {
    serde_json::from_value(serde_json::json!({"queue_id": queue, "match_value": "/product/"})).unwrap()
}

/// An open presentation of this offer, which falls due at once.
pub(crate) fn presentation(
    offer: &OfferRow,
    queue: &QueueRow,
    (visitor, visit): (VisitorId, VisitId),
) -> PresentationRow {
    PresentationRow {
        id: Text(PresentationId(Uuid::now_v7())),
        site_id: offer.site_id,
        visit_id: Text(visit),
        visitor_id: Text(visitor),
        rule_id: None,
        rule_name: String::new(),
        offer_id: offer.id,
        offer_name: offer.name.clone(),
        queue_id: queue.id,
        config_version: 1,
        design: offer.design.clone(),
        presented_at: START.0,
        ignored_due: START.0,
        passive_due: START.0,
        outcome: None,
        outcome_at: None,
        outcome_reason: None,
        accepted_late_at: None,
        by_user_id: None,
        by_name: None,
        chat_priority: 0,
    }
}
