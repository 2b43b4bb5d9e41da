// A machine that loses power in the middle of a command: skills.lock is the old one or the new one at every moment, and the
// next command brings the project in order without losing anything.
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { times } from '../support/fault-counts.ts'
import { need } from '../support/need.ts'
import { filesBelow, type Loss, replay, startRecorded } from '../support/power-loss.ts'
import { PROGRAM, runProgram } from '../support/program.ts'
import { skillMd, writeTree } from '../support/skill-tree.ts'

const SAMPLES = times(3, 1000)
const HOW: readonly Loss[] = ['strict', 'torn']

/** Some of the states of the project, from the first to the last; all of them in a full run. */
function sampled(all: readonly string[]): readonly string[] {
  return all.filter((_, index) => index % Math.ceil(all.length / SAMPLES) === 0 || index === all.length - 1)
}

/** The built program, with the words that follow. */
const SOURCE = `import { createRequire } from 'node:module'
  const [cwd, home, ...words] = process.argv.slice(2)
  process.chdir(cwd)
  process.env.HOME = home
  process.argv = [process.execPath, ${JSON.stringify(PROGRAM)}, ...words]
  createRequire(import.meta.url)(${JSON.stringify(PROGRAM)})`

it.skipIf(need('strace')).each([
  { what: 'an update', words: ['update', '--yes', '--grant', 'requested'] },
  { what: 'a second add', words: ['add', '../source/two', '--yes', '--grant', 'requested'] },
  { what: 'a removal', words: ['remove', 'one'] },
])(
  '$what leaves the old lock or the new one, and a project that the next command brings in order',
  async ({ words }) => {
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'power-')))
    onTestFinished(() => rmSync(root, { recursive: true, force: true }))
    const [project, home] = [join(root, 'project'), join(root, 'home')]
    writeTree(root, {
      'home/.keep': '',
      'project/.keep': '',
      'source/one/SKILL.md': skillMd('one'),
      'source/two/SKILL.md': skillMd('two'),
      'source/three/SKILL.md': skillMd('three'),
    })
    for (const name of ['one', 'three']) {
      const added = await runProgram(
        ['add', `../source/${name}`, '--yes', '--grant', 'none', '--agent', 'codex'],
        {
          cwd: project,
          home,
        },
      )
      expect([added.code, added.stderr]).toEqual([0, expect.any(String)])
    }
    writeTree(root, { 'source/one/SKILL.md': `${skillMd('one')}\nA new line.\n` })
    const lockFile = join(project, 'skills.lock')
    const old = readFileSync(lockFile, 'utf8')
    const before = filesBelow(root)
    const { done, recording } = startRecorded(SOURCE, [project, home, ...words])
    await done
    const after = readFileSync(lockFile, 'utf8')
    expect(after).not.toBe(old)

    const states = new Map<string, string>()
    let calls = 0
    replay(
      recording,
      root,
      ({ name }, disk) => {
        calls++
        for (const how of HOW) {
          const lock = disk.read(lockFile, how)?.toString()
          expect([old, after], `call ${calls} ${name} ${how}`).toContain(lock)
          // What a restart would see changes with a sync or a name.
          if (!/^(?:fsync|fdatasync|rename|unlink)/.test(name)) continue
          const left = join(root, `left-${calls}-${how}`)
          disk.restore(root, left, how)
          const seen = filesBelow(join(left, 'project'))
          const text = JSON.stringify(
            [...seen].map(([path, bytes]) => [path.slice(left.length), bytes.toString('hex')]),
          )
          if (states.has(text)) rmSync(left, { recursive: true })
          else states.set(text, left)
        }
      },
      before,
    )
    expect(states.size).toBeGreaterThan(2)
    for (const left of sampled([...states.values()])) {
      const again = { cwd: join(left, 'project'), home: join(left, 'home') }
      const install = await runProgram(['install', '--no-frozen'], again)
      expect([left, install.code, install.stderr]).toEqual([left, 0, expect.any(String)])
      const verify = await runProgram(['verify', '--json'], again)
      expect([left, verify.code, verify.stdout]).toEqual([left, 0, expect.any(String)])
      expect([old, after]).toContain(readFileSync(join(left, 'project', 'skills.lock'), 'utf8'))
    }
  },
)
