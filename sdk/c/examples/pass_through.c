/* Repeats in its own words what the gates said: the judge that every SDK has, and that must answer the same in each. */
#include "goalpost.h"

static void add_reason(gp_string_t *reasons, gp_string_t reason) {
  *reasons = reasons->len == 0 ? reason : gp_format(GP_S "; " GP_S, GP_ARG(*reasons), GP_ARG(reason));
}

static gp_verdict_t judge(const gp_evidence_t *evidence) {
  size_t required = 0, passed = 0;
  gp_string_t reasons = gp_text("");
  for (size_t i = 0; i < evidence->gates.len; i++) {
    const gp_gate_report_t *gate = &evidence->gates.ptr[i];
    if (!gate->required) {
      continue;
    }
    required++;
    if (gate->status == GP_GATE_STATUS_PASSED) {
      passed++;
    } else {
      add_reason(&reasons, gp_format("gate `" GP_S "`: %s", GP_ARG(gate->name), gp_status(gate->status)));
    }
  }
  if (required == 0) {
    return gp_abstain(gp_text("there is no required gate"));
  }
  gp_list_finding_t findings = {0};
  for (size_t i = 0; i < evidence->tampering.len; i++) {
    const gp_tamper_t *tamper = &evidence->tampering.ptr[i];
    gp_add(&findings, GP_SEVERITY_WARNING, "tampered", tamper->path, tamper->detail);
    add_reason(&reasons, gp_format("`" GP_S "` was tampered with", GP_ARG(tamper->path)));
  }
  gp_verdict_t verdict = passed == required && findings.len == 0
                             ? gp_satisfied(gp_format("every required gate passed (%zu)", required))
                             : gp_unsatisfied(reasons);
  verdict.findings = findings;
  verdict.score = (contract_option_f64_t){true, (double)passed / (double)required};
  return verdict;
}

GP_EVALUATOR(judge, .name = "pass-through", .version = "0.1.0", .summary = "Repeats what the required gates said")
