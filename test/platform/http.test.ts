import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isPrivateHost, redirectProblem } from '../../src/platform/http-redirect.ts'
import { download, downloadIfChanged } from '../../src/platform/http.ts'
import {
  answer,
  cut,
  drip,
  inTurn,
  redirect,
  stall,
  startServer,
  type TestServer,
} from '../support/http-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

const body = Buffer.from('0123456789'.repeat(100))
const options = () => ({
  signal: new AbortController().signal,
  maxBytes: 10_000,
  retryMs: 1,
  deadlineMs: 20_000,
})
const get = (path: string, more = {}) => download(server.url(path), { ...options(), ...more })
const asked = (path: string) => server.log.filter((request) => request.line === `GET ${path}`).length

describe('download', () => {
  it('gives the bytes, the content type, the final address and the ETag', async () => {
    server.route('/plain', answer(200, { 'content-type': 'application/gzip', etag: '"1"' }, body))
    const lines: string[] = []
    const result = await get('/plain?token=secret', { report: (line: string) => lines.push(line) })
    expect(result).toEqual({
      bytes: body,
      contentType: 'application/gzip',
      finalUrl: server.url('/plain?token=secret'),
      etag: '"1"',
    })
    expect(lines.join()).toContain('Downloading')
    expect(lines.join()).not.toContain('secret')
  })

  it('asks for no encoding and decodes none', async () => {
    server.route('/encoded', answer(200, { 'content-encoding': Array(1000).fill('gzip').join(',') }, body))
    expect((await get('/encoded')).bytes).toEqual(body)
    expect(server.log.at(-1)?.headers['accept-encoding']).toBe('identity')
  })

  it.each([
    [401, 'source_unauthorized'],
    [403, 'source_unauthorized'],
    [404, 'source_not_found'],
    [410, 'source_not_found'],
    [400, 'fetch_failed'],
    [418, 'fetch_failed'],
    [500, 'fetch_failed'],
    [204, 'fetch_failed'],
    [206, 'fetch_failed'],
    [304, 'fetch_failed'],
  ] as const)('turns status %i into %s, asking once', async (status, code) => {
    server.route(`/status${status}`, answer(status))
    await expect(get(`/status${status}`)).toThrowCode(code)
    expect(asked(`/status${status}`)).toBe(1)
  })

  it.each([429, 502, 503, 504])('asks again three times after status %i', async (status) => {
    server.route(`/busy${status}`, answer(status))
    await expect(get(`/busy${status}`)).toThrowCode('fetch_failed')
    expect(asked(`/busy${status}`)).toBe(4)
    server.route(`/soon${status}`, inTurn(answer(status), answer(status), answer(200, {}, body)))
    expect((await get(`/soon${status}`)).bytes).toEqual(body)
  })

  it('asks again after a broken connection, and fails when it stays broken', async () => {
    server.route('/broken', inTurn(cut(body, 10), cut(body, 0), answer(200, {}, body)))
    expect((await get('/broken')).bytes).toEqual(body)
    server.route('/dead', (request) => void request.socket.destroy())
    await expect(get('/dead')).toThrowCode('fetch_failed')
  })

  it('never gives a part of a download that was cut anywhere', async () => {
    for (let at = 0; at < body.length; at += body.length / 100) {
      server.route('/cut', cut(body, at))
      await expect(get('/cut', { retryMs: 0 })).toThrowCode('fetch_failed')
    }
  })

  it('refuses too many bytes, announced or not', async () => {
    server.route('/announced', answer(200, { 'content-length': '20000' }, Buffer.alloc(20_000)))
    await expect(get('/announced')).toThrowCode('limit_exceeded')
    server.route('/endless', (_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(4096)));
        response.once('drain', more)
      }
      more()
    })
    await expect(get('/endless')).toThrowCode('limit_exceeded')
    expect(asked('/endless')).toBe(1)
  })

  it('gives up on silence and on drops that never end', async () => {
    server.route('/silent', () => {})
    await expect(get('/silent', { idleMs: 60 })).toThrowCode('fetch_failed')
    server.route('/stalled', stall(body, 10))
    await expect(get('/stalled', { idleMs: 60 })).toThrowCode('fetch_failed')
    server.route('/drip', drip(10))
    await expect(get('/drip', { deadlineMs: 150 })).toThrowCode('fetch_failed')
    await expect(get('/drip', { deadlineMs: 150 })).rejects.toThrow(/longer than/)
  })

  it('stops at once when cancelled, before and during the download', async () => {
    const controller = new AbortController()
    server.route('/wait', (_, response) => {
      response.writeHead(200)
      response.write('x')
      setImmediate(() => controller.abort())
    })
    await expect(get('/wait', { signal: controller.signal })).toThrowCode('cancelled')
    await expect(get('/plain', { signal: controller.signal })).toThrowCode('cancelled')
  })

  it('speaks http: with this machine only, and takes no credential in an address', async () => {
    for (const url of [
      'http://example.org/a.zip',
      'ftp://127.0.0.1/a',
      'file:///etc/passwd',
      'nonsense',
      'git://x/y',
    ]) {
      await expect(download(url, options())).toThrowCode('source_insecure')
    }
    await expect(download('https://user:secret@example.org/a', options())).toThrowCode('spec_credentials')
    await expect(download('https://user:secret@example.org/a', options())).rejects.not.toThrow(/secret/)
  })

  it('says that a host refuses the connection', async () => {
    const gone = await startServer()
    const url = gone.url('/x')
    await gone.close()
    await expect(download(url, options())).rejects.toThrow(/refuses the connection/)
  })

  it('follows up to five redirects on the same host', async () => {
    for (let i = 0; i < 6; i++)
      server.route(`/hop${i}`, redirect(`/hop${i + 1}`, [301, 302, 303, 307, 308][i % 5]))
    server.route('/hop6', body)
    expect((await get('/hop1')).finalUrl).toBe(server.url('/hop6'))
    await expect(get('/hop0')).toThrowCode('redirect_refused')
    server.route('/loop', redirect('/loop'))
    await expect(get('/loop')).toThrowCode('redirect_refused')
  })

  it.each([
    'file:///etc/passwd',
    'ftp://127.0.0.1/x',
    'data:text/plain,x',
    'http://example.org/',
    'http://169.254.169.254/latest',
    'https://example.org/x',
    'http://user:pw@127.0.0.1/',
    'javascript:alert(1)',
  ])('does not follow a redirect to %s', async (to) => {
    server.route('/away', redirect(to))
    await expect(get('/away')).toThrowCode('redirect_refused')
  })

  it('does not follow a redirect to another name of the same machine, and says which address to use', async () => {
    server.route('/other', redirect(server.otherHost('/plain')))
    await expect(get('/other')).toThrowCode('redirect_refused')
    server.route('/nowhere', answer(302))
    await expect(get('/nowhere')).toThrowCode('fetch_failed')
  })

  it('sends the headers of the caller to the first origin only', async () => {
    const other = await startServer()
    other.route('/target', body)
    server.route('/leave', redirect(other.url('/target')))
    await get('/leave', { headers: { authorization: 'Bearer secret', 'private-token': 'secret' } })
    expect(server.log.at(-1)?.headers.authorization).toBe('Bearer secret')
    expect(JSON.stringify(other.log)).not.toContain('secret')
    await other.close()
  })
})

describe('downloadIfChanged', () => {
  it('is undefined when the server still has the same', async () => {
    server.route('/tagged', (request, response) => {
      const same = request.headers['if-none-match'] === '"v1"'
      answer(same ? 304 : 200, { etag: '"v1"' }, same ? '' : body)(request, response)
    })
    expect(await downloadIfChanged(server.url('/tagged'), '"v1"', options())).toBeUndefined()
    expect((await downloadIfChanged(server.url('/tagged'), '"v0"', options()))?.bytes).toEqual(body)
  })
})

describe('redirectProblem', () => {
  const judge = (first: string, from: string, to: string) =>
    redirectProblem(new URL(first), new URL(from), new URL(to))?.problem
  const hub = 'https://github.com/o/r/archive/v1.tar.gz'

  it('lets GitHub hand over to the hosts that serve its files, and to no other', () => {
    for (const host of [
      'codeload.github.com',
      'objects.githubusercontent.com',
      'release-assets.githubusercontent.com',
    ]) {
      expect(judge(hub, hub, `https://${host}/x`)).toBeUndefined()
      expect(judge(hub, `https://${host}/x`, hub)).toBeUndefined()
      expect(judge('https://example.org/', 'https://example.org/', `https://${host}/x`)).toBe(
        'leads to another host',
      )
    }
    for (const host of [
      'evil.github.com',
      'github.com.evil.org',
      'codeload.github.com.evil.org',
      'gist.github.com',
    ]) {
      expect(judge(hub, hub, `https://${host}/x`)).toBe('leads to another host')
    }
    expect(judge(hub, hub, 'http://codeload.github.com/x')).toBe('gives up encryption')
  })

  it('never leads from a public host to a private one', () => {
    const hosts = [
      'localhost',
      '127.0.0.1',
      '0x7f.1',
      '2130706433',
      '10.1.2.3',
      '172.16.0.1',
      '172.31.9.9',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '0.0.0.0',
      '[::1]',
      '[::]',
      '[::ffff:127.0.0.1]',
      '[fe80::1]',
      '[fd00::1]',
      'printer',
      'a.localhost',
      'metadata.google.internal',
      'nas.local',
    ]
    for (const host of hosts) {
      expect(judge(hub, hub, `https://${host}/`), host).toBe('leads from the internet to a private address')
    }
    for (const host of ['172.32.0.1', '100.128.0.1', '11.0.0.1', '[2001:db8::1]', 'example.org']) {
      expect(isPrivateHost(new URL(`https://${host}/`).hostname), host).toBe(false)
    }
  })

  it('allows the way from http: to https: on one host, and never back', () => {
    expect(judge('http://127.0.0.1/', 'http://127.0.0.1/', 'https://127.0.0.1/')).toBeUndefined()
    expect(judge('https://127.0.0.1/', 'https://127.0.0.1/', 'http://127.0.0.1/')).toBe('gives up encryption')
  })
})
