#include "expect.h"

#define OBJECT "{ \"s\" : \"text\", \"n\":-12.5e1, \"t\":true,\"f\": false, \"z\":null, \"o\":{\"s\":\"inner\"}, \"a\":[1,[2],\"x\"] }"

static bool is_number(const char *json, double wanted) {
  double number = -7;
  return gp_json_number(gp_format("{\"n\":%s}", json), "n", &number) && number == wanted;
}

static bool is_no_number(const char *json) {
  double number = -7;
  return !gp_json_number(gp_format("{\"n\":%s}", json), "n", &number) && number == -7;
}

static bool is_text(gp_string_t json, gp_string_t wanted) {
  gp_string_t text;
  return gp_json_text(json, &text) && gp_same(text, wanted);
}

static bool is_no_text(gp_string_t json) {
  gp_string_t text = {0};
  return !gp_json_text(json, &text) && text.ptr == NULL;
}

void json(void) {
  gp_string_t text, value;
  double number = 0;
  bool flag = false;
  EXPECT(gp_json_string(T(OBJECT), "s", &text) && gp_equal(text, "text"));
  EXPECT(gp_json_number(T(OBJECT), "n", &number) && number == -125);
  EXPECT(gp_json_bool(T(OBJECT), "t", &flag) && flag && gp_json_bool(T(OBJECT), "f", &flag) && !flag);
  /* Another type, or no such key, leaves what is there. */
  EXPECT(!gp_json_string(T(OBJECT), "n", &text) && !gp_json_number(T(OBJECT), "s", &number) && number == -125);
  EXPECT(!gp_json_bool(T(OBJECT), "z", &flag) && !gp_json_string(T(OBJECT), "inner", &text) && gp_equal(text, "text"));
  EXPECT(gp_json_value(T(OBJECT), "o", &value) && gp_json_string(value, "s", &text) && gp_equal(text, "inner"));

  static const char *const items[] = {"1", "[2]", "\"x\""};
  size_t count = 0;
  EXPECT(gp_json_value(T(OBJECT), "a", &value));
  gp_string_t item;
  for (size_t place = 0; gp_json_item(value, &place, &item); count++) {
    EXPECT(count < 3 && gp_equal(item, items[count]));
  }
  EXPECT(count == 3);
  size_t place = 0;
  EXPECT(!gp_json_item(T(" [ ] "), &place, &item) && !gp_json_item(T("{}"), &place, &item) && !gp_json_item(T(""), &place, &item));

  /* The host looks at the last of a name, and so does everybody else. */
  EXPECT(gp_json_bool(T("{\"met\":true,\"met\":false}"), "met", &flag) && !flag);
  EXPECT(gp_json_bool(T("{\"met\":true,\"m\\u0065t\":false}"), "met", &flag) && !flag);
  EXPECT(!gp_json_bool(T("{\"met\\u0000\":true}"), "met", &flag));

  EXPECT(is_number("0", 0) && is_number("-0", 0) && is_number("1e3", 1000) && is_number("1E-2", 0.01) && is_number(" 7 ", 7));
  EXPECT(is_number("9007199254740993", 9007199254740992.) && is_number("1e308", 1e308) && is_number("1e-400", 0));
  EXPECT(is_no_number("1e999") && is_no_number("-1e999") && is_no_number("01") && is_no_number("1.") && is_no_number(".5"));
  EXPECT(is_no_number("+1") && is_no_number("-") && is_no_number("1e") && is_no_number("1e+") && is_no_number("0x10"));
  EXPECT(is_no_number("Infinity") && is_no_number("-inf") && is_no_number("nan") && is_no_number("1 2") && is_no_number("1_0"));

  EXPECT(is_text(T("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), T("\"\\/\b\f\n\r\t")));
  EXPECT(is_text(T("\"a\\u0000b\""), T("a\0b")) && is_text(T("\"\\u00e9\\u6F22\""), T("\u00e9\u6f22")));
  EXPECT(is_text(T("\"\\ud83d\\ude00\""), T("\U0001f600")) && is_text(T("\"\\udbff\\udfff\""), T("\U0010ffff")));
  /* Halves of pairs. */
  EXPECT(is_text(T("\"\\ud83d\""), T("\ufffd")) && is_text(T("\"\\ude00x\""), T("\ufffdx")));
  EXPECT(is_text(T("\"\\ud83d\\ud83d\\ude00\""), T("\ufffd\U0001f600")) && is_text(T("\"\\ud83d\\n\""), T("\ufffd\n")));
  EXPECT(is_no_text(T("\"\\u12\"")) && is_no_text(T("\"\\u12g4\"")) && is_no_text(T("\"\\x41\"")) && is_no_text(T("\"a\nb\"")));
  EXPECT(is_no_text(T("\"a")) && is_no_text(T("\"a\\")) && is_no_text(T("\"")) && is_no_text(T("\"a\" \"b\"")));
  EXPECT(is_text(T("\"\xff\""), T("\xff")));
}

/* Everything that can be asked of a document, to see that none of it reads what is not there. */
static void ask_all(gp_string_t document) {
  gp_string_t text, item;
  double number;
  bool flag;
  gp_json_string(document, "s", &text);
  gp_json_number(document, "n", &number);
  gp_json_bool(document, "t", &flag);
  gp_json_text(document, &text);
  for (size_t place = 0; gp_json_item(document, &place, &item);) {
    gp_json_text(item, &text);
  }
}

static bool has_value(gp_string_t document) {
  gp_string_t value;
  return gp_json_value(document, "a", &value);
}

void json_of_attackers(void) {
  /* What is cut short has nothing in it, wherever it was cut. */
  gp_string_t whole = T(OBJECT);
  for (size_t length = 0; length < whole.len; length++) {
    gp_string_t cut = exactly(whole.ptr, length), value;
    ask_all(cut);
    EXPECT(!gp_json_value(cut, "s", &value));
  }
  static const char *const malformed[] = {
      "",      "{",        "}",          "{\"a\"",     "{\"a\":",     "{\"a\":1",        "{\"a\":1,}",    "{\"a\":1}}",
      "[1]",   "{\"a\" 1}", "{'a':1}",    "{a:1}",      "{\"a\":1;}",  "{\"a\":1} x",     "{\"a\":[1}]}",  "{\"a\":[}",
      "{,}",   "{\"a\":,}", "{\"a\":tru}", "{\"a\":nul}", "{\"a\":truex}", "{\"a\":1,\"b\"}", "{\"a\":[1,]}", "{\"a\":{\"b\":}}",
      "\"a\"", "{\"a\":1 \"b\":2}",
  };
  for (size_t n = 0; n < sizeof malformed / sizeof *malformed; n++) {
    EXPECT(!has_value(exactly(malformed[n], strlen(malformed[n]))));
  }
  EXPECT(!has_value(T("{\"a\":1}\0")) && !has_value(T("{\"a\"\0:1}")) && !has_value(T("\0{\"a\":1}")));

  /* As deep as the host's own reader goes, and no deeper. */
  gp_string_t levels = gp_join(repeated("[", 127), repeated("]", 127));
  EXPECT(has_value(gp_format("{\"a\":" GP_S "}", GP_ARG(levels))));
  EXPECT(!has_value(gp_format("{\"a\":[[" GP_S "]]}", GP_ARG(levels))));
  EXPECT(!has_value(gp_format("{\"a\":" GP_S, GP_ARG(repeated("[", 1 << 20)))));
  EXPECT(!has_value(repeated("{\"a\":", 1 << 18)));

  gp_string_t text, huge = repeated("\\ud83d\\ude00\\u0000x", 1 << 15);
  EXPECT(gp_json_string(gp_format("{\"a\":\"" GP_S "\"}", GP_ARG(huge)), "a", &text) && text.len == 6 << 15);

  /* One byte is another, everywhere in a document. */
  for (size_t at = 0; at < whole.len; at++) {
    for (unsigned byte = 0; byte < 256; byte++) {
      gp_string_t changed = exactly(whole.ptr, whole.len);
      changed.ptr[at] = (uint8_t)byte;
      ask_all(changed);
      free(changed.ptr);
    }
  }
}
