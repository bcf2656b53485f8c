import { createRoot } from 'react-dom/client'
import { App } from './app/App'
import { followSystem } from './app/appearance'

followSystem()
createRoot(document.getElementById('app') as HTMLElement).render(<App />)
