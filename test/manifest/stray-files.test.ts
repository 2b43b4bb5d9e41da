import { expect, test } from 'vitest'
import { readManifest } from '../../src/manifest/manifest.ts'
import { strayFiles } from '../../src/manifest/stray-files.ts'
import { skillFiles, skillMd } from '../support/skill-files.ts'

test('names once what tools and systems leave in a folder, and nothing else', () => {
  const paths = [
    '.DS_Store',
    'assets/Thumbs.db',
    'node_modules/a/index.js',
    'node_modules/b/index.js',
    'scripts/__pycache__/run.cpython-311.pyc',
    'notes.md~',
    'SKILL.md',
    'scripts/run.py',
    'references/node_modules.md',
    'assets/.hidden',
  ]
  expect(strayFiles(paths).map(({ file, message }) => [file, /\d+ files?/.exec(message)?.[0]])).toEqual([
    ['.DS_Store', undefined],
    ['assets/Thumbs.db', undefined],
    ['node_modules/', '2 files'],
    ['scripts/__pycache__/', '1 file'],
    ['notes.md~', undefined],
  ])
})

test('tells the author alone: who installs the skill gets what was published', () => {
  const files = skillFiles({
    'SKILL.md': skillMd('name: pdf\ndescription: Reads PDF files.'),
    '.DS_Store': 'x',
  })
  const codes = (mode: 'strict' | 'tolerant') =>
    readManifest(files, { folder: 'pdf', mode }).diagnostics.map(({ code }) => code)
  expect(codes('strict')).toEqual(['stray_file'])
  expect(codes('tolerant')).toEqual([])
})
