/** Asks a language model. The endpoint and its key stay in the host. Grant: `llm`. */
import * as host from "goalpost:plugin/llm@0.1.0";
import { ask as asked } from "./error.ts";

export type Completion = host.Completion;

/** A question to a model. */
export interface Question {
  prompt: string;
  system?: string;
  /** One of the granted models; the first when not given. */
  model?: string;
  /** The most tokens to answer with; 1,000 when not given. */
  maxTokens?: number;
  temperature?: number;
}

/** The models granted, best first. */
export const models = (): string[] => host.models();

/** The model's answer as text. Throws a `HostError`. */
export function ask(question: Question): Completion {
  return asked(() => host.complete(request(question)));
}

/** The model's answer as JSON that satisfies a JSON Schema: the host asks the provider for it, and always checks. */
export function askFor<T>(schema: object, question: Question): T {
  const answer = asked(() => host.complete({ ...request(question), responseSchema: JSON.stringify(schema) }));
  return JSON.parse(answer.text) as T;
}

function request(question: Question): host.Request {
  const { prompt, system, model, maxTokens, temperature } = question;
  return { model, system, messages: [{ role: "user", content: prompt }], maxTokens: maxTokens ?? 1_000, temperature };
}
