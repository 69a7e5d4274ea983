//! What the widget costs a page, and how long an offer takes until it is painted: in a real Chromium, on pages of another origin
//! than the server's. What is measured, and why its floor is fair, stands in the scripts (`e2e/bench/widget.spec.ts`,
//! `paint.spec.ts`).

use anyhow::Context;
use serde_json::json;

use super::super::browser;
use super::super::figure::Figure;
use super::desk::Desk;
use super::served::Served;
use crate::service::free_port;

/// The widget on its first view.
///
/// # Errors
/// When the server or the browser cannot be started.
pub(in crate::bench) fn widget(quick: bool) -> anyhow::Result<Vec<Figure>> {
    run("widget", if quick { 2 } else { 5 })
}

/// An offer, from its condition to the screen.
///
/// # Errors
/// When the server or the browser cannot be started.
pub(in crate::bench) fn paint(quick: bool) -> anyhow::Result<Vec<Figure>> {
    run("paint", if quick { 4 } else { 20 })
}

fn run(script: &str, rounds: u32) -> anyhow::Result<Vec<Figure>> {
    let served = Served::beckon()?;
    let shop = served.shop.as_ref().context("it was furnished")?;
    let port = free_port()?;
    let site = format!("/api/v1/sites/{}", shop.site);
    let origins = json!({ "origins": [format!("http://127.0.0.1:{port}")] });
    served.block_on(shop.admin.change(served.address, &site, &origins))?;
    served.timer_rule("/timer/", 1)?;
    let _desk = Desk::open(&served)?;
    let (url, port, rounds) = (format!("http://{}", served.address), port.to_string(), rounds.to_string());
    browser::figures(
        script,
        &[
            ("BECKON_BENCH_URL", &url),
            ("BECKON_BENCH_SITE", &shop.key),
            ("BECKON_BENCH_PAGES", &port),
            ("BECKON_BENCH_ROUNDS", &rounds),
        ],
    )
}
