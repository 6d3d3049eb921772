/* Shorter ways to what the host grants. What a plugin does not call is not linked, and needs no grant. */
#include "goalpost.h"

/* What the host gives at most in one call. */
#define PIECE (1u << 20)

gp_string_t gp_ask(gp_string_t system, gp_string_t prompt, const char *schema) {
  gp_llm_message_t message = {.role = GP_LLM_ROLE_USER, .content = prompt};
  gp_llm_request_t request = {
      .system = {system.len > 0, system},
      .messages = {&message, 1},
      .max_tokens = 2000,
      .temperature = {true, 0},
  };
  if (schema) {
    request.response_schema.is_some = true;
    request.response_schema.val = gp_text(schema);
  }
  gp_llm_completion_t answer;
  gp_llm_llm_error_t error;
  if (!gp_llm_complete(&request, &answer, &error)) {
    if (error.tag == GP_LLM_LLM_ERROR_TIMEOUT) {
      gp_broken("the model did not answer in time");
    }
    gp_broken("the model did not answer: %.*s", GP_ARG(error.val.provider));
  }
  return answer.text;
}

gp_http_response_t gp_fetch(gp_http_request_t request) {
  gp_http_response_t answer;
  gp_http_http_error_t error;
  if (!gp_http_send(&request, &answer, &error)) {
    if (error.tag == GP_HTTP_HTTP_ERROR_TIMEOUT) {
      gp_broken("%.*s did not answer in time", GP_ARG(request.url));
    }
    gp_broken("%.*s: %.*s", GP_ARG(request.url), GP_ARG(error.val.transport));
  }
  return answer;
}

gp_http_response_t gp_get(gp_string_t url, const char *bearer) {
  gp_http_header_t header = {.name = gp_text("authorization")};
  gp_http_request_t request = {.method = gp_text("GET"), .url = url};
  if (bearer) {
    header.value = gp_format("Bearer {{secret:%s}}", bearer);
    request.headers = (gp_http_list_header_t){&header, 1};
  }
  return gp_fetch(request);
}

static _Noreturn void unreadable(gp_string_t path, const gp_tree_tree_error_t *error) {
  if (error->tag == GP_TREE_TREE_ERROR_NOT_FOUND || error->tag == GP_TREE_TREE_ERROR_NOT_A_FILE) {
    gp_broken("%.*s: there is no such file", GP_ARG(path));
  }
  gp_broken("%.*s: %.*s", GP_ARG(path), GP_ARG(error->val.unavailable));
}

bool gp_find(gp_tree_own_tree_t tree, gp_string_t path, gp_tree_entry_t *entry) {
  gp_tree_tree_error_t error;
  if (gp_tree_method_tree_stat(gp_tree_borrow_tree(tree), &path, entry, &error)) {
    return true;
  }
  if (error.tag != GP_TREE_TREE_ERROR_NOT_FOUND && error.tag != GP_TREE_TREE_ERROR_NOT_A_FILE) {
    unreadable(path, &error);
  }
  return false;
}

gp_string_t gp_read(gp_tree_own_tree_t tree, gp_string_t path) {
  gp_string_t all = gp_text("");
  for (;;) {
    contract_list_u8_t piece;
    gp_tree_tree_error_t error;
    if (!gp_tree_method_tree_read(gp_tree_borrow_tree(tree), &path, all.len, PIECE, &piece, &error)) {
      unreadable(path, &error);
    }
    if (piece.len == 0) {
      return all;
    }
    all = gp_join(all, (gp_string_t){piece.ptr, piece.len});
  }
}

gp_checks_own_check_run_t gp_run_check(gp_string_t name) {
  gp_checks_own_check_run_t run;
  gp_checks_check_error_t error;
  if (!gp_checks_run(&name, &run, &error)) {
    gp_broken("the check %.*s: %.*s", GP_ARG(name), GP_ARG(error.val.unavailable));
  }
  return run;
}

gp_string_t gp_artifact(gp_checks_own_check_run_t run, gp_string_t path) {
  gp_string_t all = gp_text("");
  for (;;) {
    contract_list_u8_t piece;
    gp_checks_check_error_t error;
    gp_checks_borrow_check_run_t borrowed = gp_checks_borrow_check_run(run);
    if (!gp_checks_method_check_run_read_artifact(borrowed, &path, all.len, PIECE, &piece, &error)) {
      gp_broken("%.*s: %.*s", GP_ARG(path), GP_ARG(error.val.unavailable));
    }
    if (piece.len == 0) {
      return all;
    }
    all = gp_join(all, (gp_string_t){piece.ptr, piece.len});
  }
}

static _Noreturn void forgetful(gp_string_t key, const gp_state_state_error_t *error) {
  gp_broken("the key %.*s: %.*s", GP_ARG(key), GP_ARG(error->val.unavailable));
}

bool gp_remembered(gp_string_t key, gp_string_t *value) {
  contract_option_list_u8_t found;
  gp_state_state_error_t error;
  if (!gp_state_get(&key, &found, &error)) {
    forgetful(key, &error);
  }
  if (found.is_some) {
    *value = (gp_string_t){found.val.ptr, found.val.len};
  }
  return found.is_some;
}

void gp_remember(gp_string_t key, gp_string_t value) {
  contract_list_u8_t bytes = {value.ptr, value.len};
  gp_state_state_error_t error;
  if (!gp_state_set(&key, &bytes, &error)) {
    forgetful(key, &error);
  }
}

bool gp_forget(gp_string_t key) {
  bool had;
  gp_state_state_error_t error;
  if (!gp_state_delete(&key, &had, &error)) {
    forgetful(key, &error);
  }
  return had;
}

gp_string_t gp_read_file(gp_string_t folder, gp_string_t path) {
  gp_string_t all = gp_text("");
  for (;;) {
    contract_list_u8_t piece;
    gp_files_files_error_t error;
    if (!gp_files_read(&folder, &path, all.len, PIECE, &piece, &error)) {
      if (error.tag == GP_FILES_FILES_ERROR_NOT_FOUND || error.tag == GP_FILES_FILES_ERROR_NOT_A_FILE) {
        gp_broken("%.*s of the folder %.*s: there is no such file", GP_ARG(path), GP_ARG(folder));
      }
      gp_broken("%.*s of the folder %.*s: %.*s", GP_ARG(path), GP_ARG(folder), GP_ARG(error.val.unavailable));
    }
    if (piece.len == 0) {
      return all;
    }
    all = gp_join(all, (gp_string_t){piece.ptr, piece.len});
  }
}
