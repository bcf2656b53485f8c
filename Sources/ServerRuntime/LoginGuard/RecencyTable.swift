/// A dictionary that forgets what was not asked for lately, so that it never has more than so many entries.
///
/// Two halves: what is used moves into the young one; when that is full it becomes the old one, whose rest is dropped.
struct RecencyTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]
    private let halfMax: Int

    init(entriesMax: Int) {
        halfMax = max(1, entriesMax / 2)
    }

    var count: Int { young.count + old.count }

    /// The entry, without counting as use.
    subscript(key: Key) -> Value? { young[key] ?? old[key] }

    /// Puts an entry in, or takes it out.
    mutating func set(_ value: Value?, for key: Key) {
        old[key] = nil
        guard let value else {
            young[key] = nil
            return
        }
        if young[key] == nil, young.count >= halfMax {
            old = young
            young = [:]
        }
        young[key] = value
    }
}
