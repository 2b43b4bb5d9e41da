// What the program does with an archive, alone: read it, judge every entry, write the files. Bundled before it is timed,
// as the program is.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFiles } from '../src/store/write-files.ts'
import { readArchive } from '../src/platform/archive.ts'

const [from = '', to = ''] = process.argv.slice(2)
for (const name of readdirSync(from)) {
  const entries = await readArchive(readFileSync(join(from, name)), { name })
  writeFiles(join(to, name.replace('.tgz', '')), entries)
}
