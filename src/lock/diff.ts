// What changed between two locks, by name and field. Pure; says nothing of what the change means.
import type { Lockfile } from './lockfile.ts'

export interface LockfileDiff {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  /** Entries in both that differ, with the fields that do. */
  readonly changed: readonly { readonly name: string; readonly fields: readonly string[] }[]
}

/** Names are in order; a field counts as changed when its value differs in anything but the order of keys. */
export function diffLockfiles(before: Lockfile, after: Lockfile): LockfileDiff {
  const names = (lock: Lockfile) => Object.keys(lock.skills).sort()
  const has = (lock: Lockfile, name: string) => Object.hasOwn(lock.skills, name)
  const changed = names(after)
    .filter((name) => has(before, name))
    .map((name) => ({ name, fields: changedFields(before.skills[name], after.skills[name]) }))
    .filter(({ fields }) => fields.length > 0)
  return {
    added: names(after).filter((name) => !has(before, name)),
    removed: names(before).filter((name) => !has(after, name)),
    changed,
  }
}

function changedFields(before: object | undefined, after: object | undefined): string[] {
  const old = new Map<string, unknown>(Object.entries(before ?? {}))
  const now = new Map<string, unknown>(Object.entries(after ?? {}))
  const fields = [...new Set([...old.keys(), ...now.keys()])].sort()
  return fields.filter((field) => !equal(old.get(field), now.get(field)))
}

function equal(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  const keys = Object.keys(a)
  if (Array.isArray(a) !== Array.isArray(b) || keys.length !== Object.keys(b).length) return false
  return keys.every((key) => Object.hasOwn(b, key) && equal(Reflect.get(a, key), Reflect.get(b, key)))
}
