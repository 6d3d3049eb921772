//! Memory: one account for all linear memories and tables of a call, however many there are.

use wasmtime::ResourceLimiter;

use crate::engine::{INSTANCES_PER_COMPONENT, MEMORIES_PER_COMPONENT, TABLES_PER_COMPONENT};

/// What wasmtime keeps for one table element.
const ELEMENT_BYTES: u64 = size_of::<usize>() as u64;

/// The account of one call.
#[derive(Debug)]
pub(crate) struct MemoryMeter {
    limit: u64,
    used: u64,
    peak: u64,
    refused: bool,
}

impl MemoryMeter {
    pub(crate) fn new(limit: u64) -> Self {
        Self { limit, used: 0, peak: 0, refused: false }
    }

    /// The most that was used, in bytes.
    pub(crate) fn peak(&self) -> u64 {
        self.peak
    }

    /// Whether the guest was ever denied memory: what it died of, if it died.
    pub(crate) fn refused(&self) -> bool {
        self.refused
    }

    /// Growth from `current` to `desired` units of `unit` bytes.
    ///
    /// A growth that fails after it was allowed stays charged: wasmtime reports failures of growths that it never asked
    /// about as well, so that giving back would let a guest lower its own account.
    fn grow(&mut self, current: usize, desired: usize, maximum: Option<usize>, unit: u64) -> bool {
        if maximum.is_some_and(|most| desired > most) {
            // The guest's own declared maximum: fails whatever is said here, and is not a matter of this limit.
            return false;
        }
        let bytes = (desired.saturating_sub(current) as u64).saturating_mul(unit);
        let wanted = self.used.saturating_add(bytes);
        if wanted > self.limit {
            self.refused = true;
            return false;
        }
        self.used = wanted;
        self.peak = self.peak.max(wanted);
        true
    }
}

impl ResourceLimiter for MemoryMeter {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(self.grow(current, desired, maximum, 1))
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(self.grow(current, desired, maximum, ELEMENT_BYTES))
    }

    fn instances(&self) -> usize {
        INSTANCES_PER_COMPONENT as usize
    }

    fn tables(&self) -> usize {
        TABLES_PER_COMPONENT as usize
    }

    fn memories(&self) -> usize {
        MEMORIES_PER_COMPONENT as usize
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn memories_and_tables_draw_on_one_account() {
        let mut meter = MemoryMeter::new(1000);
        assert!(meter.memory_growing(0, 400, None).unwrap());
        assert!(meter.memory_growing(0, 400, None).unwrap());
        assert!(!meter.table_growing(0, 26, None).unwrap(), "26 elements are 208 bytes");
        assert!(meter.refused());
        assert!(meter.table_growing(0, 25, None).unwrap());
        assert_eq!(meter.peak(), 1000);
    }

    #[test]
    fn a_growth_past_the_guests_own_maximum_costs_nothing() {
        let mut meter = MemoryMeter::new(1000);
        assert!(!meter.memory_growing(0, 900, Some(800)).unwrap());
        assert!(!meter.refused());
        assert!(meter.memory_growing(0, 1000, None).unwrap());
    }

    #[test]
    fn a_reported_failure_gives_nothing_back() {
        let mut meter = MemoryMeter::new(1000);
        assert!(meter.memory_growing(0, 900, None).unwrap());
        meter.memory_grow_failed(wasmtime::Error::msg("never asked")).unwrap();
        assert!(!meter.memory_growing(900, 1800, None).unwrap());
    }

    #[test]
    fn absurd_sizes_do_not_overflow() {
        let mut meter = MemoryMeter::new(1000);
        assert!(meter.memory_growing(0, 500, None).unwrap());
        assert!(!meter.table_growing(0, usize::MAX, None).unwrap());
        assert!(!meter.memory_growing(0, usize::MAX, None).unwrap());
    }
}
