// A catalogue to search in: entries with words drawn as texts draw them (the n-th word 1/n as often as the first), always the
// same, put in by the server's own code.
import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from '../registry-server/db/database.ts'
import { openRegistryDatabase } from '../registry-server/db/open.ts'
import { insertScope } from '../registry-server/db/scopes.ts'
import { indexSkill } from '../registry-server/db/search-index.ts'
import { indexText } from '../registry-server/db/search-words.ts'
import { insertSkill, updateSkill } from '../registry-server/db/skills.ts'
import { facetsOf } from '../registry-server/services/catalogue.ts'

/** Changes when the entries do. */
const VERSION = 1
const WORDS = 20_000
const SCOPES = 50
const DESCRIPTION_WORDS = 25
const AT = '2026-01-01T00:00:00Z'
const BATCH = 1000
/** PostgreSQL does so many side by side; SQLite one after the other. */
const AT_ONCE = 4
const KINDS = ['env', 'filesystem', 'network', 'terminal']

/** Numbers from 0 up to 1, the same every time. */
export function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The n-th most common word; 0 is the commonest. */
export function wordAt(rank: number): string {
  const syllables = [
    'ba',
    'ce',
    'di',
    'fo',
    'gu',
    'ha',
    'je',
    'ki',
    'lo',
    'mu',
    'na',
    'pe',
    'ri',
    'so',
    'tu',
    'va',
  ]
  let word = ''
  for (let rest = rank * 7919 + 4096; rest > 0; rest = Math.floor(rest / 16)) word += syllables[rest % 16]
  return word
}

/** A word as often as its rank says. */
export function drawWord(random: () => number): string {
  return wordAt(Math.min(WORDS - 1, Math.floor(WORDS ** random()) - 1))
}

/** Words of one entry's description, so that a search for some of them finds something. */
export function descriptionOf(entry: number): string[] {
  const random = createRandom(entry + 1)
  return Array.from({ length: DESCRIPTION_WORDS }, () => drawWord(random))
}

/** The path of a SQLite registry with so many entries, made when it is not there. */
export async function searchDatabase(scratch: string, count: number): Promise<string> {
  const path = join(scratch, `search-${VERSION}-${count}.sqlite`)
  if (existsSync(path)) return path
  const making = `${path}.making-${process.pid}`
  const db = await openRegistryDatabase(making)
  await fillCatalogue(db, count)
  await db.close()
  renameSync(making, path)
  return path
}

/** Puts so many entries into an empty database. */
export async function fillCatalogue(db: Database, count: number): Promise<void> {
  const scopes: number[] = []
  for (let at = 0; at < SCOPES; at += 1) {
    const scope = await insertScope(db, { name: `scope-${at}`, public: true, at: AT })
    if (scope) scopes.push(scope.id)
  }
  const batch = (from: number): Promise<void> =>
    db.transaction(async (tx) => {
      for (let entry = from; entry < Math.min(count, from + BATCH); entry += 1) {
        await insertEntry(tx, entry, scopes)
      }
    })
  for (let from = 0; from < count; from += BATCH * AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => batch(from + at * BATCH)))
  }
  if (db.kind === 'postgres') await db.run('ANALYZE')
}

async function insertEntry(tx: Database, entry: number, scopes: readonly number[]): Promise<void> {
  const random = createRandom(~entry)
  const words = descriptionOf(entry)
  const scopeIndex = Math.floor(random() * scopes.length)
  const scopeId = scopes[scopeIndex] ?? 0
  const name = `@scope-${scopeIndex}/${drawWord(random)}-${drawWord(random)}-${entry}`
  const skill = await insertSkill(tx, { name, scopeId, at: AT })
  const capabilities = KINDS.filter(() => random() < 0.3)
  const description = words.join(' ')
  const facts = { capabilities, signed: random() < 0.2, certified: random() < 0.05 }
  await updateSkill(tx, skill.id, { description, version: '1.0.0', updatedAt: AT, ...facts })
  // As downloads are: a few have most.
  const downloads = Math.floor(10 / random() ** 1.2) - 10
  await tx.run('UPDATE skills SET downloads = ? WHERE id = ?', [downloads, skill.id])
  await indexSkill(tx, {
    id: skill.id,
    downloads,
    searchRank: null,
    title: indexText(name),
    topics: indexText(`${drawWord(random)} ${drawWord(random)}`),
    description: indexText(description),
    facets: facetsOf({ ...facts, scopeId }).join(' '),
  })
}
