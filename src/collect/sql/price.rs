//! What a scan costs.

/// Dollars for a terabyte scanned, in Athena and in CloudTrail Lake, in most regions.
const DOLLARS_A_TERABYTE: f64 = 5.0;

/// Bytes and their price: `12.3 GB, about 0.06 USD`.
pub fn words(bytes: u64) -> String {
    let dollars = billions(bytes) / 1e3 * DOLLARS_A_TERABYTE;
    let price = if dollars < 0.01 {
        "less than 0.01 USD".to_owned()
    } else {
        format!("about {dollars:.2} USD")
    };
    format!("{}, {price}", gigabytes(bytes))
}

/// Bytes as people write them: `12.3 GB`.
pub(super) fn gigabytes(bytes: u64) -> String {
    let billions = billions(bytes);
    if billions < 0.1 {
        return format!("{:.1} MB", billions * 1e3);
    }
    format!("{billions:.1} GB")
}

#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
fn billions(bytes: u64) -> f64 {
    bytes as f64 / 1e9
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_terabyte_is_five_dollars_and_little_is_not_nothing() {
        assert_eq!(words(1_000_000_000_000), "1000.0 GB, about 5.00 USD");
        assert_eq!(words(2_500_000), "2.5 MB, less than 0.01 USD");
    }
}
