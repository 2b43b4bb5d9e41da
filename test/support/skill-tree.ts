// Small skills for tests, as files on disk.
import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The text of a SKILL.md. */
export function skillMd(name: string, body = 'Do it.', description = `What ${name} does`): string {
  return `---\nname: ${name}\ndescription: ${description}\n---\n\n${body}\n`
}

/** A skill.toml that asks for network hosts. */
export function skillToml(name: string, hosts: readonly string[], version = '1.0.0'): string {
  const list = hosts.map((host) => JSON.stringify(host)).join(', ')
  return `[skill]\nname = "${name}"\nversion = "${version}"\n\n[capabilities.network]\nhosts = [${list}]\n`
}

/** Writes files by relative path and gives the root. */
export function writeTree(root: string, files: Readonly<Record<string, string | Buffer>>): string {
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
  }
  return root
}

/**
 * Every file below a folder with its text, links as `-> target`, in the order of their paths. Follows no link. Without the
 * record of what was put there, which test/ops/placed.test.ts looks at.
 */
export function readTreeText(root: string): Record<string, string> {
  const found = new Map<string, string>()
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isSymbolicLink()) found.set(path, `-> ${readlinkSync(join(root, path))}`)
      else if (entry.isDirectory() && path.endsWith('.agents/.skillward')) continue
      else if (entry.isDirectory()) walk(path)
      else found.set(path, readFileSync(join(root, path), 'utf8'))
    }
  }
  walk('')
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}
