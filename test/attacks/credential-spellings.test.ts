// A secret in an address, in every spelling that a parser forgives: it is refused, and in no message, file or list.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { resolutionProblem } from '../../src/lock/resolution.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { runCli } from '../support/run-cli.ts'
import { writeTree } from '../support/skill-tree.ts'
import { testIo } from '../support/test-io.ts'

const SECRET = 's3cret-pa55'

describe('a secret', () => {
  it.each([
    `https://u:${SECRET}@h.test/a/b`,
    `https:/u:${SECRET}@h.test/a/b`,
    `https:u:${SECRET}@h.test/a/b`,
    `https:\\\\u:${SECRET}@h.test\\a`,
    `http:\\\\u:${SECRET}@h.test\\a`,
    `https://u:${SECRET}/x@h.test/a/b`,
    `user:${SECRET}@h.test:a/b`,
    `ftp://u:${SECRET}@h.test/a`,
    `git+https:u:${SECRET}@h.test/a`,
  ])('in %s is refused and not shown', async (address) => {
    const { root, home } = testIo()
    for (const form of [[], ['--json']]) {
      const run = await runCli(['add', address, '-y', ...form], { cwd: root, env: { HOME: home } })
      expect(run.exit).toBeGreaterThan(1)
      expect(run.stdout + run.stderr).not.toContain(SECRET)
    }
  })

  it.each(['token', 'private_token', 'access_token', 'X-Amz-Signature', 'sig', 'api_key', 'jwt'])(
    'in the query parameter %s is refused, typed or locked',
    async (name) => {
      const url = `https://h.test/a.tar.gz?ref=main&${name}=${SECRET}`
      await expect(() => parseSpec(url)).toThrowCode('spec_credentials')
      const digest = `sha256:${'0'.repeat(64)}`
      expect(resolutionProblem({ kind: 'archive', url, digest })?.field).toBe('url')
    },
  )

  it('that a lock brings in a spec is refused and not shown', async () => {
    const { home, project } = testIo()
    const entry = {
      spec: `https://u:${SECRET}@h.test/a/b`,
      resolution: { kind: 'path', path: './x' },
      integrity: `h1:${'A'.repeat(43)}=`,
      signer: 'unsigned',
      capabilities: {},
      dependencies: {},
    }
    writeTree(project, { 'skills.lock': JSON.stringify({ lockfileVersion: 1, skills: { x: entry } }) })
    for (const args of [['list'], ['list', '--json'], ['info', 'x']]) {
      const run = await runCli(args, { cwd: project, env: { HOME: home } })
      expect(run.exit).toBe(3)
      expect(run.stdout + run.stderr).not.toContain(SECRET)
    }
    for (const entry of readdirSync(home, { recursive: true, withFileTypes: true })) {
      if (entry.isFile())
        expect(readFileSync(join(entry.parentPath, entry.name), 'latin1')).not.toContain(SECRET)
    }
  })
})
