#include "expect.h"

void texts(void) {
  gp_string_t nothing = {0};
  EXPECT(gp_equal(nothing, "") && gp_same(nothing, T("")) && gp_same(gp_text(NULL), nothing));
  EXPECT(gp_contains(nothing, nothing) && gp_contains(T("a"), nothing) && !gp_contains(nothing, T("a")));
  EXPECT(gp_join(nothing, nothing).len == 0 && gp_equal(gp_join(nothing, T("a")), "a"));

  /* A zero is a byte like another. */
  EXPECT(!gp_equal(T("a\0b"), "a") && !gp_same(T("a\0b"), T("a\0c")));
  EXPECT(gp_contains(T("a\0bc"), T("\0b")) && !gp_contains(T("a\0bc"), T("\0c")));
  EXPECT(gp_same(gp_join(T("a\0"), T("\0b")), T("a\0\0b")));

  EXPECT(gp_contains(T("aaab"), T("aab")) && !gp_contains(T("aab"), T("aaab")));
  EXPECT(strcmp(gp_status(GP_GATE_STATUS_TIMED_OUT), "timed-out") == 0 && strcmp(gp_status(200), "unknown") == 0);
}

void utf8(void) {
  EXPECT(gp_same(gp_utf8(T("a\0\u00e9\u6f22\U0001f600\U0010ffff")), T("a\0\u00e9\u6f22\U0001f600\U0010ffff")));
  /* One replacement for all that could have begun one character: what Rust, Python and JavaScript make of it. */
  static const struct {
    const char *given, *mended;
  } broken[] = {
      {"a\xff" "b", "a\ufffdb"},
      {"\x80\x80", "\ufffd\ufffd"},
      {"\xc0\xaf", "\ufffd\ufffd"},
      {"\xe6\xbc", "\ufffd"},
      {"\xe6\xbc" "x", "\ufffdx"},
      {"\xed\xa0\x80", "\ufffd\ufffd\ufffd"},
      {"\xe0\x80\x80", "\ufffd\ufffd\ufffd"},
      {"\xf0\x9f\x98", "\ufffd"},
      {"\xf0\x8f\xbf\xbf", "\ufffd\ufffd\ufffd\ufffd"},
      {"\xf4\x90\x80\x80", "\ufffd\ufffd\ufffd\ufffd"},
      {"\xf5\x80\x80\x80", "\ufffd\ufffd\ufffd\ufffd"},
      {"\xf1\x80<|", "\ufffd<|"},
  };
  for (size_t n = 0; n < sizeof broken / sizeof *broken; n++) {
    EXPECT(gp_equal(gp_utf8(exactly(broken[n].given, strlen(broken[n].given))), broken[n].mended));
  }
  /* What was mended is whole. */
  for (unsigned n = 0; n < 1u << 16; n++) {
    uint8_t bytes[4] = {(uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n * 31), (uint8_t)(n * 17 >> 3)};
    gp_string_t given = exactly(bytes, sizeof bytes), mended = gp_utf8(given);
    EXPECT(gp_utf8(mended).ptr == mended.ptr);
    if (mended.ptr != given.ptr) {
      free(mended.ptr);
    }
    free(given.ptr);
  }
}
