/** The gate `{{name}}`: a check on the sealed tree. */
import { failed, gate, passed, type Finding } from "goalpost-plugin";
import { sealed } from "goalpost-plugin/tree";

/** What `config` in goalpost.toml may hold. */
interface Config {
  /** The most bytes that a changed file may have. */
  most: number;
}

export const { check, pluginInfo } = gate<Config>(
  {
    name: "{{name}}",
    version: "0.1.0",
    summary: "Changed files stay small",
    configSchema: {
      type: "object",
      required: ["most"],
      additionalProperties: false,
      properties: { most: { type: "integer", minimum: 1 } },
    },
  },
  (subject, config) => {
    const tree = sealed();
    const findings: Finding[] = [];
    for (const { path } of subject.changes) {
      const size = tree.find(path)?.size ?? 0;
      if (size > config.most) {
        findings.push({ severity: "error", code: "large-file", path, message: `it has ${size} bytes` });
      }
    }
    return findings.length === 0
      ? passed("every changed file is small")
      : failed(`${findings.length} files have more than ${config.most} bytes`, { findings });
  },
);
