/* Asking web services. Grant: `http`. */
#include "goalpost.h"

#include <string.h>

gp_http_response_t gp_fetch(gp_http_request_t request) {
  gp_http_response_t answer;
  gp_http_http_error_t error;
  request.url = gp_utf8(request.url);
  if (!gp_http_send(&request, &answer, &error)) {
    gp_broken(GP_S ": " GP_S, GP_ARG(request.url), GP_ARG(gp_http_error(&error)));
  }
  return answer;
}

gp_string_t gp_secret(const char *name) { return gp_format("{{secret:%s}}", name); }

gp_http_response_t gp_get(gp_string_t url, const char *bearer) {
  gp_http_header_t header = {.name = gp_text("authorization")};
  gp_http_request_t request = {.method = gp_text("GET"), .url = url};
  if (bearer) {
    header.value = gp_join(gp_text("Bearer "), gp_secret(bearer));
    request.headers = (gp_http_list_header_t){&header, 1};
  }
  return gp_fetch(request);
}

static uint8_t lower(uint8_t c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; }

bool gp_header(const gp_http_response_t *answer, const char *name, gp_string_t *value) {
  size_t length = strlen(name);
  for (size_t n = 0; n < answer->headers.len; n++) {
    gp_http_header_t header = answer->headers.ptr[n];
    size_t same = 0;
    while (same < header.name.len && same < length && lower(header.name.ptr[same]) == lower((uint8_t)name[same])) {
      same++;
    }
    if (same == header.name.len && same == length) {
      *value = header.value;
      return true;
    }
  }
  return false;
}
