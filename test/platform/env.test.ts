import { describe, expect, it } from 'vitest'
import { readSettings } from '../../src/platform/env.ts'

describe('readSettings', () => {
  it('follows XDG and ignores relative values', () => {
    const settings = readSettings({ HOME: '/h', XDG_CONFIG_HOME: '/c', XDG_DATA_HOME: 'relative' }, '/w')
    expect(settings).toMatchObject({
      cwd: '/w',
      configDir: '/c/skillward',
      dataDir: '/h/.local/share/skillward',
      cacheDir: '/h/.cache/skillward',
    })
  })

  it('lets SKILLWARD_HOME move everything', () => {
    expect(readSettings({ HOME: '/h', SKILLWARD_HOME: '/s' }, '/w')).toMatchObject({
      configDir: '/s/config',
      dataDir: '/s/data',
      cacheDir: '/s/cache',
    })
  })

  it('refuses to guess a home', async () => {
    await expect(() => readSettings({ HOME: 'relative' }, '/w')).toThrowCode('home_missing')
  })

  it.each([
    { HOME: '/h\ufffd' },
    { HOME: '/h', SKILLWARD_HOME: '/s\ufffd' },
    { HOME: '/h', XDG_DATA_HOME: '/\ufffd' },
  ])('refuses a directory of %j, whose name was not UTF-8', async (env) => {
    await expect(() => readSettings(env, '/w')).toThrowCode('path_unsafe')
    await expect(() => readSettings({ HOME: '/h' }, '/w\ufffd')).toThrowCode('path_unsafe')
  })

  it.each([
    ['1', true],
    ['false', false],
    ['', false],
  ])('takes CI=%s for %s', (CI, ci) => {
    expect(readSettings({ HOME: '/h', CI }, '/w').ci).toBe(ci)
  })
})
