//! The calls of a change as lines for the AWS command line, to be pasted into a shell.

use std::fmt::Write as _;

use crate::investigation::change::{Call, Plan};
use crate::playbook::word;

/// The lines of a plan: what keeps the evidence first, where something is erased.
pub fn commands(plan: &Plan) -> Vec<String> {
    let evidence: &[&str] = if plan.change.erases() {
        &[
            "aws iam generate-credential-report",
            "aws iam get-credential-report > credential-report.json",
            "aws iam get-account-authorization-details > account-authorization-details.json",
        ]
    } else {
        &[]
    };
    let evidence = evidence.iter().map(|&line| line.to_owned());
    evidence
        .chain(plan.steps.iter().map(|step| command(&step.call)))
        .collect()
}

/// The line of a call. Every value is quoted and stands after its option, so that no name can be read as another one.
pub fn command(call: &Call) -> String {
    let mut line = format!("aws iam {}", kebab(call.action()));
    for (name, value) in call.parameters() {
        // Writing to a String cannot fail.
        let _ = write!(line, " --{}={}", kebab(name), word(value));
    }
    if matches!(call, Call::UpdateLoginProfile { .. }) {
        // One that nobody knows, the responder neither.
        line.push_str(" --password=\"$(openssl rand -base64 36)aA1!\"");
    }
    line
}

/// `DeleteSSHPublicKey` is `delete-ssh-public-key`.
fn kebab(name: &str) -> String {
    let mut out = String::new();
    let letters: Vec<char> = name.chars().collect();
    for (at, c) in letters.iter().enumerate() {
        let follows_small = at > 0 && letters[at - 1].is_lowercase();
        let ends_capitals = at > 0 && letters.get(at + 1).is_some_and(|next| next.is_lowercase());
        if c.is_uppercase() && (follows_small || ends_capitals) {
            out.push('-');
        }
        out.extend(c.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::investigation::change::Holder;

    #[test]
    fn a_call_is_written_as_the_command_line_wants_it() {
        let key = Call::UpdateAccessKey {
            user: "app".to_owned(),
            key: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            active: false,
        };
        assert_eq!(
            command(&key),
            "aws iam update-access-key --user-name=app --access-key-id=AKIAIOSFODNN7EXAMPLE --status=Inactive"
        );
        assert_eq!(kebab("DeactivateMFADevice"), "deactivate-mfa-device");
        assert_eq!(kebab("SSHPublicKeyId"), "ssh-public-key-id");
    }

    /// Every value is one word of a shell, whatever somebody called a user or wrote into a policy.
    #[test]
    fn hostile_names_are_one_word_each() {
        for name in [
            "--profile",
            "a b",
            "$(id)",
            "a'b\"c`d`",
            "x;rm -rf /",
            "é\\",
            "#",
            "*",
            "~",
            "a\nb",
            "file://x",
        ] {
            let call = Call::PutPolicy {
                holder: Holder::User(name.to_owned()),
                policy: name.to_owned(),
                document: format!("{{\"Sid\":\"{name}\"}}"),
            };
            let line = command(&call);
            let words = shlex::split(&line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(words.len(), 6, "{line}");
            assert_eq!(words[..3], ["aws", "iam", "put-user-policy"]);
            assert!(words[3].starts_with("--user-name="), "{line}");
            let is_kept = words[3] == format!("--user-name={name}");
            assert!(is_kept || words[3].contains("<refused"), "{line}");
        }
    }
}
