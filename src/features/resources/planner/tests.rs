//! Small problems against everything that could be done, larger ones against the bound.

mod numbers;
mod payments;

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    /// One of `0..below`.
    fn roll(&mut self, below: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let below = u64::try_from(below.max(1)).expect("positive");
        i64::try_from((self.0 >> 11) % below).expect("small")
    }

    /// Whether something happens that does in so many of a hundred cases.
    fn percent(&mut self, of_hundred: i64) -> bool {
        self.roll(100) < of_hundred
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        let at = self.roll(i64::try_from(all.len()).expect("few"));
        all[usize::try_from(at).expect("an index")]
    }
}
