// Which texts of a skill instruct an agent, and which of its files are too large or too many to be read.
import type { SkillFile } from '../integrity/tree.ts'
import { evidence, opaqueFound, type Excerpt, type Found } from './infer-found.ts'
import { isRead } from './infer-files.ts'
import { MAX_SCRIPT_BYTES, type Script } from './infer-scripts.ts'
import type { SkillMd } from './skill-md.ts'

const MAX_TEXTS = 200
const MAX_TEXT_BYTES = 512 * 1024

/** How the skill came to be, is tested or is installed by hand: read for what no text may hide, not for what it shows. */
const ASIDE =
  /(?:^|\/)(?:README|CHANGELOG|LICENSE|NOTICE|CONTRIBUTING|SECURITY|CODE_OF_CONDUCT|INSTALL)[^/]*$|(?:^|\/)(?:tests?|evals?|evaluations?|templates?|fixtures?|examples?|samples?|node_modules|assets)\/|\.(?:txt|rst|adoc)$/i
const TEXT =
  /\.(?:md|mdx|mdc|markdown|txt|rst|adoc)$|(?:^|\/)\.(?:cursor|windsurf|cline|roo|goose)(?:rules|hints)$/i

export interface Texts {
  readonly instructions: readonly Excerpt[]
  /** Texts that an agent may come upon. */
  readonly aside: readonly Excerpt[]
  readonly unread: readonly Found[]
}

/** The texts of a skill, its SKILL.md first. */
export function textsOf(files: readonly SkillFile[], skill: SkillMd): Texts {
  const decoder = new TextDecoder()
  const others = files.filter((file) => TEXT.test(file.path) && !/^skill\.md$/i.test(file.path))
  const small = others.filter((file) => file.bytes.length <= MAX_TEXT_BYTES)
  const instructing = small.filter((file) => !ASIDE.test(file.path))
  const aside = small.filter((file) => ASIDE.test(file.path))
  const excerpt = (file: SkillFile): Excerpt => ({
    file: file.path,
    text: decoder.decode(file.bytes).replace(/\r\n?/g, '\n'),
    line: 1,
  })
  const left = [
    ...others.filter((file) => !small.includes(file)),
    ...instructing.slice(MAX_TEXTS),
    ...aside.slice(MAX_TEXTS),
  ]
  return {
    instructions: [
      { file: 'SKILL.md', text: skill.body, line: skill.bodyLine },
      ...instructing.slice(0, MAX_TEXTS).map(excerpt),
    ],
    aside: aside.slice(0, MAX_TEXTS).map(excerpt),
    unread: left.map(unread),
  }
}

/** Sources whose end was not read. */
export function unreadScripts(files: readonly SkillFile[], scripts: ReadonlyMap<string, Script>): Found[] {
  return files
    .filter((file) => file.bytes.length > MAX_SCRIPT_BYTES)
    .filter((file) => {
      const script = scripts.get(file.path)
      return script !== undefined && isRead(script)
    })
    .map(unread)
}

function unread({ path }: SkillFile): Found {
  return opaqueFound('unread', evidence({ file: path, line: 1, text: '' }, 0, ''))
}
