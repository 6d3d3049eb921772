/* Asking a language model. Grant: `llm`. */
#include "goalpost.h"

gp_llm_completion_t gp_complete(gp_llm_request_t request) {
  gp_llm_completion_t answer;
  gp_llm_llm_error_t error;
  request.system.val = request.system.is_some ? gp_utf8(request.system.val) : request.system.val;
  gp_llm_message_t *messages = gp_allocate(NULL, request.messages.len * sizeof *messages);
  for (size_t n = 0; n < request.messages.len; n++) {
    messages[n] = request.messages.ptr[n];
    messages[n].content = gp_utf8(messages[n].content);
  }
  request.messages.ptr = messages;
  if (!gp_llm_complete(&request, &answer, &error)) {
    gp_broken("the model: " GP_S, GP_ARG(gp_llm_error(&error)));
  }
  if (answer.stop == GP_LLM_STOP_REASON_MAX_TOKENS) {
    gp_broken("the model: its answer was cut at %u tokens", (unsigned)request.max_tokens);
  }
  if (answer.stop == GP_LLM_STOP_REASON_REFUSED) {
    gp_broken("the model would not answer");
  }
  return answer;
}

gp_string_t gp_ask(gp_string_t system, gp_string_t prompt, const char *schema) {
  gp_llm_message_t message = {.role = GP_LLM_ROLE_USER, .content = prompt};
  gp_llm_request_t request = {
      .system = {system.len > 0, system},
      .messages = {&message, 1},
      .max_tokens = 2048,
      .temperature = {true, 0},
      .response_schema = {schema != NULL, gp_text(schema)},
  };
  return gp_complete(request).text;
}
