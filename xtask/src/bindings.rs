//! `cargo xtask bindings`: the bindings of the SDKs for Rust, C and Go, generated from `wit/` and committed, so that a plugin's
//! build needs neither a macro nor a WIT parser.
//!
//! In Rust, a plugin must see one `Finding`, not one for each world. So the interfaces are generated once, for a world that exists
//! only here and imports all of them, and each real world's module refers to those. What a plugin does not call is dropped
//! when it is linked: its component imports what it uses and nothing else.

mod c;
mod go;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use wit_bindgen_core::Files;
use wit_bindgen_rust::{Opts, WithOption};
use wit_parser::{Resolve, SourceMap, WorldId, WorldItem};

/// The world that imports every interface a plugin may import.
const IMPORTS: &str = "imports";
/// The worlds that a plugin may be of.
const WORLDS: [&str; 3] = ["evaluator", "gate", "workflow"];
/// Where the generated modules are.
const RUST: &str = "sdk/rust/src/bindings";

/// Writes the bindings below `repository`, or only compares them.
///
/// # Errors
/// A contract that does not parse, or with `check` a file that is not what would be generated.
pub(crate) fn run(repository: &Path, check: bool) -> Result<()> {
    let mut stale = Vec::new();
    let wit = repository.join("wit");
    let rust = generate(&wit)?.into_iter().map(|(name, text)| (format!("{RUST}/{name}"), text.into_bytes()));
    for (name, content) in rust.chain(c::generate(&wit)?).chain(go::generate(&wit, repository)?) {
        let path = repository.join(&name);
        if fs::read(&path).is_ok_and(|there| there == content) {
            continue;
        }
        if check {
            stale.push(name);
        } else {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).with_context(|| format!("{}", folder.display()))?;
            }
            fs::write(&path, content).with_context(|| format!("can't write {}", path.display()))?;
        }
    }
    if !stale.is_empty() {
        bail!("not what `wit/` says: {}. Run `cargo xtask bindings`.", stale.join(", "));
    }
    Ok(())
}

/// File names and contents of all modules.
fn generate(wit: &Path) -> Result<BTreeMap<String, String>> {
    let mut modules = BTreeMap::new();
    let mut all = Vec::new();
    for world in WORLDS {
        let resolve = contract(wit, None)?;
        let interfaces = importable(&resolve, world)?;
        modules.insert(format!("{world}.rs"), exports(resolve, world, &interfaces)?);
        all.extend(interfaces);
    }
    all.sort();
    all.dedup();
    let resolve = contract(wit, Some(&all))?;
    let imports = render(resolve, IMPORTS, Opts { generate_all: true, ..options() })?;
    modules.insert(format!("{IMPORTS}.rs"), imports);
    Ok(modules)
}

/// The contract, with the world `imports` added where its interfaces are given.
fn contract(wit: &Path, imported: Option<&[String]>) -> Result<Resolve> {
    let mut sources = SourceMap::new();
    sources.push_dir(wit)?;
    if let Some(interfaces) = imported {
        let lines: String = interfaces.iter().map(|interface| format!("  import {interface};\n")).collect();
        sources.push_str("imports.wit", format!("package goalpost:plugin@0.1.0;\nworld {IMPORTS} {{\n{lines}}}\n"));
    }
    let package = sources.parse().map_err(|(sources, error)| anyhow::anyhow!(error.render(&sources)))?;
    let mut resolve = Resolve::default();
    resolve.push_group(package)?;
    Ok(resolve)
}

fn world(resolve: &Resolve, name: &str) -> Result<WorldId> {
    let (package, _) = resolve.packages.iter().next().context("`wit/` holds no package")?;
    resolve.select_world(&[package], Some(name)).with_context(|| format!("`wit/` holds no world `{name}`"))
}

/// The names of the interfaces that a world imports, the shared types included.
fn importable(resolve: &Resolve, name: &str) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for item in resolve.worlds[world(resolve, name)?].imports.values() {
        if let WorldItem::Interface { id, .. } = item {
            names.push(resolve.interfaces[*id].name.clone().context("an interface without a name")?);
        }
    }
    Ok(names)
}

fn exports(resolve: Resolve, name: &str, interfaces: &[String]) -> Result<String> {
    let with = interfaces
        .iter()
        .map(|interface| {
            let module = format!("crate::bindings::{IMPORTS}::goalpost::plugin::{}", interface.replace('-', "_"));
            (format!("goalpost:plugin/{interface}@0.1.0"), WithOption::Path(module))
        })
        .collect();
    let opts = Opts {
        with,
        generate_all: true,
        pub_export_macro: true,
        export_macro_name: Some(format!("export_{name}")),
        default_bindings_module: Some(format!("$crate::bindings::{name}")),
        ..options()
    };
    // An exported macro's name is the whole crate's, and every world exports `plugin-info`.
    let text = render(resolve, name, opts)?;
    Ok(text.replace("__export_goalpost_plugin_plugin_info", &format!("__export_{name}_plugin_info")))
}

fn options() -> Opts {
    Opts { format: true, additional_derive_attributes: vec!["PartialEq".into()], ..Opts::default() }
}

fn render(mut resolve: Resolve, name: &str, opts: Opts) -> Result<String> {
    let world = world(&resolve, name)?;
    let mut files = Files::default();
    let mut generator = opts.build();
    wit_bindgen_core::WorldGenerator::generate(&mut generator, &mut resolve, world, &mut files)?;
    let (_, text) = files.iter().next().context("the generator wrote no file")?;
    Ok(String::from_utf8(text.to_vec())?)
}
