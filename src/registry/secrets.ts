// Finds credentials that nobody means to publish. Only shapes that are hardly ever anything else: what merely looks
// random is not reported. Pure; never repeats a secret in a message.
import type { Diagnostic } from '../errors/diagnostic.ts'
import type { SkillFile } from '../integrity/tree.ts'

interface Shape {
  readonly id: string
  readonly what: string
  /** The first group is the secret part, judged by `isPlaceholder`. */
  readonly pattern: RegExp
}

const SHAPES: readonly Shape[] = [
  {
    id: 'private_key',
    what: 'a private key',
    pattern:
      /-----BEGIN (?:[A-Z]{2,10} )?(?:ENCRYPTED )?PRIVATE KEY(?: BLOCK)?-----\s{1,4}(?:[\w-]{1,40}: [^\n]{0,200}\n\s{0,4}){0,8}([A-Za-z0-9+/=]{40})/g,
  },
  { id: 'aws_key', what: 'an AWS access key', pattern: /\b((?:AKIA|ASIA)[A-Z2-7]{16})\b/g },
  { id: 'github_token', what: 'a GitHub token', pattern: /\b(gh[pousr]_[A-Za-z0-9]{36})\b/g },
  {
    id: 'github_token',
    what: 'a GitHub token',
    pattern: /\b(github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59})\b/g,
  },
  { id: 'gitlab_token', what: 'a GitLab token', pattern: /\b(glpat-[A-Za-z0-9_-]{20})\b/g },
  { id: 'npm_token', what: 'an npm token', pattern: /\b(npm_[A-Za-z0-9]{36})\b/g },
  { id: 'slack_token', what: 'a Slack token', pattern: /\b(xox[abprs]-\d{8,15}-[A-Za-z0-9-]{20,80})\b/g },
  { id: 'stripe_key', what: 'a live Stripe key', pattern: /\b((?:sk|rk)_live_[A-Za-z0-9]{20,100})\b/g },
  { id: 'google_key', what: 'a Google API key', pattern: /\b(AIza[A-Za-z0-9_-]{35})(?![A-Za-z0-9_-])/g },
  {
    id: 'anthropic_key',
    what: 'an Anthropic key',
    pattern: /\b(sk-ant-[a-z0-9]{3,8}-[A-Za-z0-9_-]{80,120})/g,
  },
  { id: 'openai_key', what: 'an OpenAI key', pattern: /\b(sk-(?:proj-)?[A-Za-z0-9]{40,160})\b/g },
  {
    id: 'registry_token',
    what: 'a token of a registry',
    pattern: /\b(clh_[A-Za-z0-9]{32,64}|skw_[A-Za-z0-9]{42})\b/g,
  },
]

const BINARY_LOOK = 8192

/** One error a secret, at most twenty a file. Files that are not text are not looked into. */
export function findSecrets(files: readonly SkillFile[]): Diagnostic[] {
  return files.flatMap(secretsOf)
}

function secretsOf({ path, bytes }: SkillFile): Diagnostic[] {
  if (bytes.subarray(0, BINARY_LOOK).includes(0)) return []
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const findings: Diagnostic[] = []
  for (const { id, what, pattern } of SHAPES) {
    for (const match of text.matchAll(pattern)) {
      if (findings.length >= 20) return findings
      if (isPlaceholder(match[1] ?? '')) continue
      findings.push({
        severity: 'error',
        code: `secret_${id}`,
        message: `${what} stands in the file`,
        file: path,
        line: lineAt(text, match.index),
        hint: 'remove it, and revoke it where it was issued',
      })
    }
  }
  return findings
}

/** What documentation writes in place of a secret: the word example, runs of one character, counting, also in turns. */
function isPlaceholder(secret: string): boolean {
  if (/example|placeholder|your|dummy|sample|redacted|changeme|fake|test/i.test(secret)) return true
  const parts = [secret, secret.replace(/[^A-Za-z]/g, ''), secret.replace(/\D/g, '')]
  if (parts.some((part) => /(.)\1{5}|0123456|1234567|abcdefg|ABCDEFG/.test(part))) return true
  return new Set(secret).size < 8
}

function lineAt(text: string, index: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) line++
  return line
}
