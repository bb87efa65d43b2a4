//! Any text is a digest, or is not: one that nobody signed is never valid, and nothing that it names is.

#![no_main]

use keytrail::cloudtrail::digest::{Keys, Outcome, Seen, SeenDigest, SeenLog, Signature, verify};
use libfuzzer_sys::fuzz_target;

const NAME: &str = "111122223333_CloudTrail-Digest_us-east-1_trail_us-east-1_20260304T110500Z.json.gz";

fuzz_target!(|texts: (&[u8], &[u8])| {
    let (first, second) = texts;
    let _ = (Keys::parse(first), Signature::parse_all(first));
    let digest = |name: &str, text: &[u8]| SeenDigest::new(name.to_owned(), Ok(text.to_vec()), None);
    let seen = Seen {
        digests: vec![digest(NAME, first), digest(&NAME.replace("T11", "T12"), second)],
        logs: vec![SeenLog {
            file: "111122223333_CloudTrail_us-east-1_20260304T1020Z_ExampleUniqueA10.json.gz".to_owned(),
            sha256: Ok([0; 32]),
        }],
        others: 0,
    };
    let _ = seen.wanted();
    let found = verify(&seen, &Keys::default());
    assert!(found.files.iter().all(|file| file.outcome != Outcome::Valid));
    assert_eq!(found.whole().count(), 0);
});
