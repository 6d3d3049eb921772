// Asks for what the other guests here do not: memory, folders and a web service, and what the host refuses.
package main

import (
	"errors"
	"fmt"
	"io/fs"

	"goalpost"
	"goalpost/evaluator"
	"goalpost/files"
	"goalpost/http"
	"goalpost/state"
)

func init() {
	evaluator.Export(goalpost.Info{Name: "asks-much", Version: "0.1.0", Summary: "Asks much"}, judge)
}

func main() {}

func judge(goalpost.Evidence, struct{}) (goalpost.Verdict, error) {
	old, there, err := state.Get("seen")
	if err != nil {
		return goalpost.Verdict{}, err
	}
	if err := state.Set("again", append(old, '!')); err != nil {
		return goalpost.Verdict{}, err
	}
	gone, err := state.Delete("never set")
	if err != nil {
		return goalpost.Verdict{}, err
	}
	keys, err := state.Keys("")
	if err != nil {
		return goalpost.Verdict{}, err
	}
	_, _, refused := state.Get("\x01")
	said := fmt.Sprintf("%s %t %t %q %v\n", old, there, gone, keys, refused)

	for file, err := range files.Entries(files.Folders()[0], "") {
		said += fmt.Sprintf("%v %v\n", file, err)
	}
	text, err := files.ReadFile("docs", "a.md")
	_, missing := files.ReadFile("docs", "b.md")
	said += fmt.Sprintf("%s %v %t\n", text, err, errors.Is(missing, fs.ErrNotExist))

	answer, err := http.Send(http.Request{URL: "https://api.example.com/x", Headers: []http.Header{{Name: "A", Value: "b"}}})
	said += fmt.Sprintf("%d %s %v", answer.Status, answer.Body, err)
	return goalpost.Satisfied(said), nil
}
