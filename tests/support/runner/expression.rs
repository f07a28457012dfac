//! The part of GitHub's expressions that the action uses: look-ups, texts, `==`, `!=`, `!`, `&&`, `||` and the status functions.
//!
//! Source: GitHub Docs, "Evaluate expressions in workflows and actions". What is not understood ends the test.

/// What an expression is evaluated in.
pub(crate) trait Context {
    /// The value of `inputs.target`, `steps.run.outputs.result`, …; nothing where there is none, as GitHub has it.
    fn look_up(&self, path: &str) -> String;
    /// `always`, `success`, `failure` or `cancelled`.
    fn status(&self, function: &str) -> bool;
}

/// Whether a value counts as true.
pub(crate) fn is_true(value: &str) -> bool {
    !value.is_empty() && value != "false" && value != "0"
}

/// Puts the values of all `${{ … }}` into a text.
pub(crate) fn substitute(text: &str, context: &dyn Context) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${{") {
        let (expression, after) = after.split_once("}}").expect("an expression ends");
        result.push_str(before);
        result.push_str(&evaluate(expression, context));
        rest = after;
    }
    result + rest
}

/// The value of an expression as a text.
pub(crate) fn evaluate(expression: &str, context: &dyn Context) -> String {
    let mut parser = Parser { words: words(expression), next: 0, context };
    let value = parser.either();
    assert_eq!(parser.next, parser.words.len(), "all of `{expression}` is understood");
    value
}

fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' => rest[1..].find('\'').expect("a text ends") + 2,
            '(' | ')' => 1,
            '!' if !rest.starts_with("!=") => 1,
            '=' | '!' | '&' | '|' => 2,
            _ => rest.find(|letter: char| !letter.is_alphanumeric() && !"._-".contains(letter)).unwrap_or(rest.len()),
        };
        assert!(length > 0, "`{text}` is understood");
        found.push(rest[..length].to_owned());
        rest = rest[length..].trim_start();
    }
    found
}

struct Parser<'a> {
    words: Vec<String>,
    next: usize,
    context: &'a dyn Context,
}

impl Parser<'_> {
    fn accept(&mut self, word: &str) -> bool {
        let found = self.words.get(self.next).is_some_and(|next| next == word);
        self.next += usize::from(found);
        found
    }

    fn either(&mut self) -> String {
        let mut value = self.both();
        while self.accept("||") {
            let other = self.both();
            value = if is_true(&value) { value } else { other };
        }
        value
    }

    fn both(&mut self) -> String {
        let mut value = self.comparison();
        while self.accept("&&") {
            let other = self.comparison();
            value = if is_true(&value) { other } else { value };
        }
        value
    }

    fn comparison(&mut self) -> String {
        let value = self.operand();
        if self.accept("==") {
            return (value == self.operand()).to_string();
        }
        if self.accept("!=") {
            return (value != self.operand()).to_string();
        }
        value
    }

    fn operand(&mut self) -> String {
        if self.accept("!") {
            return (!is_true(&self.operand())).to_string();
        }
        if self.accept("(") {
            let value = self.either();
            assert!(self.accept(")"), "a parenthesis is closed");
            return value;
        }
        let word = self.words.get(self.next).expect("a value").clone();
        self.next += 1;
        if let Some(text) = word.strip_prefix('\'') {
            return text.trim_end_matches('\'').to_owned();
        }
        if self.accept("(") {
            assert!(self.accept(")"), "`{word}` is called without arguments");
            return self.context.status(&word).to_string();
        }
        self.context.look_up(&word)
    }
}

#[test]
fn expressions_are_evaluated_as_github_does() {
    struct Fixed;
    impl Context for Fixed {
        fn look_up(&self, path: &str) -> String {
            if path == "inputs.a-b" { "x".into() } else { String::new() }
        }
        fn status(&self, function: &str) -> bool {
            function == "always"
        }
    }
    assert_eq!(substitute("1 ${{ inputs.a-b }} ${{ inputs.none || 'z' }}", &Fixed), "1 x z");
    assert_eq!(evaluate("always() && inputs.a-b != ''", &Fixed), "true");
    assert_eq!(evaluate("success() || !(inputs.a-b == 'x')", &Fixed), "false");
}
