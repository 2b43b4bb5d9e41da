// Writes schemas/*.json from the zod definitions; `--check` writes nothing and fails when a file is stale.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as z from 'zod/mini'
import { capabilitiesSchema } from '../src/capabilities/schema.ts'
import { lockfileSchema, projectSchema } from '../src/lock/schema.ts'
import { contractSchema } from '../src/manifest/contract-schema.ts'

/** A schema of every file format that people write by hand; the name is that of the file in schemas/. */
const SCHEMAS: Readonly<Record<string, { readonly title: string; readonly schema: z.ZodMiniType }>> = {
  'capabilities.schema.json': { title: 'Capabilities of an agent skill', schema: capabilitiesSchema },
  'skills-json.schema.json': {
    title: 'skills.json, the skills that a project asks for',
    schema: projectSchema,
  },
  'skills-lock.schema.json': { title: 'skills.lock, the skills that a project has', schema: lockfileSchema },
  'skill-toml.schema.json': { title: 'skill.toml, the contract of an agent skill', schema: contractSchema },
}

const folder = fileURLToPath(new URL('../schemas/', import.meta.url))

/** The text of every schema file by its name. */
export function schemaFiles(): Map<string, string> {
  return new Map(
    Object.entries(SCHEMAS).map(([name, { title, schema }]) => {
      const { $schema, ...rest } = z.toJSONSchema(schema)
      return [name, `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`]
    }),
  )
}

/** Names of the files that differ from what the definitions give. */
export function staleSchemas(): string[] {
  return [...schemaFiles()]
    .filter(([name, text]) => readText(join(folder, name)) !== text)
    .map(([name]) => name)
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const stale = staleSchemas()
  if (process.argv.includes('--check')) {
    if (stale.length > 0) console.error(`stale: ${stale.join(', ')}; run npm run schemas`)
    process.exitCode = stale.length > 0 ? 1 : 0
  } else {
    mkdirSync(folder, { recursive: true })
    for (const [name, text] of schemaFiles()) writeFileSync(join(folder, name), text)
  }
}
