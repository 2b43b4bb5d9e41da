// One who asks a server for the paths in turn, a request at a time with a pause between, and prints how long answers take
// longer than once in a hundred: `node anchor-probe.js ORIGIN SECONDS PATH…` gives JSON, milliseconds by path.
import { Agent, request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'

const [origin, seconds, ...paths] = process.argv.slice(2)
const PAUSE = 4
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
let count = 0

/** Every request comes from another address, as those of many people do. */
function address() {
  count += 1
  return `10.${(count >> 16) & 255}.${(count >> 8) & 255}.${count & 255}`
}

function ask(path) {
  return new Promise((resolve, reject) => {
    const start = performance.now()
    const headers = { 'x-forwarded-for': address() }
    const asked = request(new URL(path, origin), { agent, headers }, (answer) => {
      answer.resume().once('end', () => {
        if (answer.statusCode === 200) resolve(performance.now() - start)
        else reject(new Error(`${path}: ${answer.statusCode}`))
      })
    })
    asked.once('error', reject).end()
  })
}

const times = Object.fromEntries(paths.map((path) => [path, []]))
const end = performance.now() + Number(seconds) * 1000
while (performance.now() < end) {
  for (const path of paths) {
    times[path].push(await ask(path))
    await wait(PAUSE)
  }
}
agent.destroy()
const p99 = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)]
console.log(JSON.stringify(Object.fromEntries(paths.map((path) => [path, p99(times[path])]))))
