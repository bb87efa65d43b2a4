//! One private file, of which nothing is lost.

use super::*;

#[test]
fn one_private_file_is_all_there_is() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("odd ?name#%20.keytrail");
    let mut case = CaseFile::create(&path).unwrap();
    fill(&mut case);
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let mode = entry.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    drop(case);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);

    let before = std::fs::read(&path).unwrap();
    drop(CaseFile::open(&path).unwrap());
    assert_eq!(std::fs::read(&path).unwrap(), before, "looking changes nothing");
}

#[test]
fn a_file_that_is_there_is_not_overwritten() {
    let folder = TempDir::new().unwrap();
    let path = filled(&folder);
    assert_eq!(CaseFile::create(&path).unwrap_err().kind(), ErrorKind::Exists);
    assert_eq!(CaseFile::open(&path).unwrap().facts_count(), 6);
}

#[test]
fn on_a_full_disk_nothing_is_applied_and_nothing_is_lost() {
    let folder = TempDir::new().unwrap();
    let path = filled(&folder);
    let mut case = CaseFile::open(&path).unwrap();
    let limit = |case: &CaseFile, pages: i64| {
        case.connection
            .pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
            .unwrap();
    };
    limit(&case, 1); // SQLite takes the present size as the limit
    let many: Vec<Record> = (10..500).map(|n| record(n, OTHER, "GetUser", &json!(null))).collect();
    let (head, events) = (case.head(), case.investigation().evidence().events().len());
    let error = case.commit(at(), page("logs/big.json.gz", many.clone())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DiskFull);
    assert!(error.hint().contains("free some space"));
    assert_eq!(
        (case.head(), case.investigation().evidence().events().len()),
        (head, events)
    );

    limit(&case, 1_000_000);
    case.commit(at(), page("logs/big.json.gz", many)).unwrap();
    assert_eq!(case.investigation().evidence().events().len(), events + 490);
    drop(case);
    let case = CaseFile::open(&path).unwrap();
    assert_eq!((case.facts_count(), case.integrity()), (7, &Integrity::Whole));
}

#[test]
fn what_cannot_be_written_is_not_applied() {
    let folder = TempDir::new().unwrap();
    let mut case = CaseFile::open(&filled(&folder)).unwrap();
    case.connection.pragma_update(None, "query_only", true).unwrap();
    let judged = Judged {
        subject: SEED.into(),
        verdict: Verdict::Expected,
        by: "ana".into(),
    };
    assert_eq!(
        case.commit(at(), What::Judged(judged)).unwrap_err().kind(),
        ErrorKind::NoAccess
    );
    assert_eq!(case.investigation().verdict(SEED), Verdict::Unknown);
}

#[test]
fn two_programs_do_not_mix_their_facts() {
    let folder = TempDir::new().unwrap();
    let path = filled(&folder);
    let mut one = CaseFile::open(&path).unwrap();
    let mut two = CaseFile::open(&path).unwrap();
    one.commit(at(), started()).unwrap();
    assert_eq!(two.commit(at(), started()).unwrap_err().kind(), ErrorKind::InUse);
    assert_eq!(CaseFile::open(&path).unwrap().facts_count(), 7, "looking on is fine");
    drop((one, two));
    assert_eq!(CaseFile::open(&path).unwrap().integrity(), &Integrity::Whole);
}

const CHILD: &str = "KEYTRAIL_TEST_STORE_CHILD";

/// Runs only as the child of [`a_killed_program_loses_nothing_it_showed`].
#[test]
fn child_that_commits_until_it_is_killed() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let mut case = CaseFile::create(Path::new(&path)).unwrap();
    case.commit(at(), started()).unwrap();
    for n in 0.. {
        case.commit(at(), page("logs/a", vec![record(n, SEED, "GetUser", &json!(null))]))
            .unwrap();
        eprintln!("shown {}", case.facts_count());
    }
}

#[test]
fn a_killed_program_loses_nothing_it_showed() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    let folder = TempDir::new().unwrap();
    let path = folder.path().join("case.keytrail");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "store::tests::safety::child_that_commits_until_it_is_killed",
            "--nocapture",
        ])
        .env(CHILD, &path)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let shown = lines
        .by_ref()
        .map(Result::unwrap)
        .filter(|line| line.starts_with("shown "))
        .nth(40)
        .unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let last = lines
        .map_while(Result::ok)
        .filter(|line| line.starts_with("shown "))
        .last()
        .unwrap_or(shown);
    let last: u64 = last.trim_start_matches("shown ").parse().unwrap();

    let mut case = CaseFile::open(&path).unwrap();
    assert!(case.facts_count() >= last, "{} < {last}", case.facts_count());
    assert_eq!(case.integrity(), &Integrity::Whole);
    assert_eq!(
        case.investigation().evidence().events().len() as u64,
        case.facts_count() - 1
    );
    case.commit(at(), started()).unwrap();
    drop(case);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
