//! The paths that a source file names, wherever in it and however they are written.
//!
//! Tests are left out. Imports are followed inside the file: groups, aliases, `self` and `super`. What a glob brings is
//! not known here, so a glob stands as `*` and counts as everything under it.

use std::collections::{BTreeSet, HashMap};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

type Path = Vec<String>;

/// An import of an import of an import: no honest file is that deep.
const DEEPEST: usize = 8;

/// Every path of two names and more in a source file of a module, and every import, as full as this file can tell.
pub(crate) fn named(source: &str, module: &str) -> BTreeSet<String> {
    let tokens: TokenStream = source.parse().expect("Rust");
    let mut file = File::default();
    file.walk(&trees(tokens), &split(module));
    let paths = file.paths.iter();
    paths
        .flat_map(|(path, module)| file.resolve(path, module, 0))
        .map(|path| path.join("::"))
        .collect()
}

/// Whether a path names this, or something in it: `std::fs` is in `std::fs::read` and in `std::*`, `Utc::now` in
/// `chrono::Utc::now`.
pub(crate) fn names(path: &str, wanted: &str) -> bool {
    let (path, wanted) = (split(path), split(wanted));
    match path.split_last() {
        Some((last, folder)) if last == "*" => wanted.starts_with(folder) || contains(folder, &wanted),
        _ => contains(&path, &wanted),
    }
}

fn contains(path: &[String], wanted: &[String]) -> bool {
    path.windows(wanted.len()).any(|part| part == wanted)
}

fn split(path: &str) -> Path {
    path.split("::").map(str::to_owned).collect()
}

fn trees(tokens: TokenStream) -> Vec<TokenTree> {
    tokens.into_iter().collect()
}

fn ident(token: Option<&TokenTree>) -> Option<String> {
    match token? {
        TokenTree::Ident(ident) => Some(ident.to_string().trim_start_matches("r#").to_owned()),
        _ => None,
    }
}

fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

fn group(token: Option<&TokenTree>, delimiter: Delimiter) -> Option<Vec<TokenTree>> {
    match token? {
        TokenTree::Group(group) if group.delimiter() == delimiter => Some(trees(group.stream())),
        _ => None,
    }
}

fn is_separator(tokens: &[TokenTree], at: usize) -> bool {
    is_punct(tokens.get(at), ':') && is_punct(tokens.get(at + 1), ':')
}

/// `#[cfg(test)]`.
fn is_for_tests(tokens: &[TokenTree], at: usize) -> bool {
    let attribute = group(tokens.get(at + 1), Delimiter::Bracket).filter(|_| is_punct(tokens.get(at), '#'));
    attribute.is_some_and(|attribute| TokenStream::from_iter(attribute).to_string().replace(' ', "") == "cfg(test)")
}

/// Behind the item that begins here.
fn item_end(tokens: &[TokenTree], at: usize) -> usize {
    let ends = |token: &TokenTree| {
        is_punct(Some(token), ';') || matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
    };
    let length = tokens[at..].iter().position(ends);
    length.map_or(tokens.len(), |length| at + length + 1)
}

/// An import ends with a semicolon; its groups are no blocks.
fn import_end(tokens: &[TokenTree], at: usize) -> usize {
    let length = tokens[at..].iter().position(|token| is_punct(Some(token), ';'));
    length.map_or(tokens.len(), |length| at + length)
}

#[derive(Default)]
struct File {
    /// Each with the module it stands in.
    paths: Vec<(Path, Path)>,
    /// What a name stands for, and the module it was imported in. One name may stand for several things in a file.
    imports: HashMap<String, Vec<(Path, Path)>>,
}

impl File {
    fn walk(&mut self, tokens: &[TokenTree], module: &Path) {
        let mut at = 0;
        while at < tokens.len() {
            if is_for_tests(tokens, at) {
                at = item_end(tokens, at);
                continue;
            }
            let word = ident(tokens.get(at));
            let is_import = match word.as_deref() {
                // Not `impl Trait + use<'a>`.
                Some("use") => !is_punct(tokens.get(at + 1), '<'),
                Some("crate") => at > 0 && ident(tokens.get(at - 1)).as_deref() == Some("extern"),
                _ => false,
            };
            if is_import {
                let end = import_end(tokens, at);
                self.import(&tokens[at + 1..end], Path::new(), module);
                at = end;
            } else if let (Some("mod"), Some(name), Some(inside)) = (
                word.as_deref(),
                ident(tokens.get(at + 1)),
                group(tokens.get(at + 2), Delimiter::Brace),
            ) {
                let inner = module.iter().cloned().chain([name]).collect();
                self.walk(&inside, &inner);
                at += 3;
            } else if let Some(word) = word {
                let mut path = vec![word];
                at += 1;
                while let Some(next) = ident(tokens.get(at + 2)).filter(|_| is_separator(tokens, at)) {
                    path.push(next);
                    at += 3;
                }
                if path.len() > 1 {
                    self.paths.push((path, module.clone()));
                }
            } else {
                if let TokenTree::Group(group) = &tokens[at] {
                    self.walk(&trees(group.stream()), module);
                }
                at += 1;
            }
        }
    }

    /// One tree of an import, under what stands before it.
    fn import(&mut self, tree: &[TokenTree], mut path: Path, module: &Path) {
        let mut alias = None;
        let mut at = 0;
        while at < tree.len() {
            if let Some(inside) = group(tree.get(at), Delimiter::Brace) {
                for part in inside.split(|token| is_punct(Some(token), ',')) {
                    if !part.is_empty() {
                        self.import(part, path.clone(), module);
                    }
                }
                return;
            }
            match ident(tree.get(at)).as_deref() {
                Some("as") => {
                    alias = ident(tree.get(at + 1));
                    break;
                }
                // `{self}` is what stands before it.
                Some("self") if !path.is_empty() => {}
                Some(name) => path.push(name.to_owned()),
                None if is_punct(tree.get(at), '*') => path.push("*".to_owned()),
                None => {}
            }
            at += 1;
        }
        if let Some(name) = alias.or_else(|| path.last().cloned()) {
            let target = (path.clone(), module.clone());
            self.imports.entry(name).or_default().push(target);
        }
        self.paths.push((path, module.clone()));
    }

    /// All that a path may stand for.
    fn resolve(&self, path: &[String], module: &[String], depth: usize) -> Vec<Path> {
        let Some((first, rest)) = path.split_first() else {
            return vec![module.to_vec()];
        };
        match (first.as_str(), module) {
            ("self", _) => return vec![[module, rest].concat()],
            ("super", [above @ .., _]) => {
                // What follows is a `super` again, or a name of the module above and none of this file.
                let is_up = rest.first().is_some_and(|next| next == "super");
                return if is_up {
                    self.resolve(rest, above, depth)
                } else {
                    vec![[above, rest].concat()]
                };
            }
            _ => {}
        }
        let targets = self.imports.get(first).into_iter().flatten();
        let found: Vec<Path> = targets
            .filter(|(target, _)| depth < DEEPEST && target.first() != Some(first))
            .flat_map(|(target, module)| self.resolve(&[target, rest].concat(), module, depth + 1))
            .collect();
        if found.is_empty() { vec![path.to_vec()] } else { found }
    }
}
