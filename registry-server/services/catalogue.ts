// What changes the catalogue: a push that makes a version, yanks, deprecations, signatures. A version's content never
// changes. The caller has checked who may do it and writes the audit.
import semver from 'semver'
import type { Capabilities } from '../../src/capabilities/capabilities.ts'
import type { Diagnostic } from '../../src/errors/diagnostic.ts'
import { SkillsError } from '../../src/errors/error.ts'
import { displayShort } from '../../src/platform/text.ts'
import { dependencyName, repositoryOfName } from '../../src/registry/names.ts'
import { describeChange, wideningOf } from '../../src/registry/release-rules.ts'
import type { Database } from '../db/database.ts'
import { insertDependency, insertFiles } from '../db/files.ts'
import { findRemoval } from '../db/removals.ts'
import { findRepository } from '../db/repositories.ts'
import { indexSkill, unindexSkill } from '../db/search-index.ts'
import {
  clearCurrent,
  findSkill,
  insertSkill,
  setDeprecated,
  type SkillRow,
  updateSkill,
} from '../db/skills.ts'
import { deleteTag, findTag, setTag } from '../db/tags.ts'
import {
  findVersion,
  insertVersion,
  listReleases,
  type ReleaseRow,
  setSigner,
  setYanked,
} from '../db/versions.ts'
import type { CheckedArtifact } from './artifact.ts'
import { indexText } from '../db/search-words.ts'
import { removed } from './removed.ts'

const LATEST = 'latest'

export interface Publication {
  readonly checked: CheckedArtifact
  readonly scopeId: number
  readonly publisher: string
  /** ISO 8601. */
  readonly at: string
}

/**
 * Adds the version, inside the transaction that stores its manifest. The same content again changes nothing.
 * @returns warnings for the publisher
 * @throws version_exists, version_removed, capability_widened
 */
export async function indexManifest(tx: Database, publication: Publication): Promise<Diagnostic[]> {
  const { checked, scopeId, publisher, at } = publication
  const { name, version } = checked
  await tx.lock(`skill ${name}`)
  const skill = (await findSkill(tx, name)) ?? (await insertSkill(tx, { name, scopeId, at }))
  const gone = await findRemoval(tx, skill.id, version)
  if (gone) throw removed(name, gone)
  const others = await listReleases(tx, skill.id)
  const same = others.find((other) => other.version === version)
  if (same?.digest === checked.digest) return []
  // Versions that differ in build metadata only have the same precedence, but other tags: they are other versions.
  if (same) throw versionExists(name, same)
  const warnings = judgeWidening(checked, others)
  const id = await insertVersion(tx, skill.id, {
    version,
    digest: checked.digest,
    integrity: checked.integrity,
    published_at: at,
    publisher,
    size: checked.size,
    signer: 'unsigned',
    description: checked.manifest.description,
    license: checked.license ?? null,
    topics: JSON.stringify(checked.manifest.contract?.topics ?? []),
    source: checked.source ?? null,
    revision: checked.revision ?? null,
    dependencies: JSON.stringify(checked.manifest.dependencies),
    capabilities: JSON.stringify(checked.capabilities),
    optional_capabilities: JSON.stringify(checked.optionalCapabilities),
    readme: storable(checked.manifest.skill.body),
    layer: checked.layer,
    archive_digest: checked.archive.digest,
    archive_size: checked.archive.size,
    package_integrity: checked.packageIntegrity,
    fingerprint: checked.fingerprint,
  })
  await insertFiles(tx, id, checked.files)
  const needs = new Map<string, string>()
  for (const [key, range] of Object.entries(checked.manifest.dependencies)) {
    needs.set(dependencyName(key, name), range)
  }
  for (const [needed, range] of needs) await insertDependency(tx, id, { name: needed, range })
  await refresh(tx, skill)
  return warnings
}

/** PostgreSQL has no text with NUL. */
function storable(text: string): string {
  return text.replaceAll('\u0000', '\ufffd')
}

function versionExists(name: string, same: ReleaseRow): SkillsError {
  return new SkillsError('version_exists', `${name} ${same.version} is published with other content`, {
    hint: 'a version never changes: publish the next one',
    details: { detail: 'version_exists', digest: same.digest },
  })
}

/** @throws capability_widened */
function judgeWidening(checked: CheckedArtifact, others: readonly ReleaseRow[]): Diagnostic[] {
  const own = new semver.SemVer(checked.version)
  const previous = greatest(others, (other, parsed) =>
    other.yanked === null && parsed.compare(own) < 0 ? 1 : undefined,
  )
  if (!previous) return []
  const widening = wideningOf(
    {
      version: previous.version,
      capabilities: stored(previous.capabilities),
      optionalCapabilities: stored(previous.optional_capabilities ?? '{}'),
    },
    checked,
  )
  if (!widening) return []
  const changes = widening.changes.map((change) => displayShort(describeChange(change), 200))
  const message = `${checked.name} ${checked.version} may do more than ${widening.previous}: ${changes.slice(0, 5).join('; ')}`
  if (widening.verdict === 'refuse') {
    throw new SkillsError('capability_widened', message, {
      hint: 'publish it as a minor or major release, or ask for no more than before',
      details: { previous: widening.previous, changes },
    })
  }
  return [{ severity: 'warning', code: 'capability_widened', message, file: 'skill.toml' }]
}

/** Brings what lists and search show, and the tag `latest`, in line with the versions. */
export async function refresh(tx: Database, skill: SkillRow): Promise<void> {
  const versions = await listReleases(tx, skill.id)
  const usual = currentOf(versions)
  const current = usual && (await findVersion(tx, skill.id, usual.version))
  await moveLatest(tx, skill, versions, usual)
  if (!current) return hideSkill(tx, skill)
  const capabilities = kindsOf(stored(current.capabilities))
  const signed = current.signer !== 'unsigned'
  const certified = current.certified === 1
  await updateSkill(tx, skill.id, {
    description: current.description,
    version: current.version,
    updatedAt: versions[0]?.published_at ?? current.published_at,
    capabilities,
    signed,
    certified,
  })
  await indexSkill(tx, {
    id: skill.id,
    downloads: skill.downloads,
    searchRank: skill.search_rank,
    title: indexText(skill.name),
    topics: indexText((JSON.parse(current.topics) as string[]).join(' ')),
    description: indexText(current.description),
    facets: facetsOf({ capabilities, signed, certified, scopeId: skill.scope_id }).join(' '),
  })
}

/** Nothing of the skill is left to choose. */
async function hideSkill(tx: Database, skill: SkillRow): Promise<void> {
  await unindexSkill(tx, skill.search_rank)
  await clearCurrent(tx, skill.id)
}

/** The tag `latest` never names what is yanked; it goes where it would, or away. */
async function moveLatest(
  tx: Database,
  { name }: SkillRow,
  versions: readonly ReleaseRow[],
  current: ReleaseRow | undefined,
): Promise<void> {
  const repository = await findRepository(tx, repositoryOfName(name))
  const digest = repository && (await findTag(tx, repository.id, LATEST))
  if (!repository || digest === undefined) return
  const named = versions.filter((version) => version.digest === digest)
  if (named.length === 0 || named.some(({ yanked }) => yanked === null)) return
  if (current?.yanked !== null) await deleteTag(tx, repository.id, LATEST)
  else {
    const at = current.published_at
    await setTag(tx, { repositoryId: repository.id, name: LATEST, digest: current.digest, at })
  }
}

/** The words that filters look for. */
export function facetsOf(facts: {
  readonly capabilities?: readonly string[]
  readonly signed?: boolean
  readonly certified?: boolean
  readonly scopeId?: number
}): string[] {
  return [
    ...(facts.capabilities ?? []).map((kind) => `cap${kind}`),
    ...(facts.signed ? ['signed'] : []),
    ...(facts.certified ? ['certified'] : []),
    ...(facts.scopeId === undefined ? [] : [`scope${facts.scopeId}`]),
  ]
}

/** Kinds with at least one rule. */
export function kindsOf(capabilities: Capabilities): string[] {
  return Object.keys(capabilities).sort()
}

/** What a plain name means: the greatest version that is not yanked, and no prerelease where there is another. */
export function currentOf<T extends { readonly version: string; readonly yanked: string | null }>(
  versions: readonly T[],
): T | undefined {
  return greatest(versions, ({ yanked }, { prerelease }) => {
    if (yanked !== null) return 0
    return prerelease.length > 0 ? 1 : 2
  })
}

/** The greatest version of the highest class; those without a class are left out. Reads each version once. */
function greatest<T extends { readonly version: string }>(
  versions: readonly T[],
  classOf: (version: T, parsed: semver.SemVer) => number | undefined,
): T | undefined {
  let best: { readonly version: T; readonly parsed: semver.SemVer; readonly rank: number } | undefined
  for (const version of versions) {
    const parsed = new semver.SemVer(version.version)
    const rank = classOf(version, parsed)
    if (rank === undefined) continue
    const isBetter = !best || rank > best.rank || (rank === best.rank && parsed.compare(best.parsed) > 0)
    if (isBetter) best = { version, parsed, rank }
  }
  return best?.version
}

/** @throws skill_not_found, version_not_found */
async function existing(
  db: Database,
  name: string,
  version: string,
): Promise<{ skill: SkillRow; versionId: number }> {
  const skill = await findSkill(db, name)
  if (!skill) throw new SkillsError('skill_not_found', `There is no ${displayShort(name, 200)}`)
  const row = await findVersion(db, skill.id, version)
  if (!row) {
    throw new SkillsError('version_not_found', `There is no ${displayShort(`${name} ${version}`, 200)}`, {
      hint: `the current one is ${skill.version}`,
    })
  }
  return { skill, versionId: row.id }
}

/** Sets or takes back (`undefined`) the reason why a version is not chosen any more. @throws what `existing` throws */
export async function yankVersion(
  tx: Database,
  { name, version, reason }: { name: string; version: string; reason: string | undefined },
): Promise<void> {
  await tx.lock(`skill ${name}`)
  const { skill, versionId } = await existing(tx, name, version)
  await setYanked(tx, versionId, reason ?? null)
  await refresh(tx, skill)
}

/** Sets or takes back the notice that a skill should not be used any more. @throws skill_not_found */
export async function deprecateSkill(tx: Database, name: string, message: string | undefined): Promise<void> {
  const skill = await findSkill(tx, name)
  if (!skill) throw new SkillsError('skill_not_found', `There is no ${displayShort(name, 200)}`)
  await setDeprecated(tx, skill.id, message ?? null)
}

/** Records who signed a version, once a signature was verified. @throws what `existing` throws */
export async function recordSigner(
  tx: Database,
  { name, version, signer }: { name: string; version: string; signer: string },
): Promise<void> {
  await tx.lock(`skill ${name}`)
  const { skill, versionId } = await existing(tx, name, version)
  await setSigner(tx, versionId, signer)
  await refresh(tx, skill)
}

function stored(json: string): Capabilities {
  return JSON.parse(json) as Capabilities
}
