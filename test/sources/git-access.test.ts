import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allowedPairs } from '../../src/sources/git-user-config.ts'
import { gitSource } from '../../src/sources/git.ts'
import { fetchGitSkill, filesOf } from '../support/fetch-git.ts'
import { makeRepo, publishBare, temporaryFolder, testIo, type TestRepo } from '../support/git-repo.ts'
import { startGitServer, type GitServer } from '../support/git-server.ts'

const auth = { user: 'me', password: 'pw-1234' }
let root: string
let repo: TestRepo
let mine: GitServer
let other: GitServer

beforeAll(async () => {
  root = temporaryFolder()
  repo = makeRepo({ 'SKILL.md': 'private' })
  publishBare(repo, root, 'o/r.git')
  mine = await startGitServer({ root, auth })
  other = await startGitServer({ root, auth })
})
afterAll(() => Promise.all([mine.close(), other.close()]))

function executable(path: string, text: string): string {
  writeFileSync(path, text)
  chmodSync(path, 0o755)
  return path
}

/** A home whose credential helper knows one host. */
function homeWithHelper(host: string): string {
  const home = temporaryFolder()
  const helper = executable(
    join(home, 'helper'),
    `#!/bin/sh\ncat > ${home}/asked\ngrep -q 'host=${host}' ${home}/asked || exit 0\necho username=${auth.user}\necho password=${auth.password}\n`,
  )
  writeFileSync(join(home, '.gitconfig'), `[credential]\n\thelper = ${helper}\n`)
  return home
}

describe('a private host', () => {
  it('opens to the user’s own credential helper', async () => {
    const io = testIo({ home: homeWithHelper(mine.url.slice('http://'.length)) })
    expect(filesOf(await fetchGitSkill({ url: `${mine.url}/o/r.git` }, io))).toEqual({
      'SKILL.md': 'private',
    })
  })

  it('never sees the credential of another host', async () => {
    const io = testIo({ home: homeWithHelper(mine.url.slice('http://'.length)) })
    await expect(fetchGitSkill({ url: `${other.url}/o/r.git` }, io)).toThrowCode('source_unauthorized')
    expect(other.count()).toBeGreaterThan(0)
    expect(other.seen.every(({ authorization }) => authorization === undefined)).toBe(true)
  })

  it('is refused without asking when nobody can answer', async () => {
    await expect(fetchGitSkill({ url: `${mine.url}/o/r.git` })).toThrowCode('source_unauthorized')
  })

  const ssh = (home: string) =>
    executable(
      join(home, 'ssh'),
      `#!/bin/sh\necho "$SSH_AUTH_SOCK $*" >> ${home}/log\nfor last; do :; done\nexec sh -c "$last"\n`,
    )

  it('over ssh is reached with the user’s own command and agent', async () => {
    const home = temporaryFolder()
    const env = { GIT_SSH_COMMAND: ssh(home), SSH_AUTH_SOCK: '/agent' }
    const url = `ssh://git@example.test${repo.dir}`
    expect(filesOf(await fetchGitSkill({ url }, testIo({ home, env })))).toEqual({ 'SKILL.md': 'private' })
    expect(readFileSync(join(home, 'log'), 'utf8')).toMatch(/^\/agent .*git@example\.test git-upload-pack/)
  })

  it('over ssh is reached with core.sshCommand, and else with an ssh that never asks', async () => {
    const home = temporaryFolder()
    const url = `ssh://example.test${repo.dir}`
    const command = ssh(home)
    const bare = testIo({ home, env: { PATH: `${home}:${process.env.PATH}` } })
    await fetchGitSkill({ url }, bare)
    expect(readFileSync(join(home, 'log'), 'utf8')).toContain('BatchMode=yes')
    writeFileSync(join(home, '.gitconfig'), `[core]\n\tsshCommand = ${command} -o Mine=yes\n`)
    await fetchGitSkill({ url }, testIo({ home }))
    expect(readFileSync(join(home, 'log'), 'utf8')).toContain('Mine=yes')
  })

  it('over ssh without access gives a typed error', async () => {
    const home = temporaryFolder()
    const refuse = executable(
      join(home, 'no'),
      '#!/bin/sh\necho "git@h: Permission denied (publickey)." >&2\nexit 255\n',
    )
    const io = testIo({ home, env: { GIT_SSH_COMMAND: refuse } })
    await expect(gitSource.resolve({ kind: 'git', url: 'ssh://git@h.test/r' }, io)).toThrowCode(
      'source_unauthorized',
    )
  })
})

describe('a git older than 2.32', () => {
  it('is refused before it reaches anything', async () => {
    const home = temporaryFolder()
    // What parse-options says of an option that it does not know.
    const script = `#!/bin/sh\ncase "$*" in *--no-negotiate-only*) echo "error: unknown option \\\`no-negotiate-only'" >&2; exit 129;; esac\nexit 9\n`
    executable(join(home, 'git'), script)
    const io = testIo({ home, env: { PATH: `${home}:/bin:/usr/bin` } })
    await expect(gitSource.resolve({ kind: 'git', url: `file://${repo.dir}` }, io)).toThrowCode('git_missing')
  })
})

describe('allowedPairs', () => {
  it('lets through how to reach a host and who asks, and nothing that names a program to run on content', () => {
    const pairs = [
      'credential.helper\nstore',
      'credential.https://h.helper\n!x',
      'credential.usehttppath\ntrue',

      'url.git@h:.insteadof\nhttps://h/',
      'http.proxy\nhttp://p',
      'http.https://h/.sslcainfo\n/ca',
      'core.sshcommand\nssh -i k',
    ]
    const refused = [
      'core.hookspath\n/x',
      'core.fsmonitor\n/x',
      'core.askpass\n/x',
      'core.gitproxy\n/x',
      'alias.fetch\n!x',
      'filter.a.smudge\nx',

      'http.sslverify\nfalse',
      'http.https://h/.sslverify\nfalse',
      'http.followredirects\ntrue',
      'http.extraheader\nAuthorization: x',

      'url.x.pushinsteadof\ny',
      'protocol.ext.allow\nalways',
      'uploadpack.packobjectshook\nx',
      'credential.helper',
      'include.path\n/x',
    ]
    const list = [...pairs, ...refused].map((pair) => `${pair}\0`).join('')
    expect(allowedPairs(list).map((pair) => pair.join('\n'))).toEqual(pairs)
  })
})
