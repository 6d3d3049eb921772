/* One agent builds, another reads over its shoulder, and the first hears of it. Needs `agents`. */
#include "goalpost.h"

static void phase(const char *title) {
  gp_string_t text = gp_text(title);
  gp_progress_phase(&text);
}

/* What the builder said at its end. */
static gp_string_t build(gp_string_t agent, gp_string_t prompt) {
  gp_agents_agent_request_t request = {.label = gp_text("builder"), .prompt = prompt, .agent = {true, agent}};
  gp_agents_own_agent_run_t run;
  gp_agents_agent_error_t error;
  gp_agents_agent_output_t output;
  if (!gp_agents_spawn(&request, &run, &error) ||
      !gp_agents_method_agent_run_wait(gp_agents_borrow_agent_run(run), &output, &error)) {
    gp_broken("the builder did not finish");
  }
  return output.text;
}

static gp_string_t run(const gp_turn_t *turn) {
  static const char *const outcomes[] = {"accepted", "changes-requested", "rejected"};
  if (turn->agents.len == 0) {
    gp_broken("the turn has no agents");
  }
  gp_string_t builder = turn->agents.ptr[0];
  phase("build");
  gp_string_t built = build(builder, turn->prompt);
  phase("review");
  gp_agents_review_request_t request = {
      .label = gp_text("reviewer"),
      .subject = built,
      .criteria = turn->goal.objective,
      .agent = {true, turn->agents.len > 1 ? turn->agents.ptr[1] : builder},
  };
  gp_agents_review_result_t opinion;
  gp_agents_agent_error_t error;
  if (!gp_agents_review(&request, &opinion, &error)) {
    gp_broken("the reviewer did not finish");
  }
  if (opinion.outcome != GP_AGENTS_REVIEW_OUTCOME_ACCEPTED) {
    phase("mend");
    build(builder, gp_format("%.*s\n\nA reviewer says:\n%.*s", GP_ARG(turn->prompt), GP_ARG(opinion.feedback)));
  }
  gp_progress_set_result(&built);
  return gp_format("built, and the review was: %s", outcomes[opinion.outcome]);
}

GP_WORKFLOW(run, .name = "two-agents", .version = "0.1.0", .summary = "An agent builds, another reviews, the first mends")
