//! `cargo xtask bench`: measured figures beside their floors, as a table and as JSON. Each bench is a module of its own, which
//! says what is measured and why its floor is fair; none of them decides whether the project is good.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::workspace::{self, cargo};
use crate::{demo, web};

mod browser;
mod chart;
mod console;
mod engine;
mod figure;
pub(crate) mod instructions;
mod live;
mod manual;
mod messages;
mod rounds;
mod sizes;

use figure::{Figure, report};
use live::Floor;

/// What can be measured, in the order in which all of it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Bench {
    /// What the widget weighs.
    Sizes,
    /// The engine alone: events, memory, compiling the rules.
    Engine,
    /// What engine and frames cost in instructions, against what is allowed.
    Instructions,
    /// How long the server takes to be ready, and what it takes at rest.
    Start,
    /// What a tracking event costs the running server, by frame and by POST.
    Track,
    /// What a visitor who is connected and does nothing costs in memory.
    Idle,
    /// What the heartbeats of many visitors cost.
    Beat,
    /// How long after its due time an offer is on the wire.
    Decide,
    /// How long after its condition is met an offer is painted in a browser.
    Paint,
    /// What the widget costs a page on its first view, in a browser.
    Widget,
    /// Acknowledged messages a second, and how long one takes.
    Message,
    /// How long a message takes from the agent to the visitor, and what it costs.
    Deliver,
    /// How many page views are stored a second, and how many bytes one takes.
    Ingest,
    /// How cost grows with visitors, rules and chats.
    Grow,
    /// How long every list of the interface takes with 100 000 rows behind it, on both databases.
    Lists,
    /// How quick the console is in a browser, with long lists behind it.
    Console,
}

/// Arguments of `cargo xtask bench`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// What is measured; everything when nothing is named.
    #[arg(value_enum)]
    names: Vec<Bench>,
    /// Write the figures to this file as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Draw how cost grows into this file, as SVG.
    #[arg(long)]
    chart: Option<PathBuf>,
    /// Renew the table in this file of the manual.
    #[arg(long)]
    manual: Option<PathBuf>,
    /// Measure nothing: take the figures that were written to this file, for the table and the chart.
    #[arg(long)]
    from: Option<PathBuf>,
    /// Fewer rounds and smaller crowds, for a first look; without names, instructions, message, lists and console are left out.
    #[arg(long)]
    quick: bool,
    /// Measure what was built before, without building it.
    #[arg(long)]
    no_build: bool,
    /// Lists and console: serve from an unoptimised build, which is made faster.
    #[arg(long)]
    debug: bool,
    /// Instructions: from now on what is counted now is held to be right.
    #[arg(long)]
    renew: bool,
    /// Become a bare server; the benches start themselves with it.
    #[arg(long, hide = true, value_enum)]
    floor: Option<Floor>,
    /// Measure so many visits in this process and print one line of JSON; the engine's bench starts itself with it.
    #[arg(long, hide = true)]
    crowd: Option<usize>,
}

/// Measures and reports, with optimised builds of the server and of this program.
///
/// # Errors
/// When something cannot be built or measured; a figure beyond its limit is reported, not an error.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if let Some(floor) = arguments.floor {
        return live::serve(floor);
    }
    if let Some(visits) = arguments.crowd {
        return engine::print_crowd(visits);
    }
    if let Some(figures) = &arguments.from {
        return arguments.publish(&figure::read(figures)?);
    }
    let all: Vec<Bench> =
        Bench::value_variants().iter().copied().filter(|name| !arguments.quick || name.is_quick()).collect();
    let names = if arguments.names.is_empty() { &all } else { &arguments.names };
    if cfg!(debug_assertions) && names.iter().any(|name| *name != Bench::Instructions) {
        if !arguments.no_build && names.iter().any(|name| name.needs_server()) {
            web::install("web")?;
            web::build()?;
            demo::build_server()?;
        }
        return run_optimised(arguments);
    }
    let mut figures = Vec::new();
    for name in names {
        println!("\n{name:?}");
        let measured = name.measure(arguments)?;
        figure::print(&measured);
        figures.extend(measured);
    }
    report(&figures, arguments.json.as_deref())?;
    arguments.publish(&figures)
}

impl Arguments {
    /// Into the manual, where that is asked for.
    fn publish(&self, figures: &[Figure]) -> anyhow::Result<()> {
        if let Some(file) = &self.manual {
            manual::renew(figures, file)?;
        }
        match &self.chart {
            Some(file) => chart::draw(figures, file),
            None => Ok(()),
        }
    }
}

impl Bench {
    /// Whether it has a reduced form; the others are left out of a first look at everything.
    fn is_quick(self) -> bool {
        !matches!(self, Self::Instructions | Self::Message | Self::Lists | Self::Console)
    }

    /// Whether it measures the release binary or the files of the web build.
    fn needs_server(self) -> bool {
        !matches!(self, Self::Engine | Self::Message | Self::Lists | Self::Console)
    }

    fn measure(self, arguments: &Arguments) -> anyhow::Result<Vec<Figure>> {
        let Arguments { quick, debug, renew, .. } = *arguments;
        match self {
            Self::Sizes => sizes::measure(),
            Self::Engine => engine::measure(quick),
            Self::Instructions => instructions::measure(renew),
            Self::Start => live::start::measure(live::amount(quick)),
            Self::Track => live::track::measure(live::amount(quick)),
            Self::Idle => live::idle::measure(live::amount(quick)),
            Self::Beat => live::beat::measure(live::amount(quick)),
            Self::Decide => live::decide::measure(quick),
            Self::Paint => live::pages::paint(quick),
            Self::Widget => live::pages::widget(quick),
            Self::Message => messages::message(),
            Self::Deliver => live::deliver::measure(quick),
            Self::Ingest => live::ingest::measure(quick),
            Self::Grow => live::grow::measure(quick),
            Self::Lists => messages::lists(debug),
            Self::Console => console::measure(debug),
        }
    }
}

/// Runs the same in an optimised build of this program.
fn run_optimised(arguments: &Arguments) -> anyhow::Result<()> {
    let mut command = cargo();
    command.args(["run", "--quiet", "--release", "--package", "xtask", "--", "bench"]);
    for name in &arguments.names {
        command.args(name.to_possible_value().map(|name| name.get_name().to_owned()));
    }
    for (set, word) in [
        (arguments.quick, "--quick"),
        (arguments.no_build, "--no-build"),
        (arguments.debug, "--debug"),
        (arguments.renew, "--renew"),
    ] {
        command.args(set.then_some(word));
    }
    for (word, file) in
        [("--json", &arguments.json), ("--chart", &arguments.chart), ("--manual", &arguments.manual)]
    {
        if let Some(file) = file {
            // Cargo runs it in the root of the project.
            command.arg(word).arg(std::path::absolute(file)?);
        }
    }
    workspace::run(&mut command)
}
