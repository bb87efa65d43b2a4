//! The responder's settings: what goes before what, and what is said of a mistake.

use std::path::PathBuf;
use std::process::{Command, Output};

use keytrail::investigation::fact::AskedAws;
use keytrail::store::CaseFile;

use crate::support::desk::{Desk, code, err, out};
use crate::support::program::keytrail;

/// A desk with settings in its own home, and nobody's credentials: nothing is asked, but what would be is in the file.
struct Home(Desk);

impl Home {
    fn with(settings: &str) -> Self {
        let desk = Desk::with_story();
        let folder = desk.path(".config/keytrail");
        std::fs::create_dir_all(&folder).expect("made");
        std::fs::write(folder.join("config.toml"), settings).expect("written");
        Self(desk)
    }

    fn keytrail(&self, arguments: &[&str]) -> Command {
        let mut command = keytrail();
        command
            .args(arguments)
            .env("HOME", self.0.path(""))
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
            .env("AWS_EC2_METADATA_DISABLED", "true");
        for name in ["AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
            command.env_remove(name);
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.keytrail(arguments).output().expect("runs")
    }

    /// What is asked of AWS with these flags and variables.
    fn asks(&self, flags: &[&str], variables: &[(&str, &str)]) -> AskedAws {
        static FILES: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        let n = FILES.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let file: PathBuf = self.0.path(&format!("{n}.keytrail"));
        let mut command = self.keytrail(&["investigate", "AKIAIOSFODNN7EXAMPLE", "--batch", "--save"]);
        command.arg(&file).args(flags).envs(variables.iter().copied());
        let run = command.output().expect("runs");
        assert_eq!(code(&run), 4, "{}", err(&run));
        let case = CaseFile::open(&file).expect("a file");
        let (_, pass) = case.investigation().passes().last().expect("a pass").clone();
        pass.aws.expect("AWS was asked")
    }
}

fn regions(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_flag_goes_before_the_environment_and_that_before_the_file() {
    let home = Home::with("profile = \"ir\"\nregions = [\"eu-west-1\"]\n");
    let asked = home.asks(&[], &[]);
    assert_eq!(
        (asked.profile.as_deref(), asked.regions),
        (Some("ir"), Some(regions(&["eu-west-1"])))
    );
    let environment = [
        ("KEYTRAIL_REGIONS", "us-east-1,us-west-2"),
        ("KEYTRAIL_PROFILE", "other"),
    ];
    let asked = home.asks(&[], &environment);
    assert_eq!(
        (asked.profile.as_deref(), asked.regions),
        (Some("other"), Some(regions(&["us-east-1", "us-west-2"])))
    );
    let asked = home.asks(&["--profile", "mine", "--regions", "eu-north-1"], &environment);
    assert_eq!(
        (asked.profile.as_deref(), asked.regions),
        (Some("mine"), Some(regions(&["eu-north-1"])))
    );
    // A flag can also take back what the file narrows.
    assert_eq!(home.asks(&["--regions", "all"], &[]).regions, None);
    // The SDK reads AWS_PROFILE by itself: nothing may be named to it then.
    assert_eq!(home.asks(&[], &[("AWS_PROFILE", "team")]).profile, None);
}

#[test]
fn a_mistake_is_said_with_its_line_and_nothing_is_begun() {
    let home = Home::with("# mine\nregion = [\"eu-west-1\"]\n\n[keys]\nwrites = \"K\"\nfailures = \"K\"\n");
    let run = home.run(&["demo", "--batch"]);
    assert_eq!(code(&run), 2);
    let said = err(&run);
    assert!(
        said.contains("config.toml:2:1: there is no setting `region`; did you mean `regions`?"),
        "{said}"
    );
    assert!(said.contains(":6:12: K cannot mean both"), "{said}");
    assert!(out(&run).is_empty());
    // Another file, and what needs no settings, are not held up by it.
    let other = home.0.path("other.toml");
    std::fs::write(&other, "theme = \"monochrome\"\n").expect("written");
    let other = other.to_str().expect("UTF-8");
    assert_eq!(code(&home.run(&["config", "--config", other])), 0);
    assert_eq!(code(&home.run(&["config", "--print"])), 0);
    assert_eq!(code(&home.run(&["config"])), 2);
    let missing = home.run(&["config", "--config", "/nowhere.toml"]);
    assert_eq!(code(&missing), 2, "{}", err(&missing));
    let variable = home
        .keytrail(&["config", "--config", other])
        .env("KEYTRAIL_THEME", "blue")
        .output();
    let said = err(&variable.expect("runs"));
    assert!(said.contains("KEYTRAIL_THEME: write"), "{said}");
}

#[test]
fn the_printed_settings_are_a_good_file() {
    let home = Home::with("");
    let template = out(&home.run(&["config", "--print"]));
    for setting in [
        "#theme = ",
        "#time_zone = ",
        "#regions = ",
        "#playbooks = ",
        "#malicious = \"m\"",
    ] {
        assert!(template.lines().any(|line| line.starts_with(setting)), "{setting}");
    }
    let home = Home::with(&template);
    let run = home.run(&["config"]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    assert!(
        out(&run).contains("~/.config/keytrail/config.toml: good"),
        "{}",
        out(&run)
    );
}

#[test]
fn a_playbook_of_ones_own_is_found_by_its_name() {
    let home = Home::with("playbooks = \"~/ours\"\n");
    let show = home.run(&["playbooks", "show", "compromised-access-key"]);
    std::fs::create_dir(home.0.path("ours")).expect("made");
    let text = out(&show).replace("Confirm the notice", "Confirm OUR notice");
    std::fs::write(home.0.path("ours/team.toml"), text).expect("written");
    assert!(out(&home.run(&["playbooks", "list"])).contains("team  "));
    let logs = home.0.path("logs");
    let logs = logs.to_str().expect("UTF-8");
    let own = home.0.path("team.keytrail");
    let own = own.to_str().expect("UTF-8");
    let key = crate::support::incident::SEED;
    let run = home.run(&[
        "investigate",
        key,
        "--batch",
        "--from",
        logs,
        "--playbook",
        "team",
        "--save",
        own,
    ]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    // It went into the file: the folder is not needed any more.
    std::fs::remove_file(home.0.path("ours/team.toml")).expect("removed");
    assert!(out(&home.run(&["checklist", own])).contains("OUR notice"));
}
