//! Owns a figure of a bench beside its floor: the table and the JSON.

use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::rounds::Spread;

/// One figure.
#[derive(Serialize, Deserialize)]
pub(super) struct Figure {
    pub(super) name: String,
    unit: String,
    /// Over the rounds.
    pub(super) value: Spread,
    /// The same work stripped to what nobody can leave out, in the same rounds.
    floor: Option<Spread>,
    /// What the figure should keep to.
    aim: Option<Aim>,
}

/// What a figure should keep to.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Aim {
    AtMost(f64),
    AtLeast(f64),
    /// So many times its floor at the most.
    Times(f64),
}

impl Figure {
    pub(super) fn new(name: impl Into<String>, unit: &str, value: Spread) -> Self {
        Self { name: name.into(), unit: unit.to_owned(), value, floor: None, aim: None }
    }

    pub(super) fn above(self, floor: Spread) -> Self {
        Self { floor: Some(floor), ..self }
    }

    pub(super) fn at_most(self, limit: f64) -> Self {
        Self { aim: Some(Aim::AtMost(limit)), ..self }
    }

    pub(super) fn at_least(self, limit: f64) -> Self {
        Self { aim: Some(Aim::AtLeast(limit)), ..self }
    }

    pub(super) fn at_most_times(self, times: f64) -> Self {
        Self { aim: Some(Aim::Times(times)), ..self }
    }

    /// Out of a line of JSON that another program found: `name`, `unit`, `value`, and `range` where there were rounds.
    ///
    /// # Errors
    /// When it is none.
    pub(super) fn parse(line: &str) -> anyhow::Result<(Self, Value)> {
        let said: Value = serde_json::from_str(line)?;
        let text =
            |key: &str| said[key].as_str().with_context(|| format!("a figure without a {key}: {line}"));
        let median = said["value"].as_f64().with_context(|| format!("a figure without a value: {line}"))?;
        let end = |at: usize| said["range"][at].as_f64().unwrap_or(median);
        let figure = Self::new(text("name")?, text("unit")?, Spread { median, low: end(0), high: end(1) });
        Ok((figure, said))
    }

    fn ratio(&self) -> Option<f64> {
        self.floor.map(|floor| self.value.median / floor.median)
    }

    fn aim(&self) -> String {
        match self.aim {
            Some(Aim::AtMost(limit)) => format!("≤ {limit}"),
            Some(Aim::AtLeast(limit)) => format!("≥ {limit}"),
            Some(Aim::Times(times)) => format!("≤ {times} x"),
            None => String::new(),
        }
    }

    fn is_missed(&self) -> bool {
        match self.aim {
            Some(Aim::AtMost(limit)) => self.value.median > limit,
            Some(Aim::AtLeast(limit)) => self.value.median < limit,
            Some(Aim::Times(times)) => self.ratio().is_some_and(|ratio| ratio > times),
            None => false,
        }
    }
}

/// Writes the figures to `json` where it is given.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn report(figures: &[Figure], json: Option<&Path>) -> anyhow::Result<()> {
    let Some(file) = json else { return Ok(()) };
    let text = serde_json::to_string_pretty(figures)?;
    std::fs::write(file, text + "\n").with_context(|| format!("cannot write {}", file.display()))
}

/// Prints the table.
pub(super) fn print(figures: &[Figure]) {
    let width = figures.iter().map(|figure| figure.name.chars().count()).max().unwrap_or(0);
    println!(
        "{:width$}  {:>11}  {:>17}  {:>9}  {:>6}  {:>8}",
        "figure", "median", "range", "floor", "ratio", "aim"
    );
    for figure in figures {
        let value = figure.value;
        let range = format!("{:.1}–{:.1}", value.low, value.high);
        let floor = figure.floor.map(|floor| format!("{:.1}", floor.median)).unwrap_or_default();
        let ratio = figure.ratio().map(|ratio| format!("{ratio:.1}")).unwrap_or_default();
        let missed = if figure.is_missed() { "  missed" } else { "" };
        println!(
            "{:width$}  {:>11.1}  {range:>17}  {floor:>9}  {ratio:>6}  {:>8}  {}{missed}",
            figure.name,
            value.median,
            figure.aim(),
            figure.unit
        );
    }
}
