// The address that a host's text is, in any of the spellings that a program's resolver takes. Pure.

/** `127.0.0.1` for `2130706433`, `0x7f.1`, `0177.1`, `[::ffff:127.0.0.1]`; other IPv6 as it is written shortest; undefined for a name. */
export function hostAddress(host: string): string | undefined {
  if (host.startsWith('[')) return ipv6(host)
  const parts = host.split('.').map(partOf)
  if (parts.length > 4 || !parts.every((part) => part !== undefined)) return undefined
  const last = parts.at(-1) ?? 0
  const head = parts.slice(0, -1)
  // The last number fills all bytes that the others leave.
  if (head.some((part) => part > 255) || last >= 256 ** (4 - head.length)) return undefined
  const bytes = Array.from(
    { length: 4 - head.length },
    (_, index) => Math.floor(last / 256 ** (3 - head.length - index)) % 256,
  )
  return [...head, ...bytes].join('.')
}

function partOf(text: string): number | undefined {
  if (/^0x[0-9a-f]*$/i.test(text)) return text.length === 2 ? 0 : Number.parseInt(text.slice(2), 16)
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8)
  return /^\d+$/.test(text) ? Number(text) : undefined
}

function ipv6(host: string): string {
  if (!URL.canParse(`http://${host}/`)) return host
  const { hostname } = new URL(`http://${host}/`)
  const mapped = /^\[::(?:ffff:(?:0:)?)?([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(hostname)
  if (!mapped) return hostname
  const [high, low] = [Number.parseInt(mapped[1] ?? '', 16), Number.parseInt(mapped[2] ?? '', 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}
