//! What is done about a node: chosen, looked at, confirmed by typing its name, done.

use tui_input::Input;

use super::Effect;
use crate::account::change::{Ready, Said, command, commands};
use crate::investigation::account::Reply;
use crate::investigation::change::{Approved, Change, Object, offers, plan, recorded};
use crate::playbook::acts;
use crate::tui::action::Screen;
use crate::tui::app::{App, Hands};
use crate::tui::change::{Offer, Offers, Outcome, Proposal, Stage};
use crate::tui::popup::Popup;
use crate::tui::widgets::scroll::Scroll;
use crate::tui::widgets::text::safe;

impl App {
    /// Lists what can be done about the selected node or item.
    pub(super) fn open_offers(&mut self) {
        let investigation = self.desk.investigation();
        if self.screen == Screen::Steps {
            if let Some(item) = self.steps.item(&self.settings.playbook) {
                let changes = acts(item, &self.names, investigation, self.now);
                self.offer(item.id.clone(), changes);
            }
        } else if let Some(node) = self.tree.node().and_then(|at| investigation.chain().nodes.get(at)) {
            let changes = offers(investigation, node, self.now);
            self.offer(format!("{} {}", node.kind.label(), node.name), changes);
        }
    }

    fn offer(&mut self, title: String, changes: Vec<Change>) {
        let mut list: Vec<Offer> = changes.into_iter().map(Offer::Change).collect();
        let holder = list.iter().find_map(|offer| match offer {
            Offer::Change(change) => Some(change.holder()),
            Offer::Evidence(_) => None,
        });
        if self.hands != Hands::Away {
            list.push(Offer::Evidence(holder));
        }
        if list.is_empty() {
            self.say(format!(
                "{title} cannot be changed from here: 4 Steps says what has to be done about it"
            ));
            return;
        }
        self.popups.push(Popup::Offers(Offers {
            title,
            list,
            scroll: Scroll::default(),
        }));
    }

    /// Goes on with what was chosen: AWS is asked what there is, or the records are where it is not talked to.
    pub(super) fn choose(&mut self, offers: &Offers) -> Option<Effect> {
        match offers.list.get(offers.scroll.at())?.clone() {
            Offer::Evidence(holder) => {
                self.say("AWS is asked for the credential report and the account authorization details");
                Some(Effect::KeepEvidence(holder))
            }
            Offer::Change(change) if self.hands == Hands::Away => {
                self.propose_from_records(&change);
                None
            }
            Offer::Change(change) => {
                self.say(format!("AWS is asked what there is of {}", change.holder().words()));
                Some(Effect::Prepare(change))
            }
        }
    }

    /// Takes what is for the screens, and gives back what is not.
    pub(in crate::tui) fn hear(&mut self, said: Said) -> Option<Said> {
        match said {
            Said::Ready(ready) => self.propose(*ready),
            Said::NewKey(key) => self.popups.push(Popup::NewKey(key)),
            Said::EvidenceKept(missing) if missing.is_empty() => self.say_kept("The evidence is kept"),
            Said::EvidenceKept(missing) => self.complain(format!("Not kept: {}", missing.join("; "))),
            Said::Over => {}
            write @ Said::Write(..) => return Some(write),
        }
        None
    }

    /// Shows a change as it would be made of what there is.
    fn propose(&mut self, ready: Ready) {
        let Ready {
            change,
            object,
            caller,
            missing,
        } = ready;
        let caller = caller.known().map(|caller| caller.arn.as_str());
        let may_read = !matches!(object.about, Reply::Denied(_) | Reply::Failed(_));
        if self.hands != Hands::Free && !may_read {
            // To copy commands nobody has to be allowed to look.
            return self.propose_from_records(&change);
        }
        let notes = match missing {
            None => Vec::new(),
            Some(missing) if missing.is_empty() => {
                vec!["Kept in this file: the credential report and the account authorization details.".to_owned()]
            }
            Some(missing) => missing
                .iter()
                .map(|what| format!("Could not be kept: {what}"))
                .collect(),
        };
        self.show_proposal(&change, &object, caller, notes);
    }

    fn propose_from_records(&mut self, change: &Change) {
        let object = recorded(self.investigation(), &change.holder());
        let note = "From the records alone: AWS was not asked what there is. Look before you delete.";
        self.show_proposal(change, &object, None, vec![note.to_owned()]);
    }

    fn show_proposal(&mut self, change: &Change, object: &Object, caller: Option<&str>, notes: Vec<String>) {
        let plan = match plan(change, object, self.investigation(), caller, self.now) {
            Ok(plan) => plan,
            Err(refusal) => return self.refuse(change, &refusal.to_string()),
        };
        let is_free = self.hands == Hands::Free;
        let mut notes = notes;
        if is_free {
            notes.push("What it has now is kept in this file before anything is called.".to_owned());
        }
        let commands = if is_free {
            plan.steps.iter().map(|step| command(&step.call)).collect()
        } else {
            commands(&plan)
        };
        self.popups.push(Popup::Proposal(Box::new(Proposal {
            plan,
            commands,
            notes,
            stage: if is_free { Stage::Name } else { Stage::ReadOnly },
            input: Input::default(),
            complaint: None,
            scroll: Scroll::default(),
        })));
    }

    fn refuse(&mut self, change: &Change, why: &str) {
        self.complain(format!("{}: {why}", change.title()));
    }

    /// Does it, once the name was typed and every doubt was confirmed.
    pub(super) fn approve(&mut self, mut proposal: Box<Proposal>) -> Option<Effect> {
        let is_typed = proposal.input.value().trim() == proposal.wanted();
        match proposal.stage {
            _ if !is_typed => {
                proposal.complaint = Some(format!("this is not \"{}\": nothing was done", proposal.wanted()));
            }
            Stage::Name if !proposal.plan.doubts.is_empty() => {
                proposal.stage = Stage::Doubts;
                proposal.input = Input::default();
            }
            Stage::Name | Stage::Doubts => {
                let id = self.investigation().deeds().next_id();
                let plan = proposal.plan.approved_at(self.now);
                let approved = Approved {
                    id,
                    change: plan.change,
                    undoes: None,
                    principal: plan.principal,
                    steps: plan.steps,
                    by: self.settings.by.clone(),
                };
                let scroll = Scroll::default();
                self.popups.push(Popup::Outcome(Outcome { id, scroll }));
                return Some(Effect::Perform(Box::new(approved)));
            }
            Stage::ReadOnly => {}
        }
        self.popups.push(Popup::Proposal(proposal));
        None
    }

    /// The commands of the change that is shown, to copy.
    pub(super) fn change_commands(&self) -> Option<(String, String)> {
        let Some(Popup::Proposal(proposal)) = self.popups.last() else {
            return None;
        };
        let safe: Vec<_> = proposal.commands.iter().map(|line| safe(line)).collect();
        Some(("the commands".to_owned(), safe.join("\n")))
    }
}
