// /api/v1: search and the documents of skills and versions; yanks and deprecations.
import { Hono } from 'hono'
import * as z from 'zod/mini'
import { SkillsError } from '../../src/errors/error.ts'
import { displayShort } from '../../src/platform/text.ts'
import { splitScopedName, VERSION } from '../../src/registry/names.ts'
import {
  API_BASE,
  capabilityKindSchema,
  deprecationRequestSchema,
  yankRequestSchema,
} from '../../src/registry/protocol.ts'
import { clientOf, type Principal, requireCan } from '../auth.ts'
import type { RegistryContext } from '../context.ts'
import { recordAudit } from '../db/audit.ts'
import type { Database } from '../db/database.ts'
import type { SkillRow } from '../db/skills.ts'
import type { VersionRow } from '../db/versions.ts'
import type { DownloadCounter } from '../services/downloads.ts'
import { deprecateSkill, yankVersion } from '../services/catalogue.ts'
import {
  capabilityDiff,
  dependentsOf,
  downloadsOf,
  skillDocument,
  versionDocument,
  versionOf,
} from '../services/reading.ts'
import { renderReadme } from '../services/readme.ts'
import { fileOf } from '../services/content.ts'
import type { Searcher, SearchRequest } from '../services/search.ts'
import { visibilityOf, visibleSkill } from '../services/visibility.ts'
import { type Answer, answer, json } from './answer.ts'
import { readJson, type RegistryEnv, type RegistryRequest } from './http.ts'

export interface CatalogueParts {
  readonly counter: DownloadCounter
  readonly context: RegistryContext
  readonly searcher: Searcher
}

/** Every route of the catalogue; paths begin at `/api/v1`. */
export function catalogueRoutes({ context, searcher }: CatalogueParts): Hono<RegistryEnv> {
  const app = new Hono<RegistryEnv>().basePath(API_BASE)
  const { db } = context
  const maxBytes = context.config.limits.apiBytes
  const reply = (c: RegistryRequest, read: (principal: Principal) => Promise<Answer>): Promise<Response> =>
    answer(c, read)
  /** A document about one skill. */
  const skill = (
    read: (about: { skill: SkillRow; principal: Principal; c: RegistryRequest }) => Promise<Answer>,
  ) => {
    return (c: RegistryRequest): Promise<Response> =>
      reply(c, async (principal) =>
        read({ skill: await visibleSkill(context, principal, nameIn(c)), principal, c }),
      )
  }
  /** One about a version. */
  const version = (
    read: (about: {
      skill: SkillRow
      version: VersionRow
      principal: Principal
      c: RegistryRequest
      fixed: boolean
    }) => Promise<Answer>,
  ) =>
    skill(async ({ skill: row, principal, c }) => {
      const wanted = c.req.param('version') ?? ''
      const found = await versionOf(db, row, wanted)
      return read({ skill: row, version: found, principal, c, fixed: wanted !== 'latest' })
    })

  app.get('/search', (c) =>
    reply(c, async (principal) =>
      json(await searcher.search(searchRequest(c), await visibilityOf(context, principal))),
    ),
  )
  app.get(
    '/skills/:scope/:name',
    skill(async ({ skill: row, principal }) =>
      json(
        await skillDocument(db, row, {
          visibility: await visibilityOf(context, principal),
          mostBytes: context.config.limits.listBytes,
        }),
      ),
    ),
  )
  app.get(
    '/skills/:scope/:name/diff',
    skill(async ({ skill: row, c }) =>
      json(
        await capabilityDiff(db, row, {
          from: requiredQuery(c, 'from'),
          to: c.req.query('to') ?? 'latest',
        }),
      ),
    ),
  )
  app.get(
    '/skills/:scope/:name/dependents',
    skill(async ({ skill: row, principal }) =>
      json(await dependentsOf(db, row, await visibilityOf(context, principal))),
    ),
  )
  app.get(
    '/skills/:scope/:name/downloads',
    skill(async ({ skill: row }) => json(await downloadsOf(db, row, context.now()))),
  )
  app.get(
    '/skills/:scope/:name/versions/:version',
    version(async ({ skill: row, version: found }) => json(await versionDocument(db, row, found))),
  )
  app.get(
    '/skills/:scope/:name/versions/:version/readme',
    version(async ({ skill: row, version: found, principal, fixed }) => {
      const of = { skill: row, version: found, client: clientOf(principal) }
      const { html, isFinal } = await renderReadme(context, of)
      return json({ html }, isFinal ? kept(fixed) : { headers: { 'Cache-Control': 'no-store' } })
    }),
  )
  app.get(
    '/skills/:scope/:name/versions/:version/files/:path{.+}',
    version(async ({ skill: row, version: found, principal, c, fixed }) => {
      const path = c.req.param('path') ?? ''
      return rawFile(path, await fileOf(context, { skill: row, version: found, principal }, path), fixed)
    }),
  )

  app.on(['POST', 'DELETE'], '/skills/:scope/:name/versions/:version/yank', async (c) => {
    const reason =
      c.req.method === 'POST' ? (await readJson(c, yankRequestSchema, maxBytes)).reason : undefined
    const { name, version: wanted } = { name: nameIn(c), version: c.req.param('version') }
    if (!VERSION.test(wanted)) throw new SkillsError('version_not_found', 'There is no such version')
    await change(c, reason === undefined ? 'unyank' : 'yank', wanted, (tx) =>
      yankVersion(tx, { name, version: wanted, reason }),
    )
    return c.body(null, 204)
  })
  app.on(['POST', 'DELETE'], '/skills/:scope/:name/deprecation', async (c) => {
    const message =
      c.req.method === 'POST' ? (await readJson(c, deprecationRequestSchema, maxBytes)).message : undefined
    await change(c, message === undefined ? 'undeprecate' : 'deprecate', undefined, (tx) =>
      deprecateSkill(tx, nameIn(c), message),
    )
    return c.body(null, 204)
  })

  /** One write by somebody who may yank, with its line in the audit. */
  async function change(
    c: RegistryRequest,
    action: string,
    wanted: string | undefined,
    work: (tx: Database) => Promise<void>,
  ): Promise<void> {
    const principal = c.get('principal')
    const name = nameIn(c)
    const parts = splitScopedName(name)
    if (!parts) throw new SkillsError('skill_not_found', `There is no ${displayShort(name, 150)}`)
    await requireCan(context, principal, 'yank', { scope: parts.scope.slice(1), skill: parts.skill })
    await db.transaction(async (tx) => {
      await work(tx)
      await recordAudit(tx, {
        at: context.now().toISOString(),
        actor: principal.actor,
        action: `skill.${action}`,
        target: name,
        details: wanted === undefined ? {} : { version: wanted },
        requestId: c.get('requestId'),
      })
    })
  }
  return app
}

function kept(fixed: boolean): { keep?: 'version' } {
  return fixed ? { keep: 'version' } : {}
}

/** Bytes of a skill as bytes: never a page, never a script of this origin. */
export function rawFile(path: string, bytes: Uint8Array, fixed: boolean): Answer {
  const picture = /\.(?:png|jpe?g|gif|webp|avif)$/i.exec(path)
  const type = picture
    ? PICTURES[picture[0].toLowerCase()]
    : isText(bytes)
      ? 'text/plain; charset=utf-8'
      : undefined
  return {
    body: new Uint8Array(bytes),
    type: type ?? 'application/octet-stream',
    ...kept(fixed),
    headers: {
      'Content-Security-Policy': "sandbox; default-src 'none'",
      'Cross-Origin-Resource-Policy': 'same-origin',
      ...(type === undefined ? { 'Content-Disposition': 'attachment' } : {}),
    },
  }
}

const PICTURES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
}

function isText(bytes: Uint8Array): boolean {
  try {
    return !new TextDecoder('utf-8', { fatal: true }).decode(bytes).includes('\u0000')
  } catch {
    return false
  }
}

/** `@scope/name` of the path, as it came; judged by whoever looks it up. */
export function nameIn(c: RegistryRequest): string {
  return `${c.req.param('scope') ?? ''}/${c.req.param('name') ?? ''}`
}

function requiredQuery(c: RegistryRequest, key: string): string {
  const value = c.req.query(key)
  if (value !== undefined && value !== '') return value
  throw badQuery(key, 'is missing')
}

function badQuery(key: string, problem: string): SkillsError {
  return new SkillsError('request_invalid', `${key}: ${problem}`, {
    hint: 'the parameters are described in /openapi.json',
    details: { fields: [`${key}: ${problem}`] },
  })
}

const flagSchema = z.enum(['true', 'false'])

/** The query of a search. @throws request_invalid naming the parameter */
export function searchRequest(c: RegistryRequest): SearchRequest {
  const { q, scope, capability, signed, certified, limit, cursor } = c.req.query()
  const kind =
    capability === undefined || capability === '' ? undefined : capabilityKindSchema.safeParse(capability)
  if (kind && !kind.success) throw badQuery('capability', 'is no kind of capability')
  const flag = (key: string, value: string | undefined): boolean => {
    if (value === undefined || value === '') return false
    const parsed = flagSchema.safeParse(value)
    if (!parsed.success) throw badQuery(key, 'expected true or false')
    return parsed.data === 'true'
  }
  const size = limit === undefined ? 20 : Number(limit)
  if (!Number.isInteger(size) || size < 1 || size > 100) throw badQuery('limit', 'expected 1 to 100')
  return {
    ...(q === undefined ? {} : { q: q.slice(0, 1000) }),
    ...(scope === undefined || scope === '' ? {} : { scope: scope.slice(0, 100) }),
    ...(kind?.data === undefined ? {} : { capability: kind.data }),
    ...(flag('signed', signed) && { signed: true }),
    ...(flag('certified', certified) && { certified: true }),
    limit: size,
    ...(cursor === undefined ? {} : { cursor: cursor.slice(0, 100) }),
  }
}
