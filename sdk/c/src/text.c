/* Texts: bytes with a length, any of which may be zero. */
#include "goalpost.h"

#include <stdlib.h>
#include <string.h>

#include "builder.h"

void *gp_allocate(void *old, size_t size) {
  void *memory = realloc(old, size ? size : 1);
  if (!memory) {
    /* No memory for a message either. */
    abort();
  }
  return memory;
}

void gp_put(gp_builder_t *to, const void *bytes, size_t length) {
  if (length == 0) {
    return;
  }
  if (length > SIZE_MAX - to->text.len) {
    abort();
  }
  size_t needed = to->text.len + length;
  if (needed > to->room) {
    to->room = needed > SIZE_MAX / 4 ? needed : 2 * needed + 64;
    to->text.ptr = gp_allocate(to->text.ptr, to->room);
  }
  memcpy(to->text.ptr + to->text.len, bytes, length);
  to->text.len = needed;
}

gp_string_t gp_text(const char *text) { return (gp_string_t){(uint8_t *)text, text ? strlen(text) : 0}; }

bool gp_same(gp_string_t text, gp_string_t other) {
  return text.len == other.len && (text.len == 0 || memcmp(text.ptr, other.ptr, text.len) == 0);
}

bool gp_equal(gp_string_t text, const char *other) { return gp_same(text, gp_text(other)); }

bool gp_contains(gp_string_t text, gp_string_t part) {
  if (part.len == 0) {
    return true;
  }
  for (size_t at = 0; part.len <= text.len && at <= text.len - part.len; at++) {
    if (memcmp(text.ptr + at, part.ptr, part.len) == 0) {
      return true;
    }
  }
  return false;
}

gp_string_t gp_join(gp_string_t head, gp_string_t tail) {
  gp_builder_t both = {0};
  gp_put_text(&both, head);
  gp_put_text(&both, tail);
  return both.text;
}

const char *gp_status(gp_gate_status_t status) {
  static const char *const words[] = {"passed", "failed", "timed-out", "refused", "not-run", "inconclusive"};
  return status < sizeof words / sizeof *words ? words[status] : "unknown";
}
