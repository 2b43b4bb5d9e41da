// What a person typed as a source, beside what stands in the folder where it was typed.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { SkillsError } from '../errors/error.ts'
import type { Settings } from '../platform/env.ts'
import { displayText } from '../platform/text.ts'

/** `owner/repo` without scheme or prefix, which may as well be a folder. */
const BARE = /^[A-Za-z0-9][\w.-]*(?:\/[\w.@-]+)+\/*$/

/**
 * Refuses `skills/pdf` where that folder or file exists: nobody is asked on the network for what stands here.
 * @throws spec_invalid
 */
export function refuseLocalName(text: string, { cwd }: Pick<Settings, 'cwd'>): void {
  const [body = ''] = text.split('#')
  if (!BARE.test(body) || !existsSync(resolve(cwd, body))) return
  throw new SkillsError(
    'spec_invalid',
    `${displayText(body)} stands here, and may be a repository of GitHub too`,
    {
      hint: `write ./${displayText(text)} for what stands here, or github:${displayText(text)} for the repository`,
    },
  )
}
