//! The addresses of a host against the grant that the request is within.

use std::net::IpAddr;

use super::{Host, Reach, Refusal, reach};
use crate::config::HttpGrant;

/// Whether `host`, which has these addresses, may be connected to: every one of them must be allowed, since which one a
/// connection takes is anybody's choice.
///
/// `private = true` allows what is near, and no metadata service: whoever wants that writes its address into the grant.
///
/// # Errors
/// What kind of address it has; never which, since that would tell a guest how the host's network is laid out.
pub fn resolved(grant: &HttpGrant, host: &Host, addresses: &[IpAddr]) -> Result<(), Refusal> {
    for address in addresses {
        let what = match reach(*address) {
            Reach::Public => continue,
            Reach::Private(_) if grant.private => continue,
            Reach::Metadata if grant.private && grant.host.is_address() => continue,
            Reach::Private(what) => {
                return Err(Refusal::denied(format!(
                    "{host} is at {what}, which is no part of the public internet: only a grant with `private = true` \
                     reaches it"
                )));
            }
            Reach::Metadata => "the address of a cloud's metadata service",
            Reach::Nowhere(what) => what,
        };
        return Err(Refusal::denied(format!("{host} is at {what}: nothing is sent there")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn of(host: &str, private: bool, addresses: &[&str]) -> Result<(), Refusal> {
        let grant = HttpGrant { private, ..HttpGrant::of(host.parse().unwrap()) };
        let addresses: Vec<IpAddr> = addresses.iter().map(|address| address.parse().unwrap()).collect();
        resolved(&grant, &host.parse().unwrap(), &addresses)
    }

    #[test]
    fn one_address_that_is_near_is_one_too_many() {
        assert_eq!(of("a.b", false, &["1.1.1.1", "2606:4700::1"]), Ok(()));
        assert!(of("a.b", false, &["1.1.1.1", "10.0.0.1"]).is_err());
        assert!(of("a.b", false, &["127.0.0.1", "1.1.1.1"]).is_err());
    }

    #[test]
    fn a_grant_for_what_is_near_reaches_it() {
        assert_eq!(of("a.b", true, &["10.0.0.1", "::1", "1.1.1.1"]), Ok(()));
        assert!(of("a.b", true, &["0.0.0.0"]).is_err());
        assert!(of("a.b", true, &["224.0.0.1"]).is_err());
    }

    #[test]
    fn credentials_are_only_given_away_where_the_grant_has_the_address() {
        assert!(of("a.b", true, &["169.254.169.254"]).is_err());
        assert!(of("169.254.169.254", false, &["169.254.169.254"]).is_err());
        assert_eq!(of("169.254.169.254", true, &["169.254.169.254"]), Ok(()));
    }

    #[test]
    fn where_it_is_is_not_told() {
        let error = of("a.b", false, &["10.11.12.13"]).unwrap_err().to_string();
        assert!(error.contains("a private address") && !error.contains("10.11"), "{error}");
    }
}
