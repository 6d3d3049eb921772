/**
 * Write Goalpost plugins in TypeScript or JavaScript. A plugin is a function and a description; this is a whole judge:
 *
 * ```ts
 * import { evaluator, satisfied, unsatisfied } from "goalpost-plugin";
 *
 * interface Config { word: string }
 *
 * export const { evaluate, pluginInfo } = evaluator<Config>(
 *   {
 *     name: "says-a-word",
 *     version: "0.1.0",
 *     summary: "The worker's last message must hold a word",
 *     configSchema: {
 *       type: "object", required: ["word"], additionalProperties: false,
 *       properties: { word: { type: "string" } },
 *     },
 *   },
 *   (evidence, config) =>
 *     evidence.worker.finalText.includes(config.word)
 *       ? satisfied(`the worker said ${config.word}`)
 *       : unsatisfied(`Say ${config.word}.`),
 * );
 * ```
 *
 * A fresh instance answers each call: nothing that is kept in a variable is there the next time. An exception says that the
 * *plugin* broke: a judge that broke is inconclusive, never a pass; its stack is in the user's log. Capabilities are modules of
 * their own (`goalpost-plugin/llm`, ...): what is not imported needs no grant.
 */
import * as answers from "./answers.ts";
import { mended, present, shown } from "./prelude.ts";
import type { Evidence, Finding, GateResult, Outcome, Subject, Turn, TurnSummary, Verdict } from "./types.ts";

export type * from "./types.ts";
export { HostError } from "./error.ts";
export { bytes, text } from "./prelude.ts";

/** What a plugin says of itself. */
export interface Description {
  name: string;
  /** Semantic version. */
  version: string;
  /** One line. */
  summary: string;
  /** JSON Schema (2020-12) of the plugin's `config`; the host checks the user's configuration before a goal starts. */
  configSchema?: object;
}

/** What the host hands over beside the typed part: the user's configuration as JSON. */
type With<T> = T & { config: string };

interface PluginInfo {
  describe(): { name: string; version: string; summary: string; configSchema: string };
}

function pluginInfo(description: Description): PluginInfo {
  const { name, version, summary, configSchema } = description;
  return {
    describe: () => ({ name, version, summary, configSchema: configSchema ? JSON.stringify(configSchema) : "" }),
  };
}

/** Runs the plugin's function: an exception becomes the error that the host hears, with the stack in the log. */
function guarded<Input, Config, Output>(
  run: (input: Input, config: Config) => unknown,
  answer: (output: unknown) => Output,
): (input: With<Input>) => Output {
  return (input) => {
    try {
      const output = run(present(input), JSON.parse(input.config || "{}") as Config);
      if (output instanceof Promise) throw new TypeError("a plugin answers at once: its function can't be async");
      return answer(output);
    } catch (thrown) {
      console.error(shown(thrown));
      // Anything but an Error is handed on as it is; what the host takes is a text.
      throw mended(thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : shown(thrown));
    }
  };
}

/** A judge, to be exported: `export const { evaluate, pluginInfo } = evaluator(...)`. */
export function evaluator<Config = Record<string, never>>(
  description: Description,
  judge: (evidence: Evidence, config: Config) => Verdict,
) {
  return { pluginInfo: pluginInfo(description), evaluate: guarded(judge, answers.verdict) };
}

/** A gate, to be exported: `export const { check, pluginInfo } = gate(...)`. */
export function gate<Config = Record<string, never>>(
  description: Description,
  check: (subject: Subject, config: Config) => GateResult,
) {
  return { pluginInfo: pluginInfo(description), check: guarded(check, answers.gateResult) };
}

/** A workflow, to be exported: `export const { run, pluginInfo } = workflow(...)`. */
export function workflow<Config = Record<string, never>>(
  description: Description,
  drive: (turn: Turn, config: Config) => TurnSummary,
) {
  return { pluginInfo: pluginInfo(description), run: guarded(drive, answers.turnSummary) };
}

/** More of a verdict than its outcome and reason. */
export interface More {
  findings?: Finding[];
  /** 0 to 1. */
  score?: number;
  /** 0 to 1. */
  confidence?: number;
}

const verdict = (outcome: Outcome) => (reason: string, more: More = {}): Verdict => ({
  outcome,
  reason,
  findings: more.findings ?? [],
  score: more.score,
  confidence: more.confidence,
});

/** Nothing is missing. */
export const satisfied = verdict("satisfied");
/** Something is missing; the reason goes back to the worker. */
export const unsatisfied = verdict("unsatisfied");
/** The goal can't be reached as it stands; a person must act. */
export const blocked = verdict("blocked");
/** The judge could not tell, for a reason that is not the work's. */
export const inconclusive = verdict("inconclusive");
/** Not this judge's business. */
export const abstain = verdict("abstain");

const result = (passed: boolean) => (summary: string, more: Partial<Omit<GateResult, "passed" | "summary">> = {}): GateResult => ({
  passed,
  summary,
  findings: more.findings ?? [],
  output: more.output ?? "",
  tests: more.tests,
});

/** The gate lets the work through. */
export const passed = result(true);
/** The gate does not. */
export const failed = result(false);
