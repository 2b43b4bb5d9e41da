// The second thread of an installation: copies what it takes of the job, then what it is sent by name. The bundle makes
// this a file of its own. Decides nothing, and changes nothing but the stage (and the store, for a damaged entry).
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { isSkillsError, SkillsError } from '../errors/error.ts'
import { openStore } from '../store/store.ts'
import type { CopyAnswer } from './copy-helper.ts'
import { copyItem, type CopyItem, type CopyJob, takeItems } from './copy-job.ts'

if (parentPort) serve(workerData as CopyJob, parentPort)

function serve(job: CopyJob, port: MessagePort): void {
  const store = openStore(job.dataDir)
  const answer = (value: CopyAnswer): void => port.postMessage(value)
  const guard = (action: () => void): void => {
    try {
      action()
    } catch (error) {
      answer({ kind: 'failed', ...plainError(error) })
      port.close()
    }
  }
  port.on('message', (item: CopyItem | 'end') =>
    guard(() => {
      if (item === 'end') {
        answer({ kind: 'ended' })
        port.close()
      } else if (!copyItem(job.stageDir, store, item)) {
        throw new SkillsError('internal', `The store lost ${item.integrity} while it was copied`)
      }
    }),
  )
  guard(() => {
    const missing: number[] = []
    for (const index of takeItems(job)) {
      if (!copyItem(job.stageDir, store, job.skills[index] as CopyItem)) missing.push(index)
    }
    answer({ kind: 'taken', missing })
  })
}

/** An error crosses to another thread as plain values only. */
function plainError(error: unknown): Omit<CopyAnswer & { kind: 'failed' }, 'kind'> {
  if (!isSkillsError(error)) return { code: 'internal', message: String(error), hint: undefined, details: {} }
  const { code, message, hint, details } = error
  return { code, message, hint, details }
}
