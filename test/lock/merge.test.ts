import { describe, expect, it } from 'vitest'
import { mergeProjects, splitConflict } from '../../src/lock/merge.ts'

const merge = ['{', '<<<<<<< HEAD', '1', '=======', '2', '>>>>>>> theirs', '}', '']
const diff3 = ['{', '<<<<<<< HEAD', '1', '||||||| 1a2b3c4', '0', '=======', '2', '>>>>>>> theirs', '}', '']

describe('conflict markers', () => {
  it('are split into both sides', () => {
    expect(splitConflict(merge.join('\n'))).toEqual({ ours: '{\n1\n}\n', theirs: '{\n2\n}\n' })
  })

  it('of diff3 also give what both began with', () => {
    const sides = { ours: '{\n1\n}\n', theirs: '{\n2\n}\n', base: '{\n0\n}\n' }
    expect(splitConflict(diff3.join('\n'))).toEqual(sides)
  })

  it('may have CRLF line ends', () => {
    expect(splitConflict(merge.join('\r\n'))).toEqual({ ours: '{\r\n1\r\n}\r\n', theirs: '{\r\n2\r\n}\r\n' })
  })

  it.each([
    ['none', ['{', '}']],
    ['no end', merge.slice(0, 5)],
    ['no beginning', merge.slice(3)],
    ['one inside another', [...merge.slice(0, 2), ...merge]],
    ['sides in the wrong order', merge.toReversed()],
  ])('that are no merge (%s) are not guessed at', (_what, text) => {
    const sides = splitConflict(text.join('\n'))
    if (sides) expect(() => JSON.parse(sides.ours) as unknown).toThrow()
  })
})

describe('two sides of skills.json', () => {
  const sides = (ours: string[], theirs: string[], base?: string[]) => {
    const project = (names: string[]) => ({
      skills: Object.fromEntries(names.map((name) => [name, `./${name}`])),
    })
    return { ours: project(ours), theirs: project(theirs), base: base && project(base) }
  }
  const names = (...args: Parameters<typeof sides>): string[] =>
    Object.keys(mergeProjects(sides(...args), 'skills.json').skills).sort()

  it('follow a removal where it is known what both began with, and keep both sides where it is not', () => {
    expect(names(['a', 'c'], ['b'], ['a', 'b'])).toEqual(['c'])
    expect(names(['a', 'c'], ['b'])).toEqual(['a', 'b', 'c'])
  })
})
