// The plain loop: reads and hashes every file below a folder. No check, no comparison, no output but a count.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'

const pending = [process.argv[2]]
let count = 0
for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) pending.push(path)
    else {
      createHash('sha256').update(readFileSync(path)).digest('hex')
      count += 1
    }
  }
}
process.stdout.write(`${count}\n`)
