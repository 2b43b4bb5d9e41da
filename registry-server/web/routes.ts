// The pages and their style, script and icon. Pages are read-only: what changes something goes through the API.
import { Hono } from 'hono'
import { SkillsError } from '../../src/errors/error.ts'
import { SCOPE } from '../../src/registry/names.ts'
import { can, clientOf, type Principal } from '../auth.ts'
import { findScope, listMembers } from '../db/scopes.ts'
import { countSkills, listSkills } from '../db/skills.ts'
import { type Answer, answer } from '../routes/answer.ts'
import { type CatalogueParts, nameIn, searchRequest } from '../routes/catalogue.ts'
import type { RegistryEnv, RegistryRequest } from '../routes/http.ts'
import {
  capabilityDiff,
  dependentsOf,
  downloadsOf,
  skillDocument,
  versionDocument,
  versionOf,
} from '../services/reading.ts'
import { renderReadme } from '../services/readme.ts'
import { skillSummary } from '../services/search.ts'
import { visibilityOf, visibleSkill } from '../services/visibility.ts'
import { homePage, searchPage } from './hits.ts'
import { ASSETS, PAGE_HEADERS } from './layout.ts'
import { publishPage, scopePage, statusPage } from './other-pages.ts'
import { diffPage, skillPage } from './skill-page.ts'

const SHOWN = 8
const SCOPE_SKILLS = 500
/** Of the versions that a page shows. */
const PAGE_BYTES = 256 * 1024

export function webRoutes({ context, searcher }: CatalogueParts): Hono<RegistryEnv> {
  const app = new Hono<RegistryEnv>()
  const { db } = context
  const reply = (
    c: RegistryRequest,
    read: (principal: Principal) => Promise<string>,
    more: Partial<Answer> = {},
  ): Promise<Response> => answer(c, async (principal) => ({ ...htmlAnswer(await read(principal)), ...more }))

  for (const { path, type, body } of ASSETS) {
    app.get(path, (c) => answer(c, async () => ({ body, type, keep: 'version' })))
  }
  app.get('/favicon.ico', (c) => c.redirect(ASSETS.at(-1)?.path ?? '/', 302))
  app.get('/robots.txt', (c) => c.text('User-agent: *\nDisallow: /search\nDisallow: /api/\n'))

  app.get('/', (c) =>
    reply(c, async (principal) => {
      const visibility = await visibilityOf(context, principal)
      const [counts, popular, recent] = await Promise.all([
        countSkills(db, visibility),
        listSkills(db, { visibility, order: 'downloads', limit: SHOWN }),
        listSkills(db, { visibility, order: 'updated', limit: SHOWN }),
      ])
      return homePage({ ...counts, popular: popular.map(skillSummary), recent: recent.map(skillSummary) })
    }),
  )
  app.get('/search', (c) =>
    reply(c, async (principal) => {
      const request = searchRequest(c)
      return searchPage(request, await searcher.search(request, await visibilityOf(context, principal)))
    }),
  )
  const skillRoute = (c: RegistryRequest): Promise<Response> =>
    reply(
      c,
      async (principal) => {
        const skill = await visibleSkill(context, principal, nameIn(c))
        const visibility = await visibilityOf(context, principal)
        const row = await versionOf(db, skill, c.req.param('version') ?? skill.version)
        const [document, version, dependents, downloads] = await Promise.all([
          skillDocument(db, skill, { visibility, mostBytes: PAGE_BYTES }),
          versionDocument(db, skill, row),
          dependentsOf(db, skill, visibility),
          downloadsOf(db, skill, context.now()),
        ])
        const index = document.versions.findIndex((other) => other.version === row.version)
        const previous = document.versions[index + 1]?.version
        const of = { skill, version: row, client: clientOf(principal) }
        return skillPage({
          skill: document,
          version,
          dependents,
          downloads,
          readme: (await renderReadme(context, of)).html,
          origin: context.origin(c.req.raw),
          ...(row.source === null ? {} : { source: row.source }),
          ...(previous === undefined ? {} : { previous }),
        })
      },
      { keep: 'origin' },
    )
  app.get('/skills/:scope/:name', skillRoute)
  app.get('/skills/:scope/:name/v/:version', skillRoute)
  app.get('/skills/:scope/:name/diff', (c) =>
    reply(c, async (principal) => {
      const skill = await visibleSkill(context, principal, nameIn(c))
      const { from, to } = { from: c.req.query('from') ?? 'latest', to: c.req.query('to') ?? 'latest' }
      const document = await skillDocument(db, skill, {
        visibility: await visibilityOf(context, principal),
        mostBytes: PAGE_BYTES,
      })
      return diffPage(document, await capabilityDiff(db, skill, { from, to }))
    }),
  )
  app.get('/:scope{@[^/]+}', (c) =>
    reply(
      c,
      async (principal) => {
        const name = c.req.param('scope').slice(1)
        const isName = SCOPE.test(`@${name}`)
        const scope =
          isName && (await can(context, principal, 'read', { scope: name }))
            ? await findScope(db, name)
            : undefined
        if (!scope)
          throw new SkillsError('not_found', 'There is no such scope', {
            hint: 'a private scope is shown to nobody here: its members use the command line',
          })
        const visibility = await visibilityOf(context, principal)
        const skills = await listSkills(db, {
          visibility,
          order: 'downloads',
          scope: name,
          limit: SCOPE_SKILLS,
        })
        const members = await listMembers(db, scope.id)
        return scopePage({
          scope: `@${scope.name}`,
          owners: members.filter(({ role }) => role === 'owner').map(({ user }) => user),
          skills: skills.map(skillSummary),
          origin: context.origin(c.req.raw),
        })
      },
      { keep: 'origin' },
    ),
  )
  app.get('/publish', (c) => reply(c, async () => publishPage(context.origin(c.req.raw)), { keep: 'origin' }))
  app.get('/status', (c) =>
    reply(
      c,
      async (principal) => {
        const alive = async (check: Promise<unknown>): Promise<boolean> => check.then(Boolean, () => false)
        const [database, blobs] = await Promise.all([
          alive(db.one('SELECT 1 AS one')),
          alive(context.blobs.ready()),
        ])
        const counts = database
          ? await countSkills(db, await visibilityOf(context, principal))
          : { skills: 0, versions: 0 }
        return statusPage({ ...counts, database, blobs, kind: db.kind })
      },
      { headers: { ...PAGE_HEADERS, 'Cache-Control': 'no-store' } },
    ),
  )
  return app
}

function htmlAnswer(body: string): Answer {
  return { body, type: 'text/html; charset=utf-8', headers: PAGE_HEADERS }
}
