//! A source file as what sealing needs to know of it: its scopes, and the pieces in each.

use std::collections::BTreeSet;
use std::ops::Range;

use quote::ToTokens as _;
use syn::spanned::Spanned as _;
use syn::visit::Visit;
use syn::{AttrStyle, Attribute, ImplItem, Item};

use super::attributes::{
    canonical_all, is_condition, is_test, is_test_free, is_test_only, makes_tests, may_rewrite, path_value, takes_away,
};
use super::normal::normal;
use super::parse::{Parsed, parse};
use super::tokens::{Mentions, canonical};
use super::uses;

/// What stands between the braces of a module or an `impl`, or in a whole file.
#[derive(Debug)]
pub(super) struct Scope {
    /// Without the braces.
    pub body: Range<usize>,
    /// Inner attributes that could take tests away.
    pub inner: Vec<Condition>,
    /// In their order.
    pub pieces: Vec<Piece>,
    /// Places in the work that behave in another way under test. Counted for a whole file.
    pub knows_of_tests: usize,
}

/// An attribute, where it stands and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    pub span: Range<usize>,
    pub code: String,
    /// Whether it holds wherever tests are compiled: `cfg(test)`.
    pub is_for_tests: bool,
}

/// An item, a name that a `use` brings in, or a test-only member of an `impl`.
#[derive(Debug)]
pub(super) struct Piece {
    /// With attributes and documentation. All names of one `use` share it.
    pub span: Range<usize>,
    pub kind: Kind,
    /// Empty where it has none.
    pub name: String,
    /// Whether it decides over the work.
    pub is_protected: bool,
    /// Its code. Empty for what isn't compared.
    pub code: String,
    /// What to write to have it again.
    pub text: String,
    /// Attributes that decide whether it is compiled.
    pub conditions: Vec<Condition>,
    /// What it looks up. Empty for what isn't compared.
    pub mentions: Mentions,
    /// What it holds: of an inline module, or of an `impl` with members that are for tests alone.
    pub scope: Option<Scope>,
}

/// What a piece is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A function with a test attribute.
    Test,
    /// One name that a `use` brings in.
    Use {
        /// Of the standard library, under its own name.
        is_std: bool,
        /// `*`.
        is_glob: bool,
        /// Seen by other modules.
        is_shared: bool,
    },
    /// An inline module. `test_free` ones are compiled only where no tests are.
    Module,
    /// `mod name;`, with the file that its `#[path]` names.
    Declaration(Option<String>),
    /// An `impl`.
    Impl,
    /// `macro_rules!`.
    Rules,
    /// Another macro where items stand, by its name.
    Call(String),
    /// Anything else; whether it is there only where no tests are.
    Other { test_free: bool },
}

impl Piece {
    /// Whether its removal leaves everything else as it is, where nothing looks it up by its name.
    pub(super) fn is_only_for_its_name(&self) -> bool {
        !self.name.is_empty()
            && matches!(self.kind, Kind::Use { is_glob: false, .. } | Kind::Other { .. })
            && self.name != "_"
    }

    /// Whether it and `other` are versions of the same thing.
    pub(super) fn is_version_of(&self, other: &Self) -> bool {
        let like = |kind: &Kind| match kind {
            Kind::Test | Kind::Other { .. } => 0,
            Kind::Use { .. } => 1,
            Kind::Module | Kind::Declaration(_) => 2,
            Kind::Impl => 3,
            Kind::Rules => 4,
            Kind::Call(_) => 5,
        };
        self.name == other.name && like(&self.kind) == like(&other.kind)
    }
}

/// Reads a file. `all_tests` says that the whole of it is only there for tests. The error is for people.
pub(super) fn read(bytes: &[u8], all_tests: bool) -> Result<Scope, String> {
    let Parsed { file, offset } = parse(bytes)?;
    // Parsing has shown that it is.
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let reader = Reader { text, offset };
    let all_tests = all_tests || is_test_only(&file.attrs);
    let knows_of_tests = if all_tests { 0 } else { file.items.iter().map(knows_of_tests).sum() };
    Ok(Scope { knows_of_tests, ..reader.scope(offset..text.len(), &file.attrs, &file.items, all_tests) })
}

struct Reader<'t> {
    text: &'t str,
    offset: usize,
}

impl Reader<'_> {
    fn range(&self, span: proc_macro2::Span) -> Range<usize> {
        let range = span.byte_range();
        range.start + self.offset..range.end + self.offset
    }

    fn slice(&self, range: Range<usize>) -> String {
        self.text.get(range).unwrap_or_default().to_owned()
    }

    fn scope(&self, body: Range<usize>, attributes: &[Attribute], items: &[Item], is_test: bool) -> Scope {
        let inner = attributes
            .iter()
            .filter(|a| matches!(a.style, AttrStyle::Inner(_)) && takes_away(a.meta.to_token_stream()))
            .map(|a| self.condition(a))
            .collect();
        let mut pieces = Vec::new();
        for item in items {
            self.item(item, is_test, &mut pieces);
        }
        Scope { body, inner, pieces, knows_of_tests: 0 }
    }

    fn condition(&self, attribute: &Attribute) -> Condition {
        Condition {
            span: self.range(attribute.span()),
            // Within the braces or before them, it says the same.
            code: canonical(attribute.to_token_stream()).replacen("# ! [", "# [", 1),
            is_for_tests: is_test_only(std::slice::from_ref(attribute)),
        }
    }

    fn item(&self, item: &Item, in_tests: bool, pieces: &mut Vec<Piece>) {
        let attributes = attributes(item);
        let span = self.range(item.span());
        let is_test_item = in_tests || is_test_only(attributes);
        let piece = |kind, name: String, is_protected: bool| Piece {
            code: if is_protected { normal(item) } else { String::new() },
            mentions: if is_protected { mentions(item) } else { Mentions::default() },
            text: self.slice(span.clone()),
            conditions: attributes
                .iter()
                // An attribute macro on a module may drop what is in it.
                .filter(|a| is_condition(a) || (matches!(item, Item::Mod(_)) && may_rewrite(a)))
                .map(|a| self.condition(a))
                .collect(),
            span: span.clone(),
            scope: None,
            kind,
            name,
            is_protected,
        };
        match item {
            Item::Use(item) => {
                let before = item.leading_colon.map_or_else(|| item.tree.span(), |c| c.spans[0]);
                let head = self.slice(span.start..self.range(before).start);
                for leaf in uses::leaves(item) {
                    let code = format!(
                        "{} {}use {}",
                        canonical_all(item.attrs.iter()).join(" "),
                        canonical(item.vis.to_token_stream()),
                        leaf.path
                    );
                    let mut mentions = Mentions::default();
                    mentions.names.extend(leaf.root.clone());
                    let is_shared = !matches!(item.vis, syn::Visibility::Inherited);
                    let kind = Kind::Use { is_std: leaf.is_std, is_glob: leaf.is_glob, is_shared };
                    let text = format!("{head}{};", leaf.path);
                    pieces.push(Piece { code, mentions, text, ..piece(kind, leaf.name, is_test_item) });
                }
            }
            Item::Mod(module) => {
                let name = module.ident.to_string();
                let Some((brace, items)) = &module.content else {
                    let kind = Kind::Declaration(path_value(attributes));
                    return pieces.push(piece(kind, name, is_test_item));
                };
                let body = self.range(brace.span.open()).end..self.range(brace.span.close()).start;
                let scope = self.scope(body, attributes, items, is_test_item);
                let mut piece = piece(Kind::Module, name, false);
                piece.is_protected = is_test_item;
                if is_test_item {
                    // Its own line only: what it holds is compared piece by piece.
                    piece.code = canonical_all(attributes.iter().filter(|a| matches!(a.style, AttrStyle::Outer)))
                        .join(" ")
                        + &canonical(module.vis.to_token_stream());
                    for inside in &scope.pieces {
                        piece.mentions.extend(&inside.mentions);
                    }
                }
                pieces.push(Piece { scope: Some(scope), ..piece });
            }
            Item::Impl(block) if !is_test_item => {
                let members: Vec<_> = block.items.iter().filter_map(|member| self.member(member)).collect();
                if members.is_empty() {
                    return;
                }
                let head = syn::ItemImpl { attrs: Vec::new(), items: Vec::new(), ..block.clone() };
                let brace = &block.brace_token.span;
                let body = self.range(brace.open()).end..self.range(brace.close()).start;
                let scope = Scope { body, inner: Vec::new(), pieces: members, knows_of_tests: 0 };
                let piece = piece(Kind::Impl, canonical(head.to_token_stream()), false);
                pieces.push(Piece { scope: Some(scope), ..piece });
            }
            Item::Impl(_) => pieces.push(piece(Kind::Impl, String::new(), is_test_item)),
            Item::Macro(call) => {
                let tests = makes_tests(call.mac.tokens.clone());
                let path = call.mac.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
                let (kind, name) = match &call.ident {
                    Some(name) => (Kind::Rules, name.to_string()),
                    None => (Kind::Call(path.clone()), String::new()),
                };
                let includes_tests = path == "include" && canonical(call.mac.tokens.clone()).contains("test");
                let mut piece = piece(kind, name, is_test_item || tests || includes_tests);
                if !piece.is_protected {
                    piece.code = canonical(item.to_token_stream());
                    piece.mentions = Mentions::of(call.mac.tokens.clone(), &BTreeSet::new());
                }
                pieces.push(piece);
            }
            Item::Fn(function) => {
                let is_test = is_test(attributes);
                let kind = if is_test { Kind::Test } else { Kind::Other { test_free: is_test_free(attributes) } };
                pieces.push(piece(kind, function.sig.ident.to_string(), is_test_item || is_test));
            }
            other => {
                let kind = Kind::Other { test_free: is_test_free(attributes) };
                pieces.push(piece(kind, name(other), is_test_item));
            }
        }
    }

    /// A member of an `impl` of the work, if it is only there for tests.
    fn member(&self, member: &ImplItem) -> Option<Piece> {
        let (attributes, name) = match member {
            ImplItem::Const(item) => (&item.attrs, item.ident.to_string()),
            ImplItem::Fn(item) => (&item.attrs, item.sig.ident.to_string()),
            ImplItem::Type(item) => (&item.attrs, item.ident.to_string()),
            ImplItem::Macro(item) => (&item.attrs, String::new()),
            _ => return None,
        };
        let span = self.range(member.span());
        is_test_only(attributes).then(|| Piece {
            kind: Kind::Other { test_free: false },
            name,
            is_protected: true,
            code: canonical(member.to_token_stream()),
            text: self.slice(span.clone()),
            span,
            conditions: Vec::new(),
            mentions: Mentions::default(),
            scope: None,
        })
    }
}

/// How often an item of the work asks whether it is under test, or is another one under test.
fn knows_of_tests(item: &Item) -> usize {
    if is_test_only(attributes(item)) {
        return 0;
    }
    if let Item::Mod(syn::ItemMod { content: Some((_, items)), .. }) = item {
        return items.iter().map(knows_of_tests).sum();
    }
    let code = canonical(item.to_token_stream());
    let asks = |place: &(usize, &str)| {
        let predicate = code[place.0 + place.1.len()..].split(") ").next().unwrap_or_default();
        predicate.split(' ').any(|word| word == "test")
    };
    ["cfg ! ( ", "# [ cfg ( ", "# [ cfg_attr ( "]
        .iter()
        .flat_map(|pattern| code.match_indices(pattern))
        .filter(asks)
        .count()
}

/// What a test's code looks up.
fn mentions(item: &Item) -> Mentions {
    let mut bound = Bound::default();
    bound.visit_item(item);
    let mut bare = item.clone();
    if let Item::Fn(function) = &mut bare {
        // Its own name is not looked up.
        function.sig.ident = quote::format_ident!("_own", span = function.sig.ident.span());
    }
    Mentions::of(bare.to_token_stream(), &bound.0)
}

/// The variables that code binds.
#[derive(Default)]
struct Bound(BTreeSet<String>);

impl<'ast> Visit<'ast> for Bound {
    fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
        self.0.insert(pattern.ident.to_string());
        syn::visit::visit_pat_ident(self, pattern);
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(i) => &i.attrs,
        Item::Enum(i) => &i.attrs,
        Item::ExternCrate(i) => &i.attrs,
        Item::Fn(i) => &i.attrs,
        Item::ForeignMod(i) => &i.attrs,
        Item::Impl(i) => &i.attrs,
        Item::Macro(i) => &i.attrs,
        Item::Mod(i) => &i.attrs,
        Item::Static(i) => &i.attrs,
        Item::Struct(i) => &i.attrs,
        Item::Trait(i) => &i.attrs,
        Item::TraitAlias(i) => &i.attrs,
        Item::Type(i) => &i.attrs,
        Item::Union(i) => &i.attrs,
        Item::Use(i) => &i.attrs,
        _ => &[],
    }
}

fn name(item: &Item) -> String {
    match item {
        Item::Const(i) => i.ident.to_string(),
        Item::Enum(i) => i.ident.to_string(),
        Item::ExternCrate(i) => i.rename.as_ref().map_or(&i.ident, |(_, name)| name).to_string(),
        Item::Static(i) => i.ident.to_string(),
        Item::Struct(i) => i.ident.to_string(),
        Item::Trait(i) => i.ident.to_string(),
        Item::TraitAlias(i) => i.ident.to_string(),
        Item::Type(i) => i.ident.to_string(),
        Item::Union(i) => i.ident.to_string(),
        _ => String::new(),
    }
}
