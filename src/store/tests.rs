use std::os::unix::fs::PermissionsExt;

use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::cloudtrail::event::Interner;
use crate::cloudtrail::{Record, time};
use crate::investigation::Verdict;
use crate::investigation::fact::{FileOutcome, FileReport, ItemMarked, ItemState, Judged, Page, Started};

const SEED: &str = "AKIAIOSFODNN7EXAMPLE";
const OTHER: &str = "AKIAI44QH8DHBEXAMPLE";

fn at() -> DateTime<Utc> {
    time::parse_text("2026-03-01T10:00:00.123456Z").unwrap()
}

fn record(n: usize, key: &str, name: &str, response: &serde_json::Value) -> Record {
    let body = json!({
        "eventVersion": "1.08", "eventID": format!("event-{n}"), "eventName": name,
        "eventSource": "iam.amazonaws.com", "eventTime": format!("2026-01-01T00:{:02}:{:02}Z", n / 60 % 60, n % 60),
        "awsRegion": "us-east-1", "recipientAccountId": "111122223333", "sourceIPAddress": "203.0.113.66",
        "userAgent": "aws-cli/2.15.0 Python/3.11.6 Linux/6.2.0 exe/x86_64.ubuntu.22 prompt/off command/iam.create-access-key",
        "userIdentity": {"type": "IAMUser", "principalId": "AIDAIOSFODNN7EXAMPLE", "accessKeyId": key, "userName": "app",
            "arn": "arn:aws:iam::111122223333:user/app", "accountId": "111122223333"},
        "requestParameters": {"userName": "app", "filters": ["a".repeat(200), "b".repeat(200)]},
        "responseElements": response, "requestID": format!("request-{n}"), "eventType": "AwsApiCall",
        "managementEvent": true, "readOnly": false, "eventCategory": "Management",
        "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": "iam.amazonaws.com"},
    });
    Record::parse(body.to_string().as_bytes(), &mut Interner::default()).unwrap()
}

fn page(origin: &str, records: Vec<Record>) -> What {
    What::Page(Page {
        origin: origin.into(),
        records,
    })
}

fn started() -> What {
    What::Started(Started {
        seeds: vec![SEED.into()],
        tool_version: "0.1.0".into(),
        playbook_text: None,
        playbook: "compromised-access-key".into(),
    })
}

/// A small investigation: a second key, a file, copies in the same page and in another, a verdict and a note.
fn fill(case: &mut CaseFile) {
    let answer = json!({"accessKey": {"accessKeyId": OTHER, "userName": "app", "status": "Active"}});
    let make = record(1, SEED, "CreateAccessKey", &answer);
    let used = record(2, OTHER, "ListUsers", &json!(null));
    case.commit(at(), started()).unwrap();
    case.commit(
        at(),
        page("logs/a.json.gz", vec![make.clone(), used.clone(), make.clone()]),
    )
    .unwrap();
    let report = FileReport {
        path: "logs/a.json.gz".into(),
        sha256: "ab".repeat(32),
        bytes: 1000,
        outcome: FileOutcome::Read,
        records: 7,
        problems: Vec::new(),
        broken: 0,
        regions: Vec::new(),
    };
    case.commit_all(
        at(),
        vec![
            page("logs/b.json.gz", vec![used, record(3, OTHER, "GetUser", &json!(null))]),
            What::FilesRead { files: vec![report] },
        ],
    )
    .unwrap();
    let by = || "ana".to_owned();
    case.commit(
        at(),
        What::Judged(Judged {
            subject: OTHER.into(),
            verdict: Verdict::Malicious,
            by: by(),
        }),
    )
    .unwrap();
    let mark = ItemMarked {
        item: "S1-05".into(),
        state: ItemState::Done,
        note: "é\u{202e}\u{0}".into(),
        by: by(),
    };
    case.commit(at(), What::ItemMarked(mark)).unwrap();
    case.settle();
}

fn filled(folder: &TempDir) -> PathBuf {
    let path = folder.path().join("case.keytrail");
    fill(&mut CaseFile::create(&path).unwrap());
    path
}

/// Edits a file as somebody with `sqlite3` would, past the triggers.
fn edit(path: &Path, sql: &str) {
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch(&format!(
            "DROP TRIGGER facts_stay; DROP TRIGGER facts_last; DROP TRIGGER events_stay; DROP TRIGGER events_last; {sql}"
        ))
        .unwrap();
}

#[test]
fn opening_gives_the_same_investigation() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("case.keytrail");
    let mut case = CaseFile::create(&path).unwrap();
    fill(&mut case);
    let (chain, head) = (case.investigation().chain().clone(), case.head());
    assert_eq!(chain.nodes.len(), 2);
    assert_eq!(chain.counts.duplicates, 2);
    drop(case);

    let mut case = CaseFile::open(&path).unwrap();
    assert_eq!(case.integrity(), &Integrity::Whole);
    assert_eq!((case.facts_count(), case.head()), (6, head));
    assert_eq!(case.investigation().chain(), &chain);
    assert_eq!(case.investigation().verdict(OTHER), Verdict::Malicious);
    assert_eq!(
        case.investigation().checklist().progress("S1-05").unwrap().note,
        "é\u{202e}\u{0}"
    );
    assert_eq!(case.investigation().last_fact(), Some(at()));

    // And it goes on: a copy from before stays a copy, a new event is new.
    let again = vec![
        record(3, OTHER, "GetUser", &json!(null)),
        record(4, OTHER, "GetUser", &json!(null)),
    ];
    case.commit(at(), page("logs/c.json.gz", again)).unwrap();
    case.settle();
    assert_eq!(case.investigation().chain().counts.duplicates, 3);
    let chain = case.investigation().chain().clone();
    drop(case);
    let case = CaseFile::open(&path).unwrap();
    assert_eq!(case.investigation().chain(), &chain);
    assert_eq!(case.integrity(), &Integrity::Whole);
}

#[test]
fn the_facts_come_back_with_their_records() {
    let mut case = CaseFile::in_memory().unwrap();
    fill(&mut case);
    let facts = case.facts().unwrap();
    let mut replayed = Investigation::default();
    for fact in &facts {
        replayed.apply(fact);
    }
    replayed.settle();
    assert_eq!(replayed.chain(), case.investigation().chain());
    assert!(facts.iter().all(|fact| fact.at == at()));
    let records = |fact: &Fact| match &fact.what {
        What::Page(page) => page.records.len(),
        _ => 0,
    };
    assert_eq!(facts.iter().map(records).collect::<Vec<_>>(), [0, 3, 2, 0, 0, 0]);
}

#[test]
fn a_record_says_where_it_came_from() {
    let mut case = CaseFile::in_memory().unwrap();
    fill(&mut case);
    let original = record(2, OTHER, "ListUsers", &json!(null));
    let stored = case.record(&original.event.key).unwrap().unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&stored.json).unwrap(),
        *original.body
    );
    assert_eq!(&*stored.origin, "logs/a.json.gz");
    assert_eq!(stored.origin_sha256, Some("ab".repeat(32)));
    assert_eq!(stored.sha256, hex::encode(original.sha256));
    assert_eq!(
        case.record(&record(99, SEED, "GetUser", &json!(null)).event.key)
            .unwrap(),
        None
    );
}

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
fn edits_from_outside_are_refused_or_detected() {
    for (sql, at_seq) in [
        (
            "UPDATE facts SET payload = replace(payload, 'malicious', 'expected')",
            5,
        ),
        ("UPDATE facts SET at = '2020-01-01T00:00:00Z' WHERE seq = 3", 3),
        ("UPDATE facts SET payload = 'no JSON' WHERE seq = 6", 6),
        ("UPDATE facts SET payload = NULL, kind = 7 WHERE seq = 6", 0),
        ("DELETE FROM facts WHERE seq = 4", 4),
        (
            "UPDATE events SET body = replace(body, '203.0.113.66', '198.51.100.7') WHERE seq = 2",
            2,
        ),
        ("UPDATE events SET body = 'no JSON' WHERE seq = 1", 2),
        ("UPDATE events SET sha256 = replace(sha256, 'a', 'b')", 2),
        ("UPDATE events SET copy_of = 2 WHERE seq = 3", 2),
        ("UPDATE events SET region = 'eu-west-1' WHERE seq = 5", 3),
        ("DELETE FROM events WHERE seq = 5", 3),
        (
            "INSERT INTO events SELECT 9, 3, 'x', time, account, name, source, region, NULL, sha256, NULL, body FROM events WHERE seq = 1",
            3,
        ),
        (
            "INSERT INTO events SELECT 9, 5, 'x', time, account, name, source, region, NULL, sha256, NULL, body FROM events WHERE seq = 1",
            6,
        ),
    ] {
        let folder = TempDir::new().unwrap();
        let path = filled(&folder);
        let refused = Connection::open(&path).unwrap().execute_batch(sql);
        assert!(refused.is_err() || sql.starts_with("INSERT"), "{sql}");
        if at_seq == 0 {
            continue;
        }
        if refused.is_err() {
            edit(&path, sql);
        }
        let case = CaseFile::open(&path).unwrap();
        match case.integrity() {
            Integrity::Broken { at_seq: found, .. } => assert_eq!(*found, at_seq, "{sql}"),
            Integrity::Whole => panic!("not detected: {sql}"),
        }
        assert!(
            !case.investigation().chain().nodes.is_empty(),
            "the responder can still look: {sql}"
        );
    }
}

#[test]
fn a_broken_journal_can_be_continued_and_stays_broken() {
    let folder = TempDir::new().unwrap();
    let path = filled(&folder);
    edit(
        &path,
        "UPDATE facts SET payload = replace(payload, 'ana', 'bob') WHERE seq = 5",
    );
    CaseFile::open(&path).unwrap().commit(at(), started()).unwrap();
    let case = CaseFile::open(&path).unwrap();
    assert_eq!(case.facts_count(), 7);
    assert!(matches!(case.integrity(), Integrity::Broken { at_seq: 5, .. }));
}

#[test]
fn files_that_are_not_ours_are_left_alone() {
    let folder = TempDir::new().unwrap();
    let newer = filled(&folder);
    Connection::open(&newer)
        .unwrap()
        .pragma_update(None, "user_version", 2)
        .unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("text"), "key,time\n").unwrap();
    std::fs::write(at("empty"), "").unwrap();
    Connection::open(at("other.db"))
        .unwrap()
        .execute_batch("CREATE TABLE facts (seq)")
        .unwrap();
    for (path, kind) in [
        (newer, ErrorKind::Newer),
        (at("text"), ErrorKind::NotKeytrail),
        (at("empty"), ErrorKind::NotKeytrail),
        (at("other.db"), ErrorKind::NotKeytrail),
    ] {
        let before = std::fs::read(&path).unwrap();
        let error = CaseFile::open(&path).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(path.to_str().unwrap()) && !error.hint().is_empty());
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
    assert_eq!(CaseFile::open(&at("none")).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(CaseFile::open(folder.path()).unwrap_err().kind(), ErrorKind::Failed);
    assert_eq!(
        CaseFile::create(&at("no/folder")).unwrap_err().kind(),
        ErrorKind::NotFound
    );
}

#[test]
fn a_file_with_a_torn_page_is_said_to_be_damaged() {
    let folder = TempDir::new().unwrap();
    let path = filled(&folder);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[4096..].fill(0x5a);
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(CaseFile::open(&path).unwrap_err().kind(), ErrorKind::Damaged);
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
            "store::tests::child_that_commits_until_it_is_killed",
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

#[test]
fn the_views_can_be_read() {
    let folder = TempDir::new().unwrap();
    let connection = Connection::open(filled(&folder)).unwrap();
    let count = |view: &str| -> i64 {
        connection
            .query_row(&format!("SELECT count(*) FROM {view}"), [], |row| row.get(0))
            .unwrap()
    };
    assert_eq!((count("files"), count("timeline"), count("meta")), (1, 3, 2));
}

/// A measurement, not a test: `cargo test --release -- --ignored --nocapture speed_of_a_page`.
#[test]
#[ignore = "a measurement"]
fn speed_of_a_page() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("case.keytrail");
    let mut case = CaseFile::create(&path).unwrap();
    case.commit(at(), started()).unwrap();
    for n in 0..20 {
        let records = (n * 1000..(n + 1) * 1000)
            .map(|n| record(n, SEED, "GetUser", &json!(null)))
            .collect();
        let page = page("logs/a", records);
        let begun = std::time::Instant::now();
        case.commit(at(), page).unwrap();
        eprintln!("page {n}: {:?}", begun.elapsed());
    }
    let begun = std::time::Instant::now();
    drop(case);
    eprintln!("close: {:?}", begun.elapsed());
    let begun = std::time::Instant::now();
    assert_eq!(CaseFile::open(&path).unwrap().integrity(), &Integrity::Whole);
    eprintln!("open 20,000 records: {:?}", begun.elapsed());
}
