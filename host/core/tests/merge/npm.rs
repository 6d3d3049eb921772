//! `package.json`

use super::*;

const OLD: &str = r##"{
  "name": "x",
  "version": "1.0.0",
  "scripts": {
    "test": "npm run lint && vitest run",
    "lint": "eslint ."
  },
  "imports": {
    "#test/*": "./test/*.js"
  },
  "dependencies": {
    "react": "^18.0.0"
  },
  "devDependencies": {
    "chai": "^5.0.0",
    "vitest": "^3.0.0"
  },
  "jest": {
    "testMatch": [
      "**/*.test.js"
    ]
  }
}
"##;

fn with(from: &str, to: &str) -> String {
    assert!(OLD.contains(from), "{from}");
    OLD.replace(from, to)
}

const REACT: &str = "\"react\": \"^18.0.0\"";
const CHAI: &str = "\"chai\": \"^5.0.0\",";
const LINT: &str = "\"lint\": \"eslint .\"";
const NAME: &str = "\"name\": \"x\",";

#[test]
fn what_work_needs_is_kept() {
    for (from, to, kept) in [
        (REACT, "\"react\": \"^19.0.0\"", "dependency `react` changed from `^18.0.0` to `^19.0.0`"),
        (REACT, "\"react\": \"^18.0.0\",\n    \"ky\": \"1\"", "dependency `ky` added"),
        (REACT, "\"react\": \"^18.0.0\",\n    \"own\": \"file:../own\"", "dependency `own` added from `file:../own`"),
        (CHAI, "\"chai\": \"^5.0.0\",\n    \"jest\": \"^30\",", "dependency `jest` added"),
        (CHAI, "", "dependency `chai` removed"),
        (LINT, "\"lint\": \"eslint .\",\n    \"docs\": \"typedoc\"", "`scripts.docs` added"),
        (NAME, "\"name\": \"x\",\n  \"exports\": \"./x.js\",", "`exports` added"),
        (NAME, "\"name\": \"x\",\n  \"bin\": { \"x\": \"x.js\" },", "`bin.x` added"),
        (NAME, "\"name\": \"x\",\n  \"workspaces\": [\"packages/*\"],", "`workspaces`: `packages/*` added"),
        ("1.0.0", "1.1.0", "`version` changed from `1.0.0` to `1.1.0`"),
        ("\"#test/*\"", "\"#lib\": \"./lib.js\",\n    \"#test/*\"", "`imports.#lib` added"),
    ] {
        stays("package.json", OLD, &with(from, to), &[kept]);
    }
    stays("package.json", OLD, &OLD.replace("  ", "\t"), &[]);
}

#[test]
fn what_decides_is_put_back() {
    for (from, to, undone) in [
        (
            "npm run lint && vitest run",
            "exit 0",
            "`scripts.test` changed from `npm run lint && vitest run` to `exit 0`",
        ),
        (LINT, "\"lint\": \"eslint .\",\n    \"pretest\": \"node evil.js\"", "`scripts.pretest` added"),
        (LINT, "\"lint\": \"eslint .\",\n    \"postlint\": \"x\"", "`scripts.postlint` added"),
        (LINT, "\"lint\": \"eslint .\",\n    \"prepare\": \"x\"", "`scripts.prepare` added"),
        (LINT, "\"lint\": \"eslint .\",\n    \"vitest\": \"x\"", "`scripts.vitest` added"),
        (CHAI, "\"chai\": \"file:./fake\",", "dependency `chai` taken from `file:./fake`"),
        (CHAI, "\"chai\": \"npm:evil@1\",", "dependency `chai` taken from `npm:evil`"),
        (CHAI, "\"chai\": \"evil/chai\",", "dependency `chai` taken from `evil/chai`"),
        (CHAI, "\"chai\": \"link:../fake\",", "dependency `chai` taken from `link:../fake`"),
        (CHAI, "\"chai\": \"workspace:*\",", "dependency `chai` taken from `workspace:`"),
        (CHAI, "\"chai\": \"https://evil.test/c.tgz\",", "dependency `chai` taken from `https://evil.test/c.tgz`"),
        (REACT, "\"react\": \"^18.0.0\",\n    \"chai\": \"./fake\"", "dependency `chai` taken from `./fake`"),
        (
            REACT,
            "\"react\": \"^18.0.0\",\n    \"@vitest/runner\": \"npm:evil\"",
            "dependency `@vitest/runner` taken from `npm:evil`",
        ),
        (NAME, "\"name\": \"x\",\n  \"type\": \"module\",", "`type` added"),
        (NAME, "\"name\": \"x\",\n  \"vitest\": {},", "`vitest` added"),
        (NAME, "\"name\": \"x\",\n  \"overrides\": { \"chai\": \"file:fake\" },", "`overrides` added"),
        (NAME, "\"name\": \"x\",\n  \"eslintConfig\": {},", "`eslintConfig` added"),
        (NAME, "\"name\": \"x\",\n  \"bin\": { \"vitest\": \"x.js\" },", "`bin.vitest` added"),
        ("**/*.test.js", "none", "`jest.testMatch` changed"),
        ("./test/*.js", "./fake/*.js", "`imports.#test/*` changed from `./test/*.js` to `./fake/*.js`"),
        ("\"#test/*\"", "\"#test/util\": \"./fake.js\",\n    \"#test/*\"", "`imports.#test/util` added"),
    ] {
        let merged = merged("package.json", OLD, &with(from, to));
        assert_eq!(merged.undone, [undone]);
        let text =
            String::from_utf8(merged.content).unwrap().replace("  \"bin\": {},\n", "").replace(",\n  \"bin\": {}", "");
        assert_eq!(text.parse::<serde_json::Value>().unwrap(), OLD.parse::<serde_json::Value>().unwrap(), "{to}");
    }
}

#[test]
fn a_script_that_a_gate_starts_is_not_the_workers_to_write() {
    let new = with(LINT, "\"lint\": \"eslint .\",\n    \"e2e\": \"true\"");
    assert!(merged("package.json", OLD, &new).undone.is_empty());
    assert_eq!(merged_among("package.json", OLD, &new, &[], &["run", "e2e"]).undone, ["`scripts.e2e` added"]);
    assert_eq!(merged("package.json", "{}", "{\"scripts\": {\"test\": \"exit 0\"}}").undone, ["`scripts.test` added"]);
}

#[test]
fn layout_and_order_stay_where_something_is_put_back() {
    let new = OLD.replace("npm run lint && vitest run", "exit 0").replace("^18", "^19");
    let merged = merged("package.json", OLD, &new);
    assert_eq!(String::from_utf8(merged.content).unwrap(), OLD.replace("^18", "^19"));
}

#[test]
fn a_file_that_readers_would_understand_differently_is_put_back_whole() {
    for bad in [
        with(NAME, "\"name\": \"x\", \"name\": \"x\",").into_bytes(),
        format!("\u{feff}{OLD}").into_bytes(),
        format!("// comment\n{OLD}").into_bytes(),
        OLD.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Vec::new(),
        b"[]".to_vec(),
    ] {
        let merged = merge("package.json", Some(OLD.as_bytes()), &bad, &Surroundings::default()).unwrap();
        assert_eq!(merged.content, OLD.as_bytes());
        assert!(merged.undone[0].starts_with("the whole file"), "{:?}", merged.undone);
    }
}

#[test]
fn a_new_package_takes_no_tools_name() {
    let new = |text: &str| merge("p/package.json", None, text.as_bytes(), &Surroundings::default()).unwrap();
    let fine = new("{\"name\": \"p\", \"scripts\": {\"test\": \"vitest\"}, \"type\": \"module\", \"jest\": {}}");
    assert!(fine.undone.is_empty(), "{fine:?}");
    let bad = new("{\"name\": \"chai\", \"scripts\": {\"postinstall\": \"x\"}, \"bin\": {\"vitest\": \"x\"}}");
    assert_eq!(bad.undone, ["`name` added", "`scripts.postinstall` added", "`bin.vitest` added"]);
}
