//! From an action to the next state. What has to be done outside (leave, suspend, stop the reading) comes back as an
//! [`Effect`].
//!
//! | file | one idea |
//! |---|---|
//! | `mod` | keys, moving about, going back |
//! | `chain` | the tree: folding, searching, judging |
//! | `timeline` | the filter of the timeline, and jumps to and from it |
//! | `steps` | marking items and writing notes |
//! | `change` | what is done about a node |
//! | `copy` | what goes to the clipboard |
//! | `findings` | the list of findings, and explanations |
//! | `mouse` | clicks and the wheel |
//! | `paste` | what a command printed |
//! | `popups` | records, help, choices, questions, text fields |
//! | `places` | going back to where one was |
//! | `search` | lists and texts without a search of their own |
//! | `replay` | the clocks |

mod chain;
mod change;
mod copy;
mod findings;
mod mouse;
mod paste;
mod places;
mod popups;
mod replay;
mod search;
mod steps;
mod timeline;

use crossterm::event::{Event, KeyEvent};
use tui_input::backend::crossterm::EventHandler;

use super::Exit;
use super::action::{Action, Screen};
use super::app::App;
use super::keys::{self, Key};
use super::palette::Palette;
use super::popup::{Popup, Question, paste};
use super::widgets::scroll::{Move, Scroll};
use crate::investigation::What;
use crate::investigation::change::{Approved, Change, Holder};
use crate::investigation::fact::ItemState;

/// What has to be done outside the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Leave the screens.
    Leave(Exit),
    /// Draw everything anew, whatever is thought to be there.
    Redraw,
    /// Stop until `fg`.
    Suspend,
    /// Take the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Stop the reading.
    StopReading,
    /// Watch for new calls, or stop that.
    Watch,
    /// Ask AWS again for what was not read.
    AskAgain,
    /// Ask the account what there is now.
    AskAccount,
    /// Write the evidence to a folder.
    Export(String),
    /// Put a text on the clipboard.
    Copy(String),
    /// Read what a change is about.
    Prepare(Change),
    /// Keep evidence of the account, and of a user or role.
    KeepEvidence(Option<Holder>),
    /// Change the account, as the responder approved.
    Perform(Box<Approved>),
}

impl App {
    /// Takes a key.
    pub fn key(&mut self, event: KeyEvent) -> Option<Effect> {
        let key = Key::from(event);
        let action = keys::action(self, key);
        self.is_new_here = false;
        // What was said is read by now. What went wrong stays until Esc or its time.
        if self.message.as_ref().is_some_and(|m| !m.is_error) {
            self.message = None;
        }
        if let Some(action) = action {
            return self.act(action);
        }
        let off = keys::bindings(self).find(|binding| binding.keys.contains(&key));
        if let Some(off) = off.map(|binding| binding.action).filter(|_| !self.is_typing()) {
            self.say(format!("{key} {}: not possible here and now", off.label()));
        }
        if self.is_replay() && keys::bindings(self).any(|b| b.action.writes() && b.keys.contains(&key)) {
            self.say("A replay changes nothing; `keytrail open` goes on with the file");
        }
        if let Some(input) = self.input()
            && input
                .handle_event(&Event::Key(event))
                .is_some_and(|change| change.value)
        {
            self.typed();
        }
        self.type_into_paste(event);
        None
    }

    /// Whether letters are text.
    fn is_typing(&self) -> bool {
        match self.popups.last() {
            Some(Popup::Field(_) | Popup::Palette(_) | Popup::Paste(_)) => true,
            Some(Popup::Proposal(proposal)) => !proposal.is_read_only(),
            _ => false,
        }
    }

    /// Takes pasted text: as the output that is asked for, or into a text field, if one is open.
    pub fn paste(&mut self, text: &str) {
        if let Some(Popup::Paste(paste)) = self.popups.last_mut() {
            paste.add(text);
        }
        if let Some(input) = self.input() {
            paste(input, text);
            self.typed();
        }
    }

    /// Does what an action asks for.
    pub fn act(&mut self, action: Action) -> Option<Effect> {
        match action {
            Action::Interrupt => return Some(Effect::Leave(Exit::Interrupted)),
            Action::Suspend => return Some(Effect::Suspend),
            Action::Redraw => return Some(Effect::Redraw),
            Action::Quit | Action::QuitShown if self.is_changing() => {
                self.complain("The account is being changed: wait for its end. Ctrl-C leaves all the same");
            }
            Action::Quit if self.is_reading() => self.ask_to_leave(Exit::Quit),
            Action::QuitShown if self.is_reading() => self.ask_to_leave(Exit::Shown),
            Action::Quit => return Some(Effect::Leave(Exit::Quit)),
            Action::QuitShown => return Some(Effect::Leave(Exit::Shown)),
            Action::CancelReading => self.popups.push(Popup::Question(Question::Cancel)),
            Action::Watch => return Some(Effect::Watch),
            Action::AskAgain => return Some(Effect::AskAgain),
            Action::AskAccount => {
                self.say("AWS is asked what exists now");
                return Some(Effect::AskAccount);
            }
            Action::Export => self.ask_for_folder(),
            Action::Yes => return self.yes(),
            Action::Back => self.back(),
            Action::Help => self.popups.push(Popup::Help(super::popup::Help::default())),
            Action::ToggleZone => {
                self.zone = self.zone.other();
                self.say(format!("Times are shown in {}", self.zone.name(self.now)));
            }
            Action::ToggleMouse => return Some(self.toggle_mouse()),
            Action::TogglePrivacy => self.picture.is_private = !self.picture.is_private,
            Action::Show(screen) => self.jump(screen),
            Action::NextScreen => self.jump(self.screen.step(1)),
            Action::PreviousScreen => self.jump(self.screen.step(Screen::ALL.len() - 1)),
            Action::Up => self.go(Move::Up),
            Action::Down => self.go(Move::Down),
            Action::PageUp => self.go(Move::PageUp),
            Action::PageDown => self.go(Move::PageDown),
            Action::Top => self.go(Move::Top),
            Action::Bottom => self.go(Move::Bottom),
            Action::Leave => self.leave_details(),
            Action::GoToNext => self.go_to_next(),
            Action::Evidence => self.show_evidence(),
            Action::Details => self.enter_details(),
            Action::Record => self.open_record(),
            Action::Explain => self.explain(),
            Action::Findings => self.popups.push(Popup::Findings(Scroll::default())),
            Action::FindingEvents => self.show_finding_events(),
            Action::Judge(verdict) => self.judge(verdict),
            Action::Copy => return self.copy(),
            Action::CopyRemoval => return self.copy_removal(),
            Action::OpenOnly => self.inventory.switch(),
            Action::ResourceEvents => self.show_resource_events(),
            Action::Accept => return self.accept(),
            Action::Act => self.open_offers(),
            Action::SearchHelp => self.search_help(),
            Action::Complete => self.complete(),
            Action::Palette => {
                let palette = Palette::of(self);
                self.popups.push(Popup::Palette(Box::new(palette)));
            }
            Action::GoBack => self.travel(true),
            Action::GoForward => self.travel(false),
            Action::Search | Action::NextMatch | Action::PreviousMatch => self.act_on_search(action),
            Action::Fold
            | Action::Unfold
            | Action::ToggleFold
            | Action::FoldAll
            | Action::CycleKind
            | Action::CycleVerdict
            | Action::StillWorking
            | Action::NodeEvents => self.act_on_chain(action),
            Action::EventNode
            | Action::FilterText
            | Action::Earlier
            | Action::Later
            | Action::WritesOnly
            | Action::FailuresOnly
            | Action::SameNode
            | Action::SameActor
            | Action::SameRegion
            | Action::SameService
            | Action::WithContext => self.act_on_timeline(action),
            Action::ChangeState => self.open_menu(),
            Action::EditNote => self.edit_note(),
            Action::Paste => return self.open_paste(),
            Action::SwitchOrder => self.switch_order(),
            Action::PlayPause
            | Action::Faster
            | Action::Slower
            | Action::StepForward
            | Action::StepBack
            | Action::JumpToTime
            | Action::SwitchClock => self.act_on_replay(action),
        }
        None
    }

    fn ask_to_leave(&mut self, exit: Exit) {
        self.popups.push(Popup::Question(Question::Quit(exit)));
    }

    pub(super) fn show(&mut self, screen: Screen) {
        self.screen = screen;
        self.refresh();
    }

    fn go(&mut self, to: Move) {
        match self.popups.last_mut() {
            Some(Popup::Help(help)) => return help.scroll.scroll(to),
            Some(Popup::Palette(palette)) => return palette.scroll.go(to, palette.shown.len()),
            Some(Popup::Record(record)) => return record.scroll.scroll(to),
            Some(Popup::Explanation(explanation)) => return explanation.scroll.scroll(to),
            Some(Popup::Findings(scroll)) => {
                return scroll.go(to, self.desk.investigation().findings().len());
            }
            Some(Popup::Menu(menu)) => return menu.scroll.go(to, ItemState::ALL.len()),
            Some(Popup::Offers(offers)) => return offers.scroll.go(to, offers.list.len()),
            Some(Popup::Asked(asked)) => return asked.scroll.go(to, asked.list.len()),
            Some(Popup::Proposal(proposal)) => return proposal.scroll.scroll(to),
            Some(Popup::Outcome(outcome)) => return outcome.scroll.scroll(to),
            Some(Popup::Question(_) | Popup::Field(_) | Popup::Paste(_) | Popup::NewKey(_)) => return,
            None => {}
        }
        match self.screen {
            Screen::Overview => {}
            Screen::Chain if self.tree.in_details => self.tree.details.scroll(to),
            Screen::Chain => {
                self.tree.scroll.go(to, self.tree.rows.len());
                self.tree.details.select(0);
            }
            Screen::Timeline => self.events.scroll.go(to, self.events.rows.len()),
            Screen::Steps if self.steps.in_details => self.steps.details.scroll(to),
            Screen::Steps => self.steps.go(to, &self.settings.playbook),
            Screen::Coverage => self.coverage.scroll(to),
            Screen::Resources if self.inventory.in_details => self.inventory.details.scroll(to),
            Screen::Resources => self.inventory.go(to),
        }
    }

    /// One step back: close what lies on top, drop an error, leave the details, clear the filters. Never quits.
    fn back(&mut self) {
        if self.close_popup() {
            return;
        }
        if self.message.take().is_some() {
            return;
        }
        if self.in_details() {
            self.leave_details();
            return;
        }
        match self.screen {
            Screen::Chain => self.clear_tree_filters(),
            Screen::Timeline => self.clear_event_filters(),
            Screen::Resources if self.inventory.is_open_only => self.inventory.switch(),
            Screen::Overview | Screen::Steps | Screen::Coverage | Screen::Resources => {}
        }
    }

    fn enter_details(&mut self) {
        match self.screen {
            Screen::Chain => self.tree.in_details = true,
            Screen::Steps => self.steps.in_details = true,
            Screen::Resources => self.inventory.in_details = true,
            _ => {}
        }
    }

    fn leave_details(&mut self) {
        self.tree.in_details = false;
        self.steps.in_details = false;
        self.inventory.in_details = false;
    }

    fn go_to_next(&mut self) {
        if let Some(id) = self.next_item().map(|next| next.item.id.clone()) {
            self.remember();
            self.steps.select(&self.settings.playbook, &id);
            self.steps.in_details = false;
            self.show(Screen::Steps);
        }
    }

    /// Says what was written as a fact, and that it will be gone where there is no file.
    pub(super) fn say_kept(&mut self, said: &str) {
        let gone = match self.desk.case().path() {
            Some(_) => "",
            None => "; not saved: use --save FILE",
        };
        self.say(format!("{said}{gone}"));
    }

    /// Writes a fact; says so where that fails. Returns whether it was written.
    pub(super) fn commit(&mut self, what: What) -> bool {
        match self.desk.commit(self.now, what) {
            Ok(()) => {
                self.touch();
                self.refresh();
                true
            }
            Err(error) => {
                self.complain(format!("Not saved: {error}; {}", error.hint()));
                false
            }
        }
    }
}
