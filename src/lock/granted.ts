// Whether a value from a lockfile has the shape of Capabilities. What a rule means is for src/capabilities to judge when
// a decision rests on it; here nothing unknown, nothing nested and nothing but text and numbers gets through.
import type { FieldProblem } from './resolution.ts'
import { isObject } from './json-text.ts'

type Shape = 'texts' | 'text' | 'number' | 'secrets'
type Group = Readonly<Record<string, Shape>>

const GROUPS: Readonly<Record<string, Group | Shape>> = {
  terminal: { allow: 'texts', deny: 'texts' },
  filesystem: { read: 'texts', write: 'texts', deny: 'texts' },
  network: { hosts: 'texts' },
  env: { required: 'texts', optional: 'texts' },
  secrets: 'secrets',
  tools: 'texts',
  resources: { memory: 'text', cpus: 'number', pids: 'number', timeout: 'text', output: 'text' },
}

/** The only fields that may not be left out of their group. */
const REQUIRED: Readonly<Record<string, string>> = { terminal: 'allow', network: 'hosts' }

/** What keeps `value` from having the shape of Capabilities, or undefined. */
export function capabilitiesProblem(value: unknown): FieldProblem | undefined {
  if (!isObject(value)) return { field: '', problem: value === undefined ? 'is missing' : 'is not an object' }
  for (const name in value) {
    const group = Object.hasOwn(GROUPS, name) ? GROUPS[name] : undefined
    if (group === undefined) return { field: name, problem: 'is not a capability that this version knows' }
    const problem =
      typeof group === 'string' ? shapeProblem(value[name], group) : groupProblem(value[name], name, group)
    if (typeof problem === 'string') return { field: name, problem }
    if (problem) return problem
  }
  return undefined
}

function groupProblem(value: unknown, name: string, group: Group): FieldProblem | undefined {
  if (!isObject(value)) return { field: name, problem: 'is not an object' }
  const required = REQUIRED[name]
  if (required !== undefined && !Object.hasOwn(value, required)) {
    return { field: `${name}.${required}`, problem: 'is missing' }
  }
  for (const field in value) {
    const shape = Object.hasOwn(group, field) ? group[field] : undefined
    const problem =
      shape === undefined ? 'is not a field that this version knows' : shapeProblem(value[field], shape)
    if (problem !== undefined) return { field: `${name}.${field}`, problem }
  }
  return undefined
}

function shapeProblem(value: unknown, shape: Shape): string | undefined {
  switch (shape) {
    case 'text':
      return typeof value === 'string' && value !== '' ? undefined : 'is not text'
    case 'number':
      return typeof value === 'number' && value > 0 ? undefined : 'is not a number above zero'
    case 'texts':
      return Array.isArray(value) && value.every(isText) ? undefined : 'is not a list of texts'
    case 'secrets':
      return Array.isArray(value) && value.every(isSecret) ? undefined : 'is not a list of {name, reason}'
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isSecret(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 2 && isText(value.name) && isText(value.reason)
}
