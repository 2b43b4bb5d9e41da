// Text, code and binary content that is the same on every machine: a small generator seeded by a name.

const WORDS = (
  'the skill reads a file and writes the table when page text changes every agent must check input before it runs ' +
  'document layout column header footer margin font colour image shape slide chart formula sheet cell range value ' +
  'merge split rotate extract convert render preview validate schema element attribute namespace relationship part ' +
  'first then next after while until because never always only unless either both between under over inside outside ' +
  'report summary comment change accept reject author version history template placeholder default option argument ' +
  'command script module function return result error message warning output folder path name list entry index count ' +
  'request answer server client token header body status timeout retry cache store lock digest signature key number'
).split(' ')

/** A source of numbers below 1 that only depends on the seed. */
export function random(seed: string): () => number {
  let state = 0
  for (const char of seed) state = (Math.imul(state, 31) + char.charCodeAt(0)) | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Markdown of exactly so many bytes. */
export function markdown(seed: string, bytes: number): Buffer {
  const next = random(seed)
  return exactly(bytes, () => {
    const line = sentence(next, 8 + Math.floor(next() * 14))
    const kind = next()
    if (kind < 0.08) return `\n## ${line}\n\n`
    return kind < 0.2 ? `- ${line}\n` : `${line}.\n`
  })
}

/** Python of exactly so many bytes. */
export function python(seed: string, bytes: number): Buffer {
  const next = random(seed)
  let started = false
  return exactly(bytes, () => {
    if (!started) {
      started = true
      return '#!/usr/bin/env python3\nimport json\nimport os\nimport subprocess\nimport sys\n\n'
    }
    const name = sentence(next, 2).replaceAll(' ', '_')
    const kind = next()
    if (kind < 0.02) return '    subprocess.run(["git", "status", "--short"], check=True)\n'
    if (kind < 0.2) return `\n\ndef ${name}(value, options=None):\n    """${sentence(next, 9)}."""\n`
    return `    ${name} = value.get("${sentence(next, 1)}", ${Math.floor(next() * 1000)})\n`
  })
}

/** XML of exactly so many bytes. */
export function xml(seed: string, bytes: number): Buffer {
  const next = random(seed)
  return exactly(bytes, () => {
    const name = sentence(next, 2).replaceAll(' ', '-')
    return `  <xsd:element name="${name}" type="xsd:string" minOccurs="${Math.floor(next() * 2)}"/>\n`
  })
}

/** Bytes that do not compress. */
export function noise(seed: string, bytes: number): Buffer {
  const next = random(seed)
  const out = Buffer.alloc(bytes)
  for (let at = 0; at < bytes; at += 1) out[at] = next() * 256
  return out
}

/** A SKILL.md of exactly so many bytes. */
export function skillMd(name: string, bytes: number): Buffer {
  const words = sentence(random(`${name} description`), 25)
  const head = Buffer.from(`---\nname: ${name}\ndescription: ${words}.\n---\n\n# ${name}\n\n`)
  return Buffer.concat([head, markdown(name, bytes - head.length)])
}

function sentence(next: () => number, words: number): string {
  return Array.from({ length: words }, () => WORDS[Math.floor(next() * WORDS.length)]).join(' ')
}

function exactly(bytes: number, line: () => string): Buffer {
  let text = ''
  while (text.length < bytes) text += line()
  return Buffer.from(`${text.slice(0, bytes - 1)}\n`)
}
