//! The one table from keys to actions. It dispatches what is pressed, makes the hints at the bottom, and is the help.
//! What the responder's settings change in it is in [`keymap`](super::keymap).

use std::borrow::Cow;
use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::action::{Action, Screen};
use super::app::App;
use crate::investigation::Verdict;

/// A key, with Ctrl or without. Shift is in the character itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub code: KeyCode,
    pub ctrl: bool,
}

impl From<KeyEvent> for Key {
    fn from(event: KeyEvent) -> Self {
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        let code = match event.code {
            // Terminals differ in whether Shift-Tab comes as BackTab or as Tab with Shift.
            KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
            KeyCode::Char(c) if ctrl => KeyCode::Char(c.to_ascii_lowercase()),
            code => code,
        };
        Self { code, ctrl }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("Ctrl-")?;
        }
        match self.code {
            KeyCode::Char(' ') => f.write_str("Space"),
            KeyCode::Char(c) if self.ctrl => write!(f, "{}", c.to_ascii_uppercase()),
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::Up => f.write_str("↑"),
            KeyCode::Down => f.write_str("↓"),
            KeyCode::Left => f.write_str("←"),
            KeyCode::Right => f.write_str("→"),
            KeyCode::PageUp => f.write_str("PgUp"),
            KeyCode::PageDown => f.write_str("PgDn"),
            KeyCode::BackTab => f.write_str("Shift-Tab"),
            other => write!(f, "{other}"),
        }
    }
}

/// Where a binding holds. Inner contexts come first: see [`App::contexts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Context {
    /// Wherever one is, text fields included.
    Always,
    /// Wherever nothing lies over the screens.
    Everywhere,
    /// In lists and long texts.
    Moving,
    /// On one screen.
    On(Screen),
    /// In the details beside a list.
    InDetails,
    /// While a saved investigation is played.
    Replay,
    /// In the palette.
    InPalette,
    /// Over a record.
    InRecord,
    /// In the list of findings.
    InFindings,
    /// Over an explanation.
    InExplanation,
    /// In the help.
    InHelp,
    /// In a choice.
    InMenu,
    /// In a question.
    InQuestion,
    /// In a text field.
    InField,
    /// Where an output is pasted.
    InPaste,
    /// Over a change that waits to be confirmed.
    InChange,
    /// Over the commands of a change.
    InCommands,
    /// Over the secret of a new key.
    InSecret,
}

impl Context {
    /// The heading in the help.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Always | Self::Everywhere => "Everywhere",
            Self::Moving => "Moving",
            Self::On(screen) => screen.title(),
            Self::InDetails => "Details",
            Self::Replay => "Replay",
            Self::InPalette => "Actions",
            Self::InRecord => "Record",
            Self::InFindings => "Findings",
            Self::InExplanation => "Explanation",
            Self::InHelp => "Help",
            Self::InMenu => "Choice",
            Self::InQuestion => "Question",
            Self::InField => "Text field",
            Self::InPaste => "Pasted output",
            Self::InChange | Self::InCommands => "Change",
            Self::InSecret => "New key",
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone)]
pub(super) struct Binding {
    /// Where it holds.
    pub context: Context,
    /// The keys, the one to show first.
    pub keys: Cow<'static, [Key]>,
    /// What they mean.
    pub action: Action,
    /// Whether it is among the hints.
    pub hint: bool,
    /// Whether it works right now.
    pub enabled: fn(&App) -> bool,
}

const fn ch(c: char) -> Key {
    code(KeyCode::Char(c))
}

const fn ctrl(c: char) -> Key {
    Key {
        code: KeyCode::Char(c),
        ctrl: true,
    }
}

const fn code(code: KeyCode) -> Key {
    Key { code, ctrl: false }
}

const UP: Key = code(KeyCode::Up);
const DOWN: Key = code(KeyCode::Down);
const LEFT: Key = code(KeyCode::Left);
const RIGHT: Key = code(KeyCode::Right);
const ENTER: Key = code(KeyCode::Enter);
const ESC: Key = code(KeyCode::Esc);
const TAB: Key = code(KeyCode::Tab);
const BACK_TAB: Key = code(KeyCode::BackTab);
const BACKSPACE: Key = code(KeyCode::Backspace);
const HOME: Key = code(KeyCode::Home);
const END: Key = code(KeyCode::End);
const PAGE_UP: Key = code(KeyCode::PageUp);
const PAGE_DOWN: Key = code(KeyCode::PageDown);

fn always(_: &App) -> bool {
    true
}

/// A binding that is among the hints.
const fn hint(context: Context, keys: &'static [Key], action: Action, enabled: fn(&App) -> bool) -> Binding {
    row(context, keys, action, enabled, true)
}

/// A binding that only the help shows.
const fn quiet(context: Context, keys: &'static [Key], action: Action, enabled: fn(&App) -> bool) -> Binding {
    row(context, keys, action, enabled, false)
}

const fn row(context: Context, keys: &'static [Key], action: Action, enabled: fn(&App) -> bool, hint: bool) -> Binding {
    Binding {
        context,
        keys: Cow::Borrowed(keys),
        action,
        hint,
        enabled,
    }
}

/// Every binding, as it is without settings of one's own: [`Keymap`](super::keymap::Keymap) holds those in force. In one
/// context a key stands once.
pub(super) static TABLE: &[Binding] = {
    use Action as A;
    use Context::{
        Always, Everywhere, InChange, InCommands, InDetails, InExplanation, InField, InFindings, InHelp, InMenu,
        InPalette, InPaste, InQuestion, InRecord, InSecret, Moving, On, Replay,
    };
    use Screen::{Chain, Coverage, Overview, Resources, Steps, Timeline};
    &[
        hint(Replay, &[ch(' ')], A::PlayPause, always),
        hint(Replay, &[ch('.')], A::StepForward, always),
        hint(Replay, &[ch(',')], A::StepBack, always),
        hint(Replay, &[ch('+'), ch('=')], A::Faster, always),
        hint(Replay, &[ch('-')], A::Slower, always),
        hint(Replay, &[ch('g')], A::JumpToTime, always),
        hint(Replay, &[ch('C')], A::SwitchClock, always),
        hint(On(Overview), &[ENTER], A::GoToNext, App::has_next_item),
        hint(On(Overview), &[ch('t')], A::Evidence, App::has_evidence),
        hint(On(Overview), &[ch('s')], A::StillWorking, App::has_ways),
        hint(On(Overview), &[ch('F')], A::Findings, App::has_findings),
        hint(On(Overview), &[ch('y')], A::Copy, App::has_deactivation),
        hint(InDetails, &[LEFT, ch('h')], A::Leave, always),
        hint(On(Chain), &[ENTER], A::Details, App::on_tree),
        quiet(On(Chain), &[ch(' ')], A::ToggleFold, App::on_tree),
        quiet(On(Chain), &[ch('*')], A::FoldAll, App::on_tree),
        hint(On(Chain), &[ch('r')], A::Record, App::has_proof),
        hint(On(Chain), &[ch('x')], A::Explain, App::on_node),
        hint(On(Chain), &[ch('t')], A::NodeEvents, App::on_node),
        hint(On(Chain), &[ch('/')], A::Search, always),
        hint(On(Chain), &[ch('n')], A::NextMatch, App::is_searching),
        quiet(On(Chain), &[ch('N')], A::PreviousMatch, App::is_searching),
        hint(On(Chain), &[ch('m')], A::Judge(Verdict::Malicious), App::can_judge),
        hint(On(Chain), &[ch('e')], A::Judge(Verdict::Expected), App::can_judge),
        hint(On(Chain), &[ch('u')], A::Judge(Verdict::Unknown), App::is_judged),
        hint(On(Chain), &[ch('D')], A::Act, App::can_act),
        hint(On(Chain), &[ch('y')], A::Copy, App::on_node),
        hint(On(Chain), &[ch('s')], A::StillWorking, App::has_ways),
        hint(On(Chain), &[ch('f')], A::CycleKind, always),
        hint(On(Chain), &[ch('v')], A::CycleVerdict, always),
        hint(On(Chain), &[RIGHT, ch('l')], A::Unfold, App::on_tree),
        hint(On(Chain), &[LEFT, ch('h')], A::Fold, App::on_tree),
        hint(On(Timeline), &[ENTER, ch('r')], A::Record, App::on_event),
        hint(On(Timeline), &[ch('x')], A::Explain, App::on_event),
        hint(On(Timeline), &[ch('f')], A::FilterText, always),
        hint(On(Timeline), &[ch('/')], A::Search, always),
        hint(On(Timeline), &[ch('n')], A::NextMatch, App::is_searching),
        quiet(On(Timeline), &[ch('N')], A::PreviousMatch, App::is_searching),
        quiet(On(Timeline), &[LEFT, ch('h')], A::Earlier, App::on_event),
        quiet(On(Timeline), &[RIGHT, ch('l')], A::Later, App::on_event),
        hint(On(Timeline), &[ch('w')], A::WritesOnly, always),
        hint(On(Timeline), &[ch('E')], A::FailuresOnly, always),
        hint(On(Timeline), &[ch('c')], A::EventNode, App::on_event),
        hint(
            On(Timeline),
            &[ch('m')],
            A::Judge(Verdict::Malicious),
            App::can_judge_source,
        ),
        hint(
            On(Timeline),
            &[ch('e')],
            A::Judge(Verdict::Expected),
            App::can_judge_source,
        ),
        hint(
            On(Timeline),
            &[ch('u')],
            A::Judge(Verdict::Unknown),
            App::is_source_judged,
        ),
        hint(On(Timeline), &[ch('y')], A::Copy, App::on_event),
        hint(On(Timeline), &[ch('b')], A::SameNode, App::on_event),
        hint(On(Timeline), &[ch('a')], A::SameActor, App::on_event),
        hint(On(Timeline), &[ch('s')], A::SameService, App::on_event),
        hint(On(Timeline), &[ch('R')], A::SameRegion, App::on_event),
        hint(On(Timeline), &[ch('o')], A::WithContext, always),
        hint(On(Steps), &[ENTER, ch(' ')], A::ChangeState, App::can_mark),
        hint(On(Steps), &[ch('i')], A::EditNote, App::can_mark),
        hint(On(Steps), &[ch('p')], A::Paste, App::can_paste),
        hint(On(Steps), &[ch('D')], A::Act, App::can_act_on_item),
        hint(On(Steps), &[ch('t')], A::SwitchOrder, always),
        hint(On(Steps), &[ch('y')], A::Copy, App::has_commands),
        hint(On(Steps), &[ch('/')], A::Search, App::on_item_list),
        quiet(On(Steps), &[ch('n')], A::NextMatch, App::has_searched),
        quiet(On(Steps), &[ch('N')], A::PreviousMatch, App::has_searched),
        hint(On(Steps), &[RIGHT, ch('l')], A::Details, App::on_item_list),
        hint(On(Resources), &[ENTER, RIGHT, ch('l')], A::Details, App::on_inventory),
        hint(On(Resources), &[ch('f')], A::OpenOnly, App::has_resources),
        hint(On(Resources), &[ch('t')], A::ResourceEvents, App::on_resource),
        hint(On(Resources), &[ch('y')], A::Copy, App::on_resource),
        hint(On(Resources), &[ch('Y')], A::CopyRemoval, App::can_be_removed),
        hint(On(Resources), &[ch('/')], A::Search, App::has_resources),
        quiet(On(Resources), &[ch('n')], A::NextMatch, App::has_searched),
        quiet(On(Resources), &[ch('N')], A::PreviousMatch, App::has_searched),
        hint(On(Coverage), &[ch('/')], A::Search, always),
        quiet(On(Coverage), &[ch('n')], A::NextMatch, App::has_searched),
        quiet(On(Coverage), &[ch('N')], A::PreviousMatch, App::has_searched),
        quiet(Moving, &[UP, ch('k')], A::Up, always),
        quiet(Moving, &[DOWN, ch('j')], A::Down, always),
        quiet(Moving, &[PAGE_UP, ctrl('b')], A::PageUp, always),
        quiet(Moving, &[PAGE_DOWN, ctrl('f')], A::PageDown, always),
        quiet(Moving, &[HOME, ch('g')], A::Top, always),
        quiet(Moving, &[END, ch('G')], A::Bottom, always),
        quiet(Moving, &[ch('M')], A::ToggleMouse, always),
        hint(InPalette, &[ENTER], A::Accept, always),
        hint(InPalette, &[ESC], A::Back, always),
        quiet(InPalette, &[UP], A::Up, always),
        quiet(InPalette, &[DOWN], A::Down, always),
        quiet(InPalette, &[PAGE_UP], A::PageUp, always),
        quiet(InPalette, &[PAGE_DOWN], A::PageDown, always),
        hint(InRecord, &[ch('y')], A::Copy, App::on_record),
        hint(InRecord, &[ch('/')], A::Search, App::on_record),
        quiet(InRecord, &[ch('n')], A::NextMatch, App::has_searched),
        quiet(InRecord, &[ch('N')], A::PreviousMatch, App::has_searched),
        hint(InRecord, &[ESC, ch('q'), ch('r'), ENTER], A::Back, always),
        hint(InFindings, &[ENTER, ch('t')], A::FindingEvents, App::has_findings),
        hint(InFindings, &[ch('x')], A::Explain, App::has_findings),
        hint(InFindings, &[ch('/')], A::Search, App::has_findings),
        quiet(InFindings, &[ch('n')], A::NextMatch, App::has_searched),
        quiet(InFindings, &[ch('N')], A::PreviousMatch, App::has_searched),
        hint(InFindings, &[ESC, ch('q'), ch('F')], A::Back, always),
        hint(InExplanation, &[ESC, ch('q'), ch('x'), ENTER], A::Back, always),
        hint(InHelp, &[ch('/')], A::SearchHelp, always),
        hint(InHelp, &[ESC, ch('q'), ch('?')], A::Back, always),
        hint(InMenu, &[ENTER, ch(' ')], A::Accept, always),
        hint(InMenu, &[ESC], A::Back, always),
        hint(InQuestion, &[ch('y')], A::Yes, always),
        hint(InQuestion, &[ch('n'), ESC, ENTER], A::Back, always),
        hint(InField, &[ENTER], A::Accept, always),
        hint(InField, &[TAB], A::Complete, App::can_complete),
        hint(InField, &[ESC], A::Back, always),
        hint(InPaste, &[ENTER], A::Accept, always),
        hint(InPaste, &[ESC], A::Back, always),
        hint(InChange, &[ENTER], A::Accept, always),
        hint(InChange, &[ESC], A::Back, always),
        quiet(InChange, &[UP], A::Up, always),
        quiet(InChange, &[DOWN], A::Down, always),
        quiet(InChange, &[PAGE_UP], A::PageUp, always),
        quiet(InChange, &[PAGE_DOWN], A::PageDown, always),
        hint(InCommands, &[ch('y')], A::Copy, always),
        hint(InCommands, &[ESC, ch('q'), ENTER], A::Back, always),
        hint(InSecret, &[ch('y')], A::Yes, always),
        hint(On(Coverage), &[ch('R')], A::AskAgain, App::can_ask_again),
        hint(Everywhere, &[ch('A')], A::AskAccount, App::can_ask),
        hint(Everywhere, &[ch('X')], A::CancelReading, App::is_reading),
        hint(Everywhere, &[ch('w'), ch('W')], A::Watch, App::can_ask_again),
        hint(Everywhere, &[ch(':')], A::Palette, always),
        hint(Everywhere, &[ch('['), BACKSPACE], A::GoBack, App::has_past),
        quiet(Everywhere, &[ch(']')], A::GoForward, App::has_future),
        hint(Everywhere, &[ESC], A::Back, App::can_go_back),
        hint(Everywhere, &[ctrl('e')], A::Export, App::can_export),
        hint(Everywhere, &[ch('?')], A::Help, always),
        hint(Everywhere, &[ch('q')], A::Quit, always),
        quiet(Everywhere, &[ch('Q')], A::QuitShown, always),
        quiet(Everywhere, &[ch('F')], A::Findings, App::has_findings),
        quiet(Everywhere, &[ch('1')], A::Show(Overview), always),
        quiet(Everywhere, &[ch('2')], A::Show(Chain), always),
        quiet(Everywhere, &[ch('3')], A::Show(Timeline), always),
        quiet(Everywhere, &[ch('4')], A::Show(Steps), always),
        quiet(Everywhere, &[ch('5')], A::Show(Coverage), always),
        quiet(Everywhere, &[ch('6')], A::Show(Resources), always),
        quiet(Everywhere, &[TAB], A::NextScreen, always),
        quiet(Everywhere, &[BACK_TAB], A::PreviousScreen, always),
        quiet(Everywhere, &[ch('z'), ch('Z')], A::ToggleZone, always),
        quiet(Always, &[ctrl('c')], A::Interrupt, always),
        quiet(Always, &[ctrl('l')], A::Redraw, always),
        quiet(Always, &[ctrl('z')], A::Suspend, always),
        quiet(Always, &[ctrl('p')], A::TogglePrivacy, always),
    ]
};

/// The action of a key, if it has one here and now: the innermost context that knows the key decides.
pub(super) fn action(app: &App, key: Key) -> Option<Action> {
    live(app)
        .find(|binding| binding.keys.contains(&key))
        .map(|binding| binding.action)
}

/// The bindings that work right now, the innermost context first. A key that an inner context takes is not listed again
/// for an outer one.
pub(super) fn live(app: &App) -> impl Iterator<Item = &Binding> {
    bindings(app).filter(|binding| (binding.enabled)(app))
}

/// The bindings of the contexts one is in, whether they work right now or not.
pub(super) fn bindings(app: &App) -> impl Iterator<Item = &Binding> {
    let all = app.settings.preferences.keys.bindings();
    app.contexts()
        .into_iter()
        .flat_map(move |context| all.iter().filter(move |b| b.context == context))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_key_stands_once_in_a_context() {
        let mut seen = HashSet::new();
        for binding in TABLE {
            assert!(!binding.keys.is_empty(), "{binding:?}");
            for key in binding.keys.iter() {
                assert!(seen.insert((binding.context, *key)), "{:?} {key}", binding.context);
            }
        }
    }

    #[test]
    fn every_action_says_what_it_does() {
        for binding in TABLE {
            assert!(!binding.action.label().is_empty());
            assert!(binding.action.about().len() > 3, "{binding:?}");
        }
    }

    #[test]
    fn keys_are_named_as_on_the_keyboard() {
        let named: Vec<String> = [ch(' '), ctrl('c'), UP, BACK_TAB, ENTER, ch('G')]
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(named, ["Space", "Ctrl-C", "↑", "Shift-Tab", "Enter", "G"]);
    }
}
