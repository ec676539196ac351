//! Lengths of time as people write them.

const UNITS: [(&str, f64); 5] = [("d", 86_400.0), ("h", 3_600.0), ("m", 60.0), ("s", 1.0), ("ms", 0.001)];

const ZERO: u16 = b'0' as u16;
const POINT: u16 = b'.' as u16;

/// Seconds as a region counts them: `-1` is dogpile's old name for "never". `None` for NaN.
pub fn normalize(seconds: f64) -> Option<f64> {
    if seconds.is_nan() {
        None
    } else if seconds == -1.0 {
        Some(f64::INFINITY)
    } else {
        Some(seconds)
    }
}

/// Reads "250ms", "30s", "1.5h", "1h30m": numbers with units, the larger unit first, each at most once.
///
/// The text is given by its UTF-16 code units, as JavaScript has it.
pub fn parse(text: &[u16]) -> Option<f64> {
    let mut rest = text;
    let mut units = UNITS.iter();
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let (number, after) = take_number(rest)?;
        let letters = after.iter().take_while(|unit| !is_digit(**unit)).count();
        let (name, after) = after.split_at_checked(letters)?;
        let (_, length) = units.find(|(unit, _)| unit.encode_utf16().eq(name.iter().copied()))?;
        seconds += number * length;
        rest = after;
    }
    (!text.is_empty() && seconds.is_finite()).then_some(seconds)
}

/// `str::parse::<f64>` would take "1e5" and "inf" as well, and weighs 10 kB.
fn take_number(text: &[u16]) -> Option<(f64, &[u16])> {
    let (whole, _, mut rest) = take_digits(text)?;
    let mut number = whole;
    if let [POINT, after @ ..] = rest {
        let (fraction, scale, after) = take_digits(after)?;
        number += fraction / scale;
        rest = after;
    }
    Some((number, rest))
}

/// One digit or more, and the power of ten that is one more than they can count to.
fn take_digits(text: &[u16]) -> Option<(f64, f64, &[u16])> {
    let digits = text.iter().take_while(|unit| is_digit(**unit)).count();
    let (digits, rest) = text.split_at_checked(digits)?;
    let add = |(sum, scale), digit: &u16| (sum * 10.0 + f64::from(digit - ZERO), scale * 10.0);
    let (number, scale) = digits.iter().fold((0.0, 1.0), add);
    (!digits.is_empty()).then_some((number, scale, rest))
}

fn is_digit(unit: u16) -> bool {
    (ZERO..ZERO + 10).contains(&unit)
}

#[cfg(test)]
mod tests {
    use super::normalize;

    fn parse(text: &str) -> Option<f64> {
        super::parse(&text.encode_utf16().collect::<Vec<_>>())
    }

    #[test]
    fn reads_every_unit_and_their_sums() {
        for (text, seconds) in [
            ("250ms", 0.25),
            ("30s", 30.0),
            ("5m", 300.0),
            ("2h", 7_200.0),
            ("7d", 604_800.0),
            ("1h30m", 5_400.0),
            ("1d2h3m4s5ms", 93_784.005),
            ("1.5h", 5_400.0),
            ("0s", 0.0),
        ] {
            assert_eq!(parse(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "", " ", "60", "s", "1x", "1 s", "-1s", "+1s", "1e3s", "30m1h", "1s1s", ".5s", "5.s", "1.2.3s", "1S", "1h30", "inf",
            "∞s",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
        assert_eq!(parse(&format!("{}s", "9".repeat(400))), None);
    }

    #[test]
    fn minus_one_is_never_and_nan_is_nothing() {
        assert_eq!(normalize(-1.0), Some(f64::INFINITY));
        assert_eq!(normalize(f64::INFINITY), Some(f64::INFINITY));
        assert_eq!(normalize(0.0), Some(0.0));
        assert_eq!(normalize(-2.0), Some(-2.0));
        assert_eq!(normalize(f64::NAN), None);
    }
}
