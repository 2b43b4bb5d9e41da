// What must hold of a project on disk whatever happened to the processes that worked on it.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { digestOfFiles } from '../../src/integrity/tree.ts'
import { readPlainFiles } from '../../src/store/tree.ts'
import { loadLockfile, loadProject } from '../../src/lock/file.ts'

/** Names and digests of the copies that an agent would see. */
export function visibleSkills(project: string): Map<string, string> {
  const folder = join(project, '.agents', 'skills')
  const names = existsSync(folder) ? readdirSync(folder) : []
  return new Map(names.map((name) => [name, digestOfFiles(readPlainFiles(join(folder, name)) ?? [])]))
}

/** Every disagreement between skills.json, skills.lock and the copies; empty when all agree. */
export function disagreements(project: string): string[] {
  const visible = visibleSkills(project)
  const locked = loadLockfile(join(project, 'skills.lock'))?.skills ?? {}
  const wanted = loadProject(join(project, 'skills.json'))?.skills ?? {}
  const names = new Set([...visible.keys(), ...Object.keys(locked), ...Object.keys(wanted)])
  return [...names].flatMap((name) => {
    const entry = locked[name]
    if (!entry) return [`${name} is not locked`]
    if (wanted[name] !== entry.spec) return [`${name} is not in skills.json`]
    return visible.get(name) === entry.integrity ? [] : [`${name} is not what the lock says`]
  })
}
