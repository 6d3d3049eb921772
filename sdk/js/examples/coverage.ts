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

/** A line that can be covered. */
interface Line {
  file: string;
  hit: boolean;
}

/** The countable lines of an LCOV report. */
function coverage(report: string): Line[] {
  const lines: Line[] = [];
  let file = "";
  for (const line of report.split("\n")) {
    if (line.startsWith("SF:")) file = line.slice(3).trim();
    else if (line.startsWith("DA:") && file !== "") lines.push({ file, hit: Number(line.split(",")[1]) > 0 });
  }
  return lines;
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
    const lines = ran.artifacts().flatMap((path) => coverage(ran.artifact(path)));
    const tree = sealed();
    const findings: Finding[] = [];
    for (const change of subject.changes) {
      if (change.kind === "deleted" || !tree.find(change.path)) continue;
      // Reports may have absolute paths.
      const own = lines.filter(({ file }) => file === change.path || file.endsWith(`/${change.path}`));
      const share = own.filter(({ hit }) => hit).length / own.length;
      if (own.length > 0 && share < least) {
        const message = `${Math.round(100 * share)} % of its lines are covered`;
        findings.push({ severity: "error", code: "uncovered", path: change.path, message });
      }
    }
    return findings.length === 0
      ? passed("every changed file is covered")
      : failed(`${findings.length} changed files are not covered`, { findings });
  },
);
