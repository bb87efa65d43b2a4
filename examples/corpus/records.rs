//! Everyday traffic of an account: mostly services and role sessions.

use std::io::Write;

use chrono::{DateTime, Utc};

/// The account of the corpus.
pub(crate) const ACCOUNT: &str = "111122223333";
/// Its regions.
pub(crate) const REGIONS: [&str; 4] = ["us-east-1", "eu-west-1", "eu-central-1", "us-west-2"];

/// A seeded xorshift: the same corpus on every machine.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let drawn = (self.next() >> 32) % end.max(1) as u64;
        usize::try_from(drawn).unwrap_or_default()
    }

    fn draw(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length)
            .map(|_| char::from(alphabet[self.below(alphabet.len())]))
            .collect()
    }

    /// A unique id or key id: the prefix and 16 capitals or digits.
    pub(crate) fn id(&mut self, prefix: &str) -> String {
        format!("{prefix}{}", self.draw(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16))
    }

    pub(crate) fn letters(&mut self, length: usize) -> String {
        self.draw(
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
            length,
        )
    }

    pub(crate) fn uuid(&mut self) -> String {
        let (a, b) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
            a >> 32,
            a & 0xffff,
            (a >> 16) & 0xfff,
            b & 0xfff,
            b >> 16
        )
    }

    /// An address of the documentation ranges.
    pub(crate) fn address(&mut self) -> String {
        let range = ["192.0.2", "198.51.100", "203.0.113"][self.below(3)];
        format!("{range}.{}", 1 + self.below(254))
    }
}

/// One running session of a role.
struct Session {
    role: usize,
    name: String,
    key: String,
}

struct Role {
    name: String,
    id: String,
    service: &'static str,
}

/// The account's roles and the sessions that are open.
pub(crate) struct Traffic {
    roles: Vec<Role>,
    sessions: Vec<Session>,
}

const SERVICES: [&str; 4] = [
    "lambda.amazonaws.com",
    "ec2.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "config.amazonaws.com",
];
const AGENTS: [&str; 5] = [
    "aws-sdk-go/1.44.157 (go1.19.3; linux; amd64) amazon-ssm-agent/3.2.815.0",
    "Boto3/1.28.57 md/Botocore#1.31.57 ua/2.0 os/linux#5.10.192-183.736.amzn2.x86_64 md/arch#x86_64 lang/python#3.11.5 md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.31.57",
    "aws-sdk-java/2.20.144 Linux/5.10.192 OpenJDK_64-Bit_Server_VM/17.0.8+7-LTS Java/17.0.8 vendor/Amazon.com_Inc. io/sync http/Apache cfg/retry-mode/standard",
    "APN/1.0 HashiCorp/1.0 Terraform/1.5.7 (+https://www.terraform.io) terraform-provider-aws/5.17.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.21.0 os/linux lang/go#1.20.8 md/GOOS#linux md/GOARCH#amd64 api/ec2#1.118.0",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/117.0.0.0 Safari/537.36",
];

impl Traffic {
    pub(crate) fn new(random: &mut Random) -> Self {
        let roles = (0..60).map(|n| Role {
            name: format!(
                "platform-{}-service-role-{n}",
                ["api", "worker", "batch", "audit"][n % 4]
            ),
            id: random.id("AROA"),
            service: SERVICES[n % SERVICES.len()],
        });
        let mut traffic = Self {
            roles: roles.collect(),
            sessions: Vec::new(),
        };
        for _ in 0..120 {
            let session = traffic.open(random);
            traffic.sessions.push(session);
        }
        traffic
    }

    fn open(&self, random: &mut Random) -> Session {
        let role = random.below(self.roles.len());
        let name = match self.roles[role].service {
            "ec2.amazonaws.com" => format!("i-0{}", random.uuid().replace('-', "").split_at(16).0),
            "lambda.amazonaws.com" => format!("process-orders-{}", role % 7),
            _ => random.letters(32),
        };
        Session {
            role,
            name,
            key: random.id("ASIA"),
        }
    }

    /// Appends one record.
    pub(crate) fn write(&mut self, out: &mut Vec<u8>, time: DateTime<Utc>, region: &str, random: &mut Random) {
        match random.below(100) {
            0..10 => self.assume_role(out, time, region, random),
            10..14 => service_event(out, time, region, random),
            _ => self.session_call(out, time, region, random),
        }
    }

    fn assume_role(&mut self, out: &mut Vec<u8>, time: DateTime<Utc>, region: &str, random: &mut Random) {
        let session = self.open(random);
        let Role { name, id, service } = &self.roles[session.role];
        let stamp = stamp(time);
        let expires = time.format("%b %d, %Y, %I:%M:%S %p");
        let request = format!(
            r#"{{"roleArn":"arn:aws:iam::{ACCOUNT}:role/{name}","roleSessionName":"{}","durationSeconds":3600}}"#,
            session.name
        );
        let response = format!(
            r#"{{"credentials":{{"accessKeyId":"{key}","sessionToken":"{token}","expiration":"{expires}"}},"assumedRoleUser":{{"assumedRoleId":"{id}:{session_name}","arn":"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{session_name}"}}}}"#,
            key = session.key,
            token = random.letters(760),
            session_name = session.name,
        );
        let resources = format!(
            r#","resources":[{{"accountId":"{ACCOUNT}","type":"AWS::IAM::Role","ARN":"arn:aws:iam::{ACCOUNT}:role/{name}"}}]"#
        );
        let call = Call {
            identity: format!(r#"{{"type":"AWSService","invokedBy":"{service}"}}"#),
            source: "sts.amazonaws.com",
            name: "AssumeRole",
            address: service.to_string(),
            agent: service,
            request,
            response,
            read_only: true,
            more: format!(r#"{resources},"sharedEventID":"{}""#, random.uuid()),
        };
        call.write(out, &stamp, region, random);
        let slot = random.below(self.sessions.len());
        self.sessions[slot] = session;
    }

    fn session_call(&self, out: &mut Vec<u8>, time: DateTime<Utc>, region: &str, random: &mut Random) {
        let session = &self.sessions[random.below(self.sessions.len())];
        let Role { name, id, service } = &self.roles[session.role];
        let stamp = stamp(time);
        let (key, session_name) = (&session.key, &session.name);
        let invoked_by = if random.below(6) == 0 {
            format!(r#","invokedBy":"{service}""#)
        } else {
            String::new()
        };
        let identity = format!(
            r#"{{"type":"AssumedRole","principalId":"{id}:{session_name}","arn":"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{session_name}","accountId":"{ACCOUNT}","accessKeyId":"{key}","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"{id}","arn":"arn:aws:iam::{ACCOUNT}:role/{name}","accountId":"{ACCOUNT}","userName":"{name}"}},"webIdFederationData":{{}},"attributes":{{"creationDate":"{}","mfaAuthenticated":"false"}}}}{invoked_by}}}"#,
            time.format("%Y-%m-%dT%H:00:00Z"),
        );
        let (source, event, request, response, read_only) = everyday_call(random, region);
        let call = Call {
            identity,
            source,
            name: event,
            address: random.address(),
            agent: AGENTS[random.below(AGENTS.len())],
            request,
            response,
            read_only,
            more: String::new(),
        };
        call.write(out, &stamp, region, random);
    }
}

/// What a call leaves in the log, but for the ids every record has.
pub(crate) struct Call<'a> {
    pub(crate) identity: String,
    pub(crate) source: &'a str,
    pub(crate) name: &'a str,
    pub(crate) address: String,
    pub(crate) agent: &'a str,
    pub(crate) request: String,
    pub(crate) response: String,
    pub(crate) read_only: bool,
    pub(crate) more: String,
}

impl Call<'_> {
    pub(crate) fn write(&self, out: &mut Vec<u8>, stamp: &str, region: &str, random: &mut Random) {
        let Self {
            identity,
            source,
            name,
            address,
            agent,
            request,
            response,
            read_only,
            more,
        } = self;
        let (request_id, event_id) = (random.uuid(), random.uuid());
        // Writing to a Vec cannot fail.
        let _ = write!(
            out,
            r#"{{"eventVersion":"1.08","userIdentity":{identity},"eventTime":"{stamp}","eventSource":"{source}","eventName":"{name}","awsRegion":"{region}","sourceIPAddress":"{address}","userAgent":"{agent}","requestParameters":{request},"responseElements":{response},"requestID":"{request_id}","eventID":"{event_id}","readOnly":{read_only}{more},"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"{ACCOUNT}","eventCategory":"Management","tlsDetails":{{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"{host}.{region}.amazonaws.com"}}}}"#,
            host = source.split('.').next().unwrap_or_default(),
        );
    }
}

/// CloudTrail's form of a time.
pub(crate) fn stamp(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn everyday_call(random: &mut Random, region: &str) -> (&'static str, &'static str, String, String, bool) {
    let null = || "null".to_owned();
    match random.below(20) {
        0..5 => {
            let bucket = format!("data-lake-{}", random.below(40));
            let key = format!(
                r#"{{"encryptionAlgorithm":"SYMMETRIC_DEFAULT","encryptionContext":{{"aws:s3:arn":"arn:aws:s3:::{bucket}/year=2026/part-{}.parquet"}}}}"#,
                random.letters(12)
            );
            ("kms.amazonaws.com", "Decrypt", key, null(), true)
        }
        5..8 => {
            let items: Vec<_> = (0..=random.below(6))
                .map(|_| {
                    format!(
                        r#"{{"instanceId":"i-0{}"}}"#,
                        random.uuid().replace('-', "").split_at(16).0
                    )
                })
                .collect();
            let request = format!(
                r#"{{"instancesSet":{{"items":[{}]}},"filterSet":{{}}}}"#,
                items.join(",")
            );
            ("ec2.amazonaws.com", "DescribeInstances", request, null(), true)
        }
        8..10 => {
            let request = format!(
                r#"{{"maxResults":50,"filterSet":{{"items":[{{"name":"tag:Owner","valueSet":{{"items":[{{"value":"team-{}"}}]}}}}]}}}}"#,
                random.below(30)
            );
            ("ec2.amazonaws.com", "DescribeNetworkInterfaces", request, null(), true)
        }
        10..12 => {
            let request = format!(
                r#"{{"Host":"data-lake-{0}.s3.{region}.amazonaws.com","bucketName":"data-lake-{0}","acl":""}}"#,
                random.below(40)
            );
            ("s3.amazonaws.com", "GetBucketAcl", request, null(), true)
        }
        12 => {
            let request = format!(
                r#"{{"functionName":"arn:aws:lambda:{region}:{ACCOUNT}:function:process-orders-{}"}}"#,
                random.below(7)
            );
            ("lambda.amazonaws.com", "GetFunction20150331v2", request, null(), true)
        }
        13..15 => {
            let request = format!(
                r#"{{"logGroupName":"/aws/lambda/process-orders-{}","logStreamName":"2026/01/01/[$LATEST]{}"}}"#,
                random.below(7),
                random.uuid().replace('-', "")
            );
            ("logs.amazonaws.com", "CreateLogStream", request, null(), false)
        }
        15..17 => {
            let request = format!(
                r#"{{"policyDocument":"{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Effect\":\"Allow\",\"Action\":[\"s3:GetObject\",\"s3:PutObject\"],\"Resource\":\"arn:aws:s3:::data-lake-{}/*\"}}]}}","bucket":"b-{}"}}"#,
                random.below(40),
                random.letters(8)
            );
            ("s3.amazonaws.com", "PutBucketPolicy", request, null(), false)
        }
        17 => {
            let request = format!(
                r#"{{"secretId":"arn:aws:secretsmanager:{region}:{ACCOUNT}:secret:db-{}"}}"#,
                random.letters(6)
            );
            ("secretsmanager.amazonaws.com", "GetSecretValue", request, null(), true)
        }
        18 => {
            let response = format!(
                r#"{{"tasks":[],"failures":[{{"arn":"arn:aws:ecs:{region}:{ACCOUNT}:task/{}","reason":"MISSING"}}]}}"#,
                random.uuid()
            );
            (
                "ecs.amazonaws.com",
                "DescribeTasks",
                format!(r#"{{"cluster":"main","tasks":["{}"]}}"#, random.uuid()),
                response,
                true,
            )
        }
        _ => ("sts.amazonaws.com", "GetCallerIdentity", null(), null(), true),
    }
}

fn service_event(out: &mut Vec<u8>, time: DateTime<Utc>, region: &str, random: &mut Random) {
    let call = Call {
        identity: r#"{"type":"AWSService","invokedBy":"cloudtrail.amazonaws.com"}"#.to_owned(),
        source: "kms.amazonaws.com",
        name: "GenerateDataKey",
        address: "cloudtrail.amazonaws.com".to_owned(),
        agent: "cloudtrail.amazonaws.com",
        request: format!(
            r#"{{"keySpec":"AES_256","encryptionContext":{{"aws:cloudtrail:arn":"arn:aws:cloudtrail:{region}:{ACCOUNT}:trail/main","aws:s3:arn":"arn:aws:s3:::trail-{ACCOUNT}/AWSLogs/{ACCOUNT}/CloudTrail/{region}/{}.json.gz"}},"keyId":"arn:aws:kms:{region}:{ACCOUNT}:key/{}"}}"#,
            random.letters(16),
            random.uuid()
        ),
        response: "null".to_owned(),
        read_only: true,
        more: format!(r#","sharedEventID":"{}""#, random.uuid()),
    };
    call.write(out, &stamp(time), region, random);
}
