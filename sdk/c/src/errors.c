/* The host's errors as text, as every SDK says them: one of the contract's words, and what the host adds to it. */
#include "goalpost.h"

/* The union's members are all texts, and lie in one place. */
#define TOLD(error, silent, ...)                                                                     \
  static const char *const words[] = {__VA_ARGS__};                                                  \
  const char *word = (error)->tag < sizeof words / sizeof *words ? words[(error)->tag] : "unknown";  \
  return (silent) ? gp_text(word) : gp_format("%s: " GP_S, word, GP_ARG((error)->val.limit))

gp_string_t gp_tree_error(const gp_tree_tree_error_t *error) {
  TOLD(error, error->tag <= GP_TREE_TREE_ERROR_NOT_A_FILE, "not-found", "not-a-file", "invalid-path", "limit", "unavailable");
}

gp_string_t gp_checks_error(const gp_checks_check_error_t *error) { TOLD(error, false, "unknown", "limit", "unavailable"); }

gp_string_t gp_llm_error(const gp_llm_llm_error_t *error) {
  static const char *const words[] = {"not-configured", "model-not-granted", "budget-exhausted", "invalid-answer", "provider"};
  if (error->tag >= GP_LLM_LLM_ERROR_TIMEOUT) {
    return gp_text("timeout");
  }
  return gp_format("%s: " GP_S, words[error->tag], GP_ARG(error->val.provider));
}

gp_string_t gp_http_error(const gp_http_http_error_t *error) {
  TOLD(error, error->tag == GP_HTTP_HTTP_ERROR_TIMEOUT, "denied", "limit", "timeout", "transport");
}

gp_string_t gp_state_error(const gp_state_state_error_t *error) { TOLD(error, false, "invalid-key", "limit", "unavailable"); }

gp_string_t gp_files_error(const gp_files_files_error_t *error) {
  TOLD(error, error->tag == GP_FILES_FILES_ERROR_NOT_FOUND || error->tag == GP_FILES_FILES_ERROR_NOT_A_FILE, "unknown-folder",
       "not-found", "not-a-file", "invalid-path", "limit", "unavailable");
}

/* Only a workflow's contract has agents. */
#ifdef GP_AGENTS_AGENT_ERROR_FAILED
gp_string_t gp_agents_error(const gp_agents_agent_error_t *error) {
  TOLD(error, error->tag >= GP_AGENTS_AGENT_ERROR_TIMED_OUT, "unavailable", "limit", "failed", "timed-out", "cancelled");
}
#endif
