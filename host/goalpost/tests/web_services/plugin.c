#include "goalpost.h"

static gp_verdict_t judge(const gp_evidence_t *evidence) {
  (void)evidence;
  gp_http_response_t answer = gp_get(gp_text("https://api.example.com/v1"), "TOKEN");
  gp_string_t body = {answer.body.ptr, answer.body.len};
  double left = -1;
  gp_json_number(body, "left", &left);
  if (answer.status == 200 && left == 0) {
    return gp_satisfied(gp_format("%d %.*s", answer.status, GP_ARG(answer.headers.ptr[0].value)));
  }
  return gp_unsatisfied(gp_format("%d are left", (int)left));
}

GP_EVALUATOR(judge, .name = "asks", .version = "0.1.0", .summary = "Asks a web service")
