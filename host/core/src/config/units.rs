//! Times and sizes: `"1h30m"`, `"256MiB"`.

use std::ops::RangeInclusive;
use std::time::Duration;

use toml::de::DeValue;

use super::error::Problem;
use super::section::{Section, grouped};

/// A day: whoever needs more wants `setsid`, not a goal loop.
pub(super) const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// What the file calls a time.
const TIME_FORM: &str = "a time such as \"90s\", \"10m\" or \"1h30m\"";

impl Section<'_> {
    /// More than nothing, at most `longest`.
    pub(super) fn duration(&self, key: &'static str, longest: Duration) -> Option<Duration> {
        let value = self.get(key)?;
        let problem = match value.get_ref() {
            DeValue::String(text) => match duration(text) {
                Ok(time) if time.is_zero() => {
                    Problem::new(value.span(), format!("`{key}` in {} is nothing", self.name))
                        .label("expected more than 0")
                }
                Ok(time) if time > longest => {
                    Problem::new(value.span(), format!("`{key}` in {} is too long", self.name))
                        .label(format!("expected at most {}", show_duration(longest)))
                }
                Ok(time) => return Some(time),
                Err(why) => Problem::new(value.span(), format!("`{text}` is not a time"))
                    .label(format!("expected {TIME_FORM}"))
                    .help(why),
            },
            DeValue::Integer(n) => self
                .wrong_type(key, value, TIME_FORM)
                .help(format!("a bare number has no unit: write `{key} = \"{n}s\"` for seconds")),
            _ => self.wrong_type(key, value, TIME_FORM),
        };
        self.push(problem);
        None
    }

    /// Bytes: a whole number, or text such as `"256MiB"`.
    pub(super) fn bytes(&self, key: &'static str, range: RangeInclusive<u64>) -> Option<u64> {
        let value = self.get(key)?;
        let DeValue::String(text) = value.get_ref() else {
            return self.integer_of(key, value, range, "bytes");
        };
        let problem =
            match size(text) {
                Ok(n) if range.contains(&n) => return Some(n),
                Ok(_) => Problem::new(value.span(), format!("`{key}` in {} is out of range", self.name))
                    .label(format!("expected {} to {}", show_size(*range.start()), show_size(*range.end()))),
                Err(why) => Problem::new(value.span(), format!("`{text}` is not a size"))
                    .label("expected a size such as \"256MiB\", or a number of bytes")
                    .help(why),
            };
        self.push(problem);
        None
    }
}

/// Parts such as `1h30m`, largest unit first. The error says what to write instead.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    const UNITS: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];
    let units = "the units are `h`, `m`, `s` and `ms`, the largest first";
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("a bare number has no unit: write \"{text}s\" for seconds"));
    }
    let (mut rest, mut total, mut next) = (text, 0u64, 0);
    while !rest.is_empty() || total == 0 && next == 0 {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, tail) = rest.split_at(digits);
        if tail.starts_with('.') {
            return Err("parts are whole numbers: \"1m30s\", not \"1.5m\"".to_owned());
        }
        let letters = tail.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, tail) = tail.split_at(letters);
        let found = UNITS.iter().enumerate().skip(next).find(|(_, (name, _))| *name == unit);
        let (Ok(number), Some((at, (_, factor)))) = (number.parse::<u64>(), found) else {
            return Err(units.to_owned());
        };
        total = number
            .checked_mul(*factor)
            .and_then(|ms| ms.checked_add(total))
            .ok_or_else(|| "that is longer than any clock counts".to_owned())?;
        (rest, next) = (tail, at + 1);
    }
    Ok(Duration::from_millis(total))
}

fn size(text: &str) -> Result<u64, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let factor = match unit.trim_start() {
        "B" | "" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "kB" | "KB" | "MB" | "GB" | "K" | "M" | "G" | "kb" | "mb" | "gb" | "k" | "m" | "g" => {
            let letter = unit.trim_start()[..1].to_uppercase();
            return Err(format!("sizes are counted in powers of 1,024: write \"{number}{letter}iB\""));
        }
        _ => return Err("the units are `B`, `KiB`, `MiB` and `GiB`".to_owned()),
    };
    let number: u64 = number.parse().map_err(|_| "a size is a whole number and a unit".to_owned())?;
    number.checked_mul(factor).ok_or_else(|| "that is more than any machine has".to_owned())
}

/// As [`duration`] reads it, to the millisecond.
pub(super) fn show_duration(time: Duration) -> String {
    match time.as_secs() {
        0 if !time.is_zero() => format!("{}ms", time.as_millis()),
        s if time.subsec_millis() > 0 => format!("{s}s{}ms", time.subsec_millis()),
        0 => "0s".to_owned(),
        s if s % 3600 == 0 => format!("{}h", s / 3600),
        s if s % 60 == 0 => format!("{}m", s / 60),
        s => format!("{s}s"),
    }
}

pub(super) fn show_size(bytes: u64) -> String {
    match bytes {
        b if b > 0 && b % (1 << 30) == 0 => format!("{} GiB", b >> 30),
        b if b > 0 && b % (1 << 20) == 0 => format!("{} MiB", b >> 20),
        b if b > 0 && b % (1 << 10) == 0 => format!("{} KiB", b >> 10),
        b => format!("{} bytes", grouped(b)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn times_are_sums_of_units_largest_first() {
        for (text, ms) in
            [("10m", 600_000), ("90s", 90_000), ("1h30m", 5_400_000), ("500ms", 500), ("1m1s1ms", 61_001), ("0s", 0)]
        {
            assert_eq!(duration(text), Ok(Duration::from_millis(ms)), "{text}");
        }
        for text in ["", "10", "m", "10x", "1.5h", "30m1h", "1m1m", "10 m", "-1s", "99999999999999999999h", "1é"] {
            assert!(duration(text).is_err(), "{text}");
        }
        assert!(duration("18446744073709551615h").is_err(), "no overflow");
        for text in ["2h", "10m", "90s", "0s", "500ms", "61s1ms"] {
            assert_eq!(show_duration(duration(text).unwrap()), text);
        }
    }

    #[test]
    fn sizes_are_binary() {
        for (text, bytes) in [("256MiB", 256 << 20), ("64 KiB", 65_536), ("1GiB", 1 << 30), ("7B", 7)] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        assert_eq!(size("256MB").unwrap_err(), "sizes are counted in powers of 1,024: write \"256MiB\"");
        for text in ["", "MiB", "1TiB", "-1B", "é", "17179869184GiB"] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
