// Bundles the webmail with Debian's esbuild and React, compresses every file, and writes them all as one C table.
//
//   node webmail/bundle.mjs          (scripts/webmail calls it)
//
// .build/webmail has the files themselves; Sources/CWebmail/bundle.c is what the server serves.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const sources = dirname(fileURLToPath(import.meta.url))
const root = dirname(sources)
const output = join(root, '.build', 'webmail')
const table = join(root, 'Sources', 'CWebmail', 'bundle.c')

/** What the first page loads may take, compressed with gzip. */
const firstLoadBytesMax = 150 * 1024

const frames = ['frame.html', 'frame-images.html']

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
}

/** Runs esbuild; returns its description of what it made. */
function bundle() {
  rmSync(output, { recursive: true, force: true })
  const meta = join(output, 'meta.json')
  mkdirSync(join(output, 'assets'), { recursive: true })
  execFileSync(
    'esbuild',
    [
      'app=webmail/src/main.tsx',
      'style=webmail/src/style/all.css',
      '--bundle',
      '--splitting',
      '--format=esm',
      '--target=es2022',
      '--jsx=automatic',
      '--minify',
      '--charset=utf8',
      '--legal-comments=linked',
      '--define:process.env.NODE_ENV="production"',
      // Debian's node-dompurify 2.4.1-2+deb12u1 uses a variable there that only another of its functions has: sanitize()
      // would throw. Only names that nothing declares are replaced.
      '--define:shadowNode.__depth=0',
      `--alias:prose-editor=${join(root, '.build', 'webmail-editor', 'editor.js')}`,
      '--entry-names=[name]-[hash]',
      '--chunk-names=[name]-[hash]',
      `--outdir=${join(output, 'assets')}`,
      `--metafile=${meta}`,
      '--log-level=warning',
    ],
    { cwd: root, stdio: 'inherit', env: { ...process.env, NODE_PATH: '/usr/share/nodejs' } },
  )
  const described = JSON.parse(readFileSync(meta, 'utf8')).outputs
  rmSync(meta)
  return described
}

/** The file that a source became, and what it imports at once. */
function made(outputs, entry) {
  const [path, description] = Object.entries(outputs).find(([, one]) => one.entryPoint === entry)
  const imports = description.imports.filter((one) => one.kind === 'import-statement').map((one) => basename(one.path))
  return { name: basename(path), imports: [...new Set(imports)] }
}

function writePage(outputs) {
  const app = made(outputs, 'webmail/src/main.tsx')
  const style = made(outputs, 'webmail/src/style/all.css')
  const icon = readFileSync(join(sources, 'icon.svg'))
  const iconName = `icon-${createHash('sha256').update(icon).digest('hex').slice(0, 8).toUpperCase()}.svg`
  writeFileSync(join(output, 'assets', iconName), icon)
  const page = readFileSync(join(sources, 'index.html'), 'utf8')
    .replace('{icon}', iconName)
    .replace('{style}', style.name)
    .replace('{preload}', app.imports.map((name) => `<link rel="modulepreload" href="/assets/${name}" />`).join('\n    '))
    .replace('{script}', app.name)
  writeFileSync(join(output, 'index.html'), page)
  return [app.name, ...app.imports, style.name, iconName]
}

/** The documents that messages are shown in: the server gives each its policy. */
function writeFrames() {
  for (const name of frames) writeFileSync(join(output, name), readFileSync(join(sources, 'frame.html')))
}

/** A C string literal of the octets: compilers read it a hundred times faster than a list of numbers. */
function literal(octets) {
  const plain = (octet) => octet >= 0x20 && octet < 0x7f && octet !== 0x22 && octet !== 0x5c && octet !== 0x3f
  let text = ''
  for (let begin = 0; begin < octets.length; begin += 96) {
    text += '\n    "'
    for (const octet of octets.subarray(begin, begin + 96)) {
      text += plain(octet) ? String.fromCharCode(octet) : `\\${octet.toString(8).padStart(3, '0')}`
    }
    text += '"'
  }
  return text || '""'
}

function writeTable(assets) {
  let text = '// Written by scripts/webmail from the sources in webmail/. Not for editing, not committed.\n'
  text += '#include "CWebmail.h"\n'
  const entries = assets.map((asset, number) => {
    const bodies = [asset.plain, asset.gzip, asset.brotli].map((octets, form) => {
      if (!octets) return '{0, 0}'
      text += `\nstatic const char octets_${number}_${form}[] =${literal(octets)};\n`
      return `{octets_${number}_${form}, ${octets.length}}`
    })
    return `    {"${asset.path}", "${asset.type}", "${asset.tag}", ${bodies.join(', ')}},`
  })
  text += `\nconst struct webmail_asset webmail_assets[] = {\n${entries.join('\n')}\n};\n`
  text += `const size_t webmail_assets_count = ${entries.length};\n`
  // Left alone when nothing changed, so that the compiler has nothing to do.
  if (!existsSync(table) || readFileSync(table, 'utf8') !== text) writeFileSync(table, text)
}

let outputs
try {
  outputs = bundle()
} catch (error) {
  console.error(`error: esbuild could not bundle the webmail${error.code === 'ENOENT' ? ': it is not installed' : ', see above'}`)
  process.exit(1)
}
const first = writePage(outputs)
writeFrames()
const files = ['index.html', ...frames, ...readdirSync(join(output, 'assets')).sort().map((name) => `assets/${name}`)]
const assets = files.map((file) => {
  const plain = readFileSync(join(output, file))
  const gzip = gzipSync(plain, { level: 9 })
  const quality = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length }
  const brotli = brotliCompressSync(plain, { params: quality })
  return {
    path: file === 'index.html' ? '/' : `/${file}`,
    type: types[extname(file)] ?? 'application/octet-stream',
    tag: createHash('sha256').update(plain).digest('hex').slice(0, 16),
    plain,
    gzip: gzip.length < plain.length ? gzip : null,
    brotli: brotli.length < plain.length ? brotli : null,
  }
})
writeTable(assets)

const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`
const isFirst = (asset) => asset.path === '/' || first.includes(basename(asset.path))
const sum = (list, form) => list.reduce((total, asset) => total + (asset[form] ?? asset.plain).length, 0)
const firstAssets = assets.filter(isFirst)
console.log(
  `The webmail: ${files.length} files; the first page loads ${kilobytes(sum(firstAssets, 'gzip'))} with gzip, ` +
    `${kilobytes(sum(firstAssets, 'brotli'))} with brotli`,
)
if (sum(firstAssets, 'gzip') > firstLoadBytesMax) {
  console.error(`error: the first page may load ${kilobytes(firstLoadBytesMax)}; load what it does not need later`)
  process.exit(1)
}
