//! A type of the contract, written out: no names of types, since a component does not keep them.

use std::fmt;

/// What a value looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    /// `bool`, `u8`, `string`, and so on.
    Primitive(&'static str),
    List(Box<Shape>),
    Option(Box<Shape>),
    Result(Option<Box<Shape>>, Option<Box<Shape>>),
    Tuple(Vec<Shape>),
    Record(Vec<(String, Shape)>),
    Variant(Vec<(String, Option<Shape>)>),
    Enum(Vec<String>),
    Flags(Vec<String>),
    /// A handle to the resource of that name.
    Own(String),
    Borrow(String),
    /// What the contract has nowhere.
    Other(&'static str),
}

/// Deeper parts of a type are not shown.
const SHOWN: usize = 3;

/// As WIT has it; of what has many parts, only what it is.
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.show(f, SHOWN)
    }
}

impl Shape {
    fn show(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        if depth == 0 {
            return f.write_str("…");
        }
        let part = |f: &mut fmt::Formatter<'_>, part: &Option<Box<Self>>| match part {
            Some(part) => part.show(f, depth - 1),
            None => f.write_str("_"),
        };
        match self {
            Self::Primitive(name) | Self::Other(name) => f.write_str(name),
            Self::List(element) => {
                f.write_str("list<")?;
                element.show(f, depth - 1)?;
                f.write_str(">")
            }
            Self::Option(some) => {
                f.write_str("option<")?;
                some.show(f, depth - 1)?;
                f.write_str(">")
            }
            Self::Result(ok, error) => {
                f.write_str("result<")?;
                part(f, ok)?;
                f.write_str(", ")?;
                part(f, error)?;
                f.write_str(">")
            }
            Self::Tuple(parts) => {
                f.write_str("tuple<")?;
                for (index, part) in parts.iter().take(8).enumerate() {
                    f.write_str(if index == 0 { "" } else { ", " })?;
                    part.show(f, depth - 1)?;
                }
                f.write_str(">")
            }
            Self::Record(fields) => write!(f, "a record of {}", names(fields.iter().map(|(name, _)| name))),
            Self::Variant(cases) => write!(f, "a variant of {}", names(cases.iter().map(|(name, _)| name))),
            Self::Enum(cases) => write!(f, "an enum of {}", names(cases.iter())),
            Self::Flags(flags) => write!(f, "flags of {}", names(flags.iter())),
            Self::Own(resource) => f.write_str(resource),
            Self::Borrow(resource) => write!(f, "borrow<{resource}>"),
        }
    }
}

fn names<'a>(names: impl ExactSizeIterator<Item = &'a String>) -> String {
    let count = names.len();
    let shown: Vec<_> = names.take(4).map(String::as_str).collect();
    let more = if count > shown.len() { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_shown_the_way_that_wit_has_it_and_never_at_length() {
        let text = || Box::new(Shape::Primitive("string"));
        let shown = |shape: Shape| shape.to_string();
        assert_eq!(shown(Shape::Option(text())), "option<string>");
        assert_eq!(shown(Shape::Result(None, Some(text()))), "result<_, string>");
        let fields = ["a", "b", "c", "d", "e"].map(|name| (name.to_owned(), *text()));
        assert_eq!(shown(Shape::Record(fields.to_vec())), "a record of a, b, c, d, …");
        let deep = (0..100).fold(*text(), |inner, _| Shape::List(Box::new(inner)));
        assert_eq!(shown(deep), "list<list<list<…>>>");
        assert_eq!(
            shown(Shape::Tuple(vec![Shape::Own("tree".into()), Shape::Borrow("tree".into())])),
            "tuple<tree, borrow<tree>>"
        );
    }
}
