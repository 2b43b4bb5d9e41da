// What catalogues say of locked versions: yanked, deprecated.
import { displayShort } from '../platform/text.ts'
import type { SkillDocument } from '../registry/protocol.ts'
import { remarkDeprecated, remarkLocked } from '../sources/registry.ts'
import type { RegistryResolution, SourceIo } from '../sources/source.ts'
import type { UpdateItem } from './update-item.ts'

/** Tells that the locked version was yanked, and that the one which takes its place is deprecated. */
export function remark(
  document: SkillDocument,
  { locked, chosen }: { readonly locked: RegistryResolution; readonly chosen: string },
  from: SourceIo,
): void {
  remarkLocked(document, { locked: locked.version, chosen }, from)
  if (chosen !== locked.version) remarkDeprecated(document, chosen, from)
}

/** The reasons, for a result. */
export function remarksOf(
  document: SkillDocument,
  { version }: RegistryResolution,
): Pick<UpdateItem, 'yanked' | 'deprecated'> {
  const locked = document.versions.find((one) => one.version === version)
  const deprecated = locked?.deprecated ?? document.deprecated
  return {
    ...(locked?.yanked !== undefined && { yanked: displayShort(locked.yanked, 500) }),
    ...(deprecated !== undefined && { deprecated: displayShort(deprecated, 500) }),
  }
}
