/* The workflow `{{name}}`: drives one turn by spawning agents. */
#include "goalpost.h"

static gp_turn_summary_t run(const gp_turn_t *turn) {
  gp_phase("plan");
  gp_agents_agent_output_t plan = gp_wait(gp_spawn((gp_agents_agent_request_t){
      .label = gp_text("planner"),
      .prompt = gp_join(gp_text("Plan this, and change nothing:\n\n"), turn->prompt),
      .read_only = true,
  }));
  gp_phase("build");
  gp_agents_agent_output_t built = gp_wait(gp_spawn((gp_agents_agent_request_t){
      .label = gp_text("builder"),
      .prompt = gp_format(GP_S "\n\nA plan:\n" GP_S, GP_ARG(turn->prompt), GP_ARG(plan.text)),
  }));
  gp_result(built.text);
  /* Where the goal can't be reached as it stands: `gp_turn_blocked(why, text)`. */
  return gp_finished(gp_text("planned and built"));
}

GP_WORKFLOW(run, .name = "{{name}}", .version = "0.1.0", .summary = "An agent plans, and another builds")
