// Judges a skill of its own when the server starts, so that the first publisher does not wait for what is loaded and
// compiled at its first use. Writes nothing.
import { packSkill } from '../../src/oci/pack.ts'
import type { Work } from '../threads/work.ts'

const ABOUT = { name: 'warm-up', version: '0.0.0', description: 'Nothing that anybody gets to see' }
const SKILL = `---\nname: ${ABOUT.name}\ndescription: ${ABOUT.description}\n---\n\n# Nothing\n`

/** Settles when a publish would find everything ready. */
export async function warmUp(work: Work): Promise<void> {
  const files = [
    { path: 'SKILL.md', bytes: Buffer.from(SKILL) },
    {
      path: 'skill.toml',
      bytes: Buffer.from(`[skill]\nname = "${ABOUT.name}"\nversion = "${ABOUT.version}"\n`),
    },
  ]
  const { manifest, manifestDigest, config, layers } = packSkill(files, ABOUT)
  const blobs = new Map([config, ...layers].map(({ digest, bytes }) => [digest, bytes]))
  const repository = `nobody/${ABOUT.name}`
  const pushed = { repository, tags: [ABOUT.version], digest: manifestDigest, bytes: manifest, blobs }
  await work.do('judge', pushed, 'nobody')
}
