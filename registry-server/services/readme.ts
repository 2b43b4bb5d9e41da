// The text of a version as HTML for its page. Rendered once and kept under the version's digest.
import { setTimeout as delay } from 'node:timers/promises'
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
  const shownNow = (): RenderedReadme => ({ html: shownPlain(version.readme), isFinal: false })
  const jobs = running.get(context) ?? new Map<string, Promise<RenderedReadme>>()
  running.set(context, jobs)
  const known = jobs.get(key)
  if (known) return inTime(known, context.config.limits.textWaitMs, shownNow)
  const made = render(context, { skill, version, client }).then((rendered) => {
    if (rendered.isFinal) context.cache.put(key, Buffer.from(rendered.html))
    return rendered
  })
  jobs.set(key, made)
  void made.catch(() => {}).finally(() => jobs.delete(key))
  return inTime(made, context.config.limits.textWaitMs, shownNow)
}

/** A page does not stand in a queue for its text: what is not rendered by then is shown as it was written. */
async function inTime(
  made: Promise<RenderedReadme>,
  waitMs: number,
  otherwise: () => RenderedReadme,
): Promise<RenderedReadme> {
  const patience = new AbortController()
  const late = delay(waitMs, undefined, { signal: patience.signal, ref: false }).then(otherwise)
  late.catch(() => {})
  try {
    return await Promise.race([made, late])
  } finally {
    patience.abort()
  }
}

async function render(
  context: RegistryContext,
  {
    skill,
    version,
    client,
  }: { readonly skill: SkillRow; readonly version: VersionRow; readonly client: string },
): Promise<RenderedReadme> {
  const { text, end } = cut(version.readme)
  const paths = (await listFiles(context.db, version.id)).map(({ path }) => path)
  try {
    const url = fileAddress(skill.name, version.version)
    const html = await context.work.do('render', { text, url, paths }, client)
    return { html: (html.length > MAX_HTML ? plain(text) : html) + end, isFinal: true }
  } catch (error) {
    const isBusy = isSkillsError(error, 'rate_limited') || isSkillsError(error, 'unavailable')
    return { html: shownPlain(version.readme), isFinal: !isBusy }
  }
}

function cut(readme: string): { readonly text: string; readonly end: string } {
  if (readme.length <= MAX_CHARACTERS) return { text: readme, end: '' }
  return {
    text: readme.slice(0, MAX_CHARACTERS),
    end: '<p><em>The rest is too long to be shown.</em></p>',
  }
}

function shownPlain(readme: string): string {
  const { text, end } = cut(readme)
  return plain(text) + end
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function plain(text: string): string {
  return `<pre tabindex="0">${text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? '')}</pre>`
}
