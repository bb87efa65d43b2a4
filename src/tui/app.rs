//! The state of the screens, and what can be asked of it. Only [`update`](super::update) changes it.

use std::cell::Cell;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};

use super::action::{Action, Screen};
use super::clock::Zone;
use super::desk::Desk;
use super::events::EventsState;
use super::index::Index;
use super::inventory::InventoryState;
use super::keys::Context;
use super::picture::Picture;
use super::places::Places;
use super::popup::Popup;
use super::preferences::Preferences;
use super::replay::Replay;
use super::steps::StepsState;
use super::theme::Theme;
use super::tree::TreeState;
use super::widgets::scroll::{Move, Scroll};
use crate::collect::source::RegionNow;
use crate::investigation::actor::actor_id;
use crate::investigation::alive::alive;
use crate::investigation::{Advice, Investigation, Verdict, triage};
use crate::playbook::{self, Clock, Item, Names, Next, Playbook, Standings, Treat, Treatment, deactivation};
use crate::store::{CaseFile, StoreError};

/// What the caller decides about the screens.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The steps to work through.
    pub playbook: Playbook,
    /// Who is sitting here: it goes with every mark and judgement.
    pub by: String,
    /// How the screens look, what keys mean, where copies go.
    pub preferences: Preferences,
}

/// How far the reading has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reading {
    /// Files read.
    pub files_done: u64,
    /// Files there are.
    pub files_total: u64,
    /// Records read.
    pub records: u64,
    /// Until all that is known of is read from AWS.
    pub left: Option<std::time::Duration>,
}

/// Whether the account can be asked what there is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Account {
    /// AWS is not talked to.
    #[default]
    OutOfReach,
    /// It can.
    InReach,
    /// It is being asked.
    Asked,
}

/// What can be done about a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Hands {
    /// AWS is not talked to: commands are made from the records.
    #[default]
    Away,
    /// AWS is asked what there is; nothing is changed.
    Tied,
    /// The account may be changed.
    Free,
}

/// A line to the user.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) text: String,
    pub(super) is_error: bool,
    until: DateTime<Utc>,
}

/// The state of the screens.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says one thing that goes on beside the screens"
)]
pub struct App {
    pub(super) desk: Desk,
    pub(super) settings: Settings,
    pub(super) theme: Theme,
    pub(super) zone: Zone,
    pub(super) picture: Picture,
    /// Whether the mouse is for the screens. Then the terminal selects no text.
    pub(super) has_mouse: bool,
    pub(super) now: DateTime<Utc>,
    pub(super) screen: Screen,
    /// How wide the window was when it was last drawn.
    pub(super) width: Cell<u16>,
    pub(super) popups: Vec<Popup>,
    pub(super) tree: TreeState,
    pub(super) events: EventsState,
    pub(super) steps: StepsState,
    pub(super) coverage: Scroll,
    pub(super) inventory: InventoryState,
    /// What `n` goes to in lists that have no search of their own.
    pub(super) searched: String,
    pub(super) places: Places,
    pub(super) message: Option<Message>,
    pub(super) reading: Option<Reading>,
    /// How the reading of each region of AWS goes on.
    pub(super) regions: BTreeMap<Arc<str>, RegionNow>,
    pub(super) is_watching: bool,
    /// Nobody has used the program here before: until a key is pressed, three lines say how to find one's way.
    pub(super) is_new_here: bool,
    /// The responder's credentials have expired: it goes on when they are renewed.
    pub(super) is_paused: bool,
    pub(super) account: Account,
    pub(super) hands: Hands,
    /// Something is looked at to be changed, or is changed.
    pub(super) is_acting: bool,
    pub(super) index: Index,
    pub(super) names: Names,
    pub(super) standings: Standings,
    /// What may still let somebody in, by `node` id.
    pub(super) ways: HashSet<String>,
    stale: bool,
}

impl App {
    /// The screens of a case that is worked on.
    pub fn new(case: CaseFile, settings: Settings, now: DateTime<Utc>) -> Self {
        Self::of(Desk::Live(Box::new(case)), settings, now)
    }

    /// The screens of a case that is played back.
    pub fn replay(case: CaseFile, settings: Settings, now: DateTime<Utc>) -> Result<Self, StoreError> {
        Ok(Self::of(Desk::Replay(Box::new(Replay::new(case)?)), settings, now))
    }

    fn of(desk: Desk, settings: Settings, now: DateTime<Utc>) -> Self {
        let mut app = Self {
            desk,
            theme: settings.preferences.theme.theme(),
            zone: settings.preferences.zone,
            picture: Picture::of(&settings.preferences),
            settings,
            has_mouse: false,
            now,
            screen: Screen::Overview,
            width: Cell::default(),
            popups: Vec::new(),
            tree: TreeState::default(),
            events: EventsState::default(),
            steps: StepsState::new(),
            coverage: Scroll::default(),
            inventory: InventoryState::default(),
            searched: String::new(),
            places: Places::default(),
            message: None,
            reading: None,
            regions: BTreeMap::new(),
            is_watching: false,
            is_new_here: false,
            is_paused: false,
            account: Account::default(),
            hands: Hands::default(),
            is_acting: false,
            index: Index::default(),
            names: Names::default(),
            standings: Standings::default(),
            ways: HashSet::new(),
            stale: true,
        };
        app.refresh();
        app
    }

    /// Gives the case back.
    pub fn into_case(self) -> CaseFile {
        self.desk.into_case()
    }

    /// Sets the time of day; drops a message that has been there long enough. Returns whether anything changed.
    pub fn tick(&mut self, now: DateTime<Utc>) -> bool {
        let is_new_minute = now.timestamp() / 60 != self.now.timestamp() / 60;
        self.now = now;
        if is_new_minute && !self.is_replay() {
            // Sessions end by themselves, and deadlines pass.
            self.stand();
        }
        // "Everything before now" in a command must not mean the moment the file was opened.
        self.names.set_now(now);
        let gone = self.message.as_ref().is_some_and(|m| m.until <= now);
        if gone {
            self.message = None;
        }
        gone || is_new_minute
    }

    /// Takes the playbook that fits what is known by now, unless the responder asked for one. Marks stay: they are kept
    /// under the ids of items, which mean the same in all built-in playbooks.
    fn fit(&mut self) {
        let investigation = self.desk.investigation();
        let is_asked = investigation
            .started()
            .is_some_and(|(_, started)| !started.playbook.is_empty());
        let fitting = playbook::fitting(investigation);
        if is_asked || fitting.id == self.settings.playbook.id {
            return;
        }
        if let Some(playbook) = playbook::built_in(fitting.id) {
            let selected = self.steps.item(&self.settings.playbook).map(|item| item.id.clone());
            self.settings.playbook = playbook;
            self.steps.go(Move::Top, &self.settings.playbook);
            self.steps
                .select(&self.settings.playbook, &selected.unwrap_or_default());
            self.say(format!("Playbook: {}, because {}", fitting.id, fitting.why));
        }
    }

    /// Looks where the items stand.
    fn stand(&mut self) {
        let moment = self.moment();
        let ways = alive(self.desk.investigation(), moment).ways;
        self.ways = ways.into_iter().map(|way| way.node.node.clone()).collect();
        self.standings = Standings::of(&self.settings.playbook, self.desk.investigation(), &self.names, moment);
    }

    /// Sets how the reading goes on: as a whole, in each region of AWS, and whether new calls are watched for.
    pub fn set_reading(&mut self, reading: Option<Reading>, regions: BTreeMap<Arc<str>, RegionNow>, is_watching: bool) {
        self.reading = reading;
        self.regions = regions;
        self.is_watching = is_watching;
    }

    /// Says that the investigation changed.
    pub fn touch(&mut self) {
        self.stale = true;
        self.events.touch();
    }

    /// Brings what is derived for the views up to date. Cheap when nothing changed.
    pub fn refresh(&mut self) {
        if self.stale {
            self.desk.settle();
        }
        let investigation = self.desk.investigation();
        if std::mem::take(&mut self.stale) {
            self.index = Index::of(investigation);
            self.names = Names::of(investigation, self.now);
            self.tree.refresh(investigation);
            self.inventory.refresh(investigation);
            self.events.touch();
            self.fit();
            self.stand();
        }
        let investigation = self.desk.investigation();
        if self.screen == Screen::Timeline {
            self.events.refresh(investigation);
        }
    }

    /// Shows a line to the user for a while.
    pub(super) fn say(&mut self, text: impl Into<String>) {
        self.message = Some(Message {
            text: text.into(),
            is_error: false,
            until: self.now + Duration::seconds(6),
        });
    }

    /// Shows what went wrong and what to do about it; long enough to be read.
    pub(super) fn complain(&mut self, text: impl Into<String>) {
        self.message = Some(Message {
            text: text.into(),
            is_error: true,
            until: self.now + Duration::seconds(20),
        });
    }

    /// The investigation, up to the moment shown.
    pub fn investigation(&self) -> &Investigation {
        self.desk.investigation()
    }

    /// The moment shown: now, or the replay's.
    pub(super) fn moment(&self) -> DateTime<Utc> {
        match &self.desk {
            Desk::Live(_) => self.now,
            Desk::Replay(replay) => replay.at(),
        }
    }

    /// Where one is, the innermost first: it decides what keys mean.
    pub(super) fn contexts(&self) -> Vec<Context> {
        if let Some(popup) = self.popups.last() {
            return popup.contexts().to_vec();
        }
        self.contexts_below()
    }

    /// Where one is without what lies over the screen: the help is about that.
    pub(super) fn contexts_below(&self) -> Vec<Context> {
        let mut contexts = Vec::with_capacity(6);
        if self.is_replay() {
            contexts.push(Context::Replay);
        }
        if self.in_details() {
            contexts.push(Context::InDetails);
        }
        contexts.extend([
            Context::On(self.screen),
            Context::Moving,
            Context::Everywhere,
            Context::Always,
        ]);
        contexts
    }

    /// Whether details beside a list have the focus.
    pub(super) fn in_details(&self) -> bool {
        match self.screen {
            Screen::Chain => self.tree.in_details,
            Screen::Steps => self.steps.in_details,
            Screen::Resources => self.inventory.in_details,
            _ => false,
        }
    }

    /// The key that does this, for texts that name it.
    pub(super) fn key_of(&self, action: Action) -> String {
        self.settings.preferences.keys.key_of(action)
    }

    pub(super) fn is_replay(&self) -> bool {
        matches!(self.desk, Desk::Replay(_))
    }

    /// Whether events are still being chosen for the timeline.
    pub(super) fn is_sifting(&self) -> bool {
        self.screen == Screen::Timeline && self.events.progress().is_some()
    }

    pub(super) fn is_reading(&self) -> bool {
        self.reading.is_some()
    }

    /// Whether AWS was asked, and can be asked again now.
    pub(super) fn can_ask_again(&self) -> bool {
        let last = self.investigation().passes().last();
        !self.is_replay() && !self.is_reading() && last.is_some_and(|(_, pass)| pass.aws.is_some())
    }

    pub(super) fn can_ask(&self) -> bool {
        self.account == Account::InReach
    }

    /// The clock of the response.
    pub(super) fn clock(&self) -> Clock {
        Clock::of(self.investigation())
    }

    /// The one thing to do next.
    pub(super) fn next_item(&self) -> Option<Next<'_>> {
        self.standings
            .next(&self.settings.playbook, &self.clock(), self.moment())
    }

    pub(super) fn has_next_item(&self) -> bool {
        self.next_item().is_some()
    }

    pub(super) fn has_findings(&self) -> bool {
        !self.investigation().findings().is_empty()
    }

    pub(super) fn has_ways(&self) -> bool {
        !self.ways.is_empty()
    }

    pub(super) fn has_evidence(&self) -> bool {
        triage(self.investigation()).evidence().is_some()
    }

    /// The commands that make the seeds inactive, where a stranger used one, with the items they stand in.
    pub(super) fn deactivations(&self) -> Vec<(&Item, String)> {
        let triage = triage(self.investigation());
        let seeds = triage.to_deactivate().filter(|_| triage.advice == Advice::Deactivate);
        seeds
            .filter_map(|seed| deactivation(&self.settings.playbook, &self.names, seed))
            .collect()
    }

    pub(super) fn has_deactivation(&self) -> bool {
        !self.deactivations().is_empty()
    }

    pub(super) fn on_tree(&self) -> bool {
        !self.tree.in_details && !self.tree.rows.is_empty()
    }

    pub(super) fn on_item_list(&self) -> bool {
        !self.steps.in_details
    }

    pub(super) fn has_resources(&self) -> bool {
        !self.inventory.all.is_empty()
    }

    pub(super) fn on_resource(&self) -> bool {
        self.inventory.resource().is_some()
    }

    pub(super) fn on_inventory(&self) -> bool {
        !self.inventory.in_details && self.on_resource()
    }

    /// Whether there is a command that removes the selected resource or puts it back.
    pub(super) fn can_be_removed(&self) -> bool {
        let resource = self.inventory.resource();
        resource.is_some_and(|resource| !Treatment::default().commands(Treat::Remove, resource).is_empty())
    }

    pub(super) fn on_node(&self) -> bool {
        self.tree.node().is_some()
    }

    pub(super) fn has_proof(&self) -> bool {
        let node = self
            .tree
            .node()
            .and_then(|at| self.investigation().chain().nodes.get(at));
        node.is_some_and(|n| n.proof.is_some())
    }

    pub(super) fn can_judge(&self) -> bool {
        self.on_node() && !self.is_replay()
    }

    pub(super) fn can_act(&self) -> bool {
        self.on_node() && !self.is_replay() && !self.is_acting
    }

    pub(super) fn can_act_on_item(&self) -> bool {
        let item = self.steps.item(&self.settings.playbook);
        !self.is_replay() && !self.is_acting && item.is_some_and(|item| !item.acts.is_empty())
    }

    /// Whether there is anything to hand over. A replay shows only what was known at its moment.
    pub(super) fn can_export(&self) -> bool {
        !self.is_replay() && !self.investigation().chain().nodes.is_empty()
    }

    /// Whether a change is under way.
    pub(super) fn is_changing(&self) -> bool {
        let last = self.investigation().deeds().all().last();
        self.is_acting && last.is_some_and(|deed| deed.end.is_none())
    }

    pub(super) fn is_judged(&self) -> bool {
        let investigation = self.investigation();
        let node = self.tree.node().and_then(|at| investigation.chain().nodes.get(at));
        self.can_judge() && node.is_some_and(|n| investigation.verdict(&n.node) != Verdict::Unknown)
    }

    /// Who made the selected call: the id of the actor.
    pub(super) fn source(&self) -> Option<String> {
        let events = self.investigation().evidence().events();
        Some(actor_id(events.get(self.events.selected()?)?))
    }

    pub(super) fn can_judge_source(&self) -> bool {
        self.on_event() && !self.is_replay()
    }

    pub(super) fn is_source_judged(&self) -> bool {
        let judged = |source: String| self.investigation().verdict(&source) != Verdict::Unknown;
        self.can_judge_source() && self.source().is_some_and(judged)
    }

    pub(super) fn has_searched(&self) -> bool {
        !self.searched.is_empty()
    }

    /// Whether a CloudTrail record is shown.
    pub(super) fn on_record(&self) -> bool {
        matches!(self.popups.last(), Some(Popup::Record(_)))
    }

    pub(super) fn has_past(&self) -> bool {
        self.places.has_past()
    }

    pub(super) fn has_future(&self) -> bool {
        self.places.has_future()
    }

    pub(super) fn is_searching(&self) -> bool {
        match self.screen {
            Screen::Timeline => !self.events.search.is_empty(),
            Screen::Chain => !self.tree.search.is_empty(),
            _ => self.has_searched(),
        }
    }

    /// Whether there is a way to finish what is being typed.
    pub(super) fn can_complete(&self) -> bool {
        matches!(self.popups.last(), Some(Popup::Field(field)) if !field.suggestions.is_empty())
    }

    pub(super) fn on_event(&self) -> bool {
        self.events.selected().is_some()
    }

    pub(super) fn can_mark(&self) -> bool {
        !self.is_replay() && self.steps.item(&self.settings.playbook).is_some()
    }

    pub(super) fn can_paste(&self) -> bool {
        let item = self.steps.item(&self.settings.playbook);
        !self.is_replay() && item.is_some_and(|item| !item.paste.is_empty())
    }

    pub(super) fn has_commands(&self) -> bool {
        let item = self.steps.item(&self.settings.playbook);
        item.is_some_and(|item| !item.commands.is_empty())
    }

    pub(super) fn can_go_back(&self) -> bool {
        self.message.as_ref().is_some_and(|m| m.is_error)
            || self.in_details()
            || match self.screen {
                Screen::Chain => self.is_searching() || self.tree.is_filtered(),
                Screen::Timeline => self.is_searching() || self.events.is_filtered(),
                Screen::Resources => self.inventory.is_open_only,
                _ => false,
            }
    }
}
