/**
 * What a plugin's function gave, as the host takes it. A component that hands over anything else is ended without a word: here
 * it becomes an error that says what is wrong.
 */
import { mended, shown } from "./prelude.ts";
import type { Finding, GateResult, Outcome, Severity, TestSummary, Verdict } from "./types.ts";

const OUTCOMES = ["satisfied", "unsatisfied", "blocked", "inconclusive", "abstain"] as const satisfies readonly Outcome[];
const SEVERITIES = ["info", "warning", "error", "critical"] as const satisfies readonly Severity[];

type Fields = Record<string, unknown>;

function must(holds: boolean, name: string, wanted: string, value: unknown): void {
  if (!holds) throw new TypeError(`${name} must be ${wanted}, and is ${shown(value)}`);
}

function record(name: string, value: unknown): Fields {
  must(typeof value === "object" && value !== null && !Array.isArray(value), name, "an object", value);
  return value as Fields;
}

function text(name: string, value: unknown): string {
  must(typeof value === "string", name, "a string", value);
  return mended(value as string);
}

function count(name: string, value: unknown): number {
  must(Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32, name, "a number of 32 bits", value);
  return value as number;
}

function word<W extends string>(name: string, value: unknown, words: readonly W[]): W {
  must((words as readonly unknown[]).includes(value), name, `one of ${words.join(", ")}`, value);
  return value as W;
}

/** Brought into the range that the host takes; what is no number is left out. */
function unit(name: string, value: unknown): number | undefined {
  must(typeof value === "number", name, "a number", value);
  return Number.isNaN(value) ? undefined : Math.min(Math.max(value as number, 0), 1);
}

function list<T>(name: string, value: unknown, item: (name: string, value: unknown) => T): T[] {
  must(Array.isArray(value), name, "an array", value);
  return (value as unknown[]).map((part, index) => item(`${name}[${index}]`, part));
}

function optional<T>(name: string, value: unknown, read: (name: string, value: unknown) => T): T | undefined {
  return value === undefined || value === null ? undefined : read(name, value);
}

function finding(name: string, value: unknown): Finding {
  const { severity, code, path, line, message, evidence } = record(name, value);
  return {
    severity: word(`${name}.severity`, severity, SEVERITIES),
    code: optional(`${name}.code`, code, text),
    path: optional(`${name}.path`, path, text),
    line: optional(`${name}.line`, line, count),
    message: text(`${name}.message`, message),
    evidence: optional(`${name}.evidence`, evidence, text),
  };
}

function tests(name: string, value: unknown): TestSummary {
  const { format, passed, failed, skipped, failures, missing, newlySkipped } = record(name, value);
  const failure = (name: string, value: unknown) => {
    const { name: test, message } = record(name, value);
    return { name: text(`${name}.name`, test), message: text(`${name}.message`, message) };
  };
  return {
    format: text(`${name}.format`, format),
    passed: count(`${name}.passed`, passed),
    failed: count(`${name}.failed`, failed),
    skipped: count(`${name}.skipped`, skipped),
    failures: list(`${name}.failures`, failures ?? [], failure),
    missing: list(`${name}.missing`, missing ?? [], text),
    newlySkipped: list(`${name}.newlySkipped`, newlySkipped ?? [], text),
  };
}

export function verdict(output: unknown): Verdict {
  const { outcome, reason, findings, score, confidence } = record("the verdict", output);
  return {
    outcome: word("outcome", outcome, OUTCOMES),
    reason: text("reason", reason),
    findings: list("findings", findings ?? [], finding),
    score: optional("score", score, unit),
    confidence: optional("confidence", confidence, unit),
  };
}

export function gateResult(output: unknown): GateResult {
  const result = record("the gate's result", output);
  must(typeof result["passed"] === "boolean", "passed", "true or false", result["passed"]);
  return {
    passed: result["passed"] as boolean,
    summary: text("summary", result["summary"]),
    findings: list("findings", result["findings"] ?? [], finding),
    output: text("output", result["output"] ?? ""),
    tests: optional("tests", result["tests"], tests),
  };
}

/** How the contract says that a turn has ended. */
export type TurnEnd = { tag: "finished" } | { tag: "blocked"; val: string };

export function turnSummary(output: unknown): { end: TurnEnd; text: string } {
  const { blocked, text: done } = record("the turn's summary", output);
  const why = optional("blocked", blocked, text);
  return { end: why === undefined ? { tag: "finished" } : { tag: "blocked", val: why }, text: text("text", done) };
}
