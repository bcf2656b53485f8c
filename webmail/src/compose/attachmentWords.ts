// Finds the letter that names an attachment and has none.

const named = [
  /\b(?:attached|attachments?|enclosed|enclosures?|attaching)\b/i,
  /(?<!\p{L})(?:adjunt(?:o|a|os|as|amos|é|ar|ando)|archivos? adjuntos?|anex(?:o|a|os|as|amos))(?!\p{L})/iu,
]

/** Whether what is newly written in `text` names an attachment, in English or Spanish. Quoted lines do not count. */
export function namesAttachment(text: string): boolean {
  const written = text
    .split('\n')
    .filter((line) => !line.startsWith('>'))
    .join('\n')
    // What follows a forward's or reply's line of introduction is quoted.
    .split(/\n-{3,} .* -{3,}\n/)[0] as string
  return named.some((pattern) => pattern.test(written))
}
