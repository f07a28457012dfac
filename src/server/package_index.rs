//! Where packages come from: the settings of this machine that pip needs to reach its index, and what of them is secret.
//!
//! They are handed to an installation that needs the network, and to no other. Deliberately absent: how they are handed over.

/// What the environment may say of an index, of the way there, and of patience with it.
const VARIABLES: [&str; 11] = [
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_TRUSTED_HOST",
    "PIP_DEFAULT_TIMEOUT",
    "PIP_RETRIES",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// The variables that lead through a proxy.
const OF_PROXIES: &str = "_proxy";

/// The settings of this machine. `Debug` shows none of them.
#[derive(Clone, Default)]
pub(super) struct PackageIndex {
    variables: Vec<(&'static str, String)>,
}

impl PackageIndex {
    /// What this process was told.
    pub(super) fn of_environment() -> Self {
        Self::of(|name| std::env::var(name).ok())
    }

    fn of(environment: impl Fn(&str) -> Option<String>) -> Self {
        let value = |name: &&'static str| {
            // pip takes several addresses apart at any white space, and a line is what a container is handed.
            let value = environment(name)?.split_whitespace().collect::<Vec<_>>().join(" ");
            (!value.is_empty()).then_some((*name, value))
        };
        Self { variables: VARIABLES.iter().filter_map(value).collect() }
    }

    /// Names and values, one line each.
    pub(super) fn variables(&self) -> &[(&'static str, String)] {
        &self.variables
    }

    /// Those of the proxies alone.
    pub(super) fn proxies(&self) -> impl Iterator<Item = &(&'static str, String)> {
        self.variables.iter().filter(|(name, _)| name.to_ascii_lowercase().ends_with(OF_PROXIES))
    }

    /// What must not be shown: names and passwords in the addresses, as they stand there and as they are meant.
    pub(super) fn secrets(&self) -> Vec<String> {
        let mut secrets = Vec::new();
        for address in self.variables.iter().flat_map(|(_, value)| value.split(' ')) {
            let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
            let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
            let Some((user, _)) = authority.rsplit_once('@') else { continue };
            let password = user.split_once(':').map(|(_, password)| password);
            // A name alone is a token.
            for secret in [Some(user), password].into_iter().flatten().filter(|secret| !secret.is_empty()) {
                secrets.push(secret.to_owned());
                secrets.push(decoded(secret));
            }
        }
        secrets.sort();
        secrets.dedup();
        secrets
    }
}

/// A text with its `%XX` resolved.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match code.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl std::fmt::Debug for PackageIndex {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self.variables.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(values: &[(&str, &str)]) -> PackageIndex {
        PackageIndex::of(|name| values.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn names_and_passwords_are_secret_in_both_spellings() {
        let index = index(&[
            ("PIP_INDEX_URL", "https://reader:p%40ss@index.example/simple?a=@b"),
            ("PIP_EXTRA_INDEX_URL", "https://token@one.example/\nhttps://two.example/@x"),
            ("https_proxy", "proxy-user:word@proxy.example:3128"),
        ]);
        let secrets = ["p%40ss", "p@ss", "proxy-user:word", "reader:p%40ss", "reader:p@ss", "token", "word"];
        assert_eq!(index.secrets(), secrets);
        assert!(!format!("{index:?}").contains("p%40ss"));
        assert_eq!(index.proxies().count(), 1);
    }

    #[test]
    fn a_value_is_one_line() {
        let index = index(&[("PIP_EXTRA_INDEX_URL", "https://one\nhttps://two\r\n"), ("NO_PROXY", "")]);
        assert_eq!(index.variables(), [("PIP_EXTRA_INDEX_URL", "https://one https://two".to_owned())]);
        assert!(index.secrets().is_empty());
    }
}
