//! What lies between the elements: the lists and wrappers that hold them.

use std::ops::ControlFlow;

use super::{Item, NOT_JSON, Open, Scanner, Step};

/// Members under which CloudTrail and LookupEvents list records.
const LISTS: [&[u8]; 4] = [b"\"Records\"", b"\"Events\"", b"\"records\"", b"\"events\""];
/// How far to look for the first member of an object; more than any writer of JSON puts in between.
const LOOK_AHEAD: usize = 4096;

/// Which container the scanner is in, when it is in no element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    /// Nothing was read.
    Start,
    /// No container.
    Nothing,
    /// A list; `wrapped` in an object. `noise` runs on from the text before: it was reported already.
    List {
        wrapped: bool,
        comma_due: bool,
        noise: bool,
    },
    /// The object around a list, before or after it.
    Wrapper,
    /// A container whose structure is broken: the rest of the text cannot be told apart.
    Lost,
}

impl Inside {
    pub(super) fn is_list(self) -> bool {
        matches!(self, Self::List { .. })
    }

    /// Lines are independent of each other only outside containers.
    pub(super) fn give_up_line(&mut self) {
        *self = match self {
            Self::Start | Self::Nothing => Self::Nothing,
            _ => Self::Lost,
        };
    }
}

impl Scanner {
    /// Takes one step between elements.
    pub(super) fn between(&mut self, end: bool, sink: &mut impl FnMut(Item<'_>) -> ControlFlow<()>) -> Step {
        if self.inside == Inside::Start && !self.skip_byte_order_mark(end) {
            return Step::Starved;
        }
        let known = self.known();
        let blank = self.window()[self.at..known]
            .iter()
            .position(|byte| !byte.is_ascii_whitespace());
        self.at += blank.unwrap_or(known - self.at);
        let Some(&byte) = self.window()[..known].get(self.at) else {
            return Step::Starved;
        };
        let mut problem = None;
        match (self.inside, byte) {
            (Inside::Lost, _) => self.at = known,
            (Inside::Start | Inside::Nothing, b'{') => match list_in(&self.window()[self.at..known]) {
                Look::Starved if !end && known - self.at < LOOK_AHEAD => return Step::Starved,
                Look::List(after) => self.enter_list(after, true),
                _ => self.open_element(false),
            },
            (Inside::Start | Inside::Nothing, b'[') => self.enter_list(1, false),
            (Inside::Start | Inside::Nothing | Inside::Wrapper, b',') | (Inside::Wrapper, b':') => self.at += 1,
            (Inside::Start | Inside::Nothing, _) => {
                return self.give_up_line(self.at, self.at, NOT_JSON, sink);
            }
            (Inside::List { wrapped, .. }, b',') => self.pass(Inside::List {
                wrapped,
                comma_due: false,
                noise: false,
            }),
            (Inside::List { wrapped: true, .. }, b']') => self.pass(Inside::Wrapper),
            (Inside::List { .. }, b']') | (Inside::Wrapper, b'}') => self.pass(Inside::Nothing),
            (Inside::List { wrapped, comma_due, .. }, b'{' | b'[') => {
                if comma_due {
                    problem = Some((self.at, "a comma is missing before this record"));
                }
                self.open_element(false);
                self.inside = Inside::List {
                    wrapped,
                    comma_due: true,
                    noise: false,
                };
            }
            (
                Inside::List {
                    wrapped,
                    comma_due,
                    noise,
                },
                _,
            ) => {
                if !noise {
                    problem = Some((self.at, "this is not a record"));
                }
                let ends = self.window()[self.at..known]
                    .iter()
                    .skip(1)
                    .position(|byte| matches!(byte, b',' | b']' | b'{' | b'['));
                self.at += ends.map_or(known - self.at, |more| more + 1);
                self.inside = Inside::List {
                    wrapped,
                    comma_due,
                    noise: ends.is_none(),
                };
            }
            (Inside::Wrapper, b'"') => return self.next_member(),
            (Inside::Wrapper, b'{' | b'[') => self.open_element(true),
            (Inside::Wrapper, _) => self.at += 1,
        }
        match problem {
            Some((at, reason)) => {
                let offset = self.base + at as u64;
                if sink(Item::Problem { offset, reason }).is_break() {
                    Step::Stopped
                } else {
                    Step::Done
                }
            }
            None => Step::Done,
        }
    }

    fn pass(&mut self, inside: Inside) {
        self.at += 1;
        self.inside = inside;
    }

    fn enter_list(&mut self, after: usize, wrapped: bool) {
        self.at += after;
        self.has_list = true;
        self.inside = Inside::List {
            wrapped,
            comma_due: false,
            noise: false,
        };
    }

    fn open_element(&mut self, passed_over: bool) {
        if self.inside == Inside::Start {
            self.inside = Inside::Nothing;
        }
        self.open = Some(Open {
            start: self.at,
            depth: 1,
            passed_over,
        });
        self.at += 1;
    }

    /// A further member of a wrapper: another list, or something to get past.
    fn next_member(&mut self) -> Step {
        let from = self.at;
        match member_list(&self.window()[from..self.known()]) {
            Look::List(after) => self.enter_list(after, true),
            Look::Starved if self.known() - from < LOOK_AHEAD => return Step::Starved,
            Look::Starved | Look::Other => match string_end(&self.window()[from..self.known()]) {
                Some(end) => self.at = from + end,
                None => return Step::Starved,
            },
        }
        Step::Done
    }

    /// Whether enough text is there to know that there is no (further) byte order mark.
    fn skip_byte_order_mark(&mut self, end: bool) -> bool {
        const MARK: &[u8] = "\u{feff}".as_bytes();
        if self.window().starts_with(MARK) && self.at == 0 {
            self.at = MARK.len();
        }
        end || self.known() > 0
    }
}

enum Look {
    /// A list begins; so many bytes to just after its bracket.
    List(usize),
    Other,
    Starved,
}

/// Whether an object begins with a list of records.
fn list_in(text: &[u8]) -> Look {
    let name = 1 + blanks(&text[1..]);
    match text.get(name) {
        None => Look::Starved,
        Some(b'"') => match member_list(&text[name..]) {
            Look::List(after) => Look::List(name + after),
            other => other,
        },
        Some(_) => Look::Other,
    }
}

/// Whether the member that begins here is a list of records.
fn member_list(text: &[u8]) -> Look {
    let Some(name) = LISTS.iter().find(|name| text.starts_with(name)) else {
        let longest = LISTS.iter().map(|name| name.len()).max().unwrap_or_default();
        return if text.len() < longest {
            Look::Starved
        } else {
            Look::Other
        };
    };
    let mut at = name.len();
    for expected in [b':', b'['] {
        at += blanks(&text[at..]);
        match text.get(at) {
            None => return Look::Starved,
            Some(&byte) if byte == expected => at += 1,
            Some(_) => return Look::Other,
        }
    }
    Look::List(at)
}

fn blanks(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// Just after the string that begins here.
fn string_end(text: &[u8]) -> Option<usize> {
    let mut escaped = false;
    let end = text.iter().skip(1).position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    });
    end.map(|end| end + 2)
}
