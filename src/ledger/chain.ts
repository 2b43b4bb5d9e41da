// The hash chain of the ledger: what a seal covers and how a chain is checked. Pure.
import { sha256Hex } from '../integrity/digest.ts'

/** A row as stored; `details` is JSON text, sealed as it stands. */
export interface SealedFields {
  readonly seq: number
  readonly at: string
  readonly actor: string
  readonly action: string
  readonly scope: string
  readonly skill: string
  readonly integrity: string
  readonly details: string
}

export interface ChainedRow extends SealedFields {
  readonly hash: string
}

/** What stands before the first row. */
export const FIRST_SEAL = '0'.repeat(64)

/** SHA-256, in hex, of the seal before and of the fields as a JSON list in the order of `SealedFields`. */
export function seal(previous: string, row: SealedFields): string {
  const { seq, at, actor, action, scope, skill, integrity, details } = row
  return sha256Hex(
    `${previous}\n${JSON.stringify([seq, at, actor, action, scope, skill, integrity, details])}`,
  )
}

/** The last seal that was known, and its row: what a chain that was cut off at its end no longer has. */
export interface Anchor {
  readonly seq: number
  readonly hash: string
}

/**
 * The first row whose number or seal is not the one that follows from the rows before, or that the anchor knows
 * otherwise; else the count and last seal.
 */
export function firstBroken(
  rows: Iterable<ChainedRow>,
  anchor?: Anchor,
):
  | { readonly intact: true; readonly rows: number; readonly head: string }
  | { readonly intact: false; readonly seq: number; readonly reason: string } {
  let head = FIRST_SEAL
  let count = 0
  for (const row of rows) {
    count++
    if (row.seq !== count) return { intact: false, seq: count, reason: 'the row is missing' }
    if (row.hash !== seal(head, row)) {
      return { intact: false, seq: count, reason: 'the row, or the one before it, was changed' }
    }
    if (row.seq === anchor?.seq && row.hash !== anchor.hash) {
      return { intact: false, seq: count, reason: 'the rows up to here were written anew' }
    }
    head = row.hash
  }
  if (anchor && count < anchor.seq) {
    return { intact: false, seq: count + 1, reason: `rows at the end are missing, up to ${anchor.seq}` }
  }
  return { intact: true, rows: count, head }
}
