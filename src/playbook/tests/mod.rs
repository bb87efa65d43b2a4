//! Playbooks read, and filled in.

mod builtin;
mod commands;
mod language;
mod paste;
mod samples;

use std::process::Command as Process;

use super::*;

fn builtin_playbook() -> Playbook {
    let (id, text) = builtin().next().unwrap();
    let playbook = parse(text).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    assert_eq!(playbook.id, id);
    playbook
}

fn file(item: &str) -> String {
    format!(
        "format = \"keytrail-playbook/1\"\nid = \"own\"\ntitle = \"Own\"\ndescription = \"d\"\n\n[[step]]\nnumber = 1\n\
         title = \"One\"\nintro = \"i\"\n\n[[step.item]]\nid = \"A-1\"\ntitle = \"t\"\nwhy = \"w\"\n{item}\n"
    )
}

fn subject(kind: SubjectKind, origin: Origin, name: &str, user: Option<&str>) -> Subject {
    Subject {
        kind,
        origin,
        name: name.to_owned(),
        arn: None,
        user: user.map(str::to_owned),
        role: None,
        region: None,
        node: None,
        is_gone: false,
        is_ours: false,
        resource: None,
    }
}

fn item(run: &str, for_each: Option<ForEach>) -> Item {
    Item {
        id: "A-1".to_owned(),
        commands: vec![CommandTemplate {
            run: run.to_owned(),
            treat: None,
            for_each,
            note: String::new(),
        }],
        ..Item::default()
    }
}

/// What a real shell makes of a line: its words.
fn argv(line: &str) -> Vec<String> {
    let script = format!("set -f; print() {{ for w in \"$@\"; do printf '%s\\0' \"$w\"; done; }}; print {line}");
    let out = Process::new("sh").args(["-c", &script]).output().unwrap();
    assert!(out.status.success(), "{line}: {}", String::from_utf8_lossy(&out.stderr));
    let text = String::from_utf8(out.stdout).unwrap();
    text.split_terminator('\0').map(str::to_owned).collect()
}

fn builtins() -> Vec<Playbook> {
    let parsed = builtin().map(|(id, text)| {
        let playbook = parse(text).unwrap_or_else(|mistakes| panic!("{id}: {mistakes:#?}"));
        assert_eq!(playbook.id, id);
        playbook
    });
    parsed.collect()
}
