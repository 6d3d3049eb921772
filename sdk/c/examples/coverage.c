/* Runs the check `coverage` and wants every changed source file covered. Needs the grants `checks` and `tree`. */
#include "goalpost.h"

#include <string.h>

static bool starts(gp_string_t line, const char *with) {
  return line.len >= strlen(with) && memcmp(line.ptr, with, strlen(with)) == 0;
}

/* Whether `whole` is `path`, or ends with it after a `/`: reports have absolute paths. */
static bool is_path(gp_string_t whole, gp_string_t path) {
  while (whole.len > 0 && memchr("\r \t", whole.ptr[whole.len - 1], 3)) {
    whole.len--;
  }
  if (whole.len < path.len || !gp_same((gp_string_t){whole.ptr + whole.len - path.len, path.len}, path)) {
    return false;
  }
  return whole.len == path.len || whole.ptr[whole.len - path.len - 1] == '/';
}

/* Whether `DA:LINE,HITS` has hits. */
static bool is_hit(gp_string_t line) {
  const uint8_t *comma = memchr(line.ptr, ',', line.len), *end = line.ptr + line.len;
  bool is_more_than_none = false;
  for (const uint8_t *digit = comma ? comma + 1 : end; digit < end && *digit >= '0' && *digit <= '9'; digit++) {
    is_more_than_none = is_more_than_none || *digit != '0';
  }
  return is_more_than_none;
}

/* Covered and countable lines of `path` in an LCOV report. */
static void count(gp_string_t report, gp_string_t path, unsigned *covered, unsigned *lines) {
  bool here = false;
  for (size_t at = 0; at < report.len;) {
    const uint8_t *end = memchr(report.ptr + at, '\n', report.len - at);
    gp_string_t line = {report.ptr + at, (end ? (size_t)(end - report.ptr) : report.len) - at};
    at += line.len + 1;
    if (starts(line, "SF:")) {
      here = is_path((gp_string_t){line.ptr + 3, line.len - 3}, path);
    } else if (here && starts(line, "DA:")) {
      *covered += is_hit(line);
      *lines += 1;
    }
  }
}

static gp_gate_result_t check(const gp_subject_t *subject) {
  double least = 0.8;
  gp_json_number(subject->config, "least", &least);
  gp_string_t name = gp_text("coverage");
  gp_json_string(subject->config, "check", &name);

  gp_checks_own_check_run_t run = gp_run_check(name);
  gp_gate_report_t report = gp_report(run);
  if (report.status != GP_GATE_STATUS_PASSED) {
    gp_gate_result_t result = gp_failed(gp_format("the check did not pass: " GP_S, GP_ARG(report.summary)));
    result.output = report.output;
    return result;
  }
  gp_checks_list_artifact_t artifacts;
  gp_checks_method_check_run_artifacts(gp_checks_borrow_check_run(run), &artifacts);
  gp_string_t *reports = gp_allocate(NULL, artifacts.len * sizeof *reports);
  for (size_t i = 0; i < artifacts.len; i++) {
    reports[i] = gp_artifact(run, artifacts.ptr[i].path);
  }

  gp_tree_own_tree_t tree = gp_tree_sealed();
  gp_list_finding_t findings = {0};
  for (size_t i = 0; i < subject->changes.len; i++) {
    gp_string_t path = subject->changes.ptr[i].path;
    gp_tree_entry_t entry;
    unsigned covered = 0, lines = 0;
    if (!gp_find(tree, path, &entry)) {
      continue;
    }
    for (size_t r = 0; r < artifacts.len; r++) {
      count(reports[r], path, &covered, &lines);
    }
    if (lines > 0 && (double)covered / lines < least) {
      gp_string_t message = gp_format("%.0f %% of its lines are covered", 100.0 * covered / lines);
      gp_add(&findings, GP_SEVERITY_ERROR, "uncovered", path, message);
    }
  }
  if (findings.len == 0) {
    return gp_passed(gp_text("every changed file is covered"));
  }
  gp_gate_result_t result = gp_failed(gp_format("%zu changed files are not covered", findings.len));
  result.findings = findings;
  return result;
}

GP_GATE(check,
        .name = "coverage",
        .version = "0.1.0",
        .summary = "Every changed source file is covered by tests",
        .config_schema = "{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {\"check\": {\"type\":"
                         " \"string\"}, \"least\": {\"type\": \"number\", \"minimum\": 0, \"maximum\": 1}}}")
