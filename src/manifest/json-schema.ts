// A light check that a value is a JSON Schema (2020-12) that any validator can take in. Never follows a reference.

export interface SchemaProblem {
  readonly path: readonly (string | number)[]
  readonly message: string
}

const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']
const MAX_DEPTH = 32

/** What is wrong in the keywords that decide a schema's shape; unknown keywords pass, as the standard asks. */
export function jsonSchemaProblems(
  schema: unknown,
  path: readonly (string | number)[] = [],
): readonly SchemaProblem[] {
  if (typeof schema === 'boolean') return []
  if (!isTable(schema)) return [{ path, message: 'expected a JSON Schema (a table)' }]
  if (path.length > MAX_DEPTH * 2) return [{ path, message: `nested more than ${MAX_DEPTH} schemas deep` }]
  const problems: SchemaProblem[] = []
  const report = (key: string, message: string): void => void problems.push({ path: [...path, key], message })
  const { type, required, properties, items, enum: values, $ref: reference } = schema
  if (type !== undefined) {
    const types: readonly unknown[] = Array.isArray(type) ? type : [type]
    if (!types.every((item) => typeof item === 'string' && TYPES.includes(item))) {
      report('type', `expected one of ${TYPES.join(', ')}`)
    }
  }
  if (required !== undefined && !(Array.isArray(required) && required.every((r) => typeof r === 'string'))) {
    report('required', 'expected a list of property names')
  }
  if (values !== undefined && !(Array.isArray(values) && values.length > 0))
    report('enum', 'expected a list of values')
  if (reference !== undefined && !(typeof reference === 'string' && reference.startsWith('#'))) {
    report('$ref', 'only references inside the schema (`#/…`) are accepted')
  }
  if (properties !== undefined) {
    if (!isTable(properties)) report('properties', 'expected a table of schemas')
    else {
      for (const [key, value] of Object.entries(properties)) {
        problems.push(...jsonSchemaProblems(value, [...path, 'properties', key]))
      }
    }
  }
  if (items !== undefined) problems.push(...jsonSchemaProblems(items, [...path, 'items']))
  return problems
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
