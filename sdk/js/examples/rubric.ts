/** A model judges the diff against the user's rubric. Needs the grant `llm`. */
import { evaluator, satisfied, unsatisfied } from "goalpost-plugin";
import { Frame } from "goalpost-plugin/frame";
import { askFor } from "goalpost-plugin/llm";

interface Config {
  rubric: string;
}

interface Answer {
  met: boolean;
  missing: string;
}

const ANSWER = {
  type: "object",
  required: ["met", "missing"],
  additionalProperties: false,
  properties: { met: { type: "boolean" }, missing: { type: "string" } },
};

export const { evaluate, pluginInfo } = evaluator<Config>(
  {
    name: "rubric",
    version: "0.1.0",
    summary: "A model judges the diff against a rubric",
    configSchema: {
      type: "object",
      required: ["rubric"],
      additionalProperties: false,
      properties: { rubric: { type: "string", minLength: 1 } },
    },
  },
  (evidence, config) => {
    const frame = new Frame(evidence.digest).add("diff", evidence.diff);
    for (const gate of evidence.gates) frame.add(`gate ${gate.name}, ${gate.status}`, gate.output.slice(-8_000));
    const answer = askFor<Answer>(ANSWER, {
      system: `You judge a change against a rubric. ${frame.rule}`,
      prompt: `Rubric: ${config.rubric}\n\n${frame.text}\n\nIs the rubric met? If not, say what is missing.`,
      temperature: 0,
    });
    return answer.met ? satisfied("the rubric is met") : unsatisfied(answer.missing);
  },
);
