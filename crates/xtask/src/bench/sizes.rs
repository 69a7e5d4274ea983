//! What the widget costs a customer's page in bytes: the compressed files as the web build wrote them.

use anyhow::Context;

use super::Row;
use crate::workspace::root;

/// The files that a page loads, and the most they may weigh, in KB.
const FILES: [(&str, &str, f64); 2] =
    [("loader, brotli", "widget/beckon.js.br", 6.0), ("chat, brotli", "widget/beckon-chat.js.br", 30.0)];

/// One row a file.
pub(super) fn measure() -> anyhow::Result<Vec<Row>> {
    FILES.iter().map(|(name, file, limit)| row(name, file, *limit)).collect()
}

fn row(name: &str, file: &str, limit: f64) -> anyhow::Result<Row> {
    let path = root().join("web/dist").join(file);
    let size = std::fs::metadata(&path).with_context(|| format!("{} is not built", path.display()))?.len();
    let value = f64::from(u32::try_from(size).context("a file of the widget is far too large")?) / 1024.0;
    Ok(Row { name: name.to_owned(), value, unit: "KB", limit: Some(limit) })
}
