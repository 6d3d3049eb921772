// Runs the check coverage and wants every changed source file covered. Needs the grants checks and tree.
package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"goalpost"
	"goalpost/checks"
	"goalpost/gate"
	"goalpost/tree"
)

type config struct {
	Check *string  `json:"check"`
	Least *float64 `json:"least"`
}

func init() {
	gate.Export(goalpost.Info{
		Name:    "coverage",
		Version: "0.1.0",
		Summary: "Every changed source file is covered by tests",
		ConfigSchema: `{
			"type": "object",
			"additionalProperties": false,
			"properties": {"check": {"type": "string"}, "least": {"type": "number", "minimum": 0, "maximum": 1}}
		}`,
	}, check)
}

func main() {}

func check(subject goalpost.Subject, config config) (goalpost.GateResult, error) {
	name, least := "coverage", 0.8
	if config.Check != nil {
		name = *config.Check
	}
	if config.Least != nil {
		least = *config.Least
	}
	run, err := checks.Run(name)
	if err != nil {
		return goalpost.GateResult{}, err
	}
	if !run.Report.Passed() {
		result := goalpost.Failed("the check did not pass: " + run.Report.Summary)
		result.Output = run.Report.Output
		return result, nil
	}
	var covered []file
	for _, artifact := range run.Artifacts() {
		report, err := run.ReadArtifact(artifact.Path)
		if err != nil {
			return goalpost.GateResult{}, err
		}
		covered = append(covered, coverage(string(report))...)
	}
	var findings []goalpost.Finding
	for _, change := range subject.Changes {
		_, there, err := tree.Sealed().Find(change.Path)
		if err != nil {
			return goalpost.GateResult{}, err
		}
		share, known := shareOf(covered, change.Path)
		if !there || !known || share >= least {
			continue
		}
		findings = append(findings, goalpost.Finding{
			Severity: goalpost.SeverityError,
			Code:     "uncovered",
			Path:     change.Path,
			Message:  fmt.Sprintf("%.0f %% of its lines are covered", math.Round(100*share)),
		})
	}
	if len(findings) == 0 {
		return goalpost.Passed("every changed file is covered"), nil
	}
	result := goalpost.Failed(fmt.Sprintf("%d changed files are not covered", len(findings)))
	result.Findings = findings
	return result, nil
}

// A file has so many lines that can be covered, and so many that are.
type file struct {
	path       string
	hit, lines int
}

// coverage reads an LCOV report.
func coverage(report string) []file {
	var files []file
	for line := range strings.Lines(report) {
		line = strings.TrimSpace(line)
		if path, is := strings.CutPrefix(line, "SF:"); is {
			files = append(files, file{path: path})
		} else if counted, is := strings.CutPrefix(line, "DA:"); is && len(files) > 0 {
			this := &files[len(files)-1]
			this.lines++
			if fields := strings.Split(counted, ","); len(fields) > 1 {
				if hits, err := strconv.ParseUint(fields[1], 10, 64); err == nil && hits > 0 {
					this.hit++
				}
			}
		}
	}
	return files
}

// shareOf gives the covered share of a path's lines, over all reports. Their paths may be absolute.
func shareOf(files []file, path string) (float64, bool) {
	hit, lines := 0, 0
	for _, file := range files {
		if file.path == path || strings.HasSuffix(file.path, "/"+path) {
			hit, lines = hit+file.hit, lines+file.lines
		}
	}
	return float64(hit) / float64(max(lines, 1)), lines > 0
}
