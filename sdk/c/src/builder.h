/* A text that grows at its end: `gp_join` would copy all of it for each piece. */
#ifndef GOALPOST_BUILDER_H
#define GOALPOST_BUILDER_H

#include "goalpost.h"

typedef struct {
  gp_string_t text;
  size_t room;
} gp_builder_t;

void gp_put(gp_builder_t *to, const void *bytes, size_t length);
static inline void gp_put_text(gp_builder_t *to, gp_string_t text) { gp_put(to, text.ptr, text.len); }

#endif
