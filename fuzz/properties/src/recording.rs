//! Recordings of calls, which authors send to each other.

use goalpost_plugins::record::Recording;

use crate::Target;
use crate::input::{moves_the_cursor, text};

/// This property.
pub const TARGET: Target = Target {
    name: "recording",
    check,
    seeds: || {
        let header = format!(
            "{{\"goalpost_recording\":1,\"contract\":\"0.1.0\",\"plugin\":\"./a.wasm\",\"digest\":\"{0}\",\
             \"grants\":{{\"tree\":true,\"checks\":[]}},\"limits\":{{\"timeout\":{{\"secs\":1,\"nanos\":0}},\"memory\":1,\
             \"host_calls\":1,\"log_bytes\":1,\"output_bytes\":1}},\"config\":{{}},\"seed\":\"00\",\"input\":{{\"subject\":{{\
             \"goal\":{{\"id\":\"g1\",\"objective\":\"o\",\"scope\":[],\"criteria\":[]}},\"turn\":1,\"trees\":{{\"baseline\":\"{1}\",\
             \"candidate\":\"{1}\",\"sealed\":\"{1}\"}},\"changes\":[],\"tampering\":[],\"facts\":[]}}}}}}\n",
            "ab".repeat(32),
            "ab".repeat(20),
        );
        let log = "{\"log\":{\"level\":\"info\",\"message\":\"m\"}}\n";
        let end = "{\"end\":{\"outcome\":{\"broke\":\"why\"},\"used\":{\"host_calls\":1},\"complete\":true}}\n";
        vec![format!("{header}{log}{end}").into_bytes(), format!("{header}{end}").into_bytes(), header.into_bytes()]
    },
    words: &[
        "\n",
        "{\"end\":",
        "{\"exchange\":{\"ask\":",
        "\"answer\":null}}",
        "\"goalpost_recording\":2",
        "\"complete\":false",
        "\\u001b[2J",
        "1e400",
    ],
};

/// A recording is written as it was read.
pub fn check(data: &[u8]) {
    let Some(text) = text(data) else { return };
    match Recording::parse(text) {
        Ok(recording) => {
            let written = recording.to_text();
            let again = Recording::parse(&written).map_err(|error| error.to_string());
            assert_eq!(again.as_ref(), Ok(&recording), "{written}");
            assert_eq!(again.map(|again| again.to_text()).as_ref(), Ok(&written), "written in two ways");
        }
        Err(error) => {
            let said = error.to_string();
            assert!(said.len() < 4_000 && !moves_the_cursor(&said), "{said:?}");
        }
    }
}
