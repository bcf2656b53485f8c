// Runs the unit tests in webmail/test with node's own runner, of TypeScript bundled for it.

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const sources = dirname(fileURLToPath(import.meta.url))
const output = join(dirname(sources), '.build', 'webmail-tests')
rmSync(output, { recursive: true, force: true })
mkdirSync(output, { recursive: true })
const tests = readdirSync(join(sources, 'test')).filter((name) => name.endsWith('.test.ts'))
execFileSync(
  'esbuild',
  [
    ...tests.map((name) => join(sources, 'test', name)),
    '--bundle', '--format=esm', '--platform=node', '--target=node18', '--jsx=automatic', '--out-extension:.js=.mjs', '--log-level=warning',
    '--banner:js=import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    `--outdir=${output}`,
  ],
  { stdio: 'inherit', env: { ...process.env, NODE_PATH: '/usr/share/nodejs' } },
)
const files = tests.map((name) => join(output, name.replace(/\.ts$/, '.mjs')))
const run = spawnSync(process.execPath, ['--test', ...files], { encoding: 'utf8' })
if (run.status !== 0) console.error(run.stdout + run.stderr)
process.exit(run.status ?? 1)
