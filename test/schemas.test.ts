import { expect, test } from 'vitest'
import { schemaFiles, staleSchemas } from '../scripts/schemas.ts'

test('the published JSON Schemas are those of the definitions', () => {
  expect(staleSchemas(), 'run npm run schemas').toEqual([])
})

test('every published schema names its dialect and refuses unknown keys', () => {
  for (const text of schemaFiles().values()) {
    const schema = JSON.parse(text) as Record<string, unknown>
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema')
    expect(schema.type).toBe('object')
  }
})
