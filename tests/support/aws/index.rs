//! What event history files a record under.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// Where records name resources, and what type these are.
const RESOURCES: [(&str, &str); 20] = [
    ("/responseElements/accessKey/accessKeyId", "AWS::IAM::AccessKey"),
    ("/responseElements/credentials/accessKeyId", "AWS::IAM::AccessKey"),
    ("/requestParameters/accessKeyId", "AWS::IAM::AccessKey"),
    ("/requestParameters/userName", "AWS::IAM::User"),
    ("/responseElements/user/userName", "AWS::IAM::User"),
    ("/responseElements/user/arn", "AWS::IAM::User"),
    ("/responseElements/user/userId", "AWS::IAM::User"),
    ("/responseElements/accessKey/userName", "AWS::IAM::User"),
    ("/requestParameters/roleArn", "AWS::IAM::Role"),
    ("/requestParameters/roleName", "AWS::IAM::Role"),
    ("/responseElements/role/roleName", "AWS::IAM::Role"),
    ("/responseElements/role/arn", "AWS::IAM::Role"),
    ("/responseElements/role/roleId", "AWS::IAM::Role"),
    (
        "/responseElements/assumedRoleUser/assumedRoleId",
        "AWS::STS::AssumedRole",
    ),
    ("/responseElements/assumedRoleUser/arn", "AWS::STS::AssumedRole"),
    ("/requestParameters/policyArn", "AWS::IAM::Policy"),
    ("/requestParameters/instanceProfileName", "AWS::IAM::InstanceProfile"),
    ("/requestParameters/functionName", "AWS::Lambda::Function"),
    ("/responseElements/functionName", "AWS::Lambda::Function"),
    ("/requestParameters/bucketName", "AWS::S3::Bucket"),
];

const INSTANCES: [&str; 2] = [
    "/responseElements/instancesSet/items",
    "/requestParameters/instancesSet/items",
];

/// A record and what it can be found by.
#[derive(Debug)]
pub struct Event {
    pub id: String,
    pub time: DateTime<Utc>,
    pub region: String,
    /// From when on it can be found, in seconds after the start.
    pub visible_from: f64,
    pub insight: bool,
    name: String,
    source: String,
    read_only: Option<bool>,
    access_key: Option<String>,
    username: Option<String>,
    /// Types and names.
    resources: Vec<(String, String)>,
    /// The record, as JSON text.
    record: String,
}

impl Event {
    /// `None` for what event history does not keep (data events and the like) and for what has no id or time.
    pub fn new(record: &Value, visible_from: f64) -> Option<Self> {
        let category = record["eventCategory"].as_str().unwrap_or("Management");
        let insight = category == "Insight";
        if !insight && (category != "Management" || record["managementEvent"] == json!(false)) {
            return None;
        }
        let text = |pointer: &str| text_at(record, pointer);
        Some(Self {
            id: text("/eventID")?,
            time: text("/eventTime")?.parse().ok()?,
            region: text("/awsRegion").unwrap_or_else(|| "us-east-1".to_owned()),
            visible_from,
            insight,
            name: text("/eventName").unwrap_or_default(),
            source: text("/eventSource").unwrap_or_default(),
            read_only: record["readOnly"].as_bool(),
            access_key: text("/userIdentity/accessKeyId"),
            username: username(record),
            resources: resources(record),
            record: record.to_string(),
        })
    }

    /// Newest first; the order within one moment is arbitrary but fixed.
    pub fn position(&self) -> (std::cmp::Reverse<DateTime<Utc>>, &str) {
        (std::cmp::Reverse(self.time), &self.id)
    }

    /// Every attribute and value that finds the event.
    pub fn attributes(&self) -> Vec<(&'static str, String)> {
        let read_only = self.read_only.map(|r| ("ReadOnly", r.to_string()));
        let access_key = self.access_key.clone().map(|key| ("AccessKeyId", key));
        let username = self.username.clone().map(|name| ("Username", name));
        let resources = self.resources.iter().flat_map(|(kind, name)| {
            let by_type = (!kind.is_empty()).then(|| ("ResourceType", kind.clone()));
            by_type.into_iter().chain([("ResourceName", name.clone())])
        });
        let mut all: Vec<_> = [
            ("EventId", self.id.clone()),
            ("EventName", self.name.clone()),
            ("EventSource", self.source.clone()),
        ]
        .into_iter()
        .chain(read_only)
        .chain(access_key)
        .chain(username)
        .chain(resources)
        .collect();
        all.sort();
        all.dedup();
        all
    }

    /// The event as LookupEvents answers it.
    pub fn answer(&self) -> Value {
        let resources = self.resources.iter().map(|(kind, name)| {
            let mut resource = json!({"ResourceName": name});
            if !kind.is_empty() {
                resource["ResourceType"] = json!(kind);
            }
            resource
        });
        let mut event = json!({
            "EventId": self.id,
            "EventName": self.name,
            "EventTime": self.time.timestamp(),
            "EventSource": self.source,
            "Resources": resources.collect::<Vec<_>>(),
            "CloudTrailEvent": self.record,
        });
        let optional = [
            ("ReadOnly", self.read_only.map(|r| r.to_string())),
            ("AccessKeyId", self.access_key.clone()),
            ("Username", self.username.clone()),
        ];
        for (member, value) in optional {
            if let Some(value) = value {
                event[member] = json!(value);
            }
        }
        event
    }
}

fn text_at(record: &Value, pointer: &str) -> Option<String> {
    let text = record.pointer(pointer)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

/// Users by name, sessions by session name, root as `root`; services and other accounts have none.
fn username(record: &Value) -> Option<String> {
    let text = |pointer: &str| text_at(record, pointer);
    let after_colon = || Some(text("/userIdentity/principalId")?.split_once(':')?.1.to_owned());
    match record["userIdentity"]["type"].as_str()? {
        "Root" => Some("root".to_owned()),
        "AssumedRole" | "Role" | "FederatedUser" => after_colon(),
        "AWSService" | "AWSAccount" => None,
        _ => text("/userIdentity/userName"),
    }
}

fn resources(record: &Value) -> Vec<(String, String)> {
    let named = RESOURCES.iter().filter_map(|(pointer, kind)| {
        let name = text_at(record, pointer)?;
        Some((kind.to_string(), name))
    });
    let instances = INSTANCES
        .iter()
        .filter_map(|pointer| record.pointer(pointer)?.as_array())
        .flatten();
    let instances = instances.filter_map(|item| Some(("AWS::EC2::Instance".to_owned(), text_at(item, "/instanceId")?)));
    let listed = record["resources"].as_array().into_iter().flatten();
    let listed = listed.filter_map(|r| Some((text_at(r, "/type").unwrap_or_default(), text_at(r, "/ARN")?)));
    let mut all: Vec<_> = named.chain(instances).chain(listed).collect();
    all.sort();
    all.dedup();
    all
}
