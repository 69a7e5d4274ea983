//! Proves what stands beside the REST interface: health, and the files of console and widget.

use axum::http::StatusCode;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
};

use super::place::Place;

// spec: N-6
#[tokio::test]
async fn the_server_tells_that_it_lives_and_is_ready() {
    let place = Place::empty().await;
    let mut browser = place.browser();
    assert_eq!(browser.get("/healthz").await.text, "ok\n");
    assert_eq!(browser.get("/readyz").await.text, "ready\n");
    place.api.store.close().await;
    assert_eq!(browser.get("/healthz").await.text, "ok\n");
    browser.get("/readyz").await.refused(503, "unavailable");
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
