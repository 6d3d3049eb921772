/* What printf does, and `GP_S`: a text by its length, with whatever bytes are in it. */
#include "goalpost.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builder.h"

/* A `va_list` may be an array: only in a structure can functions share one. */
typedef struct {
  va_list list;
} arguments;

/* One conversion, with the numbers of its stars in it, and what it takes. */
typedef struct {
  gp_builder_t format;
  /* `hh`, `h`, `l`, `ll`, `j`, `z`, `t`, `L`, or nothing. */
  char size[3];
  char kind;
  /* It is `GP_S`, of a text of that length. */
  bool is_text;
  size_t length;
} conversion;

/* A width or a precision: digits, or a star and an argument. What a negative one means differs. */
static int number(const char **at, arguments *from, bool *given) {
  if (**at == '*') {
    ++*at;
    *given = true;
    return va_arg(from->list, int);
  }
  int value = 0;
  for (; **at >= '0' && **at <= '9'; ++*at) {
    *given = true;
    value = value > 99999 ? value : 10 * value + (**at - '0');
  }
  return value;
}

static void put_number(gp_builder_t *to, const char *before, int value) {
  char digits[16];
  int length = snprintf(digits, sizeof digits, "%s%d", before, value);
  gp_put(to, digits, (size_t)length);
}

/* Reads the conversion after a `%`, and gives the place behind it. */
static const char *read(const char *at, arguments *from, conversion *one) {
  static const char *const sizes[] = {"hh", "h", "ll", "l", "j", "z", "t", "L"};
  size_t flags = strspn(at, "-+ #0");
  bool has_width = false, has_precision = false, is_left = flags == 1 && *at == '-';
  gp_put(&one->format, "%", 1);
  gp_put(&one->format, at, flags);
  at += flags;
  int width = number(&at, from, &has_width);
  if (has_width) {
    put_number(&one->format, "", width);
  }
  if (*at == '.') {
    bool is_star = *++at == '*';
    int precision = number(&at, from, &has_precision);
    one->is_text = is_left && !has_width && is_star && *at == 's';
    one->length = (unsigned)precision;
    if (precision >= 0) {
      put_number(&one->format, ".", precision);
    }
  }
  for (size_t n = 0; n < sizeof sizes / sizeof *sizes; n++) {
    size_t length = strlen(sizes[n]);
    if (strncmp(at, sizes[n], length) == 0) {
      memcpy(one->size, sizes[n], length);
      at += length;
      break;
    }
  }
  one->kind = *at;
  gp_put_text(&one->format, gp_text(one->size));
  gp_put(&one->format, (const char[]){one->kind, 0}, 2);
  return one->kind ? at + 1 : at;
}

/* Appends what `vsnprintf` makes of one conversion: by its length, for a character may be a zero. */
static void put_formatted(gp_builder_t *to, const char *format, ...) {
  va_list list, again;
  va_start(list, format);
  va_copy(again, list);
  int length = vsnprintf(NULL, 0, format, again);
  va_end(again);
  if (length < 0) {
    abort();
  }
  char *text = gp_allocate(NULL, (size_t)length + 1);
  vsnprintf(text, (size_t)length + 1, format, list);
  va_end(list);
  gp_put(to, text, (size_t)length);
  free(text);
}

#define PUT(type) put_formatted(to, format, va_arg(from->list, type))

static void put_signed(gp_builder_t *to, const conversion *one, arguments *from) {
  const char *format = (const char *)one->format.text.ptr;
  switch (*one->size) {
  case 'l': one->size[1] ? PUT(long long) : PUT(long); break;
  case 'j': PUT(intmax_t); break;
  case 'z':
  case 't': PUT(ptrdiff_t); break;
  default: PUT(int);
  }
}

static void put_unsigned(gp_builder_t *to, const conversion *one, arguments *from) {
  const char *format = (const char *)one->format.text.ptr;
  switch (*one->size) {
  case 'l': one->size[1] ? PUT(unsigned long long) : PUT(unsigned long); break;
  case 'j': PUT(uintmax_t); break;
  case 'z':
  case 't': PUT(size_t); break;
  default: PUT(unsigned);
  }
}

static void put(gp_builder_t *to, const conversion *one, arguments *from) {
  const char *format = (const char *)one->format.text.ptr;
  if (one->is_text) {
    gp_put(to, va_arg(from->list, const char *), one->length);
    return;
  }
  switch (one->kind) {
  case 'd':
  case 'i': put_signed(to, one, from); break;
  case 'o':
  case 'u':
  case 'x':
  case 'X': put_unsigned(to, one, from); break;
  case 'c': PUT(int); break;
  case 's': PUT(const char *); break;
  case 'p': PUT(void *); break;
  case 'a':
  case 'A':
  case 'e':
  case 'E':
  case 'f':
  case 'F':
  case 'g':
  case 'G': *one->size == 'L' ? PUT(long double) : PUT(double); break;
  case '%': gp_put(to, "%", 1); break;
  /* `%n` writes where an argument says: nothing that a plugin needs. */
  default: gp_broken("a format has the conversion `%s`, which there is not", format);
  }
}

static gp_string_t format_list(const char *format, arguments *from) {
  gp_builder_t all = {0};
  for (const char *at = format; *at;) {
    size_t plain = strcspn(at, "%");
    gp_put(&all, at, plain);
    at += plain;
    if (*at) {
      conversion one = {0};
      at = read(at + 1, from, &one);
      put(&all, &one, from);
      free(one.format.text.ptr);
    }
  }
  return all.text;
}

gp_string_t gp_format(const char *format, ...) {
  arguments from;
  va_start(from.list, format);
  gp_string_t text = format_list(format, &from);
  va_end(from.list);
  return text;
}

void gp_log(gp_log_level_t level, const char *format, ...) {
  arguments from;
  va_start(from.list, format);
  gp_string_t text = gp_utf8(format_list(format, &from));
  va_end(from.list);
  gp_log_write(level, &text);
}

void gp_broken(const char *format, ...) {
  arguments from;
  va_start(from.list, format);
  gp_string_t text = gp_utf8(format_list(format, &from));
  va_end(from.list);
  gp_log_write(GP_LOG_LEVEL_ERROR, &text);
  abort();
}
