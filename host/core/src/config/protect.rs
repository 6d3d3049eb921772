//! `[protect]`

use super::section::Section;
use super::{Protect, TamperPolicy};

/// What holds without a `[protect]` section.
impl Default for Protect {
    fn default() -> Self {
        Self { paths: Vec::new(), allow: Vec::new(), defaults: true, policy: TamperPolicy::Restore }
    }
}

pub(super) fn read(section: &Section<'_>) -> Protect {
    let protect = Protect {
        paths: section.globs("paths"),
        allow: section.globs("allow"),
        defaults: section.boolean("defaults").unwrap_or(true),
        policy: section
            .word("policy", &[("restore", TamperPolicy::Restore), ("reject", TamperPolicy::Reject)])
            .unwrap_or_default(),
    };
    section.finish();
    protect
}
