/* What a plugin remembers of a goal. Grant: `state`. */
#include "goalpost.h"

static _Noreturn void forgetful(gp_string_t key, const gp_state_state_error_t *error) {
  gp_broken("the key " GP_S ": " GP_S, GP_ARG(key), GP_ARG(gp_state_error(error)));
}

bool gp_remembered(gp_string_t key, gp_string_t *value) {
  contract_option_list_u8_t found;
  gp_state_state_error_t error;
  key = gp_utf8(key);
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
  key = gp_utf8(key);
  if (!gp_state_set(&key, &bytes, &error)) {
    forgetful(key, &error);
  }
}

bool gp_forget(gp_string_t key) {
  bool had;
  gp_state_state_error_t error;
  key = gp_utf8(key);
  if (!gp_state_delete(&key, &had, &error)) {
    forgetful(key, &error);
  }
  return had;
}

contract_list_string_t gp_keys(gp_string_t prefix) {
  contract_list_string_t keys;
  gp_state_state_error_t error;
  prefix = gp_utf8(prefix);
  if (!gp_state_keys(&prefix, &keys, &error)) {
    forgetful(prefix, &error);
  }
  return keys;
}
