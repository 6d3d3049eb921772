/* UTF-8 as Unicode has it: the host takes no other text, and ends the plugin that hands it one. */
#include "goalpost.h"

#include "builder.h"

/* How many bytes from `at` on are a character; of others, how many could have begun one, and `whole` is false. */
static size_t character(gp_string_t text, size_t at, bool *whole) {
  uint8_t lead = text.ptr[at], low = 0x80, high = 0xbf;
  size_t length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  *whole = length > 0;
  if (!*whole) {
    return 1;
  }
  /* Of the second byte, what would be too long a spelling, half of a surrogate pair, or past the last character. */
  low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : low;
  high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : high;
  for (size_t n = 1; n < length; n++, low = 0x80, high = 0xbf) {
    if (at + n >= text.len || text.ptr[at + n] < low || text.ptr[at + n] > high) {
      *whole = false;
      return n;
    }
  }
  return length;
}

gp_string_t gp_utf8(gp_string_t text) {
  size_t at = 0;
  bool whole = true;
  while (at < text.len) {
    size_t length = character(text, at, &whole);
    if (!whole) {
      break;
    }
    at += length;
  }
  if (at == text.len) {
    return text;
  }
  gp_builder_t mended = {0};
  gp_put(&mended, text.ptr, at);
  while (at < text.len) {
    size_t length = character(text, at, &whole);
    if (whole) {
      gp_put(&mended, text.ptr + at, length);
    } else {
      gp_put(&mended, "\xef\xbf\xbd", 3);
    }
    at += length;
  }
  return mended.text;
}
