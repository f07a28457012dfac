//! A counterexample for people: its steps with what was answered, and the same for aws-cli.

use std::fmt::Write;

use super::Program;
use super::recipe::Recipe;
use super::step::{Condition, Headers, Place, Query, Side, Span, Step, filled};

/// The steps in words, one each.
pub fn in_words(program: &Program) -> Vec<String> {
    program.steps.iter().map(words).collect()
}

fn words(step: &Step) -> String {
    match step {
        Step::Put { at, recipe, headers, condition, times } => {
            let condition = condition.map_or("", condition_words);
            let times = if *times == 1 { String::new() } else { format!(", {times} times with other content each") };
            format!("put {at}  {}{headers}{condition}{times}", recipe.in_words())
        }
        Step::Fill { side, prefix, count } => {
            let last = Place::new(*side, filled(prefix, count.saturating_sub(1)));
            format!("fill {} to {last}, {count} small objects", Place::new(*side, filled(prefix, 0)))
        }
        Step::Clear { side, prefix, count } => {
            let last = Place::new(*side, filled(prefix, count.saturating_sub(1)));
            format!("delete-many {} to {last}, {count} keys at once", Place::new(*side, filled(prefix, 0)))
        }
        Step::Part { slot, number, recipe } => format!("part {slot} {number}  {}", recipe.in_words()),
        Step::KilledPut { at, recipe } => format!("put {at}  {}, and kill -9 meanwhile", recipe.in_words()),
        other => other.to_string(),
    }
}

fn condition_words(condition: Condition) -> &'static str {
    match condition {
        Condition::Absent => ", if nothing is there",
        Condition::Match => ", if the present ETag matches",
        Condition::MatchOther => ", if another ETag matches",
        Condition::NoneMatch => ", if the present ETag does not match",
        Condition::NoneMatchOther => ", if another ETag does not match",
    }
}

/// The same with aws-cli, a line each, in the buckets `$B` and `$B"b"`. The last lines show what is wrong.
pub fn for_aws_cli(program: &Program) -> Vec<String> {
    let mut lines = vec!["B=s3ci-model; aws s3 mb s3://$B".to_owned()];
    let uses_second = program
        .steps
        .iter()
        .any(|step| step.side() == Some(Side::Second) || step.places().iter().any(|place| place.side == Side::Second));
    if uses_second {
        lines.push("aws s3 mb s3://${B}b".to_owned());
    }
    lines.extend(program.steps.iter().flat_map(commands));
    lines
}

fn bucket(side: Side) -> &'static str {
    match side {
        Side::First => "$B",
        Side::Second => "${B}b",
    }
}

fn quoted(text: &str) -> String {
    if text.chars().any(char::is_control) || !text.is_ascii() {
        let escaped: String = text.bytes().fold(String::new(), |mut escaped, byte| {
            match byte {
                b'\'' | b'\\' => escaped.extend(['\\', char::from(byte)]),
                b' '..=b'~' => escaped.push(char::from(byte)),
                _ => {
                    // Writing to a String cannot fail.
                    let _ = write!(escaped, "\\x{byte:02x}");
                }
            }
            escaped
        });
        return format!("$'{escaped}'");
    }
    crate::base::shell_word(text)
}

fn at_object(place: &Place) -> String {
    format!("--bucket {} --key {}", bucket(place.side), quoted(&place.key))
}

/// How the file `f` is made.
fn file(recipe: &Recipe) -> String {
    recipe.in_shell().unwrap_or_else(|| format!("head -c {} /dev/urandom > f  # {}", recipe.size, recipe.in_words()))
}

fn flags(headers: &Headers) -> String {
    let mut text = format!(" --content-type {}", quoted(headers.type_to_send()));
    let named = [
        ("cache-control", &headers.cache_control),
        ("content-disposition", &headers.content_disposition),
        ("content-encoding", &headers.content_encoding),
    ];
    for (name, value) in named {
        if let Some(value) = value {
            let _ = write!(text, " --{name} {}", quoted(value));
        }
    }
    if !headers.metadata.is_empty() {
        let pairs: Vec<String> = headers.metadata.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let _ = write!(text, " --metadata {}", quoted(&pairs.join(",")));
    }
    if !headers.tags.is_empty() {
        let pairs: Vec<String> = headers.tags.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let _ = write!(text, " --tagging {}", quoted(&pairs.join("&")));
    }
    text
}

fn commands(step: &Step) -> Vec<String> {
    let api = "aws s3api";
    match step {
        Step::Put { at, recipe, headers, condition, times } => {
            let condition = match condition {
                Some(Condition::Absent) => " --if-none-match '*'".to_owned(),
                Some(_) => " --if-match ETAG".to_owned(),
                None => String::new(),
            };
            let put = format!("{api} put-object {} --body f{}{condition}", at_object(at), flags(headers));
            if *times == 1 {
                return vec![file(recipe), put];
            }
            let get = format!("{api} get-object {} g", at_object(at));
            vec![format!(
                "for i in $(seq {times}); do printf %{}d $i > f; {put}; {get}; cmp f g; done",
                recipe.size.max(1)
            )]
        }
        Step::Get { at, span, condition } => {
            let range = span.map(|span| format!(" --range {}", Span::header(span))).unwrap_or_default();
            let condition = match condition {
                Some(Condition::NoneMatch | Condition::NoneMatchOther) => " --if-none-match ETAG",
                Some(_) => " --if-match ETAG",
                None => "",
            };
            vec![format!("{api} get-object {}{range}{condition} g", at_object(at))]
        }
        Step::Head { at } => vec![format!("{api} head-object {}", at_object(at))],
        Step::Delete { at } => vec![format!("{api} delete-object {}", at_object(at))],
        Step::DeleteMany { side, keys } => vec![delete_objects(*side, keys)],
        Step::Clear { side, prefix, count } => {
            let keys: Vec<String> = (0..*count).map(|number| filled(prefix, number)).collect();
            if keys.len() <= 3 {
                return vec![delete_objects(*side, &keys)];
            }
            let json = format!("$(seq -f '{{\"Key\":\"{prefix}%05g\"}}' 0 {} | paste -sd,)", count - 1);
            vec![format!("{api} delete-objects --bucket {} --delete \"{{\\\"Objects\\\":[{json}]}}\"", bucket(*side))]
        }
        Step::Fill { side, prefix, count } => {
            let last = count.saturating_sub(1);
            let put = format!("{api} put-object --bucket {} --key {}$i --body f", bucket(*side), quoted(prefix));
            vec![format!("for i in $(seq -f %05g 0 {last}); do echo $i > f; {put}; done")]
        }
        Step::Copy { from, to, replace, .. } => {
            let source = format!("--copy-source {}/{}", bucket(from.side), quoted(&encoded(&from.key)));
            let replace = replace.as_ref().map(|headers| format!(" --metadata-directive REPLACE{}", flags(headers)));
            vec![format!("{api} copy-object {source} {}{}", at_object(to), replace.unwrap_or_default())]
        }
        Step::Tag { at, tags } => {
            let set: Vec<String> = tags.iter().map(|(name, value)| format!("{{Key={name},Value={value}}}")).collect();
            vec![format!("{api} put-object-tagging {} --tagging 'TagSet=[{}]'", at_object(at), set.join(","))]
        }
        Step::Untag { at } => vec![format!("{api} delete-object-tagging {}", at_object(at))],
        Step::Tags { at } => vec![format!("{api} get-object-tagging {}", at_object(at))],
        Step::Begin { at, headers, .. } => {
            vec![format!(
                "U=$({api} create-multipart-upload {}{} --query UploadId --output text)",
                at_object(at),
                flags(headers)
            )]
        }
        Step::Part { number, recipe, .. } => {
            vec![
                file(recipe),
                format!("{api} upload-part --bucket … --key … --upload-id $U --part-number {number} --body f"),
            ]
        }
        Step::Complete { .. } => {
            vec![format!("{api} complete-multipart-upload --bucket … --key … --upload-id $U --multipart-upload …")]
        }
        Step::Abort { .. } => vec![format!("{api} abort-multipart-upload --bucket … --key … --upload-id $U")],
        Step::List { side, query } | Step::Page { side, query, .. } => vec![list(*side, query)],
        Step::More { .. } => vec!["# the next page of the listing above".to_owned()],
        Step::Remake { side } => {
            let name = bucket(*side);
            vec![format!(
                "aws s3 rm --recursive s3://{name}; aws s3 rb s3://{name}; aws s3 mb s3://{name}; {}",
                list(*side, &Query::default())
            )]
        }
        Step::Audit => Side::BOTH.map(|side| list(side, &Query::default())).to_vec(),
        Step::Wait => vec!["sleep 1.1".to_owned()],
        Step::Restart => vec!["# stop the server, and start it again on the same data".to_owned()],
        Step::Kill => vec!["# kill -9 the server, and start it again on the same data".to_owned()],
        Step::KilledPut { at, recipe } => {
            let put = format!("{api} put-object {} --body f &", at_object(at));
            vec![file(recipe), put, "# kill -9 the server meanwhile, and start it again on the same data".to_owned()]
        }
        Step::Race { clients, .. } => vec![format!("# {clients} clients at the same time: only s3ci can repeat that")],
    }
}

fn delete_objects(side: Side, keys: &[String]) -> String {
    let keys: Vec<String> = keys.iter().map(|key| format!("{{\"Key\":{key:?}}}")).collect();
    let json = format!("{{\"Objects\":[{}]}}", keys.join(","));
    format!("aws s3api delete-objects --bucket {} --delete {}", bucket(side), quoted(&json))
}

fn list(side: Side, query: &Query) -> String {
    let command = if query.version_1 { "list-objects" } else { "list-objects-v2" };
    let mut text = format!("aws s3api {command} --bucket {}", bucket(side));
    if !query.prefix.is_empty() {
        let _ = write!(text, " --prefix {}", quoted(&query.prefix));
    }
    if let Some(delimiter) = &query.delimiter {
        let _ = write!(text, " --delimiter {}", quoted(delimiter));
    }
    if let Some(after) = &query.after {
        let _ = write!(text, " {} {}", if query.version_1 { "--marker" } else { "--start-after" }, quoted(after));
    }
    if let Some(size) = query.page_size {
        let _ = write!(text, " --page-size {size}");
    }
    text
}

fn encoded(key: &str) -> String {
    key.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(text: &str) -> Program {
        text.parse().unwrap()
    }

    #[test]
    fn a_reader_who_does_not_know_the_notation_understands_the_steps() {
        let words = in_words(&program("put a/b/c.txt 11; put a/b/c.txt 11 ~3; list"));
        assert_eq!(words, ["put a/b/c.txt  11 bytes", "put a/b/c.txt  11 bytes, byte 3 changed", "list"]);
    }

    #[test]
    fn the_same_can_be_pasted_for_aws_cli() {
        let lines =
            for_aws_cli(&program("put \"a b\" 11 ~3; copy \"a b\" @2 c; delete-many c; list v1 prefix=a size=2"));
        assert_eq!(
            lines,
            [
                "B=s3ci-model; aws s3 mb s3://$B",
                "aws s3 mb s3://${B}b",
                "yes a | tr -d '\\n' | head -c 11 > f; printf '\\142' | dd of=f bs=1 seek=3 conv=notrunc status=none",
                "aws s3api put-object --bucket $B --key 'a b' --body f --content-type application/octet-stream",
                "aws s3api copy-object --copy-source $B/'a%20b' --bucket ${B}b --key c",
                "aws s3api delete-objects --bucket $B --delete '{\"Objects\":[{\"Key\":\"c\"}]}'",
                "aws s3api list-objects --bucket $B --prefix a --page-size 2",
            ]
        );
    }
}
