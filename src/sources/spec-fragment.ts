// The part of a spec after `#`: a ref, a version range, a folder, a digest. Pure.
import { SkillsError } from '../errors/error.ts'
import { pathProblem } from '../platform/path-name.ts'
import { displayShort } from '../platform/text.ts'

/** What a fragment says; `ref` and `range` never together. */
export interface Fragment {
  readonly ref?: string
  readonly range?: string
  readonly subdir?: string
  readonly digest?: string
  /** A skill of a site's index. */
  readonly skill?: string
  /** The address of a registry. */
  readonly registry?: string
}

/**
 * Parts joined by `&`: `semver:RANGE`, `path:FOLDER`, `sha256:HEX` (or `=`), `skill:NAME`, `registry:URL`, and a bare
 * part is a ref.
 * @throws spec_invalid | ref_invalid
 */
export function parseFragment(text: string): Fragment {
  const found: { -readonly [K in keyof Fragment]: string } = {}
  const set = (key: keyof Fragment, value: string) => {
    if (found[key] !== undefined) {
      throw new SkillsError('spec_invalid', `The source names two of the same: #${displayShort(text, 200)}`)
    }
    found[key] = value
  }
  for (const raw of text === '' ? [] : text.split('&')) {
    const part = decode(raw)
    const [, key, value = ''] = /^(semver|path|sha256|skill|registry)[:=](.*)$/s.exec(part) ?? []
    if (key === 'semver') set('range', checkedRange(value))
    else if (key === 'path') set('subdir', checkedSubdir(value))
    else if (key === 'sha256') set('digest', checkedDigest(`sha256:${value}`))
    else if (key === 'skill' || key === 'registry') set(key, value)
    else set('ref', checkedRef(part))
  }
  if (found.ref !== undefined && found.range !== undefined) {
    throw new SkillsError(
      'spec_invalid',
      `The source names a ref and a version range: #${displayShort(text, 200)}`,
    )
  }
  if (found.subdir === '') delete found.subdir
  return found
}

/** The text that `parseFragment` reads back, with `#`; empty when there is nothing to say. */
export function formatFragment(fragment: Fragment): string {
  const parts: string[] = []
  if (fragment.ref !== undefined) parts.push(encode(fragment.ref))
  if (fragment.range !== undefined) parts.push(`semver:${encode(fragment.range)}`)
  if (fragment.subdir !== undefined) parts.push(`path:${encode(fragment.subdir)}`)
  if (fragment.digest !== undefined) parts.push(fragment.digest)
  if (fragment.skill !== undefined) parts.push(`skill:${encode(fragment.skill)}`)
  if (fragment.registry !== undefined) parts.push(`registry:${encode(fragment.registry)}`)
  return parts.length === 0 ? '' : `#${parts.join('&')}`
}

/**
 * A branch, tag or full commit id that git may be given; a commit id in lower case. The rules of git-check-ref-format,
 * which leave no room for options (`-x`), ranges (`a..b`), reflogs (`@{1}`) or refspecs (`a:b`, `+a`, `^a`).
 * @throws ref_invalid
 */
export function checkedRef(ref: string): string {
  const bad =
    ref === '' ||
    ref === '@' ||
    Buffer.byteLength(ref) > 255 ||
    /^[-+/.]|[/.]$|\.\.|\/\/|\/\.|\.lock(?:\/|$)|@\{|[\s~^:?*[\\]/.test(ref) ||
    displayShort(ref, 1000) !== ref
  if (bad) {
    throw new SkillsError('ref_invalid', `Not a branch, tag or commit: ${displayShort(ref, 100)}`, {
      hint: 'write the name as the repository lists it',
    })
  }
  return isCommitId(ref.toLowerCase()) ? ref.toLowerCase() : ref
}

/** True for 40 or 64 lower-case hexadecimal digits. */
export function isCommitId(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)
}

/**
 * A version range or the name of a version such as `latest`, by its characters alone.
 * @throws ref_invalid
 */
export function checkedRange(range: string): string {
  if (range.trim() !== range || range === '' || range.length > 200 || !/^[\w.+*^~<>=| -]+$/.test(range)) {
    throw new SkillsError('ref_invalid', `Not a version range: ${displayShort(range, 100)}`, {
      hint: 'write for example #semver:^1.2',
    })
  }
  return range
}

/**
 * A folder inside a source, without `./` and slashes at the ends; empty for the root.
 * @throws spec_invalid
 */
export function checkedSubdir(text: string): string {
  const subdir = text
    .replace(/^(?:\.?\/+)+/, '')
    .replace(/(?<!\/)\/+$/, '')
    .replace(/^\.$/, '')
  const problem = subdir === '' ? undefined : pathProblem(subdir)
  if (problem) {
    throw new SkillsError(
      'spec_invalid',
      `Not a folder inside the source: ${displayShort(text, 200)} (${problem})`,
    )
  }
  return subdir
}

/** @throws spec_invalid */
export function checkedDigest(digest: string): string {
  const lower = digest.toLowerCase()
  if (!/^sha256:[0-9a-f]{64}$/.test(lower)) {
    throw new SkillsError('spec_invalid', `Not a digest: ${displayShort(digest, 100)}`, {
      hint: 'write sha256: and 64 hexadecimal digits',
    })
  }
  return lower
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** Only what would be read as something else; a range and a path stay legible. */
function encode(text: string): string {
  return text.replace(/[%&#]/g, (char) => encodeURIComponent(char))
}
