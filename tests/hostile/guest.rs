//! A file of `guests/`: what it does, how it must end, and the component that is made of it.

use std::path::Path;
use std::time::Duration;

use goalpost_core::config::{Grants, Limits};
use goalpost_plugins::{CompileLimits, Kind};
use serde::Deserialize;

use crate::{frame, shapes, times};

/// An attack.
pub(crate) struct Guest {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) grants: Grants,
    pub(crate) limits: Limits,
    pub(crate) compiling: CompileLimits,
    pub(crate) expects: Expects,
    pub(crate) control: Option<Control>,
    pub(crate) source: Source,
}

/// Where its component comes from.
pub(crate) enum Source {
    /// WebAssembly text: of a component, of a module, or the fields of a module that [`frame`] completes.
    Text { text: String, wasi: bool },
    /// Bytes that no text stands for.
    Bytes(fn() -> Vec<u8>),
}

/// How an attack must end.
pub(crate) struct Expects {
    pub(crate) ends: End,
    /// Texts in what the host says of it, what it logged, and what it answered.
    pub(crate) says: Vec<String>,
    pub(crate) never_says: Vec<String>,
    /// What the host may grow by beside the guest's own memory.
    pub(crate) host_mib: u64,
}

impl Expects {
    /// Whether it is stopped by a clock.
    pub(crate) fn is_timed(&self) -> bool {
        matches!(self.ends, End::TimedOut | End::TimedOutDescribing)
    }
}

/// The same attack with its limit out of the way: shows that it was the limit that held it.
pub(crate) struct Control {
    pub(crate) limits: Limits,
    pub(crate) ends: Option<End>,
    pub(crate) says: Vec<String>,
    /// It takes at least that long.
    pub(crate) lasts_ms: u64,
    /// The host grows by at least that much.
    pub(crate) grows_mib: u64,
}

/// The ways to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum End {
    /// It is no component, or too large.
    NotLoaded,
    /// Admission has something against it.
    NotAdmitted,
    /// It ran out of time when it was to describe itself.
    TimedOutDescribing,
    TimedOut,
    Trapped,
    Malformed,
    HostCalls,
    Memory,
    TooLarge,
    /// Nothing but the guest itself was harmed: it goes on to its answer.
    Answers,
}

/// The `;;!` lines of a file, which are TOML.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    ends: End,
    #[serde(default)]
    says: Vec<String>,
    #[serde(default)]
    never_says: Vec<String>,
    #[serde(default)]
    world: World,
    #[serde(default)]
    grants: serde_json::Map<String, serde_json::Value>,
    #[serde(default)]
    limits: Limited,
    #[serde(default = "default_host_mib")]
    host_mib: u64,
    /// What compiling it may take, where it is the compiler that is attacked.
    #[serde(default)]
    compiling: Compiling,
    /// It imports parts of WASI.
    #[serde(default)]
    wasi: bool,
    control: Option<ControlHeader>,
}

/// Compiling a small guest, unoptimised, and what the allocator keeps of it.
fn default_host_mib() -> u64 {
    48
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ControlHeader {
    limits: Limited,
    ends: Option<End>,
    #[serde(default)]
    says: Vec<String>,
    #[serde(default)]
    lasts_ms: u64,
    #[serde(default)]
    grows_mib: u64,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Compiling {
    seconds: Option<u64>,
    memory_mib: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum World {
    #[default]
    Evaluator,
    Gate,
    Workflow,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Limited {
    timeout_ms: Option<u64>,
    memory_mib: Option<u64>,
    host_calls: Option<u32>,
    log_bytes: Option<u32>,
    output_bytes: Option<u32>,
}

impl Limited {
    fn over(&self, base: &Limits) -> Limits {
        Limits {
            timeout: self.timeout_ms.map_or(base.timeout, Duration::from_millis),
            memory: self.memory_mib.map_or(base.memory, |mib| mib << 20),
            host_calls: self.host_calls.unwrap_or(base.host_calls),
            log_bytes: self.log_bytes.unwrap_or(base.log_bytes),
            output_bytes: self.output_bytes.unwrap_or(base.output_bytes),
        }
    }
}

/// Only what is named, whatever else can be granted.
fn granted(named: serde_json::Map<String, serde_json::Value>) -> Result<Grants, String> {
    let shown = |grants: &Grants| serde_json::to_value(grants).map_err(|error| error.to_string());
    let mut all = shown(&Grants::default())?;
    for (name, value) in &named {
        all[name] = value.clone();
    }
    let grants: Grants = serde_json::from_value(all).map_err(|error| error.to_string())?;
    // A grant that does not exist has left no trace.
    let read = shown(&grants)?;
    match named.keys().find(|name| read.get(name).is_none()) {
        Some(unknown) => Err(format!("there is no grant `{unknown}`")),
        None => Ok(grants),
    }
}

impl Guest {
    /// Every file of a folder.
    pub(crate) fn all(folder: &Path) -> Vec<Self> {
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let files = files.filter(|path| path.extension().is_some_and(|end| end == "wat"));
        files
            .map(|path| {
                let text = std::fs::read_to_string(&path).unwrap();
                let name = path.file_stem().unwrap().to_str().unwrap();
                Self::read(name, &text).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
            })
            .collect()
    }

    fn read(name: &str, text: &str) -> Result<Self, String> {
        let header: String = text.lines().filter_map(|line| line.strip_prefix(";;!")).flat_map(|l| [l, "\n"]).collect();
        let header: Header = toml::from_str(&header).map_err(|error| error.to_string())?;
        // A spinning guest is to meet its clock, and long before a person would.
        let limits = Limits {
            timeout: Duration::from_millis(400),
            memory: 32 << 20,
            host_calls: 100_000,
            log_bytes: 64 << 10,
            output_bytes: 256 << 10,
        };
        // One that is stopped by something else is not to meet the clock on a busy machine.
        let patient = Limits { timeout: Duration::from_secs(30), ..limits.clone() };
        let patience = CompileLimits::default();
        let timed = matches!(header.ends, End::TimedOut | End::TimedOutDescribing);
        let base = if timed { limits } else { patient };
        let limits = header.limits.over(&base);
        let control = header.control.map(|control| Control {
            limits: control.limits.over(&limits),
            ends: control.ends,
            says: control.says,
            lasts_ms: control.lasts_ms,
            grows_mib: control.grows_mib,
        });
        Ok(Self {
            name: name.to_owned(),
            kind: match header.world {
                World::Evaluator => Kind::Evaluator,
                World::Gate => Kind::Gate,
                World::Workflow => Kind::Workflow,
            },
            grants: granted(header.grants)?,
            limits,
            compiling: CompileLimits {
                time: header.compiling.seconds.map_or(patience.time, Duration::from_secs),
                memory: header.compiling.memory_mib.map_or(patience.memory, |mib| mib << 20),
            },
            expects: Expects {
                ends: header.ends,
                says: header.says,
                never_says: header.never_says,
                host_mib: header.host_mib,
            },
            control,
            source: Source::Text { text: text.to_owned(), wasi: header.wasi },
        })
    }

    /// One that is refused, whose bytes no text stands for.
    pub(crate) fn shape(name: &str, ends: End, says: &[&str], bytes: fn() -> Vec<u8>) -> Self {
        let header = format!(";;! ends = \"{}\"", if ends == End::NotLoaded { "not-loaded" } else { "not-admitted" });
        let mut guest = Self::read(name, &header).unwrap();
        guest.expects.says = says.iter().map(|&text| text.to_owned()).collect();
        guest.source = Source::Bytes(bytes);
        guest
    }

    /// What is given to the host.
    pub(crate) fn bytes(&self) -> Result<Vec<u8>, String> {
        match &self.source {
            Source::Bytes(bytes) => Ok(bytes()),
            Source::Text { text, wasi } => {
                let code: String =
                    text.lines().filter(|line| !line.starts_with(";;")).flat_map(|l| [l, "\n"]).collect();
                let code = times::write_out(&code)?;
                let code = code.trim_start();
                if code.starts_with("(component") || code.starts_with("(module") {
                    return wat::parse_str(code).map_err(|error| error.to_string());
                }
                if let Some(sections) = code.strip_prefix("(beside") {
                    // The sections of a component stand one after the other, behind a header of eight bytes.
                    let more = wat::parse_str(format!("(component {sections}")).map_err(|error| error.to_string())?;
                    return Ok([&shapes::good(), &more[8..]].concat());
                }
                frame::component(self.kind, code, *wasi)
            }
        }
    }
}
