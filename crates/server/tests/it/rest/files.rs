//! Proves what stands beside the REST interface: health, and the files of console and widget.

use axum::http::StatusCode;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
};

use axum::body::Body;
use axum::http::HeaderName;
use beckon_server::store::user::Role;
use serde_json::json;

use super::place::{Browser, Place};

// spec: N-6
#[tokio::test]
async fn the_server_tells_that_it_lives_and_is_ready() {
    let place = Place::empty().await;
    let mut browser = place.browser();
    assert_eq!(browser.get("/healthz").await.text, "ok\n");
    assert_eq!(browser.get("/readyz").await.ok(), json!({ "status": "ready", "reasons": [] }));
    place.api.store.close().await;
    assert_eq!(browser.get("/healthz").await.text, "ok\n");
    let reply = browser.get("/readyz").await;
    let (status, said) = (reply.status, reply.json());
    assert_eq!((status.as_u16(), &said["status"]), (503, &json!("not_ready")), "{said}");
    assert_eq!(said["reasons"][0]["code"], "database");
}

#[tokio::test]
async fn console_and_widget_are_served_or_said_to_be_missing() {
    let place = Place::empty().await;
    let mut browser = place.browser();
    let page = browser.get("/sites/some/rules").await;
    if page.status == StatusCode::SERVICE_UNAVAILABLE {
        assert!(page.text.contains("npm run build"), "{}", page.text);
        return;
    }
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header(CONTENT_TYPE), Some("text/html; charset=utf-8"));
    assert!(page.header(CONTENT_SECURITY_POLICY).unwrap().contains("frame-ancestors 'none'"));
    let widget = browser.get("/beckon.js").await;
    assert_eq!(widget.header(ACCESS_CONTROL_ALLOW_ORIGIN), Some("*"));
    let tag: &'static str = widget.header(ETAG).unwrap().to_owned().leak();
    browser.headers = vec![(IF_NONE_MATCH, tag)];
    let again = browser.get("/beckon.js").await;
    assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
}

#[tokio::test]
async fn a_file_that_is_not_there_is_not_the_console() {
    let place = Place::empty().await;
    let mut browser = place.browser();
    for path in [
        "/assets/index-none.js",
        "/favicon-none.ico",
        "/../Cargo.toml",
        "/assets/../../../Cargo.toml",
        "/.env",
    ] {
        browser.get(path).await.refused(404, "not_found");
    }
}

pub(crate) fn png(side: u32) -> Vec<u8> {
    let mut content = Vec::new();
    let picture = image::RgbaImage::from_pixel(side, side / 2, image::Rgba([15, 118, 110, 255]));
    picture.write_to(&mut std::io::Cursor::new(&mut content), image::ImageFormat::Png).unwrap();
    content
}

async fn send_picture(browser: &mut Browser, site: &str, content: Vec<u8>) -> super::place::Reply {
    browser.headers = vec![(CONTENT_TYPE, "application/octet-stream")];
    browser.send("POST", &format!("/api/v1/sites/{site}/pictures?use=logo"), Body::from(content)).await
}

// spec: Q-11 X-7
#[tokio::test]
async fn a_logo_is_made_anew_and_shown_to_everyone() {
    let (place, mut admin, site) = Place::with_site().await;
    let site = site.0.to_string();
    let picture = send_picture(&mut admin, &site, png(600)).await.created();
    assert_eq!((&picture["width"], &picture["height"]), (&json!(256), &json!(128)));
    let url = picture["url"].as_str().unwrap();
    let shown = place.browser().get(url).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert_eq!(shown.header(CONTENT_TYPE), Some("image/png"));
    assert_eq!(shown.header(CONTENT_SECURITY_POLICY), Some("default-src 'none'; sandbox"));
    let reach = HeaderName::from_static("cross-origin-resource-policy");
    assert_eq!(shown.header(reach), Some("cross-origin"));
    assert_eq!(shown.header(CACHE_CONTROL), Some("public, max-age=31536000, immutable"));

    let part = async |admin: &mut Browser, part: &str| {
        admin.headers = vec![(CONTENT_TYPE, "application/octet-stream")];
        let path = format!("/api/v1/sites/{site}/pictures?use=image&part={part}");
        admin.send("POST", &path, Body::from(png(600))).await
    };
    let picture = part(&mut admin, "100,50,300,120").await.created();
    assert_eq!((&picture["width"], &picture["height"]), (&json!(300), &json!(120)));
    part(&mut admin, "600,0,10,10").await.refused(415, "file_broken");
    part(&mut admin, "0,0,10").await.refused(422, "invalid");

    let html = b"<!DOCTYPE html><script>alert(1)</script>".to_vec();
    send_picture(&mut admin, &site, html).await.refused(415, "file_kind");
    send_picture(&mut admin, &site, png(64)[..40].to_vec()).await.refused(415, "file_broken");
    send_picture(&mut admin, &site, vec![0; 5 * 1024 * 1024 + 1]).await.refused(413, "file_too_large");
    let nowhere = uuid::Uuid::nil().to_string();
    send_picture(&mut admin, &nowhere, png(64)).await.refused(404, "not_found");
    let mut agent = place.signed_in("alice", Role::Agent).await;
    send_picture(&mut agent, &site, png(64)).await.refused(403, "forbidden");
    place.browser().get("/pictures/00000000-0000-0000-0000-000000000000").await.refused(404, "not_found");
}

// spec: Q-11
#[tokio::test]
async fn the_preview_stands_in_the_console_and_nowhere_else() {
    let place = Place::empty().await;
    let page = place.browser().get("/widget-preview").await;
    if page.status == StatusCode::SERVICE_UNAVAILABLE {
        return;
    }
    let policy = page.header(CONTENT_SECURITY_POLICY).unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'self'"), "{policy}");
    assert!(page.text.contains("/beckon-preview.js"));
    assert_eq!(place.browser().get("/beckon-preview.js").await.status, StatusCode::OK);
}
