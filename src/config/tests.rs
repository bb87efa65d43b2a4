use super::*;

fn mistakes(text: &str) -> Vec<String> {
    let mistakes = parse(text).err().unwrap_or_default();
    mistakes.iter().map(ToString::to_string).collect()
}

#[test]
fn every_setting_is_understood() {
    let config = parse(
        "theme = \"monochrome\"\ntime_zone = \"local\"\nclipboard = \"off\"\nprofile = \"ir\"\n\
         regions = [\"us-east-1\", \"eu-west-1\"]\nplaybooks = \"~/ours\"\n[keys]\nmalicious = \"B\"\n",
    )
    .unwrap();
    assert_eq!(config.theme, Some(ThemeName::Monochrome));
    assert_eq!(config.time_zone, Some(Zone::Local));
    assert_eq!(config.clipboard, Some(Clipboard::Off));
    assert_eq!(config.profile.as_deref(), Some("ir"));
    let regions = ["us-east-1", "eu-west-1"].map(str::to_owned).to_vec();
    assert_eq!(config.regions, Some(Regions::Named(regions)));
    assert_eq!(config.playbooks, Some("~/ours".into()));
    assert!(config.keys.is_some());
}

#[test]
fn every_mistake_has_its_line_and_a_name_that_was_meant() {
    let text = "them = \"colour\"\ntime_zone = \"Berlin\"\nregions = \"us-east-1\"\nprofile = 3\n\n[keys]\n\
                malicous = \"M\"\nxyzzy = \"X\"\nquit = 3\nrecord = \"Enter\"\n";
    assert_eq!(
        mistakes(text),
        [
            "1:1: there is no setting `them`; did you mean `theme`?",
            "2:13: `time_zone`: write \"utc\" or \"local\"",
            "3:11: `regions` is a list of texts",
            "4:11: `profile` is a text",
            "7:1: there is no action `malicous`; did you mean `malicious`?",
            "8:1: there is no action `xyzzy`",
            "9:8: `quit` is a key or a list of keys",
            "10:10: `Enter` is no key that can be given: write a character, Space, Ctrl-B or F5",
        ]
    );
    assert_eq!(mistakes("theme = \"colour\"\n= 3\n").len(), 1);
    assert!(mistakes("key = 1")[0].contains("did you mean `keys`?"));
}

#[test]
fn of_two_that_want_one_key_the_second_is_shown_and_both_are_named() {
    // The order of the file counts, not that of the alphabet.
    assert_eq!(
        mistakes("[keys]\nwrites = \"K\"\nfailures = \"K\"\n"),
        ["3:12: K cannot mean both `failures` (Timeline) and `writes` (Timeline)"]
    );
}

#[test]
fn what_stands_in_the_template_changes_nothing_and_all_of_it_can_be_set() {
    let template = template();
    assert!(parse(&template).unwrap().theme.is_none());
    let set: Vec<&str> = template
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(setting) if !setting.starts_with(' ') => setting,
            _ => line,
        })
        .collect();
    let config = parse(&set.join("\n")).unwrap();
    assert_eq!(config.theme, Some(ThemeName::default()));
    assert_eq!(config.time_zone, Some(Zone::default()));
    assert_eq!(config.clipboard, Some(Clipboard::default()));
    assert_eq!(config.regions, Some(Regions::All));
    assert!(config.profile.is_some() && config.playbooks.is_some() && config.keys.is_some());
}

#[test]
fn the_first_that_says_something_is_right() {
    let said = |text: &str| parse(text).unwrap();
    let first = said("theme = \"monochrome\"\n");
    let then = said("theme = \"colour\"\nprofile = \"ir\"\n");
    let config = first.or(then);
    assert_eq!(config.theme, Some(ThemeName::Monochrome));
    assert_eq!(config.profile.as_deref(), Some("ir"));
}

#[test]
fn the_environment_has_a_variable_for_each() {
    let variables = |name: &str| match name {
        "KEYTRAIL_REGIONS" => Some("us-east-1,eu-west-1".to_owned()),
        "KEYTRAIL_TIME_ZONE" => Some("local".to_owned()),
        "KEYTRAIL_THEME" => Some(String::new()),
        _ => None,
    };
    let config = Config::of_variables(variables).unwrap();
    let regions = ["us-east-1", "eu-west-1"].map(str::to_owned).to_vec();
    assert_eq!(config.regions, Some(Regions::Named(regions)));
    assert_eq!((config.time_zone, config.theme), (Some(Zone::Local), None));
    let wrong = Config::of_variables(|name| (name == "KEYTRAIL_THEME").then(|| "blue".to_owned()));
    assert_eq!(
        wrong.err().as_deref(),
        Some("KEYTRAIL_THEME: write \"colour\" or \"monochrome\"")
    );
}
