//! From which network a key is used, as far as an address tells by itself: no list of countries or providers is asked.

use std::net::IpAddr;

use super::Sighting;
use super::whose::{Callers, Whose};
use crate::investigation::Investigation;
use crate::investigation::actor::Sign;

/// A network: the first 16 bits of an IPv4 address, the first 32 of an IPv6 one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Network(IpAddr);

impl Network {
    /// The network of an address, if it is one.
    pub(super) fn of(address: &str) -> Option<Self> {
        Some(Self(match address.parse().ok()? {
            IpAddr::V4(v4) => {
                let [a, b, _, _] = v4.octets();
                IpAddr::from([a, b, 0, 0])
            }
            IpAddr::V6(v6) => {
                let [a, b, ..] = v6.segments();
                IpAddr::from([a, b, 0, 0, 0, 0, 0, 0])
            }
        }))
    }

    fn words(self) -> String {
        let kind = match self.0 {
            IpAddr::V4(v4) if v4.is_private() => ", a private network, reached from inside",
            IpAddr::V6(v6) if v6.is_unique_local() => ", a private network, reached from inside",
            _ => "",
        };
        let bits = if self.0.is_ipv4() { 16 } else { 32 };
        format!("{}/{bits}{kind}", self.0)
    }
}

/// First uses from another network, by keys that had long been used from a few addresses only.
pub(super) fn find<'a>(investigation: &'a Investigation, callers: &mut Callers<'a>, found: &mut Vec<Sighting>) {
    let evidence = investigation.evidence();
    for actor in investigation.actors() {
        for reason in &actor.suspicion {
            let Sign::NewAddress { known, .. } = &reason.sign else {
                continue;
            };
            let (Some(new), Some(at)) = (Network::of(&actor.address), evidence.find(&reason.event)) else {
                continue;
            };
            let is_known = known.iter().any(|address| Network::of(address) == Some(new));
            let event = &evidence.events()[at];
            if is_known || callers.whose(event) == Whose::Ours {
                continue;
            }
            // The application on another machine does the same: more must speak against it.
            let others = actor.suspicion.iter().filter(|other| other.is_telling);
            let is_everyday = others
                .filter(|other| !matches!(other.sign, Sign::NewAddress { .. }))
                .count()
                == 0;
            let detail = format!(
                "{} in {}; until then only {}",
                actor.address,
                new.words(),
                known.join(", ")
            );
            found.extend(Sighting::of_pattern("new-network", at, detail, is_everyday));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_network_are_told_from_others() {
        let same = |a, b| Network::of(a) == Network::of(b);
        assert!(same("198.51.100.1", "198.51.7.9") && !same("198.51.100.1", "198.52.100.1"));
        assert!(same("2001:db8::1", "2001:db8:9::2") && !same("2001:db8::1", "2001:db9::1"));
        assert_eq!(Network::of("cloudformation.amazonaws.com"), None);
        assert_eq!(
            Network::of("10.1.2.3").map(Network::words).as_deref(),
            Some("10.1.0.0/16, a private network, reached from inside")
        );
    }
}
