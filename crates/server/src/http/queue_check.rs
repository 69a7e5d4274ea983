//! Owns what a queue must be to be saved: hours, forms, routing, alternatives and styling.

use std::collections::BTreeSet;

use beckon_engine::hours;
use beckon_engine::id::UserId;
use beckon_engine::queue::{Alternative, Alternatives, Field, FieldKind, Routing, Styling};

use super::check::Checks;
use super::conduct_check;
use super::error::Answer;
use super::queue::QUEUE_AGENTS_MAX;
use crate::store::Tx;
use crate::store::offer::find_offer;
use crate::store::queue::QueueRow;
use crate::store::user::find_user;

const FIELDS_MAX: usize = 30;
const CHOICES_MAX: usize = 100;

/// Whether a queue can be saved, as far as it can be seen without the database.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn check(row: &QueueRow, agents: &[UserId]) -> Answer<()> {
    let mut checks = Checks::new();
    let plan = &row.plan.0;
    checks.line("/name", &row.name, 1..=100);
    checks.count("/agents", agents.len(), 0..=QUEUE_AGENTS_MAX);
    checks.number("/plan/launch_after_s", plan.launch_after_s, 0..=86_400);
    if let Err(problem) = hours::check(&plan.hours) {
        checks.wrong(format!("/plan/hours{}", problem.pointer), problem.detail);
    }
    for (i, exception) in plan.hours.exceptions.iter().enumerate() {
        checks.line(&format!("/plan/hours/exceptions/{i}/name"), &exception.name, 0..=100);
    }
    check_form(&mut checks, "/plan/form_reactive", &plan.form_reactive);
    check_form(&mut checks, "/plan/form_invite", &plan.form_invite);
    check_routing(&mut checks, &plan.routing);
    check_alternatives(&mut checks, &plan.alternatives);
    check_styling(&mut checks, &plan.styling);
    conduct_check::check(&mut checks, "/plan/conduct", &plan.conduct);
    checks.finish()
}

/// Whether what a queue refers to is there and of the same site.
///
/// # Errors
/// Everything that is not, or when the database failed.
pub(super) async fn check_references(tx: &mut Tx, row: &QueueRow, agents: &[UserId]) -> Answer<()> {
    let mut checks = Checks::new();
    if let Some(offer) = row.plan.launch_offer_id {
        let offer = find_offer(tx, offer).await?;
        if !offer.is_some_and(|offer| offer.site_id == row.site_id) {
            checks.wrong("/plan/launch_offer_id", "is not an offer of this site");
        }
    }
    for (i, agent) in agents.iter().enumerate() {
        if find_user(tx, *agent).await?.is_none() {
            checks.wrong(format!("/agents/{i}"), "is not a user");
        }
    }
    checks.finish()
}

fn check_form(checks: &mut Checks, at: &str, fields: &[Field]) {
    checks.count(at, fields.len(), 0..=FIELDS_MAX);
    let mut keys = BTreeSet::new();
    for (i, field) in fields.iter().enumerate() {
        let at = format!("{at}/{i}");
        let is_key = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if !(1..=40).contains(&field.key.len()) || !field.key.bytes().all(is_key) {
            checks.wrong(format!("{at}/key"), "is not 1 to 40 characters of a to z, 0 to 9 and _");
        } else if !keys.insert(&field.key) {
            checks.wrong(format!("{at}/key"), "is in the form twice");
        }
        checks.texts(&format!("{at}/label"), &field.label, 1..=200);
        checks.texts(&format!("{at}/help"), &field.help, 0..=400);
        check_choices(checks, &format!("{at}/choices"), field);
    }
}

fn check_choices(checks: &mut Checks, at: &str, field: &Field) {
    match field.kind {
        FieldKind::Select => checks.count(at, field.choices.len(), 1..=CHOICES_MAX),
        FieldKind::Text
        | FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Number
        | FieldKind::Checkbox
        | FieldKind::LongText
        | FieldKind::Consent => {
            if !field.choices.is_empty() {
                checks.wrong(at, "belongs to a field of type select only");
            }
        }
    }
    let mut seen = BTreeSet::new();
    for (i, choice) in field.choices.iter().enumerate() {
        checks.line(&format!("{at}/{i}"), choice, 1..=200);
        if !seen.insert(choice) {
            checks.wrong(format!("{at}/{i}"), "is in the list twice");
        }
    }
}

fn check_routing(checks: &mut Checks, routing: &Routing) {
    checks.number("/plan/routing/ring_time_s", routing.ring_time_s, 5..=300);
    checks.number("/plan/routing/dequeue_after_s", routing.dequeue_after_s, 0..=86_400);
}

fn check_alternatives(checks: &mut Checks, alternatives: &Alternatives) {
    for (name, alternative) in [
        ("out_of_hours", &alternatives.out_of_hours),
        ("channel_off", &alternatives.channel_off),
        ("no_agent", &alternatives.no_agent),
    ] {
        let at = format!("/plan/alternatives/{name}");
        match alternative {
            Alternative::Wait | Alternative::Enquiry => {}
            Alternative::Url { url } => checks.address(&format!("{at}/url"), url),
            Alternative::Message { text } => checks.text(&format!("{at}/text"), text, 0..=400),
        }
    }
}

fn check_styling(checks: &mut Checks, styling: &Styling) {
    checks.color("/plan/styling/color", &styling.color);
    checks.picture("/plan/styling/logo_url", styling.logo_url.as_deref());
    checks.line("/plan/styling/title", &styling.title, 0..=60);
    checks.text("/plan/styling/greeting", &styling.greeting, 0..=400);
}
