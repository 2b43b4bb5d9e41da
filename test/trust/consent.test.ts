import { describe, expect, it } from 'vitest'
import { consentNeed, grantOfYes, within } from '../../src/trust/consent.ts'

const net = (...hosts: string[]) => ({ network: { hosts } })

describe('consentNeed', () => {
  it('asks nothing for a request for nothing, or only for limits', () => {
    expect(consentNeed({})).toEqual({ kind: 'settled', grant: {} })
    expect(consentNeed({ resources: { pids: 8 } }).kind).toBe('settled')
  })

  it('asks for everything the first time', () => {
    expect(consentNeed(net('a.test'))).toEqual({ kind: 'ask' })
  })

  it('does not ask again for what was answered, granted or refused', () => {
    expect(consentNeed(net('a.test'), { grant: {}, requested: net('a.test') })).toEqual({
      kind: 'settled',
      grant: {},
    })
  })

  it('narrows the grant with the request', () => {
    const earlier = { grant: net('a.test', 'b.test'), requested: net('a.test', 'b.test') }
    expect(consentNeed(net('b.test'), earlier)).toEqual({ kind: 'settled', grant: net('b.test') })
  })

  it('asks only for what is wider', () => {
    const earlier = { grant: net('a.test'), requested: net('a.test') }
    expect(consentNeed(net('a.test', '*.b.test'), earlier)).toMatchObject({
      kind: 'ask',
      changes: [{ change: 'added', after: '*.b.test' }],
    })
  })

  it('asks when a denial is gone', () => {
    const denied = { terminal: { allow: ['git **'], deny: ['git push **'] } }
    const need = consentNeed({ terminal: { allow: ['git **'] } }, { grant: denied, requested: denied })
    expect(need.kind).toBe('ask')
  })
})

describe('within', () => {
  it('keeps what a wider rule covers and every denial', () => {
    const allowed = { ...net('*.test'), terminal: { allow: [], deny: ['rm **'] } }
    expect(within(net('a.test', 'b.example'), allowed)).toEqual({
      network: { hosts: ['a.test'] },
      terminal: { allow: [], deny: ['rm **'] },
    })
  })
})

describe('the limits that a user set', () => {
  const asked = { terminal: { allow: ['git **'] }, resources: { memory: '4Gi' } }
  const own = { terminal: { allow: ['git **'], deny: ['git push **'] }, resources: { memory: '256Mi' } }

  it('lower the ceiling that was asked for', () => {
    expect(within(asked, own)).toEqual(own)
  })

  it('survive a yes to something wider', () => {
    const wider = { ...asked, ...net('new.test') }
    expect(grantOfYes(wider, { grant: own, requested: asked })).toEqual({ ...own, ...net('new.test') })
  })

  it("go when they were the author's and the user says yes to that", () => {
    const denied = { terminal: { allow: ['git **'], deny: ['git push **'] }, resources: { memory: '1Gi' } }
    expect(grantOfYes(asked, { grant: denied, requested: denied })).toEqual(asked)
  })
})

describe('grantOfYes', () => {
  it('adds what is new to what was granted, and leaves refused what was refused', () => {
    const earlier = { grant: net('a.test'), requested: net('a.test', 'refused.test') }
    expect(grantOfYes(net('a.test', 'refused.test', 'new.test'), earlier)).toEqual(net('a.test', 'new.test'))
  })
})
