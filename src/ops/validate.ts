// Checks a skill folder as its author would want it checked: the strict reading, and the capabilities it needs.
// Reads by the same road as `add`, so what passes here can be installed. Writes nothing.
import { basename, dirname, relative, resolve } from 'node:path'
import { type Diagnostic, hasErrors } from '../errors/diagnostic.ts'
import { SkillsError } from '../errors/error.ts'
import { digestOfFiles } from '../integrity/tree.ts'
import { discoverSkills } from '../manifest/discover.ts'
import { readManifest } from '../manifest/manifest.ts'
import { pluginFilePaths } from '../manifest/plugins.ts'
import { capabilityRequest, type CapabilityRequest } from '../manifest/request.ts'
import { underDeclared } from '../manifest/under-declared.ts'
import { displayText } from '../platform/text.ts'
import { readSkills } from '../sources/read-skill.ts'
import type { Resolution, SourceTree } from '../sources/source.ts'
import { openSpec, sourceIo } from './open-source.ts'
import type { Io } from './io.ts'
import { findScope } from './scope.ts'

export interface ValidateRequest {
  /** Folders with a SKILL.md, or folders that hold such folders. Relative ones start from the working directory. */
  readonly paths: readonly string[]
}

export interface ValidatedSkill {
  /** Relative to the working directory where it is below it, else absolute. */
  readonly path: string
  readonly name?: string
  readonly request?: CapabilityRequest
  readonly integrity?: string
  readonly diagnostics: readonly Diagnostic[]
}

export interface ValidateResult {
  /** False when any skill has an error. */
  readonly ok: boolean
  readonly skills: readonly ValidatedSkill[]
}

/** @throws source_not_found, skill_not_found when a path holds no skill; what is wrong with a skill is a diagnostic */
export async function validate({ paths }: ValidateRequest, io: Io): Promise<ValidateResult> {
  const skills = new Map<string, ValidatedSkill>()
  for (const path of paths) {
    for (const [folder, skill] of await validatePath(path, io)) skills.set(folder, skill)
  }
  const all = [...skills.values()]
  return { ok: !all.some((skill) => hasErrors(skill.diagnostics)), skills: all }
}

/** The skills by absolute folder. */
async function validatePath(path: string, io: Io): Promise<[string, ValidatedSkill][]> {
  const { cwd } = io.settings
  const wanted = resolve(cwd, path)
  const root = /^skill\.md$/i.test(basename(wanted)) ? dirname(wanted) : wanted
  const scope = findScope(io.settings, false)
  const { tree, resolution } = await openSpec({ kind: 'path', path: root }, sourceIo(io, scope, true))
  try {
    const dirs = await skillDirs(tree)
    if (dirs.length === 0) {
      throw new SkillsError('skill_not_found', `No SKILL.md in ${displayText(root)}`, {
        hint: 'name the folder of a skill; `skills init NAME` starts one',
      })
    }
    const found: [string, ValidatedSkill][] = []
    for (const dir of dirs) {
      const folder = resolve(root, dir)
      const inside = relative(cwd, folder)
      const shown = inside === '' ? '.' : inside.startsWith('..') ? folder : inside
      found.push([
        folder,
        { path: shown, ...(await validateSkill({ tree, resolution, dir }, basename(folder))) },
      ])
    }
    return found
  } finally {
    tree.close()
  }
}

async function skillDirs(tree: SourceTree): Promise<string[]> {
  const paths = tree.entries.map((entry) => entry.path)
  if (paths.some((path) => path === 'SKILL.md' || path === 'skill.md')) return ['']
  const plugins = pluginFilePaths(paths)
  const bytes = await tree.read(plugins)
  const files = plugins.map((path, index) => ({ path, bytes: bytes[index] ?? new Uint8Array() }))
  return discoverSkills(paths, files).folders.map((folder) => folder.dir)
}

interface Place {
  readonly tree: SourceTree
  readonly resolution: Resolution
  readonly dir: string
}

async function validateSkill(place: Place, folder: string): Promise<Omit<ValidatedSkill, 'path'>> {
  try {
    const [fetched] = await readSkills(place.tree, place.resolution, [place.dir])
    const files = fetched?.files ?? []
    const { manifest, diagnostics } = readManifest(files, { folder, mode: 'strict' })
    const integrity = digestOfFiles(files)
    if (!manifest) return { integrity, diagnostics }
    const request = capabilityRequest(manifest, files)
    const all = [...diagnostics, ...underDeclared(request.lines, manifest.skill.bodyLine)]
    return { name: manifest.name, request, integrity, diagnostics: all }
  } catch (error) {
    if (!(error instanceof SkillsError)) throw error
    const { code, message, hint } = error
    return {
      diagnostics: [{ severity: 'error', code, message, file: '.', ...(hint !== undefined && { hint }) }],
    }
  }
}
