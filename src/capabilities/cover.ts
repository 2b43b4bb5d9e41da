// Wildcards: does one rule allow all that another allows, and does it allow this one thing. Never says yes when unsure.
import type { Rule } from './rules.ts'
import { meetsSteering } from './steering.ts'

/** True when `outer` allows everything that `inner` does. Rules of different lists never cover each other. */
export function covers(outer: Rule, inner: Rule): boolean {
  if (outer.capability !== inner.capability) return false
  // A variable is readable either way; required only says that the skill cannot do without it.
  if (outer.capability === 'env') return outer.value === inner.value
  if (outer.list !== inner.list) return false
  if (outer.value === inner.value) return true
  switch (outer.capability) {
    case 'terminal':
      return commandCovers(outer.value, inner.value)
    case 'filesystem':
      return pathCovers(outer.value, inner.value)
    case 'network':
      return hostCovers(outer.value, inner.value)
    case 'tools':
      return textCovers(outer.value, inner.value)
    case 'opaque':
      return opaqueCovers(outer.value, inner.value)
    case 'secrets':
    case 'resources':
      return false
  }
}

/** `git **` covers `git status`, `git status **` and `git`. Also decides an argv joined from tokens without spaces. */
export function commandCovers(outer: string, inner: string): boolean {
  return argvCovers(outer.split(' '), inner.split(' '))
}

/** The same over tokens; a token of `inner` may hold anything, spaces and stars too. */
export function argvCovers(outer: readonly string[], inner: readonly string[]): boolean {
  const open = outer.at(-1) === '**'
  const fixed = open ? outer.slice(0, -1) : outer
  const innerOpen = inner.at(-1) === '**'
  const innerFixed = innerOpen ? inner.slice(0, -1) : inner
  if (innerOpen && !open) return false
  if (open ? innerFixed.length < fixed.length : innerFixed.length !== fixed.length) return false
  return fixed.every((token, index) => tokenCovers(token, innerFixed[index] ?? ''))
}

/** A lone `*` is any token; inside a longer one it stays between slashes and never stands for `.` or `..`. */
function tokenCovers(outer: string, inner: string): boolean {
  if (outer === '*' || outer === inner) return true
  const outerParts = outer.split('/')
  const innerParts = inner.split('/')
  return (
    outerParts.length === innerParts.length &&
    outerParts.every((part, index) => partCovers(part, innerParts[index] ?? ''))
  )
}

/**
 * `**` is any number of folders, none included; `*` stays within one. A folder written without a tail is that folder alone.
 * `${work}` is `${project}` without the files that steer others.
 */
export function pathCovers(outer: string, inner: string): boolean {
  const [, below] = /^\$\{project\}(?:\/(.*))?$/s.exec(inner) ?? []
  if (outer.startsWith('${work}') && below !== undefined && meetsSteering(below)) return false
  return partsCover(wholeProject(outer).split('/'), wholeProject(inner).split('/'))
}

function wholeProject(path: string): string {
  return path.startsWith('${work}') ? path.replace('${work}', '${project}') : path
}

function partsCover(outer: readonly string[], inner: readonly string[]): boolean {
  // reach[j]: the parts of `outer` so far can stand for the first j parts of `inner`.
  let reach = Array.from({ length: inner.length + 1 }, (_, index) => index === 0)
  for (const part of outer) {
    const next = reach.map(() => false)
    for (let j = 0; j <= inner.length; j += 1) {
      const before = inner[j - 1]
      if (part === '**') {
        next[j] =
          (reach[j] ?? false) || (j > 0 && (next[j - 1] ?? false) && before !== '..' && before !== '.')
      } else if (j > 0 && before !== undefined && before !== '**') {
        next[j] = (reach[j - 1] ?? false) && partCovers(part, before)
      }
    }
    reach = next
  }
  return reach[inner.length] ?? false
}

/** `*` covers all, `*.suffix` every name below the suffix and not the suffix itself; without a port, every port. */
export function hostCovers(outer: string, inner: string): boolean {
  const [outerHost, outerPort] = splitPort(outer)
  const [innerHost, innerPort] = splitPort(inner)
  if (outerPort !== undefined && outerPort !== innerPort) return false
  if (outerHost === '*' || outerHost === innerHost) return true
  if (!outerHost.startsWith('*.')) return false
  const suffix = outerHost.slice(1)
  // `*.example.org` stands for names, so an address never matches, and `*` and wider wildcards do not either.
  return innerHost.endsWith(suffix) && innerHost.length > suffix.length && !innerHost.startsWith('[')
}

/** The same kind, and a path that the other covers. */
function opaqueCovers(outer: string, inner: string): boolean {
  const [kind, place] = kindAndPath(outer)
  const [innerKind, innerPlace] = kindAndPath(inner)
  return kind === innerKind && pathCovers(place, innerPlace)
}

/** `['binary', 'bin/tool']` of `binary:bin/tool`. */
export function kindAndPath(opaque: string): readonly [kind: string, path: string] {
  const at = opaque.indexOf(':')
  return [opaque.slice(0, at), opaque.slice(at + 1)]
}

function splitPort(host: string): [string, string | undefined] {
  const [, name = host, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(host) ?? []
  return [name, port]
}

function partCovers(outer: string, inner: string): boolean {
  if (inner === '.' || inner === '..' || inner === '') return outer === inner
  return textCovers(outer, inner)
}

/** `*` stands for any run of characters; a `*` of `inner` is only covered by a `*`. Linear in the product of lengths. */
function textCovers(outer: string, inner: string): boolean {
  let o = 0
  let i = 0
  let star = -1
  let resume = 0
  while (i < inner.length) {
    if (outer[o] === '*') {
      star = o
      resume = i
      o += 1
    } else if (o < outer.length && outer[o] === inner[i] && inner[i] !== '*') {
      o += 1
      i += 1
    } else if (star >= 0) {
      o = star + 1
      resume += 1
      i = resume
    } else {
      return false
    }
  }
  while (outer[o] === '*') o += 1
  return o === outer.length
}
