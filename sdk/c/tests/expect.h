/* What the tests of the library share. They run on the machine itself, under the compiler's sanitizers: a read past a text's
 * end, which a component would survive unnoticed, ends them. */
#ifndef EXPECT_H
#define EXPECT_H

#include "goalpost.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPECT(holds)                                                  \
  do {                                                                 \
    if (!(holds)) {                                                    \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #holds); \
      exit(1);                                                         \
    }                                                                  \
  } while (0)

/* A literal with all its bytes, zeros too. */
#define T(literal) exactly(literal, sizeof literal - 1)

/* Bytes in memory of just their size: the sanitizer sees what is read beside them. */
static inline gp_string_t exactly(const void *bytes, size_t length) {
  uint8_t *copy = malloc(length ? length : 1);
  if (length > 0) {
    memcpy(copy, bytes, length);
  }
  return (gp_string_t){copy, length};
}

static inline gp_string_t repeated(const char *part, size_t times) {
  size_t length = strlen(part);
  gp_string_t all = exactly("", 0);
  all.ptr = realloc(all.ptr, length * times + 1);
  for (; all.len < length * times; all.len += length) {
    memcpy(all.ptr + all.len, part, length);
  }
  return all;
}

/* What the plugin wrote to its log last. */
extern gp_string_t logged;
/* What the host has under every path, and how many bytes it gives at a time. */
extern gp_string_t stored;
extern size_t given_at_once;

void texts(void);
void formats(void);
void utf8(void);
void json(void);
void json_of_attackers(void);
void frames(void);
void digests(void);
void answers(void);
void capabilities(void);

#endif
