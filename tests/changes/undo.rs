//! What was done, as the facts tell it, and how it is taken back.

use keytrail::account::change::command;
use keytrail::investigation::account::Reply;
use keytrail::investigation::change::{Acted, Approved, Call, Change, End, Holder, Step, Undo};
use keytrail::investigation::{Fact, Investigation, What};

use crate::support::incident::{SEED, at, user_id};

fn approve(id: u64, change: Change, steps: Vec<Step>) -> Approved {
    Approved {
        id,
        change,
        undoes: None,
        principal: user_id("app"),
        steps,
        by: "alex".to_owned(),
    }
}

fn tell(case: &mut Investigation, acted: Acted) {
    case.apply(&Fact {
        at: at(0),
        what: What::Acted(acted),
    });
}

/// Approves and makes the first calls with these answers.
fn case(approved: Approved, answers: Vec<Reply<Option<String>>>, end: Option<End>) -> Investigation {
    let mut case = Investigation::default();
    let id = approved.id;
    tell(&mut case, Acted::Approved(Box::new(approved)));
    for (step, answer) in answers.into_iter().enumerate() {
        tell(&mut case, Acted::Calling { id, step });
        tell(&mut case, Acted::Answered { id, step, answer });
    }
    if let Some(end) = end {
        tell(&mut case, Acted::Ended { id, end });
    }
    case
}

fn undo(case: &Investigation) -> Undo {
    case.deeds().undo(&case.deeds().all()[0])
}

fn lines(undo: Undo) -> Vec<String> {
    match undo {
        Undo::By(calls) => calls.iter().map(command).collect(),
        other => panic!("{other:?}"),
    }
}

fn switch(active: bool) -> Call {
    Call::UpdateAccessKey {
        user: "app".to_owned(),
        key: SEED.to_owned(),
        active,
    }
}

fn deactivated() -> Approved {
    let change = Change::DeactivateKey {
        user: "app".to_owned(),
        key: SEED.to_owned(),
    };
    let step = Step {
        call: switch(false),
        reverse: Some(switch(true)),
    };
    approve(1, change, vec![step])
}

fn known() -> Reply<Option<String>> {
    Reply::Known(None)
}

#[test]
fn a_key_that_was_switched_off_is_switched_on_and_that_is_the_end_of_it() {
    let mut case = case(deactivated(), vec![known()], Some(End::Confirmed));
    assert!(lines(undo(&case))[0].ends_with("--status=Active"));
    let back = Approved {
        id: 2,
        undoes: Some(1),
        steps: vec![Step {
            call: switch(true),
            reverse: None,
        }],
        ..deactivated()
    };
    tell(&mut case, Acted::Approved(Box::new(back)));
    assert!(
        matches!(undo(&case), Undo::By(_)),
        "not undone as long as that is under way"
    );
    tell(
        &mut case,
        Acted::Ended {
            id: 2,
            end: End::Confirmed,
        },
    );
    assert_eq!(undo(&case), Undo::Undone(2));
    let second = case.deeds().find(2).unwrap();
    assert!(matches!(case.deeds().undo(second), Undo::Never(_)));
    assert_eq!(case.deeds().next_id(), 3);
}

#[test]
fn what_was_denied_needs_no_undoing_and_what_failed_may_have_been_done() {
    let denied = case(deactivated(), vec![Reply::Denied("no".to_owned())], Some(End::Stopped));
    assert_eq!(undo(&denied), Undo::Never("nothing was done"));
    let lost = case(
        deactivated(),
        vec![Reply::Failed("timeout".to_owned())],
        Some(End::Stopped),
    );
    assert_eq!(lines(undo(&lost)).len(), 1);
    let mut interrupted = case(deactivated(), Vec::new(), None);
    assert_eq!(undo(&interrupted), Undo::Never("nothing was done"));
    tell(&mut interrupted, Acted::Calling { id: 1, step: 0 });
    assert_eq!(
        lines(undo(&interrupted)).len(),
        1,
        "whether the call was made is not known"
    );
}

#[test]
fn a_new_key_is_undone_by_deleting_just_that_one() {
    let change = Change::ReplaceKey { user: "app".to_owned() };
    let step = Step {
        call: Call::CreateAccessKey { user: "app".to_owned() },
        reverse: None,
    };
    let made = Reply::Known(Some("AKIAZZNEW00000000009".to_owned()));
    let case = case(approve(1, change, vec![step]), vec![made], Some(End::Confirmed));
    assert_eq!(
        lines(undo(&case)),
        ["aws iam delete-access-key --user-name=app --access-key-id=AKIAZZNEW00000000009"]
    );
}

#[test]
fn half_a_deletion_is_taken_back_as_far_as_it_goes_and_a_whole_one_is_not() {
    let policy = |arn: &str| {
        let (holder, arn) = (Holder::User("app".to_owned()), arn.to_owned());
        Step {
            call: Call::DetachPolicy {
                holder: holder.clone(),
                arn: arn.clone(),
            },
            reverse: Some(Call::AttachPolicy { holder, arn }),
        }
    };
    let password = Step {
        call: Call::DeleteLoginProfile { user: "app".to_owned() },
        reverse: None,
    };
    let user = Step {
        call: Call::DeleteUser { user: "app".to_owned() },
        reverse: None,
    };
    let change = Change::DeleteUser { user: "app".to_owned() };
    let steps = vec![
        password,
        policy("arn:aws:iam::aws:policy/A"),
        policy("arn:aws:iam::aws:policy/B"),
        user,
    ];
    let half = vec![known(), known(), known(), Reply::Denied("no".to_owned())];
    let half = case(approve(1, change.clone(), steps.clone()), half, Some(End::Stopped));
    let back = lines(undo(&half));
    assert_eq!(back.len(), 2, "{back:?}");
    assert!(
        back[0].ends_with("policy/B") && back[1].ends_with("policy/A"),
        "last first: {back:?}"
    );
    let whole = case(approve(1, change, steps), vec![known(); 4], Some(End::Confirmed));
    assert!(matches!(undo(&whole), Undo::Never(why) if why.contains("snapshot")));
}
