// The text of a version as HTML for its page. Rendered once and kept under the version's digest.
import { isSkillsError } from '../../src/errors/error.ts'
import type { RegistryContext } from '../context.ts'
import { listFiles } from '../db/files.ts'
import type { SkillRow } from '../db/skills.ts'
import type { VersionRow } from '../db/versions.ts'
import { fileAddress } from './reading.ts'

/** Text beyond this is not shown; a skill's text is a few thousand characters. */
const MAX_CHARACTERS = 200_000
/** A page that is longer is shown as the text it was made from. */
const MAX_HTML = 1_000_000

export interface RenderedReadme {
  readonly html: string
  /** False when there was no time for it now: another time it may look otherwise. */
  readonly isFinal: boolean
}

const running = new WeakMap<RegistryContext, Map<string, Promise<RenderedReadme>>>()

/** Safe HTML; what cannot be rendered in time is shown as it was written. */
export function renderReadme(
  context: RegistryContext,
  {
    skill,
    version,
    client,
  }: { readonly skill: SkillRow; readonly version: VersionRow; readonly client: string },
): Promise<RenderedReadme> {
  const key = `readme ${skill.name} ${version.version} ${version.digest}`
  const kept = context.cache.get(key)
  if (kept) return Promise.resolve({ html: kept.toString(), isFinal: true })
  const jobs = running.get(context) ?? new Map<string, Promise<RenderedReadme>>()
  running.set(context, jobs)
  const known = jobs.get(key)
  if (known) return known
  const made = render(context, { skill, version, client }).then((rendered) => {
    if (rendered.isFinal) context.cache.put(key, Buffer.from(rendered.html))
    return rendered
  })
  jobs.set(key, made)
  void made.catch(() => {}).finally(() => jobs.delete(key))
  return made
}

async function render(
  context: RegistryContext,
  {
    skill,
    version,
    client,
  }: { readonly skill: SkillRow; readonly version: VersionRow; readonly client: string },
): Promise<RenderedReadme> {
  const isCut = version.readme.length > MAX_CHARACTERS
  const text = isCut ? version.readme.slice(0, MAX_CHARACTERS) : version.readme
  const end = isCut ? '<p><em>The rest is too long to be shown.</em></p>' : ''
  const paths = (await listFiles(context.db, version.id)).map(({ path }) => path)
  try {
    const url = fileAddress(skill.name, version.version)
    const html = await context.work.do('render', { text, url, paths }, client)
    return { html: (html.length > MAX_HTML ? plain(text) : html) + end, isFinal: true }
  } catch (error) {
    const isBusy = isSkillsError(error, 'rate_limited') || isSkillsError(error, 'unavailable')
    return { html: plain(text) + end, isFinal: !isBusy }
  }
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function plain(text: string): string {
  return `<pre tabindex="0">${text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? '')}</pre>`
}
