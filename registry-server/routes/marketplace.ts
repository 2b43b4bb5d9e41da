// For Claude Code: a plugin marketplace, and the npm packages that it names, read-only. pacote and npm read them too.
import { Hono } from 'hono'
import { SkillsError } from '../../src/errors/error.ts'
import { displayShort } from '../../src/platform/text.ts'
import { archiveOf } from '../services/content.ts'
import { listedSkills } from '../services/foreign.ts'
import { sortedVersions, versionOf } from '../services/reading.ts'
import { withinBytes } from '../services/page.ts'
import { visibleSkill } from '../services/visibility.ts'
import { type Answer, answer, json } from './answer.ts'
import type { CatalogueParts } from './catalogue.ts'
import type { RegistryEnv, RegistryRequest } from './http.ts'

export function marketplaceRoutes({ context, counter }: CatalogueParts): Hono<RegistryEnv> {
  const app = new Hono<RegistryEnv>()
  const marketplace = (c: RegistryRequest): Promise<Response> =>
    answer(c, async (principal): Promise<Answer> => {
      const scope = c.req.param('scope')
      const origin = context.origin(c.req.raw)
      const owner = scope === undefined ? new URL(origin).host : scope
      const listed = await listedSkills(context, principal, scope)
      const plugins = listed.map(({ skill, slug, version }) => ({
        name: slug,
        description: skill.description,
        version: version.version,
        source: {
          source: 'npm',
          package: skill.name,
          version: version.version,
          registry: `${origin}/npm/`,
        },
        homepage: `${origin}/skills/${skill.name}`,
        ...(version.license === null ? {} : { license: version.license }),
        keywords: JSON.parse(version.topics) as string[],
      }))
      return json(
        {
          name: owner
            .toLowerCase()
            .replace(/[^a-z0-9]+/g, '-')
            .replace(/^-|-$/g, ''),
          owner: { name: owner },
          metadata: { description: `Skills of ${owner}` },
          plugins: withinBytes(plugins, context.config.limits.listBytes),
        },
        { keep: 'origin' },
      )
    })
  for (const base of ['', '/:scope{@[a-z0-9-]+}']) {
    app.get(`${base}/marketplace.json`, marketplace)
    app.get(`${base}/.claude-plugin/marketplace.json`, marketplace)
  }

  app.get('/npm/:scope{@[^/]+}/:name/-/:file{[^/]+\\.tgz}', (c) =>
    answer(c, async (principal) => {
      const skill = await visibleSkill(context, principal, `${c.req.param('scope')}/${c.req.param('name')}`)
      const version = c.req.param('file').slice(`${c.req.param('name')}-`.length, -'.tgz'.length)
      const row = await versionOf(context.db, skill, version)
      counter.count(skill.name)
      return {
        body: new Uint8Array(await archiveOf(context, { skill, version: row, principal }, 'package')),
        type: 'application/octet-stream',
        keep: 'version',
      }
    }),
  )
  // Clients write the slash of the name as %2f.
  app.get('/npm/:package{@.+}', (c) =>
    answer(c, async (principal) => {
      const name = c.req.param('package')
      if (!/^@[^/]+\/[^/]+$/.test(name)) {
        throw new SkillsError('not_found', `There is no package ${displayShort(name, 150)}`)
      }
      const skill = await visibleSkill(context, principal, name)
      const rows = await sortedVersions(context.db, skill, context.config.limits.listBytes)
      const base = `${context.origin(c.req.raw)}/npm/${name}/-/${name.slice(name.indexOf('/') + 1)}`
      const versions = rows.map(
        (row) =>
          [
            row.version,
            {
              name,
              version: row.version,
              description: row.description,
              ...(row.license === null ? {} : { license: row.license }),
              ...(row.yanked === null ? {} : { deprecated: `yanked: ${row.yanked}` }),
              dist: {
                tarball: `${base}-${encodeURIComponent(row.version)}.tgz`,
                integrity: row.package_integrity,
              },
            },
          ] as const,
      )
      return json(
        {
          name,
          description: skill.description,
          'dist-tags': rows.some(({ version, yanked }) => version === skill.version && yanked === null)
            ? { latest: skill.version }
            : {},
          versions: Object.fromEntries(versions),
          time: {
            created: skill.created_at,
            modified: skill.updated_at,
            ...Object.fromEntries(rows.map((row) => [row.version, row.published_at])),
          },
        },
        { keep: 'origin' },
      )
    }),
  )
  return app
}
