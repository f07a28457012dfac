//! The address in an endpoint's URL.

/// Where an endpoint listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// Whether it uses TLS.
    pub(super) tls: bool,
    /// Name or number, without the brackets of IPv6.
    pub(super) host: String,
    /// Port, the scheme's own where the URL has none.
    pub(super) port: u16,
    /// Path to ask for, beginning and ending with a slash.
    pub(super) path: String,
    /// Host and port as a `Host` header has them.
    pub(super) authority: String,
}

impl Address {
    /// Reads an http or https URL; the error says what is wrong with it, without repeating it.
    pub(super) fn parse(url: &str) -> Result<Self, &'static str> {
        let (scheme, rest) = url.split_once("://").ok_or("an endpoint begins with http:// or https://")?;
        let tls = match scheme {
            "http" => false,
            "https" => true,
            _ => return Err("an endpoint begins with http:// or https://"),
        };
        if rest.contains(|each: char| each.is_whitespace() || each.is_control()) {
            return Err("the URL has spaces or control characters");
        }
        if rest.contains(['?', '#']) {
            return Err("the URL of an endpoint has no query and no fragment");
        }
        let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let (host, port) = split_port(authority)?;
        if host.is_empty() || host.contains(['[', ']', '\\']) {
            return Err("the URL has no valid host");
        }
        let port = match port {
            Some(text) => text.parse().ok().filter(|port| *port != 0).ok_or("the URL's port is not from 1 to 65535")?,
            None if tls => 443,
            None => 80,
        };
        let path = format!("{}/", path.trim_end_matches('/'));
        Ok(Self { tls, host: host.to_owned(), port, path, authority: authority.to_owned() })
    }
}

/// Host without brackets, and the text after its colon.
fn split_port(authority: &str) -> Result<(&str, Option<&str>), &'static str> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (host, after) = rest.split_once(']').ok_or("the URL has no valid host")?;
        return match after.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None if after.is_empty() => Ok((host, None)),
            None => Err("the URL has no valid host"),
        };
    }
    match authority.split_once(':') {
        Some((_, port)) if port.contains(':') => Err("write an IPv6 address in brackets"),
        Some((host, port)) => Ok((host, Some(port))),
        None => Ok((authority, None)),
    }
}

/// The text with the `user:password@` of a URL left out.
pub(super) fn without_userinfo(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..authority_end].rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_read() {
        let address = Address::parse("https://me:p@ss@s3.example.org/base/").unwrap();
        assert_eq!((address.tls, address.host.as_str(), address.port), (true, "s3.example.org", 443));
        assert_eq!((address.path.as_str(), address.authority.as_str()), ("/base/", "s3.example.org"));
        let address = Address::parse("http://[::1]:9000").unwrap();
        assert_eq!((address.host.as_str(), address.port, address.authority.as_str()), ("::1", 9000, "[::1]:9000"));
        assert_eq!(Address::parse("http://host").unwrap().port, 80);
    }

    #[test]
    fn what_is_no_endpoint_is_refused() {
        for url in [
            "host:9000",
            "ftp://host",
            "http://",
            "http://:80",
            "http://me@",
            "http://h:0",
            "http://h:70000",
            "http://h:x",
            "http://::1",
            "http://[::1",
            "http://[::1]x",
            "http://h/?x",
            "http://h/\r\nX: y",
            "http://a b",
        ] {
            assert!(Address::parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn credentials_are_left_out_of_urls() {
        assert_eq!(without_userinfo("http://me:p@ss@h:1/a@b"), "http://h:1/a@b");
        assert_eq!(without_userinfo("http://h/a@b"), "http://h/a@b");
        assert_eq!(without_userinfo("me@host"), "me@host");
    }
}
