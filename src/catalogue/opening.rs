//! The openings of a security group that a call made or took back, as the command line takes them.

use serde_json::Value;

use crate::cloudtrail::json;

/// Each pair of ports and source, such as `IpProtocol=tcp,FromPort=22,ToPort=22,IpRanges=[{CidrIp=0.0.0.0/0}]`. What
/// cannot be told apart safely is left out.
pub(super) fn openings(body: &Value) -> Vec<String> {
    let of_request = json::values(body, "requestParameters.ipPermissions.items[]");
    let of_answer = || {
        let made = json::values(body, "responseElements.securityGroupRuleSet.items[]");
        let revoked = json::values(body, "responseElements.revokedSecurityGroupRuleSet.items[]");
        made.into_iter().chain(revoked).collect()
    };
    // A revocation may name rules by ids of their own: then only the answer says what they were.
    let rules: Vec<&Value> = if of_request.is_empty() { of_answer() } else { of_request };
    // One opening may stand in the request itself, without a list.
    let rules = if rules.is_empty() {
        json::values(body, "requestParameters")
    } else {
        rules
    };
    let mut found: Vec<String> = rules.into_iter().flat_map(rule).collect();
    found.sort();
    found.dedup();
    found
}

fn rule(rule: &Value) -> Vec<String> {
    let one = |path: &str| json::first(rule, path).filter(|text| is_plain(text));
    let Some(protocol) = one("ipProtocol") else {
        return Vec::new();
    };
    let ports = match (one("fromPort"), one("toPort")) {
        (Some(from), Some(to)) if protocol != "-1" => format!(",FromPort={from},ToPort={to}"),
        _ => String::new(),
    };
    [
        ("ipRanges.items[].cidrIp", "IpRanges", "CidrIp"),
        ("cidrIpv4|cidrIp", "IpRanges", "CidrIp"),
        ("ipv6Ranges.items[].cidrIpv6", "Ipv6Ranges", "CidrIpv6"),
        ("cidrIpv6", "Ipv6Ranges", "CidrIpv6"),
        ("groups.items[].groupId", "UserIdGroupPairs", "GroupId"),
        ("referencedGroupId", "UserIdGroupPairs", "GroupId"),
        ("prefixListIds.items[].prefixListId", "PrefixListIds", "PrefixListId"),
        ("prefixListId", "PrefixListIds", "PrefixListId"),
    ]
    .into_iter()
    .flat_map(|(path, list, member)| {
        json::path(rule, path)
            .into_iter()
            .map(move |source| (list, member, source))
    })
    .filter(|(_, _, source)| is_plain(source))
    .map(|(list, member, source)| format!("IpProtocol={protocol}{ports},{list}=[{{{member}={source}}}]"))
    .collect()
}

/// Nothing that the command line's short form gives a meaning.
fn is_plain(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || ".:/_-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_was_opened_and_what_was_taken_back_read_the_same_in_request_and_answer() {
        let ranges = json!({"items": [{"cidrIp": "0.0.0.0/0"}, {"cidrIp": "198.51.100.7/32"}]});
        let request = json!({"requestParameters": {"ipPermissions": {"items": [
            {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": ranges, "ipv6Ranges": {}, "groups": {}},
            {"ipProtocol": "-1", "ipv6Ranges": {"items": [{"cidrIpv6": "::/0"}]}},
        ]}}});
        let ssh = "IpProtocol=tcp,FromPort=22,ToPort=22,IpRanges=[{CidrIp=0.0.0.0/0}]";
        assert_eq!(
            openings(&request),
            [
                "IpProtocol=-1,Ipv6Ranges=[{CidrIpv6=::/0}]",
                ssh,
                "IpProtocol=tcp,FromPort=22,ToPort=22,IpRanges=[{CidrIp=198.51.100.7/32}]",
            ]
        );
        let answer = json!({"responseElements": {"revokedSecurityGroupRuleSet": {"items": [
            {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "cidrIpv4": "0.0.0.0/0"}]}}});
        assert_eq!(openings(&answer), [ssh]);
    }

    #[test]
    fn a_source_that_would_say_more_to_the_command_line_is_left_out() {
        let rule = |cidr: &str| {
            json!({"requestParameters": {"ipPermissions": {"items": [
                {"ipProtocol": "tcp", "fromPort": 1, "toPort": 2, "ipRanges": {"items": [{"cidrIp": cidr}]}}]}}})
        };
        assert!(openings(&rule("0.0.0.0/0},{CidrIp=10.0.0.0/8")).is_empty());
        assert_eq!(openings(&rule("10.0.0.0/8")).len(), 1);
    }
}
