//! What is kept before something is erased: AWS's own lists of all there is.

use std::time::Duration;

use aws_sdk_iam::operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput as Details;
use aws_sdk_iam::primitives::DateTime as AwsDateTime;
use aws_sdk_iam::types::{
    AttachedPermissionsBoundary, AttachedPolicy, GroupDetail, ManagedPolicyDetail, PolicyDetail, ReportStateType,
    RoleDetail, Tag, UserDetail,
};
use serde_json::{Value, json};

use crate::account::client::{Client, moment};
use crate::account::reply::reply;
use crate::cloudtrail::time;
use crate::export::text::safe_json;
use crate::investigation::account::Reply;
use crate::investigation::chain::trust;
use crate::investigation::change::{Holder, Object, Snapshot, SnapshotOf};

/// Between two looks whether AWS has written the credential report.
const PAUSE: Duration = Duration::from_secs(2);
/// It takes some seconds. After so many looks it is not waited for.
const LOOKS: u32 = 30;

/// A user or a role, as it is.
pub(super) fn of(object: &Object) -> Snapshot {
    let of = match &object.holder {
        Holder::User(name) => SnapshotOf::User(name.clone()),
        Holder::Role(name) => SnapshotOf::Role(name.clone()),
    };
    let document = serde_json::to_value(object).unwrap_or_default();
    Snapshot::new(of, pretty(&document))
}

fn pretty(document: &Value) -> String {
    safe_json(&format!("{document:#}\n")).into_owned()
}

/// Every user with its keys and passwords, as AWS reports it.
pub(super) async fn credential_report(client: &Client) -> Reply<Snapshot> {
    for _ in 0..LOOKS {
        match reply(client.iam.generate_credential_report().send().await) {
            Reply::Known(answer) if answer.state == Some(ReportStateType::Complete) => {
                let report = reply(client.iam.get_credential_report().send().await);
                return report.and_then(|report| match report.content {
                    Some(content) => Reply::Known(Snapshot::new(
                        SnapshotOf::CredentialReport,
                        String::from_utf8_lossy(content.as_ref()).into_owned(),
                    )),
                    None => Reply::Failed("the credential report is empty".to_owned()),
                });
            }
            Reply::Known(_) => tokio::time::sleep(PAUSE).await,
            unknown => return unknown.and_then(|_| Reply::Failed(String::new())),
        }
    }
    Reply::Failed("AWS did not finish the credential report in time".to_owned())
}

/// Every user, group, role and policy with all documents, in the form in which the AWS command line gives it.
pub(super) async fn authorization_details(client: &Client) -> Reply<Snapshot> {
    let pages = client.iam.get_account_authorization_details().into_paginator().send();
    let pages: Reply<Vec<Details>> = reply(pages.try_collect().await);
    pages.map(|pages| {
        let all = |part: fn(&Details) -> Vec<Value>| pages.iter().flat_map(part).collect::<Vec<Value>>();
        let document = json!({
            "UserDetailList": all(|page| page.user_detail_list().iter().map(user).collect()),
            "GroupDetailList": all(|page| page.group_detail_list().iter().map(group).collect()),
            "RoleDetailList": all(|page| page.role_detail_list().iter().map(role).collect()),
            "Policies": all(|page| page.policies().iter().map(managed).collect()),
        });
        Snapshot::new(SnapshotOf::AuthorizationDetails, pretty(&document))
    })
}

fn date(at: Option<&AwsDateTime>) -> Value {
    json!(at.copied().and_then(moment).map(time::format))
}

/// A document as JSON; as it came where it is none.
fn document(text: Option<&str>) -> Value {
    text.map_or(Value::Null, |text| trust::document(text).unwrap_or_else(|| json!(text)))
}

fn inline(policies: &[PolicyDetail]) -> Vec<Value> {
    let one = |policy: &PolicyDetail| {
        let document = document(policy.policy_document());
        json!({"PolicyName": policy.policy_name(), "PolicyDocument": document})
    };
    policies.iter().map(one).collect()
}

fn attached(policies: &[AttachedPolicy]) -> Vec<Value> {
    let one = |policy: &AttachedPolicy| json!({"PolicyName": policy.policy_name(), "PolicyArn": policy.policy_arn()});
    policies.iter().map(one).collect()
}

fn boundary(attachment: Option<&AttachedPermissionsBoundary>) -> Value {
    json!(attachment.and_then(|boundary| boundary.permissions_boundary_arn()))
}

fn tags(tags: &[Tag]) -> Vec<Value> {
    tags.iter()
        .map(|tag| json!({"Key": tag.key(), "Value": tag.value()}))
        .collect()
}

fn user(user: &UserDetail) -> Value {
    json!({
        "Path": user.path(), "UserName": user.user_name(), "UserId": user.user_id(), "Arn": user.arn(),
        "CreateDate": date(user.create_date()), "UserPolicyList": inline(user.user_policy_list()),
        "GroupList": user.group_list(), "AttachedManagedPolicies": attached(user.attached_managed_policies()),
        "PermissionsBoundary": boundary(user.permissions_boundary()), "Tags": tags(user.tags()),
    })
}

fn group(group: &GroupDetail) -> Value {
    json!({
        "Path": group.path(), "GroupName": group.group_name(), "GroupId": group.group_id(), "Arn": group.arn(),
        "CreateDate": date(group.create_date()), "GroupPolicyList": inline(group.group_policy_list()),
        "AttachedManagedPolicies": attached(group.attached_managed_policies()),
    })
}

fn role(role: &RoleDetail) -> Value {
    let profiles = role.instance_profile_list().iter();
    let profiles =
        profiles.map(|profile| json!({"InstanceProfileName": profile.instance_profile_name(), "Arn": profile.arn()}));
    let used = role.role_last_used();
    json!({
        "Path": role.path(), "RoleName": role.role_name(), "RoleId": role.role_id(), "Arn": role.arn(),
        "CreateDate": date(role.create_date()),
        "AssumeRolePolicyDocument": document(role.assume_role_policy_document()),
        "InstanceProfileList": profiles.collect::<Vec<_>>(), "RolePolicyList": inline(role.role_policy_list()),
        "AttachedManagedPolicies": attached(role.attached_managed_policies()),
        "PermissionsBoundary": boundary(role.permissions_boundary()), "Tags": tags(role.tags()),
        "RoleLastUsed": {"LastUsedDate": date(used.and_then(|used| used.last_used_date())),
            "Region": used.and_then(|used| used.region())},
    })
}

fn managed(policy: &ManagedPolicyDetail) -> Value {
    let versions = policy.policy_version_list().iter().map(|version| {
        json!({"VersionId": version.version_id(), "IsDefaultVersion": version.is_default_version(),
            "CreateDate": date(version.create_date()), "Document": document(version.document())})
    });
    json!({
        "PolicyName": policy.policy_name(), "PolicyId": policy.policy_id(), "Arn": policy.arn(), "Path": policy.path(),
        "DefaultVersionId": policy.default_version_id(), "AttachmentCount": policy.attachment_count(),
        "CreateDate": date(policy.create_date()), "UpdateDate": date(policy.update_date()),
        "PolicyVersionList": versions.collect::<Vec<_>>(),
    })
}
