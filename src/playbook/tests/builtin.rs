//! The playbooks inside the program.

use std::collections::BTreeSet;

use super::*;

/// The items of the specification: how many there are of each group.
fn specified() -> BTreeSet<String> {
    let groups = [("S1", 1, 21), ("S2", 1, 28), ("S3", 1, 20), ("S4", 1, 7), ("SC", 1, 8)];
    let after = [(1, 7), (11, 20), (21, 27), (31, 35), (41, 52)].map(|(from, to)| ("PA", from, to));
    let ids = groups.into_iter().chain(after);
    ids.flat_map(|(group, from, to)| (from..=to).map(move |n| format!("{group}-{n:02}")))
        .collect()
}

#[test]
fn the_default_playbook_holds_every_item_of_the_specification_once_and_in_order() {
    let playbook = builtin_playbook();
    let ids: Vec<String> = playbook.items().map(|item| item.id.clone()).collect();
    assert_eq!(ids.iter().cloned().collect::<BTreeSet<_>>(), specified());
    assert_eq!(ids.len(), specified().len());
    for step in &playbook.steps {
        let own = step.items.iter().filter(|item| !item.id.starts_with("SC"));
        let own: Vec<&str> = own.map(|item| item.id.as_str()).collect();
        assert!(own.is_sorted(), "step {}: {own:?}", step.number);
    }
}

#[test]
fn the_other_playbooks_hold_only_items_of_the_specification_and_bring_their_own_case_first() {
    for playbook in builtins() {
        let mut seen = BTreeSet::new();
        for item in playbook.items() {
            assert!(specified().contains(&item.id), "{}: {}", playbook.id, item.id);
            assert!(seen.insert(item.id.clone()), "{}: {} twice", playbook.id, item.id);
        }
        assert!(seen.contains("PA-01") && seen.contains("PA-52"), "{}", playbook.id);
    }
    for (id, case) in [
        ("root-access-key", "SC-01"),
        ("ses-smtp-user", "SC-02"),
        ("leaked-session", "SC-03"),
        ("reseller-customer", "SC-05"),
    ] {
        let all = builtins();
        let playbook = all.iter().find(|playbook| playbook.id == id).unwrap();
        let mut steps = playbook.steps.iter();
        assert!(steps.any(|step| step.items[0].id == case), "{id}: {case}");
        let item = playbook.items().find(|item| item.id == case).unwrap();
        assert!(item.when.is_none() && item.time_box == TimeBox::HalfHour, "{id}");
    }
}

#[test]
fn every_item_of_the_builtin_playbooks_says_why_what_to_decide_what_can_go_wrong_and_how_it_is_proved() {
    for playbook in builtins() {
        for item in playbook.items() {
            let place = format!("{} {}", playbook.id, item.id);
            for (what, text) in [
                ("why", &item.why),
                ("decide", &item.decide),
                ("watch_out", &item.watch_out),
            ] {
                assert!(text.len() > 15 && text.ends_with(['.', '?']), "{place}: {what}: {text}");
            }
            assert_eq!(
                item.check.is_none(),
                item.by_hand.len() > 15,
                "{place}: a check, or why there is none"
            );
            assert!(!item.references.is_empty(), "{place}");
        }
    }
}

#[test]
fn every_command_of_the_builtin_playbooks_is_one_shell_line_with_blanks() {
    for playbook in builtins() {
        for item in playbook.items() {
            for command in commands(item, &Names::default()) {
                assert_eq!(command.subject, None);
                assert!(!command.line.contains("{{"), "{}", command.line);
                let words = shlex::split(&command.line).unwrap_or_else(|| panic!("{}: {}", item.id, command.line));
                assert_eq!(words[0], "aws", "{}: {}", item.id, command.line);
            }
        }
    }
}

#[test]
fn json_in_the_builtin_commands_stays_json_whatever_is_filled_in() {
    let names = Names {
        now: Some("2026-05-21T13:00:00Z".to_owned()),
        subjects: vec![
            subject(SubjectKind::AccessKey, Origin::Seed, "AK\"},{\"IA", Some("a\"b'c")),
            subject(SubjectKind::User, Origin::Seed, "a\"b'c", None),
            subject(SubjectKind::Role, Origin::Created, "r\"'", None),
        ],
        ..Names::default()
    };
    let mut documents = 0;
    let playbooks = builtins();
    for item in playbooks.iter().flat_map(Playbook::items) {
        for command in commands(item, &names).iter().filter(|c| c.line.contains('{')) {
            for word in argv(&command.line) {
                let value = word
                    .split_once('=')
                    .filter(|(name, _)| name.starts_with("--"))
                    .map_or(word.as_str(), |w| w.1);
                if value.starts_with('{') {
                    documents += 1;
                    serde_json::from_str::<serde_json::Value>(value)
                        .unwrap_or_else(|e| panic!("{}: {e}: {word}", item.id));
                }
            }
        }
    }
    assert!(documents >= 4, "{documents}");
}

#[test]
fn what_was_there_before_is_never_offered_for_deletion() {
    let names = Names {
        subjects: vec![
            subject(SubjectKind::User, Origin::Seed, "app", None),
            subject(SubjectKind::User, Origin::Touched, "deploy-bot", None),
            subject(SubjectKind::User, Origin::Created, "evil", None),
            subject(SubjectKind::Role, Origin::Touched, "shared", None),
            subject(SubjectKind::Role, Origin::Created, "backdoor", None),
        ],
        ..Names::default()
    };
    let playbook = builtin_playbook();
    for (id, allowed) in [("S2-27", "evil"), ("S2-28", "backdoor")] {
        let item = playbook.items().find(|item| item.id == id).unwrap();
        for command in commands(item, &names) {
            assert_eq!(command.subject.as_deref(), Some(allowed), "{}", command.line);
        }
    }
}
