//! When the chain was active in which region: a row a region, a column a day.

use chrono::Duration;
use ratatui::text::{Line, Span};

use crate::tui::app::App;
use crate::tui::widgets::density::{Density, Who, level};
use crate::tui::widgets::text::{id_cell, number, safe};

/// How much is in a cell, from nothing to most.
const SHADES: [&str; 5] = ["·", "░", "▒", "▓", "█"];
/// A cell that calls of the attacker are in, so that no colour is needed to tell.
const ATTACKER: [&str; 5] = ["·", "▁", "▃", "▅", "█"];
/// The columns of the region and of its calls.
const NAME: usize = 15;
const COUNT: usize = 8;
/// Up to so many days are shown hour by hour.
const HOURLY: i64 = 2;

/// The map; nothing where the chain did nothing.
pub(super) fn map(app: &App, width: usize) -> Vec<Line<'static>> {
    let theme = &app.theme;
    let regions = app.index.regions();
    let Some((first, last)) = regions.values().find_map(Density::bounds) else {
        return Vec::new();
    };
    let room = width.saturating_sub(NAME + COUNT + 2);
    let days = (last - first).num_days();
    let cells = if days <= HOURLY { days * 24 } else { days };
    let cells = usize::try_from(cells).unwrap_or(usize::MAX).min(room).max(1);
    let each = (last - first) / i32::try_from(cells).unwrap_or(i32::MAX);
    let sums = |density: &Density| density.sums(cells);
    let most = regions.values().flat_map(sums).map(|(_, sum)| sum).max().unwrap_or(0);
    let mut lines = vec![
        Line::default(),
        Line::styled("Calls of the chain, by region and time", theme.accent),
        Line::styled(
            format!(
                "{} to {} UTC, a column is {}; {} the attacker\u{2019}s, {} of others, the fuller the more",
                first.format("%Y-%m-%d"),
                (last - Duration::days(1)).format("%Y-%m-%d"),
                crate::tui::clock::span(each),
                ATTACKER[1..].concat(),
                SHADES[1..].concat(),
            ),
            theme.dim,
        ),
    ];
    for (region, density) in regions {
        let sums = sums(density);
        let total: u64 = sums.iter().map(|(_, sum)| u64::from(*sum)).sum();
        let mut line = Line::from(vec![
            Span::raw(format!("{} ", id_cell(&safe(region), NAME))),
            Span::styled(format!("{:>COUNT$} ", number(total)), theme.dim),
        ]);
        for (who, sum) in sums {
            let (shades, style) = match who {
                _ if sum == 0 => (SHADES, theme.dim),
                Who::Attacker => (ATTACKER, theme.danger),
                Who::Unknown => (SHADES, theme.accent),
                Who::Expected => (SHADES, theme.ok),
            };
            line.push_span(Span::styled(shades[level(sum, most).div_ceil(2)], style));
        }
        lines.push(line);
    }
    lines
}
