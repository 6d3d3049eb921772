/* One agent builds, another reads over its shoulder, and the first hears of it. Needs `agents`. */
#include "goalpost.h"

/* What the builder said at its end. */
static gp_string_t build(gp_string_t agent, gp_string_t prompt) {
  gp_agents_agent_request_t request = {.label = gp_text("builder"), .prompt = prompt, .agent = {true, agent}};
  return gp_wait(gp_spawn(request)).text;
}

static gp_turn_summary_t run(const gp_turn_t *turn) {
  if (turn->agents.len == 0) {
    gp_broken("the turn has no agents");
  }
  gp_string_t builder = turn->agents.ptr[0];
  gp_phase("build");
  gp_string_t built = build(builder, turn->prompt);
  gp_phase("review");
  gp_agents_review_result_t opinion = gp_review((gp_agents_review_request_t){
      .label = gp_text("reviewer"),
      .subject = built,
      .criteria = turn->goal.objective,
      .agent = {true, turn->agents.len > 1 ? turn->agents.ptr[1] : builder},
  });
  if (opinion.outcome == GP_AGENTS_REVIEW_OUTCOME_REJECTED) {
    return gp_turn_blocked(opinion.feedback, gp_text("built, and the review was: rejected"));
  }
  if (opinion.outcome != GP_AGENTS_REVIEW_OUTCOME_ACCEPTED) {
    gp_phase("mend");
    build(builder, gp_format(GP_S "\n\nA reviewer says:\n" GP_S, GP_ARG(turn->prompt), GP_ARG(opinion.feedback)));
  }
  gp_result(built);
  return gp_finished(gp_format("built, and the review was: %s", gp_review_outcome(opinion.outcome)));
}

GP_WORKFLOW(run, .name = "two-agents", .version = "0.1.0", .summary = "An agent builds, another reviews, the first mends")
