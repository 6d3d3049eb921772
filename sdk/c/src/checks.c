/* Checks that the user declared. Grant: `checks`. */
#include "goalpost.h"

#include "builder.h"

/* What the host gives at most in one call. */
#define PIECE (1u << 20)

static _Noreturn void did_not_run(gp_string_t name, const gp_checks_check_error_t *error) {
  gp_broken("the check " GP_S ": " GP_S, GP_ARG(name), GP_ARG(gp_checks_error(error)));
}

gp_checks_own_check_run_t gp_run_check(gp_string_t name) {
  gp_checks_own_check_run_t run;
  gp_checks_check_error_t error;
  name = gp_utf8(name);
  if (!gp_checks_run(&name, &run, &error)) {
    did_not_run(name, &error);
  }
  return run;
}

gp_checks_own_check_run_t gp_run_check_with(gp_string_t name, gp_checks_list_edit_t edits) {
  gp_checks_own_check_run_t run;
  gp_checks_check_error_t error;
  name = gp_utf8(name);
  if (!gp_checks_run_with(&name, &edits, &run, &error)) {
    did_not_run(name, &error);
  }
  return run;
}

gp_gate_report_t gp_report(gp_checks_own_check_run_t run) {
  gp_checks_gate_report_t report;
  gp_checks_method_check_run_report(gp_checks_borrow_check_run(run), &report);
  return report;
}

gp_string_t gp_artifact(gp_checks_own_check_run_t run, gp_string_t path) {
  gp_builder_t all = {0};
  path = gp_utf8(path);
  for (;;) {
    contract_list_u8_t piece;
    gp_checks_check_error_t error;
    gp_checks_borrow_check_run_t borrowed = gp_checks_borrow_check_run(run);
    if (!gp_checks_method_check_run_read_artifact(borrowed, &path, all.text.len, PIECE, &piece, &error)) {
      gp_broken(GP_S ": " GP_S, GP_ARG(path), GP_ARG(gp_checks_error(&error)));
    }
    if (piece.len == 0) {
      return all.text;
    }
    gp_put(&all, piece.ptr, piece.len);
    contract_list_u8_free(&piece);
  }
}
