//! Policies of users, roles and groups, and the managed policies themselves.

use serde_json::{Value, json};

use super::super::answer::{Failure, Outcome, refused};
use super::super::request::Request;
use super::super::state::{Grants, Identities, long_ago};
use super::{conflict, date, encoded, missing, page};

/// Calls about policies; the same ones exist for users, roles and groups.
pub(super) fn answer(identities: &mut Identities, request: &Request) -> Option<Outcome> {
    for kind in ["User", "Role", "Group"] {
        let pattern = request.action.replacen(kind, "*", 1);
        let call = match pattern.as_str() {
            "ListAttached*Policies" => list_attached,
            "List*Policies" => list_inline,
            "Get*Policy" => get_inline,
            "Put*Policy" => put_inline,
            "Delete*Policy" => delete_inline,
            "Attach*Policy" => attach,
            "Detach*Policy" => detach,
            _ => continue,
        };
        if !request.action.contains(kind) {
            continue;
        }
        return Some(call(identities, kind, request));
    }
    match request.action.as_str() {
        "GetPolicy" => Some(get_policy(identities, request)),
        "GetPolicyVersion" => Some(get_policy_version(identities, request)),
        "CreatePolicy" => Some(create_policy(identities, request)),
        "SimulatePrincipalPolicy" => Some(simulate(identities, request)),
        _ => None,
    }
}

fn grants<'i>(identities: &'i mut Identities, kind: &str, request: &Request) -> Result<&'i mut Grants, Failure> {
    let name = request.text(&format!("{kind}Name")).unwrap_or_default();
    let grants = match kind {
        "User" => identities.users.get_mut(name).map(|user| &mut user.grants),
        "Role" => identities.roles.get_mut(name).map(|role| &mut role.grants),
        _ => identities.groups.get_mut(name).map(|group| &mut group.grants),
    };
    let kind = kind.to_lowercase();
    grants.ok_or_else(|| missing(format!("The {kind} with name {name} cannot be found.")))
}

fn list_attached(identities: &mut Identities, kind: &str, request: &Request) -> Outcome {
    let grants = grants(identities, kind, request)?;
    let policies = grants.attached.iter();
    let listed = policies.map(|arn| json!({"PolicyName": policy_name(arn), "PolicyArn": arn}));
    Ok(page(request, "AttachedPolicies", listed))
}

fn list_inline(identities: &mut Identities, kind: &str, request: &Request) -> Outcome {
    let grants = grants(identities, kind, request)?;
    Ok(page(
        request,
        "PolicyNames",
        grants.inline.keys().map(|name| json!(name)),
    ))
}

fn get_inline(identities: &mut Identities, kind: &str, request: &Request) -> Outcome {
    let grants = grants(identities, kind, request)?;
    let (name, document) = inline(grants, kind, request)?;
    let holder = format!("{kind}Name");
    Ok(json!({holder.as_str(): request.text(&holder), "PolicyName": name, "PolicyDocument": encoded(document)}))
}

fn put_inline(identities: &mut Identities, kind: &str, request: &Request) -> Outcome {
    let grants = grants(identities, kind, request)?;
    let name = request.text("PolicyName").unwrap_or_default();
    let document = request.text("PolicyDocument").unwrap_or_default();
    if serde_json::from_str::<Value>(document).is_err() {
        let message = "Syntax errors in policy.";
        return Err(refused("MalformedPolicyDocument", message));
    }
    grants.inline.insert(name.to_owned(), document.to_owned());
    Ok(json!(null))
}

fn delete_inline(identities: &mut Identities, kind: &str, request: &Request) -> Outcome {
    let grants = grants(identities, kind, request)?;
    let name = inline(grants, kind, request)?.0.clone();
    grants.inline.remove(&name);
    Ok(json!(null))
}

fn inline<'g>(grants: &'g Grants, kind: &str, request: &Request) -> Result<(&'g String, &'g String), Failure> {
    let name = request.text("PolicyName").unwrap_or_default();
    let kind = kind.to_lowercase();
    let found = grants.inline.get_key_value(name);
    found.ok_or_else(|| missing(format!("The {kind} policy with name {name} cannot be found.")))
}

fn attach(identities: &mut Identities, kind: &str, request: &Request) -> Outcome {
    let arn = request.text("PolicyArn").unwrap_or_default().to_owned();
    document(identities, &arn)?;
    let grants = grants(identities, kind, request)?;
    if !grants.attached.contains(&arn) {
        grants.attached.push(arn);
    }
    Ok(json!(null))
}

fn detach(identities: &mut Identities, kind: &str, request: &Request) -> Outcome {
    let grants = grants(identities, kind, request)?;
    let arn = request.text("PolicyArn").unwrap_or_default();
    let before = grants.attached.len();
    grants.attached.retain(|attached| attached != arn);
    if grants.attached.len() == before {
        return Err(missing(format!("Policy {arn} was not found.")));
    }
    Ok(json!(null))
}

fn policy_name(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// The document of a managed policy. Those of AWS exist without being set up, as far as tests need them.
fn document<'i>(identities: &'i Identities, arn: &str) -> Result<&'i str, Failure> {
    let own = identities.policies.get(arn).map(String::as_str);
    let of_aws = match arn.strip_prefix("arn:aws:iam::aws:policy/") {
        Some("AdministratorAccess") => {
            Some(r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#)
        }
        Some(_) => Some(r#"{"Version":"2012-10-17","Statement":[]}"#),
        None => None,
    };
    own.or(of_aws)
        .ok_or_else(|| missing(format!("Policy {arn} was not found.")))
}

/// Allows what a policy of the user or its groups names by its name, and everything where one names `*`.
fn simulate(identities: &Identities, request: &Request) -> Outcome {
    let name = policy_name(request.text("PolicySourceArn").unwrap_or_default());
    let user = identities.users.get(name);
    let user = user.ok_or_else(|| missing(format!("The user with name {name} cannot be found.")))?;
    let groups = user.groups.iter().filter_map(|group| identities.groups.get(group));
    let all: Vec<&Grants> = std::iter::once(&user.grants)
        .chain(groups.map(|group| &group.grants))
        .collect();
    let attached = all.iter().flat_map(|grants| &grants.attached);
    let mut texts: Vec<&str> = attached.filter_map(|arn| document(identities, arn).ok()).collect();
    texts.extend(all.iter().flat_map(|grants| grants.inline.values().map(String::as_str)));
    let is_allowed = |action: &str| {
        let names = |text: &&str| text.contains(&format!("\"{action}\"")) || text.contains(r#""Action":"*""#);
        texts.iter().any(names)
    };
    let actions = (1..).map_while(|n| request.text(&format!("ActionNames.member.{n}")));
    let results = actions.map(|action| {
        let decision = if is_allowed(action) { "allowed" } else { "implicitDeny" };
        json!({"EvalActionName": action, "EvalResourceName": "*", "EvalDecision": decision})
    });
    Ok(page(request, "EvaluationResults", results))
}

fn get_policy(identities: &Identities, request: &Request) -> Outcome {
    let arn = request.text("PolicyArn").unwrap_or_default();
    document(identities, arn)?;
    let mut described = policy(identities, arn);
    described["Tags"] = json!([]);
    Ok(json!({"Policy": described}))
}

fn policy(identities: &Identities, arn: &str) -> Value {
    let users = identities.users.values().map(|user| &user.grants);
    let roles = identities.roles.values().map(|role| &role.grants);
    let groups = identities.groups.values().map(|group| &group.grants);
    let holders: Vec<&Grants> = users.chain(roles).chain(groups).collect();
    let attached = holders.iter().filter(|grants| grants.attached.iter().any(|a| a == arn));
    let bounded = holders.iter().filter(|grants| grants.boundary.as_deref() == Some(arn));
    json!({
        "PolicyName": policy_name(arn),
        "PolicyId": format!("ANPA{:Z>17}", policy_name(arn).to_uppercase()),
        "Arn": arn,
        "Path": "/",
        "DefaultVersionId": "v1",
        "AttachmentCount": attached.count(),
        "PermissionsBoundaryUsageCount": bounded.count(),
        "IsAttachable": true,
        "CreateDate": date(long_ago()),
        "UpdateDate": date(long_ago()),
    })
}

fn get_policy_version(identities: &Identities, request: &Request) -> Outcome {
    let arn = request.text("PolicyArn").unwrap_or_default();
    let version = request.text("VersionId").unwrap_or_default();
    let document = document(identities, arn)?;
    if version != "v1" {
        let message = format!("Policy {arn} version {version} does not exist or is not attachable.");
        return Err(missing(message));
    }
    Ok(json!({"PolicyVersion": {
        "Document": encoded(document), "VersionId": version, "IsDefaultVersion": true, "CreateDate": date(long_ago()),
    }}))
}

fn create_policy(identities: &mut Identities, request: &Request) -> Outcome {
    let name = request.text("PolicyName").unwrap_or_default();
    let arn = identities.arn("policy", "/", name);
    if identities.policies.contains_key(&arn) {
        let message = format!("A policy called {name} already exists. Duplicate names are not allowed.");
        return Err(conflict("EntityAlreadyExists", message));
    }
    let document = request.text("PolicyDocument").unwrap_or_default();
    identities.policies.insert(arn.clone(), document.to_owned());
    Ok(json!({"Policy": policy(identities, &arn)}))
}
