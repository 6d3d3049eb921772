/** Runs checks that the user declared, in the gates' sandbox, on the sealed tree. Grant: `checks`. */
import * as host from "goalpost:plugin/checks@0.1.0";
import { ask } from "./error.ts";
import { bytes, mended, present, text } from "./prelude.ts";
import { whole } from "./whole.ts";
import type { GateReport } from "./types.ts";

/** A finished run. */
export class CheckRun {
  readonly #run: host.CheckRun;
  readonly report: GateReport;

  /** @internal */
  constructor(run: host.CheckRun) {
    this.#run = run;
    this.report = present(run.report());
  }

  get passed(): boolean {
    return this.report.status === "passed";
  }

  /** Paths of the files that the check's declared `artifacts` match. */
  artifacts(): string[] {
    return this.#run.artifacts().map((artifact) => artifact.path);
  }

  /** An artifact's content. */
  artifactBytes(path: string): Uint8Array {
    return whole((at, most) => ask(() => this.#run.readArtifact(mended(path), at, most)));
  }

  /** An artifact's content as text. */
  artifact(path: string): string {
    return text(this.artifactBytes(path));
  }
}

/** The names that this plugin may run. */
export const names = (): string[] => host.names();

/** Runs a check on the sealed tree. */
export const run = (name: string): CheckRun => new CheckRun(ask(() => host.run(mended(name))));

/** Runs a check with other content in some files, for this run only; `null` deletes a file. */
export function runWith(name: string, edits: Record<string, Uint8Array | string | null>): CheckRun {
  const list = Object.entries(edits).map(([path, content]) => ({
    path: mended(path),
    content: content === null ? undefined : typeof content === "string" ? bytes(content) : content,
  }));
  return new CheckRun(ask(() => host.runWith(mended(name), list)));
}
