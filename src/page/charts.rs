//! Charts as SVG that stands in the page: no script draws them, so they show in print as well.

use std::fmt::Write as _;

use super::grouped;

/// A part of a whole: its name, its count, and the class that colours it.
pub(super) type Part<'a> = (&'a str, u64, &'static str);

/// A share as a bar of its own, for a cell of a table.
pub(super) fn bar(parts: &[(u64, &str)], whole: u64) -> String {
    let mut svg = String::from(
        "<svg class=\"bar\" viewBox=\"0 0 100 1\" preserveAspectRatio=\"none\" aria-hidden=\"true\">",
    );
    let mut x = 0.0;
    for (count, class) in parts {
        let width = share(*count, whole) * 100.0;
        let _ =
            write!(svg, "<rect class=\"{class}\" x=\"{x:.2}\" width=\"{width:.2}\" height=\"1\"/>");
        x += width;
    }
    svg + "</svg>"
}

/// How `whole` divides into `parts`, as bands from left to right; parts of nothing are left out.
pub(super) fn flow(name: &str, (label, whole): (&str, u64), parts: &[Part]) -> String {
    // Narrow, so that a phone shows its labels.
    const WIDTH: f64 = 460.0;
    const HEIGHT: f64 = 150.0;
    /// Room that a label needs.
    const SLOT: f64 = 24.0;
    const LEFT: f64 = 66.0;
    const RIGHT: f64 = 205.0;
    let parts: Vec<&Part> = parts.iter().filter(|part| part.1 > 0).collect();
    let heights: Vec<f64> =
        parts.iter().map(|part| (share(part.1, whole) * HEIGHT).max(1.5)).collect();
    let all: f64 = heights.iter().map(|height| height.max(SLOT) + 6.0).sum();
    let height = all.max(HEIGHT) + 16.0;
    let mut svg = open(name, WIDTH, height).replacen("<svg", "<svg class=\"flow\"", 1);
    let _ = write!(
        svg,
        "<rect class=\"rejected\" x=\"{LEFT}\" y=\"8\" width=\"14\" height=\"{HEIGHT}\"/>\
         <text x=\"{x}\" y=\"26\" text-anchor=\"end\">{label}</text>\
         <text x=\"{x}\" y=\"44\" text-anchor=\"end\">{}</text>",
        grouped(whole),
        x = LEFT - 8.0,
    );
    let (mut from, mut to) = (8.0, 8.0);
    for ((label, count, class), tall) in parts.into_iter().zip(heights) {
        let x = LEFT + 14.0;
        let bend = f64::midpoint(x, RIGHT);
        let (from_end, to_end) = (from + tall, to + tall);
        let _ = write!(
            svg,
            "<path class=\"band {class}\" d=\"M{x} {from:.1}C{bend} {from:.1} {bend} {to:.1} {RIGHT} \
             {to:.1}L{RIGHT} {to_end:.1}C{bend} {to_end:.1} {bend} {from_end:.1} {x} {from_end:.1}Z\"/>\
             <rect class=\"{class}\" x=\"{RIGHT}\" y=\"{to:.1}\" width=\"14\" height=\"{tall:.1}\"/>\
             <text x=\"{}\" y=\"{:.1}\">{label} {} <tspan class=\"quiet\">{}</tspan></text>",
            RIGHT + 22.0,
            to + tall.max(SLOT) / 2.0 + 4.5,
            grouped(*count),
            percent(*count, whole),
        );
        from += tall;
        to += tall.max(SLOT) + 6.0;
    }
    svg + "</svg>"
}

/// A column: the label under it, its parts from the ground up, and what is said of it.
pub(super) struct Column {
    pub(super) label: String,
    pub(super) parts: Vec<u64>,
    pub(super) says: String,
}

/// Columns beside each other. `classes` colour their parts; a dashed line stands before the column
/// `mark`.
pub(super) fn columns(
    name: &str,
    columns: &[Column],
    classes: &[(&str, &str)],
    mark: Option<usize>,
) -> String {
    const WIDTH: f64 = 760.0;
    const HEIGHT: f64 = 180.0;
    const LEFT: f64 = 70.0;
    const TOP: f64 = 30.0;
    /// Labels that stand beside each other without touching.
    const LABELS: usize = 14;
    let most = columns.iter().map(|column| column.parts.iter().sum()).max().unwrap_or(0).max(1);
    let step = (WIDTH - LEFT - 10.0) / number(columns.len().max(1));
    let ground = TOP + HEIGHT;
    let mut svg = open(name, WIDTH, ground + 28.0);
    let mut x = LEFT;
    for (class, what) in classes.iter().filter(|_| classes.len() > 1) {
        let _ = write!(
            svg,
            "<rect class=\"{class}\" x=\"{x}\" y=\"4\" width=\"12\" height=\"12\"/>\
             <text class=\"quiet\" x=\"{}\" y=\"15\">{what}</text>",
            x + 17.0
        );
        x += 150.0;
    }
    for (y, count) in [(TOP, most), (ground, 0)] {
        let _ = write!(
            svg,
            "<line class=\"axis\" x1=\"{LEFT}\" x2=\"{WIDTH}\" y1=\"{y}\" y2=\"{y}\"/>\
             <text class=\"quiet\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            LEFT - 8.0,
            y + 4.0,
            grouped(count)
        );
    }
    let every = columns.len().div_ceil(LABELS).max(1);
    let wide = (step * 0.8).min(60.0);
    for (i, column) in columns.iter().enumerate() {
        let left = LEFT + step * number(i) + (step - wide) / 2.0;
        let _ = write!(svg, "<g><title>{}</title>", column.says);
        let mut y = ground;
        for (count, (class, _)) in column.parts.iter().zip(classes).filter(|(count, _)| **count > 0)
        {
            let tall = (share(*count, most) * HEIGHT).max(1.0);
            y -= tall;
            let _ = write!(
                svg,
                "<rect class=\"{class}\" x=\"{left:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{tall:.1}\"/>"
            );
        }
        svg.push_str("</g>");
        if i % every == 0 {
            let _ = write!(
                svg,
                "<text class=\"quiet\" x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                left + wide / 2.0,
                ground + 18.0,
                column.label
            );
        }
    }
    if let Some(mark) = mark {
        let x = LEFT + step * number(mark);
        let _ = write!(
            svg,
            "<line class=\"mark\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{}\" y2=\"{ground}\"/>",
            TOP - 8.0
        );
    }
    svg + "</svg>"
}

/// The start of a picture that says what it shows.
fn open(name: &str, width: f64, height: f64) -> String {
    format!("<svg role=\"img\" viewBox=\"0 0 {width} {height:.0}\"><title>{name}</title>")
}

/// `part` of `whole`, from 0 to 1.
#[expect(clippy::cast_precision_loss, reason = "a pixel is far coarser")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { (part as f64 / whole as f64).min(1.0) }
}

#[expect(clippy::cast_precision_loss, reason = "a page has a few hundred columns")]
fn number(count: usize) -> f64 {
    count as f64
}

/// A share with one decimal, counted in integers so that it is the same everywhere.
pub(super) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return String::new();
    }
    let tenths = (u128::from(part) * 2000 + u128::from(whole)) / (u128::from(whole) * 2);
    format!("{}.{}%", tenths / 10, tenths % 10)
}
