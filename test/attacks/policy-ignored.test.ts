// A rule that somebody relies on and this version does not enforce: refused, in the project's file and in the user's own.
import { expect, it } from 'vitest'
import { install } from '../../src/ops/install.ts'
import { list } from '../../src/ops/list.ts'
import { parseProject } from '../../src/lock/project.ts'
import { readTreeText, writeTree } from '../support/skill-tree.ts'
import { testIo } from '../support/test-io.ts'

const RULE = { source: 'github:acme/*', require: 'signature', signers: ['mailto:sec@acme.example'] }

it.each(['trust', 'policy', 'requireSignatures', 'allowUnsigned', 'signers', 'block-list', 'sandboxPolicy'])(
  'refuses %s in skills.json',
  async (key) => {
    const io = testIo()
    const text = JSON.stringify({ skills: {}, [key]: [RULE] })
    writeTree(io.project, { 'skills.json': text })
    await expect(install({}, io)).toThrowCode('policy_unsupported')
    await expect(list({}, io)).toThrowCode('policy_unsupported')
    expect(readTreeText(io.project)).toEqual({ 'skills.json': text })
  },
)

it("refuses it in the user's own skills.json, which holds in every project", async () => {
  const io = testIo()
  writeTree(io.project, { 'skills.json': '{"skills":{}}' })
  writeTree(io.settings.configDir, { 'skills.json': JSON.stringify({ skills: {}, trust: [RULE] }) })
  await expect(install({}, io)).toThrowCode('policy_unsupported')
  await expect(list({}, io)).toThrowCode('policy_unsupported')
})

it.each(['{"skills":{},"trust":[]}', '{"skills":{},"description":"our design","assignee":"ann","x-note":1}'])(
  'takes %s',
  (text) => {
    expect(parseProject(text, 'skills.json').skills).toEqual({})
  },
)
