// The documents of the API about one skill, put together from rows. Reads only.
import semver from 'semver'
import type { Capabilities } from '../../src/capabilities/capabilities.ts'
import { diffCapabilities, widens } from '../../src/capabilities/diff.ts'
import { SkillsError } from '../../src/errors/error.ts'
import { displayShort } from '../../src/platform/text.ts'
import { repositoryOfName, tagOfVersion, VERSION } from '../../src/registry/names.ts'
import { API_BASE } from '../../src/registry/protocol.ts'
import type {
  CapabilityDiff,
  Dependents,
  Downloads,
  SkillDocument,
  VersionDocument,
  VersionSummary,
} from '../../src/registry/protocol.ts'
import type { Database } from '../db/database.ts'
import { listDownloads } from '../db/downloads.ts'
import { listDependents, listFiles } from '../db/files.ts'
import { findRepository } from '../db/repositories.ts'
import { listMembers } from '../db/scopes.ts'
import { type SkillRow, visibleSql, type Visibility } from '../db/skills.ts'
import { floatingTags } from '../db/tagged.ts'
import { findVersion, listVersions, type VersionItemRow, type VersionRow } from '../db/versions.ts'
import { findRemoval, listRemovals } from '../db/removals.ts'
import { removed } from './removed.ts'
import { withinBytes } from './page.ts'
import { skillSummary } from './search.ts'

const DAYS = 90
const DEPENDENTS = 200
const DEPENDENTS_BYTES = 256 * 1024

/** The skill with all its versions, newest first. */
export async function skillDocument(
  db: Database,
  skill: SkillRow,
  { visibility, mostBytes }: { readonly visibility: Visibility; readonly mostBytes: number },
): Promise<SkillDocument> {
  const [versions, tags, members, dependents, removals] = await Promise.all([
    sortedVersions(db, skill, mostBytes),
    tagsOfSkill(db, skill),
    listMembers(db, skill.scope_id),
    listDependents(db, skill.name, { where: visibleSql(visibility), limit: 1 }),
    listRemovals(db, skill.id),
  ])
  return {
    ...skillSummary(skill),
    tags,
    versions: versions.map((version) => versionSummary(skill, version)),
    owners: members.filter(({ role }) => role === 'owner').map(({ user }) => user),
    dependents: dependents.total,
    ...(removals.length > 0 && {
      removed: removals.map(({ version, reason, removedAt }) => ({ version, reason, removedAt })),
    }),
  }
}

/** Rows by precedence, the greatest first; of more than so many bytes the last published. */
export async function sortedVersions(
  db: Database,
  skill: SkillRow,
  mostBytes: number,
): Promise<VersionItemRow[]> {
  const versions = await listVersions(db, skill.id, mostBytes)
  return versions
    .map((row) => ({ row, parsed: new semver.SemVer(row.version) }))
    .sort((a, b) => b.parsed.compare(a.parsed) || b.parsed.compareBuild(a.parsed))
    .map(({ row }) => row)
}

/** Floating tags; `latest` is the current version where nobody set it, and none where all are yanked. */
async function tagsOfSkill(db: Database, skill: SkillRow): Promise<Record<string, string>> {
  const repository = await findRepository(db, repositoryOfName(skill.name))
  const tags = repository ? await floatingTags(db, repository.id, skill.id) : []
  const current = await findVersion(db, skill.id, skill.version)
  const found: Record<string, string> = current?.yanked === null ? { latest: skill.version } : {}
  for (const { name, version } of tags) {
    if (name === tagOfVersion(version)) continue
    Object.defineProperty(found, name, {
      value: version,
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }
  return found
}

function versionSummary(skill: SkillRow, version: VersionItemRow): VersionSummary {
  return {
    version: version.version,
    digest: version.digest,
    integrity: version.integrity,
    publishedAt: version.published_at,
    publisher: version.publisher,
    ...(version.yanked === null ? {} : { yanked: version.yanked }),
    ...(skill.deprecated === null ? {} : { deprecated: skill.deprecated }),
    size: version.size,
    signer: version.signer,
    dependencies: JSON.parse(version.dependencies) as Record<string, string>,
  }
}

/** The row of a version; `latest` means the current one, unless that is yanked. @throws version_not_found, version_removed */
export async function versionOf(db: Database, skill: SkillRow, version: string): Promise<VersionRow> {
  const wanted = version === 'latest' ? skill.version : version
  const row = VERSION.test(wanted) ? await findVersion(db, skill.id, wanted) : undefined
  if (row && !(version === 'latest' && row.yanked !== null)) return row
  const gone = VERSION.test(wanted) ? await findRemoval(db, skill.id, wanted) : undefined
  if (gone) throw removed(skill.name, gone)
  if (row) {
    throw new SkillsError('version_not_found', `Every version of ${skill.name} is yanked`, {
      hint: `the last one was ${skill.version}; ask for it by its number`,
    })
  }
  throw new SkillsError('version_not_found', `${skill.name} has no version ${displayShort(version, 100)}`, {
    hint: `the current one is ${skill.version}`,
  })
}

export async function versionDocument(
  db: Database,
  skill: SkillRow,
  row: VersionRow,
): Promise<VersionDocument> {
  const files = await listFiles(db, row.id)
  const optional = capabilitiesIn(row.optional_capabilities)
  return {
    ...versionSummary(skill, row),
    name: skill.name,
    description: row.description,
    ...(row.license === null ? {} : { license: row.license }),
    capabilities: capabilitiesIn(row.capabilities),
    ...(Object.keys(optional).length === 0 ? {} : { optionalCapabilities: optional }),
    files,
    repository: repositoryOfName(skill.name),
    tag: tagOfVersion(row.version),
  }
}

/** The capabilities in a column of a version. */
export function capabilitiesIn(json: string | null): Capabilities {
  return json === null ? {} : (JSON.parse(json) as Capabilities)
}

/** What `to` may do that `from` may not, and the other way round. @throws skill_not_found */
export async function capabilityDiff(
  db: Database,
  skill: SkillRow,
  { from, to }: { from: string; to: string },
): Promise<CapabilityDiff> {
  const [before, after] = [await versionOf(db, skill, from), await versionOf(db, skill, to)]
  const [was, is] = [capabilitiesIn(before.capabilities), capabilitiesIn(after.capabilities)]
  return {
    name: skill.name,
    from: before.version,
    to: after.version,
    widens: widens(was, is),
    changes: diffCapabilities(was, is).map((change) => ({ ...change })),
  }
}

export async function dependentsOf(
  db: Database,
  skill: SkillRow,
  visibility: Visibility,
): Promise<Dependents> {
  const { total, rows } = await listDependents(db, skill.name, {
    where: visibleSql(visibility),
    limit: DEPENDENTS,
  })
  return { total, dependents: withinBytes(rows, DEPENDENTS_BYTES) }
}

export async function downloadsOf(db: Database, skill: SkillRow, now: Date): Promise<Downloads> {
  const since = new Date(now.getTime() - DAYS * 86_400_000).toISOString().slice(0, 10)
  return { total: skill.downloads, days: await listDownloads(db, skill.id, since) }
}

/** Where the files of a version are; ends in a slash. */
export function fileAddress(name: string, version: string): string {
  return `${API_BASE}/skills/${name}/versions/${encodeURIComponent(version)}/files/`
}
