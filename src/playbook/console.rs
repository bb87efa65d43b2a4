//! Pages of the AWS console: where they are in each partition.

use std::fmt::Write as _;

use serde::Deserialize;

use super::subject::{Names, Subject};
use super::template::Values;

/// A page of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Page {
    User,
    UserPermissions,
    Users,
    Role,
    RoleTrust,
    RoleSessions,
    Policy,
    RootCredentials,
    CredentialReport,
    Idp,
    Analyzer,
    EventsByKey,
    EventsByUser,
    Trails,
    Instance,
    Ec2,
    Lambda,
    Bucket,
    Bills,
    Account,
    Support,
    Guardduty,
    OrgPolicies,
    IdentityCenter,
}

/// A page of the console for something of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleLink {
    /// The name it is for; `None` for a page that is for nothing in particular.
    pub subject: Option<String>,
    /// Its address.
    pub url: String,
}

/// A partition's console.
struct Place {
    partition: &'static str,
    host: &'static str,
    /// Where its global services are.
    home: &'static str,
}

const PLACES: [Place; 3] = [
    Place {
        partition: "aws",
        host: "console.aws.amazon.com",
        home: "us-east-1",
    },
    Place {
        partition: "aws-us-gov",
        host: "console.amazonaws-us-gov.com",
        home: "us-gov-west-1",
    },
    Place {
        partition: "aws-cn",
        host: "console.amazonaws.cn",
        home: "cn-north-1",
    },
];

impl Page {
    /// Its address, with the names of what fills it in.
    fn pattern(self) -> &'static str {
        match self {
            Self::User => "https://{home}.{host}/iam/home#/users/details/{user}?section=security_credentials",
            Self::UserPermissions => "https://{home}.{host}/iam/home#/users/details/{user}?section=permissions",
            Self::Users => "https://{home}.{host}/iam/home#/users",
            Self::Role => "https://{home}.{host}/iam/home#/roles/details/{role}",
            Self::RoleTrust => "https://{home}.{host}/iam/home#/roles/details/{role}?section=trust_relationships",
            Self::RoleSessions => "https://{home}.{host}/iam/home#/roles/details/{role}?section=revoke_sessions",
            Self::Policy => "https://{home}.{host}/iam/home#/policies/details/{arn}",
            Self::RootCredentials => "https://{host}/iam/home#security_credential",
            Self::CredentialReport => "https://{home}.{host}/iam/home#/credential_report",
            Self::Idp => "https://{home}.{host}/iam/home#/identity_providers",
            Self::Analyzer => "https://{region}.{host}/access-analyzer/home?region={region}",
            Self::EventsByKey => "https://{home}.{host}/cloudtrailv2/home?region={home}#/events?AccessKeyId={key}",
            Self::EventsByUser => "https://{home}.{host}/cloudtrailv2/home?region={home}#/events?Username={user}",
            Self::Trails => "https://{home}.{host}/cloudtrailv2/home?region={home}#/trails",
            Self::Instance => "https://{region}.{host}/ec2/home?region={region}#InstanceDetails:instanceId={id}",
            Self::Ec2 => "https://{region}.{host}/ec2/home?region={region}#Instances:",
            Self::Lambda => "https://{region}.{host}/lambda/home?region={region}#/functions/{function}",
            Self::Bucket => "https://s3.{host}/s3/buckets/{bucket}?region={region}&tab=permissions",
            Self::Bills => "https://{host}/billing/home#/bills",
            Self::Account => "https://{host}/billing/home#/account",
            Self::Support => "https://support.{host}/support/home#/",
            Self::Guardduty => "https://{region}.{host}/guardduty/home?region={region}#/findings",
            Self::OrgPolicies => "https://{host}/organizations/v2/home/policies/service-control-policy",
            Self::IdentityCenter => "https://{home}.{host}/singlesignon/home#!/users",
        }
    }

    /// Its addresses: one for each subject that fills it in, each once.
    pub(super) fn links(self, names: &Names, subjects: &[&Subject]) -> Vec<ConsoleLink> {
        let partition = names.partition.as_deref().unwrap_or("aws");
        let place = PLACES.iter().find(|place| place.partition == partition);
        let place = place.unwrap_or(&PLACES[0]);
        let link = |subject: Option<&Subject>| {
            Some(ConsoleLink {
                subject: subject.map(|subject| subject.name.clone()),
                url: fill(self.pattern(), place, &names.values(subject))?,
            })
        };
        let general = link(None);
        let mut links: Vec<ConsoleLink> = Vec::new();
        if general.is_none() || self.pattern().contains("{region}") {
            for one in subjects.iter().filter_map(|subject| link(Some(subject))) {
                if links.iter().all(|known| known.url != one.url) {
                    links.push(one);
                }
            }
        }
        if links.is_empty() {
            links.extend(general);
        }
        links
    }
}

/// The address with its values percent-encoded; `None` where one is missing.
fn fill(pattern: &str, place: &Place, values: &Values<'_>) -> Option<String> {
    let mut url = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        url.push_str(before);
        match name {
            "host" => url.push_str(place.host),
            "home" => url.push_str(place.home),
            // It becomes a part of the host's name.
            "region" => url.push_str(
                values
                    .get(name)
                    .copied()
                    .filter(|region| is_region(region))
                    .unwrap_or(place.home),
            ),
            name => url.push_str(&encoded(values.get(name)?)),
        }
        rest = after;
    }
    url.push_str(rest);
    Some(url)
}

fn is_region(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn encoded(value: &str) -> String {
    let mut text = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}
