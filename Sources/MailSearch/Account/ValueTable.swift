/// Values that many things have in common, each with a small number.
struct ValueTable<Value: Hashable & Sendable>: Sendable {
    private(set) var values: [Value]
    private var numbers: [Value: UInt32]

    /// With one value, which has the number 0.
    init(first: Value) {
        values = [first]
        numbers = [first: 0]
    }

    /// The value's number, given to it where it has none.
    mutating func number(of value: Value) -> UInt32 {
        if let number = numbers[value] { return number }
        let number = UInt32(clamping: values.count)
        values.append(value)
        numbers[value] = number
        return number
    }

    /// For each number whether its value fits.
    func map(_ fits: (Value) -> Bool) -> [Bool] { values.map(fits) }
}
