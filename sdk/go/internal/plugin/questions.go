package plugin

import (
	"goalpost"
	"goalpost/internal/host"
	wit "goalpost/internal/wit/goalpost_plugin_types"
)

func goalOf(goal wit.Goal) goalpost.Goal {
	return goalpost.Goal{ID: goal.Id, Objective: goal.Objective, Scope: goal.Scope, Criteria: goal.Criteria}
}

func treesOf(trees wit.TreeIds) goalpost.TreeIDs {
	return goalpost.TreeIDs(trees)
}

func tamperOf(tamper wit.Tamper) goalpost.Tamper {
	return goalpost.Tamper{Path: tamper.Path, Kind: host.TamperKinds[tamper.Kind], Detail: tamper.Detail}
}

func factOf(fact wit.Fact) goalpost.Fact {
	return goalpost.Fact{Name: fact.Name, JSON: fact.Json}
}

func pastTurnOf(turn wit.PastTurn) goalpost.PastTurn {
	return goalpost.PastTurn(turn)
}

func workerOf(worker wit.WorkerReport) goalpost.WorkerReport {
	return goalpost.WorkerReport{
		Agent:               worker.Agent,
		ExitCode:            host.To(worker.ExitCode),
		FinalText:           worker.FinalText,
		Transcript:          worker.Transcript,
		TranscriptTruncated: worker.TranscriptTruncated,
		ToolCalls:           host.Map(worker.ToolCalls, host.ToolCallOf),
		Usage:               host.UsageOf(worker.Usage),
	}
}

func evidenceOf(evidence wit.Evidence) goalpost.Evidence {
	return goalpost.Evidence{
		Goal:          goalOf(evidence.Goal),
		Turn:          evidence.Turn,
		MaxTurns:      evidence.MaxTurns,
		Digest:        evidence.Digest,
		Trees:         treesOf(evidence.Trees),
		Changes:       host.Map(evidence.Changes, host.ChangeOf),
		Diff:          evidence.Diff,
		DiffTruncated: evidence.DiffTruncated,
		Gates:         host.Map(evidence.Gates, host.GateReportOf),
		Tampering:     host.Map(evidence.Tampering, tamperOf),
		Worker:        workerOf(evidence.Worker),
		History:       host.Map(evidence.History, pastTurnOf),
		Facts:         host.Map(evidence.Facts, factOf),
	}
}

func subjectOf(subject wit.Subject) goalpost.Subject {
	return goalpost.Subject{
		Goal:      goalOf(subject.Goal),
		Turn:      subject.Turn,
		Trees:     treesOf(subject.Trees),
		Changes:   host.Map(subject.Changes, host.ChangeOf),
		Tampering: host.Map(subject.Tampering, tamperOf),
		Facts:     host.Map(subject.Facts, factOf),
	}
}

func turnOf(turn wit.Turn) goalpost.Turn {
	return goalpost.Turn{
		Goal:     goalOf(turn.Goal),
		Turn:     turn.Turn,
		MaxTurns: turn.MaxTurns,
		Prompt:   turn.Prompt,
		Feedback: host.To(turn.Feedback),
		Agents:   turn.Agents,
	}
}
