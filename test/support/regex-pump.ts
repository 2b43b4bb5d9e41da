// Texts that make a backtracking pattern work hardest: what its parts match, repeated, with an end that fits nothing.
// A small reading of the syntax of patterns; what it does not know it leaves out.

type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'any'; readonly of: readonly Node[] }
  | { readonly kind: 'all'; readonly of: readonly Node[] }
  | { readonly kind: 'many'; readonly of: Node; readonly max: number; readonly min: number }

const MANY = 30

/** Short texts to repeat for one pattern, each with what stands before the repetition. */
export function pumpsOf(source: string): { readonly before: string; readonly pump: string }[] {
  const root = parse(source)
  const pumps = new Map<string, { before: string; pump: string }>()
  const add = (before: string, pump: string): void => {
    if (pump !== '' && pump.length < 300) pumps.set(`${before}\u0000${pump}`, { before, pump })
  }
  for (let turn = 0; turn < 3; turn += 1) {
    add('', sample(root, turn))
    for (const [before, inner] of repeats(root, '', turn)) {
      add(before, inner)
      add('', before + inner)
      add('', before)
      add(before, inner + inner)
      add('', inner)
    }
  }
  return [...pumps.values()].slice(0, 60)
}

/** Every part that may repeat often, with a text that leads to it. */
function* repeats(node: Node, before: string, turn: number): Generator<[string, string]> {
  if (node.kind === 'many') {
    const inner = sample(node.of, turn)
    if (node.max >= MANY) yield [before, inner]
    yield* repeats(node.of, before, turn)
  } else if (node.kind === 'any') {
    for (const child of node.of) yield* repeats(child, before, turn)
  } else if (node.kind === 'all') {
    let lead = before
    for (const child of node.of) {
      yield* repeats(child, lead, turn)
      lead += sample(child, turn)
    }
  }
}

function sample(node: Node, turn: number): string {
  switch (node.kind) {
    case 'text':
      return node.text
    case 'any': {
      const chosen = node.of[turn % node.of.length]
      return chosen ? sample(chosen, turn) : ''
    }
    case 'all':
      return node.of.map((child) => sample(child, turn)).join('')
    case 'many':
      return sample(node.of, turn).repeat(Math.max(node.min, turn > 0 && node.max > 0 ? 1 : 0))
  }
}

function parse(source: string): Node {
  let at = 0
  const alternatives = (): Node => {
    const all: Node[] = [sequence()]
    while (source[at] === '|') {
      at += 1
      all.push(sequence())
    }
    return all.length === 1 ? (all[0] as Node) : { kind: 'any', of: all }
  }
  const sequence = (): Node => {
    const parts: Node[] = []
    while (at < source.length && source[at] !== '|' && source[at] !== ')') parts.push(quantified(atom()))
    return { kind: 'all', of: parts }
  }
  const quantified = (of: Node): Node => {
    const [whole, sign, min = '', comma, max = ''] =
      /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/.exec(source.slice(at, at + 20)) ?? []
    if (whole === undefined) return of
    at += whole.length
    if (sign === '*') return { kind: 'many', of, min: 0, max: Infinity }
    if (sign === '+') return { kind: 'many', of, min: 1, max: Infinity }
    if (sign === '?') return { kind: 'many', of, min: 0, max: 1 }
    const top = comma === '' ? Number(min) : max === '' ? Infinity : Number(max)
    return { kind: 'many', of, min: Number(min), max: top }
  }
  const text = (value: string): Node => ({ kind: 'text', text: value })
  const atom = (): Node => {
    const char = source[at] ?? ''
    at += 1
    if (char === '(') {
      const [lead = ''] = /^\?(?:<?[=!]|:|<\w+>|[a-z]+:)/.exec(source.slice(at, at + 40)) ?? []
      at += lead.length
      const inner = alternatives()
      at += 1
      return /[=!]$/.test(lead) ? text('') : inner
    }
    if (char === '[') return characterClass()
    if (char === '.') return text('a')
    if (char === '^' || char === '$') return text('')
    if (char === '\\') return text(escaped())
    return text(char)
  }
  const escaped = (): string => {
    const char = source[at] ?? ''
    at += 1
    const known: Readonly<Record<string, string>> = {
      s: ' ',
      S: 'x',
      w: 'a',
      W: '-',
      d: '1',
      D: 'a',
      b: '',
      B: '',
      n: '\n',
      t: '\t',
      r: '\r',
      0: '\u0000',
    }
    if (char === 'u' || char === 'x') {
      const [whole = '', braced, plain] =
        /^(?:\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{4}|[0-9A-Fa-f]{2}))/.exec(source.slice(at, at + 10)) ?? []
      at += whole.length
      return String.fromCodePoint(Number.parseInt(braced ?? plain ?? '61', 16))
    }
    if (char === 'p' || char === 'P') {
      at = source.indexOf('}', at) + 1
      return 'a'
    }
    return /[1-9]/.test(char) ? '' : (known[char] ?? char)
  }
  const characterClass = (): Node => {
    const negated = source[at] === '^'
    if (negated) at += 1
    const members: string[] = []
    while (at < source.length && source[at] !== ']') {
      const char = source[at] ?? ''
      at += 1
      members.push(char === '\\' ? escaped() : char)
    }
    at += 1
    if (!negated) return { kind: 'any', of: (members.length > 0 ? members : ['a']).slice(0, 6).map(text) }
    const free = ['a', ' ', '-', '<', '(', '1', '`', '"'].filter((char) => !members.includes(char))
    return { kind: 'any', of: (free.length > 0 ? free : ['\u0001']).map(text) }
  }
  return alternatives()
}
