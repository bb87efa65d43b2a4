//! The XML of the query protocols. Answers are written as JSON values everywhere else and become XML here.

use serde_json::{Value, json};

/// An answer of STS or IAM.
pub fn query_answer(service: &str, action: &str, members: &Value, request_id: &str) -> String {
    let result = match members {
        // Calls that only change something have no result element.
        Value::Null => String::new(),
        _ => element(&format!("{action}Result"), members, "member"),
    };
    let metadata = element("ResponseMetadata", &json!({"RequestId": request_id}), "member");
    let name = format!("{action}Response");
    format!("<{name} xmlns=\"{}\">{result}{metadata}</{name}>", namespace(service))
}

/// An error of STS or IAM.
pub fn query_error(service: &str, status: u16, code: &str, message: &str, request_id: &str) -> String {
    let side = if status < 500 { "Sender" } else { "Receiver" };
    let error = json!({"Error": {"Type": side, "Code": code, "Message": message}, "RequestId": request_id});
    format!(
        "<ErrorResponse xmlns=\"{}\">{}</ErrorResponse>",
        namespace(service),
        inner(&error, "member")
    )
}

/// An answer of EC2.
pub fn ec2_answer(action: &str, members: &Value, request_id: &str) -> String {
    let name = format!("{action}Response");
    let id = element("requestId", &json!(request_id), "item");
    let xmlns = "http://ec2.amazonaws.com/doc/2016-11-15/";
    format!("<{name} xmlns=\"{xmlns}\">{id}{}</{name}>", inner(members, "item"))
}

/// An error of EC2.
pub fn ec2_error(code: &str, message: &str, request_id: &str) -> String {
    let error = json!({"Errors": {"Error": {"Code": code, "Message": message}}, "RequestID": request_id});
    element("Response", &error, "item")
}

fn namespace(service: &str) -> &'static str {
    match service {
        "sts" => "https://sts.amazonaws.com/doc/2011-06-15/",
        _ => "https://iam.amazonaws.com/doc/2010-05-08/",
    }
}

fn element(name: &str, value: &Value, item: &str) -> String {
    match value {
        Value::Null => String::new(),
        // A map is a row of entries, without an element around them.
        Value::Array(entries) if name == "entry" => entries.iter().map(|e| element(name, e, item)).collect(),
        _ => format!("<{name}>{}</{name}>", inner(value, item)),
    }
}

fn inner(value: &Value, item: &str) -> String {
    match value {
        Value::Object(members) => members.iter().map(|(name, value)| element(name, value, item)).collect(),
        Value::Array(items) => items.iter().map(|value| element(item, value, item)).collect(),
        Value::String(text) => escaped(text),
        other => other.to_string(),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
