/** Calls every function of the interfaces that only a workflow may import, and says what came of it. */
import { HostError, workflow } from "goalpost-plugin";
import { asTheyEnd, budget, phase, review, setResult, spawn } from "goalpost-plugin/agents";

function broke(ask: () => unknown): string {
  try {
    return `no error but ${JSON.stringify(ask())}`;
  } catch (error) {
    if (error instanceof HostError) return error.message;
    throw error;
  }
}

function runsOfAgents(): string[] {
  phase("ask");
  const first = spawn("one", "First.", { agent: "coder", readOnly: true });
  const second = spawn("two", "Second.");
  const ended = [...asTheyEnd([first, second])].map((run) => run.label).sort();
  const cancelled = spawn("three", "Third.", { model: "small", maxTokens: 1000, timeoutMs: 60_000 });
  cancelled.wait();
  cancelled.cancel();
  const opinion = review("reader", "A text.", "It is short.", "coder");
  const { total, remaining, spent } = budget();
  return [
    `agents: ${ended.join(", ")} ${first.done} ${first.wait().text} ${second.wait().exitCode}`,
    `review: ${opinion.outcome} ${opinion.feedback}`,
    `budget: ${total !== undefined} ${remaining !== undefined} ${spent}`,
    broke(() => spawn("four", "Fourth.", { agent: "nobody" })),
    broke(() => spawn("five", "Fifth.").wait()),
  ];
}

export const { run, pluginInfo } = workflow(
  { name: "agents", version: "0.1.0", summary: "Calls all that only a workflow may call" },
  () => {
    setResult("overwritten");
    setResult(runsOfAgents().join("\n"));
    return { text: "asked for everything" };
  },
);
