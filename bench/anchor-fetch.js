// The plain script: fetches a manifest and its layer, hashes, unpacks and writes. No check of names, no lock, no store.
//   node anchor-fetch.js ORIGIN REPOSITORY TAG FOLDER
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'

const [origin, repository, tag, folder] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true })
const manifest = JSON.parse(await fetched(`manifests/${tag}`))
const { digest } = manifest.layers[0]
const layer = await fetched(`blobs/${digest}`)
agent.destroy()
if (`sha256:${createHash('sha256').update(layer).digest('hex')}` !== digest) throw new Error('other bytes')
const tar = gunzipSync(layer)
for (let at = 0; tar[at] !== 0;) {
  const text = (from, length) => tar.toString('latin1', at + from, at + from + length).replace(/\0.*$/s, '')
  const size = Number.parseInt(text(124, 12), 8)
  if (text(156, 1) === '0') {
    const path = join(folder, text(0, 100))
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, tar.subarray(at + 512, at + 512 + size))
  }
  at += 512 + Math.ceil(size / 512) * 512
}

function fetched(path) {
  return new Promise((resolve, reject) => {
    const headers = { accept: 'application/vnd.oci.image.manifest.v1+json' }
    get(`${origin}/v2/${repository}/${path}`, { agent, headers }, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => resolve(Buffer.concat(chunks)))
    }).on('error', reject)
  })
}
