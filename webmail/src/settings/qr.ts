// A QR code (ISO/IEC 18004) of short text: byte mode, error correction level M, versions 1 to 10.

/** Codewords of error correction in a block, and data codewords of each block, by version (ISO/IEC 18004 table 9, level M). */
const versions: { correction: number; blocks: number[] }[] = [
  { correction: 10, blocks: [16] },
  { correction: 16, blocks: [28] },
  { correction: 26, blocks: [44] },
  { correction: 18, blocks: [32, 32] },
  { correction: 24, blocks: [43, 43] },
  { correction: 16, blocks: [27, 27, 27, 27] },
  { correction: 18, blocks: [31, 31, 31, 31] },
  { correction: 22, blocks: [38, 38, 39, 39] },
  { correction: 22, blocks: [36, 36, 36, 37, 37] },
  { correction: 26, blocks: [43, 43, 43, 43, 44] },
]
/** The centres of the alignment patterns, by version. */
const alignments = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50]]

/** The dark modules, row by row; undefined when the text does not fit. */
export function qrCode(text: string): boolean[][] | undefined {
  const octets = new TextEncoder().encode(text)
  const index = versions.findIndex((_, at) => octets.length <= capacity(at))
  const version = versions[index]
  if (version === undefined) return undefined
  const codewords = interleave(dataCodewords(octets, index), version)
  const drawings = [0, 1, 2, 3, 4, 5, 6, 7].map((mask) => {
    const grid = new Grid(index)
    grid.drawCodewords(codewords)
    grid.applyMask(mask)
    grid.drawFormat(mask)
    return grid
  })
  const best = drawings.reduce((one, other) => (other.penalty() < one.penalty() ? other : one))
  return best.dark
}

function dataLength(index: number): number {
  return (versions[index]?.blocks ?? []).reduce((sum, length) => sum + length, 0)
}

/** Octets of text: without the mode's 4 bits and the count's 8, or 16 from version 10 on. */
function capacity(index: number): number {
  return dataLength(index) - (index + 1 < 10 ? 2 : 3)
}

function dataCodewords(octets: Uint8Array, index: number): number[] {
  const bits: number[] = []
  const push = (value: number, count: number) => {
    for (let bit = count - 1; bit >= 0; bit -= 1) bits.push((value >>> bit) & 1)
  }
  push(4, 4)
  push(octets.length, index + 1 < 10 ? 8 : 16)
  octets.forEach((octet) => push(octet, 8))
  const total = dataLength(index) * 8
  push(0, Math.min(4, total - bits.length))
  while (bits.length % 8 !== 0) bits.push(0)
  for (let pad = 0xec; bits.length < total; pad ^= 0xec ^ 0x11) push(pad, 8)
  const words: number[] = []
  for (let at = 0; at < bits.length; at += 8) words.push(bits.slice(at, at + 8).reduce((sum, bit) => sum * 2 + bit, 0))
  return words
}

function interleave(data: number[], { correction, blocks }: { correction: number; blocks: number[] }): number[] {
  const generator = generatorPolynomial(correction)
  let at = 0
  const parts = blocks.map((length) => {
    const words = data.slice(at, at + length)
    at += length
    return { words, check: remainder(words, generator) }
  })
  const result: number[] = []
  for (let column = 0; column < Math.max(...blocks); column += 1) {
    for (const { words } of parts) if (column < words.length) result.push(words[column] ?? 0)
  }
  for (let column = 0; column < correction; column += 1) for (const { check } of parts) result.push(check[column] ?? 0)
  return result
}

/** Multiplies in GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1. */
function multiply(one: number, other: number): number {
  let product = 0
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d)
    product ^= ((other >>> bit) & 1) * one
  }
  return product
}

function generatorPolynomial(degree: number): number[] {
  const result: number[] = new Array(degree - 1).fill(0)
  result.push(1)
  let root = 1
  for (let step = 0; step < degree; step += 1) {
    for (let at = 0; at < degree; at += 1) result[at] = multiply(result[at] ?? 0, root) ^ (result[at + 1] ?? 0)
    root = multiply(root, 2)
  }
  return result
}

function remainder(words: number[], generator: number[]): number[] {
  const result: number[] = new Array(generator.length).fill(0)
  for (const word of words) {
    const factor = word ^ (result.shift() ?? 0)
    result.push(0)
    generator.forEach((coefficient, at) => (result[at] = (result[at] ?? 0) ^ multiply(coefficient, factor)))
  }
  return result
}

const masks: ((row: number, column: number) => boolean)[] = [
  (row, column) => (row + column) % 2 === 0,
  (row) => row % 2 === 0,
  (_, column) => column % 3 === 0,
  (row, column) => (row + column) % 3 === 0,
  (row, column) => (Math.floor(row / 2) + Math.floor(column / 3)) % 2 === 0,
  (row, column) => ((row * column) % 2) + ((row * column) % 3) === 0,
  (row, column) => (((row * column) % 2) + ((row * column) % 3)) % 2 === 0,
  (row, column) => (((row + column) % 2) + ((row * column) % 3)) % 2 === 0,
]

class Grid {
  readonly size: number
  readonly dark: boolean[][]
  /** Modules that carry no data: patterns, format, version. */
  private readonly reserved: boolean[][]

  constructor(private readonly index: number) {
    this.size = 21 + 4 * index
    const rows = () => Array.from({ length: this.size }, () => new Array<boolean>(this.size).fill(false))
    this.dark = rows()
    this.reserved = rows()
    this.drawPatterns()
  }

  private set(row: number, column: number, isDark: boolean): void {
    const line = this.dark[row]
    const fixed = this.reserved[row]
    if (line === undefined || fixed === undefined || column < 0 || column >= this.size) return
    line[column] = isDark
    fixed[column] = true
  }

  private at(row: number, column: number): boolean {
    return this.dark[row]?.[column] ?? false
  }

  private drawPatterns(): void {
    for (let step = 0; step < this.size; step += 1) {
      this.set(6, step, step % 2 === 0)
      this.set(step, 6, step % 2 === 0)
    }
    for (const [row, column] of [[3, 3], [3, this.size - 4], [this.size - 4, 3]] as const) this.drawFinder(row, column)
    const centres = alignments[this.index] ?? []
    const last = centres.length - 1
    centres.forEach((row, one) =>
      centres.forEach((column, other) => {
        const isFinder = (one === 0 && other === 0) || (one === 0 && other === last) || (one === last && other === 0)
        if (!isFinder) this.drawAlignment(row, column)
      }),
    )
    this.drawFormat(0)
    this.drawVersion()
  }

  private drawFinder(row: number, column: number): void {
    for (let down = -4; down <= 4; down += 1) {
      for (let right = -4; right <= 4; right += 1) {
        const distance = Math.max(Math.abs(down), Math.abs(right))
        this.set(row + down, column + right, distance !== 2 && distance !== 4)
      }
    }
  }

  private drawAlignment(row: number, column: number): void {
    for (let down = -2; down <= 2; down += 1) {
      for (let right = -2; right <= 2; right += 1) this.set(row + down, column + right, Math.max(Math.abs(down), Math.abs(right)) !== 1)
    }
  }

  /** Level M is 00; the mask; ten bits of BCH code; all of it against 101010000010010. */
  drawFormat(mask: number): void {
    let rest = mask
    for (let step = 0; step < 10; step += 1) rest = (rest << 1) ^ ((rest >>> 9) * 0x537)
    const bits = ((mask << 10) | rest) ^ 0x5412
    const bit = (number: number) => ((bits >>> number) & 1) === 1
    for (let number = 0; number <= 5; number += 1) this.set(number, 8, bit(number))
    this.set(7, 8, bit(6))
    this.set(8, 8, bit(7))
    this.set(8, 7, bit(8))
    for (let number = 9; number < 15; number += 1) this.set(8, 14 - number, bit(number))
    for (let number = 0; number < 8; number += 1) this.set(8, this.size - 1 - number, bit(number))
    for (let number = 8; number < 15; number += 1) this.set(this.size - 15 + number, 8, bit(number))
    this.set(this.size - 8, 8, true)
  }

  private drawVersion(): void {
    const version = this.index + 1
    if (version < 7) return
    let rest = version
    for (let step = 0; step < 12; step += 1) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25)
    const bits = (version << 12) | rest
    for (let number = 0; number < 18; number += 1) {
      const isDark = ((bits >>> number) & 1) === 1
      const [far, near] = [this.size - 11 + (number % 3), Math.floor(number / 3)]
      this.set(near, far, isDark)
      this.set(far, near, isDark)
    }
  }

  /** From the lower right corner upwards and down again, two columns at a time, around the vertical timing pattern. */
  drawCodewords(words: number[]): void {
    let bit = 0
    for (let right = this.size - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5
      for (let step = 0; step < this.size; step += 1) {
        for (const column of [right, right - 1]) {
          const isUpward = ((right + 1) & 2) === 0
          const row = isUpward ? this.size - 1 - step : step
          if (this.reserved[row]?.[column] || bit >= words.length * 8) continue
          const line = this.dark[row]
          if (line !== undefined) line[column] = (((words[bit >>> 3] ?? 0) >>> (7 - (bit & 7))) & 1) === 1
          bit += 1
        }
      }
    }
  }

  applyMask(mask: number): void {
    const isInverted = masks[mask] ?? (() => false)
    this.dark.forEach((line, row) =>
      line.forEach((isDark, column) => {
        if (!this.reserved[row]?.[column]) line[column] = isDark !== isInverted(row, column)
      }),
    )
  }

  /** How hard the drawing is to read (ISO/IEC 18004 §7.8.3.1). */
  penalty(): number {
    let sum = 0
    const lines = [
      this.dark,
      this.dark.map((_, column) => this.dark.map((line) => line[column] ?? false)),
    ].flat()
    for (const line of lines) {
      const text = line.map((isDark) => (isDark ? '1' : '0')).join('')
      for (const run of text.match(/0{5,}|1{5,}/g) ?? []) sum += run.length - 2
      for (let at = 0; at + 11 <= text.length; at += 1) {
        const part = text.slice(at, at + 11)
        if (part === '10111010000' || part === '00001011101') sum += 40
      }
    }
    let count = 0
    for (let row = 0; row < this.size; row += 1) {
      for (let column = 0; column < this.size; column += 1) {
        const isDark = this.at(row, column)
        if (isDark) count += 1
        if (row + 1 >= this.size || column + 1 >= this.size) continue
        if (isDark === this.at(row, column + 1) && isDark === this.at(row + 1, column) && isDark === this.at(row + 1, column + 1)) sum += 3
      }
    }
    return sum + Math.floor(Math.abs((count * 20) / (this.size * this.size) - 10)) * 10
  }
}

/** The SVG path of the dark modules, one unit each. */
export function qrPath(dark: boolean[][]): string {
  return dark.map((line, row) => line.map((isDark, column) => (isDark ? `M${column} ${row}h1v1h-1z` : '')).join('')).join('')
}
