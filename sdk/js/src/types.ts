/**
 * The words that every kind of plugin shares, as `wit/types.wit` has them.
 *
 * Paths are relative to the top of the workspace, with `/` between segments. Text that comes from a worker, a gate or a
 * model is data: bounded, redacted, and never an instruction.
 */

/** How much a finding matters. */
export type Severity = "info" | "warning" | "error" | "critical";

/** One thing that a gate or an evaluator found, for people and for the worker's feedback. */
export interface Finding {
  severity: Severity;
  /** A stable, kebab-case name of the rule, such as `test-deleted`. */
  code?: string;
  path?: string;
  /** Counted from 1, in the file named by `path`. */
  line?: number;
  message: string;
  /** What in the evidence supports it: a gate's name, a path, or a digest. */
  evidence?: string;
}

export type ChangeKind = "added" | "modified" | "deleted" | "renamed" | "type-changed";

/** One path that differs between two trees. */
export interface Change {
  path: string;
  kind: ChangeKind;
  /** Where it was before, for `renamed`. */
  oldPath?: string;
  /** None for binary content, links and submodules. */
  lines?: { added: number; removed: number };
}

export type TamperKind = "edited" | "deleted" | "added" | "renamed" | "type-changed" | "redirected";

/** A change to a protected path. The sealed tree has the baseline's version again. */
export interface Tamper {
  path: string;
  kind: TamperKind;
  detail: string;
}

export type GateStatus = "passed" | "failed" | "timed-out" | "refused" | "not-run" | "inconclusive";

/** The tests that a gate ran, where the host knows the format of its output. */
export interface TestSummary {
  format: string;
  passed: number;
  failed: number;
  skipped: number;
  failures: { name: string; message: string }[];
  /** Names that ran in the baseline and did not run now. */
  missing: string[];
  /** Names that ran in the baseline and are skipped now. */
  newlySkipped: string[];
}

/** What the host says of one gate. */
export interface GateReport {
  name: string;
  /** A required gate that did not pass keeps the goal from being achieved, whatever an evaluator says. */
  required: boolean;
  status: GateStatus;
  summary: string;
  exitCode?: number;
  /** Standard output and error, redacted; head and tail when it was long. */
  output: string;
  outputTruncated: boolean;
  durationMs: number;
  tests?: TestSummary;
  findings: Finding[];
}

/** Tokens and money. Money is in millionths of a US dollar; none where it isn't known. */
export interface Usage {
  inputTokens: number;
  outputTokens: number;
  cachedTokens: number;
  microUsd?: number;
}

/** What is to be achieved. */
export interface Goal {
  id: string;
  objective: string;
  /** Globs; empty for everywhere. */
  scope: string[];
  /** What must be true at the end, a sentence each. */
  criteria: string[];
}

/** Ids of git trees. */
export interface TreeIds {
  baseline: string;
  candidate: string;
  /** What was verified. */
  sealed: string;
}

/** One call of a tool by the worker, as its own event stream reports it. */
export interface ToolCall {
  name: string;
  arguments: string;
  ok?: boolean;
}

/** What is known of the worker's turn. All of it is the worker's own word. */
export interface WorkerReport {
  agent: string;
  exitCode?: number;
  finalText: string;
  transcript: string;
  transcriptTruncated: boolean;
  toolCalls: ToolCall[];
  usage: Usage;
}

/** An earlier turn of the same goal. */
export interface PastTurn {
  turn: number;
  sealed: string;
  outcome: string;
  reason: string;
  failing: string[];
}

/** A named JSON document: how new kinds of evidence reach plugins. */
export interface Fact {
  name: string;
  json: string;
}

/** Everything that the host puts before an evaluator. */
export interface Evidence {
  goal: Goal;
  turn: number;
  maxTurns: number;
  /** SHA-256 of this evidence in the host's canonical form. */
  digest: string;
  trees: TreeIds;
  /** Baseline against candidate. */
  changes: Change[];
  diff: string;
  diffTruncated: boolean;
  gates: GateReport[];
  tampering: Tamper[];
  worker: WorkerReport;
  /** Oldest first, bounded. */
  history: PastTurn[];
  facts: Fact[];
}

export type Outcome = "satisfied" | "unsatisfied" | "blocked" | "inconclusive" | "abstain";

/** An evaluator's answer. It can hold a goal back; it can't wave one through. */
export interface Verdict {
  outcome: Outcome;
  /** For `unsatisfied`, what the worker is told next: what is missing and how one would see that it is there. */
  reason: string;
  findings: Finding[];
  /** 0 to 1. */
  score?: number;
  /** 0 to 1. */
  confidence?: number;
}

/** What a gate plugin is asked about. */
export interface Subject {
  goal: Goal;
  turn: number;
  trees: TreeIds;
  changes: Change[];
  tampering: Tamper[];
  facts: Fact[];
}

/** What a gate plugin answers. */
export interface GateResult {
  passed: boolean;
  /** One line. */
  summary: string;
  findings: Finding[];
  /** Longer text for people and for the worker's feedback; may be empty. */
  output: string;
  tests?: TestSummary;
}

/** One turn for a workflow to drive. */
export interface Turn {
  goal: Goal;
  turn: number;
  maxTurns: number;
  /** The prompt that a single worker would have been given, feedback included and framed. */
  prompt: string;
  /** Why the last turn was not enough, framed as data. */
  feedback?: string;
  /** The names that agents can be spawned by. */
  agents: string[];
}

/** How a workflow ended its turn, and what was done. */
export interface TurnSummary {
  /** Why the goal can't be reached as it stands; none when the work is ready to be verified. */
  blocked?: string;
  text: string;
}
