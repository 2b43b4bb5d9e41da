// A bare node:http server that answers from memory with what another server answered: the same bodies and headers.
//   node anchor-http.js ORIGIN FILE ACCEPT    FILE holds the paths
import { readFileSync } from 'node:fs'
import { Agent, createServer, get } from 'node:http'

const [origin, file, accept] = process.argv.slice(2)
const OWN = /^(?:date|connection|keep-alive|x-request-id|transfer-encoding)$/i
const answers = new Map()
const agent = new Agent({ keepAlive: true })

for (const path of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
  answers.set(path, await copy(path))
}
agent.destroy()
const server = createServer((request, response) => {
  const answer = answers.get(request.url)
  if (answer) response.writeHead(200, answer.headers).end(answer.body)
  else response.writeHead(404).end()
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${server.address().port}\n`))

function copy(path) {
  return new Promise((resolve, reject) => {
    get(`${origin}${path}`, { agent, headers: { accept } }, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => {
        if (response.statusCode !== 200) return reject(new Error(`${path}: ${response.statusCode}`))
        const body = Buffer.concat(chunks)
        const headers = []
        for (let at = 0; at < response.rawHeaders.length; at += 2) {
          const [name, value] = response.rawHeaders.slice(at, at + 2)
          if (!OWN.test(name) && !/^content-length$/i.test(name)) headers.push(name, value)
        }
        headers.push('content-length', String(body.length))
        resolve({ body, headers })
      })
    }).on('error', reject)
  })
}
