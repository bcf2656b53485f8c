// What of Tiptap the composer uses. The library comes ready to load in PyPI's django-prose-editor; scripts/webmail fetches it.

declare module 'prose-editor' {
  export interface Extension {
    configure(options: Record<string, unknown>): Extension
    extend(more: Record<string, unknown>): Extension
  }

  export interface Chain {
    [command: string]: (...args: any[]) => Chain
    run: any
  }

  export interface EditorOptions {
    element: HTMLElement
    extensions: Extension[]
    content: string
    injectCSS?: boolean
    autofocus?: 'start' | 'end' | false
    editorProps?: Record<string, unknown>
    onUpdate?: () => void
    onTransaction?: () => void
  }

  export class Editor {
    constructor(options: EditorOptions)
    readonly isDestroyed: boolean
    readonly state: any
    readonly view: any
    chain(): Chain
    getHTML(): string
    getAttributes(name: string): Record<string, unknown>
    isActive(name: string): boolean
    destroy(): void
  }

  type Maker = { create(description: Record<string, unknown>): Extension }
  export const Node: Maker
  export const Mark: Maker
  export const Extension: Maker
  export const Document: Extension
  export const Paragraph: Extension
  export const Text: Extension
  export const Bold: Extension
  export const Italic: Extension
  export const Underline: Extension
  export const Strike: Extension
  export const BulletList: Extension
  export const OrderedList: Extension
  export const ListItem: Extension
  export const Blockquote: Extension
  export const HardBreak: Extension
  export const Heading: Extension
  export const HorizontalRule: Extension
  export const UndoRedo: Extension
  export const Dropcursor: Extension
  export const Gapcursor: Extension
  export const Table: Extension
  export const TableRow: Extension
  export const TableCell: Extension
  export const TableHeader: Extension
}
