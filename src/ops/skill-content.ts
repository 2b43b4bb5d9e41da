// The locked content of an installed skill for whoever reads it: the copy when it is intact, else the store.
import { join } from 'node:path'
import { readPlainFiles } from '../store/tree.ts'
import { readManifest, type Manifest } from '../manifest/manifest.ts'
import { type CapabilityRequest, capabilityRequest } from '../manifest/request.ts'
import type { Diagnostic } from '../errors/diagnostic.ts'
import { digestOfFiles, type SkillFile } from '../integrity/tree.ts'
import type { LockEntry } from '../lock/lockfile.ts'
import { openStore } from '../store/store.ts'
import type { Io } from './io.ts'
import type { Scope } from './scope.ts'

export interface SkillContent {
  readonly files: readonly SkillFile[]
  readonly manifest: Manifest
  readonly request: CapabilityRequest
  readonly diagnostics: readonly Diagnostic[]
}

/** Undefined when neither place has the content that the lock names. */
export function readLockedContent(
  name: string,
  entry: LockEntry,
  { scope, io }: { readonly scope: Scope; readonly io: Io },
): SkillContent | undefined {
  const files = lockedFiles(name, entry, { scope, io })
  if (!files) return undefined
  const { manifest, diagnostics } = readManifest(files, { mode: 'tolerant', folder: name })
  return manifest && { files, manifest, request: capabilityRequest(manifest, files), diagnostics }
}

/** The files that the lock names: the copy when it is intact, else the store's; undefined when neither has them. */
export function lockedFiles(
  name: string,
  entry: LockEntry,
  { scope, io }: { readonly scope: Scope; readonly io: Io },
): readonly SkillFile[] | undefined {
  return intactFiles(name, entry, scope) ?? openStore(io.settings.dataDir).read(entry.integrity)
}

function intactFiles(name: string, entry: LockEntry, scope: Scope): readonly SkillFile[] | undefined {
  const files = readPlainFiles(join(scope.skillsDir, name))
  return files && digestOfFiles(files) === entry.integrity ? files : undefined
}
