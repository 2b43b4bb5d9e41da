// Lock entries and the text of locks for tests.
import type { LockEntry, Lockfile } from '../../src/lock/lockfile.ts'

/** A valid entry; each field can be replaced. */
export function lockEntry(replace: Partial<LockEntry> = {}): LockEntry {
  return {
    spec: 'https://git.example/skills.git#path:skills/pdf',
    resolution: {
      kind: 'git',
      url: 'https://git.example/skills.git',
      commit: '0123456789abcdef0123456789abcdef01234567',
      ref: 'refs/heads/main',
      subdir: 'skills/pdf',
    },
    version: '1.2.0',
    integrity: `h1:${'A'.repeat(43)}=`,
    signer: 'unsigned',
    capabilities: { terminal: { allow: ['git **'] } },
    dependencies: {},
    ...replace,
  }
}

export function lockOf(skills: Readonly<Record<string, LockEntry>>): Lockfile {
  return { lockfileVersion: 1, skills }
}

/** The text of a lock with one skill `pdf` whose fields are replaced by whatever JSON can hold. */
export function lockText(replace: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ lockfileVersion: 1, skills: { pdf: { ...lockEntry(), ...replace } } }, null, 2)
}
