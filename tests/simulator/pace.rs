//! The rate, the latencies, the perfect schedule, and the log that proves what was asked.

use std::io::{Read, Write};

use serde_json::json;

use crate::aws::{Aws, Region, Role, User};
use crate::client::Client;
use crate::support::incident::*;
use crate::{account, attribute, calls};

#[test]
fn each_region_has_an_allowance_of_its_own() {
    // So slow that nothing comes back while the test runs.
    let aws = Aws::new(ACCOUNT).rate(1e-9, 2.0).start();
    let lookup = |region| Client::new(&aws).region(region).lookup(&json!({})).error();
    let throttled = (400, "ThrottlingException".to_owned());
    assert_eq!(lookup("us-east-1").0, 200);
    assert_eq!(lookup("us-east-1").0, 200);
    assert_eq!(lookup("us-east-1"), throttled);
    assert_eq!(lookup("eu-west-1").0, 200);
    assert!((aws.log().throttled_share() - 0.25).abs() < 1e-9);
    assert_eq!(Client::new(&aws).query("sts", "GetCallerIdentity", &[]).status, 200);
}

#[test]
fn the_allowance_comes_back_with_time() {
    let aws = Aws::new(ACCOUNT).rate(2.0, 1.0).speed(100.0).start();
    let client = Client::new(&aws);
    let mut answered = 0;
    while answered < 10 {
        answered += u32::from(client.lookup(&json!({})).status == 200);
    }
    let log = aws.log();
    let times: Vec<f64> = log.lookups().iter().filter(|e| e.status == 200).map(|e| e.at).collect();
    // The clock is the simulation's own: nine more tokens at two a second.
    assert!(times[9] - times[0] > 4.4, "{times:?}");
}

#[test]
fn latencies_are_drawn_from_the_seed_and_written_down() {
    let run = |seed| {
        let aws = account(&[])
            .seed(seed)
            .speed(1e6)
            .region("us-east-1", Region::enabled().latency_mean(4.0))
            .start();
        let client = Client::new(&aws);
        for _ in 0..300 {
            assert_eq!(client.lookup(&json!({})).status, 200);
        }
        aws.log().0.iter().map(|entry| entry.latency).collect::<Vec<_>>()
    };
    let drawn = run(3);
    let mean = drawn.iter().sum::<f64>() / 300.0;
    assert!((3.2..4.8).contains(&mean), "{mean}");
    assert!(drawn.iter().all(|latency| (0.0..=35.0).contains(latency)));
    assert!(
        drawn.iter().any(|latency| *latency > 12.0),
        "now and then a call takes several times the mean"
    );
    assert_eq!(drawn, run(3));
    assert_ne!(drawn, run(4));
}

#[test]
fn the_perfect_schedule_is_bound_by_the_rate_and_by_the_latencies_drawn() {
    let (calls, _) = calls(501);
    let aws = account(&calls).rate(2.0, 2.0).start();
    let perfect = aws.perfect_schedule("AccessKeyId", SEED);
    assert!((perfect - 5.0).abs() < 1e-9, "page 11 goes out after 5 s: {perfect}");

    let aws = account(&calls).rate(2.0, 2.0).speed(1e6).latency_mean(4.0).start();
    let perfect = aws.perfect_schedule("AccessKeyId", SEED);
    Client::new(&aws).lookup(&attribute("AccessKeyId", SEED));
    let first = aws.log().0[0].latency;
    assert!(first > 0.0 && perfect >= first.max(5.0), "{perfect}");
}

#[test]
fn the_log_tells_reading_from_writing_and_what_was_asked_twice() {
    let aws = account(&calls(3).0)
        .user(User::new("app").key(SEED))
        .role(Role::new("audit"))
        .start();
    let client = Client::new(&aws);
    client.lookup(&attribute("AccessKeyId", SEED));
    client.lookup(&attribute("AccessKeyId", "AKIAZZOTHER000000001"));
    let role = role_arn("audit");
    client.query("sts", "AssumeRole", &[("RoleArn", &role), ("RoleSessionName", "me")]);
    client.query("iam", "GetUser", &[("UserName", "app")]);
    let log = aws.log();
    assert!(log.writes().is_empty() && log.asked_twice().is_empty());
    assert_eq!(
        log.lookups_per_region().into_iter().collect::<Vec<_>>(),
        [("us-east-1", 2)]
    );

    client.lookup(&attribute("AccessKeyId", SEED));
    let fields = [("UserName", "app"), ("AccessKeyId", SEED), ("Status", "Inactive")];
    assert_eq!(client.query("iam", "UpdateAccessKey", &fields).status, 200);
    client.query("ec2", "RunInstances", &[]);
    let log = aws.log();
    let twice: Vec<_> = log.asked_twice().iter().filter_map(|entry| entry.attribute()).collect();
    assert_eq!(twice, [("AccessKeyId", SEED)]);
    let writes: Vec<_> = log.writes().iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(
        writes,
        ["UpdateAccessKey", "RunInstances"],
        "also what it does not know"
    );
}

#[test]
fn a_connection_serves_many_requests_and_many_connections_live_at_once() {
    let aws = Aws::new(ACCOUNT).start();
    let address = aws.url().replace("http://", "");
    let mut streams: Vec<_> = (0..40)
        .map(|_| std::net::TcpStream::connect(&address).expect("a connection"))
        .collect();
    for _ in 0..2 {
        for stream in &mut streams {
            stream
                .write_all(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n")
                .expect("sent");
        }
        for stream in &mut streams {
            let mut answer = Vec::new();
            while !answer.ends_with(b"</ErrorResponse>") {
                let mut piece = [0; 4096];
                let length = stream.read(&mut piece).expect("an answer");
                assert!(length > 0, "the connection stays open");
                answer.extend_from_slice(&piece[..length]);
            }
            assert!(answer.starts_with(b"HTTP/1.1 403"));
        }
    }
}
