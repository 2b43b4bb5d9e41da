// Which other tool a skills.json or skills.lock belongs to, when it plainly is not ours. Several tools chose the same
// file names; acting on half-understood content would lose what the other tool wrote.
import { isObject, type JsonObject } from './json-text.ts'

/** The tool that wrote a lockfile, given as text (for formats that are not JSON) or parsed; undefined when none is known. */
export function foreignOwner(lock: string | JsonObject): string | undefined {
  if (typeof lock === 'string') return /^\s*\{/.test(lock) ? undefined : yamlOwner(lock)
  if ('lockfileVersion' in lock) return versionedOwner(lock)
  if ('schema_version' in lock) return 'skil-lock'
  if (!isObject(lock.skills)) return undefined
  const first = Object.values(lock.skills).find(isObject)
  if (first && ('computedHash' in first || 'skillFolderHash' in first)) return 'the skills CLI of Vercel'
  if (first && 'path' in first && 'ref' in first) return 'skills-lock'
  return 'version' in lock ? 'another tool (it has "version" instead of "lockfileVersion")' : undefined
}

function yamlOwner(text: string): string | undefined {
  if (/^schema_version:/m.test(text)) return 'skil-lock'
  return /^(?:skills|plugins):\s*$/m.test(text) && /^version:/m.test(text) ? 'ToolHive' : undefined
}

function versionedOwner(lock: JsonObject): string | undefined {
  if (Array.isArray(lock.skills)) return 'an OCI skills tool (arconia or skills-oci)'
  if ('packages' in lock && !('skills' in lock)) return 'a package manager for JavaScript'
  if (!isObject(lock.skills)) return undefined
  for (const [key, entry] of Object.entries(lock.skills)) {
    if (!isObject(entry) || 'resolution' in entry) continue
    if ('resolved' in entry && (key.includes('@') || String(entry.integrity).startsWith('sha512-')))
      return 'tank'
  }
  return undefined
}

/** The tool that wrote a skills.json, parsed; undefined when none is known. */
export function foreignProjectOwner(project: JsonObject): string | undefined {
  if (Array.isArray(project.skills)) return 'an OCI skills tool (arconia or skills-oci)'
  if (!isObject(project.skills)) return undefined
  const tank = 'permissions' in project || Object.keys(project.skills).some((key) => /^@[^/]+\//.test(key))
  return tank ? 'tank' : undefined
}
