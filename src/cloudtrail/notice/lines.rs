//! `Label: value` pairs, as support cases and e-mails write them: one on a line, or several that share one.

use super::{Format, Mention, Moment, Notice, address, search, short};

/// What a label stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Key,
    User,
    Event,
    Time,
    /// A time too, but not in the head of an e-mail.
    Date,
    Address,
    Country,
    Account,
    Case,
    Subject,
    /// Lines that only the head of an e-mail has.
    Mail,
}

/// Every label, in small letters.
const LABELS: [(&str, Field); 42] = [
    ("access key", Field::Key),
    ("access key id", Field::Key),
    ("accesskey", Field::Key),
    ("accesskeyid", Field::Key),
    ("aws access key", Field::Key),
    ("aws access key id", Field::Key),
    ("key id", Field::Key),
    ("user", Field::User),
    ("iam user", Field::User),
    ("iamuser", Field::User),
    ("user name", Field::User),
    ("username", Field::User),
    ("iam user name", Field::User),
    ("event", Field::Event),
    ("event name", Field::Event),
    ("eventname", Field::Event),
    ("api call", Field::Event),
    ("time", Field::Time),
    ("event time", Field::Time),
    ("eventtime", Field::Time),
    ("date", Field::Date),
    ("ip", Field::Address),
    ("ip address", Field::Address),
    ("source ip", Field::Address),
    ("source ip address", Field::Address),
    ("sourceipaddress", Field::Address),
    ("country", Field::Country),
    ("ip country", Field::Country),
    ("country/region", Field::Country),
    ("ip country/region", Field::Country),
    ("account", Field::Account),
    ("account id", Field::Account),
    ("aws account", Field::Account),
    ("aws account id", Field::Account),
    ("case", Field::Case),
    ("case id", Field::Case),
    ("support case", Field::Case),
    ("case number", Field::Case),
    ("subject", Field::Subject),
    ("from", Field::Mail),
    ("to", Field::Mail),
    ("reply-to", Field::Mail),
];
const HEADING: &str = "irregular activity detected for your aws access key";
/// A label that is not known has at most so many letters.
const LONGEST_LABEL: usize = 40;
/// So far the next label on a line is looked for, in bytes.
const LONGEST_LOOK: usize = 500;
/// What may stand around a label: marks of lists, quotes and bold letters.
const QUOTES: [char; 5] = ['`', '|', '"', ' ', '\t'];
const MARKS: [char; 10] = ['*', '-', '•', '>', '|', '_', '`', '"', ' ', '\t'];

/// What lies together: a key and what is said of it.
#[derive(Debug, Default)]
struct Block {
    keys: Vec<String>,
    said: Mention,
    /// The head of an e-mail is in it: its date is not the time of the call.
    mail: bool,
    /// The time is labelled as a date only.
    date: bool,
}

/// Reads any text.
pub(super) fn read(text: &str) -> Notice {
    let mut notice = Notice::default();
    let mut blocks = vec![Block::default()];
    for line in text.lines() {
        if line.trim().is_empty() {
            blocks.push(Block::default());
        }
        let pairs = pairs(line);
        if pairs.is_empty() {
            unknown(&mut notice, line);
        }
        for (field, value) in pairs {
            take(&mut notice, &mut blocks, field, value);
        }
        if notice.case_id.is_none() {
            notice.case_id = case_in(line);
        }
    }
    let labelled = blocks
        .iter()
        .any(|block| !block.keys.is_empty() || block.said.masked.is_some());
    for block in joined(blocks) {
        block.into_mentions(&mut notice);
    }
    notice.format = if text.to_ascii_lowercase().contains(HEADING) {
        Format::EmailIrregular
    } else if labelled {
        Format::SupportCaseKeys
    } else if notice.case_id.is_some() {
        Format::SupportCase
    } else {
        Format::Text
    };
    if notice.account.is_none() {
        let subject = notice.subject.as_deref().unwrap_or(text);
        notice.account = account_in(subject);
    }
    notice
}

/// The pairs of a line: a known label at its beginning, and more behind a full stop or a semicolon.
fn pairs(line: &str) -> Vec<(Field, &str)> {
    let mut pairs: Vec<(Field, usize, usize)> = Vec::new();
    let mut from = 0;
    while let Some((field, value)) = label(&line[from..]) {
        let value = from + value;
        let next = ends(&line[value..]).map(|(end, next)| (value + end, value + next));
        pairs.push((field, value, next.map_or(line.len(), |(end, _)| end)));
        let Some((_, next)) = next else { break };
        from = next;
    }
    let several = pairs.len() > 1;
    let cut = |(field, from, to): (Field, usize, usize)| {
        let value = line[from..to].trim_matches(QUOTES);
        // The other half of a bold label or line; more stars hide something.
        let value = value.strip_prefix("** ").unwrap_or(value);
        let bold = value.strip_suffix("**").filter(|value| !value.ends_with('*'));
        let value = bold.unwrap_or(value).trim_matches(QUOTES);
        (
            field,
            if several {
                value.trim_end_matches(['.', ';'])
            } else {
                value
            },
        )
    };
    pairs.into_iter().map(cut).collect()
}

/// Where a value ends that another label follows: its end, and where that label begins.
fn ends(rest: &str) -> Option<(usize, usize)> {
    let rest = &rest[..rest.floor_char_boundary(LONGEST_LOOK)];
    let breaks = [". ", "; ", " | "]
        .into_iter()
        .flat_map(|mark| rest.match_indices(mark));
    let mut breaks: Vec<(usize, usize)> = breaks.map(|(at, mark)| (at, at + mark.len())).collect();
    breaks.sort_unstable();
    breaks.into_iter().find(|(_, next)| label(&rest[*next..]).is_some())
}

/// The known label a text begins with, and where its value begins.
fn label(text: &str) -> Option<(Field, usize)> {
    let (name, value) = split(text)?;
    let name = name.to_ascii_lowercase();
    let known = LABELS.iter().find(|(label, _)| *label == name);
    known.map(|(_, field)| (*field, value))
}

/// What stands before a colon, and where what follows begins.
fn split(text: &str) -> Option<(&str, usize)> {
    let text = &text[..text.floor_char_boundary(4 * LONGEST_LABEL)];
    let at = text.find([':', '：'])?;
    let colon = text[at..].chars().next()?;
    let name = text[..at].trim_matches(MARKS);
    let short = !name.is_empty() && name.chars().count() <= LONGEST_LABEL;
    short.then_some((name, at + colon.len_utf8()))
}

/// A label that is not known is kept as a note; a sentence with a colon in it, or an address of the web, is none.
fn unknown(notice: &mut Notice, line: &str) {
    let Some((name, value)) = split(line) else { return };
    let value = line[value..].trim_matches(MARKS);
    if name.split(' ').count() <= 4 && !value.is_empty() && !value.starts_with("//") {
        notice.note(&format!("{name}: {value}"));
    }
}

fn take(notice: &mut Notice, blocks: &mut Vec<Block>, field: Field, value: &str) {
    let text = Some(short(value)).filter(|value| !value.is_empty());
    match field {
        Field::Account => notice.account = account_in(value).or(notice.account.take()),
        Field::Case => notice.case_id = number_in(value, 10..=20).or(notice.case_id.take()),
        Field::Subject => notice.subject.clone_from(&text),
        _ => {}
    }
    if blocks.last().is_none_or(|block| block.has(field)) {
        blocks.push(Block::default());
    }
    let Some(block) = blocks.last_mut() else { return };
    match field {
        Field::Key => {
            block.keys = search::keys(value).into_iter().map(str::to_owned).collect();
            let hidden =
                block.keys.is_empty() && (value.contains(['*', '•', '…']) || !search::masked(value).is_empty());
            block.said.masked = Some(short(value)).filter(|_| hidden);
        }
        Field::User => block.said.user = text,
        Field::Event => block.said.event = text.map(|event| event.trim_end_matches('.').to_owned()),
        Field::Time | Field::Date => {
            block.said.time = Moment::read(value);
            block.date = field == Field::Date;
        }
        Field::Address => {
            block.said.address = address(value);
            if block.said.address.is_none() && !value.is_empty() {
                notice.note(&format!("not an address: {value}"));
            }
        }
        Field::Country => block.said.country = text,
        Field::Subject | Field::Mail => block.mail = true,
        Field::Account | Field::Case => {}
    }
}

impl Block {
    /// Whether it has this field already: then the next block begins.
    fn has(&self, field: Field) -> bool {
        match field {
            Field::Key => !self.keys.is_empty() || self.said.masked.is_some(),
            Field::User => self.said.user.is_some(),
            Field::Event => self.said.event.is_some(),
            Field::Time | Field::Date => self.said.time.is_some() && !(self.mail && self.date),
            Field::Address => self.said.address.is_some(),
            Field::Country => self.said.country.is_some(),
            Field::Account | Field::Case | Field::Subject | Field::Mail => false,
        }
    }

    fn into_mentions(self, notice: &mut Notice) {
        let said = self.said;
        if self.keys.is_empty() {
            // A time or a country alone says nothing.
            let says = said.masked.is_some() || said.user.is_some() || said.event.is_some() || said.address.is_some();
            if says {
                notice.mention(said);
            }
            return;
        }
        for key in self.keys {
            notice.mention(Mention {
                key: Some(key),
                masked: None,
                ..said.clone()
            });
        }
    }
}

/// Where one block alone names a key, everything else is said of that key too, however many empty lines are between.
fn joined(mut blocks: Vec<Block>) -> Vec<Block> {
    for block in blocks.iter_mut().filter(|block| block.mail && block.date) {
        block.said.time = None;
    }
    let names = |block: &Block| block.has(Field::Key);
    if blocks.iter().filter(|block| names(block)).count() != 1 {
        return blocks;
    }
    let (mut alone, rest): (Vec<Block>, Vec<Block>) = blocks.into_iter().partition(names);
    for block in &mut alone {
        for other in &rest {
            block.said.complete(&other.said);
        }
    }
    alone
}

impl Mention {
    /// Takes from another what is not known yet.
    pub(super) fn complete(&mut self, other: &Self) {
        fn fill<T: Clone>(mine: &mut Option<T>, other: Option<&T>) {
            if mine.is_none() {
                *mine = other.cloned();
            }
        }
        fill(&mut self.user, other.user.as_ref());
        fill(&mut self.unique_id, other.unique_id.as_ref());
        fill(&mut self.event, other.event.as_ref());
        fill(&mut self.time, other.time.as_ref());
        fill(&mut self.address, other.address.as_ref());
        fill(&mut self.country, other.country.as_ref());
    }
}

/// The number in `[CASE 170000000012345]`.
fn case_in(line: &str) -> Option<String> {
    let at = line.to_ascii_uppercase().find("[CASE ")?;
    let number = line[at + "[CASE ".len()..].split(']').next()?;
    number_in(number, 10..=20)
}

/// The last account id in a text.
fn account_in(text: &str) -> Option<String> {
    let mut numbers = text.split(|c: char| !c.is_ascii_alphanumeric());
    let is_account = |word: &&str| word.len() == 12 && word.bytes().all(|b| b.is_ascii_digit());
    numbers.rfind(is_account).map(str::to_owned)
}

fn number_in(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<String> {
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let number = words.find(|word| digits.contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit()));
    number.map(str::to_owned)
}
