/** Runs checks that the user declared, in the gates' sandbox, on the sealed tree. Grant: `checks`. */
import * as host from "goalpost:plugin/checks@0.1.0";
import { ask } from "./error.ts";
import { bytes, text } from "./prelude.ts";
import type { GateReport } from "./types.ts";

const READ = 1 << 20;

/** A finished run. */
export class CheckRun {
  readonly #run: host.CheckRun;
  readonly report: GateReport;

  /** @internal */
  constructor(run: host.CheckRun) {
    this.#run = run;
    this.report = run.report();
  }

  get passed(): boolean {
    return this.report.status === "passed";
  }

  /** Paths of the files that the check's declared `artifacts` match. */
  artifacts(): string[] {
    return this.#run.artifacts().map((artifact) => artifact.path);
  }

  /** An artifact's content as text. */
  artifact(path: string): string {
    let whole = "";
    let at = 0;
    for (;;) {
      const part = ask(() => this.#run.readArtifact(path, at, READ));
      whole += text(part);
      at += part.length;
      if (part.length < READ) return whole;
    }
  }
}

/** The names that this plugin may run. */
export const names = (): string[] => host.names();

/** Runs a check on the sealed tree. */
export const run = (name: string): CheckRun => new CheckRun(ask(() => host.run(name)));

/** Runs a check with other content in some files, for this run only; `null` deletes a file. */
export function runWith(name: string, edits: Record<string, string | null>): CheckRun {
  const list = Object.entries(edits).map(([path, content]) => ({
    path,
    content: content === null ? undefined : bytes(content),
  }));
  return new CheckRun(ask(() => host.runWith(name, list)));
}
