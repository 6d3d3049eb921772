/* Says how large the file `made` was when it was verified last, and spawns the first agent. */
#include "goalpost.h"

#include <stdio.h>

static gp_turn_summary_t run(const gp_turn_t *turn) {
  gp_tree_entry_t entry = {.size = 0};
  gp_find(gp_tree_sealed(), gp_text("made"), &entry);
  char title[64];
  snprintf(title, sizeof title, "made: %llu bytes", (unsigned long long)entry.size);
  gp_phase(title);
  gp_wait(gp_spawn((gp_agents_agent_request_t){.label = gp_text("one"), .prompt = turn->prompt}));
  return gp_finished(gp_text("ran"));
}

GP_WORKFLOW(run, .name = "reader", .version = "0.1.0", .summary = "Reads the tree before it spawns an agent")
