//! On how much of what it can be done to a statement of a policy allows or denies an action.

use serde_json::Value;

use super::{fits, list};

/// How much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Extent {
    /// Nothing: the statement is not about the action.
    Nothing,
    /// What is named one by one.
    Named,
    /// What fits a pattern.
    Pattern,
    /// Everything but what is named.
    Most,
    /// Everything.
    All,
}

/// The actions and the resources of a statement.
#[derive(Debug)]
pub(super) struct About {
    pub(super) actions: Listed,
    resources: Listed,
}

/// What a member lists, or all but that.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) patterns: Vec<String>,
    pub(super) is_but: bool,
}

/// Any account, in patterns and in what is held against them: a policy holds for its own account.
const ACCOUNT: &str = "000000000000";
/// A region and a name that nothing has: only what means all of them fits.
const NO_REGION: &str = "~~";
const NO_NAME: &str = "~~~~~~~~/~~~~~~~~";

impl Listed {
    fn read(statement: &Value, member: &str, but: &str) -> Self {
        let is_but = statement.get(but).is_some();
        let listed = list(&statement[if is_but { but } else { member }]);
        Self {
            patterns: listed.filter_map(Value::as_str).map(str::to_owned).collect(),
            is_but,
        }
    }
}

impl About {
    pub(super) fn read(statement: &Value) -> Self {
        Self {
            actions: Listed::read(statement, "Action", "NotAction"),
            resources: Listed::read(statement, "Resource", "NotResource"),
        }
    }

    /// On how much of what an action can be done to it is meant.
    pub(super) fn extent(&self, action: &str) -> Extent {
        let is_listed = self.actions.patterns.iter().any(|pattern| fits(pattern, action));
        if is_listed == self.actions.is_but {
            return Extent::Nothing;
        }
        let each = self.resources.patterns.iter().map(|pattern| meant(pattern, action));
        let most = each.max();
        match (self.resources.is_but, most) {
            (false, Some(most)) => most,
            (true, Some(Extent::All)) => Extent::Nothing,
            (true, _) => Extent::Most,
            // A policy that lies on a resource need not name it.
            (false, None) => Extent::Named,
        }
    }
}

/// On how much of what an action can be done to a pattern of resources bears.
fn meant(pattern: &str, action: &str) -> Extent {
    let (pattern, in_one_region) = plain(pattern);
    let (things, is_identity) = things(action);
    if fits(&pattern, &format!("{things}{NO_NAME}")) {
        return if in_one_region { Extent::Pattern } else { Extent::All };
    }
    if !is_identity {
        return Extent::Named;
    }
    let starts_with = |text: &str, start: &str| {
        let head = text.as_bytes().get(..start.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
    };
    match pattern.find(['*', '?']) {
        None if starts_with(&pattern, &things) => Extent::Named,
        Some(wild) if starts_with(&pattern[..wild], &things) || starts_with(&things, &pattern[..wild]) => {
            Extent::Pattern
        }
        _ => Extent::Nothing,
    }
}

/// How the ARNs begin that an action is done to, and whether that is sure: what is an identity is known.
fn things(action: &str) -> (String, bool) {
    let (service, name) = action.split_once(':').unwrap_or((action, ""));
    let kind = match service {
        "sts" => "role",
        "iam" if name.contains("PolicyVersion") => "policy",
        "iam" if name.contains("Role") => "role",
        "iam" if name.contains("Group") => "group",
        "iam" => "user",
        "s3" => return ("arn:aws:s3:::".to_owned(), false),
        _ => return (format!("arn:aws:{service}:{NO_REGION}:{ACCOUNT}:"), false),
    };
    (format!("arn:aws:iam::{ACCOUNT}:{kind}/"), true)
}

/// A pattern without what is the same for all that it can mean (partition, account), and whether it is about one region.
/// A variable stands for anything, unless it means the caller.
fn plain(pattern: &str) -> (String, bool) {
    let mut text = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some((before, (variable, after))) = rest
        .split_once("${")
        .and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        let is_caller = ["aws:username", "aws:userid"]
            .iter()
            .any(|own| variable.eq_ignore_ascii_case(own));
        text.push_str(before);
        text.push_str(if is_caller { "$" } else { "*" });
        rest = after;
    }
    text.push_str(rest);
    let is_wild = |field: &str| field.contains(['*', '?']);
    let mut fields: Vec<&str> = text.splitn(6, ':').collect();
    let in_one_region = fields.len() > 4 && !fields[3].is_empty() && !is_wild(fields[3]);
    let is_whole = fields.len() > 5;
    if let [_, partition, service, region, account, ..] = &mut fields[..] {
        if !is_wild(partition) {
            *partition = "aws";
        }
        if in_one_region {
            *region = NO_REGION;
        }
        let is_account = |c: char| c.is_ascii_digit() || c == '*' || c == '?';
        if !account.is_empty() && account.chars().all(is_account) {
            // What is no identity may stand in no account.
            let may_be_none = *account == "*" && !service.eq_ignore_ascii_case("iam");
            *account = if may_be_none || (!is_whole && account.contains('*')) {
                "*"
            } else {
                ACCOUNT
            };
        }
    }
    (fields.join(":"), in_one_region)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_resource_means_as_much_as_its_pattern_fits() {
        let of =
            |resource: &str, action: &str| About::read(&json!({"Action": "*", "Resource": resource})).extent(action);
        for (resource, action, expected) in [
            ("*", "iam:PutUserPolicy", Extent::All),
            ("**", "s3:GetObject", Extent::All),
            ("arn:aws:*", "iam:PutUserPolicy", Extent::All),
            ("arn:*:*:*:*:*", "ec2:RunInstances", Extent::All),
            ("arn:aws:iam::111122223333:*", "iam:PutUserPolicy", Extent::All),
            ("arn:aws:iam::*:user/*", "iam:PutUserPolicy", Extent::All),
            ("ARN:AWS:IAM::1111????3333:USER/*", "iam:PutUserPolicy", Extent::All),
            ("arn:aws:iam::*3333:user/*", "iam:PutUserPolicy", Extent::All),
            ("arn:aws:iam::111122223333*", "iam:PutUserPolicy", Extent::All),
            ("arn:aws:iam::*:u*", "iam:PutUserPolicy", Extent::All),
            (
                "arn:aws:iam::${aws:PrincipalAccount}:user/*",
                "iam:PutUserPolicy",
                Extent::All,
            ),
            (
                "arn:aws:iam::*:user/${aws:PrincipalTag/x}",
                "iam:PutUserPolicy",
                Extent::All,
            ),
            (
                "arn:aws:iam::*:user/${aws:username}",
                "iam:CreateAccessKey",
                Extent::Named,
            ),
            (
                "arn:aws:iam::111122223333:user/${aws:username}",
                "iam:CreateAccessKey",
                Extent::Named,
            ),
            (
                "arn:aws:iam::111122223333:user/a*",
                "iam:PutUserPolicy",
                Extent::Pattern,
            ),
            ("arn:aws:iam::111122223333:user/a", "iam:PutUserPolicy", Extent::Named),
            ("arn:aws:iam::111122223333:role/*", "iam:PutUserPolicy", Extent::Nothing),
            ("arn:aws:iam::111122223333:role/*", "iam:PassRole", Extent::All),
            ("arn:aws:s3:::b/*", "iam:PassRole", Extent::Nothing),
            ("arn:aws:s3:::b/*", "s3:GetObject", Extent::Named),
            ("arn:aws:s3:::*", "s3:GetObject", Extent::All),
            ("arn:aws:ec2:*:*:*", "ec2:RunInstances", Extent::All),
            (
                "arn:aws:ec2:us-east-1:111122223333:*",
                "ec2:RunInstances",
                Extent::Pattern,
            ),
        ] {
            assert_eq!(of(resource, action), expected, "{resource} {action}");
        }
    }

    #[test]
    fn all_but_something_is_most_and_all_but_all_is_nothing() {
        let of = |statement: Value| About::read(&statement).extent("iam:PutUserPolicy");
        assert_eq!(of(json!({"NotAction": "s3:*", "Resource": "*"})), Extent::All);
        assert_eq!(of(json!({"NotAction": "IAM:*", "Resource": "*"})), Extent::Nothing);
        let boss = "arn:aws:iam::111122223333:user/boss";
        assert_eq!(of(json!({"Action": "*", "NotResource": boss})), Extent::Most);
        assert_eq!(
            of(json!({"Action": "*", "NotResource": ["x", "arn:aws:iam::*"]})),
            Extent::Nothing
        );
        assert_eq!(of(json!({"Action": "*"})), Extent::Named);
    }
}
