// Package checks runs checks that the user declared, in the gates' sandbox, on the sealed tree. Grant: checks.
package checks

import (
	"goalpost"
	"goalpost/internal/host"
	wit "goalpost/internal/wit/goalpost_plugin_checks"
	witTypes "goalpost/internal/wit/types"
)

// An Edit makes a file of the sealed tree other in one run.
type Edit struct {
	Path    string
	Content []byte // Nil deletes the file.
}

// An Artifact is a file that a check's declared artifacts match.
type Artifact struct {
	Path string
	Size uint64
}

// A CheckRun is a finished run of a check. Its files are there until Close.
type CheckRun struct {
	Report goalpost.GateReport
	run    *wit.CheckRun
}

// open has the runs that were not closed: it is for the plugin, not for the collector, to say when a run is done with.
var open = map[*wit.CheckRun]bool{}

// Names are those of the checks that this plugin may run.
func Names() []string {
	return host.Call(wit.Names)
}

// Run runs a check on the sealed tree.
func Run(name string) (*CheckRun, error) {
	return finished(func() witTypes.Result[*wit.CheckRun, wit.CheckError] { return wit.Run(host.Text(name)) })
}

// RunWith runs a check on the sealed tree with edits laid over it. Nothing is kept of them.
func RunWith(name string, edits ...Edit) (*CheckRun, error) {
	laid := host.Map(edits, func(edit Edit) wit.Edit {
		content := witTypes.None[[]byte]()
		if edit.Content != nil {
			content = witTypes.Some(edit.Content)
		}
		return wit.Edit{Path: host.Text(edit.Path), Content: content}
	})
	return finished(func() witTypes.Result[*wit.CheckRun, wit.CheckError] { return wit.RunWith(host.Text(name), laid) })
}

func finished(ask func() witTypes.Result[*wit.CheckRun, wit.CheckError]) (*CheckRun, error) {
	run, err := host.Asked(ask, broke)
	if err != nil {
		return nil, err
	}
	open[run] = true
	return &CheckRun{Report: host.GateReportOf(host.Call(run.Report)), run: run}, nil
}

// Artifacts lists the files that the check's declared artifacts match.
func (run *CheckRun) Artifacts() []Artifact {
	return host.Map(host.Call(run.run.Artifacts), func(artifact wit.Artifact) Artifact { return Artifact(artifact) })
}

// ReadArtifact gives an artifact's content.
func (run *CheckRun) ReadArtifact(path string) ([]byte, error) {
	return host.Whole(func(offset uint64, most uint32) ([]byte, error) {
		return host.Asked(func() witTypes.Result[[]byte, wit.CheckError] {
			return run.run.ReadArtifact(host.Text(path), offset, most)
		}, broke)
	})
}

// Close lets the host delete the run's files. Those of an instance's end are deleted anyway.
func (run *CheckRun) Close() {
	delete(open, run.run)
	run.run.Drop()
}

func broke(err wit.CheckError) *goalpost.HostError {
	switch err.Tag() {
	case wit.CheckErrorUnknown:
		return &goalpost.HostError{Kind: "unknown", Detail: err.Unknown()}
	case wit.CheckErrorLimit:
		return &goalpost.HostError{Kind: "limit", Detail: err.Limit()}
	default:
		return &goalpost.HostError{Kind: "unavailable", Detail: err.Unavailable()}
	}
}
