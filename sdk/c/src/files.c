/* Folders that the user named for the plugin. Grant: `files`. */
#include "goalpost.h"

#include "builder.h"

/* What the host gives at most in one call. */
#define PIECE (1u << 20)
#define PAGE 10000u

static _Noreturn void no_such_file(gp_string_t folder, gp_string_t path, const gp_files_files_error_t *error) {
  gp_broken(GP_S " of the folder " GP_S ": " GP_S, GP_ARG(path), GP_ARG(folder), GP_ARG(gp_files_error(error)));
}

gp_files_list_file_t gp_list_files(gp_string_t folder, gp_string_t prefix) {
  gp_builder_t all = {0};
  contract_string_t after, *from = NULL;
  size_t count = 0;
  folder = gp_utf8(folder);
  prefix = gp_utf8(prefix);
  for (;;) {
    gp_files_page_t page;
    gp_files_files_error_t error;
    if (!gp_files_entries(&folder, &prefix, from, PAGE, &page, &error)) {
      no_such_file(folder, prefix, &error);
    }
    gp_put(&all, page.files.ptr, page.files.len * sizeof *page.files.ptr);
    count += page.files.len;
    if (!page.next.is_some) {
      return (gp_files_list_file_t){(gp_files_file_t *)(void *)all.text.ptr, count};
    }
    after = page.next.val;
    from = &after;
  }
}

gp_string_t gp_read_file(gp_string_t folder, gp_string_t path) {
  gp_builder_t all = {0};
  folder = gp_utf8(folder);
  path = gp_utf8(path);
  for (;;) {
    contract_list_u8_t piece;
    gp_files_files_error_t error;
    if (!gp_files_read(&folder, &path, all.text.len, PIECE, &piece, &error)) {
      no_such_file(folder, path, &error);
    }
    if (piece.len == 0) {
      return all.text;
    }
    gp_put(&all, piece.ptr, piece.len);
    contract_list_u8_free(&piece);
  }
}
