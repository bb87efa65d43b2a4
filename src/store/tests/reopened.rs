//! What was written comes back.

use super::*;
use crate::investigation::account::{AccountSeen, KeySeen, LastUse, Reply};
use crate::investigation::live::LiveSeen;

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
fn a_glance_says_from_where_it_started_and_how_far_it_came_and_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("case.keytrail");
    let glanced = |complete| Glance {
        seeds: vec![SEED.into()],
        begun: at(),
        complete,
    };
    let commit = |what| {
        CaseFile::open(&path).unwrap().commit(at(), what).unwrap();
        glance(&path).unwrap()
    };
    drop(CaseFile::create(&path).unwrap());
    assert!(glance(&path).is_err(), "nothing has begun");
    assert_eq!(commit(started()), glanced(None));
    let began = PassBegan {
        sources: Vec::new(),
        since: None,
        until: None,
        bucket: None,
        aws: None,
        tables: None,
    };
    assert_eq!(commit(What::PassBegan(began)), glanced(Some(false)));
    let ended = PassEnded {
        fixed_point: true,
        cut_short: None,
    };
    assert_eq!(commit(What::PassEnded(ended)), glanced(Some(true)));
    let before = std::fs::read(&path).unwrap();
    glance(&path).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), before);
    // While somebody writes to it, too.
    let mut writing = CaseFile::open(&path).unwrap();
    writing.commit(at(), page("a", Vec::new())).unwrap();
    assert_eq!(glance(&path).unwrap(), glanced(Some(true)));
    std::fs::write(&path, "something else").unwrap();
    assert!(glance(&path).is_err());
}

#[test]
fn what_aws_said_comes_back_and_the_latest_counts() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("case.keytrail");
    let mut case = CaseFile::create(&path).unwrap();
    fill(&mut case);
    let key = KeySeen {
        key: SEED.into(),
        account: Reply::Denied("not\u{1b}[2J authorized".into()),
        last_use: Some(Reply::Known(LastUse {
            user: Some("app".into()),
            at: Some(at()),
            service: "s3".into(),
            region: "us-east-1".into(),
        })),
        user: None,
    };
    let earlier = AccountSeen {
        caller: Reply::Denied("no".into()),
        keys: Vec::new(),
    };
    let seen = AccountSeen {
        keys: vec![key],
        ..earlier.clone()
    };
    // The network fails: that makes nothing unknown.
    let failed = AccountSeen {
        caller: Reply::Failed("no network".into()),
        keys: Vec::new(),
    };
    for seen in [&earlier, &seen, &failed] {
        case.commit(at(), What::Account(seen.clone())).unwrap();
    }
    drop(case);
    let case = CaseFile::open(&path).unwrap();
    assert_eq!(case.integrity(), &Integrity::Whole);
    assert_eq!(case.investigation().account_seen(), Some(&(at(), seen)));
}

#[test]
fn what_there_is_of_the_chain_comes_back_and_older_answers_are_understood() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("case.keytrail");
    let mut case = CaseFile::create(&path).unwrap();
    fill(&mut case);
    let user = json!({
        "name": "app\u{1b}[2J", "about": {"known": {"id": "AIDAIOSFODNN7EXAMPLE", "created": at()}},
        "password": {"absent": "none"}, "denied_before": {"known": at()},
    });
    let seen = json!({"account": {"known": "111122223333"}, "keys": {SEED: {"denied": "no"}}, "users": [user]});
    // Without what later versions may ask besides.
    let seen: LiveSeen = serde_json::from_value(seen).unwrap();
    assert_eq!((seen.roles.len(), &seen.users[0].keys), (0, &None));
    case.commit(at(), What::Live(seen.clone())).unwrap();
    drop(case);
    let case = CaseFile::open(&path).unwrap();
    assert_eq!(case.integrity(), &Integrity::Whole);
    assert_eq!(case.investigation().live_seen(), Some(&(at(), seen)));
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

#[test]
fn what_was_pasted_comes_back_as_it_was() {
    use crate::investigation::Pasted;
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("case.keytrail");
    let mut case = CaseFile::create(&path).unwrap();
    fill(&mut case);
    let pasted = Pasted {
        item: "S3-18".into(),
        command: "aws ec2 describe-instances --output json".into(),
        condition: "A".into(),
        shows: true,
        words: "it is terminated".into(),
        by: "alex".into(),
        text: "{\"a\u{202e}\": \"\u{7f}\"}\n".into(),
        sha256: "ab".repeat(32),
        bytes: 12,
        redacted: false,
        cut: true,
    };
    case.commit(at(), What::Pasted(pasted.clone())).unwrap();
    drop(case);
    let case = CaseFile::open(&path).unwrap();
    assert_eq!(case.integrity(), &Integrity::Whole);
    assert_eq!(case.investigation().pasted(), [(at(), pasted)]);
}
