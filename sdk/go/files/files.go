// Package files reads folders that the user named for this plugin, as they were when the goal started. Grant: files.
package files

import (
	"iter"

	"goalpost"
	"goalpost/internal/host"
	wit "goalpost/internal/wit/goalpost_plugin_files"
	witTypes "goalpost/internal/wit/types"
)

// A File is a plain file in a folder or below.
type File struct {
	Path string // Relative to its folder, with / between segments.
	Size uint64 // Bytes.
}

// Folders are the names of those that the user named.
func Folders() []string {
	return host.Call(wit.Folders)
}

// page is the most files that the host gives at once.
const page = 10_000

// Entries gives the files in a folder and below, those below prefix only, sorted by path; an empty prefix is for all. It asks
// the host page by page, and ends with an error where that fails.
func Entries(folder, prefix string) iter.Seq2[File, error] {
	return func(yield func(File, error) bool) {
		after := witTypes.None[string]()
		for {
			got, err := host.Asked(func() witTypes.Result[wit.Page, wit.FilesError] {
				return wit.Entries(host.Text(folder), host.Text(prefix), after, page)
			}, broke)
			if err != nil {
				yield(File{}, err)
				return
			}
			for _, file := range got.Files {
				if !yield(File(file), nil) {
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

// ReadFile gives a file's content, or an error that may be [fs.ErrNotExist].
func ReadFile(folder, path string) ([]byte, error) {
	return host.Whole(func(offset uint64, most uint32) ([]byte, error) {
		return host.Asked(func() witTypes.Result[[]byte, wit.FilesError] {
			return wit.Read(host.Text(folder), host.Text(path), offset, most)
		}, broke)
	})
}

func broke(err wit.FilesError) *goalpost.HostError {
	switch err.Tag() {
	case wit.FilesErrorUnknownFolder:
		return &goalpost.HostError{Kind: "unknown-folder", Detail: err.UnknownFolder()}
	case wit.FilesErrorNotFound:
		return &goalpost.HostError{Kind: "not-found"}
	case wit.FilesErrorNotAFile:
		return &goalpost.HostError{Kind: "not-a-file"}
	case wit.FilesErrorInvalidPath:
		return &goalpost.HostError{Kind: "invalid-path", Detail: err.InvalidPath()}
	case wit.FilesErrorLimit:
		return &goalpost.HostError{Kind: "limit", Detail: err.Limit()}
	default:
		return &goalpost.HostError{Kind: "unavailable", Detail: err.Unavailable()}
	}
}
