/** One agent builds, another reads over its shoulder, and the first hears of it. Needs `agents`. */
import { workflow } from "goalpost-plugin";
import { phase, review, setResult, spawn } from "goalpost-plugin/agents";

export const { run, pluginInfo } = workflow(
  { name: "two-agents", version: "0.1.0", summary: "An agent builds, another reviews, the first mends" },
  (turn) => {
    const [builder, reviewer] = [turn.agents[0], turn.agents[1] ?? turn.agents[0]];
    phase("build");
    const built = spawn("builder", turn.prompt, { agent: builder }).wait();
    phase("review");
    const opinion = review("reviewer", built.text, turn.goal.objective, reviewer);
    if (opinion.outcome === "rejected") return { text: "built, and the review was: rejected", blocked: opinion.feedback };
    if (opinion.outcome !== "accepted") {
      phase("mend");
      spawn("builder", `${turn.prompt}\n\nA reviewer says:\n${opinion.feedback}`, { agent: builder }).wait();
    }
    setResult(built.text);
    return { text: `built, and the review was: ${opinion.outcome}` };
  },
);
