// Starts the hosts of serve.ts in another process and asks them how many requests they got.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Fixtures } from './fixtures.ts'

/** Origins, no slash at the end. */
export interface Addresses {
  readonly git: string
  readonly slowGit: string
  readonly archives: string
  readonly npm: string
}

export interface Servers extends Addresses {
  /** Requests so far, of all hosts. */
  readonly count: () => Promise<number>
  readonly stop: () => void
}

/** Starts the hosts and waits until they listen. */
export async function startServers(fixtures: Fixtures): Promise<Servers> {
  const child = fork(fileURLToPath(new URL('serve.ts', import.meta.url)), [JSON.stringify(fixtures)], {
    execArgv: ['--import', 'tsx'],
  })
  const heard = <T>(): Promise<T> =>
    new Promise((resolve, reject) => {
      child.once('message', (message) => resolve(message as T))
      child.once('exit', (code) => reject(new Error(`The hosts ended with ${code}`)))
    })
  const { addresses } = await heard<{ addresses: Addresses }>()
  return {
    ...addresses,
    count: async () => {
      child.send('count')
      return (await heard<{ count: number }>()).count
    },
    stop: () => child.disconnect(),
  }
}
