// Calls every function of every interface that a judge may import, and says what came of it.
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"goalpost"
	"goalpost/checks"
	"goalpost/evaluator"
	"goalpost/files"
	"goalpost/http"
	"goalpost/llm"
	"goalpost/log"
	"goalpost/state"
	"goalpost/tree"
)

func init() {
	evaluator.Export(goalpost.Info{
		Name:    "imports",
		Version: "0.1.0",
		Summary: "Calls all that a judge may call",
	}, judge)
}

func main() {}

var lines []string

func say(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }

// must gives what the host answered.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func trees() {
	base, done, sealed := tree.Baseline(), tree.Candidate(), tree.Sealed()
	say("ids: %t %t", base.ID() != done.ID(), done.ID() == sealed.ID())
	var entries []string
	for entry, err := range sealed.Entries("src") {
		must(entry, err)
		entries = append(entries, fmt.Sprintf("%s %s %d", entry.Path, entry.Kind, entry.Size))
	}
	say("entries: %s", strings.Join(entries, ", "))
	_, there, err := sealed.Find("src/none")
	must(there, err)
	say("entry: %d %t", must(sealed.Stat("src/a.txt")).Size, there)
	say("content: %s", must(sealed.ReadFile("src/a.txt")))
	var changes []string
	for _, change := range must(done.Diff(base, "")) {
		changes = append(changes, fmt.Sprintf("%s %s %d", change.Path, change.Kind, change.Lines.Added))
	}
	say("changes: %s", strings.Join(changes, ", "))
	patch := must(done.Patch(base, "src/a.txt", 1<<16))
	say("patch: %t %t", strings.Contains(patch, "+zwei"), strings.Contains(patch, "-two"))
	for _, path := range []string{"../a", "src"} {
		_, err := sealed.ReadFile(path)
		say("%v", err)
	}
}

func runsOfChecks() {
	say("checks: %s", strings.Join(checks.Names(), ", "))
	run := must(checks.Run("lint"))
	say("lint: %s %s", run.Report.Status, run.Report.Summary)
	var artifacts []string
	for _, artifact := range run.Artifacts() {
		artifacts = append(artifacts, fmt.Sprintf("%s %s", artifact.Path, must(run.ReadArtifact(artifact.Path))))
	}
	run.Close()
	say("artifacts: %s", strings.Join(artifacts, ", "))
	edits := []checks.Edit{{Path: "src/a.txt", Content: []byte("other")}, {Path: "src/b.txt"}}
	say("again: %s", must(checks.RunWith("lint", edits...)).Report.Status)
	_, err := checks.Run("other")
	say("%v", err)
}

func models() {
	say("models: %s", strings.Join(llm.Models(), ", "))
	answer := must(llm.Complete(llm.Request{
		System:   "Be short.",
		Messages: []llm.Message{{FromModel: true, Content: "Ask."}, {Content: "What is it?"}},
	}))
	say("answer: %s %s %d", answer.Text, answer.Model, answer.Usage.OutputTokens)
	type counted struct{ N int }
	say("json: %d", must(llm.AskFor[counted](`{"type": "object", "required": ["n"]}`, "", "How many?")).N)
	_, err := llm.Complete(llm.Request{Model: "any/other", Messages: []llm.Message{{Content: "Another?"}}})
	say("%v", err)
	_, err = llm.Ask("", "Late?")
	say("%v", err)
}

func services() {
	url := "https://api.example.com/x"
	answer := must(http.Send(http.Request{
		Method:  "POST",
		URL:     url,
		Headers: []http.Header{{Name: "x-key", Value: http.Secret("KEY")}},
		Body:    []byte("sent"),
		Timeout: 900 * time.Millisecond,
	}))
	say("service: %d %s %s", answer.Status, answer.Header("X-Kind"), answer.Body)
	for _, url := range []string{"https://other.example.com/", url} {
		_, err := http.Send(http.Request{URL: url})
		say("%v", err)
	}
}

func remembered() {
	before, _, err := state.Get("seen")
	must(before, err)
	_, none, err := state.Get("none")
	must(none, err)
	if err := state.Set("again", []byte("yes")); err != nil {
		panic(err)
	}
	was, still := must(state.Delete("seen")), must(state.Delete("seen"))
	say("state: %s %t %t %t %s", before, none, was, still, strings.Join(must(state.Keys("")), ", "))
	say("%v", state.Set("", []byte("no key")))
}

func folders() {
	say("folders: %s", strings.Join(files.Folders(), ", "))
	var listed []string
	for file, err := range files.Entries("docs", "") {
		must(file, err)
		listed = append(listed, fmt.Sprintf("%s %d", file.Path, file.Size))
	}
	say("files: %s", strings.Join(listed, ", "))
	_, err := files.ReadFile("docs", "none.md")
	say("file: %s %t", must(files.ReadFile("docs", "api.md")), !errors.Is(err, fs.ErrNotExist))
	_, err = files.ReadFile("other", "api.md")
	say("%v", err)
}

func judge(goalpost.Evidence, struct{}) (goalpost.Verdict, error) {
	for _, write := range []func(string, ...any){log.Tracef, log.Debugf, log.Infof, log.Warnf, log.Errorf} {
		write("here")
	}
	trees()
	runsOfChecks()
	models()
	services()
	remembered()
	folders()
	return goalpost.Unsatisfied(strings.Join(lines, "\n")), nil
}
