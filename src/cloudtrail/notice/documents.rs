//! AWS Health events, GuardDuty findings and Security Hub findings, whatever they are wrapped in: EventBridge, the output of
//! the command line, a list, or text inside of another document.

use serde_json::{Map, Value};

use super::{Format, Mention, Moment, Notice, address, search, short};

type Object = Map<String, Value>;

/// How often documents are opened that lie as text in another one.
const MOST_NESTED: usize = 4;

/// Reads a notice that is JSON, one document or several; `None` if the text is something else.
pub(super) fn read(text: &str) -> Option<Notice> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let documents = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let documents: Vec<Value> = documents.collect::<Result<_, _>>().ok()?;
    let mut notice = Notice::default();
    for document in &documents {
        walk(&mut notice, document, &Object::new(), MOST_NESTED);
    }
    Some(notice)
}

/// Looks for the documents it knows. What a document leaves open may stand in the one around it.
fn walk(notice: &mut Notice, value: &Value, around: &Object, nested: usize) {
    match value {
        Value::Object(object) => {
            let known = health(notice, object, around) || guardduty(notice, object) || asff(notice, object);
            if !known {
                object.values().for_each(|inner| walk(notice, inner, object, nested));
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(notice, item, around, nested)),
        Value::String(text) if nested > 0 && text.starts_with(['{', '[']) => {
            if let Ok(inner) = serde_json::from_str(text) {
                walk(notice, &inner, around, nested - 1);
            }
        }
        _ => {}
    }
}

fn health(notice: &mut Notice, event: &Object, around: &Object) -> bool {
    let code = words(event, "eventTypeCode").filter(|code| code.starts_with("AWS_RISK_"));
    let entities = values(event, "affectedEntities").chain(values(around, "affectedEntities"));
    let entities: Vec<&Object> = entities.filter_map(Value::as_object).collect();
    let is_entity = event.contains_key("entityValue") && event.contains_key("eventArn");
    if code.is_none() && !is_entity {
        return false;
    }
    notice.format = Format::Health;
    let any = |path: &str| words(event, path).or_else(|| words(around, path));
    let first = |paths: &[&str]| paths.iter().find_map(|path| any(path));
    set(
        &mut notice.account,
        first(&["affectedAccount", "awsAccountId", "account"]),
    );
    set(&mut notice.event_arn, first(&["eventArn", "arn"]));
    set(&mut notice.subject, code.clone());
    if let Some(url) = any("eventMetadata.exposedUrl") {
        notice.note(&format!("found at {url}"));
    }
    let said = Mention {
        user: any("eventMetadata.userName"),
        time: moment(event, &["startTime", "lastUpdatedTime"]).or_else(|| moment(around, &["time"])),
        ..Mention::default()
    };
    let named = entities.iter().filter_map(|entity| words(entity, "entityValue"));
    let named = named
        .chain(words(event, "entityValue"))
        .chain(any("eventMetadata.publicKey"));
    let named: Vec<String> = named.chain(texts(around, "resources")).collect();
    let keys: Vec<&str> = named.iter().filter_map(|name| search::first_key(name)).collect();
    let owner = named
        .iter()
        .find_map(|name| name.rsplit_once(":user/")?.1.rsplit('/').next());
    // A quarantine names the user instead of the key.
    let user = said.user.clone().or_else(|| owner.map(short));
    let said = Mention { user, ..said };
    if keys.is_empty() && said.user.is_some() {
        notice.mention(said.clone());
    }
    add(notice, &keys, &said);
    true
}

fn guardduty(notice: &mut Notice, finding: &Object) -> bool {
    let kind = words(finding, "type").unwrap_or_default();
    let about_a_key = at(finding, "resource.accessKeyDetails").is_some_and(Value::is_object)
        || words(finding, "resource.resourceType").is_some_and(|kind| kind == "AccessKey");
    if !about_a_key && !kind.starts_with("AttackSequence:") {
        return false;
    }
    notice.format = Format::Guardduty;
    set(&mut notice.account, words(finding, "accountId"));
    set(&mut notice.finding_id, words(finding, "id"));
    set(
        &mut notice.subject,
        words(finding, "title").or_else(|| Some(kind.clone())),
    );
    let call = |member: &str| words(finding, &format!("service.action.awsApiCallAction.{member}"));
    let said = Mention {
        user: words(finding, "resource.accessKeyDetails.userName"),
        unique_id: words(finding, "resource.accessKeyDetails.principalId"),
        event: call("api").or(Some(kind)).filter(|event| !event.is_empty()),
        time: moment(finding, &["service.eventFirstSeen", "createdAt", "updatedAt"]),
        address: ["ipAddressV4", "ipAddressV6"]
            .iter()
            .find_map(|member| address(&call(&format!("remoteIpDetails.{member}"))?)),
        country: call("remoteIpDetails.country.countryName"),
        ..Mention::default()
    };
    let key = words(finding, "resource.accessKeyDetails.accessKeyId").unwrap_or_default();
    match search::first_key(&key) {
        Some(key) => add(notice, &[key], &said),
        // The keys of an attack sequence stand somewhere in it; what is said of the source holds all the same.
        None => notice.mention(said),
    }
    true
}

fn asff(notice: &mut Notice, finding: &Object) -> bool {
    let version = words(finding, "schemaVersion");
    if version.as_deref() != Some("2018-10-08") || values(finding, "resources").next().is_none() {
        return false;
    }
    notice.format = Format::Asff;
    set(&mut notice.account, words(finding, "awsAccountId"));
    set(&mut notice.finding_id, words(finding, "id"));
    set(&mut notice.subject, words(finding, "title"));
    let call = |member: &str| words(finding, &format!("action.awsApiCallAction.{member}"));
    let said = Mention {
        event: call("api").or_else(|| texts(finding, "types").next()),
        time: moment(
            finding,
            &[
                "action.awsApiCallAction.firstSeen",
                "firstObservedAt",
                "createdAt",
                "updatedAt",
            ],
        ),
        address: ["ipAddressV4", "ipAddressV6"]
            .iter()
            .find_map(|member| address(&call(&format!("remoteIpDetails.{member}"))?)),
        country: call("remoteIpDetails.country.countryName"),
        ..Mention::default()
    };
    let resources: Vec<&Object> = values(finding, "resources").filter_map(Value::as_object).collect();
    let mut named = false;
    for resource in resources {
        let details = |member: &str| words(resource, &format!("details.awsIamAccessKey.{member}"));
        let id = words(resource, "id").unwrap_or_default();
        let id = details("accessKeyId").unwrap_or(id);
        if let Some(key) = search::first_key(&id) {
            named = true;
            let said = Mention {
                user: details("principalName").or_else(|| details("userName")),
                unique_id: details("principalId"),
                ..said.clone()
            };
            add(notice, &[key], &said);
        }
    }
    if !named {
        notice.mention(said);
    }
    true
}

/// Adds what is said of keys. The pages of one event may name a key twice: what is there is completed.
fn add(notice: &mut Notice, keys: &[&str], said: &Mention) {
    for key in keys {
        match notice.mentions.iter_mut().find(|m| m.key.as_deref() == Some(key)) {
            Some(known) => known.complete(said),
            None => notice.mention(Mention {
                key: Some((*key).to_owned()),
                ..said.clone()
            }),
        }
    }
}

fn set(place: &mut Option<String>, value: Option<String>) {
    if place.is_none() {
        *place = value;
    }
}

/// A member by its path. The first letter of each name may be small or capital: EventBridge and the command line differ.
fn at<'v>(object: &'v Object, path: &str) -> Option<&'v Value> {
    let (name, rest) = path
        .split_once('.')
        .map_or((path, None), |(name, rest)| (name, Some(rest)));
    let value = object.get(name).or_else(|| object.get(&capital(name)))?;
    match rest {
        Some(rest) => at(value.as_object()?, rest),
        None => Some(value),
    }
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_ascii_uppercase().to_string() + letters.as_str()
    })
}

fn words(object: &Object, path: &str) -> Option<String> {
    at(object, path)?.as_str().map(short).filter(|text| !text.is_empty())
}

fn values<'v>(object: &'v Object, path: &str) -> impl Iterator<Item = &'v Value> + use<'v> {
    at(object, path).and_then(Value::as_array).into_iter().flatten()
}

fn texts<'v>(object: &'v Object, path: &str) -> impl Iterator<Item = String> + use<'v> {
    values(object, path).filter_map(Value::as_str).map(short)
}

/// The first of some members that holds a time.
fn moment(object: &Object, paths: &[&str]) -> Option<Moment> {
    paths.iter().find_map(|path| match at(object, path)? {
        Value::String(text) => Moment::read(text),
        number @ Value::Number(_) => Moment::number(number),
        _ => None,
    })
}
