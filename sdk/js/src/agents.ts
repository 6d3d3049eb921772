/** Spawns the user's agents in the workspace, and says what happens. Grant: `agents`; for workflows. */
import * as host from "goalpost:plugin/agents@0.1.0";
import * as progress from "goalpost:plugin/progress@0.1.0";
import { ask } from "./error.ts";
import { mended, present } from "./prelude.ts";

export type AgentOutput = host.AgentOutput;
export type ReviewResult = host.ReviewResult;

/** More of a run than its label and prompt. */
export interface Options {
  /** One of the turn's `agents`; the first when not given. */
  agent?: string;
  model?: string;
  /** The agent may not change the workspace. */
  readOnly?: boolean;
  /** Ends the run when it has spent this many tokens. */
  maxTokens?: number;
  timeoutMs?: number;
}

/** A running or finished agent. */
export class AgentRun {
  /** @internal */
  readonly run: host.AgentRun;

  /** @internal */
  constructor(run: host.AgentRun) {
    this.run = run;
  }

  get label(): string {
    return this.run.label();
  }

  get done(): boolean {
    return this.run.done();
  }

  /** Waits for the end. Throws a `HostError` where the run failed. */
  wait(): AgentOutput {
    return ask(() => this.run.wait());
  }

  cancel(): void {
    this.run.cancel();
  }
}

/** Starts an agent, and goes on. */
export function spawn(label: string, prompt: string, options: Options = {}): AgentRun {
  const { agent, model, readOnly, maxTokens, timeoutMs } = options;
  const request = { label, prompt, agent, model, readOnly: readOnly ?? false, maxTokens, timeoutMs };
  return new AgentRun(ask(() => host.spawn(mended(request))));
}

/** The runs in the order in which they end. */
export function* asTheyEnd(runs: AgentRun[]): Generator<AgentRun> {
  const left = [...runs];
  while (left.length > 0) {
    const index = host.waitAny(left.map((run) => run.run)) ?? 0;
    yield* left.splice(index, 1);
  }
}

/** Has an agent review a text without the right to change anything. */
export const review = (label: string, subject: string, criteria: string, agent?: string): ReviewResult =>
  ask(() => host.review(mended({ label, subject, criteria, agent })));

/** Names what happens from now on, for people. */
export const phase = (title: string): void => progress.phase(mended(title));
/** Tokens of the whole goal. */
export const budget = () => present(progress.budget());
/** Text that becomes the worker's final text; the last call counts. */
export const setResult = (text: string): void => progress.setResult(mended(text));
