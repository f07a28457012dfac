//! The frame of every page: one file that loads nothing, runs nothing, and reads in light, in dark, on a phone and on paper.
//!
//! Deliberately absent: its content.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::report::plain::sanitize;

const STYLE: &str = include_str!("style.css");
/// What the page may do, should something hostile ever come through: show itself, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// A whole document.
pub(in crate::report) fn document(title: &str, body: &Markup) -> String {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (sanitize::line(title)) }
                style { (PreEscaped(STYLE)) }
            }
            body { main { (body) } }
        }
    }
    .into_string()
}

/// A value that may have come from the server: harmless characters, its lines kept.
pub(in crate::report) fn quoted(text: &str) -> Markup {
    html! { pre { (sanitize::text(text)) } }
}
