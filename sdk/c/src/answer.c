/* Building an answer, and handing it over. */
#include "goalpost.h"

#include <string.h>

gp_verdict_t gp_verdict(gp_outcome_t outcome, gp_string_t reason) {
  return (gp_verdict_t){.outcome = outcome, .reason = reason};
}

gp_gate_result_t gp_passed(gp_string_t summary) { return (gp_gate_result_t){.passed = true, .summary = summary}; }

gp_gate_result_t gp_failed(gp_string_t summary) { return (gp_gate_result_t){.passed = false, .summary = summary}; }

gp_turn_summary_t gp_finished(gp_string_t text) {
  return (gp_turn_summary_t){.end = {.tag = GP_TURN_END_FINISHED}, .text = text};
}

gp_turn_summary_t gp_turn_blocked(gp_string_t why, gp_string_t text) {
  return (gp_turn_summary_t){.end = {.tag = GP_TURN_END_BLOCKED, .val.blocked = why}, .text = text};
}

void gp_add(gp_list_finding_t *findings, gp_severity_t severity, const char *code, gp_string_t path, gp_string_t message) {
  findings->ptr = gp_allocate(findings->ptr, (findings->len + 1) * sizeof *findings->ptr);
  findings->ptr[findings->len++] = (gp_finding_t){
      .severity = severity,
      .code = {code != NULL, gp_text(code)},
      .path = {path.len > 0, path},
      .message = message,
  };
}

gp_string_t gp_own(gp_string_t text) {
  text = gp_utf8(text);
  uint8_t *copy = gp_allocate(NULL, text.len);
  if (text.len > 0) {
    memcpy(copy, text.ptr, text.len);
  }
  return (gp_string_t){copy, text.len};
}

static void own_option(contract_option_string_t *text) {
  if (text->is_some) {
    text->val = gp_own(text->val);
  }
}

static gp_list_finding_t own_findings(gp_list_finding_t findings) {
  gp_list_finding_t own = {gp_allocate(NULL, findings.len * sizeof *findings.ptr), findings.len};
  for (size_t i = 0; i < findings.len; i++) {
    own.ptr[i] = findings.ptr[i];
    own.ptr[i].message = gp_own(own.ptr[i].message);
    own_option(&own.ptr[i].code);
    own_option(&own.ptr[i].path);
    own_option(&own.ptr[i].evidence);
  }
  return own;
}

/* The host takes a number outside 0 to 1 for a malformed verdict. */
static void bring_into_range(contract_option_f64_t *number) {
  if (number->is_some && number->val != number->val) {
    number->is_some = false;
  } else if (number->is_some) {
    number->val = number->val < 0 ? 0 : number->val > 1 ? 1 : number->val;
  }
}

gp_verdict_t gp_own_verdict(gp_verdict_t verdict) {
  verdict.reason = gp_own(verdict.reason);
  verdict.findings = own_findings(verdict.findings);
  bring_into_range(&verdict.score);
  bring_into_range(&verdict.confidence);
  return verdict;
}

gp_gate_result_t gp_own_gate_result(gp_gate_result_t result) {
  result.summary = gp_own(result.summary);
  result.output = gp_own(result.output);
  result.findings = own_findings(result.findings);
  if (result.tests.is_some) {
    gp_test_summary_t *tests = &result.tests.val;
    tests->format = gp_own(tests->format);
    contract_list_string_t *lists[] = {&tests->missing, &tests->newly_skipped};
    for (size_t which = 0; which < 2; which++) {
      contract_string_t *names = gp_allocate(NULL, lists[which]->len * sizeof *names);
      for (size_t i = 0; i < lists[which]->len; i++) {
        names[i] = gp_own(lists[which]->ptr[i]);
      }
      lists[which]->ptr = names;
    }
    gp_test_failure_t *failures = gp_allocate(NULL, tests->failures.len * sizeof *failures);
    for (size_t i = 0; i < tests->failures.len; i++) {
      failures[i].name = gp_own(tests->failures.ptr[i].name);
      failures[i].message = gp_own(tests->failures.ptr[i].message);
    }
    tests->failures.ptr = failures;
  }
  return result;
}

gp_turn_summary_t gp_own_turn_summary(gp_turn_summary_t summary) {
  summary.text = gp_own(summary.text);
  if (summary.end.tag == GP_TURN_END_BLOCKED) {
    summary.end.val.blocked = gp_own(summary.end.val.blocked);
  }
  return summary;
}
