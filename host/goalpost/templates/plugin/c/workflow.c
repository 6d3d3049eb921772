/* The workflow `{{name}}`: drives one turn by spawning agents. */
#include "goalpost.h"

/* What an agent said at its end. */
static gp_string_t finish(gp_agents_agent_request_t request) {
  gp_agents_own_agent_run_t run;
  gp_agents_agent_error_t error;
  gp_agents_agent_output_t output;
  if (!gp_agents_spawn(&request, &run, &error) ||
      !gp_agents_method_agent_run_wait(gp_agents_borrow_agent_run(run), &output, &error)) {
    gp_broken("the agent %.*s did not finish", GP_ARG(request.label));
  }
  return output.text;
}

static gp_string_t run(const gp_turn_t *turn) {
  gp_string_t phase = gp_text("plan");
  gp_progress_phase(&phase);
  gp_string_t prompt = gp_format("Plan this, and change nothing:\n\n%.*s", GP_ARG(turn->prompt));
  gp_string_t plan = finish((gp_agents_agent_request_t){.label = gp_text("planner"), .prompt = prompt, .read_only = true});

  phase = gp_text("build");
  gp_progress_phase(&phase);
  prompt = gp_format("%.*s\n\nA plan:\n%.*s", GP_ARG(turn->prompt), GP_ARG(plan));
  gp_string_t built = finish((gp_agents_agent_request_t){.label = gp_text("builder"), .prompt = prompt});
  gp_progress_set_result(&built);
  return gp_text("planned and built");
}

GP_WORKFLOW(run, .name = "{{name}}", .version = "0.1.0", .summary = "An agent plans, and another builds")
