/** The workflow `{{name}}`: drives one turn by spawning agents. */
import { workflow } from "goalpost-plugin";
import { phase, setResult, spawn } from "goalpost-plugin/agents";

export const { run, pluginInfo } = workflow(
  { name: "{{name}}", version: "0.1.0", summary: "An agent plans, and another builds" },
  (turn) => {
    phase("plan");
    const plan = spawn("planner", `Plan this, and change nothing:\n\n${turn.prompt}`, { readOnly: true }).wait();
    phase("build");
    const built = spawn("builder", `${turn.prompt}\n\nA plan:\n${plan.text}`).wait();
    setResult(built.text);
    return { text: "planned and built" };
  },
);
