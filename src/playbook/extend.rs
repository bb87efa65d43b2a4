//! A playbook that extends another: what it says replaces, adds to, or leaves out what that one says.

use super::format::{Playbook, Step};

/// `own` on top of `base`. A step of the same number takes its title and intro from `own`; an item of the same id is
/// replaced at its place; other items come before those of `base`.
pub(super) fn extended(mut base: Playbook, own: Playbook, leave_out: &[String]) -> Playbook {
    for step in &mut base.steps {
        step.items.retain(|item| !leave_out.contains(&item.id));
    }
    for step in own.steps {
        match base.steps.iter_mut().find(|known| known.number == step.number) {
            Some(known) => put_on(known, step),
            None => base.steps.push(step),
        }
    }
    base.steps.sort_by_key(|step| step.number);
    Playbook {
        steps: base.steps,
        ..own
    }
}

fn put_on(base: &mut Step, own: Step) {
    base.title = own.title;
    base.intro = own.intro;
    let mut first = Vec::new();
    for item in own.items {
        match base.items.iter_mut().find(|known| known.id == item.id) {
            Some(known) => *known = item,
            None => first.push(item),
        }
    }
    base.items.splice(0..0, first);
}
