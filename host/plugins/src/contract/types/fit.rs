//! Compares what a component has with what is expected. The walk follows what is expected, which has an end, whatever the
//! component's types do.

use wasmparser::component_types::{
    ComponentAnyTypeId, ComponentDefinedType, ComponentEntityType, ComponentFuncType, ComponentValType,
};

use super::Misfit;
use super::expected::{Function, Interface};
use super::found::{self, Found};
use super::shape::Shape;

/// Differences of one function that are told: more of them are one mistake.
const MOST: usize = 6;

/// An import may have less than the interface, and nothing else.
pub(super) fn import(found: &Found, name: &str, expected: &Interface) -> Vec<Misfit> {
    let misfit = |why: String| Misfit { export: false, name: name.to_owned(), why };
    let Some(instance) = found.import(name).and_then(|entity| found.instance(entity)) else {
        return vec![misfit(NO_INTERFACE.into())];
    };
    let mut misfits = Vec::new();
    for (name, there) in &instance.exports {
        let (name, ty) = (name.as_str(), &there.ty);
        let whys = match (expected.functions.get(name), found.function(ty), ty) {
            (_, _, ComponentEntityType::Type { created: ComponentAnyTypeId::Resource(_), .. }) => {
                let known = expected.resources.iter().any(|known| known == name);
                if known { Vec::new() } else { vec!["the contract has no such resource".to_owned()] }
            }
            // What values look like is seen where functions take and give them.
            (_, _, ComponentEntityType::Type { .. }) => Vec::new(),
            (Some(wanted), Some(function), _) => compared(found, wanted, function),
            (Some(_), None, _) => vec!["it must be a function".to_owned()],
            (None, ..) => vec!["the contract has no such function".to_owned()],
        };
        misfits.extend(whys.into_iter().map(|why| misfit(format!("`{}`: {why}", short(name)))));
    }
    misfits
}

/// An export has all of the interface, and may have more.
pub(super) fn export(found: &Found, name: &str, expected: &Interface) -> Vec<Misfit> {
    let misfit = |why: String| Misfit { export: true, name: name.to_owned(), why };
    let Some(instance) = found.export(name).and_then(|entity| found.instance(entity)) else {
        return vec![misfit(NO_INTERFACE.into())];
    };
    let mut misfits = Vec::new();
    for (name, wanted) in &expected.functions {
        let whys = match instance.exports.get(name.as_str()).map(|there| found.function(&there.ty)) {
            None => vec!["it is missing".to_owned()],
            Some(None) => vec!["it must be a function".to_owned()],
            Some(Some(function)) => compared(found, wanted, function),
        };
        misfits.extend(whys.into_iter().map(|why| misfit(format!("`{name}`: {why}"))));
    }
    misfits
}

/// The world's function. That it is missing is told by its name.
pub(super) fn function(found: &Found, name: &str, expected: &Function) -> Vec<Misfit> {
    let whys = match found.export(name).map(|there| found.function(there)) {
        None => Vec::new(),
        Some(None) => vec!["it must be a function".to_owned()],
        Some(Some(function)) => compared(found, expected, function),
    };
    whys.into_iter().map(|why| Misfit { export: true, name: name.to_owned(), why }).collect()
}

/// Whether an import is an interface at all.
pub(super) fn is_interface(found: &Found, name: &str) -> Option<Misfit> {
    let instance = found.import(name).and_then(|entity| found.instance(entity));
    let misfit = || Misfit { export: false, name: name.to_owned(), why: NO_INTERFACE.into() };
    instance.is_none().then(misfit)
}

const NO_INTERFACE: &str = "it must be an interface";

fn compared(found: &Found, expected: &Function, there: &ComponentFuncType) -> Vec<String> {
    let mut walk = Walk { found, whys: Vec::new() };
    if there.async_ {
        walk.say("it is async, and must not be");
    }
    let (wanted, has) = (expected.parameters.len(), there.params.len());
    if wanted != has {
        walk.say(&format!("it takes {has} parameters, and must take {wanted}"));
    } else {
        for ((name, wanted), (_, ty)) in expected.parameters.iter().zip(&there.params) {
            walk.value(name, wanted, ty);
        }
    }
    match (&expected.result, &there.result) {
        (Some(wanted), Some(ty)) => walk.value("result", wanted, ty),
        (Some(wanted), None) => walk.say(&format!("it returns nothing, and must return `{wanted}`")),
        (None, Some(ty)) => walk.say(&format!("it returns `{}`, and must return nothing", found.shown(ty))),
        (None, None) => {}
    }
    walk.whys.truncate(MOST);
    walk.whys
}

struct Walk<'a> {
    found: &'a Found,
    whys: Vec<String>,
}

impl Walk<'_> {
    fn say(&mut self, why: &str) {
        self.whys.push(why.to_owned());
    }

    fn other(&mut self, at: &str, expected: &Shape, ty: &ComponentValType) {
        self.whys.push(format!("`{at}` is `{}`, and must be `{expected}`", self.found.shown(ty)));
    }

    fn value(&mut self, at: &str, expected: &Shape, ty: &ComponentValType) {
        if let ComponentValType::Primitive(primitive) = ty {
            if *expected != Shape::Primitive(found::name(*primitive)) {
                self.other(at, expected, ty);
            }
            return;
        }
        // Follows `found`, not `self`, so that the walk can go on.
        let found = self.found;
        match (expected, found.defined(ty)) {
            (Shape::Primitive(wanted), Some(ComponentDefinedType::Primitive(there)))
                if *wanted == found::name(*there) => {}
            (Shape::List(wanted), Some(ComponentDefinedType::List { element, .. })) => {
                self.value(&format!("{at}[]"), wanted, element);
            }
            (Shape::Option(wanted), Some(ComponentDefinedType::Option { ty, .. })) => self.value(at, wanted, ty),
            (Shape::Result(ok, error), Some(ComponentDefinedType::Result { ok: there, err, .. })) => {
                self.part(&format!("{at}.ok"), ok.as_deref(), there.as_ref());
                self.part(&format!("{at}.error"), error.as_deref(), err.as_ref());
            }
            (Shape::Tuple(wanted), Some(ComponentDefinedType::Tuple(there))) if wanted.len() == there.types.len() => {
                for (index, (wanted, ty)) in wanted.iter().zip(&there.types).enumerate() {
                    self.value(&format!("{at}.{index}"), wanted, ty);
                }
            }
            (Shape::Record(wanted), Some(ComponentDefinedType::Record(there))) => {
                let has: Vec<_> = there.fields.keys().map(|name| name.as_str()).collect();
                let wants: Vec<_> = wanted.iter().map(|(name, _)| name.as_str()).collect();
                self.names(at, "field", &wants, &has);
                for (name, wanted) in wanted {
                    let there = there.fields.iter().find(|(key, _)| key.as_str() == name);
                    if let Some((_, ty)) = there {
                        self.value(&format!("{at}.{name}"), wanted, ty);
                    }
                }
            }
            (Shape::Variant(wanted), Some(ComponentDefinedType::Variant(there))) => {
                let has: Vec<_> = there.cases.keys().map(|name| name.as_str()).collect();
                let wants: Vec<_> = wanted.iter().map(|(name, _)| name.as_str()).collect();
                self.names(at, "case", &wants, &has);
                for (name, wanted) in wanted {
                    let there = there.cases.iter().find(|(key, _)| key.as_str() == name);
                    if let Some((_, case)) = there {
                        self.part(&format!("{at}.{name}"), wanted.as_ref(), case.ty.as_ref());
                    }
                }
            }
            (Shape::Enum(wanted), Some(ComponentDefinedType::Enum(there))) => {
                let has: Vec<_> = there.iter().map(|name| name.as_str()).collect();
                self.names(at, "case", &wanted.iter().map(String::as_str).collect::<Vec<_>>(), &has);
            }
            (Shape::Flags(wanted), Some(ComponentDefinedType::Flags(there))) => {
                let has: Vec<_> = there.iter().map(|name| name.as_str()).collect();
                self.names(at, "flag", &wanted.iter().map(String::as_str).collect::<Vec<_>>(), &has);
            }
            (Shape::Own(wanted), Some(ComponentDefinedType::Own(id))) if found.resource(id.resource()) == wanted => {}
            (Shape::Borrow(wanted), Some(ComponentDefinedType::Borrow(id)))
                if found.resource(id.resource()) == wanted => {}
            _ => self.other(at, expected, ty),
        }
    }

    /// Of a result or a case, which may have no value.
    fn part(&mut self, at: &str, expected: Option<&Shape>, there: Option<&ComponentValType>) {
        match (expected, there) {
            (Some(wanted), Some(ty)) => self.value(at, wanted, ty),
            (Some(wanted), None) => self.whys.push(format!("`{at}` has no value, and must have `{wanted}`")),
            (None, Some(ty)) => {
                self.whys.push(format!("`{at}` has `{}`, and must have no value", self.found.shown(ty)));
            }
            (None, None) => {}
        }
    }

    fn names(&mut self, at: &str, what: &str, wants: &[&str], has: &[&str]) {
        let before = self.whys.len();
        for name in wants.iter().filter(|name| !has.contains(name)) {
            self.whys.push(format!("`{at}` has no {what} `{name}`"));
        }
        for name in has.iter().filter(|name| !wants.contains(name)).take(MOST) {
            self.whys.push(format!("`{at}` has a {what} `{}`, which is not in the contract", short(name)));
        }
        if self.whys.len() == before && wants != has {
            self.whys.push(format!("`{at}` has its {what}s in another order"));
        }
    }
}

fn short(name: &str) -> String {
    goalpost_core::text::one_line(name, 80)
}
