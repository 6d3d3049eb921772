/** Repeats in its own words what the gates said: the judge that every SDK has, and that must answer the same in each. */
import { abstain, evaluator, satisfied, unsatisfied, type Finding } from "goalpost-plugin";

export const { evaluate, pluginInfo } = evaluator(
  { name: "pass-through", version: "0.1.0", summary: "Repeats what the required gates said" },
  (evidence) => {
    const required = evidence.gates.filter((gate) => gate.required);
    if (required.length === 0) return abstain("there is no required gate");
    const failing = required.filter((gate) => gate.status !== "passed");
    const findings: Finding[] = evidence.tampering.map((tamper) => ({
      severity: "warning",
      code: "tampered",
      path: tamper.path,
      message: tamper.detail,
    }));
    const score = (required.length - failing.length) / required.length;
    if (failing.length === 0 && findings.length === 0) {
      return satisfied(`every required gate passed (${required.length})`, { findings, score });
    }
    const reasons = [
      ...failing.map((gate) => `gate \`${gate.name}\`: ${gate.status}`),
      ...evidence.tampering.map((tamper) => `\`${tamper.path}\` was tampered with`),
    ];
    return unsatisfied(reasons.join("; "), { findings, score });
  },
);
