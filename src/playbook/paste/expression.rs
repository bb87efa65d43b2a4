//! Conditions over the output of a command, in JMESPath: the language of the AWS command line's `--query`.
//!
//! Playbook and output may come from anybody. So only what cannot make a document grow is understood: no lists, objects or
//! slices of one's own, literals that are single values, and the functions of [`FUNCTIONS`]. What is left takes time in
//! proportion to the output, and its depth is limited.

use jmespath::ast::Ast;
use jmespath::{ErrorReason, Expression, JmespathError, Variable};
use serde_json::Value;

/// The longest condition, in bytes.
const LONGEST: usize = 500;
/// So many brackets and other beginnings may stand in one: each may be a level.
const DEEPEST: usize = 40;

/// The functions, and how many arguments they take.
const FUNCTIONS: [(&str, usize); 7] = [
    ("contains", 2),
    ("ends_with", 2),
    ("keys", 1),
    ("length", 1),
    ("starts_with", 2),
    ("type", 1),
    ("values", 1),
];

/// What is wrong with a condition: byte offset and message.
pub(in super::super) fn mistake(condition: &str) -> Option<(usize, String)> {
    compile(condition).err()
}

/// Whether the output meets a condition; `None` where it has not the shape that the condition is about.
pub(super) fn holds(condition: &str, output: &Value) -> Option<bool> {
    let found = compile(condition).ok()?.search(output).ok()?;
    found.as_boolean()
}

/// The texts that an expression finds; `None` where it finds something else.
pub(super) fn texts(expression: &str, output: &Value) -> Option<Vec<String>> {
    let found = compile(expression).ok()?.search(output).ok()?;
    match &*found {
        Variable::Null => Some(Vec::new()),
        Variable::String(text) => Some(vec![text.clone()]),
        Variable::Array(items) => items.iter().map(|item| item.as_string().cloned()).collect(),
        _ => None,
    }
}

fn compile(condition: &str) -> Result<Expression<'static>, (usize, String)> {
    // Before it is parsed: the parser goes down for each of these.
    if condition.len() > LONGEST {
        return Err((0, format!("a condition has at most {LONGEST} bytes")));
    }
    let begins = |c: char| "([{!&*".contains(c);
    if let Some((at, _)) = condition.char_indices().filter(|(_, c)| begins(*c)).nth(DEEPEST) {
        return Err((at, "this condition is too deep".to_owned()));
    }
    let compiled = jmespath::compile(condition).map_err(|error| (error.offset, reason(&error)))?;
    match unwanted(compiled.as_ast()) {
        Some(found) => Err(found),
        None => Ok(compiled),
    }
}

/// The library's words without the place, which is counted from the start of the condition and not of the file.
fn reason(error: &JmespathError) -> String {
    match &error.reason {
        ErrorReason::Parse(why) => format!("this condition cannot be read: {why}"),
        ErrorReason::Runtime(why) => format!("this condition cannot be read: {why}"),
    }
}

/// The first part that is not understood here.
fn unwanted(ast: &Ast) -> Option<(usize, String)> {
    let all = |parts: &[&Ast]| parts.iter().find_map(|part| unwanted(part));
    let not = |offset: &usize, what: &str| Some((*offset, format!("{what} not understood in a condition")));
    match ast {
        Ast::Identity { .. } | Ast::Field { .. } | Ast::Index { .. } => None,
        Ast::Literal { value, offset } => match **value {
            Variable::Array(_) | Variable::Object(_) => not(offset, "a literal list or object is"),
            _ => None,
        },
        Ast::Comparison { lhs, rhs, .. }
        | Ast::And { lhs, rhs, .. }
        | Ast::Or { lhs, rhs, .. }
        | Ast::Projection { lhs, rhs, .. }
        | Ast::Subexpr { lhs, rhs, .. } => all(&[lhs, rhs]),
        Ast::Condition { predicate, then, .. } => all(&[predicate, then]),
        Ast::Flatten { node, .. } | Ast::Not { node, .. } | Ast::ObjectValues { node, .. } => unwanted(node),
        Ast::Function { name, args, offset } => match FUNCTIONS.iter().find(|(known, _)| known == name) {
            Some((_, count)) if *count == args.len() => args.iter().find_map(unwanted),
            Some((_, count)) => Some((*offset, format!("`{name}` takes {count} arguments"))),
            None => {
                let known: Vec<&str> = FUNCTIONS.iter().map(|(known, _)| *known).collect();
                Some((
                    *offset,
                    format!("unknown function `{name}`; known are {}", known.join(", ")),
                ))
            }
        },
        Ast::MultiList { offset, .. } => not(offset, "a list of one's own is"),
        Ast::MultiHash { offset, .. } => not(offset, "an object of one's own is"),
        Ast::Slice { offset, .. } => not(offset, "a slice is"),
        Ast::Expref { offset, .. } => not(offset, "`&` is"),
    }
}
