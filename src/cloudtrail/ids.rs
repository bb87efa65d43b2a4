//! Identifiers: access key ids, unique ids, ARNs, account ids.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An access key id as the responder typed it, checked for its form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AccessKeyId(String);

/// Why a text is not an access key id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccessKeyIdError {
    /// The text looks like the secret half of a key.
    #[error(
        "this looks like a secret access key, not a key id; give the id that starts with AKIA or ASIA, and treat the secret as leaked"
    )]
    Secret,
    /// Part of the id is hidden.
    #[error("part of this key id is masked; the full id is needed: 4 letters (AKIA or ASIA) and 16 capitals or digits")]
    Masked,
    /// A key id in small letters, or with something around or inside it.
    #[error("`{typed}` is not an access key id as AWS writes it; did you mean {meant}?")]
    Misspelt {
        /// As it was typed.
        typed: String,
        /// As AWS writes it.
        meant: String,
    },
    /// Anything else.
    #[error(
        "`{0}` is not an access key id: it has the form AKIA or ASIA and 16 capitals or digits, for example AKIAIOSFODNN7EXAMPLE"
    )]
    Malformed(String),
}

impl AccessKeyId {
    /// Checks that `text` is `AKIA` or `ASIA` and 16 capitals or digits. Spaces around it are ignored.
    pub fn parse(text: &str) -> Result<Self, AccessKeyIdError> {
        let text = text.trim();
        if has_key_form(text) {
            return Ok(Self(text.to_owned()));
        }
        if text.contains('*') {
            return Err(AccessKeyIdError::Masked);
        }
        let secret_alphabet = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
        if text.len() == 40 && text.chars().all(secret_alphabet) {
            return Err(AccessKeyIdError::Secret);
        }
        let typed = text.chars().filter(|c| !c.is_control()).take(64).collect();
        let meant: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        let meant = meant.to_ascii_uppercase();
        Err(if has_key_form(&meant) {
            AccessKeyIdError::Misspelt { typed, meant }
        } else {
            AccessKeyIdError::Malformed(typed)
        })
    }

    /// Accepts any text of letters and digits, for archives whose ids were masked by their publisher (`--any-key`).
    pub fn parse_any(text: &str) -> Result<Self, AccessKeyIdError> {
        let text = text.trim();
        let plain = (8..=128).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric());
        if plain && text.len() != 40 {
            Ok(Self(text.to_owned()))
        } else {
            Self::parse(text)
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the key is temporary (`ASIA...`): decided by the prefix alone (quirk Q09).
    pub fn is_temporary(&self) -> bool {
        is_temporary(&self.0)
    }
}

impl fmt::Display for AccessKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a key id in a record is a temporary one.
pub fn is_temporary(key: &str) -> bool {
    key.starts_with("ASIA")
}

fn has_key_form(text: &str) -> bool {
    text.len() == 20
        && (text.starts_with("AKIA") || text.starts_with("ASIA"))
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// The unique id of a principal: the part of a `principalId` before the session name (`AROA...:session`).
pub fn unique_id(principal_id: &str) -> &str {
    principal_id.split(':').next().unwrap_or(principal_id)
}

/// Whether a text has the form of an IAM unique id of a user or role (`AIDA...`, `AROA...`).
pub fn is_unique_id(text: &str) -> bool {
    text.starts_with("AIDA") || text.starts_with("AROA")
}

/// The account a key id was made in, decoded from the id itself; `None` where the form carries none.
///
/// Method published by Aidan Steele (2020) and Tal Be'ery (2023), measured, not documented by AWS: a hint, never proof.
/// Older ids (fifth character A to P) carry no account; 0, 1, 8 and 9 are not base32, so the id was masked by somebody.
pub fn account_hint(id: &str) -> Option<String> {
    let coded = id.get(4..)?.as_bytes();
    let first = *coded.first()?;
    if !(first.is_ascii_uppercase() && first >= b'Q' || (b'2'..=b'7').contains(&first)) {
        return None;
    }
    let mut bits: u64 = 0;
    for (n, byte) in coded.iter().take(10).enumerate() {
        let five = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'2'..=b'7' => byte - b'2' + 26,
            _ => return None,
        };
        if n < 10 {
            bits = bits << 5 | u64::from(five);
        }
    }
    if coded.len() < 10 {
        return None;
    }
    // 10 characters carry 50 bits; the first 48 are the six bytes of the method.
    let account = ((bits >> 2) & 0x7fff_ffff_ff80) >> 7;
    (account <= 999_999_999_999).then(|| format!("{account:012}"))
}

/// The parts of an ARN that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov`, ...
    pub partition: &'a str,
    /// `iam`, `sts`, ...
    pub service: &'a str,
    /// The account, empty where the ARN has none.
    pub account: &'a str,
    /// Everything after the account: `role/path/name`, `assumed-role/name/session`, ...
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Splits an ARN; `None` if the text is not one.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        if parts.next()? != "arn" {
            return None;
        }
        let partition = parts.next()?;
        let service = parts.next()?;
        let _region = parts.next()?;
        let account = parts.next()?;
        let resource = parts.next().filter(|r| !r.is_empty())?;
        Some(Self {
            partition,
            service,
            account,
            resource,
        })
    }

    /// The last part of the resource: the name without its path.
    pub fn name(&self) -> &'a str {
        self.resource.rsplit(['/', ':']).next().unwrap_or(self.resource)
    }
}

/// What people call the thing that an ARN names: `orders` for a function with or without a version, a stack by its name,
/// else the last part. Any other text is a name already.
pub fn resource_name(text: &str) -> &str {
    let Some(arn) = Arn::parse(text) else { return text };
    let rest = arn.resource;
    if let Some(function) = rest.strip_prefix("function:") {
        return function.split(':').next().unwrap_or(function);
    }
    if let Some(stack) = rest.strip_prefix("stack/") {
        return stack.split('/').next().unwrap_or(stack);
    }
    match rest.rsplit_once('/') {
        Some((_, name)) => name,
        None => rest.split_once(':').map_or(rest, |(_, name)| name),
    }
}

/// The role that an `assumed-role` ARN belongs to, as a name (the path is not in such an ARN).
pub fn assumed_role_name(arn: &str) -> Option<&str> {
    let mut parts = Arn::parse(arn)?.resource.split('/');
    (parts.next()? == "assumed-role").then(|| parts.next())?
}

/// The IAM user that an owner is, given by ARN or by name; `None` for any other ARN.
pub fn user_name(owner: &str) -> Option<&str> {
    match Arn::parse(owner) {
        Some(arn) => arn.resource.starts_with("user/").then(|| arn.name()),
        None => Some(owner),
    }
}

/// The role of an ARN, or of a session's ARN.
pub fn role_name(arn: &str) -> Option<&str> {
    let role = Arn::parse(arn).filter(|arn| arn.resource.starts_with("role/"));
    role.map(|arn| arn.name()).or_else(|| assumed_role_name(arn))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_called_by_what_its_deletion_will_name() {
        for (text, name) in [
            ("arn:aws:lambda:eu-west-1:111122223333:function:orders:7", "orders"),
            ("arn:aws:cloudformation:eu-west-1:111122223333:stack/web/0f1e", "web"),
            ("arn:aws:ecs:eu-west-1:111122223333:task-definition/web:3", "web:3"),
            ("arn:aws:ecs:eu-west-1:111122223333:task/cluster/0f1e", "0f1e"),
            ("arn:aws:states:eu-west-1:111122223333:stateMachine:nightly", "nightly"),
            ("arn:aws:codebuild:eu-west-1:111122223333:project/web", "web"),
            ("arn:aws:sns:eu-west-1:111122223333:alerts", "alerts"),
            ("web", "web"),
        ] {
            assert_eq!(resource_name(text), name);
        }
    }

    #[test]
    fn the_account_in_a_key_id_is_read_as_published() {
        for (id, account) in [
            ("ASIAY34FZKBOKMUTVV7A", "609629065308"),
            ("ASIAQNZGKIQY56JQ7WML", "029608264753"),
            ("AROAY24FZKAOBPJTH2BSF", "607481581596"),
            ("ASIA52RQV423TWB3UWEE", "950363612855"),
            ("AIDATFQR7NSC5AU2ZV3IE", "218007301253"),
            ("AKIARZPUZDIKGB2VALC4", "123456789012"),
        ] {
            assert_eq!(account_hint(id).as_deref(), Some(account), "{id}");
        }
    }

    #[test]
    fn ids_that_carry_no_account_give_none() {
        for id in [
            "AKIAIOSFODNN7EXAMPLE",
            "AKIAJ234567890123456",
            "AKIA",
            "AKIAY1119999",
            "",
            "AKIAQ",
        ] {
            assert_eq!(account_hint(id), None, "{id}");
        }
    }

    #[test]
    fn malformed_key_ids_say_what_is_wrong() {
        assert!(AccessKeyId::parse(" AKIAIOSFODNN7EXAMPLE\n").is_ok());
        assert_eq!(
            AccessKeyId::parse("AKIA****************"),
            Err(AccessKeyIdError::Masked)
        );
        assert_eq!(
            AccessKeyId::parse("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            Err(AccessKeyIdError::Secret)
        );
        for typed in [
            "akiaiosfodnn7example",
            "\"AKIAIOSFODNN7EXAMPLE\",",
            "AKIA IOSF ODNN 7EXA MPLE",
        ] {
            let error = AccessKeyId::parse(typed).unwrap_err().to_string();
            assert!(error.ends_with("did you mean AKIAIOSFODNN7EXAMPLE?"), "{error}");
        }
        assert!(matches!(
            AccessKeyId::parse("akiaiosfodnn7exampl"),
            Err(AccessKeyIdError::Malformed(_))
        ));
        assert!(AccessKeyId::parse("AAAAAAAAAAAAAAAAAAAAA").is_err());
        assert!(AccessKeyId::parse_any("AAAAAAAAAAAAAAAAAAAAA").is_ok());
        assert_eq!(
            AccessKeyId::parse_any("wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYXX"),
            Err(AccessKeyIdError::Secret)
        );
    }

    #[test]
    fn an_arn_gives_its_name_without_the_path() {
        let arn = Arn::parse("arn:aws:iam::111122223333:role/team/app/deploy").unwrap();
        assert_eq!((arn.account, arn.name()), ("111122223333", "deploy"));
        assert_eq!(
            assumed_role_name("arn:aws:sts::111122223333:assumed-role/deploy/session"),
            Some("deploy")
        );
        assert_eq!(assumed_role_name("arn:aws:iam::111122223333:role/deploy"), None);
        assert_eq!(role_name("arn:aws:iam::111122223333:role/team/deploy"), Some("deploy"));
        assert_eq!(
            role_name("arn:aws:sts::111122223333:assumed-role/deploy/me"),
            Some("deploy")
        );
        let user = "arn:aws:iam::111122223333:user/team/alex";
        assert_eq!((user_name(user), user_name("alex")), (Some("alex"), Some("alex")));
        assert_eq!((role_name(user), role_name("alex")), (None, None));
        assert_eq!(user_name("arn:aws:iam::111122223333:root"), None);
        assert_eq!(Arn::parse("not an arn"), None);
    }
}
