//! The evidence folder.

use super::*;

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_manifest_holds_the_hash_of_every_file() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("evidence");
    write_evidence(&folder, &held(), &playbook(), at()).unwrap();
    let manifest: Value = serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    let mut listed = vec!["manifest.json".to_owned()];
    for file in manifest["files"].as_array().unwrap() {
        let name = file["name"].as_str().unwrap();
        let content = fs::read(folder.join(name)).unwrap();
        assert_eq!(file["sha256"], hex::encode(Sha256::digest(&content)), "{name}");
        assert_eq!(file["bytes"], content.len());
        listed.push(name.to_owned());
    }
    listed.sort();
    assert_eq!(names(&folder), listed);
    assert_eq!(
        manifest["journal"],
        json!({"head": "ab".repeat(32), "facts": 5, "integrity": "whole"})
    );
    assert_eq!(manifest["records"], json!({"kept": 5, "missing": 0}));
    assert_eq!(manifest["coverage"]["partial"], true);
    assert_eq!(manifest["passes"][0]["until"], "2026-02-01T00:00:00Z");
    let lines = fs::read_to_string(folder.join("events.jsonl")).unwrap();
    let ids: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["eventID"].clone())
        .collect();
    assert_eq!(ids, ["event-1", "event-2", "event-5", "event-9", "event-20"]);
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_evidence() {
    use std::os::unix::fs::PermissionsExt;
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("evidence");
    write_evidence(&folder, &held(), &playbook(), at()).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert!(names(&folder).iter().all(|name| mode(&folder.join(name)) == 0o600));
}

#[test]
fn an_earlier_export_is_replaced_and_anything_else_is_left_alone() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("evidence");
    let export = |held: &Held, folder: &Path| write_evidence(folder, held, &playbook(), at()).map(drop);
    export(&held(), &folder).unwrap();
    fs::write(folder.join("my notes.txt"), "x").unwrap();
    export(&held(), &folder).unwrap();
    assert!(folder.join("my notes.txt").exists());
    assert!(matches!(
        export(&held_from(OTHER), &folder),
        Err(ExportError::Occupied { .. })
    ));

    let foreign = parent.path().join("foreign");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("events.csv"), "x").unwrap();
    let error = export(&held(), &foreign).unwrap_err();
    assert!(
        matches!(error, ExportError::Occupied { .. }) && !error.hint().is_empty(),
        "{error}"
    );
    assert_eq!(names(&foreign), ["events.csv"]);

    let interrupted = parent.path().join("interrupted");
    fs::create_dir(&interrupted).unwrap();
    fs::write(interrupted.join(".events.csv.unfinished"), "x").unwrap();
    export(&held(), &interrupted).unwrap();
    assert!(!names(&interrupted).iter().any(|name| name.ends_with("unfinished")));

    let file = parent.path().join("file");
    fs::write(&file, "x").unwrap();
    assert!(matches!(export(&held(), &file), Err(ExportError::Io { .. })));
    assert!(matches!(
        export(&held(), &parent.path().join("no/folder")),
        Err(ExportError::Io { .. })
    ));
}

#[test]
fn an_export_that_fails_leaves_what_was_there() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("evidence");
    write_evidence(&folder, &held(), &playbook(), at()).unwrap();
    let before = fs::read(folder.join("manifest.json")).unwrap();
    let all = names(&folder);

    let mut broken = held();
    broken.bodies.values_mut().for_each(String::clear);
    let later = at() + chrono::Duration::days(1);
    assert!(matches!(
        write_evidence(&folder, &broken, &playbook(), later),
        Err(ExportError::Record(_))
    ));
    assert_eq!(
        (names(&folder), fs::read(folder.join("manifest.json")).unwrap()),
        (all, before)
    );

    // What is lost from a broken file is counted.
    broken.bodies.clear();
    let manifest = write_evidence(&folder, &broken, &playbook(), later).unwrap();
    assert_eq!(manifest.document["records"], json!({"kept": 0, "missing": 5}));
}

#[test]
fn what_was_kept_before_a_deletion_has_a_folder_of_its_own() {
    let mut held = held();
    let report = Snapshot::new(SnapshotOf::CredentialReport, "user,arn\n=1+1,x\n".to_owned());
    let user = Snapshot::new(SnapshotOf::User("../@x\u{202e}y".to_owned()), "{\"a\": 1}\n".to_owned());
    for snapshot in [&report, &user] {
        held.investigation.apply(&Fact {
            at: at(),
            what: What::Snapshot(snapshot.clone()),
        });
    }
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("evidence");
    // Again over the first one: nothing stands in its way.
    for _ in 0..2 {
        write_evidence(&folder, &held, &playbook(), at()).unwrap();
    }
    assert_eq!(
        names(&folder.join("snapshots")),
        ["001-credential-report.csv", "002-user-----x-y.json"]
    );
    let csv = fs::read_to_string(folder.join("snapshots/001-credential-report.csv")).unwrap();
    assert_eq!(csv, "user,arn\n'=1+1,x\n", "no spreadsheet runs it");
    let kept = fs::read(folder.join("snapshots/002-user-----x-y.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["snapshots"][1]["sha256"], hex::encode(Sha256::digest(&kept)));
    assert_eq!(manifest["snapshots"][0]["sha256"], report.sha256);
}

#[test]
fn what_was_pasted_has_a_folder_of_its_own_and_is_the_proof_in_the_checklist() {
    let playbook = crate::playbook::built_in("root-access-key").unwrap();
    let mut held = held();
    let of_chain = crate::playbook::Names::of(&held.investigation, at());
    let item = playbook.items().find(|item| item.id == "PA-11").unwrap();
    let output = "{\"SummaryMap\": {\"AccountMFAEnabled\": 1, \"x\u{202e}y\": 2}}\n";
    let mut pasted = crate::playbook::asks(item, &of_chain)[0].take(output, "=alex").unwrap();
    let apply = |held: &mut Held, pasted: &crate::investigation::Pasted| {
        held.investigation.apply(&Fact {
            at: at(),
            what: What::Pasted(pasted.clone()),
        });
    };
    apply(&mut held, &pasted);
    pasted.item = "../x".to_owned();
    pasted.cut = true;
    apply(&mut held, &pasted);
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("evidence");
    write_evidence(&folder, &held, &playbook, at()).unwrap();
    assert_eq!(names(&folder.join("pasted")), ["001-PA-11.json", "002----x.txt"]);
    let kept = fs::read_to_string(folder.join("pasted/001-PA-11.json")).unwrap();
    assert!(kept.contains("x\\u202ey") && !kept.contains('\u{202e}'), "{kept}");
    let manifest: Value = serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    let listed = &manifest["pasted"][0];
    assert_eq!(
        listed["sha256"],
        hex::encode(Sha256::digest(output)),
        "of what was pasted"
    );
    assert_eq!((&listed["item"], &listed["shows"]), (&json!("PA-11"), &json!(true)));
    let csv = fs::read_to_string(folder.join("checklist.csv")).unwrap();
    let row = csv.lines().find(|line| line.contains(",PA-11,")).unwrap();
    assert!(
        row.contains("done and proved,root has MFA: `aws iam get-account-summary"),
        "{row}"
    );
    assert!(row.contains("pasted by =alex,2026-"), "{row}");
}
