// Which file serves which kind of source; each loads only when it is asked for.
import type { Kind, Source } from './source.ts'

const SOURCES = {
  path: async () => (await import('./path.ts')).pathSource,
  git: async () => (await import('./git.ts')).gitSource,
  archive: async () => (await import('./archive.ts')).archiveSource,
  oci: async () => (await import('./oci.ts')).ociSource,
  registry: async () => (await import('./registry.ts')).registrySource,
  npm: async () => (await import('./npm.ts')).npmSource,
  'well-known': async () => (await import('./well-known.ts')).wellKnownSource,
} satisfies { [K in Kind]: () => Promise<Source<K>> }

/** The source of a kind. */
export async function sourceOf<K extends Kind>(kind: K): Promise<Source<K>> {
  const load: () => Promise<unknown> = SOURCES[kind]
  return (await load()) as Source<K>
}
