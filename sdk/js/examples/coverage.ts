/** Runs the check `coverage` and wants every changed source file covered. Needs the grants `checks` and `tree`. */
import { failed, gate, passed, type Finding } from "goalpost-plugin";
import { run } from "goalpost-plugin/checks";
import { sealed } from "goalpost-plugin/tree";

interface Config {
  /** The check that writes an LCOV report among its artifacts. */
  check?: string;
  /** The least share of covered lines in a changed file, 0 to 1. */
  least?: number;
}

/** Covered and countable lines by path, of an LCOV report. */
function coverage(report: string): Map<string, { hit: number; lines: number }> {
  const files = new Map<string, { hit: number; lines: number }>();
  let file: { hit: number; lines: number } | undefined;
  for (const line of report.split("\n")) {
    if (line.startsWith("SF:")) files.set(line.slice(3).trim(), (file = { hit: 0, lines: 0 }));
    else if (line.startsWith("DA:") && file) {
      file.lines++;
      if (Number(line.split(",")[1]) > 0) file.hit++;
    }
  }
  return files;
}

export const { check, pluginInfo } = gate<Config>(
  {
    name: "coverage",
    version: "0.1.0",
    summary: "Every changed source file is covered by tests",
    configSchema: {
      type: "object",
      additionalProperties: false,
      properties: { check: { type: "string" }, least: { type: "number", minimum: 0, maximum: 1 } },
    },
  },
  (subject, config) => {
    const least = config.least ?? 0.8;
    const ran = run(config.check ?? "coverage");
    if (!ran.passed) return failed(`the check did not pass: ${ran.report.summary}`, { output: ran.report.output });
    const reports = ran.artifacts().map((path) => coverage(ran.artifact(path)));
    const tree = sealed();
    const findings: Finding[] = [];
    for (const change of subject.changes) {
      if (change.kind === "deleted" || !tree.find(change.path)) continue;
      for (const report of reports) {
        const [, found] = [...report].find(([path]) => path === change.path || path.endsWith(`/${change.path}`)) ?? [];
        if (found && found.lines > 0 && found.hit / found.lines < least) {
          const share = Math.round((100 * found.hit) / found.lines);
          findings.push({ severity: "error", code: "uncovered", path: change.path, message: `${share} % of its lines are covered` });
        }
      }
    }
    return findings.length === 0
      ? passed("every changed file is covered")
      : failed(`${findings.length} changed files are not covered`, { findings });
  },
);
