// Starts a new skill folder, or a project's skills.json. Never overwrites.
import { lstatSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { SkillsError } from '../errors/error.ts'
import { expandAgents } from '../link/agents.ts'
import { saveText } from '../lock/file.ts'
import { formatProject } from '../lock/project.ts'
import { displayShort, displayText } from '../platform/text.ts'
import type { Io } from './io.ts'

export interface InitRequest {
  /** The new skill's name and folder; with `project`, ignored. Absent: the working directory becomes the skill. */
  readonly name?: string
  readonly description?: string
  readonly project?: boolean
  readonly agents?: readonly string[]
}

export interface InitResult {
  readonly kind: 'skill' | 'project'
  /** Absolute. */
  readonly path: string
  readonly files: readonly string[]
}

/** @throws name_invalid, skill_exists, agent_unknown, fs_failed when skills.json stands already, permission_denied */
export async function init(request: InitRequest, { settings }: Io): Promise<InitResult> {
  return request.project ? initProject(request, settings.cwd) : initSkill(request, settings.cwd)
}

function initProject({ agents = [] }: InitRequest, cwd: string): InitResult {
  const ids = expandAgents(agents).map((agent) => agent.id)
  const file = join(cwd, 'skills.json')
  if (exists(file)) {
    throw new SkillsError('fs_failed', `There is a skills.json already: ${displayText(file)}`, {
      hint: 'edit it, or run skills add',
      details: { file },
    })
  }
  saveText(file, formatProject({ skills: {}, ...(ids.length > 0 && { agents: ids }) }))
  return { kind: 'project', path: cwd, files: ['skills.json'] }
}

function initSkill({ name, description }: InitRequest, cwd: string): InitResult {
  const path = name === undefined ? cwd : resolve(cwd, assertNewName(name))
  const known = assertNewName(name ?? basename(cwd))
  const files: readonly (readonly [string, string])[] = [
    ['SKILL.md', skillMd(known, description ?? 'What this skill does, and when to use it.')],
    ['skill.toml', SKILL_TOML],
  ]
  const taken = [...files.map(([file]) => file), 'skill.md'].find((file) => exists(join(path, file)))
  if (taken !== undefined) {
    throw new SkillsError('skill_exists', `There is a ${taken} already in ${displayText(path)}`, {
      hint: 'choose another name, or edit what is there',
      details: { file: join(path, taken) },
    })
  }
  for (const [file, text] of files) saveText(join(path, file), text)
  return { kind: 'skill', path, files: files.map(([file]) => file) }
}

/** The format's own rule, which is stricter than what a lock may hold. */
function assertNewName(name: string): string {
  if (/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name) && name.length <= 64) return name
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64)
  throw new SkillsError('name_invalid', `A skill cannot be named "${displayShort(name, 80)}"`, {
    hint: `use a-z, 0-9 and single hyphens${slug ? `, such as ${slug}` : ''}`,
  })
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

function skillMd(name: string, description: string): string {
  // A JSON string is a YAML string.
  const title = name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ')
  return `---
name: ${name}
description: ${JSON.stringify(description)}
---

# ${title}

What the agent shall do, step by step. Put longer material into references/ and programs into scripts/.
`
}

const SKILL_TOML = `[skill]
version = "0.1.0"

# What the skill may do. What is not here it may not do; without this file it is inferred.
[capabilities]
`
