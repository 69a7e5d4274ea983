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
    pub(super) unit: String,
    /// Over the rounds.
    pub(super) value: Spread,
    /// The same work stripped to what nobody can leave out, in the same rounds.
    pub(super) floor: Option<Spread>,
    /// What the figure should keep to.
    aim: Option<Aim>,
    /// Where it belongs among figures of different sizes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) grown: Option<Grown>,
}

/// One point of how something grows.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Grown {
    /// What costs, and with how many of what.
    pub(super) series: String,
    /// How many there were.
    pub(super) size: f64,
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
        Self { name: name.into(), unit: unit.to_owned(), value, floor: None, aim: None, grown: None }
    }

    /// What `what` costs with `size` things.
    pub(super) fn grown(what: &str, size: u32, things: &str, unit: &str, value: Spread) -> Self {
        let grown = Grown { series: format!("{what}, by {things}"), size: size.into() };
        Self { grown: Some(grown), ..Self::new(format!("{what}, {size} {things}"), unit, value) }
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

    /// Out of a line of JSON that another program found: `name`, `unit`, `value`, `range` where there were rounds, and
    /// `at_most` or `at_least` where there is an aim.
    ///
    /// # Errors
    /// When it is none.
    pub(super) fn parse(line: &str) -> anyhow::Result<Self> {
        let said: Value = serde_json::from_str(line)?;
        let text =
            |key: &str| said[key].as_str().with_context(|| format!("a figure without a {key}: {line}"));
        let median = said["value"].as_f64().with_context(|| format!("a figure without a value: {line}"))?;
        let end = |at: usize| said["range"][at].as_f64().unwrap_or(median);
        let figure = Self::new(text("name")?, text("unit")?, Spread { median, low: end(0), high: end(1) });
        Ok(match (said["at_most"].as_f64(), said["at_least"].as_f64()) {
            (Some(limit), _) => figure.at_most(limit),
            (None, Some(limit)) => figure.at_least(limit),
            (None, None) => figure,
        })
    }

    pub(super) fn ratio(&self) -> Option<f64> {
        self.floor.map(|floor| self.value.median / floor.median)
    }

    pub(super) fn aim(&self) -> String {
        match self.aim {
            Some(Aim::AtMost(limit)) => format!("≤ {limit}"),
            Some(Aim::AtLeast(limit)) => format!("≥ {limit}"),
            Some(Aim::Times(times)) => format!("≤ {times} x"),
            None => String::new(),
        }
    }

    pub(super) fn is_missed(&self) -> bool {
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

/// The figures that were written to a file.
///
/// # Errors
/// When it cannot be read, or holds none.
pub(super) fn read(file: &Path) -> anyhow::Result<Vec<Figure>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} holds no figures", file.display()))
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
        let ratio = figure.ratio().map(|ratio| format!("{ratio:.2}")).unwrap_or_default();
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
