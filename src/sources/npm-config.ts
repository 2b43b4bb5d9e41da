// What the user's own npmrc says about registries and their tokens, for npm sources. The project's npmrc is not read: a
// repository must not be able to name the place that gets the user's token.
import { join } from 'node:path'
import type { Settings } from '../platform/env.ts'
import { readFileBounded } from '../platform/fs.ts'

const MAX_BYTES = 1024 * 1024
const USED = /^(?:registry|@[^:/]+:registry|\/\/[^\s]+:(?:_authToken|_auth|username|_password))$/

/** The settings as npm's libraries take them: `registry`, `@scope:registry`, `//host/:_authToken`. */
export function npmConfig({ env, home }: Pick<Settings, 'env' | 'home'>): Readonly<Record<string, string>> {
  const file = env.NPM_CONFIG_USERCONFIG ?? env.npm_config_userconfig ?? (home && join(home, '.npmrc'))
  const text = (file && readFileBounded(file, MAX_BYTES)?.toString('utf8')) || ''
  const found: Record<string, string> = {}
  for (const line of text.split(/\r?\n/)) {
    const [, key = '', value = ''] = /^\s*([^#;=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (USED.test(key)) found[key] = expand(value.replace(/^(["'])(.*)\1$/, '$2'), env)
  }
  const registry = env.NPM_CONFIG_REGISTRY ?? env.npm_config_registry
  return registry ? { ...found, registry } : found
}

/** `${NAME}` as npm has it; a name without value stays as it is written. */
function expand(value: string, env: Settings['env']): string {
  return value.replace(/\$\{([^}]+)\}/g, (whole, name: string) => env[name] ?? whole)
}
