/** The judge `{{name}}`: says what is missing, or that nothing is. */
import { evaluator, satisfied, unsatisfied } from "goalpost-plugin";

/** What `config` in goalpost.toml may hold. */
interface Config {
  /** A word that the worker's last message must hold. */
  word: string;
}

export const { evaluate, pluginInfo } = evaluator<Config>(
  {
    name: "{{name}}",
    version: "0.1.0",
    summary: "The worker's last message must hold a word",
    configSchema: {
      type: "object",
      required: ["word"],
      additionalProperties: false,
      properties: { word: { type: "string", minLength: 1 } },
    },
  },
  (evidence, config) => {
    if (evidence.worker.finalText.includes(config.word)) {
      return satisfied(`the worker said ${config.word}`);
    }
    // What is missing, and how one would see that it is there: this goes back to the worker.
    return unsatisfied(`Say ${config.word} in your last message.`);
  },
);
