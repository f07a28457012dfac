//! The in-process server itself.
#[cfg(test)]
#[expect(dead_code, reason = "x")]
mod support;
