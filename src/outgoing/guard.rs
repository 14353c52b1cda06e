//! Which URLs may be asked, and what their hosts' names may stand for.
use std::collections::HashSet;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::{Refusal, places};

/// The ports at which the web is served. Others may be mail servers, databases, and what else takes a text over TCP.
const PORTS: [u16; 4] = [80, 443, 8080, 8443];
const LONGEST: usize = 2048;

/// Places that the operator has named: they may be in a private network, at any port, and without TLS.
#[derive(Debug, Clone, Default)]
pub struct Allowed {
    networks: Vec<IpNet>,
    names: HashSet<String>,
    /// Names and addresses at one port each.
    at_port: HashSet<(String, u16)>,
}

impl FromStr for Allowed {
    /// The entry that is none.
    type Err = String;

    /// Reads names (`intranet`), addresses (`10.0.0.7`, `fd00::7`), networks (`10.0.0.0/8`), and names or addresses at one
    /// port (`intranet:8080`, `[fd00::7]:8080`), separated by commas.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut allowed = Self::default();
        for entry in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            if let Ok(network) = entry.parse() {
                allowed.networks.push(network);
            } else if let Ok(address) = entry.parse::<IpAddr>() {
                allowed.networks.push(IpNet::from(address));
            } else {
                let url = Url::parse(&format!("inroad://{entry}")).map_err(|_| entry.to_owned())?;
                let bare = url.path().is_empty() && url.query().is_none() && url.username().is_empty();
                let host = url.host_str().filter(|host| bare && !host.is_empty()).ok_or_else(|| entry.to_owned())?;
                let host = plain(host);
                match url.port() {
                    Some(port) => allowed.at_port.insert((host, port)),
                    None => allowed.names.insert(host),
                };
            }
        }
        Ok(allowed)
    }
}

impl Allowed {
    fn has_network(&self, ip: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&ip.to_canonical()))
    }

    /// Whether the operator has named this host at this port. Names are not looked up.
    fn has(&self, host: &str, port: u16) -> bool {
        let host = plain(host);
        host.parse().is_ok_and(|ip| self.has_network(ip))
            || self.names.contains(&host)
            || self.at_port.contains(&(host, port))
    }

    /// Whether a name may stand for any address. At which port is decided before, by [`Self::has`].
    fn has_name(&self, name: &str) -> bool {
        let name = plain(name);
        self.names.contains(&name) || self.at_port.iter().any(|(host, _)| *host == name)
    }

    fn is_at_other_ports_only(&self, host: &str, port: u16) -> bool {
        !self.has(host, port) && self.has_name(host)
    }
}

/// A host as names are compared: small letters, without the brackets of an address and the dot of the root.
fn plain(host: &str) -> String {
    host.trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase()
}

/// Reads a URL that a user has given, and refuses what may not be asked whatever its host stands for.
///
/// # Errors
/// [`Refusal::Place`] with the reason: another scheme than `http` and `https`, a name and password in it, another port than
/// the web's, an address outside the public internet, or longer than 2,048 characters.
pub fn read(allowed: &Allowed, text: &str) -> Result<Url, Refusal> {
    let refuse = |why: &str| Err(Refusal::Place(why.to_owned()));
    if text.len() > LONGEST {
        return refuse("is longer than 2,048 characters");
    }
    let Ok(mut url) = Url::parse(text.trim()) else { return refuse("is not a URL, such as https://example.org/feed") };
    if !matches!(url.scheme(), "http" | "https") {
        return refuse("must begin with https:// or http://");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("must not have a user name or a password in it");
    }
    let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else { return refuse("has no host") };
    let name = host.to_string();
    if !allowed.has(&name, port) {
        let address = match host {
            Host::Ipv4(ip) => Some(IpAddr::V4(ip)),
            Host::Ipv6(ip) => Some(IpAddr::V6(ip)),
            Host::Domain(_) => None,
        };
        if address.is_some_and(|ip| !places::is_public(ip)) {
            return refuse("is at an address outside the public internet");
        }
        if allowed.is_at_other_ports_only(&name, port) {
            return refuse("is at a port of this host that is not allowed here");
        }
        if is_local(&name) {
            return refuse("is at a name of the local network");
        }
        if !PORTS.contains(&port) {
            return refuse("must be at port 80, 443, 8080 or 8443");
        }
    }
    url.set_fragment(None);
    Ok(url)
}

/// Names that no public server has (RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`), and such without a dot.
fn is_local(host: &str) -> bool {
    let host = plain(host);
    let of = |zone: &str| host == zone || host.strip_suffix(zone).is_some_and(|rest| rest.ends_with('.'));
    let is_name = host.parse::<IpAddr>().is_err();
    is_name && (!host.contains('.') || ["localhost", "local", "internal", "home.arpa", "onion"].into_iter().any(of))
}

/// Whether a URL may be asked without TLS: at a host that the operator has named.
pub fn may_be_plain(allowed: &Allowed, url: &Url) -> bool {
    url.host_str().zip(url.port_or_known_default()).is_some_and(|(host, port)| allowed.has(host, port))
}

type Found = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;
/// Looks a name up.
pub type Lookup = Arc<dyn Fn(String) -> Found + Send + Sync>;

/// The resolver of the system.
pub fn system() -> Lookup {
    Arc::new(|name| {
        Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect()) })
    })
}

/// Hands out checked addresses only. The connection is made to what it hands out: a name that stands for something else
/// at the next look-up changes nothing (DNS rebinding).
pub struct Guard {
    pub allowed: Arc<Allowed>,
    pub lookup: Lookup,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (allowed, lookup, name) = (Arc::clone(&self.allowed), Arc::clone(&self.lookup), name.as_str().to_owned());
        Box::pin(async move {
            let found = lookup(name.clone()).await?;
            let may = |ip: &IpAddr| places::is_public(*ip) || allowed.has_network(*ip) || allowed.has_name(&name);
            let checked: Vec<SocketAddr> = found.into_iter().filter(may).map(|ip| SocketAddr::new(ip, 0)).collect();
            if checked.is_empty() {
                return Err(Refusal::Place("is at an address outside the public internet".to_owned()).into());
            }
            Ok(Box::new(checked.into_iter()) as Addrs)
        })
    }
}
