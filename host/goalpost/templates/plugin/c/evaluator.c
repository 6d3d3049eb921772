/* The judge `{{name}}`: says what is missing, or that nothing is. */
#include "goalpost.h"

static gp_verdict_t judge(const gp_evidence_t *evidence) {
  gp_string_t word = gp_text("");
  gp_json_string(evidence->config, "word", &word);
  if (gp_contains(evidence->worker.final_text, word)) {
    return gp_satisfied(gp_format("the worker said " GP_S, GP_ARG(word)));
  }
  /* What is missing, and how one would see that it is there: this goes back to the worker. */
  return gp_unsatisfied(gp_format("Say " GP_S " in your last message.", GP_ARG(word)));
}

GP_EVALUATOR(judge,
             .name = "{{name}}",
             .version = "0.1.0",
             .summary = "The worker's last message must hold a word",
             .config_schema = "{\"type\": \"object\", \"required\": [\"word\"], \"additionalProperties\": false,"
                              " \"properties\": {\"word\": {\"type\": \"string\", \"minLength\": 1} } }")
