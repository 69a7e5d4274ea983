//! Owns the chart of how cost grows: one line a series, against the same with the smallest size. Both axes are logarithmic, so
//! that what is flat is flat, and what doubles with the size rises as steeply as the page does.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, ensure};

use super::figure::Figure;

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 460.0;
/// Of the field in which the lines are.
const LEFT: f64 = 60.0;
const RIGHT: f64 = 520.0;
const TOP: f64 = 50.0;
const BOTTOM: f64 = 410.0;
/// The field's bounds, as powers of ten.
const SIZES: [f64; 2] = [1.0, 6.0];
const TIMES: [f64; 2] = [-1.0, 3.0];
/// For readers who see few colours too: light and dark by turns.
const COLOURS: [&str; 6] = ["#1b6ca8", "#d1495b", "#2e7d32", "#8e5ea2", "#b8860b", "#4a4a4a"];
/// Twice the least way from one text beside the lines to the next.
const LINE: f64 = 26.0;

/// One line.
struct Series<'a> {
    name: &'a str,
    /// Size, and cost beside that of the smallest size.
    points: Vec<(f64, f64)>,
}

/// Draws what of the figures has grown.
///
/// # Errors
/// When there is none, or the file cannot be written.
pub(super) fn draw(figures: &[Figure], file: &Path) -> anyhow::Result<()> {
    let series = series_of(figures);
    ensure!(!series.is_empty(), "none of the figures has sizes: measure grow");
    std::fs::write(file, svg(&series)).with_context(|| format!("cannot write {}", file.display()))
}

fn series_of(figures: &[Figure]) -> Vec<Series<'_>> {
    let mut all: Vec<Series<'_>> = Vec::new();
    for figure in figures {
        let Some(grown) = &figure.grown else { continue };
        let at = match all.iter().position(|series| series.name == grown.series) {
            Some(at) => at,
            None => {
                all.push(Series { name: &grown.series, points: Vec::new() });
                all.len() - 1
            }
        };
        all[at].points.push((grown.size, figure.value.median));
    }
    for series in &mut all {
        series.points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let first = series.points[0].1;
        series.points.iter_mut().for_each(|(_, cost)| *cost /= first);
    }
    // Memory that was given back meanwhile can make a small size cost less than nothing.
    all.retain(|series| series.points.iter().all(|(_, times)| *times > 0.0));
    all
}

fn x(size: f64) -> f64 {
    LEFT + (size.log10() - SIZES[0]) / (SIZES[1] - SIZES[0]) * (RIGHT - LEFT)
}

fn y(times: f64) -> f64 {
    let within = times.max(f64::MIN_POSITIVE).log10().clamp(TIMES[0], TIMES[1]);
    BOTTOM - (within - TIMES[0]) / (TIMES[1] - TIMES[0]) * (BOTTOM - TOP)
}

fn svg(series: &[Series<'_>]) -> String {
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>\n\
         <text x=\"{LEFT}\" y=\"26\" font-size=\"15\">How cost grows: times what it is at the smallest size</text>\n"
    );
    axes(&mut out);
    // The texts beside the lines stand in the order of their ends, none over another.
    let mut ends: Vec<(usize, f64)> =
        series.iter().enumerate().map(|(at, series)| (at, y(last(series).1))).collect();
    ends.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut free = TOP;
    for (at, end) in ends {
        let text = end.max(free).min(BOTTOM);
        free = text + LINE / 2.0;
        line(&mut out, &series[at], COLOURS[at % COLOURS.len()], text);
    }
    out + "</svg>\n"
}

fn axes(out: &mut String) {
    for power in SIZES[0] as i32..=SIZES[1] as i32 {
        let (at, size) = (x(10_f64.powi(power)), 10_u64.pow(power.unsigned_abs()));
        put(
            out,
            &format!("<line x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{TOP}\" y2=\"{BOTTOM}\" stroke=\"#e2e2e2\"/>"),
        );
        put(
            out,
            &format!("<text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{size}</text>", BOTTOM + 18.0),
        );
    }
    for power in TIMES[0] as i32..=TIMES[1] as i32 {
        let (at, times) = (y(10_f64.powi(power)), 10_f64.powi(power));
        let stroke = if power == 0 { "#888888" } else { "#e2e2e2" };
        put(
            out,
            &format!(
                "<line x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{at:.1}\" y2=\"{at:.1}\" stroke=\"{stroke}\"/>"
            ),
        );
        put(
            out,
            &format!(
                "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{times}</text>",
                LEFT - 8.0,
                at + 4.0
            ),
        );
    }
    let middle = (LEFT + RIGHT) / 2.0;
    put(
        out,
        &format!(
            "<text x=\"{middle}\" y=\"{:.1}\" text-anchor=\"middle\">how many there are</text>",
            BOTTOM + 38.0
        ),
    );
}

fn line(out: &mut String, series: &Series<'_>, colour: &str, text: f64) {
    let points: Vec<_> =
        series.points.iter().map(|(size, times)| format!("{:.1},{:.1}", x(*size), y(*times))).collect();
    put(
        out,
        &format!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            points.join(" ")
        ),
    );
    for (size, times) in &series.points {
        put(
            out,
            &format!("<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"{colour}\"/>", x(*size), y(*times)),
        );
    }
    let (size, times) = last(series);
    put(
        out,
        &format!(
            "<path d=\"M{:.1} {:.1}L{:.1} {:.1}\" stroke=\"{colour}\" stroke-width=\"0.5\"/>",
            x(size) + 4.0,
            y(times),
            RIGHT + 14.0,
            text
        ),
    );
    put(
        out,
        &format!(
            "<text x=\"{:.1}\" y=\"{:.1}\" fill=\"{colour}\">{}, {times:.1} times</text>",
            RIGHT + 18.0,
            text + 4.0,
            series.name
        ),
    );
}

fn last(series: &Series<'_>) -> (f64, f64) {
    series.points.last().copied().unwrap_or((1.0, 1.0))
}

fn put(out: &mut String, element: &str) {
    writeln!(out, "{element}").expect("a text takes everything");
}

#[cfg(test)]
mod tests {
    use super::super::rounds::Spread;
    use super::*;

    #[test]
    fn a_line_has_its_sizes_in_order_and_costs_beside_the_smallest() {
        let figure = |size, cost| Figure::grown("a call", size, "chats", "ms", Spread::once(cost));
        let figures = [figure(1_000, 9.0), figure(10, 3.0), Figure::new("another", "ms", Spread::once(1.0))];
        let series = series_of(&figures);
        assert_eq!(series.len(), 1);
        assert_eq!(series[0].name, "a call, by chats");
        assert_eq!(series[0].points, [(10.0, 1.0), (1_000.0, 3.0)]);
        assert!(svg(&series).contains("a call, by chats, 3.0 times"));
    }

    #[test]
    fn nothing_is_drawn_of_figures_without_sizes() {
        let file = std::env::temp_dir().join("beckon-chart-of-nothing.svg");
        assert!(draw(&[Figure::new("another", "ms", Spread::once(1.0))], &file).is_err());
        assert!(!file.exists());
    }
}
