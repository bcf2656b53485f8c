import type { FileKind } from './files'

const paths: Partial<Record<FileKind, string>> = {
  image: 'M5 17l4-5 3 3.5 2.5-3L19 17zM15.5 9a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0',
  text: 'M8 12h8M8 15h8M8 18h5',
  document: 'M8 12h8M8 15h8M8 18h5',
  sheet: 'M8 12h8v6H8zM8 15h8M12 12v6',
  slides: 'M8 12h8v5H8zM12 17v2',
  archive: 'M12 4v2m0 2v2m0 2v2m-1 2h2v3h-2z',
  audio: 'M10 18a1.5 1.5 0 1 1-1.5-1.5H10v-5l5-1v5.5a1.5 1.5 0 1 1-1.5-1.5H15',
  video: 'M10 12l5 3-5 3z',
  message: 'M7.5 12h9v6h-9zM7.5 12l4.5 3.5 4.5-3.5',
  calendar: 'M8 12.5h8V18H8zM8 14.5h8M10 11v2M14 11v2',
  contact: 'M12 14a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6M8.5 18c.5-2 2-3 3.5-3s3 1 3.5 3',
}

/** A sheet of paper that tells what is on it: by drawing, colour and, for a PDF, by name. */
export function FileIcon({ kind }: { kind: FileKind }) {
  return (
    <svg className={`file-icon file-icon-${kind}`} viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <path d="M6 2.5h8l5 5v13a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-17a1 1 0 0 1 1-1z" className="file-icon-paper" />
      <path d="M14 2.5v5h5" className="file-icon-line" />
      {kind === 'pdf' ? (
        <text x="12" y="17" textAnchor="middle" className="file-icon-name">
          PDF
        </text>
      ) : (
        <path d={paths[kind] ?? ''} className="file-icon-line" />
      )}
    </svg>
  )
}
