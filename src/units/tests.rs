//! Amounts in units, without a database: what is read, and that it is always the same amount.

use proptest::prelude::*;
use rust_decimal::dec;

use super::*;

fn units() -> Units {
    let unit =
        |(id, kind, name): (i32, i32, &str)| Unit { id, kind, zh: name.to_owned(), en: name.to_owned() };
    let row = |(measure_id, ref_measure_id, conversion_ratio)| Conversion {
        measure_id,
        ref_measure_id,
        conversion_ratio,
        measure_type: None,
    };
    Units::new(
        [
            (9, 3, "TB"),
            (10, 3, "GB"),
            (11, 3, "MB"),
            (17, 7, "GB"),
            (14, 4, "次"),
            (20, 4, "百万次"),
            (5, 2, "min"),
            (4, 2, "h"),
        ]
        .map(unit)
        .into(),
        &[(9, 10, 1024), (10, 11, 1024), (9, 11, 1_048_576), (20, 14, 1_000_000), (4, 5, 60)].map(row),
    )
}

fn read(amount: Decimal, unit: i32) -> String {
    units().readable(amount, unit, Locale::Zh).to_string()
}

#[test]
fn an_amount_is_read_in_the_largest_unit_that_says_it_exactly_and_shortly() {
    for (amount, unit, said) in [
        (dec!(2560), 11, "2.5 GB"),
        (dec!(1024), 10, "1 TB"),
        (dec!(1025), 10, "1,025 GB"),
        (dec!(0.5), 10, "512 MB"),
        (dec!(780.500), 10, "780.5 GB"),
        (dec!(2400000), 14, "2.4 百万次"),
        (dec!(12345), 14, "12,345 次"),
        (dec!(90), 5, "1.5 h"),
        (dec!(0), 10, "0 GB"),
        (dec!(-2048), 11, "-2 GB"),
        (dec!(1.2345), 17, "≈ 1.235 GB"),
        (dec!(0.00001), 17, "0.00001 GB"),
        (dec!(3), 99, "3 单位 99"),
    ] {
        assert_eq!(read(amount, unit), said);
    }
}

#[test]
fn amounts_that_are_compared_are_in_one_unit() {
    let said = units().together([dec!(780.5), dec!(1024)], 10, Locale::En);
    assert_eq!(said.map(|one| one.to_string()), ["780.5 GB", "1,024 GB"]);
    let said = units().together([dec!(512), dec!(10240)], 10, Locale::En);
    assert_eq!(said.map(|one| one.to_string()), ["0.5 TB", "10 TB"]);
}

proptest! {
    #[test]
    fn what_is_read_is_the_amount_or_says_that_it_is_not(value in 0_i64..1_000_000_000_000, scale in 0_u32..6) {
        let (amount, all) = (Decimal::new(value, scale), units());
        for unit in all.all() {
            let said = all.readable(amount, unit.id, Locale::En);
            let number: Decimal = said.number.replace(',', "").parse().expect("a number");
            let mut chosen = all.all().filter(|other| other.kind == unit.kind && other.en == said.unit);
            let back = chosen.find_map(|other| all.convert(number, other.id, unit.id)).expect("the unit");
            if said.is_exact {
                prop_assert_eq!(back, amount.normalize());
            } else {
                prop_assert!((back - amount).abs() <= dec!(0.0005));
            }
        }
    }
}
