// A window under the frame's policy, for work that is not shown: cleaning HTML to quote, printing.

export interface Realm {
  window: Window & typeof globalThis
  frame: HTMLIFrameElement
  close: () => void
}

/** Opens a hidden frame; `purpose` decides what its sandbox and its policy let through. */
export async function openRealm(purpose: 'clean' | 'print' | 'print-images'): Promise<Realm> {
  const frame = document.createElement('iframe')
  frame.setAttribute('sandbox', purpose === 'clean' ? 'allow-same-origin' : 'allow-same-origin allow-modals')
  frame.setAttribute('credentialless', '')
  frame.setAttribute('aria-hidden', 'true')
  frame.tabIndex = -1
  frame.className = 'hidden-frame'
  frame.src = purpose === 'print-images' ? '/frame-images.html' : '/frame.html'
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }))
  document.body.append(frame)
  await loaded
  return { window: frame.contentWindow as Window & typeof globalThis, frame, close: () => frame.remove() }
}
