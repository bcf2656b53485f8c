/// Chooses fields of a header by their names, from octets that come in chunks of any size (RFC 9051 §6.4.5.1,
/// HEADER.FIELDS and HEADER.FIELDS.NOT).
///
/// Names are compared without case. A line that is no field belongs to the field before it, as for
/// ``ParsedMessage``. The empty line that ends a header stays, whatever is chosen.
package struct HeaderFieldFilter: Sendable {
    /// What the names say.
    package enum Choice: Sendable, Hashable {
        /// Fields of these names.
        case only
        /// All others.
        case allBut
    }

    private enum State: Sendable {
        /// Before a line's first octet.
        case lineStart
        /// After a CR that begins a line; it is held.
        case emptyLineReturn
        /// Within what may be a field's name; it is held.
        case name
        /// Within blanks behind a name of so many octets; both are held.
        case blanks(nameCount: Int)
        /// Within a line that was decided about.
        case line
    }

    private let names: [[UInt8]]
    private let choice: Choice
    private var state = State.lineStart
    /// Octets of the line that is not decided about.
    private var held: [UInt8] = []
    /// Whether the field under way is chosen. What stands before the first field is in no field.
    private var isChosen: Bool

    /// Octets of a line that are looked at for a field's name: RFC 5322 §2.1.1 allows lines of 998.
    private static let heldMax = 1_000

    /// For names in any case.
    package init(_ choice: Choice, names: [String]) {
        self.choice = choice
        self.names = names.map { $0.utf8.map(\.asciiLowercased) }
        isChosen = choice == .allBut
    }

    /// Appends what is chosen of `chunk`.
    package mutating func filter(_ chunk: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        let octets = Octets(chunk)
        var position = 0
        while position < octets.end {
            switch state {
            case .line:
                position = passLine(octets, from: position, into: &output)
            case .lineStart:
                position += begin(octets[position], into: &output) ? 1 : 0
            case .emptyLineReturn:
                guard octets[position] == ASCII.lf else {
                    writeHeld(into: &output)
                    continue
                }
                output.append(contentsOf: [ASCII.cr, ASCII.lf])
                held.removeAll(keepingCapacity: true)
                state = .lineStart
                position += 1
            case .name:
                position += extendName(octets[position], into: &output) ? 1 : 0
            case .blanks(let nameCount):
                position += endName(nameCount, octets[position], into: &output) ? 1 : 0
            }
        }
    }

    /// Appends what is still held, and is ready for another header.
    package mutating func finish(into output: inout [UInt8]) {
        if !held.isEmpty { writeHeld(into: &output) }
        state = .lineStart
        isChosen = choice == .allBut
    }

    /// What is chosen of a whole header.
    package static func filter(
        _ header: UnsafeRawBufferPointer, _ choice: Choice, names: [String]
    ) -> [UInt8] {
        var filter = HeaderFieldFilter(choice, names: names)
        var output: [UInt8] = []
        filter.filter(header, into: &output)
        filter.finish(into: &output)
        return output
    }

    /// Takes a line up to its end, or the chunk's.
    private mutating func passLine(_ octets: Octets, from start: Int, into output: inout [UInt8]) -> Int {
        var end = octets.end
        if let newline = octets.first(ASCII.lf, from: start) {
            end = newline + 1
            state = .lineStart
        }
        if isChosen { octets[start..<end].append(to: &output) }
        return end
    }

    /// Looks at a line's first octet; false: it is to be looked at again.
    private mutating func begin(_ octet: UInt8, into output: inout [UInt8]) -> Bool {
        if octet == ASCII.lf {
            output.append(octet)
        } else if octet == ASCII.cr {
            held.append(octet)
            state = .emptyLineReturn
        } else if octet.isFieldNameOctet {
            held.append(octet)
            state = .name
        } else {
            state = .line
            return false
        }
        return true
    }

    private mutating func extendName(_ octet: UInt8, into output: inout [UInt8]) -> Bool {
        if octet.isFieldNameOctet, held.count < Self.heldMax {
            held.append(octet)
            return true
        }
        return endName(held.count, octet, into: &output)
    }

    private mutating func endName(_ nameCount: Int, _ octet: UInt8, into output: inout [UInt8]) -> Bool {
        if octet == ASCII.colon {
            isChosen = isNamed(held[..<nameCount]) == (choice == .only)
            writeHeld(into: &output)
            return false
        }
        guard octet.isBlank, held.count < Self.heldMax else {
            writeHeld(into: &output)
            return false
        }
        held.append(octet)
        state = .blanks(nameCount: nameCount)
        return true
    }

    private func isNamed(_ name: ArraySlice<UInt8>) -> Bool {
        names.contains { other in
            other.count == name.count && zip(other, name).allSatisfy { $0 == $1.asciiLowercased }
        }
    }

    /// The line is no field.
    private mutating func decideStray(into output: inout [UInt8]) { writeHeld(into: &output) }

    private mutating func writeHeld(into output: inout [UInt8]) {
        if isChosen { output.append(contentsOf: held) }
        held.removeAll(keepingCapacity: true)
        state = .line
    }
}

extension UInt8 {
    /// Printable ASCII but for the colon (RFC 5322 §2.2).
    fileprivate var isFieldNameOctet: Bool { self > ASCII.space && self < 0x7F && self != ASCII.colon }
}
