// The architecture as a test: which folder may import which, and what a start may load.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const SRC = fileURLToPath(new URL('../src', import.meta.url))

/** Bottom up; a folder imports its own files and rows strictly below. */
const ROWS: readonly (readonly string[])[] = [
  ['errors'],
  ['platform'],
  ['integrity', 'capabilities'],
  ['manifest'],
  ['oci', 'registry'],
  ['sources'],
  ['trust'],
  ['store', 'lock', 'ledger'],
  ['link'],
  ['ops'],
  ['cli'],
  ['main.ts', 'index.ts'],
]

/** Folders without input and output. */
const PURE = ['integrity', 'capabilities', 'manifest']
const EFFECTS = /^(?:node:)?(?:fs|child_process|net|tls|http|https|http2|dns|dgram|worker_threads)(?:\/|$)/
/**
 * Values that a door takes from elsewhere than ops, errors and platform: parsers of what was typed, and the plain
 * words for what is shown.
 */
const DOOR_VALUES: Readonly<Record<string, readonly string[]>> = {
  'cli/commands/add.ts': ['sources/spec.ts'],
  'cli/commands/capabilities-revoke.ts': ['capabilities/capabilities.ts'],
  'cli/consent-prompt.ts': ['capabilities/describe.ts', 'capabilities/rules.ts'],
  'cli/views/add.ts': ['capabilities/summary.ts'],
  'cli/views/capabilities.ts': ['capabilities/describe.ts'],
  'cli/views/info.ts': ['capabilities/summary.ts'],
  'cli/views/list.ts': ['capabilities/summary.ts'],
  'cli/views/publish.ts': ['capabilities/summary.ts'],
  'index.ts': ['sources/spec.ts'],
}

interface Import {
  readonly to: string
  readonly types: boolean
  readonly dynamic: boolean
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(SRC, file), 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')
  const found: Import[] = []
  const statics = /^(?:import|export)\s+(type\s+)?((?:[\w*$,\s]|\{[^}]*\})*?)\s*(?:from\s*)?'([^']+)'/gm
  for (const [, type, names = '', target = ''] of text.matchAll(statics)) {
    const inBraces = /^\{([^}]*)\}$/.exec(names.trim())?.[1]?.split(',') ?? []
    const parts = inBraces.map((part) => part.trim()).filter(Boolean)
    const types = type !== undefined || (parts.length > 0 && parts.every((part) => part.startsWith('type ')))
    found.push({ to: resolved(file, target), types, dynamic: false })
  }
  for (const [whole, target = ''] of text.matchAll(/(?:typeof\s+)?import\(\s*'([^']+)'\s*\)/g)) {
    found.push({ to: resolved(file, target), types: whole.startsWith('typeof'), dynamic: true })
  }
  return found
}

function resolved(file: string, target: string): string {
  if (!target.startsWith('.')) return target
  return relative(SRC, join(SRC, dirname(file), target))
}

function rowOf(file: string): number {
  const first = file.split('/')[0] ?? ''
  return ROWS.findIndex((row) => row.includes(first))
}

const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .sort()
/** The server is loaded by the commands that run it, when they run, and by nothing else. */
const isServer = (to: string): boolean => to.startsWith('../registry-server/')
const isLocal = (to: string): boolean => to.endsWith('.ts')

/** Everything that static imports of values reach from the file: local files and packages. */
function closureOf(entry: string): { files: Set<string>; packages: Set<string> } {
  const files = new Set<string>()
  const packages = new Set<string>()
  const pending = [entry]
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (files.has(file)) continue
    files.add(file)
    for (const { to, types, dynamic } of importsOf(file)) {
      if (types || dynamic) continue
      if (isLocal(to)) pending.push(to)
      else packages.add(to)
    }
  }
  return { files, packages }
}

describe('layers', () => {
  test('every file belongs to a row', () => {
    expect(FILES.filter((file) => rowOf(file) < 0)).toEqual([])
  })

  test('imports point to the own folder or strictly down', () => {
    const upward = FILES.flatMap((file) =>
      importsOf(file)
        .filter(
          ({ to }) => isLocal(to) && to.split('/')[0] !== file.split('/')[0] && rowOf(to) >= rowOf(file),
        )
        .map(({ to }) => `${file} -> ${to}`),
    )
    expect(upward).toEqual([])
  })

  test('pure folders have no effects, nor has what they use of platform', () => {
    const effects = FILES.filter((file) => PURE.includes(file.split('/')[0] ?? '')).flatMap((file) => {
      const { files, packages } = closureOf(file)
      const reading = [...files].filter((other) => /\bprocess\./.test(readFileSync(join(SRC, other), 'utf8')))
      return [...[...packages].filter((name) => EFFECTS.test(name)), ...reading].map(
        (to) => `${file} -> ${to}`,
      )
    })
    expect(effects).toEqual([])
  })

  test('doors take values only from ops, errors and platform, but for what is listed', () => {
    const others = FILES.filter((file) => file.startsWith('cli/') || file === 'index.ts').flatMap((file) =>
      importsOf(file)
        .filter(({ to, types }) => isLocal(to) && !types && !/^(?:cli|ops|errors|platform)\//.test(to))
        .filter(({ to, dynamic }) => !(dynamic && isServer(to) && file.startsWith('cli/commands/registry-')))
        .filter(({ to }) => !DOOR_VALUES[file]?.includes(to))
        .map(({ to }) => `${file} -> ${to}`),
    )
    expect(others).toEqual([])
  })

  test('only platform/env.ts reads the environment, only the doors touch the process and its streams', () => {
    const text = (file: string): string => readFileSync(join(SRC, file), 'utf8').replace(/^\s*\/\/.*$/gm, '')
    const touching = (pattern: RegExp): string[] => FILES.filter((file) => pattern.test(text(file)))
    expect(touching(/process\.env\b/)).toEqual(['platform/env.ts'])
    expect(touching(/process\.(?:stdout|stderr|stdin|exit\b|exitCode|on\()/)).toEqual([
      'cli/run.ts',
      'cli/world.ts',
      'main.ts',
    ])
    expect(touching(/\bconsole\./)).toEqual([])
  })
})

describe('what a start loads', () => {
  test('the version is answered without any package or other module of the program', () => {
    const { files, packages } = closureOf('main.ts')
    expect([...files].sort()).toEqual(['main.ts', 'platform/version.ts'])
    expect([...packages]).toEqual([])
  })

  test('help loads no package but the command parser, and no code of a command', () => {
    const { files, packages } = closureOf('cli/run.ts')
    expect([...packages].filter((name) => !name.startsWith('node:'))).toEqual(['commander'])
    expect([...packages].filter((name) => EFFECTS.test(name))).toEqual(['node:fs'])
    expect([...files].filter((file) => /^(?:ops|cli\/(?:commands|views))\//.test(file))).toEqual([])
    expect(closureOf('cli/program.ts').packages).toEqual(new Set(['commander']))
  })
})

describe('the registry server', () => {
  const server = readdirSync(join(SRC, '../registry-server'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort()
  const imports = server.flatMap((file) =>
    importsOf(join('../registry-server', file)).map(({ to }) => ({
      file,
      to: to.replace('../registry-server/', ''),
    })),
  )
  const folderOf = (file: string): string => (file.includes('/') ? (file.split('/')[0] ?? '') : '')

  test('uses the program up to the row of trust', () => {
    const above = imports.filter(({ file, to }) => {
      const row = rowOf(to)
      return isLocal(to) && !server.includes(to) && folderOf(file) !== to && row > rowOf('trust/x.ts')
    })
    expect(above).toEqual([])
  })

  test('goes from routes to services to the database, and speaks SQL only there', () => {
    const rows = ['db', 'services', 'routes']
    const upward = imports.filter(({ file, to }) => {
      const [from, into] = [rows.indexOf(folderOf(file)), rows.indexOf(folderOf(to))]
      return from >= 0 && into > from
    })
    expect(upward).toEqual([])
    const sql = server.filter((file) =>
      /['`](?:SELECT [^'`]*FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE TABLE) /.test(
        readFileSync(join(SRC, '../registry-server', file), 'utf8'),
      ),
    )
    expect(sql.filter((file) => !file.startsWith('db/'))).toEqual([])
  })
})
