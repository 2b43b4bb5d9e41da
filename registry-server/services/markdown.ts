// Markdown to HTML in a thread of its own, with a time limit: there are short texts that keep the parser busy for minutes.
// The HTML is as hostile as the text.
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'

const PATIENCE_MS = 1000
/** The thread's first answer waits for it to load. */
const START_MS = 5000

/** Plain script text: a worker of its own file would have to be found beside the bundle. */
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads')
const loaded = import(workerData.parser)
loaded.then(() => parentPort.postMessage({ ready: true }))
parentPort.on('message', async (text) => {
  try {
    const { marked } = await loaded
    parentPort.postMessage({ html: marked.parse(text, { async: false, gfm: true }) })
  } catch {
    parentPort.postMessage({})
  }
})
`

interface Reply {
  readonly ready?: boolean
  readonly html?: string
}

let thread: Promise<Worker> | undefined
let last: Promise<unknown> = Promise.resolve()

/** The HTML, one text after the other; undefined for a text that takes too long or breaks the parser. */
export function parseMarkdown(text: string): Promise<string | undefined> {
  const next = last.then(() => parse(text))
  last = next
  return next
}

async function parse(text: string): Promise<string | undefined> {
  try {
    const worker = await (thread ??= start())
    const answer = reply(worker, PATIENCE_MS)
    worker.postMessage(text)
    return (await answer).html
  } catch {
    void thread?.then((worker) => worker.terminate()).catch(() => {})
    thread = undefined
    return undefined
  }
}

async function start(): Promise<Worker> {
  const parser = pathToFileURL(createRequire(import.meta.url).resolve('marked')).href
  const worker = new Worker(THREAD, {
    eval: true,
    workerData: { parser },
    resourceLimits: { maxOldGenerationSizeMb: 128 },
  })
  worker.unref()
  await reply(worker, START_MS)
  return worker
}

/** The next message. @throws Error when it does not come in time, or the thread fails */
function reply(worker: Worker, ms: number): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      clearTimeout(timer)
      worker.off('message', onMessage).off('error', onError).off('exit', onExit)
      worker.unref()
      settle()
    }
    const onMessage = (message: Reply): void => end(() => resolve(message))
    const onError = (error: Error): void => end(() => reject(error))
    const onExit = (): void => end(() => reject(new Error('ended')))
    const timer = setTimeout(() => end(() => reject(new Error('late'))), ms)
    worker.ref()
    worker.on('message', onMessage).on('error', onError).on('exit', onExit)
  })
}
