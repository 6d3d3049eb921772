//! Reads Rust that anybody may have written, in bounded time and stack.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Larger files are not read. Hand-written ones stay far below.
pub(super) const MAX_BYTES: usize = 1 << 20;

/// The parser goes one call deeper for each operator of a chain as well as for each bracket. This bounds their sum along the
/// way to any token; ordinary code needs some hundreds.
const MAX_DEPTH: usize = 4_000;

/// What [`MAX_DEPTH`] may take without optimisation, several times over. The system hands it out as it is touched.
pub(super) const STACK: usize = 512 << 20;

/// A file's tokens and what precedes them.
pub(super) struct Parsed {
    /// The file's items.
    pub file: syn::File,
    /// Where the text begins that the parser's positions count from.
    pub offset: usize,
}

/// Parses a whole file. The error says why it can't be read, for people.
pub(super) fn parse(bytes: &[u8]) -> Result<Parsed, String> {
    if bytes.len() > MAX_BYTES {
        return Err("it is larger than 1 MiB".to_owned());
    }
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    let offset = preamble(text);
    let lines = text[..offset].matches('\n').count();
    let tokens: TokenStream = text[offset..]
        .parse()
        .map_err(|e: proc_macro2::LexError| at(lines + e.span().start().line, "no tokens of Rust"))?;
    if is_too_deep(&tokens) {
        return Err("its expressions are nested too deeply".to_owned());
    }
    let file = syn::parse2(tokens).map_err(|e| at(lines + e.span().start().line, &e.to_string()))?;
    Ok(Parsed { file, offset })
}

fn at(line: usize, what: &str) -> String {
    format!("line {line}: {what}")
}

/// The length of a byte order mark and a `#!` line, which are no tokens.
fn preamble(text: &str) -> usize {
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let rest = &text[mark..];
    // `#![...]` is an attribute, also with white space or comments before the bracket.
    let is_shebang = rest.strip_prefix("#!").is_some_and(|after| {
        let line = after.split('\n').next().unwrap_or_default().trim_start();
        !line.starts_with('[') && !line.starts_with("//") && !line.starts_with("/*") && !line.is_empty()
    });
    if is_shebang { mark + rest.find('\n').unwrap_or(rest.len()) } else { mark }
}

/// Whether reading `tokens` could need more calls within calls than [`MAX_DEPTH`]. Needs no stack itself.
fn is_too_deep(tokens: &TokenStream) -> bool {
    // Per open bracket: what is left in it, and how long the chain is that is being read.
    let mut open = vec![(tokens.clone().into_iter().peekable(), 0_usize)];
    let mut depth = 0_usize;
    while let Some((rest, chain)) = open.last_mut() {
        let Some(token) = rest.next() else {
            depth -= *chain;
            open.pop();
            continue;
        };
        // What follows stands beside what was read, not within it.
        let ends = match &token {
            TokenTree::Punct(punct) => matches!(punct.as_char(), ',' | ';'),
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => match rest.peek() {
                Some(TokenTree::Ident(next)) => next != "else" && next != "as",
                Some(TokenTree::Punct(next)) => next.as_char() == '#',
                _ => false,
            },
            _ => false,
        };
        if ends {
            depth -= *chain;
            *chain = 0;
        } else {
            *chain += 1;
            depth += 1;
        }
        if depth > MAX_DEPTH {
            return true;
        }
        if let TokenTree::Group(group) = token {
            open.push((group.stream().into_iter().peekable(), 0));
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a worker could write to take the host down: each of these would nest one call for each repetition.
    #[test]
    fn deep_input_is_refused_before_it_costs_stack() {
        let n = 150_000;
        let nested =
            |open: &str, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(n / 4), close.repeat(n / 4));
        let function = |body: String| format!("fn f() {{ {body} }}");
        for text in [
            function(nested("(", "", ")")),
            function(nested("[", "", "]")),
            function(nested("{", "", "}")),
            nested("mod a {", "", "}"),
            function("!".repeat(n) + "x"),
            function("&".repeat(n) + "x"),
            function("x=".repeat(n) + "x"),
            function("x".to_owned() + &".y".repeat(n)),
            function("x".to_owned() + &"?".repeat(n)),
            function("return ".repeat(n / 2)),
            function("|a|".repeat(n) + "a"),
            function("if a {} else ".repeat(n / 4) + "{}"),
            format!("type A = {}u8{};", "A<".repeat(n / 4), ">".repeat(n / 4)),
            format!("type A = {}u8;", "&".repeat(n)),
            format!("type A = {}();", "fn() -> ".repeat(n / 4)),
            format!("use {}a;", "a::".repeat(n / 4)),
        ] {
            let why = parse(text.as_bytes()).map(|_| ()).expect_err(&text[..40]);
            assert!(why.contains("nested too deeply"), "{why}: {}", &text[..40]);
        }
    }

    #[test]
    fn as_deep_as_is_allowed_fits_the_stack() {
        let n = MAX_DEPTH - 40;
        let texts = [
            format!("fn f() {{ {}x }}", "!".repeat(n)),
            format!("fn f() {{ {}x{} }}", "(".repeat(n / 2), ")".repeat(n / 2)),
            format!("fn f() {{ {}x }}", "x=".repeat(n / 2)),
            format!("fn f() {{ {}{{}} }}", "if a {} else ".repeat(n / 5)),
            format!("fn f() {{ {}{} }}", "{".repeat(n / 2), "}".repeat(n / 2)),
            format!("fn f() {{ x{} }}", ".y()".repeat(n / 4)),
            format!("{}{}", "mod a {".repeat(n / 4), "}".repeat(n / 4)),
            format!("type A = {}();", "fn() -> ".repeat(n / 5)),
        ];
        let parsed = std::thread::Builder::new()
            .stack_size(STACK)
            .spawn(move || texts.iter().map(|text| parse(text.as_bytes()).map(|_| ())).collect::<Result<Vec<()>, _>>());
        let parsed = parsed.expect("a thread").join().expect("no panic");
        assert!(parsed.is_ok(), "{parsed:?}");
    }

    #[test]
    fn long_files_of_short_items_are_no_depth() {
        let text = "#[test] fn a() { if a { b() } match c { D => {} E => {} } }\n".repeat(5_000);
        assert!(parse(text.as_bytes()).is_ok());
    }

    #[test]
    fn what_precedes_the_first_token_is_skipped() {
        for (text, offset) in
            [("fn f() {}", 0), ("\u{feff}fn f() {}", 3), ("#!/bin/sh\nfn f() {}", 9), ("#![allow(x)]", 0)]
        {
            assert_eq!(parse(text.as_bytes()).map(|p| p.offset), Ok(offset), "{text}");
        }
        assert_eq!(parse(b"\nfn f( {}").map(|_| ()).map_err(|e| e.starts_with("line 2")), Err(true));
        assert!(parse(b"\xff").is_err());
    }
}
