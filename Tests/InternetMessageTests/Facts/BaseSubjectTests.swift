import Testing

@testable import InternetMessage

@Suite struct BaseSubjectTests {
    @Test(arguments: [
        ("hello", "hello"), ("Re: hello", "hello"), ("RE:hello", "hello"), ("re : hello", "hello"),
        ("Fw: hello", "hello"), ("FWD: hello", "hello"), ("Re: Fwd: Re: hello", "hello"),
        ("[list] hello", "hello"), ("[list] Re: hello", "hello"), ("Re: [list] hello", "hello"),
        ("Re: [a] [b] Re[2]: hello", "hello"), ("Re [2] : hello", "hello"), ("hello (fwd)", "hello"),
        ("hello (fwd) (FWD) ", "hello"), ("[fwd: hello]", "hello"), ("[Fwd: Re: hello (fwd)]", "hello"),
        ("Re: [fwd: [fwd: hello]]", "hello"), ("[list]", "[list]"), ("[a][b]", "[b]"), ("[a] [b] c", "c"),
        ("Re: [list]", "[list]"), ("a\r\n\tb   c", "a b c"), ("", ""), ("Re:", ""), ("  Re:  ", ""), ("(fwd)", ""),
        ("regarding: hello", "regarding: hello"), ("Aw: hello", "Aw: hello"), ("[unclosed hello", "[unclosed hello"),
        ("[a[b] hello", "[a[b] hello"), ("Re: Größe", "Größe"), ("[fwd:]", ""), ("Re: re", "re"),
    ]) func strips(_ subject: String, _ base: String) {
        #expect(BaseSubject.extract(from: subject) == base)
    }

    /// Each of these would take hours if the time grew with the square of the length.
    @Test(arguments: ["[a]", "[", "re:", "[fwd:", " (fwd)", "re[a]", "re[a]:", "[a] ", "fwd"])
    func staysLinear(_ piece: String) {
        let subject = String(repeating: piece, count: 200_000)
        #expect(BaseSubject.extract(from: subject).utf8.count <= subject.utf8.count)
        #expect(BaseSubject.extract(from: subject + "x").utf8.count <= subject.utf8.count + 1)
        _ = BaseSubject.extract(from: subject + String(repeating: "]", count: 200_000))
    }
}
