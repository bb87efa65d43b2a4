//! Where the items of the steps stand, in sentences and as a table.

use super::Given;
use super::document::{Cell, Document, Look};
use super::text::{counted, note, when};
use crate::investigation::checklist::Progress;
use crate::playbook::{Item, State, Step};

/// How many proofs of one step are told one by one in a letter.
const MOST_PROOFS: usize = 8;

/// The items of a step, by where they stand.
#[derive(Debug, Default)]
pub(super) struct Stands {
    proved: Vec<String>,
    nothing_found: Vec<String>,
    by_hand: Vec<String>,
    contradicted: Vec<String>,
    open: Vec<String>,
}

impl Stands {
    pub(super) fn of(given: &Given<'_>, step: &Step) -> Self {
        let mut stands = Self::default();
        for item in &step.items {
            let progress = given.investigation.checklist().progress(&item.id);
            let name = format!("{} ({})", item.title, item.id);
            let standing = given.standings.get(&item.id);
            let why = standing.map_or("", |standing| &standing.why);
            let at = standing.and_then(|standing| standing.at);
            let at = at.map(|at| format!(", {}", when(at))).unwrap_or_default();
            match given.standings.state(&item.id) {
                State::NotApplicable => {}
                State::Proved => stands.proved.push(format!("{name}: {why}{at}")),
                State::NothingFound => stands.nothing_found.push(format!("{name}: {why}{at}")),
                State::DoneByHand => stands
                    .by_hand
                    .push(format!("{name}: {}, not proved", by_hand(progress))),
                State::Contradicted => stands
                    .contradicted
                    .push(format!("{name}: {}, but {why}{at}", by_hand(progress))),
                State::Blocked => stands.open.push(format!("{name}: blocked, {}", note(why))),
                State::InProgress => stands.open.push(format!("{name}: in progress")),
                State::Open => stands.open.push(name),
            }
        }
        stands
    }

    /// How the step stands, in a few words.
    pub(super) fn headline(&self) -> String {
        match (self.contradicted.len(), self.open.len()) {
            (0, 0) if self.by_hand.is_empty() && self.proved.is_empty() && self.nothing_found.is_empty() => {
                "does not apply".to_owned()
            }
            (0, 0) if self.by_hand.is_empty() && self.nothing_found.is_empty() => "done, and proved".to_owned(),
            (0, 0) if self.by_hand.is_empty() => format!(
                "done; for {} nothing was found in what was read",
                counted(self.nothing_found.len(), "item")
            ),
            (0, 0) => format!("done, {} by hand", counted(self.by_hand.len(), "item")),
            (0, open) => format!("not finished, {} open", counted(open, "item")),
            (n, open) => format!("not finished, {} contradicted, {open} open", counted(n, "item")),
        }
    }

    /// What was done and what was not, as a letter tells it.
    pub(super) fn write(self, document: &mut Document) {
        let parts = [
            ("Marked as done, but contradicted:", self.contradicted, usize::MAX),
            ("Done and proved:", self.proved, MOST_PROOFS),
            ("Looked for, and nothing found:", self.nothing_found, MOST_PROOFS),
            ("Done by hand:", self.by_hand, usize::MAX),
        ];
        for (title, items, most) in parts {
            if !items.is_empty() {
                document.subheading(title);
                document.list(items, most, "checklist.csv");
            }
        }
        if !self.open.is_empty() {
            document.paragraph(format!("Still open: {}.", self.open.join("; ")));
        }
    }
}

/// Who ticked it, when, and with which note.
fn by_hand(progress: Option<&Progress>) -> String {
    let Some(Progress { by, at, note: text, .. }) = progress else {
        return "done".to_owned();
    };
    let said = if text.is_empty() {
        String::new()
    } else {
        format!(" (\"{}\")", note(text))
    };
    format!("done by {by}, {}{said}", when(*at))
}

/// The section of the report: a table for each step.
pub(super) fn write(document: &mut Document, given: &Given<'_>) {
    document.heading("Checklist");
    for step in &given.playbook.steps {
        document.subheading(format!(
            "Step {}: {} ({})",
            step.number,
            step.title,
            Stands::of(given, step).headline()
        ));
        let rows = step.items.iter().map(|item| row(given, item)).collect();
        document.table(
            &[
                "Item",
                "Title",
                "State",
                "Proof, or what is missing",
                "As of (UTC)",
                "By hand",
            ],
            rows,
            usize::MAX,
            "",
        );
    }
}

fn row(given: &Given<'_>, item: &Item) -> Vec<Cell> {
    let state = given.standings.state(&item.id);
    let standing = given.standings.get(&item.id);
    let look = match state {
        State::Proved | State::DoneByHand => Look::Good,
        State::NotApplicable | State::NothingFound => Look::Words,
        State::Contradicted => Look::Bad,
        State::Open | State::InProgress | State::Blocked => Look::Open,
    };
    let why = standing.map_or("", |standing| &standing.why);
    // There the reason is what a person wrote.
    let why = match state {
        State::Blocked | State::NotApplicable => note(why),
        _ => why.to_owned(),
    };
    let progress = given.investigation.checklist().progress(&item.id);
    let marked = progress.map(|progress| {
        let said = note(&progress.note);
        let said = if said.is_empty() { said } else { format!(": {said}") };
        format!(
            "{} by {}, {}{said}",
            progress.state.as_str(),
            progress.by,
            when(progress.at)
        )
    });
    vec![
        Cell::from(item.id.as_str()),
        Cell::from(item.title.as_str()),
        Cell::new(look, state.as_str()),
        Cell::from(why),
        Cell::from(standing.and_then(|standing| standing.at)),
        Cell::from(marked.unwrap_or_default()),
    ]
}
