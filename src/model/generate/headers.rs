//! Headers, metadata and tags, related to those of the version before.

use std::collections::BTreeMap;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::model::feature::{Feature, Features};
use crate::model::step::Headers;

const TYPES: [&str; 7] = [
    "text/plain",
    "text/html; charset=utf-8",
    "image/jpeg",
    "application/json",
    "application/x-gzip",
    "text/x-s3ci",
    "binary/octet-stream",
];
const NAMES: [&str; 5] = ["mtime", "owner", "a", "with-dash", "x.y"];
const VALUES: [&str; 7] = ["1700000000.123456789", "me", "0", "two words", "a=b&c", "x,y", "100%"];

pub(super) fn next(random: &mut ChaCha8Rng, features: &Features, before: &Headers) -> Headers {
    let chance = |random: &mut ChaCha8Rng, percent: u32| random.random_range(0..100) < percent;
    if chance(random, 30) {
        return before.clone();
    }
    let pick = |random: &mut ChaCha8Rng, items: &[&str]| items[random.random_range(0..items.len())].to_owned();
    let mut headers = Headers::default();
    if features.have(Feature::ContentType) && chance(random, 45) {
        headers.content_type = Some(pick(random, &TYPES));
    }
    if features.have(Feature::SystemHeaders) && chance(random, 15) {
        headers.cache_control = Some(pick(random, &["no-cache", "max-age=60", "public, max-age=31536000"]));
    }
    if features.have(Feature::SystemHeaders) && chance(random, 10) {
        headers.content_disposition = Some(pick(random, &["inline", "attachment; filename=\"a b.txt\""]));
    }
    if features.have(Feature::SystemHeaders) && chance(random, 8) {
        headers.content_encoding = Some(pick(random, &["gzip", "identity", "zstd"]));
    }
    if features.have(Feature::Metadata) && chance(random, 35) {
        headers.metadata = some(random, 3);
    }
    if features.have(Feature::ObjectTags) && chance(random, 12) {
        headers.tags = tags(random);
    }
    headers
}

fn some(random: &mut ChaCha8Rng, most: usize) -> BTreeMap<String, String> {
    let count = random.random_range(1..=most);
    let pair = |_| {
        let (name, value) = (NAMES[random.random_range(0..NAMES.len())], VALUES[random.random_range(0..VALUES.len())]);
        (name.to_owned(), value.to_owned())
    };
    (0..count).map(pair).collect()
}

/// Tags of the letters that S3 takes.
pub(super) fn tags(random: &mut ChaCha8Rng) -> BTreeMap<String, String> {
    let count = random.random_range(1..=2);
    let pair = |_| {
        let name = ["kind", "project", "a"][random.random_range(0..3)];
        (name.to_owned(), ["backup", "x", "2", ""][random.random_range(0..4)].to_owned())
    };
    (0..count).map(pair).collect()
}
