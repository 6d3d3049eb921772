//! What attributes say: whether an item is a test, only there for tests, or there at all.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::Attribute;

use super::tokens::{at_commas, canonical};

/// Names of test attributes that neither are nor end in `test`.
const TEST_ATTRIBUTES: [&str; 6] = ["rstest", "quickcheck", "bench", "proptest", "theory", "apply"];

/// Inner attributes that take tests away, or the runner's place.
const TAKES_AWAY: [&str; 6] =
    ["cfg", "no_main", "test_runner", "custom_test_frameworks", "reexport_test_harness_main", "path"];

/// Whether code under these attributes is compiled for tests alone: `cfg(test)`, or `any(test, feature = "...")`.
pub(super) fn is_test_only(attributes: &[Attribute]) -> bool {
    arguments(attributes, "cfg").any(is_test_predicate)
}

/// Whether code under these attributes is compiled only where no tests are.
pub(super) fn is_test_free(attributes: &[Attribute]) -> bool {
    arguments(attributes, "cfg").any(|predicate| canonical(predicate) == "not ( test ) ")
}

fn arguments<'a>(attributes: &'a [Attribute], name: &'a str) -> impl Iterator<Item = TokenStream> + 'a {
    attributes
        .iter()
        .filter(move |a| a.path().is_ident(name))
        .filter_map(|a| Some(a.meta.require_list().ok()?.tokens.clone()))
}

fn is_test_predicate(predicate: TokenStream) -> bool {
    let mut tokens = predicate.into_iter();
    let Some(TokenTree::Ident(name)) = tokens.next() else { return false };
    let inside = match tokens.next() {
        None => return name == "test",
        Some(TokenTree::Group(group)) => at_commas(group.stream()),
        Some(_) => return false,
    };
    if name == "all" {
        return inside.into_iter().any(is_test_predicate);
    }
    let is_feature = |predicate: &TokenStream| matches!(predicate.clone().into_iter().next(), Some(TokenTree::Ident(name)) if name == "feature");
    name == "any"
        && inside.iter().any(|predicate| is_test_predicate(predicate.clone()))
        && inside.iter().all(|predicate| is_feature(predicate) || is_test_predicate(predicate.clone()))
}

/// Whether these attributes make a function a test, or a benchmark.
pub(super) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let path = attribute.path();
        if path.is_ident("cfg_attr") {
            return applied(attribute).iter().any(|applied| last_name(applied).is_some_and(|name| names_a_test(&name)));
        }
        path.segments.last().is_some_and(|last| names_a_test(&last.ident.to_string()))
    })
}

fn names_a_test(name: &str) -> bool {
    name.ends_with("test") || name.starts_with("test_") || TEST_ATTRIBUTES.contains(&name)
}

/// Whether `tokens` hold an attribute of a test, or one that is for tests alone: a macro with them makes tests.
pub(super) fn makes_tests(tokens: TokenStream) -> bool {
    let mut after_hash = false;
    for token in tokens {
        match token {
            TokenTree::Punct(punct) => after_hash = punct.as_char() == '#',
            TokenTree::Group(group) => {
                if after_hash {
                    let name = last_name(&group.stream());
                    let text = canonical(group.stream());
                    if name.is_some_and(|name| names_a_test(&name)) || text == "cfg ( test ) " {
                        return true;
                    }
                }
                if makes_tests(group.stream()) {
                    return true;
                }
                after_hash = false;
            }
            _ => after_hash = false,
        }
    }
    false
}

/// What a `cfg_attr` applies.
fn applied(attribute: &Attribute) -> Vec<TokenStream> {
    let Ok(list) = attribute.meta.require_list() else { return Vec::new() };
    at_commas(list.tokens.clone()).into_iter().skip(1).collect()
}

/// The last name of the path that a token stream begins with.
fn last_name(tokens: &TokenStream) -> Option<String> {
    let mut last = None;
    for token in tokens.clone() {
        match token {
            TokenTree::Ident(ident) => last = Some(ident.to_string()),
            TokenTree::Punct(punct) if punct.as_char() == ':' => {}
            _ => break,
        }
    }
    last
}

/// Attributes that decide whether an item is compiled, and from which file.
pub(super) fn is_condition(attribute: &Attribute) -> bool {
    let path = attribute.path();
    path.is_ident("cfg")
        || path.is_ident("path")
        || (path.is_ident("cfg_attr") && applied(attribute).iter().any(|applied| !is_harmless(applied)))
}

/// Whether an attribute of a module may be a macro, which writes the module anew.
pub(super) fn may_rewrite(attribute: &Attribute) -> bool {
    let harmless = ["doc", "allow", "warn", "deny", "forbid", "expect", "macro_use", "deprecated", "cfg_attr"];
    let path = attribute.path();
    let is_tool = path.segments.len() > 1 && path.segments[0].ident == "rustfmt" || path.segments[0].ident == "clippy";
    !is_tool && !harmless.iter().any(|name| path.is_ident(name))
}

/// Applied attributes that neither take anything away nor replace it.
fn is_harmless(applied: &TokenStream) -> bool {
    matches!(
        applied.clone().into_iter().next(),
        Some(TokenTree::Ident(name))
            if ["allow", "warn", "deny", "expect", "doc", "derive", "inline", "must_use", "no_std", "feature"].iter().any(|n| name == n)
    ) && !takes_away(applied.clone())
}

/// Whether an inner attribute could take tests away: `cfg`, `no_main`, another runner, at any depth.
pub(super) fn takes_away(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(name) => TAKES_AWAY.iter().any(|n| name == n),
        TokenTree::Group(group) => takes_away(group.stream()),
        _ => false,
    })
}

/// The file that `#[path = "..."]` names.
pub(super) fn path_value(attributes: &[Attribute]) -> Option<String> {
    let attribute = attributes.iter().find(|a| a.path().is_ident("path"))?;
    let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(value), .. }) =
        &attribute.meta.require_name_value().ok()?.value
    else {
        return None;
    };
    Some(value.value())
}

/// The attributes' code, in any order.
pub(super) fn canonical_all<'a>(attributes: impl Iterator<Item = &'a Attribute>) -> Vec<String> {
    let mut all: Vec<_> = attributes.map(|a| canonical(a.to_token_stream())).filter(|text| !text.is_empty()).collect();
    all.sort();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<Attribute> {
        syn::parse_str::<syn::ItemFn>(&format!("{text} fn f() {{}}")).expect("a function").attrs
    }

    #[test]
    fn code_for_tests_is_known_by_its_condition() {
        for yes in ["test", "all(test, unix)", "all(unix, any(test))", "any(test, feature = \"testing\")"] {
            assert!(is_test_only(&of(&format!("#[cfg({yes})]"))), "{yes}");
        }
        for no in ["not(test)", "any(test, windows)", "any()", "feature = \"test\"", "all(not(test), unix)", "unix"] {
            assert!(!is_test_only(&of(&format!("#[cfg({no})]"))), "{no}");
        }
    }

    #[test]
    fn tests_are_known_by_their_attribute() {
        for yes in [
            "test",
            "tokio::test",
            "tokio::test(flavor = \"x\")",
            "test_case(1)",
            "rstest",
            "wasm_bindgen_test",
            "cfg_attr(not(x), test)",
            "cfg_attr(x, tokio::test)",
        ] {
            assert!(is_test(&of(&format!("#[{yes}]"))), "{yes}");
        }
        for no in ["ignore", "cfg(test)", "cfg_attr(test, allow(dead_code))", "testing_only", "inline"] {
            assert!(!is_test(&of(&format!("#[{no}]"))), "{no}");
        }
    }

    #[test]
    fn conditions_decide_whether_an_item_is_there() {
        for yes in ["cfg(x)", "path = \"b.rs\"", "cfg_attr(test, path = \"b.rs\")", "cfg_attr(test, cfg(x))"] {
            assert!(of(&format!("#[{yes}]")).iter().all(is_condition), "{yes}");
        }
        for no in ["cfg_attr(test, allow(dead_code))", "macro_use", "doc = \"x\""] {
            assert!(!of(&format!("#[{no}]")).iter().any(is_condition), "{no}");
        }
    }
}
