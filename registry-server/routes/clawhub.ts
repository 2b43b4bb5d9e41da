// The read API of ClawHub v1 below /clawhub, for its own client and those that speak it. A slug is the skill's own name,
// or `scope--name`. Errors are plain text, as that API has them.
import { Hono } from 'hono'
import { CODES } from '../../src/errors/codes.ts'
import { isSkillsError, SkillsError } from '../../src/errors/error.ts'
import type { SkillSummary } from '../../src/registry/protocol.ts'
import { ANONYMOUS, type Principal } from '../auth.ts'
import { listFiles } from '../db/files.ts'
import { listSkills, type SkillList, type SkillRow } from '../db/skills.ts'
import type { VersionItemRow } from '../db/versions.ts'
import { archiveOf, fileOf } from '../services/content.ts'
import { skillBySlug, slugOf } from '../services/foreign.ts'
import { sortedVersions, versionOf } from '../services/reading.ts'
import { visibilityOf } from '../services/visibility.ts'
import { publicError } from '../problem.ts'
import { type Answer, answer, json } from './answer.ts'
import { type CatalogueParts, rawFile } from './catalogue.ts'
import type { RegistryEnv, RegistryRequest } from './http.ts'

const BASE = '/clawhub/api/v1'
const SORTS: ReadonlyMap<string, SkillList['order']> = new Map([
  ['updated', 'updated'],
  ['createdAt', 'updated'],
  ['name', 'name'],
  ['downloads', 'downloads'],
])

export function clawhubRoutes({ context, searcher, counter }: CatalogueParts): Hono<RegistryEnv> {
  const app = new Hono<RegistryEnv>()
  const { db } = context
  const mostBytes = context.config.limits.listBytes
  const reply = (c: RegistryRequest, read: (principal: Principal) => Promise<Answer>): Promise<Response> =>
    answer(c, read).catch(plainError)
  const skillIn = (c: RegistryRequest, principal: Principal): Promise<SkillRow> =>
    skillBySlug(context, principal, { slug: c.req.param('slug') ?? c.req.query('slug') ?? '' })

  app.get('/.well-known/clawhub.json', (c) => {
    const origin = context.origin(c.req.raw)
    return c.json({ apiBase: `${origin}/clawhub`, authBase: origin }, 200, {
      'Cache-Control': 'private, max-age=60',
    })
  })
  app.get(`${BASE}/search`, (c) =>
    reply(c, async (principal) => {
      const q = (c.req.query('q') ?? '').slice(0, 1000)
      const limit = bounded(c.req.query('limit'), 25, 100)
      const { results } = await searcher.search({ q, limit }, await visibilityOf(context, principal))
      const exact = c.req.query('mode') === 'exact'
      const shown = exact ? results.filter(({ name }) => slugOf(name) === q) : results
      return json({ results: await Promise.all(shown.map(searchHit)) })
    }),
  )
  app.get(`${BASE}/skills`, (c) =>
    reply(c, async (principal) => {
      const limit = bounded(c.req.query('limit'), 50, 200)
      const offset = bounded(c.req.query('cursor'), 0, 1_000_000)
      const rows = await listSkills(db, {
        visibility: await visibilityOf(context, principal),
        order: SORTS.get(c.req.query('sort') ?? '') ?? 'downloads',
        limit: limit + 1,
        offset,
      })
      return json({
        items: await Promise.all(rows.slice(0, limit).map(listItem)),
        nextCursor: rows.length > limit ? String(offset + limit) : null,
      })
    }),
  )
  app.get(`${BASE}/skills/:slug`, (c) =>
    reply(c, async (principal) => {
      const skill = await skillIn(c, principal)
      const { latestVersion, ...about } = await listItem(skill)
      const scope = scopeOf(skill)
      return json({
        skill: about,
        latestVersion,
        metadata: null,
        owner: { handle: scope, displayName: scope, image: null },
        // Nobody has judged it; `clean` would say that somebody did.
        moderation: null,
      })
    }),
  )
  app.get(`${BASE}/skills/:slug/versions`, (c) =>
    reply(c, async (principal) => {
      const versions = await sortedVersions(db, await skillIn(c, principal), mostBytes)
      const limit = bounded(c.req.query('limit'), 50, 200)
      const offset = bounded(c.req.query('cursor'), 0, 1_000_000)
      const more = versions.length > offset + limit
      return json({
        items: versions.slice(offset, offset + limit).map(versionItem),
        nextCursor: more ? String(offset + limit) : null,
      })
    }),
  )
  app.get(`${BASE}/skills/:slug/versions/:version`, (c) =>
    reply(c, async (principal) => {
      const skill = await skillIn(c, principal)
      const row = await versionOf(db, skill, c.req.param('version'))
      const files = await listFiles(db, row.id)
      return json({
        version: { ...versionItem(row), files },
        skill: { slug: slugOf(skill.name), displayName: slugOf(skill.name) },
      })
    }),
  )
  app.get(`${BASE}/skills/:slug/file`, (c) =>
    reply(c, async (principal) => {
      const skill = await skillIn(c, principal)
      const row = await wantedVersion(c, skill)
      const path = c.req.query('path') ?? ''
      const bytes = await fileOf(context, { skill, version: row, principal }, path)
      return rawFile(path, bytes, c.req.query('version') !== undefined)
    }),
  )
  app.get(`${BASE}/skills/:slug/install`, (c) =>
    reply(c, async (principal) => {
      const skill = await skillIn(c, principal)
      const slug = slugOf(skill.name)
      const url = `${context.origin(c.req.raw)}${BASE}/download?slug=${slug}&version=${encodeURIComponent(skill.version)}`
      return json(
        {
          ok: true,
          slug,
          installKind: 'archive',
          archive: { version: skill.version, downloadUrl: url },
        },
        { keep: 'origin' },
      )
    }),
  )
  app.get(`${BASE}/download`, (c) =>
    reply(c, async (principal) => {
      const skill = await skillIn(c, principal)
      const row = await wantedVersion(c, skill)
      if (row.yanked !== null && c.req.query('version') === undefined) {
        throw new SkillsError('skill_not_found', 'No version of this skill may be chosen')
      }
      counter.count(skill.name)
      return {
        body: new Uint8Array(await archiveOf(context, { skill, version: row, principal }, 'zip')),
        type: 'application/zip',
        headers: { 'Content-Disposition': `attachment; filename="${slugOf(skill.name)}.zip"` },
      }
    }),
  )
  app.get(`${BASE}/resolve`, (c) =>
    reply(c, async (principal) => {
      const skill = await skillIn(c, principal)
      const hash = c.req.query('hash') ?? ''
      const match = (await sortedVersions(db, skill, mostBytes)).find(
        ({ fingerprint }) => fingerprint === hash,
      )
      return json({
        slug: slugOf(skill.name),
        match: match ? { version: match.version } : null,
        latestVersion: await latestOf(skill),
      })
    }),
  )

  /** Null when every version is yanked. */
  async function latestOf(skill: SkillRow): Promise<{ version: string } | null> {
    const { yanked } = await versionOf(db, skill, skill.version)
    return yanked === null ? { version: skill.version } : null
  }

  async function wantedVersion(c: RegistryRequest, skill: SkillRow): ReturnType<typeof versionOf> {
    return versionOf(db, skill, c.req.query('version') ?? c.req.query('tag') ?? 'latest')
  }

  /** The short slug where it means this skill. */
  async function publicSlug(name: string): Promise<string> {
    const slug = slugOf(name)
    const meant = await skillBySlug(context, ANONYMOUS, { slug }).catch(() => undefined)
    return meant?.name === name ? slug : `${name.slice(1, name.indexOf('/'))}--${slug}`
  }

  async function searchHit(hit: SkillSummary): Promise<Record<string, unknown>> {
    const scope = hit.name.slice(1, hit.name.indexOf('/'))
    return {
      score: hit.score,
      slug: await publicSlug(hit.name),
      displayName: slugOf(hit.name),
      summary: hit.description,
      version: hit.version,
      updatedAt: Date.parse(hit.updatedAt),
      ownerHandle: scope,
      owner: { handle: scope, displayName: scope, image: null },
    }
  }

  async function listItem(skill: SkillRow): Promise<Record<string, unknown>> {
    const row = await versionOf(db, skill, skill.version)
    const isYanked = row.yanked !== null
    return {
      slug: await publicSlug(skill.name),
      displayName: slugOf(skill.name),
      summary: skill.description,
      tags: isYanked ? {} : { latest: skill.version },
      stats: { downloads: skill.downloads },
      createdAt: Date.parse(skill.created_at),
      updatedAt: Date.parse(skill.updated_at),
      latestVersion: isYanked ? null : versionItem(row),
    }
  }
  return app
}

function versionItem(row: Pick<VersionItemRow, 'version' | 'published_at'>): {
  version: string
  createdAt: number
  changelog: string
} {
  return { version: row.version, createdAt: Date.parse(row.published_at), changelog: '' }
}

function scopeOf(skill: SkillRow): string {
  return skill.name.slice(1, skill.name.indexOf('/'))
}

function bounded(text: string | undefined, otherwise: number, max: number): number {
  const value = Number(text ?? Number.NaN)
  return Number.isInteger(value) && value >= 0 ? Math.min(value, max) : otherwise
}

function plainError(error: unknown): Response {
  if (!isSkillsError(error)) throw error
  return new Response(publicError(error).message, {
    status: CODES[error.code].status,
    headers: {
      'Content-Type': 'text/plain; charset=utf-8',
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
    },
  })
}
