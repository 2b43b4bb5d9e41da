import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { findDriver, sqliteDriver } from '../../src/platform/sqlite-driver.ts'

const REAL = dirname(createRequire(import.meta.url).resolve('better-sqlite3/package.json'))

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'skillward-test-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
})

/** A package that notes that it was loaded, and works or does not. */
function place(name: string, version: string, main = 'module.exports = class { close() {} }'): void {
  const folder = join(root, 'node_modules', name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version, main: 'index.js' }))
  writeFileSync(join(folder, 'index.js'), `globalThis.loaded = '${name}@${version}'\n${main}`)
}

const find = (node: string) => {
  Reflect.deleteProperty(globalThis, 'loaded')
  return findDriver(join(root, 'main.js'), node)
}
const problems = (node: string): string => {
  try {
    find(node)
  } catch (error) {
    expect(error).toMatchObject({ code: 'driver_missing' })
    return (error as Error).message
  }
  throw new Error('a driver was found')
}
const loaded = (): unknown => Reflect.get(globalThis, 'loaded')

describe('findDriver', () => {
  test('finds the one that this Node can run', () => {
    const { Sqlite, path } = sqliteDriver()
    const database = new Sqlite(':memory:')
    expect(database.prepare('select 1 as one').get()).toEqual({ one: 1 })
    database.close()
    expect(path).toMatch(/better-sqlite3/)
  })

  test('takes the 13th on Node 22 and newer, the 12th before', () => {
    place('better-sqlite3-13', '13.2.0')
    place('better-sqlite3', '12.11.1')
    find('22.13.0')
    expect(loaded()).toBe('better-sqlite3-13@13.2.0')
    find('24.1.0')
    find('20.19.0')
    expect(loaded()).toBe('better-sqlite3@12.11.1')
  })

  test('takes the 12th where the 13th is missing or has no binary for the machine', () => {
    place('better-sqlite3', '12.11.1')
    find('22.13.0')
    expect(loaded()).toBe('better-sqlite3@12.11.1')
    place('better-sqlite3-13', '13.2.0', "throw new Error('no prebuild')")
    expect(find('22.13.0').path).toContain(join('node_modules', 'better-sqlite3', 'index.js'))
  })

  test('never loads a 13th on Node 20, whatever brought it there', () => {
    place('better-sqlite3', '13.0.0')
    place('better-sqlite3-13', '13.2.0')
    expect(problems('20.20.2')).toContain('better-sqlite3 13.0.0 needs Node 22')
    expect(loaded()).toBeUndefined()
  })

  test('says that nothing is installed, as after --omit=optional', () => {
    expect(problems('20.19.0')).toContain('better-sqlite3 is not installed')
    expect(problems('22.13.0')).toContain(
      'better-sqlite3-13 is not installed; better-sqlite3 is not installed',
    )
  })

  test('says that there is no binary, as after --ignore-scripts', () => {
    const modules = join(root, 'node_modules')
    cpSync(REAL, join(modules, 'better-sqlite3'), {
      recursive: true,
      filter: (path) => !/better-sqlite3\/(?:build|deps|src)$/.test(path),
    })
    for (const name of ['bindings', 'file-uri-to-path'])
      cpSync(join(dirname(REAL), name), join(modules, name), { recursive: true })
    expect(problems('20.19.0')).toContain('better-sqlite3 has no binary')
  })

  test('says that it was installed by another Node', () => {
    const text = 'was compiled against a different Node.js version using\\nNODE_MODULE_VERSION 127'
    place('better-sqlite3', '12.11.1', `throw new Error('The module x ${text}')`)
    expect(problems('20.19.0')).toContain('was installed by another version of Node')
  })
})
