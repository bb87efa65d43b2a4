//! Every intent a key can express. What a key means is in [`keys`](super::keys), what it does in [`update`](super::update).

use crate::investigation::Verdict;

/// The screens, in the order of their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Screen {
    Overview,
    Chain,
    Timeline,
    Steps,
    Coverage,
    Resources,
}

impl Screen {
    /// All screens, in order.
    pub const ALL: [Self; 6] = [
        Self::Overview,
        Self::Chain,
        Self::Timeline,
        Self::Steps,
        Self::Coverage,
        Self::Resources,
    ];

    /// Its name on the tab.
    pub fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Chain => "Chain",
            Self::Timeline => "Timeline",
            Self::Steps => "Steps",
            Self::Coverage => "Coverage",
            Self::Resources => "Resources",
        }
    }

    /// The screen so many tabs further, round and round.
    pub fn step(self, by: usize) -> Self {
        let at = Self::ALL.iter().position(|s| *s == self).unwrap_or_default();
        Self::ALL[(at + by) % Self::ALL.len()]
    }
}

/// What the user wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "`about` says what each one does")]
pub enum Action {
    Quit,
    QuitShown,
    Interrupt,
    Suspend,
    Redraw,
    Back,
    Help,
    ToggleZone,
    ToggleMouse,
    TogglePrivacy,
    CancelReading,
    Watch,
    AskAgain,
    AskAccount,
    Show(Screen),
    NextScreen,
    PreviousScreen,
    Up,
    Down,
    PageUp,
    PageDown,
    Top,
    Bottom,
    GoToNext,
    Evidence,
    Fold,
    Unfold,
    ToggleFold,
    FoldAll,
    Details,
    Leave,
    Record,
    Explain,
    Findings,
    FindingEvents,
    Copy,
    CopyRemoval,
    OpenOnly,
    ResourceEvents,
    Search,
    NextMatch,
    PreviousMatch,
    CycleKind,
    CycleVerdict,
    Judge(Verdict),
    Act,
    NodeEvents,
    StillWorking,
    EventNode,
    Palette,
    GoBack,
    GoForward,
    FilterText,
    Earlier,
    Later,
    Complete,
    WritesOnly,
    FailuresOnly,
    SameNode,
    SameActor,
    SameRegion,
    SameService,
    WithContext,
    ChangeState,
    EditNote,
    Paste,
    SwitchOrder,
    PlayPause,
    Faster,
    Slower,
    StepForward,
    StepBack,
    JumpToTime,
    Export,
    SwitchClock,
    SearchHelp,
    Accept,
    Yes,
}

impl Action {
    /// Whether it writes a fact. A replay takes none.
    pub(super) fn writes(self) -> bool {
        matches!(
            self,
            Self::Judge(_) | Self::Act | Self::ChangeState | Self::EditNote | Self::Paste | Self::AskAgain
        )
    }

    /// One or two words, for the hints at the bottom.
    pub fn label(self) -> &'static str {
        match self {
            Self::Quit => "quit",
            Self::QuitShown => "quit, keep screen",
            Self::Interrupt => "leave at once",
            Self::Suspend => "suspend",
            Self::Redraw => "redraw",
            Self::Back => "back",
            Self::Help => "help",
            Self::ToggleZone => "time zone",
            Self::ToggleMouse => "mouse on/off",
            Self::TogglePrivacy => "private on/off",
            Self::CancelReading => "stop reading",
            Self::Watch => "watch on/off",
            Self::AskAgain => "ask again",
            Self::AskAccount => "ask AWS",
            Self::Show(screen) => screen.title(),
            Self::NextScreen => "next screen",
            Self::PreviousScreen => "previous screen",
            Self::Up => "up",
            Self::Down => "down",
            Self::PageUp => "page up",
            Self::PageDown => "page down",
            Self::Top => "top",
            Self::Bottom => "bottom",
            Self::GoToNext => "do this next",
            Self::Evidence => "evidence",
            Self::Unfold => "unfold",
            Self::Fold => "fold",
            Self::ToggleFold => "fold or unfold",
            Self::FoldAll => "fold all",
            Self::Details => "details",
            Self::Leave => "leave details",
            Self::Record => "record",
            Self::Explain => "explain",
            Self::Findings => "findings",
            Self::Copy => "copy",
            Self::CopyRemoval => "copy removal",
            Self::OpenOnly => "still there",
            Self::Search | Self::SearchHelp => "search",
            Self::NextMatch => "next",
            Self::PreviousMatch => "previous",
            Self::CycleKind => "kind",
            Self::CycleVerdict => "verdict",
            Self::Judge(verdict) => verdict.as_str(),
            Self::Act => "do",
            Self::NodeEvents | Self::FindingEvents | Self::ResourceEvents => "its events",
            Self::StillWorking => "may still work",
            Self::EventNode => "in chain",
            Self::Palette => "actions",
            Self::GoBack => "where I was",
            Self::GoForward => "forward",
            Self::FilterText => "filter",
            Self::Earlier => "earlier",
            Self::Later => "later",
            Self::Complete => "complete",
            Self::WritesOnly => "writes",
            Self::FailuresOnly => "failures",
            Self::SameNode => "same caller",
            Self::SameActor => "same source",
            Self::SameRegion => "same region",
            Self::SameService => "same service",
            Self::WithContext => "others too",
            Self::ChangeState => "mark",
            Self::EditNote => "note",
            Self::Paste => "paste output",
            Self::SwitchOrder => "steps/times",
            Self::PlayPause => "play/pause",
            Self::Faster => "faster",
            Self::Slower => "slower",
            Self::StepForward => "step",
            Self::StepBack => "step back",
            Self::JumpToTime => "go to time",
            Self::Export => "export",
            Self::SwitchClock => "other clock",
            Self::Accept => "accept",
            Self::Yes => "yes",
        }
    }

    /// A sentence, for the help.
    pub fn about(self) -> &'static str {
        match self {
            Self::Quit => "Leave keytrail; an investigation with a file is saved at every step",
            Self::QuitShown => "Leave keytrail, and leave the last screen in the terminal",
            Self::Interrupt => "Leave at once, from anywhere; the file is kept",
            Self::Suspend => "Put keytrail to sleep; `fg` brings it back",
            Self::Redraw => "Draw the screen anew",
            Self::Back => "Go back: close, clear filters, drop a message; never quits",
            Self::Help => "Show the keys that work here",
            Self::ToggleZone => "Show times in UTC or in the local zone",
            Self::ToggleMouse => "Let the mouse select rows and tabs and scroll, or let it select text as usual",
            Self::TogglePrivacy => {
                "Mask account ids, ARNs and key ids on the screens, for those who look on; copies and exports stay whole"
            }
            Self::CancelReading => "Stop reading; what was read is kept",
            Self::Watch => "Ask AWS again and again for new calls of the chain, or stop that",
            Self::AskAgain => {
                "Ask AWS again for what was not read: regions that failed or were denied, and what is new"
            }
            Self::AskAccount => "Ask AWS what exists now: the chain's users, keys, roles and passwords",
            Self::Show(Screen::Overview) => "The key, what it led to, and what to do next",
            Self::Show(Screen::Chain) => "The tree of everything the key led to",
            Self::Show(Screen::Timeline) => "Every event of the chain, in order of time",
            Self::Show(Screen::Steps) => "The steps to work through, with commands and notes",
            Self::Show(Screen::Coverage) => "What was read, and what was not",
            Self::Show(Screen::Resources) => "What the chain made or changed outside IAM, and how to be rid of it",
            Self::NextScreen => "Go to the next screen",
            Self::PreviousScreen => "Go to the previous screen",
            Self::Up => "One line up",
            Self::Down => "One line down",
            Self::PageUp => "One page up",
            Self::PageDown => "One page down",
            Self::Top => "To the first line",
            Self::Bottom => "To the last line",
            Self::GoToNext => "Open the next thing to do in the steps",
            Self::Evidence => {
                "Show the call behind the verdict in the timeline, among those of its source; judge it there"
            }
            Self::Fold => "Fold the node, or go to its parent",
            Self::Unfold => "Unfold the node, or go to its first child",
            Self::ToggleFold => "Fold or unfold the node",
            Self::FoldAll => "Fold everything below the seeds, or unfold everything",
            Self::Details => "Go into the details, to scroll them",
            Self::Leave => "Leave the details",
            Self::Record => "Show the CloudTrail record behind this line",
            Self::Explain => "Explain the call: what it does, why an attacker makes it, what to check",
            Self::Findings => "List the findings: what matters in the calls, how much, and what to do",
            Self::FindingEvents => "Show the events behind this finding in the timeline",
            Self::Copy => {
                "Copy: the command that deactivates the key, the item's commands, the node's or the event's id, the record, \
                 the commands that show the resource"
            }
            Self::CopyRemoval => "Copy the commands that remove the resource, or put it back as it was",
            Self::OpenOnly => "Filter: only what is still there, as far as the records say",
            Self::ResourceEvents => "Show the calls behind this resource in the timeline",
            Self::Search => "Search; n and N go to the next and the previous match",
            Self::NextMatch => "Go to the next match",
            Self::PreviousMatch => "Go to the previous match",
            Self::CycleKind => "Filter: one kind of node only, such as users, keys, roles",
            Self::CycleVerdict => "Filter: nodes of one verdict only",
            Self::Judge(Verdict::Malicious) => "Judge the node, or the source of the event: the attacker's",
            Self::Judge(Verdict::Expected) => "Judge the node, or the source of the event: ours",
            Self::Judge(Verdict::Unknown) => "Take the judgement back",
            Self::Act => "Do something about it; read-only, the commands for that",
            Self::NodeEvents => "Show the events of this node in the timeline",
            Self::StillWorking => {
                "Filter: only what may still let somebody in: credentials, opened roles, machines with a role"
            }
            Self::EventNode => "Show in the chain what this call made, else the node that made the call",
            Self::Palette => "List every action by name, with its key; type a few of its letters",
            Self::GoBack => "Go back to where you were before the last jump",
            Self::GoForward => "Go forward again",
            Self::FilterText => {
                "Filter by what you type, such as `service:iam write -error:*`; Tab completes; words are looked for everywhere"
            }
            Self::Earlier => "To the first event of the column before in the bar of times",
            Self::Later => "To the first event of the next column in the bar of times",
            Self::Complete => "Finish the word that is being typed",
            Self::WritesOnly => "Filter: only calls that change something",
            Self::FailuresOnly => "Filter: only calls that failed",
            Self::SameNode => "Filter: only events of the caller of this one; again for all",
            Self::SameActor => "Filter: only events of the source of this one (address and program); again for all",
            Self::SameRegion => "Filter: only events of the region of this one; again for all",
            Self::SameService => "Filter: only events of the service of this one; again for all",
            Self::WithContext => "Filter: also other people's calls that name the chain",
            Self::ChangeState => "Mark the item: open, in progress, done, blocked, not applicable",
            Self::EditNote => "Write a note for the item",
            Self::Paste => "Paste what a read-only command printed: it proves the item, or shows that it is not done",
            Self::SwitchOrder => "Order the items by step, or by when they are to be done",
            Self::PlayPause => "Let time run, or hold it",
            Self::Faster => "Double the speed",
            Self::Slower => "Halve the speed",
            Self::StepForward => "Go to the next moment at which something happened",
            Self::StepBack => "Go to the moment before at which something happened",
            Self::JumpToTime => "Go to a time, such as 2026-01-31 14:00",
            Self::Export => "Write the evidence folder: tables as CSV, the records, and a manifest with their hashes",
            Self::SwitchClock => "Follow the attack's clock or the response's",
            Self::SearchHelp => "Search the keys by what they do",
            Self::Accept => "Accept",
            Self::Yes => "Yes, do it",
        }
    }
}
