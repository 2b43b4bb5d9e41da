// What a URL of a source may look like. Pure; never opens anything, never lets a credential through.
import { SkillsError } from '../errors/error.ts'
import { displayShort, redactUrl } from '../platform/text.ts'

const ARCHIVE = /\.(?:tar\.gz|tgz|tar|zip|skill)$/i
const HOST = /^(?:[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?|\[[0-9a-f:.]+\])$/
const SSH_USER = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/

/** True for a name that ends as an archive does: .tar.gz, .tgz, .tar, .zip, and .skill, which is a zip of one skill. */
export function isArchiveName(name: string): boolean {
  return ARCHIVE.test(name)
}

/** True for the address or path of a file SKILL.md. */
export function isSkillFile(name: string): boolean {
  return /(?:^|[/\\])skill\.md$/i.test(name)
}

/** True for localhost, 127.0.0.0/8 and ::1, where plain http cannot be overheard. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}

/**
 * A normalised https:, ssh:, file: or loopback http: URL, without fragment.
 * @throws spec_invalid | spec_credentials | source_insecure
 */
export function checkedUrl(text: string): URL {
  const shown = displayShort(redactUrl(text), 200)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url) throw new SkillsError('spec_invalid', `Not a URL: ${shown}`, { hint: 'see skills add --help' })
  // A decoded newline ends a line of git's credential protocol; nothing honest needs one.
  if (/%(?:[01][0-9a-f]|7f)/i.test(text)) {
    throw new SkillsError('spec_invalid', `The URL holds an encoded control character: ${shown}`)
  }
  refuseInsecure(url, shown)
  refuseCredentials(url, shown)
  if (url.protocol === 'file:') {
    if (url.hostname !== '' || url.search !== '') {
      throw new SkillsError('spec_invalid', `A file URL names no host and no query: ${shown}`, {
        hint: 'write file:///absolute/path',
      })
    }
  } else if (!HOST.test(url.hostname)) {
    throw new SkillsError('spec_invalid', `The URL has no acceptable host: ${shown}`)
  }
  url.hash = ''
  return url
}

function refuseInsecure(url: URL, shown: string): void {
  switch (url.protocol) {
    case 'https:':
    case 'ssh:':
    case 'file:':
      return
    case 'http:':
      if (isLoopback(url.hostname)) return
      break
    case 'git:':
      break
    default:
      throw new SkillsError('spec_invalid', `Sources of this kind are not supported: ${shown}`, {
        hint: 'use an https:, ssh: or file: URL, owner/repo, or a path such as ./folder',
      })
  }
  throw new SkillsError('source_insecure', `${url.protocol} is not encrypted: ${shown}`, {
    hint: 'use https: or ssh:',
  })
}

// What hosts call the secrets that they take in a query: GitLab, Azure, S3 and its kin, Google, and everybody's token.
const SECRET_PARAMETER =
  /^(?:(?:.*[-_.])?(?:token|secret|password|passwd|pwd|signature|credential|api[-_]?key|jwt)|apikey|auth|authorization|sig|awsaccesskeyid)$/i

/** True for a query parameter whose value proves who asks, and so must not be written down. */
export function isSecretParameter(name: string): boolean {
  return SECRET_PARAMETER.test(name)
}

function refuseCredentials(url: URL, shown: string): void {
  const secret = [...url.searchParams.keys()].find(isSecretParameter)
  if (secret !== undefined) {
    throw new SkillsError('spec_credentials', `The URL carries a credential in its query: ${shown}`, {
      hint: `leave out "${displayShort(secret, 40)}"; for a private repository use a git source`,
    })
  }
  const user = url.protocol === 'ssh:' && url.password === '' ? url.username : ''
  if (url.password === '' && url.username === user) {
    if (user === '' || SSH_USER.test(user)) return
    throw new SkillsError('spec_invalid', `The user name of the URL is not acceptable: ${shown}`)
  }
  throw new SkillsError('spec_credentials', `The URL carries a user name or password: ${shown}`, {
    hint: 'leave it out; git asks your credential helper or SSH agent',
  })
}
