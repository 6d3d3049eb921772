/* The gate `{{name}}`: a check on the sealed tree. */
#include "goalpost.h"

static gp_gate_result_t check(const gp_subject_t *subject) {
  double most = 0;
  gp_json_number(subject->config, "most", &most);
  gp_tree_own_tree_t tree = gp_tree_sealed();
  gp_list_finding_t findings = {0};
  for (size_t i = 0; i < subject->changes.len; i++) {
    gp_string_t path = subject->changes.ptr[i].path;
    gp_tree_entry_t entry;
    if (gp_find(tree, path, &entry) && (double)entry.size > most) {
      gp_string_t message = gp_format("it has %llu bytes", (unsigned long long)entry.size);
      gp_add(&findings, GP_SEVERITY_ERROR, "large-file", path, message);
    }
  }
  if (findings.len == 0) {
    return gp_passed(gp_text("every changed file is small"));
  }
  gp_gate_result_t result = gp_failed(gp_format("%zu files have more than %.0f bytes", findings.len, most));
  result.findings = findings;
  return result;
}

GP_GATE(check,
        .name = "{{name}}",
        .version = "0.1.0",
        .summary = "Changed files stay small",
        .config_schema = "{\"type\": \"object\", \"required\": [\"most\"], \"additionalProperties\": false,"
                         " \"properties\": {\"most\": {\"type\": \"integer\", \"minimum\": 1} } }")
