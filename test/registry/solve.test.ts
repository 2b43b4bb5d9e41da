import fc from 'fast-check'
import { satisfies } from 'semver'
import { describe, expect, test } from 'vitest'
import { SkillsError } from '../../src/errors/error.ts'
import type { SkillDocument } from '../../src/registry/protocol.ts'
import { solve, type Need, type SolveRequest } from '../../src/registry/solve.ts'
import { holdsAlways } from '../support/property.ts'

/** Skills by name, each version with what it needs: `{ a: { '1.0.0': { b: '^1' } } }`. */
type Catalogue = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>

function documentOf(catalogue: Catalogue, name: string): SkillDocument {
  const versions = catalogue[name.slice(3)]
  if (!versions) throw new SkillsError('skill_not_found', `There is no skill ${name}`)
  return {
    name,
    description: 'x',
    version: Object.keys(versions).at(-1) ?? '',
    downloads: 0,
    updatedAt: '2026-01-01T00:00:00Z',
    capabilities: [],
    signed: false,
    certified: false,
    tags: {},
    owners: [],
    dependents: 0,
    versions: Object.entries(versions).map(([version, dependencies]) => ({
      version,
      digest: `sha256:${'0'.repeat(64)}`,
      integrity: `h1:${'A'.repeat(43)}=`,
      publishedAt: '2026-01-01T00:00:00Z',
      publisher: 'ada',
      size: 1,
      signer: 'unsigned',
      dependencies: { ...dependencies },
    })),
  }
}

function request(
  catalogue: Catalogue,
  roots: Readonly<Record<string, string>>,
  locked: Readonly<Record<string, string>> = {},
): SolveRequest {
  return {
    roots: Object.entries(roots).map(([name, range]): Need => ({
      name: `@s/${name}`,
      range,
      chain: ['skills.json'],
    })),
    document: async (name) => documentOf(catalogue, name),
    rules: (name) => ({ locked: locked[name.slice(3)] }),
    prefer: (name) => locked[name.slice(3)],
    target: (key) => `@s/${key}`,
  }
}

async function versions(...args: Parameters<typeof request>): Promise<Record<string, string>> {
  const solution = await solve(request(...args))
  return Object.fromEntries([...solution].map(([name, { version }]) => [name.slice(3), version.version]))
}

async function refused(...args: Parameters<typeof request>): Promise<SkillsError> {
  return solve(request(...args)).then(
    () => expect.unreachable('solved'),
    (error: unknown) => error as SkillsError,
  )
}

describe('solve', () => {
  test('takes the newest that every range allows, one version a name', async () => {
    const catalogue = {
      report: { '1.0.0': { pdf: '^1' } },
      pdf: { '1.0.0': {}, '1.5.0': { font: '*' }, '2.0.0': {} },
      font: { '0.1.0': {} },
    }
    expect(await versions(catalogue, { report: '*' })).toEqual({
      report: '1.0.0',
      pdf: '1.5.0',
      font: '0.1.0',
    })
    expect(await versions(catalogue, { report: '*', pdf: '<1.5' })).toEqual({ report: '1.0.0', pdf: '1.0.0' })
  })

  test('keeps what is locked where it fits, and moves it where it does not', async () => {
    const catalogue = { report: { '1.0.0': { pdf: '^1.1' } }, pdf: { '1.0.0': {}, '1.1.0': {}, '1.2.0': {} } }
    expect(await versions(catalogue, { report: '*' }, { pdf: '1.1.0' })).toMatchObject({ pdf: '1.1.0' })
    expect(await versions(catalogue, { report: '*' }, { pdf: '1.0.0' })).toMatchObject({ pdf: '1.2.0' })
  })

  test('takes an older version of what was asked for, when only that one has dependencies that agree', async () => {
    const catalogue = {
      report: { '1.0.0': { pdf: '^1' }, '2.0.0': { pdf: '^2' } },
      mail: { '1.0.0': { pdf: '^1' } },
      pdf: { '1.0.0': {}, '2.0.0': {} },
    }
    expect(await versions(catalogue, { report: '*', mail: '*' })).toEqual({
      report: '1.0.0',
      mail: '1.0.0',
      pdf: '1.0.0',
    })
  })

  test('allows skills that need each other', async () => {
    const catalogue = { a: { '1.0.0': { b: '^1' } }, b: { '1.0.0': { a: '^1' } } }
    expect(await versions(catalogue, { a: '*' })).toEqual({ a: '1.0.0', b: '1.0.0' })
  })

  test('explains a conflict by the two chains that cause it', async () => {
    const error = await refused(
      {
        report: { '1.0.0': { layout: '^1' } },
        layout: { '1.0.0': { pdf: '^2' } },
        pdf: { '1.0.0': {}, '2.0.0': {} },
      },
      { pdf: '^1', report: '*' },
    )
    expect(error.code).toBe('dependency_conflict')
    expect(error.message).toContain('skills.json needs @s/pdf ^1')
    expect(error.message).toContain('skills.json > @s/report@1.0.0 > @s/layout@1.0.0 needs @s/pdf ^2')
    expect(error.details.chains).toEqual([
      'skills.json > @s/pdf@^1',
      'skills.json > @s/report@1.0.0 > @s/layout@1.0.0 > @s/pdf@^2',
    ])
  })

  test('names the chain that leads to a skill which is nowhere', async () => {
    const error = await refused({ report: { '1.0.0': { ghost: '*' } } }, { report: '*' })
    expect(error.code).toBe('dependency_missing')
    expect(error.message).toContain('skills.json > @s/report@1.0.0 needs @s/ghost *')
    expect((await refused({}, { report: '*' })).code).toBe('skill_not_found')
    expect((await refused({ report: { '1.0.0': {} } }, { report: '^2' })).code).toBe('version_not_found')
  })

  test('finds a solution wherever there is one, and only then', async () => {
    const names = ['a', 'b', 'c', 'd']
    const range = fc.constantFrom('*', '^1', '^2', '1.0.0', '2.0.0', '<2')
    const needs = fc.dictionary(fc.constantFrom(...names), range, { maxKeys: 2 })
    const catalogue = fc.record(
      Object.fromEntries(
        names.map((name) => [
          name,
          fc.record({ '1.0.0': needs, '1.1.0': needs, '2.0.0': needs }, { requiredKeys: [] }),
        ]),
      ),
    )
    const roots = fc.dictionary(fc.constantFrom(...names), range, { minKeys: 1, maxKeys: 3 })
    await holdsAlways(
      fc.asyncProperty(catalogue, roots, async (made, asked) => {
        const known = made as unknown as Catalogue
        const expected = exists(known, asked)
        const solution = await versions(known, asked).catch(() => undefined)
        expect(solution !== undefined).toBe(expected)
        if (solution) expect(holds(known, asked, solution)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('ends with a catalogue that is made to take for ever', async () => {
    const catalogue: Record<string, Record<string, Record<string, string>>> = {
      z: { '1.0.0': {}, '2.0.0': {} },
    }
    for (let index = 0; index < 30; index++) {
      const next = index === 29 ? { z: '^1' } : { [`s${index + 1}`]: '*' }
      catalogue[`s${index}`] = Object.fromEntries(
        Array.from({ length: 20 }, (_, minor) => [
          `1.${minor}.0`,
          { ...next, ...(index === 0 && { z: '^2' }) },
        ]),
      )
    }
    expect((await refused(catalogue, { s0: '*' })).code).toBe('dependency_conflict')
  })
})

/** By trying everything. */
function exists(catalogue: Catalogue, roots: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(catalogue)
  const tryFrom = (index: number, chosen: Record<string, string>): boolean => {
    const name = names[index]
    if (name === undefined) return holds(catalogue, roots, chosen)
    const options = Object.keys(catalogue[name] ?? {})
    return (
      tryFrom(index + 1, chosen) ||
      options.some((version) => tryFrom(index + 1, { ...chosen, [name]: version }))
    )
  }
  return tryFrom(0, {})
}

function holds(
  catalogue: Catalogue,
  roots: Readonly<Record<string, string>>,
  chosen: Readonly<Record<string, string>>,
): boolean {
  const met = (needs: Readonly<Record<string, string>>): boolean =>
    Object.entries(needs).every(([name, range]) => {
      const version = chosen[name]
      return version !== undefined && satisfies(version, range)
    })
  return (
    met(roots) && Object.entries(chosen).every(([name, version]) => met(catalogue[name]?.[version] ?? {}))
  )
}
