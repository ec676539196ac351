//! Durations in seconds. The JavaScript code converts texts and objects.

/// Converts seconds to those of a region: `-1` means never in dogpile.cache and becomes infinity; NaN becomes `None`.
pub fn normalize(seconds: f64) -> Option<f64> {
    if seconds.is_nan() {
        None
    } else if seconds == -1.0 {
        Some(f64::INFINITY)
    } else {
        Some(seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::normalize;

    #[test]
    fn minus_one_is_never_and_nan_is_nothing() {
        assert_eq!(normalize(-1.0), Some(f64::INFINITY));
        assert_eq!(normalize(f64::INFINITY), Some(f64::INFINITY));
        assert_eq!(normalize(0.0), Some(0.0));
        assert_eq!(normalize(-2.0), Some(-2.0));
        assert_eq!(normalize(f64::NAN), None);
    }
}
