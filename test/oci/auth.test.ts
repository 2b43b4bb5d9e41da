import { afterEach, describe, expect, test } from 'vitest'
import { parseChallenges } from '../../src/oci/challenge.ts'
import { ociClient } from '../../src/oci/client.ts'
import type { Credential } from '../../src/oci/credential.ts'
import { startFakeOci, type FakeOci, type FakeOciOptions } from '../support/fake-oci.ts'
import { packedPdf, pushPacked } from '../support/oci-skill.ts'
import { processorTime } from '../support/processor-time.ts'

const USER = { name: 'someone', password: 'pass:word' }
const BASIC: Credential = { kind: 'basic', username: USER.name, password: USER.password }

const fakes: FakeOci[] = []
afterEach(() => Promise.all(fakes.splice(0).map((fake) => fake.close())))

async function start(options: FakeOciOptions): Promise<FakeOci> {
  const fake = await startFakeOci({ user: USER, ...options })
  fakes.push(fake)
  return fake
}

const tokens = (fake: FakeOci): string[] =>
  fake.log.map(({ line }) => line).filter((line) => line.includes('/token'))

describe('a login', () => {
  test('by password is sent once it was asked for, and then at once', async () => {
    const fake = await start({ auth: 'basic' })
    const client = ociClient({ registry: fake.host, credentials: async () => BASIC })
    await pushPacked(client, { repository: 'r', packed: packedPdf(), tags: ['v'] })
    expect(fake.log[0]?.authorization).toBeUndefined()
    const refused = fake.log.filter(({ authorization }) => authorization === undefined)
    expect(refused).toHaveLength(1)
  })

  test('by token is asked for once a kind of access, also side by side', async () => {
    const fake = await start({ auth: 'bearer' })
    const client = ociClient({ registry: fake.host, credentials: async () => BASIC })
    await pushPacked(client, { repository: 'r', packed: packedPdf(), tags: ['v'] })
    const reader = ociClient({ registry: fake.host })
    fake.log.length = 0
    const results = await Promise.all(Array.from({ length: 5 }, () => reader.getManifest('r', 'v')))
    expect(new Set(results.map(({ digest }) => digest)).size).toBe(1)
    expect(tokens(fake)).toEqual(['GET /token?service=fake&client_id=skillward&scope=repository%3Ar%3Apull'])
  })

  test('by identity token posts it as a form', async () => {
    const fake = await start({ auth: 'bearer', identityToken: 'refresh-me' })
    const credentials = async (): Promise<Credential> => ({ kind: 'identity', token: 'refresh-me' })
    await pushPacked(ociClient({ registry: fake.host, credentials }), {
      repository: 'r',
      packed: packedPdf(),
      tags: ['v'],
    })
    const posted = fake.log.find(({ line }) => line === 'POST /token')
    expect(new URLSearchParams(posted?.body.toString()).get('grant_type')).toBe('refresh_token')
    expect(posted?.authorization).toBeUndefined()
  })

  test('by a registry token sends it as it is', async () => {
    const fake = await start({ auth: 'bearer' })
    const credentials = async (): Promise<Credential> => ({ kind: 'bearer', token: 'may-write' })
    await pushPacked(ociClient({ registry: fake.host, credentials }), {
      repository: 'r',
      packed: packedPdf(),
      tags: ['v'],
    })
    expect(tokens(fake)).toEqual([])
  })

  test('whose token ran out is renewed', async () => {
    const fake = await start({ auth: 'bearer', tokenSeconds: 1 })
    const client = ociClient({ registry: fake.host })
    await client.listTags('r')
    await client.listTags('r')
    expect(tokens(fake)).toHaveLength(2)
  })

  test('that is not accepted says so', async () => {
    for (const auth of ['basic', 'bearer'] as const) {
      const fake = await start({ auth })
      const credentials = async () => ({ kind: 'basic', username: USER.name, password: 'wrong' }) as const
      const client = ociClient({ registry: fake.host, credentials })
      await expect(client.listTags('r')).toThrowCode('source_unauthorized')
    }
  })

  test('may wait for what everybody may read: a broken helper is only news where a login is needed', async () => {
    const { SkillsError } = await import('../../src/errors/error.ts')
    const credentials = () => Promise.reject(new SkillsError('credentials_invalid', 'helper is missing'))
    const open = await start({ auth: 'bearer' })
    await ociClient({ registry: open.host, credentials }).listTags('r')
    const closed = await start({ auth: 'basic' })
    const client = ociClient({ registry: closed.host, credentials })
    await expect(client.listTags('r')).toThrowCode('credentials_invalid')
    await expect(
      client.putManifest('r', { reference: 'v', bytes: Buffer.from('{}'), mediaType: 'x' }),
    ).toThrowCode('credentials_invalid')
  })
})

test('reads challenges as they are written', () => {
  const one = (header: string) =>
    parseChallenges(header).map(({ scheme, params }) => [scheme, Object.fromEntries(params)])
  expect(one('Bearer realm="https://a/t",service="s",scope="repository:a/b:pull,push"')).toEqual([
    ['bearer', { realm: 'https://a/t', service: 's', scope: 'repository:a/b:pull,push' }],
  ])
  expect(one('Basic realm="a \\"quoted\\" word", BEARER realm=plain , error = "x"')).toEqual([
    ['basic', { realm: 'a "quoted" word' }],
    ['bearer', { realm: 'plain', error: 'x' }],
  ])
  expect(one('Negotiate, Basic')).toEqual([
    ['negotiate', {}],
    ['basic', {}],
  ])
  expect(one('')).toEqual([])
  expect(one('=,,"')).toEqual([])
  const long = `Bearer ${'a="b",'.repeat(100_000)}`
  const started = processorTime()
  parseChallenges(long)
  parseChallenges(`Bearer realm="${'\\'.repeat(100_000)}`)
  expect(processorTime() - started).toBeLessThan(1500)
})
