import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fetchGitSkill, filesOf } from '../support/fetch-git.ts'
import { makeRepo, publishBare, temporaryFolder, testIo } from '../support/git-repo.ts'
import { startGitServer } from '../support/git-server.ts'

it('runs no hook, filter, helper or template of the user, the environment or the repository', async () => {
  const home = temporaryFolder()
  const marker = join(home, 'marker')
  const script = join(home, 'evil')
  writeFileSync(script, `#!/bin/sh\necho ran >> ${marker}\ncat\n`)
  chmodSync(script, 0o755)
  const hooks = join(home, 'template', 'hooks')
  mkdirSync(hooks, { recursive: true })
  for (const hook of [
    'post-checkout',
    'post-merge',
    'reference-transaction',
    'pre-auto-gc',
    'post-index-change',
  ]) {
    writeFileSync(join(hooks, hook), `#!/bin/sh\necho ${hook} >> ${marker}\n`)
    chmodSync(join(hooks, hook), 0o755)
  }
  writeFileSync(
    join(home, '.gitconfig'),
    `[core]\n\thooksPath = ${hooks}\n\tfsmonitor = ${script}\n\taskPass = ${script}\n\tpager = ${script}\n` +
      `[init]\n\ttemplateDir = ${join(home, 'template')}\n[filter "evil"]\n\tsmudge = ${script}\n\tclean = ${script}\n\tprocess = ${script}\n\trequired = true\n` +
      `[diff "evil"]\n\ttextconv = ${script}\n\tcommand = ${script}\n[uploadpack]\n\tpackObjectsHook = ${script}\n[alias]\n\tx = !${script}\n`,
  )
  const repo = makeRepo({
    '.gitattributes': '* filter=evil diff=evil export-subst\nhidden.txt export-ignore\n*.txt text eol=crlf\n',
    'SKILL.md': 'id: $Format:%H$\n',
    'hidden.txt': 'a\nb\n',
  })
  // The trap works: a plain clone falls into it.
  const plain = { PATH: process.env.PATH, HOME: home }
  spawnSync('git', ['clone', '--quiet', repo.dir, join(home, 'clone')], { env: plain, stdio: 'ignore' })
  expect(existsSync(marker)).toBe(true)
  rmSync(marker)
  const root = temporaryFolder()
  publishBare(repo, root, 'r.git')
  const server = await startGitServer({ root })
  try {
    const env = {
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'core.hooksPath',
      GIT_CONFIG_VALUE_0: hooks,
      GIT_CONFIG_KEY_1: 'core.gitProxy',
      GIT_CONFIG_VALUE_1: script,
      GIT_ASKPASS: script,
      SSH_ASKPASS: script,
      GIT_EXTERNAL_DIFF: script,
      GIT_PROXY_COMMAND: script,
      GIT_TEMPLATE_DIR: join(home, 'template'),
      GIT_TRACE2_PERF: join(home, 'trace'),
      GIT_DIR: '/nonexistent',
      GIT_WORK_TREE: '/nonexistent',
    }
    for (const url of [repo.url, `${server.url}/r.git`]) {
      const fetched = await fetchGitSkill({ url }, testIo({ home, env }))
      expect(filesOf(fetched)).toMatchObject({ 'SKILL.md': 'id: $Format:%H$\n', 'hidden.txt': 'a\nb\n' })
    }
  } finally {
    await server.close()
  }
  expect(existsSync(marker)).toBe(false)
  expect(existsSync(join(home, 'trace'))).toBe(false)
})
