extension Charset {
    /// Lower case, without quotes, blanks and the language of RFC 2231 §5.
    static func normalized(_ label: String) -> String {
        var name: [UInt8] = []
        for octet in label.utf8 {
            if octet == UInt8(ascii: "*") { break }
            if octet <= 0x20 || octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "'") { continue }
            name.append(octet.asciiLowercased)
            if name.count > labelLengthMax { break }
        }
        return String(decoding: name, as: UTF8.self)
    }

    private static let labelLengthMax = 60

    /// A code page or family that iconv may know although it is not in the table.
    ///
    /// iconv is never handed an arbitrary label: `/` has a meaning for it, and its rarer stateful modules have a
    /// history of assertions that abort the process.
    static func plausibleIconvName(_ name: String) -> String? {
        let isPlain = name.utf8.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == 0x2D || $0 == 0x5F }
        guard isPlain, !name.isEmpty else { return nil }
        for prefix in ["cp-", "cp", "windows-", "ibm-", "ibm"] where name.hasPrefix(prefix) {
            let digits = name.dropFirst(prefix.count)
            guard (3...5).contains(digits.count), digits.utf8.allSatisfy({ $0.isASCIIDigit }) else { continue }
            // These use shift states (mixed single and double octets): EBCDIC that no mail has.
            if statefulPages.contains(String(digits)) { return nil }
            return (prefix.hasPrefix("ibm") ? "IBM" : "CP") + digits
        }
        return nil
    }

    private static let statefulPages: Set<String> = [
        "930", "933", "935", "937", "939", "1364", "1371", "1388", "1390", "1399", "16804",
    ]

    static let named: [String: Charset] = {
        var named: [String: Charset] = [:]
        for (labels, charset) in special {
            for label in labels.split(separator: " ") { named[String(label)] = charset }
        }
        for (iconvName, labels) in byIconv {
            named[iconvName.lowercased()] = .iconv(iconvName)
            for label in labels.split(separator: " ") { named[String(label)] = .iconv(iconvName) }
        }
        return named
    }()

    private static let special: [(labels: String, charset: Charset)] = [
        (
            """
            us-ascii ascii ansi_x3.4-1968 ansi_x3.4-1986 iso646-us iso_646.irv:1991 us iso-ir-6 csascii cp367 ibm367 \
            646 unknown-8bit x-unknown unknown none default x-user-defined binary 8bit 7bit
            """, .undeclared
        ),
        ("utf-8 utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8 csutf8 utf_8 utf-8n cp65001", .utf8),
        (
            """
            windows-1252 cp1252 x-cp1252 cp-1252 win-1252 iso-8859-1 iso8859-1 iso88591 iso_8859-1 iso_8859_1 \
            iso-8859_1 iso_8859-1:1987 latin1 latin-1 l1 ibm819 cp819 iso-ir-100 csisolatin1 ansi iso8859_1 8859-1
            """, .windows1252
        ),
        (
            "utf-16 utf16 ucs-2 ucs2 iso-10646-ucs-2 unicode csunicode utf_16 unicode-1-1 csutf16 unicodefeff",
            .utf16
        ),
        ("iso-2022-jp csiso2022jp iso2022jp iso-2022-jp-1 iso-2022-jp-ms cp50220 cp50221 jis jis7", .iso2022JP),
        ("hz-gb-2312 hz hzgb2312", .hz),
    ]

    /// iconv's name, and the labels of the WHATWG Encoding Standard §4.2 and of real mail.
    ///
    /// As browsers do, a label means the superset that its senders use: GB2312 is GB18030, KS C 5601 is code page 949.
    private static let byIconv: [(iconvName: String, labels: String)] = [
        ("UTF-7", "utf7 unicode-1-1-utf-7 unicode11utf7 x-unicode-1-1-utf-7 csunicode11utf7 unicode-2-0-utf-7"),
        ("UTF-16LE", "utf16le unicodefffe csutf16le ucs-2le"),
        ("UTF-16BE", "utf16be csutf16be ucs-2be"),
        ("UTF-32", "utf32 ucs-4 ucs4 iso-10646-ucs-4 csucs4"),
        ("UTF-32LE", "utf32le"),
        ("UTF-32BE", "utf32be"),
        ("ISO-8859-2", "iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 latin2 latin-2 l2 iso-ir-101 csisolatin2"),
        ("ISO-8859-3", "iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 latin3 latin-3 l3 iso-ir-109 csisolatin3"),
        ("ISO-8859-4", "iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 latin4 latin-4 l4 iso-ir-110 csisolatin4"),
        (
            "ISO-8859-5",
            "iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988 cyrillic iso-ir-144 csisolatincyrillic"
        ),
        (
            "ISO-8859-6",
            """
            iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987 arabic iso-ir-127 csisolatinarabic asmo-708 ecma-114 \
            iso-8859-6-e iso-8859-6-i csiso88596e csiso88596i
            """
        ),
        (
            "ISO-8859-7",
            """
            iso8859-7 iso88597 iso_8859-7 iso_8859-7:1987 greek greek8 iso-ir-126 csisolatingreek ecma-118 elot_928 \
            sun_eu_greek
            """
        ),
        (
            "ISO-8859-8",
            """
            iso8859-8 iso88598 iso_8859-8 iso_8859-8:1988 hebrew iso-ir-138 csisolatinhebrew visual iso-8859-8-e \
            iso-8859-8-i iso_8859-8-e iso_8859-8-i csiso88598e csiso88598i logical
            """
        ),
        ("ISO-8859-10", "iso8859-10 iso885910 iso_8859-10 latin6 l6 iso-ir-157 csisolatin6"),
        ("ISO-8859-13", "iso8859-13 iso885913 iso_8859-13 latin7"),
        ("ISO-8859-14", "iso8859-14 iso885914 iso_8859-14 latin8 iso-celtic"),
        ("ISO-8859-15", "iso8859-15 iso885915 iso_8859-15 latin9 latin-9 l9 csisolatin9 iso8859_15 iso-8859_15"),
        ("ISO-8859-16", "iso8859-16 iso885916 iso_8859-16 latin10"),
        ("KOI8-R", "koi8r koi koi8 koi8_r cskoi8r"),
        ("KOI8-U", "koi8u koi8-ru"),
        ("KOI8-T", ""),
        ("MACINTOSH", "x-mac-roman mac macroman x-macroman csmacintosh mac-roman x-mac cp10000 x-macintosh"),
        ("MAC-CYRILLIC", "x-mac-cyrillic x-mac-ukrainian mac-uk maccyrillic"),
        ("MAC-CENTRALEUROPE", "x-mac-ce x-mac-centraleurope x-mac-centralroman"),
        ("CP874", "windows-874 dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 tis620 x-cp874"),
        ("CP1250", "windows-1250 x-cp1250 win-1250 cp-1250 windows1250"),
        ("CP1251", "windows-1251 x-cp1251 win-1251 cp-1251 win1251 windows1251 ansi-1251"),
        ("CP1253", "windows-1253 x-cp1253 win-1253 cp-1253"),
        (
            "CP1254",
            """
            windows-1254 x-cp1254 win-1254 cp-1254 iso-8859-9 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 latin5 \
            latin-5 l5 iso-ir-148 csisolatin5 turkish
            """
        ),
        ("CP1255", "windows-1255 x-cp1255 win-1255 cp-1255"),
        ("CP1256", "windows-1256 x-cp1256 win-1256 cp-1256"),
        ("CP1257", "windows-1257 x-cp1257 win-1257 cp-1257 baltic"),
        ("CP1258", "windows-1258 x-cp1258 win-1258 cp-1258"),
        ("IBM866", "cp866 866 csibm866 cp-866 dos-866"),
        ("CP850", "cp-850 ibm850 850 cspc850multilingual dos-850 pc850"),
        ("CP437", "cp-437 ibm437 437 cspc8codepage437 dos-437"),
        ("CP852", "cp-852 ibm852 852 cspcp852"),
        ("CP858", "cp-858 ibm858 ibm00858 ccsid00858 pc-multilingual-850+euro"),
        ("TCVN5712-1", "tcvn tcvn-5712 tcvn5712"),
        ("VISCII", "csviscii"),
        ("ARMSCII-8", "armscii8"),
        ("GEORGIAN-PS", ""),
        ("HP-ROMAN8", "hp-roman-8 roman8 r8 cshproman8"),
        (
            "GB18030",
            """
            gb2312 gb_2312 gb_2312-80 gbk cp936 x-gbk chinese csgb2312 csiso58gb231280 iso-ir-58 euc-cn euccn cn-gb \
            windows-936 ms936 gb-2312 gb2312-80 x-euc-cn cp-936 gb18030-2000
            """
        ),
        (
            "BIG5-HKSCS",
            "big5 big-5 cn-big5 csbig5 x-x-big5 bigfive big5hkscs x-big5 big5-eten windows-950 cp950 ms950"
        ),
        ("EUC-TW", "euctw x-euc-tw cns11643"),
        (
            "CP932",
            """
            shift_jis shift-jis shiftjis sjis x-sjis ms_kanji ms932 csshiftjis windows-31j cswindows31j windows-932 \
            x-ms-cp932 cp-932 shift_jisx0213
            """
        ),
        ("EUC-JP-MS", "euc-jp eucjp x-euc-jp cseucpkdfmtjapanese x-euc x-eucjp ujis eucjp-ms cp51932 cp20932"),
        (
            "UHC",
            """
            euc-kr euckr cseuckr cp949 windows-949 ms949 korean iso-ir-149 csksc56011987 ks_c_5601-1987 \
            ks_c_5601-1989 ks_c_5601 ksc5601 ksc_5601 ks-c-5601-1987 x-windows-949 ks_c_5601_1987 cp-949 5601
            """
        ),
        ("JOHAB", "cp1361 ms1361 x-johab"),
        ("ISO-2022-KR", "iso2022kr csiso2022kr"),
        ("ISO-2022-CN", "iso2022cn csiso2022cn"),
    ]
}
