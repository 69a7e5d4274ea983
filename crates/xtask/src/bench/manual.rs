//! Owns the table of the running server in the manual: made anew from the figures, between two lines of a file.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, ensure};

use super::figure::Figure;

const BEGIN: &str = "<!-- figures of cargo xtask bench: begin -->\n";
const END: &str = "<!-- figures of cargo xtask bench: end -->\n";

/// Puts the table in the place of the one that is there.
///
/// # Errors
/// When the file cannot be read or written, or has no place for a table.
pub(super) fn renew(figures: &[Figure], file: &Path) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let renewed = with_table(&text, &table(figures))
        .with_context(|| format!("{} has no place for a table", file.display()))?;
    std::fs::write(file, renewed).with_context(|| format!("cannot write {}", file.display()))
}

fn with_table(text: &str, table: &str) -> anyhow::Result<String> {
    let (before, rest) = text.split_once(BEGIN).context("the line before it is missing")?;
    let (old, after) = rest.split_once(END).context("the line after it is missing")?;
    ensure!(!old.contains('#'), "there is more than a table between the lines");
    Ok(format!("{before}{BEGIN}{table}{END}{after}"))
}

fn table(figures: &[Figure]) -> String {
    let mut out =
        "| row | figure | range | floor | ratio | aim | met |\n|---|---|---|---|---|---|---|\n".to_owned();
    for figure in figures {
        let [value, low, high] = [figure.value.median, figure.value.low, figure.value.high].map(short);
        let unit = &figure.unit;
        let floor = figure.floor.map(|floor| short(floor.median)).unwrap_or_default();
        let ratio = figure.ratio().map(short).unwrap_or_default();
        let met = match (figure.aim().is_empty(), figure.is_missed()) {
            (true, _) => "",
            (false, false) => "yes",
            (false, true) => "no",
        };
        let (name, aim) = (&figure.name, figure.aim());
        writeln!(out, "| {name} | {value} {unit} | {low}–{high} | {floor} | {ratio} | {aim} | {met} |")
            .expect("a text takes everything");
    }
    out.replace("  ", " ")
}

/// As many digits as say something.
fn short(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || size >= 100.0 {
        format!("{value:.0}")
    } else if size >= 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::super::rounds::Spread;
    use super::*;

    #[test]
    fn a_table_takes_the_place_of_the_one_before_and_nothing_else() {
        let text = format!("before\n{BEGIN}| old |\n{END}after\n");
        let missed = Figure::new("a call", "ms", Spread::once(12.34)).above(Spread::once(2.0)).at_most(9.0);
        let renewed = with_table(&text, &table(&[missed])).expect("there is a place");
        assert!(renewed.starts_with("before\n") && renewed.ends_with("after\n"));
        assert!(!renewed.contains("old"));
        assert!(renewed.contains("| a call | 12.3 ms | 12.3–12.3 | 2.00 | 6.17 | ≤ 9 | no |"), "{renewed}");
        assert!(with_table("no place\n", "").is_err());
    }
}
