/* Values of a JSON object's own keys. Reads what the host hands over, which is JSON: it refuses what is cut short, and
 * checks no more than it needs. */
#include "goalpost.h"

#include <stdlib.h>
#include <string.h>

static size_t skip_space(gp_string_t json, size_t at) {
  while (at < json.len && strchr(" \t\r\n", json.ptr[at]) && json.ptr[at]) {
    at++;
  }
  return at;
}

/* The place after a string that starts at `at`, or one past the end. */
static size_t skip_string(gp_string_t json, size_t at) {
  for (at++; at < json.len; at++) {
    if (json.ptr[at] == '\\') {
      at++;
    } else if (json.ptr[at] == '"') {
      return at + 1;
    }
  }
  return json.len + 1;
}

/* The place after any value. */
static size_t skip_value(gp_string_t json, size_t at) {
  size_t depth = 0;
  for (at = skip_space(json, at); at < json.len;) {
    uint8_t c = json.ptr[at];
    if (c == '"') {
      at = skip_string(json, at);
      if (depth == 0) {
        return at;
      }
      continue;
    }
    if (depth == 0 && (c == ',' || c == '}' || c == ']')) {
      return at;
    }
    if (c == '{' || c == '[') {
      depth++;
    } else if (c == '}' || c == ']') {
      depth--;
    }
    at++;
    if (depth == 0 && (c == '}' || c == ']')) {
      return at;
    }
  }
  return at;
}

static int hex4(const uint8_t *digits) {
  int value = 0;
  for (int i = 0; i < 4; i++) {
    uint8_t c = digits[i];
    int digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
    if (digit < 0) {
      return -1;
    }
    value = value * 16 + digit;
  }
  return value;
}

static size_t put_utf8(uint8_t *to, uint32_t c) {
  if (c < 0x80) {
    to[0] = (uint8_t)c;
    return 1;
  }
  size_t length = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  for (size_t i = length - 1; i > 0; i--, c >>= 6) {
    to[i] = (uint8_t)(0x80 | (c & 0x3f));
  }
  to[0] = (uint8_t)((0xf00 >> length) | c);
  return length;
}

/* The text of a string without its quotes; a half of a surrogate pair becomes the replacement character. */
static gp_string_t unescape(gp_string_t raw) {
  uint8_t *text = gp_allocate(NULL, raw.len);
  size_t length = 0;
  for (size_t at = 0; at < raw.len; at++) {
    uint8_t c = raw.ptr[at];
    if (c != '\\' || at + 1 == raw.len) {
      text[length++] = c;
      continue;
    }
    c = raw.ptr[++at];
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    const char *known = c ? strchr(from, c) : NULL;
    if (known) {
      text[length++] = (uint8_t)to[known - from];
    } else if (c == 'u' && at + 4 < raw.len) {
      int unit = hex4(raw.ptr + at + 1);
      at += 4;
      uint32_t code = unit < 0 ? 0xfffd : (uint32_t)unit;
      if (code >= 0xd800 && code < 0xdc00 && at + 6 < raw.len && raw.ptr[at + 1] == '\\' && raw.ptr[at + 2] == 'u') {
        int low = hex4(raw.ptr + at + 3);
        if (low >= 0xdc00 && low < 0xe000) {
          code = 0x10000 + ((code - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
          at += 6;
        }
      }
      length += put_utf8(text + length, code >= 0xd800 && code < 0xe000 ? 0xfffd : code);
    } else {
      text[length++] = c;
    }
  }
  return (gp_string_t){text, length};
}

static gp_string_t quoted(gp_string_t json, size_t from, size_t end) {
  return unescape((gp_string_t){json.ptr + from + 1, end - from - 2});
}

/* The text of the value under `key`. */
static bool find(gp_string_t json, const char *key, gp_string_t *value) {
  size_t at = skip_space(json, 0);
  if (at >= json.len || json.ptr[at] != '{') {
    return false;
  }
  for (at = skip_space(json, at + 1); at < json.len && json.ptr[at] == '"'; at = skip_space(json, at + 1)) {
    size_t end = skip_string(json, at);
    if (end > json.len) {
      return false;
    }
    bool wanted = gp_equal(quoted(json, at, end), key);
    at = skip_space(json, end);
    if (at >= json.len || json.ptr[at] != ':') {
      return false;
    }
    size_t start = skip_space(json, at + 1);
    end = skip_value(json, start);
    if (end > json.len) {
      return false;
    }
    if (wanted) {
      *value = (gp_string_t){json.ptr + start, end - start};
      return value->len > 0;
    }
    at = skip_space(json, end);
    if (at >= json.len || json.ptr[at] != ',') {
      return false;
    }
  }
  return false;
}

bool gp_json_string(gp_string_t object, const char *key, gp_string_t *value) {
  gp_string_t found;
  if (!find(object, key, &found) || found.ptr[0] != '"') {
    return false;
  }
  *value = quoted(found, 0, found.len);
  return true;
}

bool gp_json_number(gp_string_t object, const char *key, double *value) {
  gp_string_t found;
  if (!find(object, key, &found) || !strchr("-0123456789", found.ptr[0])) {
    return false;
  }
  gp_string_t ended = gp_join(found, (gp_string_t){(uint8_t *)"", 1});
  *value = strtod((const char *)ended.ptr, NULL);
  return true;
}

bool gp_json_bool(gp_string_t object, const char *key, bool *value) {
  gp_string_t found;
  if (!find(object, key, &found) || (found.ptr[0] != 't' && found.ptr[0] != 'f')) {
    return false;
  }
  *value = found.ptr[0] == 't';
  return true;
}
