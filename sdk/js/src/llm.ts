/** Asks a language model. The endpoint and its key stay in the host. Grant: `llm`. */
import * as host from "goalpost:plugin/llm@0.1.0";
import { ask as asked, HostError } from "./error.ts";
import { mended } from "./prelude.ts";

export type Completion = host.Completion;
export type Message = host.Request["messages"][number];

/** A question to a model. */
export interface Question {
  prompt: string;
  system?: string;
  /** What was said before the prompt, by the user and the model in turn. */
  earlier?: Message[];
  /** One of the granted models; the first when not given. */
  model?: string;
  /** The most tokens to answer with; 2,048 when not given. */
  maxTokens?: number;
  temperature?: number;
}

/** The models granted, best first. */
export const models = (): string[] => host.models();

/** The model's answer, whole. Throws a `HostError`, also for an answer that was cut or refused: half an answer is none. */
export function ask(question: Question): Completion {
  return complete(request(question));
}

/** The model's answer as JSON that satisfies a JSON Schema: the host asks the provider for it, and always checks. */
export function askFor<T>(schema: object, question: Question): T {
  return JSON.parse(complete({ ...request(question), responseSchema: JSON.stringify(schema) }).text) as T;
}

function complete(request: host.Request): Completion {
  const answer = asked(() => host.complete(mended(request)));
  if (answer.stop === "max-tokens") throw new HostError("max-tokens", `the answer was cut at ${request.maxTokens} tokens`);
  if (answer.stop === "refused") throw new HostError("refused", "the model would not answer");
  return answer;
}

function request(question: Question): host.Request {
  const { prompt, system, earlier = [], model, maxTokens, temperature } = question;
  const messages: Message[] = [...earlier, { role: "user", content: prompt }];
  return { model, system, messages, maxTokens: maxTokens ?? 2_048, temperature };
}
