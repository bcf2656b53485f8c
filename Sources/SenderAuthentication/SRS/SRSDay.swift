/// A day as two characters of base32, which begin anew after 1024 days.
struct SRSDay {
    private let number: Int

    private static let days = 1024
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")

    init(seconds: Int64) {
        number = Int((seconds / 86400) & Int64(Self.days - 1))
    }

    init?(text: String) {
        guard text.count == 2 else { return nil }
        var number = 0
        for character in text.uppercased() {
            guard let value = Self.alphabet.firstIndex(of: character) else { return nil }
            number = number << 5 | value
        }
        self.number = number & (Self.days - 1)
    }

    var text: String { String([Self.alphabet[number >> 5], Self.alphabet[number & 31]]) }

    /// How many days ago it was; one in the future is nearly 1024 days ago.
    func age(atSeconds seconds: Int64) -> Int {
        (SRSDay(seconds: seconds).number - number + Self.days) % Self.days
    }
}
