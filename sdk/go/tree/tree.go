// Package tree reads the trees of the turn: never the live directory. Grant: tree.
package tree

import (
	"errors"
	"io/fs"
	"iter"
	"sync"

	"goalpost"
	"goalpost/internal/host"
	wit "goalpost/internal/wit/goalpost_plugin_tree"
	witTypes "goalpost/internal/wit/types"
)

// EntryKind says what an entry is.
type EntryKind string

// The kinds of entry.
const (
	File       EntryKind = "file"
	Executable EntryKind = "executable"
	Symlink    EntryKind = "symlink"
	Submodule  EntryKind = "submodule"
)

var kinds = []EntryKind{File, Executable, Symlink, Submodule}

// An Entry is a file, link or submodule.
type Entry struct {
	Path string
	Kind EntryKind
	Size uint64 // Bytes; 0 for a submodule.
	OID  string // Git object id of the content.
}

// A Tree is one git tree.
type Tree struct {
	tree *wit.Tree
}

// The trees are asked for once: an instance has one handle of each, for as long as it lives.
var (
	baseline  = sync.OnceValue(func() *Tree { return &Tree{wit.Baseline()} })
	candidate = sync.OnceValue(func() *Tree { return &Tree{wit.Candidate()} })
	sealed    = sync.OnceValue(func() *Tree { return &Tree{wit.Sealed()} })
)

// Baseline is the workspace when the goal started.
func Baseline() *Tree { return baseline() }

// Candidate is the workspace when the worker's turn ended.
func Candidate() *Tree { return candidate() }

// Sealed is what is verified.
func Sealed() *Tree { return sealed() }

// ID is the tree's git object id.
func (tree *Tree) ID() string {
	return host.Call(tree.tree.Id)
}

// page is the most entries that the host gives at once.
const page = 10_000

// Entries gives the files, links and submodules below prefix, sorted by path; an empty prefix is for all. It asks the host page
// by page, and ends with an error where that fails.
func (tree *Tree) Entries(prefix string) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		after := witTypes.None[string]()
		for {
			got, err := host.Asked(func() witTypes.Result[wit.Page, wit.TreeError] {
				return tree.tree.Entries(host.Text(prefix), after, page)
			}, broke)
			if err != nil {
				yield(Entry{}, err)
				return
			}
			for _, entry := range got.Entries {
				if !yield(entryOf(entry), nil) {
					return
				}
			}
			if got.Next.IsNone() {
				return
			}
			after = got.Next
		}
	}
}

// Stat gives the entry at path, or an error that is [fs.ErrNotExist].
func (tree *Tree) Stat(path string) (Entry, error) {
	entry, err := host.Asked(func() witTypes.Result[wit.Entry, wit.TreeError] {
		return tree.tree.Stat(host.Text(path))
	}, broke)
	if err != nil {
		return Entry{}, err
	}
	return entryOf(entry), nil
}

// Find gives the entry at path, and whether there is one.
func (tree *Tree) Find(path string) (Entry, bool, error) {
	entry, err := tree.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Entry{}, false, nil
	}
	return entry, err == nil, err
}

// ReadFile gives a file's content, or a link's target.
func (tree *Tree) ReadFile(path string) ([]byte, error) {
	return host.Whole(func(offset uint64, most uint32) ([]byte, error) {
		return host.Asked(func() witTypes.Result[[]byte, wit.TreeError] {
			return tree.tree.Read(host.Text(path), offset, most)
		}, broke)
	})
}

// Diff gives what differs from base, below prefix.
func (tree *Tree) Diff(base *Tree, prefix string) ([]goalpost.Change, error) {
	changes, err := host.Asked(func() witTypes.Result[[]wit.Change, wit.TreeError] {
		return tree.tree.Diff(base.tree, host.Text(prefix))
	}, broke)
	return host.Map(changes, host.ChangeOf), err
}

// Patch gives one path's unified diff from base, at most so many bytes of it.
func (tree *Tree) Patch(base *Tree, path string, most uint32) (string, error) {
	return host.Asked(func() witTypes.Result[string, wit.TreeError] {
		return tree.tree.Patch(base.tree, host.Text(path), most)
	}, broke)
}

func entryOf(entry wit.Entry) Entry {
	return Entry{Path: entry.Path, Kind: kinds[entry.Kind], Size: entry.Size, OID: entry.Oid}
}

func broke(err wit.TreeError) *goalpost.HostError {
	switch err.Tag() {
	case wit.TreeErrorNotFound:
		return &goalpost.HostError{Kind: "not-found"}
	case wit.TreeErrorNotAFile:
		return &goalpost.HostError{Kind: "not-a-file"}
	case wit.TreeErrorInvalidPath:
		return &goalpost.HostError{Kind: "invalid-path", Detail: err.InvalidPath()}
	case wit.TreeErrorLimit:
		return &goalpost.HostError{Kind: "limit", Detail: err.Limit()}
	default:
		return &goalpost.HostError{Kind: "unavailable", Detail: err.Unavailable()}
	}
}
