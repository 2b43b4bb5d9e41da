// Whether the user's ledger still says what was written into it. Makes no ledger where there is none.
import { isSkillsError } from '../errors/error.ts'
import { hasLedger } from '../ledger/anchor.ts'
import { openLedger } from '../ledger/ledger.ts'
import type { Io } from './io.ts'

export type LedgerCheck =
  /** `head` is the last seal: kept elsewhere, it proves that no event was changed since. */
  | { readonly status: 'intact'; readonly events: number; readonly head: string }
  /** `event` is the first one that is not as it was written; absent when the file cannot be read at all. */
  | { readonly status: 'broken'; readonly event?: number; readonly reason: string }
  /** Nothing was ever recorded by this user. */
  | { readonly status: 'none' }
  /** The place of the ledger cannot be written, so it cannot be opened. */
  | { readonly status: 'unchecked'; readonly reason: string }

/** @throws cancelled, and errors that are none of the ledger */
export async function verifyLedger({ settings: { dataDir } }: Pick<Io, 'settings'>): Promise<LedgerCheck> {
  if (!hasLedger(dataDir)) return { status: 'none' }
  try {
    const ledger = await openLedger(dataDir, { create: false })
    try {
      const verdict = ledger.verify()
      return verdict.intact
        ? { status: 'intact', events: verdict.rows, head: verdict.head }
        : { status: 'broken', event: verdict.seq, reason: verdict.reason }
    } finally {
      ledger.close()
    }
  } catch (error) {
    if (isSkillsError(error, 'permission_denied')) return { status: 'unchecked', reason: error.message }
    if (isSkillsError(error, 'ledger_invalid')) return { status: 'broken', reason: error.message }
    throw error
  }
}
