// Discovery by well-known addresses: the Agent Skills index 0.2.0 with archives, and its first form with single files.
// The same below `/@scope` for one scope.
import { Hono } from 'hono'
import { pathsOf } from '../db/files.ts'
import type { SkillRow } from '../db/skills.ts'
import type { VersionRow } from '../db/versions.ts'
import { archiveOf, fileOf } from '../services/content.ts'
import { listedSkills, skillBySlug } from '../services/foreign.ts'
import { withinBytes } from '../services/page.ts'
import { versionOf } from '../services/reading.ts'
import { type Answer, answer, json } from './answer.ts'
import { type CatalogueParts, rawFile } from './catalogue.ts'
import type { RegistryEnv, RegistryRequest } from './http.ts'

const SCHEMA = 'https://schemas.agentskills.io/discovery/0.2.0/schema.json'
const ANYBODY = { 'Access-Control-Allow-Origin': '*' }

export function wellKnownRoutes({ context, counter }: CatalogueParts): Hono<RegistryEnv> {
  const app = new Hono<RegistryEnv>()
  const mostBytes = context.config.limits.listBytes
  for (const base of ['', '/:scope{@[a-z0-9-]+}']) {
    const current = `${base}/.well-known/agent-skills`
    const legacy = `${base}/.well-known/skills`

    app.get(`${current}/index.json`, (c) =>
      answer(c, async (principal) => {
        const listed = await listedSkills(context, principal, c.req.param('scope'))
        const skills = listed.map(({ skill, slug, version }) => ({
          name: slug,
          type: 'archive',
          description: skill.description,
          url: `${slug}/${encodeURIComponent(version.version)}.tar.gz`,
          digest: version.archive_digest,
        }))
        return json({ $schema: SCHEMA, skills: withinBytes(skills, mostBytes) }, { headers: ANYBODY })
      }),
    )
    app.get(`${current}/:slug/:archive{[^/]+\\.tar\\.gz}`, (c) => {
      const version = (c.req.param('archive') ?? '').slice(0, -'.tar.gz'.length)
      return answer(c, (principal) =>
        found(c, principal, version, async (skill, row): Promise<Answer> => {
          counter.count(skill.name)
          return {
            body: new Uint8Array(await archiveOf(context, { skill, version: row, principal }, 'archive')),
            type: 'application/gzip',
            keep: 'version',
            etag: row.archive_digest,
            headers: ANYBODY,
          }
        }),
      )
    })

    app.get(`${legacy}/index.json`, (c) =>
      answer(c, async (principal) => {
        const listed = await listedSkills(context, principal, c.req.param('scope'))
        const paths = await pathsOf(
          context.db,
          listed.map(({ version }) => version.id),
          mostBytes,
        )
        const skills = listed.flatMap(({ skill, slug, version }) => {
          const files = paths.get(version.id)
          return files ? [{ name: slug, description: skill.description, files }] : []
        })
        return json({ skills: withinBytes(skills, mostBytes) }, { headers: ANYBODY })
      }),
    )
    app.get(`${legacy}/:slug/:path{.+}`, (c) =>
      answer(c, (principal) =>
        found(c, principal, 'latest', async (skill, row) => {
          const path = c.req.param('path') ?? ''
          const bytes = await fileOf(context, { skill, version: row, principal }, path)
          if (path === 'SKILL.md') counter.count(skill.name)
          const raw = rawFile(path, bytes, false)
          return { ...raw, headers: { ...raw.headers, ...ANYBODY } }
        }),
      ),
    )
  }

  async function found(
    c: RegistryRequest,
    principal: Parameters<typeof skillBySlug>[1],
    version: string,
    read: (skill: SkillRow, row: VersionRow) => Promise<Answer>,
  ): Promise<Answer> {
    const skill = await skillBySlug(context, principal, {
      slug: c.req.param('slug') ?? '',
      scope: c.req.param('scope'),
    })
    return read(skill, await versionOf(context.db, skill, version))
  }
  return app
}
