//! Proves offers: what a design must be, and that one in use stays.

use serde_json::{Value, json};

use super::place::{Place, column, id_of};

pub(crate) fn card(name: &str) -> Value {
    let texts = json!({"title": "May we help?", "accept_label": "Yes", "reject_label": "No"});
    json!({"name": name, "design": {"texts": {"en": texts}}})
}

#[tokio::test]
async fn an_offer_is_made_changed_and_removed() {
    let (_place, mut admin, site) = Place::with_site().await;
    let list = format!("/api/v1/sites/{site}/offers");
    let offer = admin.post(&list, &card("Card")).await.created();
    assert_eq!(offer["site_id"], site.to_string());
    assert_eq!((&offer["active"], &offer["design"]["form"]), (&json!(true), &json!("card")));
    let path = format!("/api/v1/offers/{}", id_of(&offer));
    let changed = admin.patch(&path, &json!({"active": false})).await.ok();
    assert_eq!((&changed["active"], &changed["design"]), (&json!(false), &offer["design"]));
    assert_eq!(admin.get(&path).await.ok(), changed);
    admin.post(&list, &card("Banner")).await.created();
    assert_eq!(column(&admin.get(&list).await.ok(), "name"), ["Banner", "Card"]);
    admin.delete(&path).await.done();
    assert_eq!(column(&admin.get(&list).await.ok(), "name"), ["Banner"]);
    admin.delete(&path).await.refused(404, "not_found");
}

// spec: O-2
#[tokio::test]
async fn all_that_is_wrong_with_a_design_is_told_at_once() {
    let (_place, mut admin, site) = Place::with_site().await;
    let bad = json!({"name": "Card", "design": {
        "color": "red",
        "logo_url": "javascript:alert(1)",
        "image_url": "//evil.example/x.png",
        "default_language": "de",
        "texts": {
            "en": {"title": "", "body": "x".repeat(401), "accept_label": "y".repeat(31), "reject_label": "No\u{7}"},
            "e/n": {"title": "Hi", "accept_label": "Yes", "reject_label": "No"},
        },
    }});
    let errors = admin.post(&format!("/api/v1/sites/{site}/offers"), &bad).await.refused(422, "invalid");
    assert_eq!(
        errors,
        [
            "/design/color: is not a colour as #rrggbb",
            "/design/logo_url: is neither an https: address nor a path on this server",
            "/design/image_url: is neither an https: address nor a path on this server",
            "/design/default_language: is not one of the languages of the texts",
            "/design/texts/e~1n: is not the tag of a language such as en or pt-BR",
            "/design/texts/en/title: is empty",
            "/design/texts/en/body: has more than 400 characters",
            "/design/texts/en/accept_label: has more than 30 characters",
            "/design/texts/en/reject_label: has characters that cannot be shown",
        ]
    );
}

// spec: O-2
#[tokio::test]
async fn a_design_has_one_of_five_forms_and_texts_that_are_no_markup() {
    let (_place, mut admin, site) = Place::with_site().await;
    let list = format!("/api/v1/sites/{site}/offers");
    for form in ["card", "toast", "banner", "modal", "inline"] {
        let mut offer = card(form);
        offer["design"]["form"] = json!(form);
        offer["design"]["texts"]["de-CH"] =
            json!({"title": "<b>Hilfe?</b>", "accept_label": "Ja", "reject_label": "Nein"});
        let made = admin.post(&list, &offer).await.created();
        assert_eq!(made["design"]["form"], form);
        assert_eq!(
            made["design"]["texts"]["de-CH"]["title"], "<b>Hilfe?</b>",
            "it is kept as the text that it is"
        );
    }
    for (field, value) in [("form", json!("popup")), ("html", json!("<b>Hi</b>")), ("css", json!("b{}"))] {
        let mut offer = card("Other");
        offer["design"][field] = value;
        let errors = admin.post(&list, &offer).await.refused(422, "invalid");
        assert!(errors[0].starts_with(&format!("/design/{field}: unknown ")), "{errors:?}");
    }
}

#[tokio::test]
async fn an_offer_in_use_stays() {
    let (_place, mut admin, site) = Place::with_site().await;
    let offer = id_of(&admin.post(&format!("/api/v1/sites/{site}/offers"), &card("Card")).await.created());
    let path = format!("/api/v1/offers/{offer}");
    let queues = format!("/api/v1/sites/{site}/queues");
    let queue = id_of(&admin.get(&queues).await.ok()["items"][0]);
    let rule = json!({"priority": 1, "name": "First", "plan": {"offer_id": offer, "queue_id": queue}});
    let rule = id_of(&admin.post(&format!("/api/v1/sites/{site}/rules"), &rule).await.created());
    let refused = admin.delete(&path).await;
    refused.refused(409, "in_use");
    assert!(refused.text.contains("First"), "it says what uses it");
    admin.delete(&format!("/api/v1/rules/{rule}")).await.done();

    let plan = json!({"plan": {"launch_offer_id": offer}});
    admin.patch(&format!("/api/v1/queues/{queue}"), &plan).await.ok();
    admin.delete(&path).await.refused(409, "in_use");
    admin.patch(&format!("/api/v1/queues/{queue}"), &json!({"plan": {}})).await.ok();
    admin.delete(&path).await.done();
}
