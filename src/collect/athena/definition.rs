//! The statement that makes a table of a trail's logs.

use std::str::FromStr;

use crate::collect::sql::text::Literal;

/// Where a trail puts the logs of an account: `s3://BUCKET/[PREFIX/]AWSLogs/[ORGANIZATION/]ACCOUNT/CloudTrail`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location(String);

impl FromStr for Location {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim_end_matches('/');
        // None of these has a meaning in a statement.
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-=+!".contains(c);
        let path = text.strip_prefix("s3://").unwrap_or_default();
        if path.chars().all(is_plain) && path.contains("/AWSLogs/") && path.ends_with("/CloudTrail") {
            Ok(Self(text.to_owned()))
        } else {
            Err(
                "write it as s3://BUCKET/AWSLogs/ACCOUNT/CloudTrail: the folder with a folder for each region"
                    .to_owned(),
            )
        }
    }
}

impl Location {
    /// The place of an account's logs, from what a trail says.
    pub(super) fn of_trail(bucket: &str, prefix: Option<&str>, account: &str) -> Option<Self> {
        let prefix = prefix.filter(|prefix| !prefix.is_empty());
        let prefix = prefix.map(|prefix| format!("{}/", prefix.trim_matches('/')));
        let prefix = prefix.unwrap_or_default();
        format!("s3://{bucket}/{prefix}AWSLogs/{account}/CloudTrail")
            .parse()
            .ok()
    }
}

/// The members of a record as columns, as AWS's manual has them, and what it lacks of the identity.
const COLUMNS: &str = "\
    `eventversion` string,
    `useridentity` struct<type:string,principalid:string,arn:string,accountid:string,invokedby:string,\
accesskeyid:string,username:string,identityprovider:string,credentialid:string,\
onbehalfof:struct<userid:string,identitystorearn:string>,\
sessioncontext:struct<attributes:struct<mfaauthenticated:string,creationdate:string>,\
sessionissuer:struct<type:string,principalid:string,arn:string,accountid:string,username:string>,\
sourceidentity:string,ec2roledelivery:string,signinsessionarn:string,\
webidfederationdata:struct<federatedprovider:string,attributes:map<string,string>>>>,
    `eventtime` string,
    `eventsource` string,
    `eventname` string,
    `awsregion` string,
    `sourceipaddress` string,
    `useragent` string,
    `errorcode` string,
    `errormessage` string,
    `requestparameters` string,
    `responseelements` string,
    `additionaleventdata` string,
    `requestid` string,
    `eventid` string,
    `readonly` string,
    `resources` array<struct<arn:string,accountid:string,type:string>>,
    `eventtype` string,
    `apiversion` string,
    `managementevent` string,
    `recipientaccountid` string,
    `serviceeventdetails` string,
    `sharedeventid` string,
    `vpcendpointid` string,
    `eventcategory` string,
    `sessioncredentialfromconsole` string,
    `tlsdetails` struct<tlsversion:string,ciphersuite:string,clientprovidedhostheader:string>";

/// Why no statement can be made.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` can be no name of a database or table that is made: use small letters, digits and _")]
pub(super) struct UnfitName(String);

/// The statement that makes the table: partitions by region and day are projected, so that nobody has to add any.
pub(super) fn definition(
    database: &str,
    table: &str,
    Location(location): &Location,
    regions: &[String],
) -> Result<String, UnfitName> {
    let is_plain = |name: &str| {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        !name.is_empty() && name.bytes().all(plain)
    };
    for name in [database, table] {
        if !is_plain(name) {
            return Err(UnfitName(name.to_owned()));
        }
    }
    let plain = |region: &&String| region.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let regions: Vec<&str> = regions.iter().filter(plain).map(String::as_str).collect();
    let regions = Literal::new(&regions.join(","))
        .map(|list| list.to_string())
        .unwrap_or_default();
    Ok(format!(
        "CREATE EXTERNAL TABLE `{database}`.`{table}` (\n    {COLUMNS})\n\
         PARTITIONED BY (`region` string, `timestamp` string)\n\
         ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'\n\
         STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'\n\
         OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'\n\
         LOCATION '{location}/'\n\
         TBLPROPERTIES (\n    \
         'projection.enabled' = 'true',\n    \
         'projection.region.type' = 'enum',\n    \
         'projection.region.values' = {regions},\n    \
         'projection.timestamp.type' = 'date',\n    \
         'projection.timestamp.format' = 'yyyy/MM/dd',\n    \
         'projection.timestamp.interval' = '1',\n    \
         'projection.timestamp.interval.unit' = 'DAYS',\n    \
         'projection.timestamp.range' = '2013/11/01,NOW+1DAY',\n    \
         'storage.location.template' = '{location}/${{region}}/${{timestamp}}')"
    ))
}
