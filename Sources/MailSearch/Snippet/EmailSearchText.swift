/// Texts as filters compare them.
package enum EmailSearchText {
    /// Folded: letters' case and the form of white space do not count.
    package static func fold(_ text: String) -> [UInt8] { FoldedText.fold(text) }

    /// Whether a folded text is in another.
    package static func contains(_ text: [UInt8], _ wanted: [UInt8]) -> Bool {
        Needle(folded: wanted).isContained(in: text)
    }
}
