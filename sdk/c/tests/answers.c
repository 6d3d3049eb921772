#include "expect.h"

#include <math.h>

static gp_verdict_t scored(double score) {
  gp_verdict_t verdict = gp_satisfied(gp_text("fine"));
  verdict.score = (contract_option_f64_t){true, score};
  return gp_own_verdict(verdict);
}

void answers(void) {
  gp_verdict_t verdict = gp_unsatisfied(T("half \xe6\xbc and \0 more"));
  gp_add(&verdict.findings, GP_SEVERITY_ERROR, "rule", T(""), T("\xff"));
  gp_add(&verdict.findings, GP_SEVERITY_INFO, NULL, T("a\xff"), (gp_string_t){0});
  gp_verdict_t own = gp_own_verdict(verdict);
  /* The host takes nothing but UTF-8, and frees each text it is given. */
  EXPECT(gp_same(own.reason, T("half \ufffd and \0 more")) && own.reason.ptr != verdict.reason.ptr);
  EXPECT(own.findings.len == 2 && gp_equal(own.findings.ptr[0].message, "\ufffd") && !own.findings.ptr[0].path.is_some);
  EXPECT(gp_equal(own.findings.ptr[1].path.val, "a\ufffd") && !own.findings.ptr[1].code.is_some);
  EXPECT(own.findings.ptr[1].message.ptr != NULL && own.findings.ptr[1].message.len == 0);

  EXPECT(scored(2).score.val == 1 && scored(-1).score.val == 0 && scored(0.5).score.val == 0.5);
  EXPECT(!scored(NAN).score.is_some && scored(INFINITY).score.val == 1);

  gp_gate_result_t result = gp_failed(T("no"));
  gp_string_t names[] = {T("one"), T("t\xffwo")};
  gp_test_failure_t failure = {.name = T("test"), .message = T("\x80")};
  result.tests = (gp_option_test_summary_t){true, {.format = T("tap"), .missing = {names, 2}, .failures = {&failure, 1}}};
  gp_test_summary_t tests = gp_own_gate_result(result).tests.val;
  EXPECT(gp_equal(tests.missing.ptr[1], "t\ufffdwo") && gp_equal(tests.failures.ptr[0].message, "\ufffd"));
  EXPECT(tests.missing.ptr != names && tests.newly_skipped.len == 0);

  gp_turn_summary_t done = gp_own_turn_summary(gp_finished(T("done\xff")));
  EXPECT(done.end.tag == GP_TURN_END_FINISHED && gp_equal(done.text, "done\ufffd"));
  gp_turn_summary_t stopped = gp_own_turn_summary(gp_turn_blocked(T("no \0 way"), T("tried")));
  EXPECT(stopped.end.tag == GP_TURN_END_BLOCKED && gp_same(stopped.end.val.blocked, T("no \0 way")));
  EXPECT(gp_equal(stopped.text, "tried"));
}

void capabilities(void) {
  gp_tree_own_tree_t tree = {0};
  stored = repeated("0123456789\0\xff", 1 << 10);
  /* However the host cuts it. */
  for (given_at_once = 1; given_at_once < 1 << 16; given_at_once *= 37) {
    EXPECT(gp_same(gp_read(tree, T("a \xff path")), stored));
  }
  gp_tree_entry_t entry;
  EXPECT(!gp_find(tree, T("pa\xff" "th"), &entry));
  gp_tree_list_entry_t entries = gp_entries(tree, T(""));
  EXPECT(entries.len == 2 && gp_equal(entries.ptr[0].path, "a") && gp_equal(entries.ptr[1].path, "c"));

  gp_string_t path = T("../x\0y");
  gp_tree_tree_error_t error = {.tag = GP_TREE_TREE_ERROR_INVALID_PATH, .val.invalid_path = path};
  EXPECT(gp_same(gp_tree_error(&error), T("invalid-path: ../x\0y")));
  error = (gp_tree_tree_error_t){.tag = GP_TREE_TREE_ERROR_NOT_FOUND};
  EXPECT(gp_equal(gp_tree_error(&error), "not-found"));
  gp_http_http_error_t late = {.tag = GP_HTTP_HTTP_ERROR_TIMEOUT};
  EXPECT(gp_equal(gp_http_error(&late), "timeout"));
  gp_llm_llm_error_t spent = {.tag = GP_LLM_LLM_ERROR_BUDGET_EXHAUSTED, .val.budget_exhausted = T("20 tokens")};
  EXPECT(gp_equal(gp_llm_error(&spent), "budget-exhausted: 20 tokens"));
}
