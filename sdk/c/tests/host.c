/* Stands for the host, as far as the tests ask it. */
#include "expect.h"

gp_string_t logged;
gp_string_t stored;
size_t given_at_once;

void gp_log_write(gp_log_level_t level, contract_string_t *message) {
  (void)level;
  logged = *message;
}

void contract_list_u8_free(contract_list_u8_t *list) { free(list->ptr); }

gp_tree_borrow_tree_t gp_tree_borrow_tree(gp_tree_own_tree_t tree) { return (gp_tree_borrow_tree_t){tree.__handle}; }

static contract_list_u8_t piece(uint64_t offset, uint32_t most) {
  size_t from = offset < stored.len ? (size_t)offset : stored.len, length = stored.len - from;
  length = length < most ? length : most;
  length = length < given_at_once ? length : given_at_once;
  gp_string_t copy = exactly(stored.ptr + from, length);
  return (contract_list_u8_t){copy.ptr, copy.len};
}

bool gp_tree_method_tree_read(gp_tree_borrow_tree_t tree, contract_string_t *path, uint64_t offset, uint32_t most,
                              contract_list_u8_t *told, gp_tree_tree_error_t *error) {
  (void)tree;
  /* As the host itself does with a path that is no text. */
  EXPECT(gp_same(gp_utf8(*path), *path));
  (void)error;
  *told = piece(offset, most);
  return true;
}

bool gp_tree_method_tree_stat(gp_tree_borrow_tree_t tree, contract_string_t *path, gp_tree_entry_t *told,
                              gp_tree_tree_error_t *error) {
  (void)tree, (void)told;
  EXPECT(gp_same(gp_utf8(*path), *path));
  *error = (gp_tree_tree_error_t){.tag = GP_TREE_TREE_ERROR_NOT_FOUND};
  return false;
}

bool gp_tree_method_tree_entries(gp_tree_borrow_tree_t tree, contract_string_t *prefix, contract_string_t *after, uint32_t limit,
                                 gp_tree_page_t *told, gp_tree_tree_error_t *error) {
  (void)tree, (void)prefix, (void)limit, (void)error;
  /* Three pages, of which the second is empty. */
  uint8_t page = after ? (uint8_t)(after->ptr[0] - '0') : 0;
  static const char *const names[] = {"a", "", "c"};
  gp_tree_entry_t *entry = gp_allocate(NULL, sizeof *entry);
  *entry = (gp_tree_entry_t){.path = gp_text(names[page]), .size = page};
  *told = (gp_tree_page_t){{entry, page == 1 ? 0 : 1}, {page < 2, gp_format("%d", page + 1)}};
  return true;
}

bool gp_tree_method_tree_diff(gp_tree_borrow_tree_t tree, gp_tree_borrow_tree_t base, contract_string_t *prefix,
                              gp_tree_list_change_t *told, gp_tree_tree_error_t *error) {
  (void)tree, (void)base, (void)prefix, (void)error;
  *told = (gp_tree_list_change_t){0};
  return true;
}

bool gp_tree_method_tree_patch(gp_tree_borrow_tree_t tree, gp_tree_borrow_tree_t base, contract_string_t *path, uint32_t most,
                               contract_string_t *told, gp_tree_tree_error_t *error) {
  (void)tree, (void)base, (void)path, (void)most, (void)error;
  *told = gp_text("");
  return true;
}
