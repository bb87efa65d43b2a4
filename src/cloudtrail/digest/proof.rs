//! Which digests are proved: by their own signature, or by the hash that a digest after them holds.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::keys::Keys;
use super::seen::{Broken, DigestText, SeenDigest};
use super::text::Previous;

/// What is known of a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Proof {
    /// CloudTrail wrote it.
    Valid,
    /// CloudTrail did not write it, or not so.
    Changed(String),
    /// It cannot be told.
    Unchecked(String),
}

impl Proof {
    pub(super) fn is_changed(&self) -> bool {
        matches!(self, Self::Changed(_))
    }
}

/// A digest that speaks of the one before it, and what is known of itself.
struct Successor<'a> {
    name: &'a str,
    previous: &'a Previous,
    proof: &'a Proof,
}

/// What is known of each digest.
pub(super) fn proofs(digests: &[SeenDigest], keys: &Keys) -> Vec<Proof> {
    let mut followed_by: HashMap<&str, Vec<(usize, &Previous)>> = HashMap::new();
    let mut newest_first = Vec::new();
    let mut proofs: Vec<Option<Proof>> = vec![None; digests.len()];
    for (at, seen) in digests.iter().enumerate() {
        match &seen.text {
            Ok(text) => {
                newest_first.push((Reverse(text.digest.end), at, text));
                if let Some(previous) = &text.digest.previous {
                    followed_by
                        .entry(previous.object.name())
                        .or_default()
                        .push((at, previous));
                }
            }
            Err(Broken::Damaged(why)) => proofs[at] = Some(Proof::Changed(why.clone())),
            Err(Broken::Unread(why)) => proofs[at] = Some(Proof::Unchecked(why.clone())),
        }
    }
    newest_first.sort_unstable_by_key(|(end, at, _)| (*end, *at));
    for (_, at, text) in newest_first {
        let seen = &digests[at];
        // One that claims to follow and yet is older has no proof at this point, and proves nothing.
        let successors = followed_by.get(seen.name()).into_iter().flatten();
        let successors: Vec<Successor<'_>> = successors
            .filter_map(|(by, previous)| {
                Some(Successor {
                    name: digests[*by].name(),
                    previous,
                    proof: proofs[*by].as_ref()?,
                })
            })
            .collect();
        let proof = judge(seen, text, &successors, keys);
        proofs[at] = Some(proof);
    }
    proofs.into_iter().flatten().collect()
}

fn judge(seen: &SeenDigest, text: &DigestText, successors: &[Successor<'_>], keys: &Keys) -> Proof {
    let DigestText { sha256, digest } = text;
    if digest.object.name() != seen.name() {
        let uri = digest.object.uri();
        return Proof::Changed(format!(
            "it holds the digest that CloudTrail delivered as {uri}: it was put in another's place"
        ));
    }
    let holds = |successor: &&Successor<'_>| successor.previous.sha256.as_ref() == Some(sha256);
    let (proved, others): (Vec<_>, Vec<_>) = successors.iter().partition(|s| *s.proof == Proof::Valid);
    if proved.iter().any(holds) {
        return Proof::Valid;
    }
    let others: Vec<_> = others.into_iter().filter(|s| !s.proof.is_changed()).collect();
    let own = seen.signature.as_ref().map(|signature| signature.text.as_str());
    let theirs = proved
        .iter()
        .chain(&others)
        .filter_map(|s| s.previous.signature.as_deref());
    let signatures: Vec<&str> = own.into_iter().chain(theirs).collect();
    let fits = |signature: &&str| keys.fits(&digest.fingerprint, &digest.signed(sha256), signature);
    let tried: Vec<Option<bool>> = if digest.is_known_algorithm {
        signatures.iter().map(fits).collect()
    } else {
        Vec::new()
    };
    if tried.contains(&Some(true)) {
        return Proof::Valid;
    }
    if let Some(successor) = proved.first() {
        return Proof::Changed(format!(
            "its hash is not the one that the digest after it holds ({})",
            successor.name
        ));
    }
    if tried.contains(&Some(false)) {
        return Proof::Changed(format!(
            "its signature does not fit: it was changed, or signed with another key than {}",
            digest.fingerprint
        ));
    }
    if let Some(successor) = others.iter().find(|successor| !holds(successor)) {
        return Proof::Changed(format!(
            "its hash is not the one that the digest after it holds ({}): one of the two was changed",
            successor.name
        ));
    }
    Proof::Unchecked(if !digest.is_known_algorithm {
        "it is signed in a way that is not known here".to_owned()
    } else if signatures.is_empty() {
        "its signature is not here: it stands in the metadata of the object in S3, and in the digest after it"
            .to_owned()
    } else {
        format!("the public key {} is not here", digest.fingerprint)
    })
}
