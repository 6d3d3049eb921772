//! Guests written as core WebAssembly text, one behaviour each, made components of the real worlds.

use std::fmt::Write as _;

use goalpost_plugins::Kind;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// Where data begins in a guest's memory, and where its heap does.
const DATA: u32 = 1024;
const HEAP: u32 = 32 << 10;

/// A guest in the making.
pub(crate) struct Guest {
    kind: Kind,
    imports: String,
    code: String,
    body: String,
    memory: String,
    data: Vec<u8>,
    schema: String,
    describe: String,
    contract: String,
    amended: Option<(&'static str, &'static str)>,
    wasi: bool,
}

impl Guest {
    /// One whose function does `body`; what it leaves on the stack is the address of the answer.
    pub(crate) fn new(kind: Kind) -> Self {
        Self {
            kind,
            imports: String::new(),
            code: String::new(),
            body: "unreachable".into(),
            memory: "(memory (export \"memory\") 1)".into(),
            data: Vec::new(),
            schema: String::new(),
            describe: String::new(),
            contract: "0.1.0".into(),
            amended: None,
            wasi: false,
        }
    }

    /// Imports a function of WASI under a name; `interface` with its package, without the version.
    pub(crate) fn wasi(mut self, interface: &str, function: &str, name: &str, signature: &str) -> Self {
        self.wasi = true;
        writeln!(self.imports, "(import \"wasi:{interface}@0.2.3\" \"{function}\" (func ${name} {signature}))")
            .unwrap();
        self
    }

    /// Imports a function of an interface of the contract under a name.
    pub(crate) fn import(mut self, interface: &str, function: &str, name: &str, signature: &str) -> Self {
        let module = format!("goalpost:plugin/{interface}@{}", self.contract);
        writeln!(self.imports, "(import \"{module}\" \"{function}\" (func ${name} {signature}))").unwrap();
        self
    }

    /// Imports `log.write`.
    pub(crate) fn log(self) -> Self {
        self.import("log", "write", "log", "(param i32 i32 i32)")
    }

    /// What the world's function does.
    pub(crate) fn body(mut self, body: impl Into<String>) -> Self {
        self.body = body.into();
        self
    }

    /// More fields of the module.
    pub(crate) fn code(mut self, code: &str) -> Self {
        self.code.push_str(code);
        self
    }

    /// Other memories than one page.
    pub(crate) fn memory(mut self, memory: &str) -> Self {
        self.memory = memory.into();
        self
    }

    /// The schema in the description.
    pub(crate) fn schema(mut self, schema: &str) -> Self {
        self.schema = schema.into();
        self
    }

    /// What `describe` does before it answers.
    pub(crate) fn describe(mut self, code: &str) -> Self {
        self.describe = code.into();
        self
    }

    /// Another version of the contract. To be set before imports.
    pub(crate) fn contract(mut self, version: &str) -> Self {
        self.contract = version.into();
        self
    }

    /// A later release of the contract, in which one text stands in the place of another.
    pub(crate) fn amended(self, version: &str, text: &'static str, by: &'static str) -> Self {
        Self { amended: Some((text, by)), ..self.contract(version) }
    }

    /// Puts bytes into the guest's memory; gives their address.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> u32 {
        while !self.data.len().is_multiple_of(8) {
            self.data.push(0);
        }
        let address = DATA + self.data.len() as u32;
        self.data.extend_from_slice(bytes);
        assert!(DATA + (self.data.len() as u32) < HEAP, "the guest's data does not fit");
        address
    }

    /// Puts a text; gives `i32.const` of address and length, as an argument.
    pub(crate) fn text(&mut self, text: &str) -> String {
        let address = self.put(text.as_bytes());
        format!("(i32.const {address}) (i32.const {})", text.len())
    }

    /// Code that answers with a verdict.
    pub(crate) fn verdict(&mut self, outcome: u8, reason: &str, score: Option<f64>) -> String {
        let at = self.put(reason.as_bytes());
        let mut bytes = vec![0; 64];
        bytes[8] = outcome;
        word(&mut bytes, 12, at);
        word(&mut bytes, 16, reason.len() as u32);
        if let Some(score) = score {
            bytes[32] = 1;
            bytes[40..48].copy_from_slice(&score.to_le_bytes());
        }
        format!("(i32.const {})", self.put(&bytes))
    }

    /// Code that answers with an error.
    pub(crate) fn error(&mut self, message: &str) -> String {
        let at = self.put(message.as_bytes());
        let mut bytes = vec![0; 80];
        bytes[0] = 1;
        let offset = if self.kind == Kind::Evaluator { 8 } else { 4 };
        word(&mut bytes, offset, at);
        word(&mut bytes, offset + 4, message.len() as u32);
        format!("(i32.const {})", self.put(&bytes))
    }

    /// Code that answers that a gate passed, or didn't.
    pub(crate) fn gate_result(&mut self, passed: bool, summary: &str) -> String {
        let at = self.put(summary.as_bytes());
        let mut bytes = vec![0; 80];
        bytes[4] = u8::from(passed);
        word(&mut bytes, 8, at);
        word(&mut bytes, 12, summary.len() as u32);
        format!("(i32.const {})", self.put(&bytes))
    }

    /// Code that answers that the turn is finished.
    pub(crate) fn finished(&mut self, text: &str) -> String {
        let at = self.put(text.as_bytes());
        let mut bytes = vec![0; 24];
        word(&mut bytes, 16, at);
        word(&mut bytes, 20, text.len() as u32);
        format!("(i32.const {})", self.put(&bytes))
    }

    /// The core module.
    pub(crate) fn module(&self) -> Vec<u8> {
        let mut guest = self.data.clone();
        while !guest.len().is_multiple_of(8) {
            guest.push(0);
        }
        let mut description = vec![0; 32];
        let fields = ["fixture", "1.2.3", "A guest in a test", self.schema.as_str()];
        for (index, field) in fields.into_iter().enumerate() {
            word(&mut description, index * 8, DATA + guest.len() as u32);
            word(&mut description, index * 8 + 4, field.len() as u32);
            guest.extend_from_slice(field.as_bytes());
        }
        while !guest.len().is_multiple_of(8) {
            guest.push(0);
        }
        let description_at = DATA + guest.len() as u32;
        guest.extend_from_slice(&description);
        assert!(DATA + (guest.len() as u32) < HEAP, "the guest's data does not fit");

        let data: String = guest.iter().fold(String::new(), |mut text, byte| {
            write!(text, "\\{byte:02x}").unwrap();
            text
        });
        let text = format!(
            r#"(module
                {imports}
                {memory}
                (global $heap (mut i32) (i32.const {HEAP}))
                (data (i32.const {DATA}) "{data}")
                (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                    (local $at i32)
                    (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
                    (global.set $heap (i32.add (local.get $at) (local.get 3)))
                    (block $fits
                        (br_if $fits (i32.le_u (global.get $heap) (i32.mul (memory.size) (i32.const 65536))))
                        (br_if $fits (i32.ne (memory.grow
                            (i32.add (i32.shr_u (local.get 3) (i32.const 16)) (i32.const 1))) (i32.const -1)))
                        unreachable)
                    (local.get $at))
                {code}
                (func (export "goalpost:plugin/plugin-info@{version}#describe") (result i32)
                    {describe}
                    (i32.const {description_at}))
                (func (export "{export}") (param $input i32) (result i32)
                    (local $i i32) (local $j i32)
                    {body}))"#,
            imports = self.imports,
            memory = self.memory,
            code = self.code,
            version = self.contract,
            describe = self.describe,
            export = self.kind.export(),
            body = self.body,
        );
        wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    /// The component.
    pub(crate) fn build(&self) -> Vec<u8> {
        let mut module = self.module();
        let mut resolve = Resolve::default();
        let mut text = contract(&self.contract);
        if let Some((from, to)) = self.amended {
            assert!(text.contains(from), "the contract has no `{from}`");
            text = text.replace(from, to);
        }
        let mut world = self.kind.world().to_owned();
        if self.wasi {
            text.push_str(&WASI.replace("WORLD", &world));
            world.push_str("-of-wasi");
        }
        let package = resolve.push_str("plugin.wit", &text).unwrap();
        let world = resolve.select_world(&[package], Some(&world)).unwrap();
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
        ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap()
    }
}

/// The parts of WASI 0.2.3 that guests here use, and a world that has them.
const WASI: &str = r#"
world WORLD-of-wasi {
  include WORLD;
  import wasi:cli/environment@0.2.3;
  import wasi:cli/stdout@0.2.3;
  import wasi:clocks/monotonic-clock@0.2.3;
  import wasi:clocks/wall-clock@0.2.3;
  import wasi:filesystem/preopens@0.2.3;
  import wasi:random/random@0.2.3;
  import wasi:sockets/tcp-create-socket@0.2.3;
}
package wasi:cli@0.2.3 {
  interface environment { get-environment: func() -> list<tuple<string, string>>; get-arguments: func() -> list<string>; }
  interface stdout { use wasi:io/streams@0.2.3.{output-stream}; get-stdout: func() -> output-stream; }
}
package wasi:clocks@0.2.3 {
  interface monotonic-clock {
    use wasi:io/poll@0.2.3.{pollable};
    now: func() -> u64;
    subscribe-duration: func(when: u64) -> pollable;
  }
  interface wall-clock { record datetime { seconds: u64, nanoseconds: u32 } now: func() -> datetime; }
}
package wasi:filesystem@0.2.3 {
  interface types { resource descriptor; }
  interface preopens { use types.{descriptor}; get-directories: func() -> list<tuple<descriptor, string>>; }
}
package wasi:io@0.2.3 {
  interface error { resource error; }
  interface poll { resource pollable { block: func(); } }
  interface streams {
    use error.{error};
    variant stream-error { last-operation-failed(error), closed }
    resource output-stream { blocking-write-and-flush: func(contents: list<u8>) -> result<_, stream-error>; }
  }
}
package wasi:random@0.2.3 {
  interface random { get-random-bytes: func(len: u64) -> list<u8>; get-random-u64: func() -> u64; }
}
package wasi:sockets@0.2.3 {
  interface network {
    enum error-code {
      unknown, access-denied, not-supported, invalid-argument, out-of-memory, timeout, concurrency-conflict,
      not-in-progress, would-block, invalid-state, new-socket-limit, address-not-bindable, address-in-use,
      remote-unreachable, connection-refused, connection-reset, connection-aborted, datagram-too-large,
      name-unresolvable, temporary-resolver-failure, permanent-resolver-failure,
    }
    enum ip-address-family { ipv4, ipv6 }
  }
  interface tcp { resource tcp-socket; }
  interface tcp-create-socket {
    use network.{error-code, ip-address-family};
    use tcp.{tcp-socket};
    create-tcp-socket: func(address-family: ip-address-family) -> result<tcp-socket, error-code>;
  }
}
"#;

fn word(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

/// The contract's text, as if it had another version.
fn contract(version: &str) -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
    let mut whole = format!("package goalpost:plugin@{version};\n");
    for file in ["types.wit", "capabilities.wit", "worlds.wit"] {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        whole.extend(text.lines().filter(|line| !line.starts_with("package ")).flat_map(|line| [line, "\n"]));
    }
    whole
}

/// An evaluator that is content.
pub(crate) fn content() -> Vec<u8> {
    let mut guest = Guest::new(Kind::Evaluator);
    let body = guest.verdict(0, "all is well", Some(0.75));
    guest.body(body).build()
}
