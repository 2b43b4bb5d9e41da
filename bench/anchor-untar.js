// Node's tar in its asynchronous form: every archive of a folder into a folder of its own.
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { x } from 'tar'

const [from, to] = process.argv.slice(2)
for (const name of readdirSync(from)) {
  const cwd = join(to, name.replace('.tgz', ''))
  mkdirSync(cwd)
  await Promise.resolve(x({ file: join(from, name), cwd }))
}
