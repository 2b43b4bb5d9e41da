// The main job, end to end and without network: a git repository made of the fixtures, its skills added with their
// consent shown, a fresh clone restored by `ci`, everything verified, and one changed byte found.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('..', import.meta.url))
const program = join(here, 'dist', 'main.cjs')
const scratch = mkdtempSync(join(tmpdir(), 'skillward-demo-'))
const env = { ...process.env, SKILLWARD_HOME: join(scratch, 'home'), HOME: join(scratch, 'home'), CI: '1' }

try {
  const repository = makeRepository(join(scratch, 'acme-skills'))
  const project = join(scratch, 'project')
  mkdirSync(project)
  title('What does the repository offer?')
  skills(project, ['add', repository, '--list'])
  title('Add two skills, grant what they ask for, link them for two agents')
  const choice = [
    '--skill',
    'release-notes',
    '--skill',
    'csv-report',
    '--agent',
    'claude-code',
    '--agent',
    'codex',
  ]
  skills(project, ['add', repository, ...choice, '--grant', 'requested'])
  title('What a reviewer sees: skills.lock')
  console.log(readFileSync(join(project, 'skills.lock'), 'utf8'))

  title('A colleague clones the project (skills.json and skills.lock) and restores exactly the lock')
  const clone = join(scratch, 'clone')
  mkdirSync(clone)
  for (const file of ['skills.json', 'skills.lock']) cpSync(join(project, file), join(clone, file))
  skills(clone, ['ci'])
  skills(clone, ['verify'])

  title('One changed byte is found')
  const changed = join(clone, '.agents', 'skills', 'release-notes', 'SKILL.md')
  writeFileSync(changed, `${readFileSync(changed, 'utf8')} `)
  skills(clone, ['verify'], 4)
  console.log('\nDone: added, locked, restored, verified, and a change was found.')
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

function title(text) {
  console.log(`\n── ${text}`)
}

function skills(cwd, args, expected = 0) {
  console.log(`$ skills ${args.map((arg) => arg.replace(scratch, '…')).join(' ')}`)
  const { status, error } = spawnSync(process.execPath, [program, ...args], {
    cwd,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (error) throw error
  if (status !== expected) throw new Error(`skills ${args[0]} ended with ${status}, expected ${expected}`)
}

function makeRepository(folder) {
  cpSync(join(here, 'fixtures', 'skills'), join(folder, 'skills'), { recursive: true })
  const git = (...args) => execFileSync('git', ['-C', folder, ...args], { stdio: 'ignore' })
  execFileSync('git', ['init', '-q', '-b', 'main', folder])
  git('add', '-A')
  git('-c', 'user.name=Acme', '-c', 'user.email=skills@acme.example', 'commit', '-q', '-m', 'skills')
  return `git+file://${folder}`
}
