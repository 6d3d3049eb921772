//! Tokens as text that formatting and comments don't change, and the names that they use.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// Attributes that say nothing about what a test checks: documentation and lints.
const NOISE: [&str; 9] = ["doc", "allow", "warn", "deny", "forbid", "expect", "rustfmt", "clippy", "inline"];

/// The same text for the same code, however it is laid out: without white space, comments, documentation, lint attributes,
/// and commas that close a list.
pub(super) fn canonical(tokens: TokenStream) -> String {
    let mut text = String::new();
    write(&mut text, tokens);
    text
}

fn write(text: &mut String, tokens: TokenStream) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if let Some(length) = noise(&tokens[at..]) {
            at += length;
            continue;
        }
        let closes = |next: Option<&TokenTree>| matches!(next, Some(TokenTree::Punct(next)) if next.as_char() == '>');
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ',' && closes(tokens.get(at + 1)) => {}
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("( ", ") "),
                    Delimiter::Bracket => ("[ ", "] "),
                    Delimiter::Brace => ("{ ", "} "),
                    Delimiter::None => ("", ""),
                };
                text.push_str(open);
                let before = text.len();
                write(text, group.stream());
                // `(x,)` is not `(x)`, unless the brackets are those of a call.
                let is_call =
                    at.checked_sub(1).and_then(|before| tokens.get(before)).is_some_and(|before| match before {
                        TokenTree::Ident(name) => name != "return" && name != "in" && name != "break",
                        TokenTree::Punct(punct) => matches!(punct.as_char(), '!' | '>'),
                        TokenTree::Group(_) => true,
                        TokenTree::Literal(_) => false,
                    });
                let commas = text[before..].matches(", ").count();
                if text[before..].ends_with(", ")
                    && (group.delimiter() != Delimiter::Parenthesis || is_call || commas > 1)
                {
                    text.truncate(text.len() - 2);
                }
                text.push_str(close);
            }
            other => {
                text.push_str(&other.to_string());
                text.push(' ');
            }
        }
        at += 1;
    }
}

/// How many tokens at the beginning are an attribute that is left out.
fn noise(tokens: &[TokenTree]) -> Option<usize> {
    let TokenTree::Punct(hash) = tokens.first()? else { return None };
    if hash.as_char() != '#' {
        return None;
    }
    let (group, length) = match tokens.get(1)? {
        TokenTree::Punct(bang) if bang.as_char() == '!' => (tokens.get(2)?, 3),
        other => (other, 2),
    };
    let TokenTree::Group(group) = group else { return None };
    if group.delimiter() != Delimiter::Bracket {
        return None;
    }
    match group.stream().into_iter().next()? {
        TokenTree::Ident(name) => NOISE.iter().any(|noise| name == noise).then_some(length),
        _ => None,
    }
}

/// The names that code looks up where it stands, so that another meaning of one would change what the code does.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Mentions {
    /// All but macros; without names of methods and fields, and without what the code itself binds.
    pub names: BTreeSet<String>,
    /// Names of macros that it calls.
    pub macros: BTreeSet<String>,
}

impl Mentions {
    /// Of an item. `bound` are the variables that it binds.
    pub(super) fn of(tokens: TokenStream, bound: &BTreeSet<String>) -> Self {
        let mut this = Self::default();
        let mut local = bound.clone();
        this.collect(tokens, &mut local);
        this.names.retain(|name| !local.contains(name));
        this
    }

    fn collect(&mut self, tokens: TokenStream, local: &mut BTreeSet<String>) {
        let mut tokens = tokens.into_iter().peekable();
        // What stood before: whether names are looked up after it, and whether they are bound.
        let (mut qualified, mut colons, mut binds) = (false, 0, false);
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Ident(ident) => {
                    let name = ident.to_string();
                    let is_macro = matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '!' && next.spacing() == Spacing::Alone);
                    if binds && name != "mut" && name != "ref" {
                        local.insert(name.clone());
                    }
                    // `name: value` names a field.
                    let is_field = matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == ':' && next.spacing() == Spacing::Alone);
                    if !qualified && colons < 2 && !is_field {
                        if is_macro {
                            self.macros.insert(name.clone());
                        } else {
                            self.names.insert(name.clone());
                        }
                    }
                    binds = name == "let" || (binds && (name == "mut" || name == "ref"));
                    (qualified, colons) = (false, 0);
                }
                TokenTree::Punct(punct) => {
                    match punct.as_char() {
                        // Of `..`, the second dot qualifies nothing.
                        '.' => (qualified, colons) = (!qualified, 0),
                        ':' => (qualified, colons) = (false, colons + 1),
                        '\'' => (qualified, colons) = (true, 0),
                        _ => (qualified, colons) = (false, 0),
                    }
                    binds = false;
                }
                TokenTree::Group(group) => {
                    self.collect(group.stream(), local);
                    (qualified, colons, binds) = (false, 0, false);
                }
                TokenTree::Literal(_) => (qualified, colons, binds) = (false, 0, false),
            }
        }
    }

    /// Adds the names of another piece of code.
    pub(super) fn extend(&mut self, other: &Self) {
        self.names.extend(other.names.iter().cloned());
        self.macros.extend(other.macros.iter().cloned());
    }

    /// Whether `name` is looked up, as whatever it may be.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(name) || self.macros.contains(name)
    }
}

/// `tokens` at their commas.
pub(super) fn at_commas(tokens: TokenStream) -> Vec<TokenStream> {
    let mut parts = Vec::new();
    let mut part = TokenStream::new();
    for token in tokens {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => parts.push(std::mem::take(&mut part)),
            _ => part.extend([token]),
        }
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> TokenStream {
        text.parse().expect("tokens")
    }

    #[test]
    fn layout_comments_and_lints_are_not_code() {
        let plain = canonical(tokens("fn f() { call(a, b); x = -1 }"));
        for same in [
            "fn f() {\n    // why\n    call(\n        a,\n        b,\n    );\n    x=-1\n}",
            "/// What it is for.\n#[allow(clippy::unwrap_used)]\nfn f() { call(a, b); x = -1 }",
        ] {
            assert_eq!(canonical(tokens(same)), plain, "{same}");
        }
        for other in
            ["fn f() { call(a); x = -1 }", "#[ignore] fn f() { call(a, b); x = -1 }", "fn f() { call(a, b); x = 1 }"]
        {
            assert_ne!(canonical(tokens(other)), plain, "{other}");
        }
    }

    #[test]
    fn a_tuple_of_one_is_no_bracket() {
        assert_ne!(canonical(tokens("x = (a,)")), canonical(tokens("x = (a)")));
        assert_eq!(canonical(tokens("x = (a, b,)")), canonical(tokens("x = (a, b)")));
        assert_eq!(canonical(tokens("f(a,)")), canonical(tokens("f(a)")));
    }

    #[test]
    fn mentions_are_names_that_are_looked_up_here() {
        let found = Mentions::of(
            tokens("let input = 1; assert_eq!(parse(input).field.len(), Kind::A); 0..n"),
            &BTreeSet::new(),
        );
        assert_eq!(found.macros.iter().collect::<Vec<_>>(), ["assert_eq"]);
        for name in ["parse", "Kind", "n"] {
            assert!(found.has(name), "{name}");
        }
        for name in ["input", "field", "len", "A"] {
            assert!(!found.has(name), "{name}");
        }
    }
}
