/* Calls every function of the interfaces that only a workflow may import, and says what came of it. */
#include "goalpost.h"

static gp_agents_agent_request_t request(const char *label, const char *prompt) {
  return (gp_agents_agent_request_t){.label = gp_text(label), .prompt = gp_text(prompt)};
}

static const char *shown(bool value) { return value ? "true" : "false"; }

static gp_turn_summary_t run(const gp_turn_t *turn) {
  (void)turn;
  gp_result(gp_text("overwritten"));
  gp_phase("ask");
  gp_agents_agent_request_t first = request("one", "First.");
  first.agent = (contract_option_string_t){true, gp_text("coder")};
  first.read_only = true;
  gp_agents_own_agent_run_t runs[] = {gp_spawn(first), gp_spawn(request("two", "Second."))};
  gp_agents_borrow_agent_run_t left[] = {gp_agents_borrow_agent_run(runs[0]), gp_agents_borrow_agent_run(runs[1])};
  gp_string_t labels[2];
  for (size_t n = 0; n < 2; n++) {
    gp_agents_method_agent_run_label(left[n], &labels[n]);
  }
  uint32_t ended = 0;
  for (gp_agents_list_borrow_agent_run_t list = {left, 2}; list.len > 0 && gp_agents_wait_any(&list, &ended);) {
    left[ended] = left[--list.len];
  }
  bool is_done = gp_agents_method_agent_run_done(gp_agents_borrow_agent_run(runs[0]));
  gp_agents_agent_output_t outputs[] = {gp_wait(runs[0]), gp_wait(runs[1])};

  gp_agents_agent_request_t third = request("three", "Third.");
  third.model = (contract_option_string_t){true, gp_text("small")};
  third.max_tokens = (contract_option_u64_t){true, 1000};
  third.timeout_ms = (contract_option_u64_t){true, 60000};
  gp_agents_own_agent_run_t cancelled = gp_spawn(third);
  gp_wait(cancelled);
  gp_agents_method_agent_run_cancel(gp_agents_borrow_agent_run(cancelled));

  gp_agents_review_result_t opinion = gp_review((gp_agents_review_request_t){
      .label = gp_text("reader"),
      .subject = gp_text("A text."),
      .criteria = gp_text("It is short."),
      .agent = {true, gp_text("coder")},
  });
  gp_progress_token_budget_t budget;
  gp_progress_budget(&budget);

  gp_agents_own_agent_run_t none;
  gp_agents_agent_error_t unavailable, failed;
  gp_agents_agent_output_t output;
  gp_agents_agent_request_t fourth = request("four", "Fourth.");
  fourth.agent = (contract_option_string_t){true, gp_text("nobody")};
  if (gp_agents_spawn(&fourth, &none, &unavailable)) {
    gp_broken("there is such an agent");
  }
  if (gp_agents_method_agent_run_wait(gp_agents_borrow_agent_run(gp_spawn(request("five", "Fifth."))), &output, &failed)) {
    gp_broken("it did not fall over");
  }
  gp_result(gp_format("agents: " GP_S ", " GP_S " %s " GP_S " %d\nreview: %s " GP_S "\nbudget: %s %s %llu\n" GP_S "\n" GP_S,
                      GP_ARG(labels[0]), GP_ARG(labels[1]), shown(is_done), GP_ARG(outputs[0].text),
                      (int)outputs[1].exit_code.val, gp_review_outcome(opinion.outcome), GP_ARG(opinion.feedback),
                      shown(budget.total.is_some), shown(budget.remaining.is_some), (unsigned long long)budget.spent,
                      GP_ARG(gp_agents_error(&unavailable)), GP_ARG(gp_agents_error(&failed))));
  return gp_finished(gp_text("asked for everything"));
}

GP_WORKFLOW(run, .name = "agents", .version = "0.1.0", .summary = "Calls all that only a workflow may call")
