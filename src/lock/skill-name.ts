// What a skill may be called as a key of skills.json and skills.lock: safe as a folder name on every system and as a
// property name. Names from files, archives and command lines all come through here before they join a path.
import { SkillsError } from '../errors/error.ts'
import { displayShort } from '../platform/text.ts'

/** The characters of a name; `nameProblem` has more to say. */
export const SKILL_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const RESERVED = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i

/** Why `name` cannot name a skill, as the end of a sentence (`… is longer than 64 characters`); undefined when it can. */
export function nameProblem(name: string): string | undefined {
  if (SKILL_NAME.test(name) && !name.endsWith('.') && !RESERVED.test(name) && !(name in Object.prototype))
    return undefined
  if (name === '') return 'is empty'
  if (name.length > 64) return 'is longer than 64 characters'
  if (RESERVED.test(name)) return 'is a device name on Windows'
  if (name in Object.prototype) return 'is a property of every object'
  if (/[/\\]/.test(name)) return 'holds a path separator'
  if (name === '.' || name === '..' || name.endsWith('.')) return 'ends with a dot'
  if (!/^[a-z0-9]/i.test(name)) return 'does not begin with a letter or digit'
  return 'holds a character other than letters, digits, dots, hyphens and underscores'
}

/** @throws name_invalid */
export function assertSkillName(name: string): void {
  const problem = nameProblem(name)
  if (problem === undefined) return
  throw new SkillsError('name_invalid', `The skill name ${displayName(name)} ${problem}`, {
    hint: 'use 1 to 64 letters, digits and hyphens; with add, --as NAME gives another name',
  })
}

/** A name in quotes, safe to show however bad it is. */
export function displayName(name: string): string {
  return `"${displayShort(name, 80)}"`
}
