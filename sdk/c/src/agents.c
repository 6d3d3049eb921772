/* Spawning the user's agents, and telling people what happens. Grant: `agents`; for workflows. */
#include "goalpost.h"

/* Only a workflow's contract has them. */
#ifdef GP_AGENTS_AGENT_ERROR_FAILED

static _Noreturn void did_not_end(gp_string_t label, const gp_agents_agent_error_t *error) {
  gp_broken("the agent " GP_S ": " GP_S, GP_ARG(label), GP_ARG(gp_agents_error(error)));
}

gp_agents_own_agent_run_t gp_spawn(gp_agents_agent_request_t request) {
  gp_agents_own_agent_run_t run;
  gp_agents_agent_error_t error;
  request.label = gp_utf8(request.label);
  request.prompt = gp_utf8(request.prompt);
  if (!gp_agents_spawn(&request, &run, &error)) {
    did_not_end(request.label, &error);
  }
  return run;
}

gp_agents_agent_output_t gp_wait(gp_agents_own_agent_run_t run) {
  gp_agents_agent_output_t output;
  gp_agents_agent_error_t error;
  gp_agents_borrow_agent_run_t borrowed = gp_agents_borrow_agent_run(run);
  if (!gp_agents_method_agent_run_wait(borrowed, &output, &error)) {
    gp_string_t label;
    gp_agents_method_agent_run_label(borrowed, &label);
    did_not_end(label, &error);
  }
  return output;
}

gp_agents_review_result_t gp_review(gp_agents_review_request_t request) {
  gp_agents_review_result_t result;
  gp_agents_agent_error_t error;
  request.label = gp_utf8(request.label);
  request.subject = gp_utf8(request.subject);
  request.criteria = gp_utf8(request.criteria);
  if (!gp_agents_review(&request, &result, &error)) {
    did_not_end(request.label, &error);
  }
  return result;
}

const char *gp_review_outcome(gp_agents_review_outcome_t outcome) {
  static const char *const words[] = {"accepted", "changes-requested", "rejected"};
  return outcome < sizeof words / sizeof *words ? words[outcome] : "unknown";
}

void gp_phase(const char *title) {
  gp_string_t text = gp_text(title);
  gp_progress_phase(&text);
}

void gp_result(gp_string_t text) {
  text = gp_utf8(text);
  gp_progress_set_result(&text);
}

#endif
