//! Dividing a bound among texts, so that a long one does not push the others out.

use crate::text::clip_middle;

/// How many bytes each of several texts may have so that together they have at most `total`: short ones all of theirs, and
/// long ones equal shares of what is left.
///
/// ```
/// use goalpost_core::shares::shares;
/// assert_eq!(shares(&[10, 1_000_000, 30], 100), [10, 60, 30]);
/// ```
pub fn shares(lengths: &[usize], total: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.sort_by_key(|index| lengths[*index]);
    let mut shares = vec![0; lengths.len()];
    let mut left = total;
    for (done, index) in order.iter().enumerate() {
        shares[*index] = lengths[*index].min(left / (lengths.len() - done));
        left -= shares[*index];
    }
    shares
}

/// What a file's section of a diff begins with. Within it, every line begins with a sign of its own.
const FILE: &str = "diff --git ";

/// A unified diff of at most about `max` bytes, and whether it was cut: each file that is long has an equal share, of which
/// its beginning and its end are kept. A file that is padded hides no other.
pub fn share_diff(diff: &str, max: usize) -> (String, bool) {
    if diff.len() <= max {
        return (diff.to_owned(), false);
    }
    let is_start = |at: &usize| *at == 0 || diff.as_bytes()[at - 1] == b'\n';
    let mut borders: Vec<usize> = diff.match_indices(FILE).map(|(at, _)| at).filter(is_start).collect();
    if borders.first() != Some(&0) {
        borders.insert(0, 0);
    }
    borders.push(diff.len());
    let files: Vec<&str> = borders.windows(2).map(|ends| &diff[ends[0]..ends[1]]).collect();
    let lengths: Vec<usize> = files.iter().map(|file| file.len()).collect();
    let mut shared = String::new();
    for (file, share) in files.into_iter().zip(shares(&lengths, max)) {
        shared.push_str(&within(file, share));
        if !shared.ends_with('\n') {
            shared.push('\n');
        }
    }
    (shared, true)
}

/// `text` in about `most` bytes, the note of what is missing included.
fn within(text: &str, most: usize) -> String {
    /// What stands where something is left out.
    const NOTE: usize = 48;
    match most.checked_sub(NOTE) {
        Some(rest) if text.len() > most => clip_middle(text, rest).0.into_owned(),
        // Too little for two ends: the first line names the file.
        None if text.len() > most => text[..text.floor_char_boundary(most)].to_owned(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_padded_file_hides_no_other() {
        let pad = "+padding\n".repeat(50_000);
        let diff = format!(
            "diff --git a/a b/a\n{pad}diff --git a/m b/m\n+exit(0)\n+x diff --git a/no b/no\ndiff --git a/z b/z\n{pad}+end\n"
        );
        let (shared, cut) = share_diff(&diff, 10_000);
        assert!(cut && shared.len() < 10_200, "{}", shared.len());
        assert!(shared.contains("diff --git a/m b/m\n+exit(0)\n+x diff --git a/no b/no\n"), "{shared}");
        assert!(shared.contains("diff --git a/z b/z\n+padding") && shared.ends_with("+end\n"));
    }

    #[test]
    fn a_diff_that_fits_stays_as_it_is() {
        assert_eq!(share_diff("diff --git a/a b/a\n+x", 100), ("diff --git a/a b/a\n+x".to_owned(), false));
    }

    proptest! {
        #[test]
        fn shares_fill_the_bound_and_no_more(lengths in proptest::collection::vec(0usize..500, 0..20), total in 0usize..3_000) {
            let shared = shares(&lengths, total);
            let sum: usize = shared.iter().sum();
            prop_assert!(sum <= total);
            prop_assert!(shared.iter().zip(&lengths).all(|(share, length)| share <= length));
            // Nobody is cut while there is room for a byte for everyone.
            if shared.iter().zip(&lengths).any(|(share, length)| share < length) {
                prop_assert!(sum + lengths.len() > total);
            }
        }
    }
}
