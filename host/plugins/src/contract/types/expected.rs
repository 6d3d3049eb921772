//! What the contract has, read from its own text.

use std::collections::BTreeMap;

use wit_parser::{
    Function as WitFunction, Handle, InterfaceId, Resolve, SourceMap, Type, TypeDefKind, TypeId, WorldItem, WorldKey,
};

use super::shape::Shape;
use crate::surface::Kind;

/// A world's imports and exports.
pub(crate) struct World {
    pub(super) imports: BTreeMap<String, Interface>,
    pub(super) exports: BTreeMap<String, Interface>,
    /// The function that makes it this world.
    pub(super) function: (String, Function),
}

/// An interface's functions, by the names that a component has for them.
#[derive(Default)]
pub(super) struct Interface {
    pub(super) functions: BTreeMap<String, Function>,
    pub(super) resources: Vec<String>,
}

/// A function's type.
pub(super) struct Function {
    pub(super) parameters: Vec<(String, Shape)>,
    pub(super) result: Option<Shape>,
}

impl World {
    /// The three worlds of a contract, in the order of [`Kind::ALL`], from its files.
    pub(crate) fn all(files: &[(&str, &str)]) -> [Self; 3] {
        let mut sources = SourceMap::default();
        for (name, text) in files {
            sources.push_str(name, *text);
        }
        let mut resolve = Resolve::default();
        // A text that is no WIT has no world, and no component fits it: a test reads what ships.
        if let Ok(package) = sources.parse() {
            let _ = resolve.push_group(package);
        }
        Kind::ALL.map(|kind| Self::read(&resolve, kind))
    }

    fn read(resolve: &Resolve, kind: Kind) -> Self {
        let found = resolve.worlds.iter().find(|(_, world)| world.name == kind.world());
        let mut world = Self {
            imports: BTreeMap::new(),
            exports: BTreeMap::new(),
            function: (kind.export().to_owned(), Function { parameters: Vec::new(), result: None }),
        };
        let Some((_, wit)) = found else { return world };
        for (items, into) in [(&wit.imports, &mut world.imports), (&wit.exports, &mut world.exports)] {
            for (key, item) in items {
                if let (WorldKey::Interface(_), WorldItem::Interface { id, .. }) = (key, item) {
                    let name = resolve.interfaces[*id].name.clone().unwrap_or_default();
                    into.insert(name, interface(resolve, *id));
                }
            }
        }
        for item in wit.exports.values() {
            if let WorldItem::Function(wit) = item {
                world.function = (wit.name.clone(), function(resolve, wit));
            }
        }
        world
    }
}

fn interface(resolve: &Resolve, id: InterfaceId) -> Interface {
    let wit = &resolve.interfaces[id];
    let is_resource = |(_, id): &(&String, &TypeId)| matches!(resolve.types[**id].kind, TypeDefKind::Resource);
    Interface {
        functions: wit.functions.iter().map(|(name, wit)| (name.clone(), function(resolve, wit))).collect(),
        resources: wit.types.iter().filter(is_resource).map(|(name, _)| name.clone()).collect(),
    }
}

fn function(resolve: &Resolve, wit: &WitFunction) -> Function {
    Function {
        parameters: wit.params.iter().map(|param| (param.name.clone(), shape(resolve, &param.ty))).collect(),
        result: wit.result.as_ref().map(|ty| shape(resolve, ty)),
    }
}

fn shape(resolve: &Resolve, ty: &Type) -> Shape {
    let boxed = |ty: &Type| Box::new(shape(resolve, ty));
    let id = match ty {
        Type::Bool => return Shape::Primitive("bool"),
        Type::U8 => return Shape::Primitive("u8"),
        Type::U16 => return Shape::Primitive("u16"),
        Type::U32 => return Shape::Primitive("u32"),
        Type::U64 => return Shape::Primitive("u64"),
        Type::S8 => return Shape::Primitive("s8"),
        Type::S16 => return Shape::Primitive("s16"),
        Type::S32 => return Shape::Primitive("s32"),
        Type::S64 => return Shape::Primitive("s64"),
        Type::F32 => return Shape::Primitive("f32"),
        Type::F64 => return Shape::Primitive("f64"),
        Type::Char => return Shape::Primitive("char"),
        Type::String => return Shape::Primitive("string"),
        Type::ErrorContext => return Shape::Other("error-context"),
        Type::Id(id) => *id,
    };
    match &resolve.types[id].kind {
        TypeDefKind::Type(alias) => shape(resolve, alias),
        TypeDefKind::Record(record) => {
            Shape::Record(record.fields.iter().map(|field| (field.name.clone(), shape(resolve, &field.ty))).collect())
        }
        TypeDefKind::Variant(variant) => {
            let case = |case: &wit_parser::Case| (case.name.clone(), case.ty.as_ref().map(|ty| shape(resolve, ty)));
            Shape::Variant(variant.cases.iter().map(case).collect())
        }
        TypeDefKind::Enum(cases) => Shape::Enum(cases.cases.iter().map(|case| case.name.clone()).collect()),
        TypeDefKind::Flags(flags) => Shape::Flags(flags.flags.iter().map(|flag| flag.name.clone()).collect()),
        TypeDefKind::Tuple(tuple) => Shape::Tuple(tuple.types.iter().map(|ty| shape(resolve, ty)).collect()),
        TypeDefKind::List(element) => Shape::List(boxed(element)),
        TypeDefKind::Option(some) => Shape::Option(boxed(some)),
        TypeDefKind::Result(result) => Shape::Result(result.ok.as_ref().map(boxed), result.err.as_ref().map(boxed)),
        TypeDefKind::Handle(Handle::Own(resource)) => Shape::Own(resource_name(resolve, *resource)),
        TypeDefKind::Handle(Handle::Borrow(resource)) => Shape::Borrow(resource_name(resolve, *resource)),
        // A resource by its bare name is a handle that is given away.
        TypeDefKind::Resource => Shape::Own(resource_name(resolve, id)),
        other => Shape::Other(other.as_str()),
    }
}

fn resource_name(resolve: &Resolve, id: TypeId) -> String {
    match &resolve.types[id].kind {
        TypeDefKind::Type(Type::Id(alias)) => resource_name(resolve, *alias),
        _ => resolve.types[id].name.clone().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{capabilities, contract};

    fn world(kind: Kind) -> &'static World {
        contract::ALL[0].types(kind)
    }

    #[test]
    fn every_world_has_its_function_and_every_capability_its_interface() {
        for kind in Kind::ALL {
            let world = world(kind);
            assert_eq!(world.function.0, kind.export());
            assert_eq!(world.function.1.parameters.len(), 1);
            assert!(world.exports["plugin-info"].functions.contains_key("describe"));
            for capability in capabilities::ALL {
                let has = world.imports.contains_key(capability.interface());
                assert_eq!(has, capability.in_world(kind), "{} in {kind}", capability.interface());
            }
        }
    }

    #[test]
    fn types_are_written_out() {
        let evaluator = world(Kind::Evaluator);
        let Some(Shape::Result(Some(verdict), Some(error))) = &evaluator.function.1.result else { panic!("a result") };
        let Shape::Record(fields) = &**verdict else { panic!("a record") };
        assert!(fields.contains(&("score".into(), Shape::Option(Box::new(Shape::Primitive("f64"))))));
        assert_eq!(**error, Shape::Primitive("string"));
        let tree = &evaluator.imports["tree"];
        assert_eq!(tree.resources, ["tree"]);
        assert_eq!(tree.functions["sealed"].result, Some(Shape::Own("tree".into())));
        assert_eq!(tree.functions["[method]tree.diff"].parameters[1], ("base".into(), Shape::Borrow("tree".into())));
    }
}
