// Reads WWW-Authenticate as RFC 9110 has it: schemes with parameters, quoted or not. Pure, bounded.

export interface Challenge {
  /** Lower case: `bearer`, `basic`. */
  readonly scheme: string
  readonly params: ReadonlyMap<string, string>
}

const HEADER_CHARS = 8192
const SCHEME = /^[\s,]*([A-Za-z][A-Za-z0-9_-]*)(?=\s|,|$)(?!\s*=)/
const PARAM = /^[\s,]*([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/

/** The challenges of a header, in order; what is malformed ends the list. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: Challenge[] = []
  let rest = header.slice(0, HEADER_CHARS)
  for (let scheme = SCHEME.exec(rest); scheme; scheme = SCHEME.exec(rest)) {
    rest = rest.slice(scheme[0].length)
    const params = new Map<string, string>()
    for (let param = PARAM.exec(rest); param; param = PARAM.exec(rest)) {
      const [all, name = '', quoted, plain = ''] = param
      rest = rest.slice(all.length)
      const value = quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1')
      if (!params.has(name.toLowerCase())) params.set(name.toLowerCase(), value)
    }
    challenges.push({ scheme: (scheme[1] ?? '').toLowerCase(), params })
  }
  return challenges
}
