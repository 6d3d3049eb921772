/* Texts, and what a plugin says to people. */
#include "goalpost.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *gp_allocate(void *old, size_t size) {
  void *memory = realloc(old, size ? size : 1);
  if (!memory) {
    /* No memory for a message either. */
    abort();
  }
  return memory;
}

gp_string_t gp_text(const char *text) { return (gp_string_t){(uint8_t *)text, strlen(text)}; }

static gp_string_t format_list(const char *format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, again);
  va_end(again);
  if (length < 0) {
    abort();
  }
  char *text = gp_allocate(NULL, (size_t)length + 1);
  vsnprintf(text, (size_t)length + 1, format, arguments);
  return (gp_string_t){(uint8_t *)text, (size_t)length};
}

gp_string_t gp_format(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  gp_string_t text = format_list(format, arguments);
  va_end(arguments);
  return text;
}

void gp_log(gp_log_level_t level, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  gp_string_t text = format_list(format, arguments);
  va_end(arguments);
  gp_log_write(level, &text);
}

void gp_broken(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  gp_string_t text = format_list(format, arguments);
  va_end(arguments);
  gp_log_write(GP_LOG_LEVEL_ERROR, &text);
  abort();
}

bool gp_equal(gp_string_t text, const char *other) {
  return text.len == strlen(other) && memcmp(text.ptr, other, text.len) == 0;
}

bool gp_contains(gp_string_t text, gp_string_t part) {
  for (size_t at = 0; part.len <= text.len && at <= text.len - part.len; at++) {
    if (memcmp(text.ptr + at, part.ptr, part.len) == 0) {
      return true;
    }
  }
  return false;
}

gp_string_t gp_join(gp_string_t head, gp_string_t tail) {
  uint8_t *both = gp_allocate(NULL, head.len + tail.len);
  memcpy(both, head.ptr, head.len);
  memcpy(both + head.len, tail.ptr, tail.len);
  return (gp_string_t){both, head.len + tail.len};
}

const char *gp_status(gp_gate_status_t status) {
  static const char *const words[] = {"passed", "failed", "timed-out", "refused", "not-run", "inconclusive"};
  return status < sizeof words / sizeof *words ? words[status] : "unknown";
}
