//! What became of each file.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::keys::Keys;
use super::name::{Kind, Name, file_name};
use super::proof::{Proof, proofs};
use super::seen::{Broken, Seen, SeenDigest, SeenLog};
use super::text::{Digest, Entry};
use super::verdict::{Checked, Outcome, Verification};
use super::window::{self, Before, Sound};

/// Judges everything that was seen.
pub fn verify(seen: &Seen, keys: &Keys) -> Verification {
    let proofs = proofs(&seen.digests, keys);
    let digests: Vec<(&SeenDigest, &Proof)> = seen.digests.iter().zip(&proofs).collect();
    let claims = claims(&digests);
    let mut logs: Vec<Checked> = seen.logs.iter().map(|log| judge(log, &claims, &digests)).collect();
    logs.extend(missing_logs(&seen.logs, &claims));

    let not_valid = |log: &Checked| (log.outcome != Outcome::Valid).then(|| file_name(&log.file).to_owned());
    let not_valid: HashSet<String> = logs.iter().filter_map(not_valid).collect();
    let by_name: HashMap<&str, Before> = digests
        .iter()
        .map(|(seen, proof)| (seen.name(), state(seen, proof)))
        .collect();
    let before = |name: &str| by_name.get(name).copied().unwrap_or(Before::Missing);
    let sound = digests.iter().filter(|(_, proof)| !proof.is_changed());
    let sound = sound.filter_map(|(seen, proof)| {
        let digest = &seen.text.as_ref().ok()?.digest;
        let is_whole =
            **proof == Proof::Valid && !digest.logs.iter().any(|entry| not_valid.contains(entry.object.name()));
        let name = seen.name();
        Some(Sound { name, digest, is_whole })
    });
    let trails = window::trails(sound, before);

    let mut files: Vec<Checked> = digests.iter().map(|(seen, proof)| checked(seen, proof)).collect();
    files.extend(missing_digests(&digests, &by_name));
    files.extend(logs);
    files.extend(seen.loose.iter().map(|file| loose(file)));
    files.sort_by(|a, b| (a.kind, &a.file).cmp(&(b.kind, &b.file)));
    Verification {
        files,
        trails,
        others: seen.others,
    }
}

fn state(seen: &SeenDigest, proof: &Proof) -> Before {
    match (proof, &seen.text) {
        (Proof::Changed(_), _) => Before::Changed,
        (_, Err(_)) => Before::Unread,
        (Proof::Valid | Proof::Unchecked(_), Ok(_)) => Before::Sound,
    }
}

fn checked(seen: &SeenDigest, proof: &Proof) -> Checked {
    let (outcome, reason) = match proof {
        Proof::Valid => (Outcome::Valid, String::new()),
        Proof::Changed(why) => (Outcome::Changed, why.clone()),
        Proof::Unchecked(why) => (Outcome::Unchecked, why.clone()),
    };
    let digest = seen.text.as_ref().ok().map(|text| &text.digest);
    Checked {
        file: seen.file.clone(),
        kind: Kind::Digest,
        outcome,
        reason,
        from: digest.map(|digest| digest.start),
        until: digest.map_or_else(|| time_of(seen.name()), |digest| Some(digest.end)),
        digest: None,
    }
}

/// Nothing proves what stands in a file that is no part of a trail.
fn loose(file: &str) -> Checked {
    Checked {
        file: file.to_owned(),
        kind: Kind::Other,
        outcome: Outcome::NotCovered,
        reason: "it is no part of a trail, and whoever reads this folder reads it too".to_owned(),
        from: None,
        until: None,
        digest: None,
    }
}

fn time_of(name: &str) -> Option<DateTime<Utc>> {
    Name::parse(name)?.time
}

/// The digests that others name as the ones before them, and that are not here.
fn missing_digests(digests: &[(&SeenDigest, &Proof)], here: &HashMap<&str, Before>) -> Vec<Checked> {
    let mut missing = BTreeMap::new();
    for (seen, proof) in digests {
        let previous = seen.text.as_ref().ok().and_then(|text| text.digest.previous.as_ref());
        let Some(object) = previous.map(|previous| &previous.object) else {
            continue;
        };
        if here.contains_key(object.name()) {
            continue;
        }
        missing.entry(object.name()).or_insert_with(|| Checked {
            file: object.uri(),
            kind: Kind::Digest,
            outcome: Outcome::Missing,
            reason: format!("a digest names it as the one before{}", itself(proof)),
            from: None,
            until: time_of(object.name()),
            digest: Some(seen.name().to_owned()),
        });
    }
    missing.into_values().collect()
}

/// What has to be said of a digest that names something, where it is not proved itself.
fn itself(proof: &Proof) -> &'static str {
    match proof {
        Proof::Valid => "",
        Proof::Changed(_) => "; that digest was changed itself",
        Proof::Unchecked(_) => "; that digest cannot be checked itself",
    }
}

/// What a digest says of a log file.
#[derive(Clone, Copy)]
struct Claim<'a> {
    entry: &'a Entry,
    digest: &'a str,
    proof: &'a Proof,
}

type Claims<'a> = HashMap<&'a str, Vec<Claim<'a>>>;

/// By the name of the log file; what is proved first.
fn claims<'a>(digests: &[(&'a SeenDigest, &'a Proof)]) -> Claims<'a> {
    let mut claims = Claims::new();
    for (seen, proof) in digests {
        for entry in seen.text.iter().flat_map(|text| &text.digest.logs) {
            let digest = seen.name();
            claims
                .entry(entry.object.name())
                .or_default()
                .push(Claim { entry, digest, proof });
        }
    }
    let weight = |claim: &Claim<'_>| match claim.proof {
        Proof::Valid => 0,
        Proof::Unchecked(_) => 1,
        Proof::Changed(_) => 2,
    };
    for claims in claims.values_mut() {
        claims.sort_by_key(weight);
    }
    claims
}

fn judge(log: &SeenLog, claims: &Claims<'_>, digests: &[(&SeenDigest, &Proof)]) -> Checked {
    let name = file_name(&log.file);
    let Some(claims) = claims.get(name) else {
        return Checked {
            file: log.file.clone(),
            kind: Kind::Log,
            outcome: Outcome::NotCovered,
            reason: not_covered(name, digests),
            from: None,
            until: None,
            digest: None,
        };
    };
    let has_hash =
        |claim: &&Claim<'_>| claim.entry.sha256.is_some() && claim.entry.sha256.as_ref() == log.sha256.as_ref().ok();
    // Of several that speak of it, the one that is proved and fits, else the best.
    let fitting = claims
        .iter()
        .find(has_hash)
        .filter(|claim| *claim.proof == Proof::Valid);
    let claim = fitting.unwrap_or(&claims[0]);
    let (outcome, reason) = match (&log.sha256, claim.proof) {
        (Err(Broken::Unread(why)), _) => (Outcome::Unchecked, why.clone()),
        (Err(Broken::Damaged(why)), Proof::Valid | Proof::Unchecked(_)) => (Outcome::Changed, why.clone()),
        (_, Proof::Changed(_)) => (
            Outcome::Unchecked,
            format!("the digest that names it was changed ({})", claim.digest),
        ),
        (Ok(_), _) if claim.entry.sha256.is_none() => {
            (Outcome::Unchecked, "its digest holds no SHA-256 of it".to_owned())
        }
        (Ok(_), proof) if !has_hash(&claim) => (
            Outcome::Changed,
            format!(
                "its hash is not the one in the digest {}{}",
                claim.digest,
                itself(proof)
            ),
        ),
        (Ok(_), proof @ Proof::Unchecked(_)) => (
            Outcome::Unchecked,
            format!("its hash is the one in the digest {}{}", claim.digest, itself(proof)),
        ),
        (Ok(_), Proof::Valid) => (Outcome::Valid, String::new()),
    };
    Checked {
        file: log.file.clone(),
        ..spoken_of(claim, outcome, reason)
    }
}

fn spoken_of(claim: &Claim<'_>, outcome: Outcome, reason: String) -> Checked {
    Checked {
        file: claim.entry.object.uri(),
        kind: Kind::Log,
        outcome,
        reason,
        from: claim.entry.oldest,
        until: claim.entry.newest,
        digest: Some(claim.digest.to_owned()),
    }
}

fn missing_logs(logs: &[SeenLog], claims: &Claims<'_>) -> Vec<Checked> {
    let here: HashSet<&str> = logs.iter().map(|log| file_name(&log.file)).collect();
    let missing = claims.iter().filter(|(name, _)| !here.contains(*name));
    let missing = missing.map(|(_, claims)| {
        let reason = format!("the digest {} names it{}", claims[0].digest, itself(claims[0].proof));
        spoken_of(&claims[0], Outcome::Missing, reason)
    });
    missing.collect()
}

/// Why no digest names a log file, as far as the time in its name tells.
fn not_covered(log: &str, digests: &[(&SeenDigest, &Proof)]) -> String {
    let Some((name, time)) = Name::parse(log).and_then(|name| Some((name, name.time?))) else {
        return "no digest names it, and its name is not one that CloudTrail gives".to_owned();
    };
    let of_the_same = digests.iter().filter(|(seen, proof)| {
        let digest = Name::parse(seen.name());
        let is_the_same = digest.is_some_and(|digest| (digest.account, digest.region) == (name.account, name.region));
        is_the_same && !proof.is_changed()
    });
    let of_the_same = of_the_same.filter_map(|(seen, _)| Some(&seen.text.as_ref().ok()?.digest));
    let same: Vec<&Digest> = of_the_same.collect();
    let covers = |digest: &&Digest| digest.start <= time && time < digest.end;
    let (first, last) = (
        same.iter().map(|digest| digest.start).min(),
        same.iter().map(|digest| digest.end).max(),
    );
    match (first, last) {
        (None, _) | (_, None) => "there is no digest of its account and region that could be relied on",
        (Some(first), _) if time < first => "it is older than all digests here",
        (_, Some(last)) if time >= last => {
            "it is newer than all digests here: the one that names it is written within an hour or two, or was left out"
        }
        _ if same.iter().any(covers) => {
            "the digest of its time does not name it: it was added, or CloudTrail delivered it late and a digest that was \
             written later names it"
        }
        _ => "no digest covers its time",
    }
    .to_owned()
}
