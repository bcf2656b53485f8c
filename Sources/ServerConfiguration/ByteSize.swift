/// Sizes as people write them: `50 MiB`, `200MB`, `1024`.
package enum ByteSize {
    /// The unit names that are understood, with their octets.
    private static let units: [(name: String, octets: Int)] = [
        ("", 1), ("b", 1),
        ("kib", 1 << 10), ("mib", 1 << 20), ("gib", 1 << 30), ("tib", 1 << 40),
        ("k", 1 << 10), ("m", 1 << 20), ("g", 1 << 30), ("t", 1 << 40),
        ("kb", 1000), ("mb", 1_000_000), ("gb", 1_000_000_000), ("tb", 1_000_000_000_000),
    ]

    /// Reads a whole number with or without a unit.
    ///
    /// - Returns: octets, or nil when the text is no size or does not fit.
    package static func parse(_ text: some StringProtocol) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits) else { return nil }
        var unit = text.dropFirst(digits.count)
        while unit.first == " " { unit = unit.dropFirst() }
        let name = unit.lowercased()
        guard let octets = units.first(where: { $0.name == name })?.octets else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: octets)
        return overflow ? nil : product
    }
}
