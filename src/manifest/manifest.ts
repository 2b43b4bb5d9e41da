// SKILL.md and skill.toml of one folder to one Manifest. Without a manifest the skill cannot be used.
import { hasErrors, type Diagnostic } from '../errors/diagnostic.ts'
import type { SkillFile } from '../integrity/tree.ts'
import { displayShort } from '../platform/text.ts'
import { readSkillToml, type SkillContract } from './contract.ts'
import { strayFiles } from './stray-files.ts'
import { readSkillMd, type ReadOptions, type SkillMd } from './skill-md.ts'

export interface Manifest {
  readonly name: string
  readonly description: string
  /** Of skill.toml, else `metadata.version` of SKILL.md. */
  readonly version?: string
  readonly skill: SkillMd
  /** Absent when there is no skill.toml. */
  readonly contract?: SkillContract
  readonly dependencies: Readonly<Record<string, string>>
}

export interface ManifestResult {
  readonly manifest?: Manifest
  readonly diagnostics: Diagnostic[]
}

/** Reads the manifest of a skill whose paths are relative to its own root. A broken skill.toml leaves no manifest. */
export function readManifest(files: readonly SkillFile[], options: ReadOptions): ManifestResult {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const markdown = byPath.get('SKILL.md') ?? byPath.get('skill.md')
  if (!markdown) {
    const message = 'There is no SKILL.md'
    const hint = 'a skill is a folder with a SKILL.md'
    return { diagnostics: [{ severity: 'error', code: 'skill_md_missing', message, file: 'SKILL.md', hint }] }
  }
  const { skill, diagnostics } = readSkillMd(markdown.bytes, options)
  if (options.mode === 'strict') diagnostics.push(...strayFiles([...byPath.keys()]))
  const toml = byPath.get('skill.toml')
  if (!toml) return { ...(skill ? { manifest: manifestOf(skill, undefined) } : {}), diagnostics }

  const { contract, diagnostics: findings, lineOf } = readSkillToml(toml.bytes)
  if (contract && skill) findings.push(...compare(skill, contract, { byPath, lineOf }))
  const all = [...diagnostics, ...findings]
  if (!skill || !contract || hasErrors(findings)) return { diagnostics: all }
  return { manifest: manifestOf(skill, contract), diagnostics: all }
}

function manifestOf(skill: SkillMd, contract: SkillContract | undefined): Manifest {
  const version = contract?.version ?? skill.version
  return {
    name: skill.name,
    description: skill.description,
    ...(version === undefined ? {} : { version }),
    skill,
    ...(contract ? { contract } : {}),
    dependencies: contract?.dependencies ?? {},
  }
}

interface Surroundings {
  readonly byPath: ReadonlyMap<string, SkillFile>
  readonly lineOf: (path: readonly (string | number)[]) => number
}

/** Where the two files, or a file and the folder, contradict each other. */
function compare(skill: SkillMd, contract: SkillContract, { byPath, lineOf }: Surroundings): Diagnostic[] {
  const findings: Diagnostic[] = []
  const report = (
    severity: 'error' | 'warning',
    code: string,
    path: readonly (string | number)[],
    message: string,
  ): void => void findings.push({ severity, code, message, file: 'skill.toml', line: lineOf(path) })
  if (contract.name !== undefined && contract.name !== skill.name) {
    const message = `skill.name is ${contract.name}, but SKILL.md says ${displayShort(skill.name, 80)}`
    report('error', 'name_mismatch', ['skill', 'name'], message)
  }
  if (contract.version !== undefined && skill.version !== undefined && contract.version !== skill.version) {
    const message = `skill.version is ${contract.version}, but metadata.version of SKILL.md is ${displayShort(skill.version, 40)}`
    report('warning', 'version_mismatch', ['skill', 'version'], message)
  }
  for (const [index, tool] of contract.tools.entries()) {
    const isFile = tool.provider === 'python' || tool.provider === 'wasm'
    if (isFile && !byPath.has(tool.entry)) {
      const message = `tools[${index}].entry: the skill has no file ${displayShort(tool.entry, 80)}`
      report('error', 'tool_entry_missing', ['tools', index, 'entry'], message)
    }
    const problem = isFile && entryProblem(tool.provider, byPath.get(tool.entry)?.bytes)
    if (problem)
      report(
        'error',
        'tool_entry_invalid',
        ['tools', index, 'entry'],
        `tools[${index}].entry: ${displayShort(tool.entry, 80)} ${problem}`,
      )
  }
  for (const [index, { file }] of contract.knowledge.entries()) {
    if (byPath.has(file)) continue
    const message = `knowledge[${index}].file: the skill has no file ${displayShort(file, 80)}`
    report('error', 'knowledge_missing', ['knowledge', index, 'file'], message)
  }
  return findings
}

/** The eight bytes that a WebAssembly module, version 1, starts with. Components have another version, and are no tools. */
const WASM_MODULE = Buffer.from([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00])

function entryProblem(provider: string, bytes: Uint8Array | undefined): string | undefined {
  if (!bytes) return undefined
  if (bytes.length === 0) return 'is empty'
  if (provider === 'wasm' && !WASM_MODULE.equals(bytes.subarray(0, 8))) return 'is not a WebAssembly module'
  return undefined
}
