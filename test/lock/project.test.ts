import { expect, test } from 'vitest'
import { formatProject, parseProject } from '../../src/lock/project.ts'

const parse = (text: string) => parseProject(text, 'skills.json')

test('keeps the order of keys, unknown fields, indentation and line ends of the user', () => {
  const text =
    '{\r\n\t"note": "ours",\r\n\t"skills": {\r\n\t\t"z": "./z",\r\n\t\t"a": "o/r"\r\n\t},\r\n\t"agents": [\r\n\t\t"codex"\r\n\t]\r\n}\r\n'
  expect(formatProject(parse(text), text)).toBe(text)
})

test('writes a new project with two spaces', () => {
  expect(formatProject({ skills: { a: './a' } })).toBe('{\n  "skills": {\n    "a": "./a"\n  }\n}\n')
})

test('takes a project without skills as one with none', () => {
  expect(parse('{"agents":["codex"]}')).toEqual({ agents: ['codex'], skills: {} })
})

test.each([
  ['{"skills":[]}', 'OCI'],
  ['{"skills":[{"name":"a","source":"r.example/a:1"}]}', 'OCI'],
  ['{"name":"@o/x","version":"1.0.0","skills":{"@o/y":"^1"},"permissions":{}}', 'tank'],
])('says whose file %s is', (text, owner) => {
  expect(() => parse(text)).toThrow(
    expect.objectContaining({ code: 'project_invalid', message: expect.stringContaining(owner) }),
  )
})

test('has a code of its own for conflict markers, and names the way out', () => {
  expect(() => parse('{\n<<<<<<< HEAD\n"skills":{}}')).toThrow(
    expect.objectContaining({
      code: 'project_conflict',
      hint: expect.stringContaining('skills install --resolve'),
    }),
  )
})

test.each([
  ['skillz', 'skills'],
  ['skill', 'skills'],
  ['Skills', 'skills'],
  ['agent', 'agents'],
  ['registres', 'registries'],
  ['minimum_release_age', 'minimumReleaseAge'],
  ['minimumReleaseAgeExcludes', 'minimumReleaseAgeExclude'],
  ['sorces', 'sources'],
])('refuses the key %s and asks whether %s was meant', (key, meant) => {
  expect(() => parse(JSON.stringify({ skills: {}, [key]: {} }))).toThrow(
    expect.objectContaining({
      code: 'project_invalid',
      message: expect.stringContaining(`"${key}"`),
      hint: expect.stringContaining(`"${meant}"`),
      details: { file: 'skills.json', field: key },
    }),
  )
})

test('keeps keys that are nobody’s slip', () => {
  const own = { $schema: 'x', name: 'x', note: 1, scripts: {}, url: '', _skillsComment: '' }
  expect(parse(JSON.stringify({ ...own, skills: {} }))).toMatchObject(own)
})

test.each([
  ['{"skills":{"../x":"./x"}}', 'skills.'],
  ['{"skills":{"a":1}}', 'skills.a'],
  ['{"skills":{"a":" "}}', 'skills.a'],
  ['{"skills":{"a":"./a","A":"./b"}}', 'skills.A'],
  ['{"skills":null}', 'skills'],
  ['{"skills":{},"agents":"codex"}', 'agents'],
  ['{"skills":{},"agents":[1]}', 'agents'],
  ['{"skills":{},"link":"hard"}', 'link'],
  ['{"skills":{},"registry":1}', 'registry'],
  ['{"skills":{},"registries":{"@a":1}}', 'registries'],
  ['{"skills":{},"trust":{}}', 'trust'],
  ['{"skills":{"a":"./a","a":"./b"}}', 'twice'],
  ['{"skills":{},}', 'not JSON'],
  ['[]', 'JSON object'],
])('refuses %s and names the place', (text, place) => {
  expect(() => parse(text)).toThrow(
    expect.objectContaining({ code: 'project_invalid', message: expect.stringContaining(place) }),
  )
})
