/// What a server can announce. What stands behind a name is grammar here and the session's doing: configuration decides
/// which are offered.
package enum IMAPCapability: UInt8, CaseIterable, Hashable, Sendable {
    /// RFC 3501.
    case imap4rev1
    /// RFC 9051.
    case imap4rev2
    /// RFC 7888: any non-synchronizing literal.
    case literalPlus
    /// RFC 7888 §5: those of at most 4,096 octets. Stands back where `literalPlus` is offered.
    case literalMinus
    /// RFC 4959.
    case saslInitialResponse
    /// RFC 2971.
    case id
    /// RFC 5161.
    case enable
    /// RFC 2177.
    case idle
    /// RFC 2342.
    case namespace
    /// RFC 4315.
    case uidPlus
    /// RFC 3348.
    case children
    /// RFC 3691.
    case unselect
    /// RFC 6851.
    case move
    /// RFC 7162.
    case condstore
    /// RFC 7162.
    case qresync
    /// RFC 4731.
    case extendedSearch
    /// RFC 5182.
    case searchResult
    /// RFC 6203.
    case fuzzySearch
    /// RFC 5256.
    case sort
    /// RFC 5957.
    case sortDisplay
    /// RFC 5256.
    case threadReferences
    /// RFC 5256.
    case threadOrderedSubject
    /// RFC 5267.
    case extendedSort
    /// RFC 5267.
    case contextSearch
    /// RFC 5267.
    case contextSort
    /// RFC 9394.
    case partial
    /// RFC 5258.
    case listExtended
    /// RFC 5819.
    case listStatus
    /// RFC 8440.
    case listMyRights
    /// RFC 9590.
    case listMetadata
    /// RFC 6154.
    case specialUse
    /// RFC 6154.
    case createSpecialUse
    /// RFC 8438.
    case statusSize
    /// RFC 3516.
    case binary
    /// RFC 4469.
    case catenate
    /// RFC 3502.
    case multiAppend
    /// RFC 7889; followed by the limit.
    case appendLimit
    /// RFC 8508.
    case replace
    /// RFC 5032.
    case within
    /// RFC 4314; RIGHTS= goes with it.
    case acl
    /// RFC 9208; the resources go with it.
    case quota
    /// RFC 9208.
    case quotaSet
    /// RFC 5464.
    case metadata
    /// RFC 5464: of the server only; stands back where `metadata` is offered.
    case metadataServer
    /// RFC 5465.
    case notify
    /// RFC 4978.
    case compressDeflate
    /// RFC 6855.
    case utf8Accept
    /// RFC 8474.
    case objectID
    /// RFC 8514.
    case saveDate
    /// RFC 8970.
    case preview
    /// RFC 7377.
    case multiSearch
    /// RFC 9586.
    case uidOnly
    /// RFC 10022.
    case uidBatches
    /// RFC 9738; followed by the limit.
    case messageLimit
    /// RFC 9738; followed by the limit.
    case saveLimit
    /// RFC 9585.
    case inProgress
    /// RFC 9698.
    case jmapAccess
    /// RFC 8437.
    case unauthenticate
    /// RFC 5255 §4.
    case i18nLevel1
    /// RFC 5255 §3.
    case language

    /// As registered; those with a value are written up to its `=`.
    package var name: StaticString {
        switch self {
        case .imap4rev1: "IMAP4rev1"
        case .imap4rev2: "IMAP4rev2"
        case .literalPlus: "LITERAL+"
        case .literalMinus: "LITERAL-"
        case .saslInitialResponse: "SASL-IR"
        case .id: "ID"
        case .enable: "ENABLE"
        case .idle: "IDLE"
        case .namespace: "NAMESPACE"
        case .uidPlus: "UIDPLUS"
        case .children: "CHILDREN"
        case .unselect: "UNSELECT"
        case .move: "MOVE"
        case .condstore: "CONDSTORE"
        case .qresync: "QRESYNC"
        case .extendedSearch: "ESEARCH"
        case .searchResult: "SEARCHRES"
        case .fuzzySearch: "SEARCH=FUZZY"
        case .sort: "SORT"
        case .sortDisplay: "SORT=DISPLAY"
        case .threadReferences: "THREAD=REFERENCES"
        case .threadOrderedSubject: "THREAD=ORDEREDSUBJECT"
        case .extendedSort: "ESORT"
        case .contextSearch: "CONTEXT=SEARCH"
        case .contextSort: "CONTEXT=SORT"
        case .partial: "PARTIAL"
        case .listExtended: "LIST-EXTENDED"
        case .listStatus: "LIST-STATUS"
        case .listMyRights: "LIST-MYRIGHTS"
        case .listMetadata: "LIST-METADATA"
        case .specialUse: "SPECIAL-USE"
        case .createSpecialUse: "CREATE-SPECIAL-USE"
        case .statusSize: "STATUS=SIZE"
        case .binary: "BINARY"
        case .catenate: "CATENATE"
        case .multiAppend: "MULTIAPPEND"
        case .appendLimit: "APPENDLIMIT="
        case .replace: "REPLACE"
        case .within: "WITHIN"
        case .acl: "ACL"
        case .quota: "QUOTA"
        case .quotaSet: "QUOTASET"
        case .metadata: "METADATA"
        case .metadataServer: "METADATA-SERVER"
        case .notify: "NOTIFY"
        case .compressDeflate: "COMPRESS=DEFLATE"
        case .utf8Accept: "UTF8=ACCEPT"
        case .objectID: "OBJECTID"
        case .saveDate: "SAVEDATE"
        case .preview: "PREVIEW"
        case .multiSearch: "MULTISEARCH"
        case .uidOnly: "UIDONLY"
        case .uidBatches: "UIDBATCHES"
        case .messageLimit: "MESSAGELIMIT="
        case .saveLimit: "SAVELIMIT="
        case .inProgress: "INPROGRESS"
        case .jmapAccess: "JMAPACCESS"
        case .unauthenticate: "UNAUTHENTICATE"
        case .i18nLevel1: "I18NLEVEL=1"
        case .language: "LANGUAGE"
        }
    }

    /// The capability of a name as ENABLE has it; case means nothing.
    package init?(name: [UInt8]) {
        for capability in IMAPCapability.allCases where name.isKeyword(capability.name) {
            self = capability
            return
        }
        return nil
    }
}
