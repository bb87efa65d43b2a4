//! Edits and damage from outside.

use super::*;

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
