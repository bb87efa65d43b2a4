//! The keys in force: the table, with those of the responder in it.
//!
//! What may be given other keys are the letters. Enter, Esc, Tab, arrows and the like, the numbers of the screens, and what
//! answers a question stay where they are: however keys are set, one finds out, and nothing is confirmed by a slip.

use std::borrow::Cow;
use std::str::FromStr;

use crossterm::event::KeyCode;

use super::action::Action;
use super::keys::{Binding, Context, Key, TABLE};
use crate::export::text::hides;

/// The bindings in force.
#[derive(Debug, Clone)]
pub struct Keymap(Vec<Binding>);

impl Default for Keymap {
    fn default() -> Self {
        Self(TABLE.to_vec())
    }
}

/// An action that may be given other keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bindable {
    /// Its name: the word beside its key on the screens.
    pub name: String,
    /// What it does.
    pub about: &'static str,
    /// Where.
    pub places: Vec<&'static str>,
    /// Its keys as they are without settings.
    pub keys: Vec<String>,
}

/// Other keys for an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebinding {
    /// Its name.
    pub action: String,
    /// The keys.
    pub keys: Vec<String>,
}

/// A rebinding that cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Which one.
    pub at: usize,
    /// Why.
    pub why: String,
}

impl Keymap {
    /// The actions that may be given other keys, in the order of the table.
    pub fn actions() -> Vec<Bindable> {
        let mut actions: Vec<Bindable> = Vec::new();
        for binding in TABLE.iter().filter(|binding| is_bindable(binding)) {
            let place = binding.context.title();
            let name = name(binding.action);
            if let Some(known) = actions.iter_mut().find(|action| action.name == name) {
                if !known.places.contains(&place) {
                    known.places.push(place);
                }
                continue;
            }
            actions.push(Bindable {
                name,
                about: binding.action.about(),
                places: vec![place],
                keys: letters(&binding.keys).map(|key| key.to_string()).collect(),
            });
        }
        actions
    }

    /// The table with other keys in it, or all that is wrong with them. Names that are not known are passed over.
    pub fn rebound(rebindings: &[Rebinding]) -> Result<Self, Vec<Refused>> {
        let mut keymap = Self::default();
        let mut refused = Vec::new();
        for (at, rebinding) in rebindings.iter().enumerate() {
            match keymap.rebind(rebinding) {
                Ok(()) => {}
                Err(why) => refused.push(Refused { at, why }),
            }
        }
        for (at, rebinding) in rebindings.iter().enumerate() {
            if let Some(why) = keymap.conflict(&rebinding.action, &rebindings[..at]) {
                refused.push(Refused { at, why });
            }
        }
        if refused.is_empty() { Ok(keymap) } else { Err(refused) }
    }

    fn rebind(&mut self, rebinding: &Rebinding) -> Result<(), String> {
        let keys: Vec<Key> = rebinding.keys.iter().map(|key| key.parse()).collect::<Result<_, _>>()?;
        if keys.is_empty() {
            return Err("give at least one key".to_owned());
        }
        let table = TABLE.iter().zip(&mut self.0);
        for (usual, binding) in table.filter(|(usual, _)| is_bindable(usual) && name(usual.action) == rebinding.action)
        {
            let slip = keys
                .iter()
                .find(|key| is_weighty(usual.action) && !usual.keys.contains(key) && !is_deliberate(**key));
            if let Some(key) = slip {
                return Err(format!(
                    "`{}` has weight and {key} is pressed by a slip: give it a capital letter, Ctrl- or a function key",
                    rebinding.action
                ));
            }
            binding.keys = with(&usual.keys, &keys);
        }
        Ok(())
    }

    /// Why an action cannot have the keys it was given: where it stands, one of them does something else. Of two that were
    /// given the same key the second is told, so `before` are those that were.
    fn conflict(&self, action: &str, before: &[Rebinding]) -> Option<String> {
        let own = TABLE
            .iter()
            .zip(&self.0)
            .filter(|(usual, _)| is_bindable(usual) && name(usual.action) == action);
        for (usual, binding) in own {
            for key in letters(&binding.keys).filter(|key| !usual.keys.contains(key)) {
                let taken = TABLE.iter().zip(&self.0).find(|(there, other)| {
                    let other_name = name(other.action);
                    // Of two that were given it, the one that comes later is told.
                    let is_told = there.keys.contains(&key) || before.iter().any(|b| b.action == other_name);
                    other_name != action && other.keys.contains(&key) && binding.context.meets(other.context) && is_told
                });
                if let Some((_, other)) = taken {
                    return Some(format!(
                        "{key} cannot mean both `{action}` ({}) and `{}` ({})",
                        binding.context.title(),
                        name(other.action),
                        other.context.title()
                    ));
                }
            }
        }
        None
    }

    pub(super) fn bindings(&self) -> &[Binding] {
        &self.0
    }

    /// The key that does this.
    pub(super) fn key_of(&self, action: Action) -> String {
        let binding = self.0.iter().find(|binding| binding.action == action);
        let key = binding.and_then(|binding| binding.keys.first());
        key.map(ToString::to_string).unwrap_or_default()
    }
}

/// The word beside the key, as a name for the settings: `same-caller`.
fn name(action: Action) -> String {
    let label = action.label().to_lowercase();
    let words = label.split(|c: char| !c.is_alphanumeric());
    words.collect::<Vec<_>>().join("-")
}

/// Whether a binding may get other keys: those it has for letters.
fn is_bindable(binding: &Binding) -> bool {
    let is_fixed = matches!(
        binding.action,
        Action::Back | Action::Accept | Action::Yes | Action::Show(_)
    );
    binding.context != Context::Always && !is_fixed && letters(&binding.keys).next().is_some()
}

/// What ends in a question whose answer has weight.
fn is_weighty(action: Action) -> bool {
    matches!(action, Action::Act | Action::CancelReading)
}

/// A key that is not hit on the way to another.
fn is_deliberate(key: Key) -> bool {
    key.ctrl || matches!(key.code, KeyCode::F(_)) || matches!(key.code, KeyCode::Char(c) if c.is_uppercase())
}

fn is_letter(key: Key) -> bool {
    matches!(key.code, KeyCode::Char(_) | KeyCode::F(_))
}

fn letters(keys: &[Key]) -> impl Iterator<Item = Key> {
    keys.iter().copied().filter(|key| is_letter(*key))
}

/// The keys of a binding with others for its letters. The order stays: the first is shown among the hints.
fn with(usual: &[Key], letters: &[Key]) -> Cow<'static, [Key]> {
    let mut keys = Vec::new();
    let mut letters = Some(letters);
    for key in usual {
        if !is_letter(*key) {
            keys.push(*key);
        } else if let Some(letters) = letters.take() {
            keys.extend(letters);
        }
    }
    Cow::Owned(keys)
}

impl Context {
    /// Whether one can be in both at once, so that a key can have one meaning only.
    fn meets(self, other: Self) -> bool {
        match (self, other) {
            _ if self == other => true,
            (Self::Always, _) | (_, Self::Always) => true,
            (Self::On(_), Self::On(_)) => false,
            (Self::Moving, over) | (over, Self::Moving) => !over.takes_text_or_answer(),
            _ => self.is_below() && other.is_below(),
        }
    }

    /// Whether it belongs to the screens and not to what lies over them.
    fn is_below(self) -> bool {
        matches!(
            self,
            Self::On(_) | Self::InDetails | Self::Replay | Self::Everywhere | Self::Moving
        )
    }

    /// Whether one does not move about in it.
    fn takes_text_or_answer(self) -> bool {
        matches!(
            self,
            Self::InQuestion | Self::InField | Self::InPaste | Self::InChange | Self::InSecret
        )
    }
}

impl FromStr for Key {
    type Err = String;

    /// Reads a key as it is shown: `x`, `Space`, `Ctrl-B`, `F5`.
    fn from_str(text: &str) -> Result<Self, String> {
        let refused = |why: &str| Err(format!("`{}` {why}", crate::export::text::safe(text)));
        let mut characters = text.chars();
        if let (Some(c), None) = (characters.next(), characters.next()) {
            return if c.is_whitespace() || hides(c) {
                refused("cannot be seen; the blank is called Space")
            } else {
                Ok(Self {
                    code: KeyCode::Char(c),
                    ctrl: false,
                })
            };
        }
        if text.eq_ignore_ascii_case("space") {
            return Ok(Self {
                code: KeyCode::Char(' '),
                ctrl: false,
            });
        }
        if let Some(c) = text.strip_prefix("Ctrl-").and_then(|c| c.parse::<char>().ok()) {
            return match c.to_ascii_lowercase() {
                // Terminals send the same for these as for Backspace, Tab and Enter.
                'h' | 'i' | 'j' | 'm' => refused("cannot be told from Backspace, Tab or Enter"),
                c @ 'a'..='z' => Ok(Self {
                    code: KeyCode::Char(c),
                    ctrl: true,
                }),
                _ => refused("is no key: Ctrl- goes with a letter"),
            };
        }
        match text.strip_prefix('F').and_then(|n| n.parse().ok()) {
            Some(n @ 1..=12) => Ok(Self {
                code: KeyCode::F(n),
                ctrl: false,
            }),
            _ => refused("is no key that can be given: write a character, Space, Ctrl-B or F5"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rebinding(action: &str, keys: &[&str]) -> Rebinding {
        Rebinding {
            action: action.to_owned(),
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        }
    }

    fn refused(rebindings: &[(&str, &[&str])]) -> Vec<String> {
        let rebindings: Vec<_> = rebindings
            .iter()
            .map(|(action, keys)| rebinding(action, keys))
            .collect();
        let refused = Keymap::rebound(&rebindings).err().unwrap_or_default();
        refused.into_iter().map(|refused| refused.why).collect()
    }

    #[test]
    fn a_name_means_one_thing_with_the_same_keys_wherever_it_stands() {
        for action in Keymap::actions() {
            for binding in TABLE.iter().filter(|b| is_bindable(b) && name(b.action) == action.name) {
                let keys: Vec<String> = letters(&binding.keys).map(|key| key.to_string()).collect();
                assert_eq!(keys, action.keys, "{} in {:?}", action.name, binding.context);
            }
        }
    }

    #[test]
    fn the_usual_keys_can_be_given_in_so_many_words() {
        let all = Keymap::actions().into_iter();
        let usual: Vec<Rebinding> = all
            .map(|action| Rebinding {
                action: action.name,
                keys: action.keys,
            })
            .collect();
        let keymap = Keymap::rebound(&usual).unwrap();
        for (usual, binding) in TABLE.iter().zip(keymap.bindings()) {
            assert_eq!(usual.keys, binding.keys);
        }
    }

    #[test]
    fn two_that_meet_cannot_share_a_key_and_both_are_named() {
        // Given the same: the second is told.
        let both = refused(&[("same-caller", &["K"]), ("same-region", &["K"])]);
        assert_eq!(
            both,
            ["K cannot mean both `same-region` (Timeline) and `same-caller` (Timeline)"]
        );
        // Against one that has it anyway, in the same place and in one that lies around it.
        let taken = refused(&[("same-caller", &["f"])]);
        assert_eq!(
            taken,
            ["f cannot mean both `same-caller` (Timeline) and `filter` (Timeline)"]
        );
        let around = refused(&[("quit", &["m"])]);
        assert_eq!(
            around,
            ["m cannot mean both `quit` (Everywhere) and `malicious` (Chain)"]
        );
        let answer = refused(&[("up", &["Ctrl-C"])]);
        assert!(answer[0].contains("`leave-at-once`"), "{answer:?}");
        // Free again once the other has moved.
        assert_eq!(refused(&[("same-caller", &["f"]), ("filter", &["K"])]), [""; 0]);
        // Never together.
        assert_eq!(refused(&[("kind", &["K"]), ("failures", &["K"])]), [""; 0]);
    }

    #[test]
    fn what_has_weight_is_not_put_where_a_slip_reaches_it() {
        for action in ["do", "stop-reading"] {
            assert!(refused(&[(action, &["b"])])[0].contains("slip"), "{action}");
            assert_eq!(refused(&[(action, &["B"])]), [""; 0]);
            assert_eq!(refused(&[(action, &["F8"])]), [""; 0]);
        }
        // What answers has no name to give keys to.
        let names: Vec<String> = Keymap::actions().into_iter().map(|action| action.name).collect();
        for fixed in ["yes", "accept", "back", "leave-at-once", "overview"] {
            assert!(!names.iter().any(|name| name == fixed), "{fixed}");
        }
    }

    #[test]
    fn keys_are_read_as_they_are_shown() {
        for shown in ["x", "X", "/", "日", "Space", "Ctrl-B", "F12"] {
            assert_eq!(shown.parse::<Key>().unwrap().to_string(), shown);
        }
        for no_key in ["", " ", "Ctrl-i", "Ctrl-1", "Enter", "F13", "ab", "\u{1b}", "\u{202e}"] {
            assert!(no_key.parse::<Key>().is_err(), "{no_key:?}");
        }
    }
}
