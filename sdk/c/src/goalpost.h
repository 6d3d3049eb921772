/* Write Goalpost plugins in C: a function, and a macro that exports it.
 *
 * A fresh instance answers each call and is thrown away with all its memory: a plugin frees nothing. What it returns is
 * copied on the way out, so literals, parts of the evidence and one text in two places are all fine.
 *
 * The contract's types and functions are in `contract.h`, which is generated: `gp_evidence_t`, `gp_tree_sealed`, ... */
#ifndef GOALPOST_H
#define GOALPOST_H

#include "contract.h"

/* UTF-8 with a length, and no zero at its end. */
typedef contract_string_t gp_string_t;

/* ---- Texts (text.c, format.c, utf8.c) ---- */

/* A text in a format, of any bytes, by its length: `gp_format("gate " GP_S ": %s", GP_ARG(gate->name), why)`. printf knows it
 * as `%.*s`, and ends at a zero. */
#define GP_S "%-.*s"
#define GP_ARG(text) (int)(text).len, (const char *)(text).ptr

/* Nothing for NULL. */
gp_string_t gp_text(const char *text);
/* All that printf has but `%n`, and `GP_S`. */
gp_string_t gp_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool gp_equal(gp_string_t text, const char *other);
bool gp_same(gp_string_t text, gp_string_t other);
bool gp_contains(gp_string_t text, gp_string_t part);
/* `head` followed by `tail`. */
gp_string_t gp_join(gp_string_t head, gp_string_t tail);
/* With U+FFFD for what is no UTF-8, such as half a character where a text was cut. What a plugin answers, logs and hands to
 * the functions below is mended like this; to a function of the contract itself, hand over nothing else. */
gp_string_t gp_utf8(gp_string_t text);
/* Memory, or the end of the plugin. */
void *gp_allocate(void *old, size_t size);

/* Says at level error why the plugin can't answer, and ends it: a judge that broke is inconclusive, never a pass. */
_Noreturn void gp_broken(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Writes to the user's log. */
void gp_log(gp_log_level_t level, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* As the contract spells it, such as `timed-out`. */
const char *gp_status(gp_gate_status_t status);

/* ---- Answers (answer.c) ---- */

gp_verdict_t gp_verdict(gp_outcome_t outcome, gp_string_t reason);
static inline gp_verdict_t gp_satisfied(gp_string_t reason) { return gp_verdict(GP_OUTCOME_SATISFIED, reason); }
/* The reason is what the worker is told: what is missing, and how one would see that it is there. */
static inline gp_verdict_t gp_unsatisfied(gp_string_t reason) { return gp_verdict(GP_OUTCOME_UNSATISFIED, reason); }
static inline gp_verdict_t gp_blocked(gp_string_t reason) { return gp_verdict(GP_OUTCOME_BLOCKED, reason); }
static inline gp_verdict_t gp_inconclusive(gp_string_t reason) { return gp_verdict(GP_OUTCOME_INCONCLUSIVE, reason); }
static inline gp_verdict_t gp_abstain(gp_string_t reason) { return gp_verdict(GP_OUTCOME_ABSTAIN, reason); }
gp_gate_result_t gp_passed(gp_string_t summary);
gp_gate_result_t gp_failed(gp_string_t summary);
/* The work of a workflow's turn is ready to be verified; `text` says what was done. */
gp_turn_summary_t gp_finished(gp_string_t text);
/* The goal can't be reached as it stands, and why: a person must act. */
gp_turn_summary_t gp_turn_blocked(gp_string_t why, gp_string_t text);
/* `code` is the rule's stable kebab-case name, or NULL. An empty `path` says that it is about none. */
void gp_add(gp_list_finding_t *findings, gp_severity_t severity, const char *code, gp_string_t path, gp_string_t message);

/* ---- JSON, such as a plugin's config (json.c) ---- */

/* Each gives whether `object` has a value of that type under `key`, and leaves `value` alone if it has not. */
bool gp_json_string(gp_string_t object, const char *key, gp_string_t *value);
bool gp_json_number(gp_string_t object, const char *key, double *value);
bool gp_json_bool(gp_string_t object, const char *key, bool *value);
/* Any value, as the JSON that it is: an object or an array to look into. */
bool gp_json_value(gp_string_t object, const char *key, gp_string_t *value);
/* The items of an array, one a call: `for (size_t place = 0; gp_json_item(array, &place, &item);)`. */
bool gp_json_item(gp_string_t array, size_t *place, gp_string_t *item);
/* The text that a JSON string is. */
bool gp_json_text(gp_string_t json, gp_string_t *text);

/* ---- Untrusted text in a prompt (frame.c) ---- */

/* One text and its name. */
typedef struct {
  gp_string_t name;
  gp_string_t text;
} gp_section_t;

/* Keeps text of a worker, a gate or a model data: each between marks with a nonce that the texts can't know, and every line
 * after a margin. */
typedef struct {
  gp_string_t seed;
  gp_section_t *sections;
  size_t count;
} gp_frame_t;

/* `seed` is something that the authors of the texts do not choose: the evidence's digest. */
gp_frame_t gp_frame(gp_string_t seed);
/* The name may hold a gate's: it becomes one line without a mark. */
void gp_frame_add(gp_frame_t *frame, gp_string_t name, gp_string_t text);
/* What to say once, before the framed texts: in the system prompt, best. */
gp_string_t gp_frame_rule(const gp_frame_t *frame);
/* The texts between their marks. */
gp_string_t gp_frame_text(const gp_frame_t *frame);
/* SHA-256 of a text (sha256.c). */
void gp_sha256(gp_string_t text, uint8_t digest[32]);

/* ---- Capabilities: each needs its grant when it is used ---- */

/* Where the host answers with an error, these end the plugin, with the error's text. To go on instead, call the contract's own
 * function, such as `gp_http_send`. Its error as text, such as `denied: ...`: */
gp_string_t gp_tree_error(const gp_tree_tree_error_t *error);
gp_string_t gp_checks_error(const gp_checks_check_error_t *error);
gp_string_t gp_llm_error(const gp_llm_llm_error_t *error);
gp_string_t gp_http_error(const gp_http_http_error_t *error);
gp_string_t gp_state_error(const gp_state_state_error_t *error);
gp_string_t gp_files_error(const gp_files_files_error_t *error);

/* Asks the grant's first model, at temperature 0; `schema` is a JSON Schema that the answer must satisfy, or NULL. An answer that
 * was cut or refused ends the plugin too: half an answer is none. */
gp_string_t gp_ask(gp_string_t system, gp_string_t prompt, const char *schema);
/* The same with all that a request can say. */
gp_llm_completion_t gp_complete(gp_llm_request_t request);

/* Asks a web service. An answer of any status is one, a redirect too. */
gp_http_response_t gp_fetch(gp_http_request_t request);
/* `GET`; `bearer` is the name of a granted secret, which the host fills in, or NULL. */
gp_http_response_t gp_get(gp_string_t url, const char *bearer);
/* What stands in a header's value for a secret that the host fills in. The plugin never has it. */
gp_string_t gp_secret(const char *name);
/* The first header of that name, in any case. */
bool gp_header(const gp_http_response_t *answer, const char *name, gp_string_t *value);

/* Whether a tree has a file, and what it is. */
bool gp_find(gp_tree_own_tree_t tree, gp_string_t path, gp_tree_entry_t *entry);
/* All of a file's content: bytes, which need not be UTF-8. */
gp_string_t gp_read(gp_tree_own_tree_t tree, gp_string_t path);
/* Files, links and submodules below `prefix`, which is empty for all; sorted by path. */
gp_tree_list_entry_t gp_entries(gp_tree_own_tree_t tree, gp_string_t prefix);
/* What differs from `base`, below `prefix`. */
gp_tree_list_change_t gp_diff(gp_tree_own_tree_t tree, gp_tree_own_tree_t base, gp_string_t prefix);
/* One path's unified diff from `base`, at most so many bytes. */
gp_string_t gp_patch(gp_tree_own_tree_t tree, gp_tree_own_tree_t base, gp_string_t path, uint32_t most);

/* Runs a check that the user declared. */
gp_checks_own_check_run_t gp_run_check(gp_string_t name);
/* The same with other content in some files, for this run only. */
gp_checks_own_check_run_t gp_run_check_with(gp_string_t name, gp_checks_list_edit_t edits);
gp_gate_report_t gp_report(gp_checks_own_check_run_t run);
/* All of one of its artifacts. */
gp_string_t gp_artifact(gp_checks_own_check_run_t run, gp_string_t path);

/* What the plugin remembers of the goal under a key; false where it has no value. */
bool gp_remembered(gp_string_t key, gp_string_t *value);
/* Remembers it from this turn on. */
void gp_remember(gp_string_t key, gp_string_t value);
/* Whether there was something to forget. */
bool gp_forget(gp_string_t key);
/* The keys that start with `prefix`, sorted. */
contract_list_string_t gp_keys(gp_string_t prefix);

/* The files of a granted folder below `prefix`, sorted by path. */
gp_files_list_file_t gp_list_files(gp_string_t folder, gp_string_t prefix);
/* All of a file of a granted folder. */
gp_string_t gp_read_file(gp_string_t folder, gp_string_t path);

/* For workflows: only their contract has agents. */
#ifdef GP_AGENTS_AGENT_ERROR_FAILED
gp_string_t gp_agents_error(const gp_agents_agent_error_t *error);
/* Starts an agent, and goes on. */
gp_agents_own_agent_run_t gp_spawn(gp_agents_agent_request_t request);
/* Waits for its end. `gp_agents_wait_any` waits for the first of several. */
gp_agents_agent_output_t gp_wait(gp_agents_own_agent_run_t run);
/* Has an agent review a text without the right to change anything. */
gp_agents_review_result_t gp_review(gp_agents_review_request_t request);
/* As the contract spells it, such as `changes-requested`. */
const char *gp_review_outcome(gp_agents_review_outcome_t outcome);
/* Names what happens from now on, for people. */
void gp_phase(const char *title);
/* The text that becomes the worker's final text; the last call counts. */
void gp_result(gp_string_t text);
#endif

/* ---- Exports ---- */

typedef struct {
  const char *name;
  const char *version;
  /* One line. */
  const char *summary;
  /* JSON Schema (2020-12) of the plugin's config; NULL for a plugin that takes none. */
  const char *config_schema;
} gp_info_t;

/* Copies, since the caller frees what it is given; mended. */
gp_verdict_t gp_own_verdict(gp_verdict_t verdict);
gp_gate_result_t gp_own_gate_result(gp_gate_result_t result);
gp_turn_summary_t gp_own_turn_summary(gp_turn_summary_t summary);
gp_string_t gp_own(gp_string_t text);

#define GP_DESCRIBE(...)                                                                                         \
  void exports_goalpost_plugin_plugin_info_describe(exports_goalpost_plugin_plugin_info_description_t *told) {   \
    const gp_info_t info = {__VA_ARGS__};                                                                        \
    told->name = gp_own(gp_text(info.name));                                                                     \
    told->version = gp_own(gp_text(info.version));                                                               \
    told->summary = gp_own(gp_text(info.summary));                                                               \
    told->config_schema = gp_own(gp_text(info.config_schema ? info.config_schema : ""));                         \
  }

/* Exports `gp_verdict_t judge(const gp_evidence_t *)`; what follows are the fields of a `gp_info_t`. */
#define GP_EVALUATOR(judge, ...)                                                                      \
  bool exports_contract_evaluate(gp_evidence_t *evidence, gp_verdict_t *told, gp_string_t *error) {   \
    (void)error;                                                                                      \
    *told = gp_own_verdict(judge(evidence));                                                          \
    return true;                                                                                      \
  }                                                                                                   \
  GP_DESCRIBE(__VA_ARGS__)

/* Exports `gp_gate_result_t check(const gp_subject_t *)`. */
#define GP_GATE(check, ...)                                                                         \
  bool exports_contract_check(gp_subject_t *subject, gp_gate_result_t *told, gp_string_t *error) {  \
    (void)error;                                                                                    \
    *told = gp_own_gate_result(check(subject));                                                     \
    return true;                                                                                    \
  }                                                                                                 \
  GP_DESCRIBE(__VA_ARGS__)

/* Exports `gp_turn_summary_t run(const gp_turn_t *)`. */
#define GP_WORKFLOW(run, ...)                                                                  \
  bool exports_contract_run(gp_turn_t *turn, gp_turn_summary_t *told, gp_string_t *error) {    \
    (void)error;                                                                               \
    *told = gp_own_turn_summary(run(turn));                                                    \
    return true;                                                                               \
  }                                                                                            \
  GP_DESCRIBE(__VA_ARGS__)

#endif
