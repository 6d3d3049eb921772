//! `scripted-model --script FILE [--port N] [--record FILE]`: serves a script until its standard input is closed or it is
//! ended.
#![allow(clippy::print_stdout)]

use std::fs::File;
use std::io::{Read, Write};
use std::process::ExitCode;

use goalpost_scripted_model::{Request, Script, ScriptedModel, Source};
use serde_json::json;

const USAGE: &str = "\
usage: scripted-model --script FILE [--port N] [--record FILE]

Prints http://127.0.0.1:PORT, and serves until its standard input is closed. Requests are appended to the file of --record,
a line of JSON each.";

fn main() -> ExitCode {
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("scripted-model: {message}");
            ExitCode::FAILURE
        }
    }
}

fn serve() -> Result<(), String> {
    let (mut path, mut port, mut record) = (None, 0, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value\n{USAGE}"));
        match argument.as_str() {
            "--script" => path = Some(value()?),
            "--port" => port = value()?.parse().map_err(|_| format!("--port takes a number\n{USAGE}"))?,
            "--record" => record = Some(value()?),
            _ => return Err(format!("unknown argument {argument}\n{USAGE}")),
        }
    }
    let path = path.ok_or_else(|| format!("--script is missing\n{USAGE}"))?;
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    let mut script: Script = serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))?;
    let mut record = match record {
        Some(path) => Some(File::options().append(true).create(true).open(&path).map_err(|e| format!("{path}: {e}"))?),
        None => None,
    };
    let answer = move |request: &Request| {
        if let Some(file) = &mut record {
            let line = json!({ "path": request.path, "headers": request.headers, "body": request.body });
            let _ = writeln!(file, "{line}");
        }
        script.answer(request)
    };
    let model = ScriptedModel::start_on(port, answer).map_err(|error| format!("port {port}: {error}"))?;
    println!("{}", model.url());
    std::io::stdout().flush().map_err(|error| error.to_string())?;
    // Bound to its parent: a test that dies closes the pipe, and no server is left behind.
    let mut sink = [0; 256];
    while std::io::stdin().read(&mut sink).is_ok_and(|read| read > 0) {}
    Ok(())
}
