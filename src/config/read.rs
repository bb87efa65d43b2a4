//! From text to settings, or to all that is wrong with it and where.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Config, setting};
use crate::export::text::safe;
use crate::playbook::Mistake;
use crate::tui::{Keymap, Rebinding};

/// The table of the keys.
pub(super) const KEYS: &str = "keys";

/// So alike are two names, of at most 1, that one may be meant for the other.
const ALIKE: f64 = 0.7;

/// Reads settings. The mistakes come in the order of the file.
pub fn parse(text: &str) -> Result<Config, Vec<Mistake>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader {
        text,
        mistakes: Vec::new(),
        config: Config::default(),
    };
    // What is no TOML is understood wrongly: only that is said then.
    if errors.is_empty() {
        reader.settings(table.get_ref());
    }
    for error in errors {
        let offset = error.span().map_or(0, |span| span.start);
        reader.wrong(offset, error.message().replace('\n', "; "));
    }
    if reader.mistakes.is_empty() {
        return Ok(reader.config);
    }
    reader.mistakes.sort();
    Err(reader.mistakes)
}

struct Reader<'a> {
    text: &'a str,
    mistakes: Vec<Mistake>,
    config: Config,
}

impl Reader<'_> {
    fn wrong(&mut self, offset: usize, message: String) {
        self.mistakes.push(Mistake::at(self.text, offset, message));
    }

    fn settings(&mut self, table: &DeTable<'_>) {
        for (name, value) in table {
            let (at, of) = (name.span().start, value.span().start);
            let setting = setting::ALL.iter().find(|setting| setting.name == name.get_ref());
            match (setting, value.get_ref()) {
                (Some(setting), value) => match texts(value) {
                    Some(texts) if value.is_array() == setting.is_list => {
                        if let Err(why) = (setting.set)(&mut self.config, &texts) {
                            self.wrong(of, format!("`{}`: {why}", setting.name));
                        }
                    }
                    _ if setting.is_list => self.wrong(of, format!("`{}` is a list of texts", setting.name)),
                    _ => self.wrong(of, format!("`{}` is a text", setting.name)),
                },
                (None, DeValue::Table(keys)) if name.get_ref() == KEYS => self.keys(keys),
                (None, _) if name.get_ref() == KEYS => self.wrong(of, "`keys` is a table: [keys]".to_owned()),
                (None, _) => {
                    let known = setting::ALL.iter().map(|setting| setting.name).chain([KEYS]);
                    self.wrong(at, unknown("setting", name.get_ref(), known));
                }
            }
        }
    }

    fn keys(&mut self, table: &DeTable<'_>) {
        let actions = Keymap::actions();
        let mut rebindings: Vec<(usize, Rebinding)> = Vec::new();
        // In the order of the file: of two that want the same key, the second is wrong.
        let mut rows: Vec<(&Spanned<_>, &Spanned<_>)> = table.iter().collect();
        rows.sort_by_key(|(name, _)| name.span().start);
        for (name, value) in rows {
            let is_known = actions.iter().any(|action| action.name == **name.get_ref());
            if !is_known {
                let known = actions.iter().map(|action| action.name.as_str());
                self.wrong(name.span().start, unknown("action", name.get_ref(), known));
                continue;
            }
            match texts(value.get_ref()) {
                Some(keys) => rebindings.push((
                    value.span().start,
                    Rebinding {
                        action: name.get_ref().to_string(),
                        keys: keys.into_iter().map(str::to_owned).collect(),
                    },
                )),
                None => self.wrong(
                    value.span().start,
                    format!("`{}` is a key or a list of keys", name.get_ref()),
                ),
            }
        }
        let (places, rebindings): (Vec<usize>, Vec<Rebinding>) = rebindings.into_iter().unzip();
        match Keymap::rebound(&rebindings) {
            Ok(keymap) => self.config.keys = Some(keymap),
            Err(refused) => {
                for refused in refused {
                    self.wrong(places[refused.at], refused.why);
                }
            }
        }
    }
}

/// A text, or a list of texts.
fn texts<'a>(value: &'a DeValue<'_>) -> Option<Vec<&'a str>> {
    match value {
        DeValue::Array(list) => list.iter().map(|value| value.get_ref().as_str()).collect(),
        value => value.as_str().map(|text| vec![text]),
    }
}

fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let alike = |known: &str| strsim::jaro_winkler(name, known);
    let best = known.max_by(|a, b| alike(a).total_cmp(&alike(b)));
    let suggestion = match best.filter(|best| alike(best) >= ALIKE) {
        Some(best) => format!("; did you mean `{best}`?"),
        None => String::new(),
    };
    format!("there is no {what} `{}`{suggestion}", safe(name))
}
