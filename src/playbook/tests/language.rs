//! What a playbook may say, and how a mistake in it is shown.

use super::*;

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
fn several_mistakes_come_in_the_order_of_the_file() {
    let text = file("time_box = \"2 h\"\ncommands = ['aws --a={{ b }}', 'aws --c={{ d }} {{ user }}']");
    let columns: Vec<usize> = parse(&text).expect_err("three").iter().map(|m| m.column).collect();
    assert_eq!(columns, [22, 41, 49]);
}

#[test]
fn the_page_about_the_format_says_what_the_program_does() {
    let page = include_str!("../../../playbooks/README.md");
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
