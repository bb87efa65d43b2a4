//! The program behind a user agent: the product, without what changes from call to call.

/// Words of a product's name, at most: what follows in an agent without a version is prose.
const MOST_WORDS: usize = 3;

/// The product that a user agent names: `aws-cli`, `Terraform`, `S3Console`, `Mozilla`.
pub(super) fn of(agent: &str) -> String {
    let agent = agent.trim().trim_start_matches('[');
    // `APN/1.0 HashiCorp/1.0 Terraform/1.5.5 ...`: the partner programme and the partner stand before the product.
    let agent = match agent.strip_prefix("APN/") {
        Some(_) => agent.split_whitespace().nth(2).unwrap_or(agent),
        None => agent,
    };
    let name = agent.split(['/', ',', ';', '(', ']']).next().unwrap_or_default();
    let mut words = name.split_whitespace().take(MOST_WORDS);
    let first = words.next().unwrap_or_default();
    let rest = words.take_while(|word| !is_version(word));
    let name = std::iter::once(first).chain(rest).collect::<Vec<_>>().join(" ");
    without_run_id(&name).to_owned()
}

fn is_version(word: &str) -> bool {
    let word = word.strip_prefix('v').unwrap_or(word);
    word.starts_with(|c: char| c.is_ascii_digit())
}

/// `stratus-red-team_0362e208-cc47-4ba7-9c39-195518d6e937`: every run of it would be another program.
fn without_run_id(name: &str) -> &str {
    const UUID: [usize; 5] = [8, 4, 4, 4, 12];
    let length = UUID.iter().sum::<usize>() + UUID.len() - 1;
    let Some((head, id)) = name.len().checked_sub(length).and_then(|at| name.split_at_checked(at)) else {
        return name;
    };
    let groups = id.split('-').map(|group| {
        let is_hex = group.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex.then_some(group.len())
    });
    let stem = head.trim_end_matches(['_', '-', '.']);
    if stem.is_empty() || !groups.eq(UUID.map(Some)) {
        return name;
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_runs_do_not_make_other_programs() {
        for (agent, program) in [
            (
                "aws-cli/2.17.9 md/awscrt#0.20.11 ua/2.0 os/linux md/command#iam.create-user",
                "aws-cli",
            ),
            (
                "[aws-cli/2.0.45 Python/3.7.4 Darwin/20.2.0 exe/x86_64 command/s3.cp]",
                "aws-cli",
            ),
            (
                "Boto3/1.26.165 md/Botocore#1.29.165 ua/2.0 os/linux lang/python#3.10.6",
                "Boto3",
            ),
            (
                "aws-sdk-go-v2/1.25.2 os/linux lang/go#1.21.7 md/GOOS#linux api/ec2#1.149.4",
                "aws-sdk-go-v2",
            ),
            (
                "APN/1.0 HashiCorp/1.0 Terraform/1.5.5 (+https://www.terraform.io) aws-sdk-go-v2/1.26.1",
                "Terraform",
            ),
            (
                "[APN/1.0 HashiCorp/1.0 Terraform/1.1.2 (+https://www.terraform.io)]",
                "Terraform",
            ),
            ("APN/1.0", "APN"),
            (
                "[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.488 Linux/5.10]",
                "S3Console",
            ),
            (
                "RDS Console, aws-internal/3 aws-sdk-java/1.11.975 Linux/5.10",
                "RDS Console",
            ),
            ("AWS Internal", "AWS Internal"),
            ("AWS Signin, aws-internal/3 aws-sdk-java/1.11.898", "AWS Signin"),
            ("S3 Browser/11.6.7 (https://s3browser.com)", "S3 Browser"),
            ("S3Browser 9-5-5 https://s3browser.com", "S3Browser"),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0",
                "Mozilla",
            ),
            (
                "amazon-vpc-cni-k8s/version/v1.15.4 aws-sdk-go/1.47.0",
                "amazon-vpc-cni-k8s",
            ),
            (
                "[stratus-red-team_0362e208-cc47-4ba7-9c39-195518d6e937]",
                "stratus-red-team",
            ),
            (
                "0362e208-cc47-4ba7-9c39-195518d6e937",
                "0362e208-cc47-4ba7-9c39-195518d6e937",
            ),
            ("cloudformation.amazonaws.com", "cloudformation.amazonaws.com"),
            ("my backup job v3 build 44", "my backup job"),
            ("one two three four", "one two three"),
            ("", ""),
            ("é日本", "é日本"),
        ] {
            assert_eq!(of(agent), program, "{agent}");
        }
    }
}
