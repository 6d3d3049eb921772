/* The trees of the turn. Grant: `tree`. */
#include "goalpost.h"

#include "builder.h"

/* What the host gives at most in one call. */
#define PIECE (1u << 20)
#define PAGE 10000u

static _Noreturn void unreadable(gp_string_t path, const gp_tree_tree_error_t *error) {
  gp_broken(GP_S ": " GP_S, GP_ARG(path), GP_ARG(gp_tree_error(error)));
}

bool gp_find(gp_tree_own_tree_t tree, gp_string_t path, gp_tree_entry_t *entry) {
  gp_tree_tree_error_t error;
  path = gp_utf8(path);
  if (gp_tree_method_tree_stat(gp_tree_borrow_tree(tree), &path, entry, &error)) {
    return true;
  }
  if (error.tag != GP_TREE_TREE_ERROR_NOT_FOUND && error.tag != GP_TREE_TREE_ERROR_NOT_A_FILE) {
    unreadable(path, &error);
  }
  return false;
}

gp_string_t gp_read(gp_tree_own_tree_t tree, gp_string_t path) {
  gp_builder_t all = {0};
  path = gp_utf8(path);
  for (;;) {
    contract_list_u8_t piece;
    gp_tree_tree_error_t error;
    if (!gp_tree_method_tree_read(gp_tree_borrow_tree(tree), &path, all.text.len, PIECE, &piece, &error)) {
      unreadable(path, &error);
    }
    if (piece.len == 0) {
      return all.text;
    }
    gp_put(&all, piece.ptr, piece.len);
    contract_list_u8_free(&piece);
  }
}

gp_tree_list_entry_t gp_entries(gp_tree_own_tree_t tree, gp_string_t prefix) {
  gp_builder_t all = {0};
  contract_string_t after, *from = NULL;
  size_t count = 0;
  prefix = gp_utf8(prefix);
  for (;;) {
    gp_tree_page_t page;
    gp_tree_tree_error_t error;
    if (!gp_tree_method_tree_entries(gp_tree_borrow_tree(tree), &prefix, from, PAGE, &page, &error)) {
      unreadable(prefix, &error);
    }
    gp_put(&all, page.entries.ptr, page.entries.len * sizeof *page.entries.ptr);
    count += page.entries.len;
    if (!page.next.is_some) {
      return (gp_tree_list_entry_t){(gp_tree_entry_t *)(void *)all.text.ptr, count};
    }
    after = page.next.val;
    from = &after;
  }
}

gp_tree_list_change_t gp_diff(gp_tree_own_tree_t tree, gp_tree_own_tree_t base, gp_string_t prefix) {
  gp_tree_list_change_t changes;
  gp_tree_tree_error_t error;
  prefix = gp_utf8(prefix);
  if (!gp_tree_method_tree_diff(gp_tree_borrow_tree(tree), gp_tree_borrow_tree(base), &prefix, &changes, &error)) {
    unreadable(prefix, &error);
  }
  return changes;
}

gp_string_t gp_patch(gp_tree_own_tree_t tree, gp_tree_own_tree_t base, gp_string_t path, uint32_t most) {
  gp_string_t patch;
  gp_tree_tree_error_t error;
  path = gp_utf8(path);
  if (!gp_tree_method_tree_patch(gp_tree_borrow_tree(tree), gp_tree_borrow_tree(base), &path, most, &patch, &error)) {
    unreadable(path, &error);
  }
  return patch;
}
