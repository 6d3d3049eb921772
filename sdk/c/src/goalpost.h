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

/* ---- Texts (text.c) ---- */

/* For `%.*s`, which ends at a zero: a text that may hold one is joined with `gp_join`. */
#define GP_ARG(text) (int)(text).len, (const char *)(text).ptr

gp_string_t gp_text(const char *text);
gp_string_t gp_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool gp_equal(gp_string_t text, const char *other);
bool gp_contains(gp_string_t text, gp_string_t part);
/* `head` followed by `tail`. */
gp_string_t gp_join(gp_string_t head, gp_string_t tail);
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
/* `code` is the rule's stable kebab-case name. An empty `path` says that it is about none. */
void gp_add(gp_list_finding_t *findings, gp_severity_t severity, const char *code, gp_string_t path, gp_string_t message);

/* ---- JSON objects, such as a plugin's config (json.c) ---- */

/* Each gives whether `object` has a value of that type under `key`, and leaves `value` alone if it has not. */
bool gp_json_string(gp_string_t object, const char *key, gp_string_t *value);
bool gp_json_number(gp_string_t object, const char *key, double *value);
bool gp_json_bool(gp_string_t object, const char *key, bool *value);

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
void gp_frame_add(gp_frame_t *frame, const char *name, gp_string_t text);
/* What to say once, before the framed texts: in the system prompt, best. */
gp_string_t gp_frame_rule(const gp_frame_t *frame);
/* The texts between their marks. */
gp_string_t gp_frame_text(const gp_frame_t *frame);
/* SHA-256 of a text (sha256.c). */
void gp_sha256(gp_string_t text, uint8_t digest[32]);

/* ---- Capabilities (capabilities.c): each needs its grant when it is used ---- */

/* Asks the grant's first model; `schema` is a JSON Schema that the answer must satisfy, or NULL. A model that does not
 * answer ends the plugin. */
gp_string_t gp_ask(gp_string_t system, gp_string_t prompt, const char *schema);
/* Asks a web service. An answer of any status is one, a redirect too; none ends the plugin. */
gp_http_response_t gp_fetch(gp_http_request_t request);
/* `GET`; `bearer` is the name of a granted secret, which the host fills in, or NULL. */
gp_http_response_t gp_get(gp_string_t url, const char *bearer);
/* Whether a tree has a file, and what it is. */
bool gp_find(gp_tree_own_tree_t tree, gp_string_t path, gp_tree_entry_t *entry);
/* All of a file's content. A file that can't be read ends the plugin. */
gp_string_t gp_read(gp_tree_own_tree_t tree, gp_string_t path);
/* Runs a check that the user declared. One that can't be run ends the plugin. */
gp_checks_own_check_run_t gp_run_check(gp_string_t name);
/* All of one of its artifacts. */
gp_string_t gp_artifact(gp_checks_own_check_run_t run, gp_string_t path);

/* What the plugin remembers of the goal under a key; false where it has no value. */
bool gp_remembered(gp_string_t key, gp_string_t *value);
/* Remembers it from this turn on. A key or a value that the grant has no room for ends the plugin. */
void gp_remember(gp_string_t key, gp_string_t value);
/* Whether there was something to forget. */
bool gp_forget(gp_string_t key);
/* All of a file of a granted folder. A file that can't be read ends the plugin. */
gp_string_t gp_read_file(gp_string_t folder, gp_string_t path);

/* ---- Exports ---- */

typedef struct {
  const char *name;
  const char *version;
  /* One line. */
  const char *summary;
  /* JSON Schema (2020-12) of the plugin's config; NULL for a plugin that takes none. */
  const char *config_schema;
} gp_info_t;

/* Copies, since the caller frees what it is given. */
gp_verdict_t gp_own_verdict(gp_verdict_t verdict);
gp_gate_result_t gp_own_gate_result(gp_gate_result_t result);
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

/* Exports `gp_string_t run(const gp_turn_t *)`, which gives the text of a finished turn. */
#define GP_WORKFLOW(run, ...)                                                                  \
  bool exports_contract_run(gp_turn_t *turn, gp_turn_summary_t *told, gp_string_t *error) {    \
    (void)error;                                                                               \
    told->end.tag = GP_TURN_END_FINISHED;                                                      \
    told->text = gp_own(run(turn));                                                            \
    return true;                                                                               \
  }                                                                                            \
  GP_DESCRIBE(__VA_ARGS__)

#endif
