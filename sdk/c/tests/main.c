/* Runs all tests of the library; `host/goalpost/tests/c_library.rs` builds and starts this. */
#include "expect.h"

int main(void) {
  texts();
  formats();
  utf8();
  json();
  json_of_attackers();
  frames();
  digests();
  answers();
  capabilities();
  puts("all is as expected");
  return 0;
}
