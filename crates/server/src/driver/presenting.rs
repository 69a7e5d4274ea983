//! Owns the commit of a presentation: the gate is read once more, and the row is written with what it was decided on. Tells
//! nobody.

use beckon_engine::effect::Effect;
use beckon_engine::gate::Gate;
use beckon_engine::id::PresentationId;
use beckon_engine::offer::Offer;
use beckon_engine::reason::Reason;
use beckon_engine::time::UnixMs;

use super::Driver;
use super::effects::{Job, JobDone};
use super::entry;
use super::notice::visitor::PresentedOffer;
use super::overload::Load;
use super::reasons::Why;
use crate::store::chat::{ChatState, find_open_chat};
use crate::store::column::{Json, Text};
use crate::store::decision::{PresentationReasonsRow, insert_presentation_reasons};
use crate::store::hand_request::{hold_hand_request, update_hand_request_answered};
use crate::store::offer_stop::find_offer_stop;
use crate::store::presentation::{PresentationRow, find_presentation, insert_presentation};
use crate::store::webhook::event::{EventKind, insert_offer_event};
use crate::store::{StoreResult, Tx};

/// Reads the gate once more and writes the row, under the queue's lock, so that no two nodes overrun its capacity (O-12).
pub(super) async fn present(
    driver: &Driver,
    tx: &mut Tx,
    job: &Job,
    effect: &Effect,
    now: UnixMs,
    done: &mut JobDone,
) -> StoreResult<Result<(), Reason>> {
    let Effect::PresentOffer { presentation, offer, queue, tab, .. } = effect else {
        unreachable!("only an effect that presents is handed in");
    };
    // An earlier try was committed without an answer: what it presented stays, whatever refuses it by now.
    if let Some(row) = find_presentation(tx, *presentation).await? {
        done.presented = Some((shown(&row), *tab));
        return Ok(Ok(()));
    }
    let config = &job.site.world.config;
    let Some(offer) = config.offer(*offer) else { return Ok(Err(Reason::StoreRefused)) };
    if driver.load() >= Load::NoOffers {
        return Ok(Err(Reason::Overloaded));
    }
    let gate = entry::lock_gate(tx, &job.site, *queue, now).await?;
    if let Some(chat) = find_open_chat(tx, job.visitor).await? {
        if *chat.state != ChatState::Form {
            return Ok(Err(Reason::ChatOpen));
        }
        if now.0 < chat.held_until {
            return Ok(Err(Reason::FormOpen));
        }
    }
    if let Some(reason) = gate.closed_because() {
        return Ok(Err(reason));
    }
    if find_offer_stop(tx, *job.site.row.id).await?.is_some() {
        return Ok(Err(Reason::OffersStopped));
    }
    if !gate.has_capacity(config.settings().capacity_factor) {
        return Ok(Err(Reason::CapacityReached));
    }
    let asked_as = job.why.as_ref().and_then(|why| why.by.as_ref()?.asked_as);
    // Who asked at another node was told no (O-13).
    if let Some(request) = asked_as
        && !hold_hand_request(tx, request).await?
    {
        return Ok(Err(Reason::VisitorAway));
    }
    let row = row(job, effect, offer, now);
    if !insert_presentation(tx, &row).await? {
        return Ok(Err(Reason::StoreRefused));
    }
    let told = driver.clock().new_id();
    insert_offer_event(tx, told, EventKind::OfferPresented, *presentation, now).await?;
    if let Some(request) = asked_as {
        update_hand_request_answered(tx, request, Ok(*presentation)).await?;
    }
    if let Some(why) = &job.why {
        insert_presentation_reasons(tx, &reasons(job, why, *presentation, gate, now)).await?;
    }
    done.presented = Some((shown(&row), *tab));
    Ok(Ok(()))
}

fn shown(row: &PresentationRow) -> PresentedOffer {
    PresentedOffer {
        id: *row.id,
        presented_at: row.presented_at,
        folded: false,
        design: row.design.0.clone(),
    }
}

fn row(job: &Job, effect: &Effect, offer: &Offer, now: UnixMs) -> PresentationRow {
    let Effect::PresentOffer { presentation, rule, queue, ignored_due, passive_due, .. } = effect else {
        unreachable!("only an effect that presents is handed in");
    };
    let by = job.why.as_ref().and_then(|why| why.by.as_ref());
    let facts = rule.and_then(|rule| job.site.rules.get(&rule).cloned()).unwrap_or_default();
    let presented_at = job.decided.presentation.as_ref().map_or(now, |asked| asked.presented_at);
    PresentationRow {
        id: Text(*presentation),
        site_id: job.site.row.id,
        visit_id: Text(job.visit),
        visitor_id: Text(job.visitor),
        rule_id: rule.map(Text),
        rule_name: facts.name,
        offer_id: Text(offer.id),
        offer_name: offer.name.clone(),
        queue_id: Text(*queue),
        config_version: job.site.row.config_version,
        design: Json(offer.design.clone()),
        presented_at: presented_at.0,
        ignored_due: ignored_due.0,
        passive_due: passive_due.0,
        outcome: None,
        outcome_at: None,
        outcome_reason: None,
        accepted_late_at: None,
        by_user_id: by.map(|by| Text(by.user.id)),
        by_name: by.map(|by| by.user.name.clone()),
        chat_priority: i64::from(facts.chat_priority),
    }
}

fn reasons(job: &Job, why: &Why, id: PresentationId, gate: Gate, now: UnixMs) -> PresentationReasonsRow {
    let page = why.page.clone();
    PresentationReasonsRow {
        presentation_id: Text(id),
        kept_at: now.0,
        page_url: page.as_ref().map(|page| page.url.clone()).unwrap_or_default(),
        page_title: page.map(|page| page.title).unwrap_or_default(),
        gate: Json(gate),
        capacity_factor: i64::from(job.site.world.config.settings().capacity_factor),
        overrode: Json(why.by.as_ref().map(|by| by.overrode.clone()).unwrap_or_default()),
        rules: Json(why.rules.clone()),
        rules_left_out: i64::try_from(why.left_out).unwrap_or(i64::MAX),
    }
}
