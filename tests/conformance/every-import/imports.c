/* Calls every function of every interface that a judge may import, and says what came of it. */
#include "goalpost.h"

static gp_string_t lines;

#define SAY(...) add(gp_format(__VA_ARGS__))

static void add(gp_string_t line) { lines = lines.len == 0 ? line : gp_format(GP_S "\n" GP_S, GP_ARG(lines), GP_ARG(line)); }

static const char *shown(bool value) { return value ? "true" : "false"; }

/* A line of `head` and what is added to it. */
static void list(gp_string_t *line, gp_string_t item) {
  *line = gp_format(GP_S "%s" GP_S, GP_ARG(*line), line->ptr[line->len - 1] == ':' ? " " : ", ", GP_ARG(item));
}

static void trees(void) {
  static const char *const entries[] = {"file", "executable", "symlink", "submodule"};
  static const char *const changes[] = {"added", "modified", "deleted", "renamed", "type-changed"};
  gp_tree_own_tree_t base = gp_tree_baseline(), done = gp_tree_candidate(), sealed = gp_tree_sealed();
  gp_string_t ids[3];
  gp_tree_method_tree_id(gp_tree_borrow_tree(base), &ids[0]);
  gp_tree_method_tree_id(gp_tree_borrow_tree(done), &ids[1]);
  gp_tree_method_tree_id(gp_tree_borrow_tree(sealed), &ids[2]);
  SAY("ids: %s %s", shown(!gp_same(ids[0], ids[1])), shown(gp_same(ids[1], ids[2])));

  gp_string_t line = gp_text("entries:");
  gp_tree_list_entry_t there = gp_entries(sealed, gp_text("src"));
  for (size_t n = 0; n < there.len; n++) {
    gp_tree_entry_t *entry = &there.ptr[n];
    list(&line, gp_format(GP_S " %s %llu", GP_ARG(entry->path), entries[entry->kind], (unsigned long long)entry->size));
  }
  add(line);
  gp_tree_entry_t entry = {0}, none;
  gp_find(sealed, gp_text("src/a.txt"), &entry);
  SAY("entry: %llu %s", (unsigned long long)entry.size, shown(gp_find(sealed, gp_text("src/none"), &none)));
  SAY("content: " GP_S, GP_ARG(gp_read(sealed, gp_text("src/a.txt"))));
  line = gp_text("changes:");
  gp_tree_list_change_t changed = gp_diff(done, base, gp_text(""));
  for (size_t n = 0; n < changed.len; n++) {
    gp_change_t *change = &changed.ptr[n];
    list(&line, gp_format(GP_S " %s %u", GP_ARG(change->path), changes[change->kind], (unsigned)change->lines.val.added));
  }
  add(line);
  gp_string_t patch = gp_patch(done, base, gp_text("src/a.txt"), 1 << 16);
  SAY("patch: %s %s", shown(gp_contains(patch, gp_text("+zwei"))), shown(gp_contains(patch, gp_text("-two"))));
  gp_string_t wrong[] = {gp_text("../a"), gp_text("src")};
  for (size_t n = 0; n < 2; n++) {
    contract_list_u8_t content;
    gp_tree_tree_error_t error;
    if (!gp_tree_method_tree_read(gp_tree_borrow_tree(sealed), &wrong[n], 0, 1, &content, &error)) {
      add(gp_tree_error(&error));
    }
  }
}

static void runs_of_checks(void) {
  contract_list_string_t names;
  gp_checks_names(&names);
  gp_string_t line = gp_text("checks:");
  for (size_t n = 0; n < names.len; n++) {
    list(&line, names.ptr[n]);
  }
  add(line);
  gp_checks_own_check_run_t run = gp_run_check(gp_text("lint"));
  gp_gate_report_t report = gp_report(run);
  SAY("lint: %s " GP_S, gp_status(report.status), GP_ARG(report.summary));
  gp_checks_list_artifact_t artifacts;
  gp_checks_method_check_run_artifacts(gp_checks_borrow_check_run(run), &artifacts);
  line = gp_text("artifacts:");
  for (size_t n = 0; n < artifacts.len; n++) {
    gp_string_t path = artifacts.ptr[n].path;
    list(&line, gp_format(GP_S " " GP_S, GP_ARG(path), GP_ARG(gp_artifact(run, path))));
  }
  add(line);
  contract_list_u8_t other = {(uint8_t *)"other", 5};
  gp_checks_edit_t edits[] = {
      {.path = gp_text("src/a.txt"), .content = {true, other}},
      {.path = gp_text("src/b.txt")},
  };
  SAY("again: %s", gp_status(gp_report(gp_run_check_with(gp_text("lint"), (gp_checks_list_edit_t){edits, 2})).status));
  gp_string_t unknown = gp_text("other");
  gp_checks_check_error_t error;
  if (!gp_checks_run(&unknown, &run, &error)) {
    add(gp_checks_error(&error));
  }
}

/* One that the host answers with an error. */
static void ask_in_vain(gp_string_t prompt, const char *model) {
  gp_llm_message_t message = {.role = GP_LLM_ROLE_USER, .content = prompt};
  gp_llm_request_t request = {.model = {model != NULL, gp_text(model)}, .messages = {&message, 1}, .max_tokens = 100};
  gp_llm_completion_t answer;
  gp_llm_llm_error_t error;
  if (!gp_llm_complete(&request, &answer, &error)) {
    add(gp_llm_error(&error));
  }
}

static void models(void) {
  contract_list_string_t names;
  gp_llm_models(&names);
  gp_string_t line = gp_text("models:");
  for (size_t n = 0; n < names.len; n++) {
    list(&line, names.ptr[n]);
  }
  add(line);
  gp_llm_message_t messages[] = {
      {.role = GP_LLM_ROLE_ASSISTANT, .content = gp_text("Ask.")},
      {.role = GP_LLM_ROLE_USER, .content = gp_text("What is it?")},
  };
  gp_llm_completion_t answer = gp_complete((gp_llm_request_t){
      .system = {true, gp_text("Be short.")},
      .messages = {messages, 2},
      .max_tokens = 100,
      .temperature = {true, 0},
  });
  SAY("answer: " GP_S " " GP_S " %llu", GP_ARG(answer.text), GP_ARG(answer.model), (unsigned long long)answer.usage.output_tokens);
  gp_string_t json = gp_ask(gp_text(""), gp_text("How many?"), "{\"type\": \"object\", \"required\": [\"n\"]}");
  double number = 0;
  gp_json_number(json, "n", &number);
  SAY("json: %.0f", number);
  ask_in_vain(gp_text("Another?"), "any/other");
  ask_in_vain(gp_text("Late?"), NULL);
}

static void services(void) {
  gp_string_t url = gp_text("https://api.example.com/x"), kind = gp_text("");
  gp_http_header_t header = {.name = gp_text("x-key"), .value = gp_secret("KEY")};
  gp_http_response_t answer = gp_fetch((gp_http_request_t){
      .method = gp_text("POST"),
      .url = url,
      .headers = {&header, 1},
      .body = {true, {(uint8_t *)"sent", 4}},
      .timeout_ms = {true, 900},
  });
  gp_header(&answer, "X-Kind", &kind);
  gp_string_t body = {answer.body.ptr, answer.body.len};
  SAY("service: %u " GP_S " " GP_S, (unsigned)answer.status, GP_ARG(kind), GP_ARG(body));
  gp_string_t urls[] = {gp_text("https://other.example.com/"), url};
  for (size_t n = 0; n < 2; n++) {
    gp_http_request_t request = {.method = gp_text("GET"), .url = urls[n]};
    gp_http_http_error_t error;
    if (!gp_http_send(&request, &answer, &error)) {
      add(gp_http_error(&error));
    }
  }
}

static void remembered(void) {
  gp_string_t seen = gp_text("seen"), before = gp_text(""), none;
  gp_remembered(seen, &before);
  gp_remember(gp_text("again"), gp_text("yes"));
  bool is_there = gp_remembered(gp_text("none"), &none), was_there = gp_forget(seen), still_there = gp_forget(seen);
  SAY("state: " GP_S " %s %s %s " GP_S, GP_ARG(before), shown(is_there), shown(was_there), shown(still_there),
      GP_ARG(gp_keys(gp_text("")).ptr[0]));
  gp_string_t no_key = gp_text("");
  contract_list_u8_t value = {(uint8_t *)"no key", 6};
  gp_state_state_error_t error;
  if (!gp_state_set(&no_key, &value, &error)) {
    add(gp_state_error(&error));
  }
}

static void folders(void) {
  contract_list_string_t names;
  gp_files_folders(&names);
  gp_string_t line = gp_text("folders:");
  for (size_t n = 0; n < names.len; n++) {
    list(&line, names.ptr[n]);
  }
  add(line);
  gp_string_t docs = gp_text("docs"), api = gp_text("api.md"), none = gp_text("none.md"), other = gp_text("other");
  gp_files_list_file_t files = gp_list_files(docs, gp_text(""));
  line = gp_text("files:");
  for (size_t n = 0; n < files.len; n++) {
    list(&line, gp_format(GP_S " %llu", GP_ARG(files.ptr[n].path), (unsigned long long)files.ptr[n].size));
  }
  add(line);
  contract_list_u8_t content;
  gp_files_files_error_t error;
  bool is_there = gp_files_read(&docs, &none, 0, 1, &content, &error);
  SAY("file: " GP_S " %s", GP_ARG(gp_read_file(docs, api)), shown(is_there));
  if (!gp_files_read(&other, &api, 0, 1, &content, &error)) {
    add(gp_files_error(&error));
  }
}

static gp_verdict_t judge(const gp_evidence_t *evidence) {
  (void)evidence;
  for (gp_log_level_t level = GP_LOG_LEVEL_TRACE; level <= GP_LOG_LEVEL_ERROR; level++) {
    gp_log(level, "here");
  }
  trees();
  runs_of_checks();
  models();
  services();
  remembered();
  folders();
  return gp_unsatisfied(lines);
}

GP_EVALUATOR(judge, .name = "imports", .version = "0.1.0", .summary = "Calls all that a judge may call")
