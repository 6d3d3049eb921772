/* JSON (RFC 8259): what stands under an object's own keys, and in an array. A document that is not JSON, or is nested deeper
 * than the host's own reader goes, has nothing in it. */
#include "goalpost.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "builder.h"

/* In the place of a place: there is none. */
#define NONE SIZE_MAX
#define DEPTH 128

static bool is_one_of(uint8_t c, const char *of) { return c != 0 && strchr(of, c) != NULL; }

/* The byte at a place; 0 past the end, which is nowhere in JSON. */
static uint8_t byte(gp_string_t json, size_t at) { return at < json.len ? json.ptr[at] : 0; }

static size_t skip_space(gp_string_t json, size_t at) {
  while (is_one_of(byte(json, at), " \t\r\n")) {
    at++;
  }
  return at;
}

static size_t skip_digits(gp_string_t json, size_t at) {
  while (is_one_of(byte(json, at), "0123456789")) {
    at++;
  }
  return at;
}

static int hex_digit(uint8_t c) {
  return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* The number that four digits from `at` on are, or -1. */
static int hex4(gp_string_t json, size_t at) {
  int value = 0;
  for (size_t n = 0; n < 4; n++) {
    int digit = hex_digit(byte(json, at + n));
    if (digit < 0) {
      return -1;
    }
    value = value * 16 + digit;
  }
  return value;
}

/* The place after the string that begins at `at`. */
static size_t string_end(gp_string_t json, size_t at) {
  if (byte(json, at) != '"') {
    return NONE;
  }
  for (at++; at < json.len; at++) {
    uint8_t c = json.ptr[at];
    if (c == '"') {
      return at + 1;
    }
    if (c < 0x20) {
      return NONE;
    }
    if (c == '\\') {
      c = byte(json, ++at);
      if (!is_one_of(c, "\"\\/bfnrtu") || (c == 'u' && hex4(json, at + 1) < 0)) {
        return NONE;
      }
    }
  }
  return NONE;
}

static size_t number_end(gp_string_t json, size_t at) {
  at += byte(json, at) == '-';
  size_t from = at;
  at = byte(json, at) == '0' ? at + 1 : skip_digits(json, at);
  if (at == from) {
    return NONE;
  }
  if (byte(json, at) == '.') {
    from = ++at;
    at = skip_digits(json, at);
    if (at == from) {
      return NONE;
    }
  }
  if (is_one_of(byte(json, at), "eE")) {
    at++;
    at += is_one_of(byte(json, at), "+-");
    from = at;
    at = skip_digits(json, at);
    if (at == from) {
      return NONE;
    }
  }
  return at;
}

/* The place after a value that is neither an array nor an object. */
static size_t plain_end(gp_string_t json, size_t at) {
  static const char *const words[] = {"true", "false", "null"};
  for (size_t n = 0; n < sizeof words / sizeof *words; n++) {
    size_t length = strlen(words[n]);
    if (at < json.len && json.len - at >= length && memcmp(json.ptr + at, words[n], length) == 0) {
      return at + length;
    }
  }
  return byte(json, at) == '"' ? string_end(json, at) : number_end(json, at);
}

/* The place after a key and its colon. */
static size_t key_end(gp_string_t json, size_t at) {
  size_t end = string_end(json, skip_space(json, at));
  if (end == NONE) {
    return NONE;
  }
  end = skip_space(json, end);
  return byte(json, end) == ':' ? end + 1 : NONE;
}

static uint8_t closing(uint8_t opening) { return opening == '{' ? '}' : ']'; }

/* The place after any value. Goes down without calling itself: the one who wrote the document chose how deep it is. */
static size_t value_end(gp_string_t json, size_t at) {
  uint8_t open[DEPTH];
  size_t depth = 0;
  for (;;) {
    at = skip_space(json, at);
    uint8_t c = byte(json, at);
    if (c == '{' || c == '[') {
      at = skip_space(json, at + 1);
      if (byte(json, at) != closing(c)) {
        if (depth == DEPTH) {
          return NONE;
        }
        open[depth++] = c;
        at = c == '{' ? key_end(json, at) : at;
        if (at == NONE) {
          return NONE;
        }
        continue;
      }
      at++;
    } else {
      at = plain_end(json, at);
      if (at == NONE) {
        return NONE;
      }
    }
    /* A value has ended, and perhaps what it is in. */
    while (depth > 0) {
      at = skip_space(json, at);
      c = byte(json, at++);
      if (c == ',') {
        at = open[depth - 1] == '{' ? key_end(json, at) : at;
        break;
      }
      if (c != closing(open[depth - 1])) {
        return NONE;
      }
      depth--;
    }
    if (depth == 0 || at == NONE) {
      return at;
    }
  }
}

/* Whether all of a document is one value that begins with `first`, and where. */
static bool is_document(gp_string_t json, uint8_t first, size_t *start) {
  *start = skip_space(json, 0);
  if (byte(json, *start) != first) {
    return false;
  }
  size_t end = value_end(json, *start);
  return end != NONE && skip_space(json, end) == json.len;
}

static size_t put_utf8(uint8_t *to, uint32_t c) {
  if (c < 0x80) {
    to[0] = (uint8_t)c;
    return 1;
  }
  size_t length = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  for (size_t n = length - 1; n > 0; n--, c >>= 6) {
    to[n] = (uint8_t)(0x80 | (c & 0x3f));
  }
  to[0] = (uint8_t)((0xf00 >> length) | c);
  return length;
}

/* The text of a string, which is known to be one. Half of a surrogate pair becomes the replacement character. */
static gp_string_t unquoted(gp_string_t json, size_t from, size_t end) {
  gp_builder_t text = {0};
  for (size_t at = from + 1; at < end - 1; at++) {
    const uint8_t *run = json.ptr + at, *escape = memchr(run, '\\', end - 1 - at);
    size_t length = escape ? (size_t)(escape - run) : end - 1 - at;
    gp_put(&text, run, length);
    at += length;
    if (!escape) {
      break;
    }
    static const char names[] = "bfnrt", meant[] = "\b\f\n\r\t";
    uint8_t c = json.ptr[++at];
    if (c != 'u') {
      const char *name = strchr(names, c);
      gp_put(&text, name ? &meant[name - names] : (const char *)&c, 1);
      continue;
    }
    uint32_t code = (uint32_t)hex4(json, at + 1);
    at += 4;
    if (code >= 0xd800 && code < 0xdc00 && byte(json, at + 1) == '\\' && byte(json, at + 2) == 'u') {
      int low = hex4(json, at + 3);
      if (low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
        at += 6;
      }
    }
    uint8_t bytes[4];
    gp_put(&text, bytes, put_utf8(bytes, code >= 0xd800 && code < 0xe000 ? 0xfffd : code));
  }
  return text.text;
}

bool gp_json_value(gp_string_t object, const char *key, gp_string_t *value) {
  size_t at;
  bool found = false;
  if (!is_document(object, '{', &at)) {
    return false;
  }
  for (at = skip_space(object, at + 1); byte(object, at) == '"'; at = skip_space(object, at + 1)) {
    gp_string_t name = unquoted(object, at, string_end(object, at));
    size_t start = skip_space(object, key_end(object, at)), end = value_end(object, start);
    /* The last one of a name counts, as it does for those who check the document before. */
    if (gp_equal(name, key)) {
      *value = (gp_string_t){object.ptr + start, end - start};
      found = true;
    }
    free(name.ptr);
    at = skip_space(object, end);
  }
  return found;
}

bool gp_json_item(gp_string_t array, size_t *place, gp_string_t *item) {
  size_t at = *place;
  if (at == 0) {
    if (!is_document(array, '[', &at)) {
      return false;
    }
  } else if (byte(array, at = skip_space(array, at)) != ',') {
    return false;
  }
  size_t start = skip_space(array, at + 1);
  if (byte(array, start) == ']') {
    return false;
  }
  size_t end = value_end(array, start);
  if (end == NONE) {
    return false;
  }
  *item = (gp_string_t){array.ptr + start, end - start};
  *place = end;
  return true;
}

bool gp_json_text(gp_string_t json, gp_string_t *text) {
  size_t start;
  if (!is_document(json, '"', &start)) {
    return false;
  }
  *text = unquoted(json, start, string_end(json, start));
  return true;
}

bool gp_json_string(gp_string_t object, const char *key, gp_string_t *value) {
  gp_string_t json;
  return gp_json_value(object, key, &json) && gp_json_text(json, value);
}

bool gp_json_number(gp_string_t object, const char *key, double *value) {
  gp_string_t json;
  if (!gp_json_value(object, key, &json) || number_end(json, 0) != json.len) {
    return false;
  }
  gp_string_t ended = gp_join(json, (gp_string_t){(uint8_t *)"", 1});
  double number = strtod((const char *)ended.ptr, NULL);
  free(ended.ptr);
  /* One that no double holds would be infinite. */
  if (!isfinite(number)) {
    return false;
  }
  *value = number;
  return true;
}

bool gp_json_bool(gp_string_t object, const char *key, bool *value) {
  gp_string_t json;
  if (!gp_json_value(object, key, &json) || (!gp_equal(json, "true") && !gp_equal(json, "false"))) {
    return false;
  }
  *value = gp_equal(json, "true");
  return true;
}
