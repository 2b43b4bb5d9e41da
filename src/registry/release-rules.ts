// What a new version may ask for, compared with the one before it. Pure: server and client judge the same.
import type { Capabilities } from '../capabilities/capabilities.ts'
import { diffCapabilities, type CapabilityChange } from '../capabilities/diff.ts'
import { capabilitiesOf, rulesOf } from '../capabilities/rules.ts'

/** A version and what it asks for. */
export interface Release {
  readonly version: string
  readonly capabilities: Capabilities
  readonly optionalCapabilities?: Capabilities
}

export interface Widening {
  /** `refuse` in a patch release, `warn` in a minor one. A major one may ask for anything. */
  readonly verdict: 'refuse' | 'warn'
  readonly previous: string
  /** Only changes that allow more. */
  readonly changes: readonly CapabilityChange[]
}

/** How `next` asks for more than `previous`, the greatest version below it; undefined when that is fine. */
export function wideningOf(previous: Release, next: Release): Widening | undefined {
  const [oldMajor, oldMinor] = numbersOf(previous.version)
  const [major, minor] = numbersOf(next.version)
  if (major !== oldMajor) return undefined
  const changes = [
    ...wider(previous.capabilities, next.capabilities),
    // What was asked for outright may become an extra.
    ...wider(everything(previous), everything(next)),
  ].filter(isNew)
  if (changes.length === 0) return undefined
  return { verdict: minor === oldMinor ? 'refuse' : 'warn', previous: previous.version, changes }
}

/** One change as a line of a message: `network gets api.example.org`. */
export function describeChange({ change, capability, before, after }: CapabilityChange): string {
  if (change === 'added') return `${capability} gets ${after ?? ''}`
  if (change === 'removed') return `${capability} loses ${before ?? ''}`
  if (after === undefined) return `${capability} is no longer held by ${before ?? ''}`
  return `${capability} goes from ${before ?? 'nothing'} to ${after}`
}

function everything({ capabilities, optionalCapabilities }: Release): Capabilities {
  return capabilitiesOf([...rulesOf(capabilities), ...rulesOf(optionalCapabilities ?? {})])
}

function wider(before: Capabilities, after: Capabilities): CapabilityChange[] {
  return diffCapabilities(before, after).filter(({ change }) => change === 'added' || change === 'widened')
}

function isNew(change: CapabilityChange, index: number, all: readonly CapabilityChange[]): boolean {
  return (
    all.findIndex(
      (other) =>
        other.capability === change.capability &&
        other.before === change.before &&
        other.after === change.after,
    ) === index
  )
}

function numbersOf(version: string): [number, number] {
  const [major = '0', minor = '0'] = version.split('.')
  return [Number(major), Number(minor)]
}
