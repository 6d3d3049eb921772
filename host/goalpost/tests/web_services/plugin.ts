import { evaluator, satisfied, unsatisfied } from "goalpost-plugin";
import { request, secret } from "goalpost-plugin/http";

export const { evaluate, pluginInfo } = evaluator(
  { name: "asks", version: "0.1.0", summary: "Asks a web service" },
  () => {
    const headers = { authorization: `Bearer ${secret("TOKEN")}` };
    const answer = request("https://api.example.com/v1", { headers });
    const { left } = answer.json<{ left: number }>();
    return answer.ok && left === 0
      ? satisfied(`${answer.status} ${answer.header("X-Source")}`)
      : unsatisfied(`${left} are left`);
  },
);
