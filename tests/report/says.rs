//! What the reply and the report say, and what they do not claim.

use keytrail::cloudtrail::Event;
use keytrail::investigation::account::Reply;
use keytrail::investigation::change::{Acted, Approved, Call, Change, End, Step};
use keytrail::investigation::fact::{Answered, ItemMarked, ItemState, Watched};
use keytrail::investigation::{Verdict, What, change::Snapshot, change::SnapshotOf};
use keytrail::report::Format;

use crate::story::*;
use crate::support::incident::*;
use crate::support::screens::builtin;
use crate::{FORMATS, in_forms, written};

fn says(story: &Story, format: Format) -> String {
    written(&story.investigation, story.now, format)
}

/// In every form, whatever markup stands around the words.
fn everywhere(story: &Story, words: &str) {
    for format in FORMATS {
        let text = says(story, format).replace('\\', "");
        assert!(text.contains(words), "no `{words}` in {format:?}:\n{text}");
    }
}

fn mark(item: &str, state: ItemState, note: &str) -> What {
    What::ItemMarked(ItemMarked {
        item: item.to_owned(),
        state,
        note: note.to_owned(),
        by: "alex".to_owned(),
    })
}

/// AWS shows the seed and the key of mallory in this state.
fn keys(active: bool) -> What {
    let listed = |id| Reply::Known(vec![status(id, active, 20)]);
    live(
        vec![
            live_user("app", listed(SEED), absent()),
            live_user("mallory", listed(CHILD), absent()),
        ],
        vec![],
    )
}

/// Nothing is left of what the chain made, and the seed is off.
fn cleaned() -> What {
    let listed = Reply::Known(vec![status(SEED, false, -1000)]);
    live(vec![live_user("app", listed, absent()), gone("mallory")], vec![])
}

#[test]
fn a_tick_that_is_not_so_is_told_as_contradicted() {
    let story = Story::of(&child())
        .then(700, mark("S1-10", ItemState::Done, ""))
        .then(800, keys(true));
    everywhere(&story, "iam:ListAccessKeys: Active");
    assert!(says(&story, Format::CaseReply).contains("Marked as done, but contradicted:"));
    assert!(says(&story, Format::CaseReply).contains("Step 1: not finished, 1 item contradicted"));
    assert!(says(&story, Format::Markdown).contains("| contradicted |"));
    assert!(says(&story, Format::Html).contains("<td class=\"bad\">contradicted</td>"));
}

#[test]
fn a_proved_item_names_its_proof_and_one_by_hand_names_the_person() {
    let story = Story::of(&child())
        .then(700, mark("S1-09", ItemState::Done, "the vendor wrote"))
        .then(800, keys(false));
    everywhere(&story, "iam:ListAccessKeys: Inactive");
    let reply = says(&story, Format::CaseReply);
    let proof = "Deactivate the exposed key, do not delete it (S1-10): access key AKIAZZSEED0000000001 of app: \
                 iam:ListAccessKeys: Inactive";
    assert!(reply.contains(proof), "{reply}");
    let by_hand = "(S1-09): done by alex, 2026-03-04 10:11:40 UTC (\"the vendor wrote\"), not proved";
    assert!(reply.contains(by_hand), "{reply}");
    assert!(says(&story, Format::Markdown).contains("done by alex, 2026-03-04 10:11:40 UTC: the vendor wrote"));
}

#[test]
fn a_region_that_was_not_read_is_named_in_every_form() {
    let denied = Answered::Denied {
        why: "AccessDeniedException: no".to_owned(),
    };
    let story = with_history(Story::of(&child()), "us-east-1", whole());
    let story = with_history(story, "eu-south-2", denied);
    everywhere(
        &story,
        "event history of eu-south-2: denied (AccessDeniedException: no)",
    );
    let reply = says(&story, Format::CaseReply);
    assert!(
        reply.contains("read to the end in 1 of 2 regions; 0 are not enabled"),
        "{reply}"
    );
}

#[test]
fn no_secret_stands_in_any_form() {
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let calls = [assume_role(&seed(), 3, "door", "s", TEMP)];
    let noted = |item, state| mark(item, state, &format!("the new one is {secret}"));
    let story = Story::of(&calls)
        .then(700, noted("S1-07", ItemState::Done))
        .then(700, noted("S1-06", ItemState::Blocked))
        .then(700, noted("S1-09", ItemState::NotApplicable))
        .then(700, noted("S1-08", ItemState::InProgress));
    for format in FORMATS {
        let text = says(&story, format);
        assert!(!text.contains("wJalr") && !text.contains("EXAMPLETOKEN"), "{format:?}");
        assert!(text.contains("the new one is"), "{format:?}");
    }
}

#[test]
fn contained_is_what_is_proved_of_every_way_in() {
    let begun = || Story::of(&child());
    assert!(says(&begun(), Format::Markdown).contains("| Time to contain | not yet |"));
    // One of the two keys is off.
    let listed = Reply::Known(vec![status(SEED, false, -1000)]);
    let half = begun().then(800, live(vec![live_user("app", listed, absent())], vec![]));
    let half = says(&half, Format::Markdown);
    assert!(
        half.contains("access key AKIAZZCHILD000000002 may still work"),
        "{half}"
    );
    let contained = begun().then(900, keys(false));
    let text = says(&contained, Format::Markdown);
    assert!(text.contains("| Time to contain | 15 min |"), "{text}");
    assert!(text.contains("| Time to recover | not yet |"), "{text}");
    assert!(
        text.contains("user arn:aws:iam::111122223333:user/mallory is not proved to be removed"),
        "{text}"
    );
    // Switched on again later: a record counts more than the answer before it.
    let again = [child(), vec![switch(1200, CHILD, "Active")]].concat();
    let again = Story::of(&again).then(900, keys(false));
    assert!(says(&again, Format::Markdown).contains("| Time to contain | not yet |"));
}

#[test]
fn an_exposed_key_that_works_is_not_contained_whatever_is_thought_of_it() {
    let judged = Story::of(&[use_of(&seed(), 1)]).judge(SEED, Verdict::Expected);
    assert!(says(&judged, Format::Markdown).contains("| Time to contain | not yet |"));
    // What was not read may hold another way in.
    let unread = Story::of(&child()).then(900, keys(false)).then(901, ended(false));
    everywhere(&unread, "(as far as was read: not everything was)");
}

#[test]
fn recovered_needs_that_all_is_gone_and_that_somebody_says_access_is_restored() {
    let cleaned = Story::of(&child()).then(900, cleaned());
    let text = says(&cleaned, Format::Markdown);
    assert!(
        text.contains("PA-05 Restore access, remove containment is not done"),
        "{text}"
    );
    let restored = cleaned.then(1500, mark("PA-05", ItemState::Done, ""));
    let text = says(&restored, Format::Markdown);
    assert!(text.contains("| Time to recover | 25 min |"), "{text}");
    assert!(text.contains("Nothing of the chain may still let anybody in"), "{text}");
}

#[test]
fn the_bill_is_asked_about_only_once_the_account_is_secured() {
    let open = says(&Story::of(&child()), Format::CaseReply);
    assert!(
        open.contains("once the account is secured") && !open.contains("please consider"),
        "{open}"
    );
    let secured = Story::of(&child()).then(900, cleaned());
    let asked = says(&secured, Format::CaseReply);
    assert!(
        asked.contains("please consider an adjustment") && asked.contains("not guaranteed"),
        "{asked}"
    );
    let waived = secured.then(1000, mark("S4-03", ItemState::NotApplicable, "no charges"));
    assert!(!says(&waived, Format::CaseReply).contains("please consider"));
}

#[test]
fn watching_is_confirmed_only_as_far_as_it_went() {
    let story = Story::of(&child());
    assert!(says(&story, Format::CaseReply).contains("were not watched for"));
    let watched = What::Watched(Watched {
        until: at(1700),
        missed: vec!["eu-south-2".to_owned()],
    });
    let reply = says(&story.then(1750, watched), Format::CaseReply);
    let said = "up to 2026-03-04 10:28:20 UTC (without 1 region: eu-south-2)";
    assert!(reply.contains(said), "{reply}");
}

#[test]
fn the_steps_stand_in_the_order_of_aws() {
    let reply = says(&Story::of(&child()), Format::CaseReply);
    let headings = [
        "\nStep 1: rotate",
        "\nStep 2: check CloudTrail",
        "\nStep 3: review all regions",
        "\nStep 4: this case",
    ];
    let places: Vec<usize> = headings
        .iter()
        .map(|heading| reply.find(heading).expect(heading))
        .collect();
    assert!(places.is_sorted(), "{reply}");
}

#[test]
fn a_step_that_is_not_on_the_checklist_is_not_taken_for_done() {
    let story = Story::of(&child());
    let mut playbook = builtin();
    playbook.steps.retain(|step| step.number != 2);
    let [reply] = in_forms(&playbook, &story.investigation, "whole", story.now, [Format::CaseReply]);
    assert!(reply.contains("- Step 2: not on our checklist."), "{reply}");
    let mark_all = builtin()
        .items()
        .map(|item| mark(&item.id, ItemState::NotApplicable, ""))
        .collect::<Vec<_>>();
    let story = mark_all.into_iter().fold(story, |story, mark| story.then(1000, mark));
    assert!(says(&story, Format::CaseReply).contains("- Step 2: does not apply."));
}

#[test]
fn what_the_attacker_removed_is_not_taken_for_the_responders_work() {
    let mallory = user("mallory", CHILD);
    let hidden = [child(), vec![on_user(&mallory, 60, "DeleteUser", "mallory")]].concat();
    let story = Story::of(&hidden);
    let reply = says(&story, Format::CaseReply);
    assert!(reply.contains("with a key of the chain itself"), "{reply}");
    let removed = |text: &str| {
        text.lines()
            .any(|line| line.contains("| response |") && line.contains("mallory removed"))
    };
    assert!(!removed(&says(&story, Format::Markdown)));
    let by_admin = [child(), vec![on_user(&admin(), 60, "DeleteUser", "mallory")]].concat();
    assert!(removed(&says(&Story::of(&by_admin), Format::Markdown)));
}

#[test]
fn what_keytrail_changed_is_told_with_its_outcome_and_the_way_back() {
    let switch = |active| Call::UpdateAccessKey {
        user: "app".to_owned(),
        key: SEED.to_owned(),
        active,
    };
    let approved = Approved {
        id: 1,
        change: Change::DeactivateKey {
            user: "app".to_owned(),
            key: SEED.to_owned(),
        },
        undoes: None,
        principal: user_id("app"),
        steps: vec![Step {
            call: switch(false),
            reverse: Some(switch(true)),
        }],
        by: "alex".to_owned(),
    };
    let snapshot = Snapshot::new(SnapshotOf::CredentialReport, "user,arn\n".to_owned());
    let hash = snapshot.sha256.clone();
    let story = Story::of(&child())
        .then(600, What::Snapshot(snapshot))
        .then(700, What::Acted(Acted::Approved(Box::new(approved))))
        .then(701, What::Acted(Acted::Calling { id: 1, step: 0 }))
        .then(
            702,
            What::Acted(Acted::Answered {
                id: 1,
                step: 0,
                answer: Reply::Known(None),
            }),
        )
        .then(
            710,
            What::Acted(Acted::Ended {
                id: 1,
                end: End::Confirmed,
            }),
        );
    let reply = says(&story, Format::CaseReply);
    let said = "Deactivate key AKIAZZSEED0000000001, 2026-03-04 10:11:50 UTC by alex: done, and the account shows it";
    assert!(reply.contains(said), "{reply}");
    let text = says(&story, Format::Markdown);
    for said in [
        "iam:UpdateAccessKey (2026-03-04 10:11:42 UTC)",
        "`keytrail undo` prints it",
        &hash,
    ] {
        assert!(text.replace('\\', "").contains(said), "no {said} in {text}");
    }
}

#[test]
fn every_event_that_is_named_is_in_the_evidence() {
    let story = Story::of(&crate::support::story::story());
    let known: Vec<&str> = story.investigation.evidence().events().iter().map(Event::id).collect();
    for format in FORMATS {
        let text = says(&story, format).replace('\\', "");
        let named = text
            .match_indices("00000000-0000-4000-8000-")
            .map(|(at, _)| &text[at..at + 36]);
        let named: Vec<&str> = named.collect();
        assert!(named.len() > 5, "{format:?} names {}", named.len());
        for id in named {
            assert!(known.contains(&id), "{id}");
        }
    }
}

#[test]
fn a_key_that_was_never_used_is_told_as_such() {
    let story = Story::of(&[]);
    let reply = says(&story, Format::CaseReply);
    assert!(
        reply.contains("No foreign use was seen") && reply.contains("nothing was made or changed with it"),
        "{reply}"
    );
}

#[test]
fn a_file_that_does_not_hold_together_is_no_evidence_and_that_comes_first() {
    let story = Story::of(&child());
    let broken = "broken at fact 3: its hash is another one";
    for text in in_forms(&builtin(), &story.investigation, broken, story.now, FORMATS) {
        let said = text.find("do not rely on this").expect("said");
        assert!(text.contains(broken), "{text}");
        let first = text
            .find("What happened")
            .or(text.find("Time to detect"))
            .expect("what follows");
        assert!(said < first, "{text}");
    }
}
