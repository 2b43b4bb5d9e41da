// The jobs that run in threads: whatever reads content that somebody else made. Plain values in, plain values out.
import type { SkillFile } from '../../src/integrity/tree.ts'
import { SkillsError } from '../../src/errors/error.ts'
import { writeTarGz } from '../archives/tar-gz.ts'
import { writeZip } from '../archives/zip.ts'
import { checkArtifact, type CheckedArtifact, filesOf, type PushedManifest } from '../services/artifact.ts'
import { readManifestForm, type ReadManifest } from '../services/manifest-form.ts'
import { npmPackage } from '../services/packages.ts'
import { markdownToHtml } from '../services/readme-html.ts'

type Pushed = Omit<PushedManifest, 'readBlob' | 'tag'> & {
  readonly tags: readonly string[]
  readonly blobs: ReadonlyMap<string, Uint8Array>
}

/** The files of a version are in this layer, below the folder with the skill's own name. */
interface Layer {
  readonly layer: Uint8Array
  readonly skill: string
}

export const JOBS = {
  /** What a manifest is. */
  form: async ({ bytes, contentType }: { bytes: Uint8Array; contentType: string | undefined }) =>
    readManifestForm(bytes, contentType) satisfies ReadManifest,

  /** The versions that a push makes, one for each of the tags that names one. */
  async judge({ tags, blobs, ...pushed }: Pushed): Promise<CheckedArtifact[]> {
    const readBlob = async (digest: string): Promise<Uint8Array> => {
      const bytes = blobs.get(digest)
      if (bytes) return bytes
      throw new SkillsError('artifact_invalid', `The artifact lacks a part: ${digest}`)
    }
    const checked: CheckedArtifact[] = []
    for (const tag of tags) {
      const artifact = await checkArtifact({ ...pushed, tag, readBlob })
      if (artifact) checked.push(artifact)
    }
    return checked
  },

  /** Markdown as HTML that is safe in a page. */
  render: async ({ text, url, paths }: { text: string; url: string; paths: readonly string[] }) => {
    const known = new Set(paths)
    return markdownToHtml(text, { url, has: (path) => known.has(path) })
  },

  /** One file of a version. */
  async file({ layer, skill, path }: Layer & { path: string }) {
    const found = (await filesOf(layer, skill)).find((file) => file.path === path)
    // It is a window on the whole archive, which would cross to the other thread with it.
    return found && new Uint8Array(found.bytes)
  },

  archive: async (of: Layer) => archived(of, (files) => writeTarGz(files, '')),
  zip: async (of: Layer) => archived(of, writeZip),
  package: async ({ about, ...of }: Layer & { about: Parameters<typeof npmPackage>[0] }) =>
    archived(of, (files) => npmPackage(about, files)),
} as const

async function archived(
  { layer, skill }: Layer,
  pack: (files: readonly SkillFile[]) => Buffer,
): Promise<Uint8Array> {
  return pack(await filesOf(layer, skill))
}

export type JobName = keyof typeof JOBS
export type JobInput<K extends JobName> = Parameters<(typeof JOBS)[K]>[0]
export type JobResult<K extends JobName> = Awaited<ReturnType<(typeof JOBS)[K]>>

/** A job as it is sent. */
export interface Job<K extends JobName = JobName> {
  readonly name: K
  readonly input: JobInput<K>
}

/** Runs a job where it is called. @throws what the job throws */
export async function runJob<K extends JobName>({ name, input }: Job<K>): Promise<JobResult<K>> {
  const run = JOBS[name] as (given: JobInput<K>) => Promise<JobResult<K>>
  return run(input)
}
