//! What the widget costs a customer's page in bytes: the compressed files as the web build wrote them.

use anyhow::Context;

use super::figure::Figure;
use super::rounds::Spread;
use crate::workspace::root;

/// The files that a page loads, and the most they may weigh, in KB.
const FILES: [(&str, &str, f64); 2] =
    [("loader, brotli", "widget/beckon.js.br", 6.0), ("chat, brotli", "widget/beckon-chat.js.br", 30.0)];

/// One figure a file.
///
/// # Errors
/// When the widget is not built.
pub(super) fn measure() -> anyhow::Result<Vec<Figure>> {
    FILES.iter().map(|(name, file, limit)| weigh(name, file, *limit)).collect()
}

fn weigh(name: &str, file: &str, limit: f64) -> anyhow::Result<Figure> {
    let path = root().join("web/dist").join(file);
    let size = std::fs::metadata(&path).with_context(|| format!("{} is not built", path.display()))?.len();
    let size = f64::from(u32::try_from(size).context("a file of the widget is far too large")?) / 1024.0;
    Ok(Figure::new(name, "KB", Spread::once(size)).at_most(limit))
}
