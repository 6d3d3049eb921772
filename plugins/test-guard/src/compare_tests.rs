#![allow(clippy::unwrap_used)]

use super::*;

const RUST: &str = r#"
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds() {
        assert_eq!(add(1, 2), 3);
        assert!(add(0, 0) == 0, "zero // is \" zero");
    }

    #[tokio::test]
    async fn waits() -> Result<(), Error> {
        assert!(wait().await?);
        Ok(())
    }
}
"#;

const PYTHON: &str = r#"
import pytest

def test_adds():
    """Adds, def test_not_this():"""
    assert add(1, 2) == 3
    with pytest.raises(ValueError):
        add("a", 1)

class TestComma:
    @pytest.mark.parametrize(
        "text", ["a,", "b,"],
    )
    def test_trailing(
        self, text,
    ):
        assert parse(text)

class Helper:
    def test_nothing(self):
        assert True
"#;

const JAVASCRIPT: &str = r#"
import { add } from "../add";

describe("add", () => {
  it("adds", () => {
    expect(add(1, 2)).toBe(3);
    expect(/it("no/.test("x")).toBe(false);
  });
  test.each([[1, 2]])("adds %d", (a, b) => {
    expect(add(a, 1)).toEqual(b);
  });
});
"#;

const GO: &str = r#"
package add

func TestAdd(t *testing.T) {
	if Add(1, 2) != 3 {
		t.Errorf("no: %s", "}")
	}
	t.Run("zero", func(t *testing.T) {
		require.Equal(t, 0, Add(0, 0))
	})
}

func helper(t *testing.T) { t.Fatal("x") }
"#;

const ALL: [(&str, &str); 4] =
    [("src/add.rs", RUST), ("tests/test_add.py", PYTHON), ("web/add.test.ts", JAVASCRIPT), ("add_test.go", GO)];

fn file(path: &str, old: &str, new: &str) -> File {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    File::new(path, some(old).as_deref(), path, some(new).as_deref())
}

fn codes(files: &[File]) -> Vec<String> {
    compare(files).into_iter().map(|finding| finding.code.unwrap()).collect()
}

/// What replacing a piece of text leads to.
fn replaced(path: &str, from: &str, to: &str) -> Vec<String> {
    let (_, text) = ALL.iter().find(|(known, _)| *known == path).unwrap();
    assert!(text.contains(from), "{from}");
    codes(&[file(path, text, &text.replace(from, to))])
}

#[test]
fn the_tests_of_each_language_are_found() {
    let names: Vec<Vec<(String, u32)>> = ALL
        .iter()
        .map(|(path, text)| {
            let inventory = file(path, text, "").old;
            assert!(inventory.tests.iter().all(|test| !test.skipped), "{path}");
            inventory.tests.into_iter().map(|test| (test.name, test.assertions)).collect()
        })
        .collect();
    let own = |tests: &[(&str, u32)]| tests.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect::<Vec<_>>();
    assert_eq!(names[0], own(&[("adds", 2), ("waits", 1)]));
    assert_eq!(names[1], own(&[("test_adds", 2), ("TestComma::test_trailing", 1)]));
    assert_eq!(names[2], own(&[("adds", 2), ("adds %d", 1)]));
    assert_eq!(names[3], own(&[("TestAdd", 2), ("TestAdd/zero", 1)]));
}

#[test]
fn new_tests_are_welcome_skipped_ones_too() {
    for (path, text) in ALL {
        assert_eq!(codes(&[file(path, "", text)]), [""; 0], "{path}");
    }
    let more = "#[test]\nfn more() { assert!(f()); }\n#[test]\n#[ignore]\nfn later() {}\n";
    assert_eq!(codes(&[file("src/add.rs", RUST, &format!("{RUST}{more}"))]), [""; 0]);
}

#[test]
fn a_deleted_file_is_each_of_its_tests() {
    for (path, text) in ALL {
        assert_eq!(codes(&[file(path, text, "")]), ["test-deleted", "test-deleted"], "{path}");
    }
}

#[test]
fn a_test_that_moved_or_was_renamed_with_its_body_is_still_there() {
    for (path, text) in ALL {
        let other = path.replace("add", "sum");
        assert_eq!(codes(&[file(path, text, ""), file(&other, "", text)]), [""; 0], "{path}");
        assert_eq!(codes(&[File::new(path, Some(text), &other, Some(text))]), [""; 0], "{path}");
    }
    assert_eq!(replaced("src/add.rs", "fn adds()", "fn sums()"), [""; 0]);
    assert_eq!(replaced("tests/test_add.py", "def test_adds", "def test_sums"), [""; 0]);
    assert_eq!(replaced("web/add.test.ts", "\"adds\"", "\"sums\""), [""; 0]);
}

#[test]
fn formatting_is_no_difference() {
    for (path, text) in ALL {
        let spaced = text.replace('(', "( ").replace(", ", ",\n        ");
        if !path.ends_with(".py") {
            assert_eq!(codes(&[file(path, text, &spaced)]), [""; 0], "{path}");
        }
        assert_eq!(codes(&[file(path, text, &text.replace("    ", "        "))]), [""; 0], "{path}");
        assert_eq!(codes(&[file(path, text, &format!("\n\n{text}\n"))]), [""; 0], "{path}");
    }
}

#[test]
fn a_test_that_is_commented_out_is_gone() {
    assert_eq!(replaced("src/add.rs", "#[test]", "// #[test]"), ["test-deleted"]);
    assert_eq!(replaced("src/add.rs", "#[tokio::test]", "/* #[tokio::test] */"), ["test-deleted"]);
    assert_eq!(replaced("tests/test_add.py", "def test_adds", "def not_test_adds"), ["test-deleted"]);
    assert_eq!(replaced("tests/test_add.py", "class TestComma", "class Comma"), ["test-deleted"]);
    assert_eq!(replaced("web/add.test.ts", "it(\"adds\"", "// it(\"adds\""), ["test-deleted"]);
    assert_eq!(replaced("add_test.go", "func TestAdd", "func testAdd"), ["test-deleted", "test-deleted"]);
}

#[test]
fn a_test_that_is_skipped_now_is_told() {
    let skipped = ["test-skipped"];
    for (path, from, to) in [
        ("src/add.rs", "#[test]", "#[test]\n    #[ignore = \"slow\"]"),
        ("src/add.rs", "#[test]", "#[cfg_attr(all(), ignore)]\n    #[test]"),
        ("src/add.rs", "#[test]", "#[cfg(feature = \"slow\")]\n    #[test]"),
        ("tests/test_add.py", "def test_adds", "@pytest.mark.skip(reason='later')\ndef test_adds"),
        ("tests/test_add.py", "def test_adds", "@pytest.mark.xfail\ndef test_adds"),
        ("tests/test_add.py", "    assert add(1", "    pytest.skip('later')\n    assert add(1"),
        ("tests/test_add.py", "class TestComma:", "@unittest.skip('x')\nclass TestComma:"),
        ("tests/test_add.py", "class TestComma:", "class TestComma:\n    __test__ = False"),
        ("web/add.test.ts", "it(\"adds\"", "it.skip(\"adds\""),
        ("web/add.test.ts", "it(\"adds\"", "xit(\"adds\""),
        ("web/add.test.ts", "\"adds\", () =>", "\"adds\", { skip: true }, () =>"),
        ("web/add.test.ts", "test.each", "test.skip.each"),
        ("web/add.test.ts", "test.each", "test.failing.each"),
        ("add_test.go", "require.Equal", "t.SkipNow()\n\t\trequire.Equal"),
    ] {
        let found = replaced(path, from, to);
        // A skip within a Go subtest is one of the test around it as well.
        assert!(found.iter().all(|code| code == "test-skipped") && !found.is_empty(), "{path} {to}: {found:?}");
        assert!(path.ends_with(".go") || found == skipped, "{path} {to}: {found:?}");
    }
}

#[test]
fn a_condition_on_all_tests_of_a_file_is_told() {
    let both = ["test-skipped", "test-skipped"];
    assert_eq!(replaced("src/add.rs", "#[cfg(test)]", "#[cfg(any())]"), both);
    assert_eq!(replaced("web/add.test.ts", "describe(", "describe.skip("), both);
    assert_eq!(
        replaced("tests/test_add.py", "import pytest", "import pytest\npytestmark = pytest.mark.skip('x')"),
        both
    );
    assert_eq!(
        replaced("tests/test_add.py", "import pytest", "import pytest\npytest.skip('x', allow_module_level=True)"),
        both
    );
    assert_eq!(replaced("add_test.go", "\npackage", "//go:build ignore\n\npackage"), ["test-skipped"]);
    assert_eq!(codes(&[file("tests/a.rs", "#[test]\nfn a() {}", "#![cfg(any())]\n#[test]\nfn a() {}")]), both);
}

#[test]
fn only_some_tests_is_told() {
    assert_eq!(replaced("web/add.test.ts", "it(\"adds\"", "it.only(\"adds\""), ["test-focused"]);
    assert_eq!(replaced("web/add.test.ts", "describe(", "fdescribe("), ["test-focused"]);
}

#[test]
fn an_assertion_that_is_gone_or_can_not_fail_is_told() {
    for (path, from, to) in [
        ("src/add.rs", "assert_eq!(add(1, 2), 3);", ""),
        ("src/add.rs", "assert_eq!(add(1, 2), 3);", "assert!(true);"),
        ("src/add.rs", "add(1, 2), 3", "3, 3"),
        ("src/add.rs", "assert_eq!(add(1, 2), 3);", "return; assert_eq!(add(1, 2), 3);"),
        ("tests/test_add.py", "assert add(1, 2) == 3", "add(1, 2)"),
        ("tests/test_add.py", "assert add(1, 2) == 3", "assert True, 'fine'"),
        ("tests/test_add.py", "assert add(1, 2) == 3", "assert 3 == 3"),
        ("tests/test_add.py", "assert add(1, 2)", "# assert add(1, 2)"),
        ("web/add.test.ts", "expect(add(1, 2)).toBe(3);", "expect(true).toBe(true);"),
        ("web/add.test.ts", "expect(add(1, 2)).toBe(3);", ""),
        ("add_test.go", "t.Errorf(\"no: %s\", \"}\")", ""),
    ] {
        assert_eq!(replaced(path, from, to), ["assertions-removed"], "{path} {to}");
    }
}

#[test]
fn a_test_that_must_panic_now_is_told() {
    assert_eq!(replaced("src/add.rs", "#[test]", "#[test]\n    #[should_panic]"), ["test-inverted"]);
}

#[test]
fn a_hook_that_can_change_reports_is_told() {
    let hook = "import pytest\n\ndef pytest_runtest_makereport(item, call):\n    pass\n";
    assert_eq!(codes(&[file("conftest.py", "", hook)]), ["test-hook"]);
    assert_eq!(codes(&[file("conftest.py", hook, &format!("{hook}\n\ndef fixture():\n    return 1\n"))]), [""; 0]);
    let main = "\nfunc TestMain(m *testing.M) { os.Exit(0) }\n";
    assert_eq!(codes(&[file("add_test.go", GO, &format!("{GO}{main}"))]), ["test-hook"]);
    assert_eq!(codes(&[file("add_test.go", GO, &format!("{GO}{}", main.replace('0', "m.Run()")))]), [""; 0]);
}

#[test]
fn two_tests_of_one_name_are_two() {
    let other = file("tests/test_b.py", "def test_adds():\n    assert g()\n", "");
    assert_eq!(codes(&[file("tests/test_add.py", PYTHON, PYTHON), other]), ["test-deleted"]);
}

#[test]
fn a_test_that_was_skipped_before_may_go() {
    let old = "#[test]\n#[ignore]\nfn a() { assert!(f()); }";
    assert_eq!(codes(&[file("tests/a.rs", old, "")]), [""; 0]);
}

#[test]
fn any_text_is_read_without_a_panic() {
    for (path, text) in ALL {
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            codes(&[file(path, text, &text[..end])]);
            codes(&[file(path, &text[end..], text)]);
        }
    }
    for odd in
        ["\"é", "'", "r#", "/*", "#[", "@(", "it(", "func", "'\\", "`${`", "\u{feff}", "def test_", "mod x", "fn"]
    {
        for (path, _) in ALL {
            codes(&[file(path, odd, odd)]);
        }
    }
}
