/// What is looked for in a text, in UTF-8 whatever the command's charset was.
package struct SearchString: Hashable, Sendable, CustomStringConvertible {
    /// Not folded.
    package let text: String

    /// From its text.
    package init(_ text: String) { self.text = text }

    /// Its length: what people look for is theirs.
    package var description: String { "<\(text.utf8.count) octets>" }
}
