//! What a component has: the types of its imports and exports.

use std::collections::HashMap;

use wasmparser::component_types::{
    ComponentAnyTypeId, ComponentDefinedType, ComponentEntityType, ComponentFuncType, ComponentInstanceType,
    ComponentValType, ResourceId,
};
use wasmparser::types::{Types, TypesRef};
use wasmparser::{Parser, PrimitiveValType, ValidPayload, Validator, WasmFeatures};

use super::shape::Shape;
use crate::surface::Name;

/// A component's types.
pub(super) struct Found {
    types: Types,
    /// What the resources of its imports are called.
    resources: HashMap<ResourceId, String>,
}

/// Deeper parts of a type are not looked at where they are only shown.
const SHOWN: usize = 4;

impl Found {
    /// Validates everything but the code of functions, which the compiler does.
    pub(super) fn read(component: &[u8], imports: &[Name]) -> Result<Self, String> {
        // What no plugin may use is the engine's to refuse, by its name.
        let mut validator = Validator::new_with_features(WasmFeatures::all());
        let mut types = None;
        for payload in Parser::new(0).parse_all(component) {
            let payload = payload.map_err(|error| error.to_string())?;
            if let ValidPayload::End(all) = validator.payload(&payload).map_err(|error| error.to_string())? {
                types = Some(all);
            }
        }
        let mut found = Self { types: types.ok_or("it has no end")?, resources: HashMap::new() };
        found.resources = found.name_resources(imports);
        Ok(found)
    }

    pub(super) fn import(&self, name: &str) -> Option<&ComponentEntityType> {
        self.types().component_item_for_import(name).map(|item| &item.ty)
    }

    pub(super) fn export(&self, name: &str) -> Option<&ComponentEntityType> {
        self.types().component_item_for_export(name).map(|item| &item.ty)
    }

    pub(super) fn instance(&self, entity: &ComponentEntityType) -> Option<&ComponentInstanceType> {
        match entity {
            ComponentEntityType::Instance(id) => self.types().get(*id),
            _ => None,
        }
    }

    pub(super) fn function(&self, entity: &ComponentEntityType) -> Option<&ComponentFuncType> {
        match entity {
            ComponentEntityType::Func(id) => self.types().get(*id),
            _ => None,
        }
    }

    pub(super) fn defined(&self, ty: &ComponentValType) -> Option<&ComponentDefinedType> {
        match ty {
            ComponentValType::Primitive(_) => None,
            ComponentValType::Type(id) => self.types().get(*id),
        }
    }

    /// The name under which an import has the resource; of one that the component makes itself, that it does.
    pub(super) fn resource(&self, id: ResourceId) -> &str {
        self.resources.get(&id).map_or("a resource of its own", String::as_str)
    }

    /// The beginning of a type, for a message: all of it may be without an end.
    pub(super) fn shown(&self, ty: &ComponentValType) -> Shape {
        self.shown_to(ty, SHOWN)
    }

    fn shown_to(&self, ty: &ComponentValType, depth: usize) -> Shape {
        if depth == 0 {
            return Shape::Other("…");
        }
        let inner = |ty: &ComponentValType| self.shown_to(ty, depth - 1);
        let boxed = |ty: &ComponentValType| Box::new(inner(ty));
        let defined = match ty {
            ComponentValType::Primitive(primitive) => return Shape::Primitive(name(*primitive)),
            ComponentValType::Type(_) => self.defined(ty),
        };
        match defined {
            Some(ComponentDefinedType::Primitive(primitive)) => Shape::Primitive(name(*primitive)),
            Some(ComponentDefinedType::Record(record)) => {
                let fields = record.fields.iter().take(8);
                Shape::Record(fields.map(|(name, _)| (name.to_string(), Shape::Other("…"))).collect())
            }
            Some(ComponentDefinedType::Variant(variant)) => {
                Shape::Variant(variant.cases.keys().take(8).map(|name| (name.to_string(), None)).collect())
            }
            Some(ComponentDefinedType::Enum(cases)) => {
                Shape::Enum(cases.iter().take(8).map(ToString::to_string).collect())
            }
            Some(ComponentDefinedType::Flags(flags)) => {
                Shape::Flags(flags.iter().take(8).map(ToString::to_string).collect())
            }
            Some(ComponentDefinedType::Tuple(tuple)) => Shape::Tuple(tuple.types.iter().take(8).map(inner).collect()),
            Some(ComponentDefinedType::List { element, .. }) => Shape::List(boxed(element)),
            Some(ComponentDefinedType::Option { ty, .. }) => Shape::Option(boxed(ty)),
            Some(ComponentDefinedType::Result { ok, err, .. }) => {
                Shape::Result(ok.as_ref().map(boxed), err.as_ref().map(boxed))
            }
            Some(ComponentDefinedType::Own(id)) => Shape::Own(self.resource(id.resource()).to_owned()),
            Some(ComponentDefinedType::Borrow(id)) => Shape::Borrow(self.resource(id.resource()).to_owned()),
            Some(_) | None => Shape::Other("a type that the contract has nowhere"),
        }
    }

    fn types(&self) -> TypesRef<'_> {
        self.types.as_ref()
    }

    fn name_resources(&self, imports: &[Name]) -> HashMap<ResourceId, String> {
        let mut resources = HashMap::new();
        for instance in imports.iter().filter_map(|name| self.instance(self.import(&name.full)?)) {
            for (name, item) in &instance.exports {
                if let ComponentEntityType::Type { created: ComponentAnyTypeId::Resource(id), .. } = &item.ty {
                    resources.insert(id.resource(), name.clone());
                }
            }
        }
        resources
    }
}

/// As WIT calls it.
pub(super) fn name(primitive: PrimitiveValType) -> &'static str {
    match primitive {
        PrimitiveValType::Bool => "bool",
        PrimitiveValType::S8 => "s8",
        PrimitiveValType::U8 => "u8",
        PrimitiveValType::S16 => "s16",
        PrimitiveValType::U16 => "u16",
        PrimitiveValType::S32 => "s32",
        PrimitiveValType::U32 => "u32",
        PrimitiveValType::S64 => "s64",
        PrimitiveValType::U64 => "u64",
        PrimitiveValType::F32 => "f32",
        PrimitiveValType::F64 => "f64",
        PrimitiveValType::Char => "char",
        PrimitiveValType::String => "string",
        PrimitiveValType::ErrorContext => "error-context",
    }
}
