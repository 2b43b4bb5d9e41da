// What lists show of a manifest without its bytes, which token made another, and versions that an operator took out.
import type { Migration } from '../database.ts'
import { schemaSql } from '../database.ts'
import { fillAnnotations } from '../listed-annotations.ts'

const STEPS = [
  // JSON, of the annotations that are text; what is beyond the bound is in the manifest alone.
  `ALTER TABLE manifests ADD COLUMN annotations TEXT`,
  // A token ends with the one that it was made with.
  `ALTER TABLE tokens ADD COLUMN parent {key}`,
  `CREATE INDEX tokens_parent ON tokens (parent) WHERE parent IS NOT NULL`,
  // The number of a version that was taken out is never used again.
  `CREATE TABLE removals (
    skill_id BIGINT NOT NULL REFERENCES skills(id) ON DELETE CASCADE,
    version {key} NOT NULL, digest {key} NOT NULL, reason TEXT NOT NULL, actor TEXT NOT NULL, removed_at TEXT NOT NULL,
    PRIMARY KEY (skill_id, version))`,
  `CREATE INDEX removals_digest ON removals (digest)`,
]

export const BOUNDS: Migration = {
  name: '0003-bounds',
  sql: (kind) => STEPS.map((step) => schemaSql(kind, step)),
  fill: fillAnnotations,
}
