// A skill in the forms that other people's tools fetch. Pure; the same bytes for the same version, always.
import { sha256Hex } from '../../src/integrity/digest.ts'
import type { SkillFile } from '../../src/integrity/tree.ts'
import { writeTarGz } from '../archives/tar-gz.ts'

interface About {
  /** `@scope/name`. */
  readonly name: string
  readonly version: string
  readonly description: string
}

/**
 * The npm package of a skill, as `npm pack` would make it: a Claude Code plugin whose one skill is in `skills/<name>/`.
 * It has no scripts and no dependencies.
 */
export function npmPackage({ name, version, description }: About, files: readonly SkillFile[]): Buffer {
  const skill = name.slice(name.indexOf('/') + 1)
  const json = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value, null, 2)}\n`)
  return writeTarGz(
    [
      { path: 'package.json', bytes: json({ name, version, description }) },
      { path: '.claude-plugin/plugin.json', bytes: json({ name: skill, version, description }) },
      ...files.map(({ path, bytes }) => ({ path: `skills/${skill}/${path}`, bytes })),
    ],
    'package',
  )
}

/** The files that ClawHub's clients take for text, by their extension; files without one are judged by content. */
const TEXT = new Set(
  (
    'md mdx txt json json5 yaml yml toml js cjs mjs ts tsx jsx py sh ps1 psm1 psd1 r rb go rs swift kt java cs cpp c h ' +
    'hpp sql csv tsv ini cfg conf env properties dat xml html css scss sass svg'
  ).split(' '),
)

/**
 * SHA-256 over `path:sha256` lines of the text files, hidden ones left out, in the order of `localeCompare`: how
 * ClawHub's clients recognise a version (`buildSkillFingerprint` of the npm package clawhub).
 */
export function fingerprintOf(files: readonly SkillFile[]): string {
  const lines = files
    .filter(({ path, bytes }) => !/(?:^|\/)\./.test(path) && isText(path, bytes))
    .sort((a, b) => a.path.localeCompare(b.path, 'en'))
    .map(({ path, bytes }) => `${path}:${sha256Hex(bytes)}`)
  return sha256Hex(lines.join('\n'))
}

function isText(path: string, bytes: Uint8Array): boolean {
  const extension = /[^/]\.([^./]*)$/.exec(path)?.[1]
  if (extension) return TEXT.has(extension.toLowerCase())
  const sample = bytes.subarray(0, 4096)
  if (sample.includes(0)) return false
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(sample)
    return true
  } catch {
    return false
  }
}
