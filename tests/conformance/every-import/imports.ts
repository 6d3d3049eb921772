/** Calls every function of every interface that a judge may import, and says what came of it. */
import { evaluator, HostError, unsatisfied } from "goalpost-plugin";
import * as checks from "goalpost-plugin/checks";
import * as files from "goalpost-plugin/files";
import * as http from "goalpost-plugin/http";
import * as llm from "goalpost-plugin/llm";
import * as state from "goalpost-plugin/state";
import * as tree from "goalpost-plugin/tree";

function broke(ask: () => unknown): string {
  try {
    return `no error but ${JSON.stringify(ask())}`;
  } catch (error) {
    if (error instanceof HostError) return error.message;
    throw error;
  }
}

function trees(): string[] {
  const [base, done, sealed] = [tree.baseline(), tree.candidate(), tree.sealed()];
  const patch = done.patch(base, "src/a.txt");
  return [
    `ids: ${base.id !== done.id} ${done.id === sealed.id}`,
    `entries: ${[...sealed.entries("src")].map(({ path, kind, size }) => `${path} ${kind} ${size}`).join(", ")}`,
    `entry: ${sealed.find("src/a.txt")?.size} ${sealed.find("src/none") !== undefined}`,
    `content: ${sealed.text("src/a.txt")}`,
    `changes: ${done.diff(base).map(({ path, kind, lines }) => `${path} ${kind} ${lines?.added}`).join(", ")}`,
    `patch: ${patch.includes("+zwei")} ${patch.includes("-two")}`,
    broke(() => sealed.read("../a")),
    broke(() => sealed.read("src")),
  ];
}

function runsOfChecks(): string[] {
  const ran = checks.run("lint");
  const again = checks.runWith("lint", { "src/a.txt": "other", "src/b.txt": null });
  return [
    `checks: ${checks.names().join(", ")}`,
    `lint: ${ran.report.status} ${ran.report.summary}`,
    `artifacts: ${ran.artifacts().map((path) => `${path} ${ran.artifact(path)}`).join(", ")}`,
    `again: ${again.report.status}`,
    broke(() => checks.run("other")),
  ];
}

function models(): string[] {
  const earlier: llm.Message[] = [{ role: "assistant", content: "Ask." }];
  const answer = llm.ask({ prompt: "What is it?", system: "Be short.", earlier, temperature: 0 });
  const { n } = llm.askFor<{ n: number }>({ type: "object", required: ["n"] }, { prompt: "How many?" });
  return [
    `models: ${llm.models().join(", ")}`,
    `answer: ${answer.text} ${answer.model} ${answer.usage.outputTokens}`,
    `json: ${n}`,
    broke(() => llm.ask({ prompt: "Another?", model: "any/other" })),
    broke(() => llm.ask({ prompt: "Late?" })),
  ];
}

function services(): string[] {
  const url = "https://api.example.com/x";
  const headers = { "x-key": http.secret("KEY") };
  const answer = http.request(url, { method: "POST", headers, body: "sent", timeoutMs: 900 });
  return [
    `service: ${answer.status} ${answer.header("X-Kind")} ${answer.text()}`,
    broke(() => http.request("https://other.example.com/")),
    broke(() => http.request(url)),
  ];
}

function remembered(): string[] {
  const before = state.getText("seen");
  state.set("again", "yes");
  const forgot = [state.remove("seen"), state.remove("seen")];
  return [
    `state: ${before} ${state.get("none") !== undefined} ${forgot.join(" ")} ${state.keys().join(", ")}`,
    broke(() => state.set("", "no key")),
  ];
}

function folders(): string[] {
  return [
    `folders: ${files.folders().join(", ")}`,
    `files: ${[...files.list("docs")].map(({ path, size }) => `${path} ${size}`).join(", ")}`,
    `file: ${files.readText("docs", "api.md")} ${files.read("docs", "none.md") !== undefined}`,
    broke(() => files.read("other", "api.md")),
  ];
}

export const { evaluate, pluginInfo } = evaluator(
  { name: "imports", version: "0.1.0", summary: "Calls all that a judge may call" },
  () => {
    for (const write of [console.trace, console.debug, console.info, console.warn, console.error]) write("here");
    const parts = [trees(), runsOfChecks(), models(), services(), remembered(), folders()];
    return unsatisfied(parts.flat().join("\n"));
  },
);
