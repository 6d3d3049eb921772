//! Which addresses are a part of the public internet.
//!
//! By the registries of special-purpose addresses of IANA (RFC 6890 and its updates), read so that what is not plainly a
//! public host is special. An IPv6 address that holds an IPv4 one is special whatever it holds: there is a plain way to name
//! a public host, and gateways differ in where they take the others.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where a connection to an address would arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// A host of the public internet.
    Public,
    /// Something near: this machine, its network, or what stands behind a translator. The text says which.
    Private(&'static str),
    /// A cloud's metadata service, which gives its machine's credentials to whoever asks from it.
    Metadata,
    /// Nothing that a request could be sent to.
    Nowhere(&'static str),
}

/// Services that give a machine its cloud's credentials, where the address alone tells.
const METADATA_V4: [Ipv4Addr; 5] = [
    Ipv4Addr::new(169, 254, 169, 254), // AWS, Google, Azure, Oracle, DigitalOcean, Hetzner, OpenStack
    Ipv4Addr::new(169, 254, 170, 2),   // AWS: credentials of a container's task
    Ipv4Addr::new(169, 254, 170, 23),  // AWS: credentials of a pod
    Ipv4Addr::new(100, 100, 100, 200), // Alibaba
    Ipv4Addr::new(168, 63, 129, 16),   // Azure's host agent: an address of the public range
];

const METADATA_V6: [Ipv6Addr; 3] = [
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254), // AWS
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23),  // AWS: credentials of a pod
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),  // Google
];

/// Where a connection to `address` would arrive.
pub fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => v4(address),
        IpAddr::V6(address) => v6(address),
    }
}

fn v4(address: Ipv4Addr) -> Reach {
    if METADATA_V4.contains(&address) {
        return Reach::Metadata;
    }
    match address.octets() {
        [0, ..] => Reach::Nowhere("an unspecified address"),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Reach::Private("a private address"),
        [100, 64..=127, ..] => Reach::Private("an address behind a carrier's translator"),
        [127, ..] => Reach::Private("a loopback address"),
        [169, 254, ..] => Reach::Private("a link-local address"),
        [192, 0, 0, _] | [192, 88, 99, _] => Reach::Private("an address with a special purpose"),
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Reach::Nowhere("an address for documentation"),
        [198, 18..=19, ..] => Reach::Private("an address for benchmarks"),
        [224..=239, ..] => Reach::Nowhere("a multicast address"),
        [255, 255, 255, 255] => Reach::Nowhere("the broadcast address"),
        [240..=255, ..] => Reach::Nowhere("a reserved address"),
        _ => Reach::Public,
    }
}

fn v6(address: Ipv6Addr) -> Reach {
    if METADATA_V6.contains(&address) {
        return Reach::Metadata;
    }
    if address.is_unspecified() {
        return Reach::Nowhere("an unspecified address");
    }
    if address.is_loopback() {
        return Reach::Private("a loopback address");
    }
    if let Some(inner) = embedded(address) {
        // What can't be sent to, or gives credentials away, does so by any name.
        return match v4(inner) {
            Reach::Public | Reach::Private(_) => Reach::Private("an IPv4 address within an IPv6 one"),
            other => other,
        };
    }
    match address.segments() {
        [0xff00..=0xffff, ..] => Reach::Nowhere("a multicast address"),
        [0xfe80..=0xfebf, ..] => Reach::Private("a link-local address"),
        [0xfec0..=0xfeff, ..] => Reach::Private("a site-local address"),
        [0xfc00..=0xfdff, ..] => Reach::Private("a private address"),
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Reach::Nowhere("an address for documentation"),
        [0x2001, 0..=0x1ff, ..] => Reach::Private("an address with a special purpose"),
        [0x2000..=0x3fff, ..] => Reach::Public,
        // The only range that hosts are given addresses of is the one above.
        _ => Reach::Nowhere("a reserved address"),
    }
}

/// The IPv4 address that stands within an IPv6 one, by any of the forms that something translates.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let of = |high: u16, low: u16| Some(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match address.segments() {
        // Mapped, compatible (deprecated), and translated (RFC 2765).
        [0, 0, 0, 0, 0, 0xffff | 0, high, low] | [0, 0, 0, 0, 0xffff, 0, high, low] => of(high, low),
        // NAT64: the well-known prefix, and the range for local ones, whose place for the address depends on their length.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x64, 0xff9b, 1, _, _, _, high, low] => of(high, low),
        // 6to4
        [0x2002, high, low, ..] => of(high, low),
        // Teredo: the client's address, every bit turned
        [0x2001, 0, _, _, _, _, high, low] => of(!high, !low),
        // ISATAP below any prefix
        [_, _, _, _, 0 | 0x200, 0x5efe, high, low] => of(high, low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn of(text: &str) -> Reach {
        reach(text.parse().unwrap())
    }

    #[test]
    fn hosts_of_the_internet_are_public() {
        for text in [
            "1.1.1.1",
            "8.8.8.8",
            "93.184.215.14",
            "172.32.0.1",
            "100.128.0.1",
            "192.167.1.1",
            "192.0.1.1",
            "198.20.0.1",
            "169.253.1.1",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2a00:1450:4001::200e",
            "2001:4860:4860::8888",
        ] {
            assert_eq!(of(text), Reach::Public, "{text}");
        }
    }

    #[test]
    fn what_is_near_is_private() {
        for text in [
            "127.0.0.1",
            "127.255.255.254",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.1.1",
            "100.64.0.1",
            "100.127.255.255",
            "198.18.0.1",
            "192.0.0.192",
            "192.88.99.1",
            "::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "fc00::1",
            "fdff::1",
            "2001:2::1",
            "2001:20::1",
        ] {
            assert!(matches!(of(text), Reach::Private(_)), "{text}: {:?}", of(text));
        }
    }

    #[test]
    fn an_address_within_an_address_is_not_public() {
        for text in [
            "::ffff:8.8.8.8",
            "::ffff:127.0.0.1",
            "::8.8.8.8",
            "::ffff:0:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::10.0.0.1",
            "64:ff9b:1:ffff::8.8.8.8",
            "2002:7f00:1::1",
            "2002:808:808::1",
            "2001:0:4136:e378:8000:63bf:f7f7:f7f7",
            "2a00:1450::5efe:10.0.0.1",
            "2a00:1450::200:5efe:8.8.8.8",
        ] {
            assert!(matches!(of(text), Reach::Private(_)), "{text}: {:?}", of(text));
        }
    }

    #[test]
    fn credentials_are_given_away_at_every_form_of_the_address() {
        for text in [
            "169.254.169.254",
            "169.254.170.2",
            "100.100.100.200",
            "168.63.129.16",
            "fd00:ec2::254",
            "fd20:ce::254",
            "::ffff:169.254.169.254",
            "::169.254.169.254",
            "64:ff9b::169.254.169.254",
            "2002:a9fe:a9fe::1",
            "2001:0:4136:e378:8000:63bf:5601:5601",
        ] {
            assert_eq!(of(text), Reach::Metadata, "{text}");
        }
    }

    #[test]
    fn some_addresses_are_nowhere() {
        for text in [
            "0.0.0.0",
            "0.1.2.3",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "192.0.2.1",
            "203.0.113.9",
            "::",
            "ff02::1",
            "2001:db8::1",
            "3fff::1",
            "100::1",
            "5f00::1",
            "::ffff:0.0.0.0",
            "4000::1",
            "fe00::1",
        ] {
            assert!(matches!(of(text), Reach::Nowhere(_)), "{text}: {:?}", of(text));
        }
    }

    proptest! {
        /// The standard library's own words for an address are never public here.
        #[test]
        fn what_has_a_name_of_its_own_is_not_public(bits: u32, kind in 0..6u8) {
            let [_, b, c, d] = bits.to_be_bytes();
            let address = match kind {
                0 => Ipv4Addr::new(127, b, c, d),
                1 => Ipv4Addr::new(10, b, c, d),
                2 => Ipv4Addr::new(169, 254, c, d),
                3 => Ipv4Addr::new(192, 168, c, d),
                4 => Ipv4Addr::new(224 | (b & 0x1f), b, c, d),
                _ => Ipv4Addr::from(bits),
            };
            let special = address.is_loopback() || address.is_private() || address.is_link_local()
                || address.is_multicast() || address.is_broadcast() || address.is_documentation()
                || address.is_unspecified();
            prop_assert!(!special || reach(address.into()) != Reach::Public, "{address}");
        }

        #[test]
        fn no_form_of_an_ipv4_address_is_public_in_ipv6(bits: u32) {
            let [high, low] = [(bits >> 16) as u16, bits as u16];
            for segments in [
                [0, 0, 0, 0, 0, 0xffff, high, low],
                [0, 0, 0, 0, 0, 0, high, low],
                [0x64, 0xff9b, 0, 0, 0, 0, high, low],
                [0x2002, high, low, 0, 0, 0, 0, 1],
                [0x2001, 0, 1, 2, 3, 4, !high, !low],
            ] {
                let address = Ipv6Addr::from(segments);
                prop_assert_ne!(reach(address.into()), Reach::Public, "{}", address);
            }
        }
    }
}
