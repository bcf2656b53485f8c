extension Array {
    /// The first position whose element fits, where all that fit stand behind all that do not; `count` where none fits.
    @inlinable package func partitioned(_ fits: (Element) -> Bool) -> Int {
        var (lower, upper) = (0, count)
        while lower < upper {
            let middle = lower + (upper - lower) / 2
            if fits(self[middle]) { upper = middle } else { lower = middle + 1 }
        }
        return lower
    }
}
