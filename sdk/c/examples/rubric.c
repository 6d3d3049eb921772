/* A model judges the diff against the user's rubric. Needs the grant `llm`. */
#include "goalpost.h"

static const char answer_schema[] =
    "{\"type\": \"object\", \"required\": [\"met\", \"missing\"], \"additionalProperties\": false,"
    " \"properties\": {\"met\": {\"type\": \"boolean\"}, \"missing\": {\"type\": \"string\"}}}";

/* The end of a gate's output is where it says what went wrong. */
static gp_string_t last(gp_string_t text, size_t most) {
  size_t from = text.len > most ? text.len - most : 0;
  while (from < text.len && (text.ptr[from] & 0xc0) == 0x80) {
    from++;
  }
  return (gp_string_t){text.ptr + from, text.len - from};
}

static gp_verdict_t judge(const gp_evidence_t *evidence) {
  gp_string_t rubric;
  if (!gp_json_string(evidence->config, "rubric", &rubric)) {
    gp_broken("the config has no rubric");
  }
  gp_frame_t frame = gp_frame(evidence->digest);
  gp_frame_add(&frame, gp_text("diff"), evidence->diff);
  for (size_t i = 0; i < evidence->gates.len; i++) {
    gp_gate_report_t *gate = &evidence->gates.ptr[i];
    gp_string_t label = gp_format("gate " GP_S ", %s", GP_ARG(gate->name), gp_status(gate->status));
    gp_frame_add(&frame, label, last(gate->output, 8000));
  }
  gp_string_t text = gp_frame_text(&frame);
  gp_string_t answer = gp_ask(
      gp_format("You judge a change against a rubric. " GP_S, GP_ARG(gp_frame_rule(&frame))),
      gp_format("Rubric: " GP_S "\n\n" GP_S "\n\nIs the rubric met? If not, say what is missing.", GP_ARG(rubric), GP_ARG(text)),
      answer_schema);
  bool met;
  gp_string_t missing;
  if (!gp_json_bool(answer, "met", &met) || !gp_json_string(answer, "missing", &missing)) {
    gp_broken("the answer is not what was asked for");
  }
  return met ? gp_satisfied(gp_text("the rubric is met")) : gp_unsatisfied(missing);
}

GP_EVALUATOR(judge,
             .name = "rubric",
             .version = "0.1.0",
             .summary = "A model judges the diff against a rubric",
             .config_schema = "{\"type\": \"object\", \"required\": [\"rubric\"], \"additionalProperties\": false,"
                              " \"properties\": {\"rubric\": {\"type\": \"string\", \"minLength\": 1}}}")
