// An Io for use cases: a home and a project in a fresh folder, remarks recorded, answers given by the test.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Ask, ConsentItem, Io, Notice } from '../../src/ops/io.ts'
import { readSettings } from '../../src/platform/env.ts'

export interface TestIo extends Io {
  readonly root: string
  readonly home: string
  readonly project: string
  readonly notices: Notice[]
  /** Every list of skills that consent was shown for. */
  readonly shown: (readonly ConsentItem[])[]
}

/** A fresh home and project, removed after the test. `ask` answers questions; without it there is no terminal. */
export function testIo(ask?: Partial<Ask>): TestIo {
  const root = mkdtempSync(join(tmpdir(), 'skillward-test-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  return ioAt(root, ask)
}

/** The same home and project again, as another process would have them. */
export function ioAt(root: string, ask?: Partial<Ask>, folder = 'project'): TestIo {
  const home = join(root, 'home')
  const project = join(root, folder)
  for (const path of [home, project]) mkdirSync(path, { recursive: true })
  const notices: Notice[] = []
  const shown: (readonly ConsentItem[])[] = []
  return {
    root,
    home,
    project,
    notices,
    shown,
    settings: readSettings({ HOME: home, PATH: process.env.PATH }, project),
    signal: new AbortController().signal,
    now: () => new Date('2026-01-02T03:04:05Z'),
    report: () => {},
    notice: (notice) => notices.push(notice),
    show: async (items) => void shown.push(items),
    ...(ask && { ask: { ...unanswered, ...ask } }),
  }
}

const unanswered: Ask = {
  chooseSkills: () => Promise.reject(new Error('asked to choose skills')),
  chooseAgents: () => Promise.reject(new Error('asked to choose agents')),
  consent: () => Promise.reject(new Error('asked for consent')),
  confirm: () => Promise.reject(new Error('asked to confirm')),
  secret: () => Promise.reject(new Error('asked for a secret')),
}
