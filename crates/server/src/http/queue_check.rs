//! Owns what a queue must be to be saved: hours, forms, routing, alternatives and styling.

use std::collections::{BTreeMap, BTreeSet};

use beckon_engine::hours;
use beckon_engine::id::UserId;
use beckon_engine::queue::enquiry::EnquiryPlan;
use beckon_engine::queue::waiting::{Dequeue, LEVEL_MAX, PRIORITY_MAX, Priorities};
use beckon_engine::queue::{Alternative, Alternatives, Field, FieldKind, Routing, Styling};

use super::check::{Checks, LANGUAGES_MAX, escaped};
use super::conduct_check;
use super::error::Answer;
use super::queue::QUEUE_AGENTS_MAX;
use crate::store::Tx;
use crate::store::offer::find_offer;
use crate::store::queue::{QueueRow, find_queue};
use crate::store::user::find_user;

const FIELDS_MAX: usize = 30;
const CHOICES_MAX: usize = 100;
const CONSENT_CHARS_MAX: usize = 1_000;
const SKILLS_MAX: usize = 20;
const SKILL_CHARS_MAX: usize = 40;
const EMAILS_MAX: usize = 10;

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
    check_enquiry(&mut checks, &plan.enquiry);
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
    if let Dequeue::Queue { queue_id } = row.plan.routing.dequeue {
        let other = find_queue(tx, queue_id).await?.filter(|other| other.site_id == row.site_id);
        if other.is_none_or(|other| other.id == row.id) {
            checks.wrong("/plan/routing/dequeue/queue_id", "is not another queue of this site");
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
        // The label of a consent is what the visitor agrees to.
        let label_max = if field.kind == FieldKind::Consent { CONSENT_CHARS_MAX } else { 200 };
        checks.texts(&format!("{at}/label"), &field.label, 1..=label_max);
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
    for (tag, labels) in &field.choice_labels {
        let at = format!("{}/{}", at.replace("/choices", "/choice_labels"), escaped(tag));
        checks.language(&at, tag);
        if labels.len() != field.choices.len() {
            checks.wrong(at.as_str(), "has not one text for each choice");
        }
        for (i, label) in labels.iter().enumerate() {
            checks.line(&format!("{at}/{i}"), label, 1..=200);
        }
    }
    checks.count(&at.replace("/choices", "/choice_labels"), field.choice_labels.len(), 0..=LANGUAGES_MAX);
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
    checks.number("/plan/routing/relax_skills_after_s", routing.relax_skills_after_s, 0..=86_400);
    let Priorities { reactive, invite, moved } = routing.priority;
    for (name, priority) in [("reactive", reactive), ("invite", invite), ("moved", moved)] {
        checks.number(&format!("/plan/routing/priority/{name}"), priority, 0..=i64::from(PRIORITY_MAX));
    }
    match &routing.dequeue {
        Dequeue::Enquiry | Dequeue::Queue { .. } => {}
        Dequeue::Url { url } => checks.address("/plan/routing/dequeue/url", url),
        Dequeue::Message { text, texts } => check_message(checks, "/plan/routing/dequeue", text, texts),
    }
    let needs = routing.skills.iter().map(|need| (need.skill.as_str(), need.level));
    check_skills(checks, "/plan/routing/skills", "skill", needs);
}

/// Skills as a queue needs them or a user has them: named once, each with a level.
pub(super) fn check_skills<'a>(
    checks: &mut Checks,
    at: &str,
    name: &str,
    skills: impl ExactSizeIterator<Item = (&'a str, u8)>,
) {
    checks.count(at, skills.len(), 0..=SKILLS_MAX);
    let mut seen = BTreeSet::new();
    for (i, (skill, level)) in skills.enumerate() {
        checks.line(&format!("{at}/{i}/{name}"), skill, 1..=SKILL_CHARS_MAX);
        checks.number(&format!("{at}/{i}/level"), level, 1..=i64::from(LEVEL_MAX));
        if !seen.insert(skill.to_lowercase()) {
            checks.wrong(format!("{at}/{i}/{name}"), "is in the list twice");
        }
    }
}

fn check_enquiry(checks: &mut Checks, enquiry: &EnquiryPlan) {
    checks.count("/plan/enquiry/emails", enquiry.emails.len(), 0..=EMAILS_MAX);
    let mut seen = BTreeSet::new();
    for (i, email) in enquiry.emails.iter().enumerate() {
        let at = format!("/plan/enquiry/emails/{i}");
        checks.email(&at, email);
        if !seen.insert(email.to_lowercase()) {
            checks.wrong(at, "is in the list twice");
        }
    }
    check_form(checks, "/plan/enquiry/form", &enquiry.form);
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
            Alternative::Message { text, texts } => check_message(checks, &at, text, texts),
        }
    }
}

/// The text for everyone, and those in further languages.
fn check_message(checks: &mut Checks, at: &str, text: &str, texts: &BTreeMap<String, String>) {
    checks.text(&format!("{at}/text"), text, 0..=400);
    checks.texts(&format!("{at}/texts"), texts, 0..=400);
}

fn check_styling(checks: &mut Checks, styling: &Styling) {
    checks.color("/plan/styling/color", &styling.color);
    checks.picture("/plan/styling/logo_url", styling.logo_url.as_deref());
    checks.line("/plan/styling/title", &styling.title, 0..=60);
    checks.text("/plan/styling/greeting", &styling.greeting, 0..=400);
    checks.line("/plan/styling/launcher_label", &styling.launcher_label, 0..=30);
    checks.count("/plan/styling/texts", styling.texts.len(), 0..=LANGUAGES_MAX);
    for (tag, texts) in &styling.texts {
        let at = format!("/plan/styling/texts/{}", escaped(tag));
        checks.language(&at, tag);
        checks.line(&format!("{at}/title"), &texts.title, 0..=60);
        checks.text(&format!("{at}/greeting"), &texts.greeting, 0..=400);
        checks.line(&format!("{at}/launcher_label"), &texts.launcher_label, 0..=30);
    }
}
