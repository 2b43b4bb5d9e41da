import { describe, expect, it } from 'vitest'
import { isExempt, proxyFor, shownProxy } from '../../src/platform/proxy.ts'

const at = (url: string, env: Record<string, string>) => {
  const proxy = proxyFor(new URL(url), env)
  return proxy && `${proxy.kind}://${shownProxy(proxy)}`
}
const HTTPS = 'https://skills.test/x'

describe('proxyFor', () => {
  it.each([
    ['http://p.test:3128', 'http://p.test:3128'],
    ['p.test:3128', 'http://p.test:3128'],
    ['p.test', 'http://p.test:80'],
    ['http://p.test:80/', 'http://p.test:80'],
    ['HTTPS://p.test', 'https://p.test:443'],
    ['https://p.test:443', 'https://p.test:443'],
    ['socks5://p.test', 'socks5://p.test:1080'],
    ['socks5h://p.test:80', 'socks5h://p.test:80'],
    [' http://p.test:3128 ', 'http://p.test:3128'],
    ['[2001:db8::1]:3128', 'http://[2001:db8::1]:3128'],
    ['10.0.0.1:3128', 'http://10.0.0.1:3128'],
  ])('reads %s', (value, shown) => {
    expect(at(HTTPS, { HTTPS_PROXY: value })).toBe(shown)
  })

  it('the variable of the protocol counts more than ALL_PROXY, lower case more than upper', () => {
    const env = { all_proxy: 'd:1', ALL_PROXY: 'c:1', HTTPS_PROXY: 'b:1', HTTP_PROXY: 'h:1' }
    expect(at(HTTPS, { ...env, https_proxy: 'a:1' })).toBe('http://a:1')
    expect(at(HTTPS, env)).toBe('http://b:1')
    expect(at('http://skills.test/', env)).toBe('http://h:1')
    expect(at(HTTPS, { ...env, HTTPS_PROXY: '' })).toBe('http://d:1')
    expect(at(HTTPS, { ALL_PROXY: 'c:1', https_proxy: '' })).toBe('http://c:1')
    expect(at(HTTPS, { HTTP_PROXY: 'h:1' })).toBeUndefined()
    expect(proxyFor(new URL(HTTPS), env)?.variable).toBe('HTTPS_PROXY')
  })

  it('decodes a user and a password', () => {
    const of = (value: string) => proxyFor(new URL(HTTPS), { HTTPS_PROXY: value })?.credential
    expect(of('http://me:p%40ss%2F%3A@p.test:1')).toEqual({ user: 'me', password: 'p@ss/:' })
    expect(of('me:50%@p.test:1')).toEqual({ user: 'me', password: '50%' })
    expect(of('me@p.test:1')).toEqual({ user: 'me', password: '' })
    expect(of('p.test:1')).toBeUndefined()
  })

  it('never leads to a proxy with what is on this machine', () => {
    const env = { HTTPS_PROXY: 'p:1', HTTP_PROXY: 'p:1', ALL_PROXY: 'p:1' }
    for (const url of [
      'http://127.0.0.1:8480/',
      'https://localhost/',
      'http://[::1]:1/',
      'https://127.9.9.9/',
    ])
      expect(at(url, env)).toBeUndefined()
  })

  it.each([
    'ftp://p.test:21',
    'socks4://p.test:1080',
    'http://',
    'http://me:s3cret/word@p.test:3128',
    'http://p.test:notaport',
    'http://p.test:3128/path?x',
    'http://p test:1',
  ])('refuses %s without showing it', (value) => {
    let caught: unknown
    try {
      at(HTTPS, { HTTPS_PROXY: value })
    } catch (error) {
      caught = error
    }
    expect(caught).toMatchObject({ code: 'proxy_invalid', details: { variable: 'HTTPS_PROXY' } })
    expect(JSON.stringify(caught) + String(caught)).not.toContain('s3cret')
  })
})

describe('NO_PROXY', () => {
  it.each([
    ['example.org', 'https://example.org/', true],
    ['example.org', 'https://a.b.example.org/', true],
    ['.example.org', 'https://a.example.org/', true],
    ['.example.org', 'https://example.org/', true],
    ['*.example.org', 'https://a.example.org/', true],
    ['EXAMPLE.org', 'https://A.Example.ORG/', true],
    ['example.org', 'https://badexample.org/', false],
    ['example.org', 'https://example.org.evil.test/', false],
    ['example.org.', 'https://example.org/', true],
    ['example.org', 'https://example.org./', true],
    ['example.org:8443', 'https://example.org:8443/', true],
    ['example.org:443', 'https://example.org/', true],
    ['example.org:8443', 'https://example.org/', false],
    ['*', 'https://anything.test/', true],
    ['a.test, *', 'https://anything.test/', true],
    ['a.test b.test,c.test', 'https://b.test/', true],
    ['10.1.2.3', 'https://10.1.2.3/', true],
    ['10.0.0.0/8', 'https://10.1.2.3/', true],
    ['10.0.0.0/8', 'https://11.1.2.3/', false],
    ['10.0.0.0/99', 'https://10.1.2.3/', false],
    ['10.0.0.0/8', 'https://name.test/', false],
    ['1.2.3', 'https://0.1.2.3/', false],
    ['2001:db8::/32', 'https://[2001:db8::5]/', true],
    ['[2001:db8::5]', 'https://[2001:db8::5]/', true],
    ['[2001:db8::5]:443', 'https://[2001:db8::5]/', true],
    ['', 'https://example.org/', false],
    [' , ', 'https://example.org/', false],
    ['.', 'https://example.org/', false],
  ])('%j holds for %s: %s', (list, url, exempt) => {
    expect(isExempt(new URL(url), list)).toBe(exempt)
    expect(proxyFor(new URL(url), { HTTPS_PROXY: 'p:1', no_proxy: list }) === undefined).toBe(exempt)
  })

  it('is read in lower case first', () => {
    const env = { HTTPS_PROXY: 'p:1', NO_PROXY: 'a.test', no_proxy: 'b.test' }
    expect(at('https://a.test/', env)).toBe('http://p:1')
    expect(at('https://b.test/', env)).toBeUndefined()
  })
})
