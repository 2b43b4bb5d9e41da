// `skills remove` for a person.
import type { RemoveResult } from '../../ops/remove.ts'
import { counted, listed, placeText } from './phrases.ts'

export function removeView(result: RemoveResult): string {
  if (result.removed.length === 0) return 'Nothing to remove.'
  const verb = result.dryRun ? 'Would remove' : 'Removed'
  const names = listed(result.removed, 20)
  return `${verb} ${counted(result.removed.length, 'skill')} from ${placeText(result)}: ${names}`
}
