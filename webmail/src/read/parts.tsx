// Stand-ins for the parts of the page that are made elsewhere.

import type { JMAPClient } from '../jmap/client'
import type { Draft } from '../compose/letter'

export function Composer({ draft, onClose }: { client: JMAPClient; draft: Draft; onClose: () => void; onSent: () => void }) {
  return <div className="dialog">{draft.mode}<button type="button" onClick={onClose}>×</button></div>
}

export function Settings({ onClose }: { client: JMAPClient; onClose: () => void }) {
  return <button type="button" onClick={onClose}>×</button>
}
