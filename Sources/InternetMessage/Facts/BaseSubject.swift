/// The subject without "Re:", "Fwd:", "[list]" and the like, by which mail is sorted and threaded.
package struct BaseSubject: Sendable, Hashable {
    /// Its case is kept: collation comes after (i;unicode-casemap, §7).
    package let text: String
    /// Whether "Re:", "Fwd:" or the like was taken off: what RFC 5256 §3 calls a reply or forward.
    package let isReplyOrForward: Bool

    /// RFC 5256 §2.1, for a subject whose encoded words were decoded.
    package init(of subject: String) {
        var stripper = Stripper(subject)
        text = stripper.strip()
        isReplyOrForward = stripper.isReplyOrForward
    }

    /// The text alone.
    static func extract(from subject: String) -> String { BaseSubject(of: subject).text }
}

/// Narrows a window on the subject from both ends; no octet is looked at twice by the same step.
private struct Stripper {
    private var text: [UInt8]
    private var start = 0
    private var end: Int
    private(set) var isReplyOrForward = false

    init(_ subject: String) {
        text = []
        text.reserveCapacity(subject.utf8.count)
        for octet in subject.utf8 {
            let isBlank = octet.isFoldingSpace
            // Step 1: tabs and continuations are spaces, and several are one.
            if isBlank, text.last == ASCII.space { continue }
            text.append(isBlank ? ASCII.space : octet)
        }
        end = text.count
    }

    mutating func strip() -> String {
        repeat {
            stripTrailers()
            while stripLeader() || stripBlobs() {}
        } while stripForward()
        return String(decoding: text[start..<end], as: UTF8.self)
    }

    private func octet(_ position: Int) -> UInt8 { position >= start && position < end ? text[position] : 0 }

    private func matches(_ word: StaticString, at position: Int) -> Bool {
        let count = word.utf8CodeUnitCount
        guard position >= start, position + count <= end else { return false }
        for offset in 0..<count where text[position + offset].asciiLowercased != word.utf8Start[offset] { return false }
        return true
    }

    /// Step 2: `subj-trailer`.
    private mutating func stripTrailers() {
        while start < end {
            if octet(end - 1) == ASCII.space {
                end -= 1
            } else if end - start >= 5, matches("(fwd)", at: end - 5) {
                end -= 5
                isReplyOrForward = true
            } else {
                return
            }
        }
    }

    /// Step 3: `subj-leader`, that is a space, or "re:" with any blobs before it.
    private mutating func stripLeader() -> Bool {
        if octet(start) == ASCII.space {
            start += 1
            return true
        }
        guard let behind = endOfRefwd(behindBlobs(from: start)) else { return false }
        start = behind
        isReplyOrForward = true
        return true
    }

    /// Step 4: `subj-blob`, if something remains behind it.
    ///
    /// All blobs in a row go at once: were "re:" behind the last of them, step 3 would have taken them all.
    private mutating func stripBlobs() -> Bool {
        var position = start
        while let next = endOfBlob(position), next < end { position = next }
        guard position > start else { return false }
        start = position
        return true
    }

    /// Step 6: `[fwd: … ]`.
    private mutating func stripForward() -> Bool {
        guard matches("[fwd:", at: start), octet(end - 1) == ASCII.closeBracket else { return false }
        start += 5
        end -= 1
        isReplyOrForward = true
        return true
    }

    private func behindBlobs(from position: Int) -> Int {
        var position = position
        while let next = endOfBlob(position) { position = next }
        return position
    }

    /// `"[" *BLOBCHAR "]" *WSP`
    private func endOfBlob(_ position: Int) -> Int? {
        guard octet(position) == ASCII.openBracket else { return nil }
        var position = position + 1
        while position < end, octet(position) != ASCII.closeBracket {
            if octet(position) == ASCII.openBracket { return nil }
            position += 1
        }
        guard position < end else { return nil }
        position += 1
        while octet(position) == ASCII.space { position += 1 }
        return position
    }

    /// `("re" / ("fw" ["d"])) *WSP [subj-blob] ":"`
    private func endOfRefwd(_ position: Int) -> Int? {
        var position = position
        if matches("re", at: position) {
            position += 2
        } else if matches("fw", at: position) {
            position += matches("fwd", at: position) ? 3 : 2
        } else {
            return nil
        }
        while octet(position) == ASCII.space { position += 1 }
        position = endOfBlob(position) ?? position
        return octet(position) == ASCII.colon ? position + 1 : nil
    }
}
