// How grave it is to contact a host: names for people on the open network are one thing; addresses, this machine, inner
// networks, clouds' metadata and places where anybody can receive are another. Pure.
import type { CapabilitySeverity } from './severity.ts'
import { hostAddress } from './host-address.ts'

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

/** Suffixes of names that only mean something inside a network, or may mean any address. */
const INNER = words(`
  internal local localhost localdomain lan home corp intranet private svc home.arpa onion nip.io sslip.io xip.io
  localtest.me lvh.me vcap.me lacolhost.com 1u.ms rbndr.us consul docker k8s`)

/** Clouds answer with the machine's credentials there. */
const METADATA = words(`
  metadata.goog metadata.azure.com metadata.packet.net metadata.platformequinix.com metadata.tencentyun.com
  metadata.ec2.internal metadata.google.internal instance-data.ec2.internal`)

/** Whoever has an account, or none, receives what is sent there. */
const DROPS = words(`
  webhook.site requestbin.com requestbin.net requestcatcher.com pipedream.net beeceptor.com hookbin.com oast.pro
  oast.live oast.site oast.online oast.fun oast.me interact.sh burpcollaborator.net oastify.com dnslog.cn
  ceye.io canarytokens.com pastebin.com paste.ee hastebin.com rentry.co dpaste.org ix.io termbin.com transfer.sh
  file.io 0x0.st temp.sh bashupload.com gofile.io anonfiles.com ngrok.io ngrok.app ngrok-free.app ngrok.dev
  trycloudflare.com loca.lt serveo.net localhost.run lhr.life api.telegram.org bit.ly tinyurl.com t.co is.gd
  goo.gl cutt.ly`)

/** Anybody gets a name below them, so a wildcard there is a wildcard for everybody. */
const SHARED = words(`
  github.io gitlab.io pages.dev workers.dev r2.dev vercel.app netlify.app web.app firebaseapp.com firebaseio.com
  appspot.com run.app cloudfunctions.net herokuapp.com amazonaws.com cloudfront.net awsapprunner.com on.aws
  azurewebsites.net windows.net azureedge.net azurefd.net cloudapp.net fly.dev onrender.com railway.app deno.dev
  surge.sh glitch.me repl.co replit.app replit.dev blogspot.com wordpress.com supabase.co digitaloceanspaces.com
  ondigitalocean.app backblazeb2.com linodeobjects.com googleapis.com googleusercontent.com
  githubusercontent.com duckdns.org dyndns.org no-ip.org hopto.org`)

/** `co.uk` and its kind. */
const SECOND_LEVEL = /^(?:ac|co|com|edu|gob|go|gov|ltd|me|mil|ne|net|nom|or|org|plc|sch)\.[a-z]{2}$/

/** Ports of this machine where whoever connects is in command. */
const CONTROL_PORTS = new Set(['2375', '2376', '5005', '6443', '8500', '9222', '9229', '10250', '11434'])

export function hostSeverity(rule: string): CapabilitySeverity {
  const [, name = rule, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(rule) ?? []
  if (name === '*') return 'high'
  const address = hostAddress(name)
  if (name === 'localhost' || (address !== undefined && isLoopback(address))) {
    return port === undefined || CONTROL_PORTS.has(port) ? 'high' : 'medium'
  }
  if (address !== undefined) return 'high'
  const wild = name.startsWith('*.')
  const plain = wild ? name.slice(2) : name
  // A name of one part is one of this machine's own network; below a wildcard it is a whole country or kind of names.
  if (!plain.includes('.') || /(?:^|\.)xn--/.test(plain)) return 'high'
  const named = [...INNER, ...METADATA, ...DROPS].some(
    (one) => isOrBelow(plain, one) || (wild && isOrBelow(one, plain)),
  )
  const shared =
    wild && (SECOND_LEVEL.test(plain) || SHARED.some((one) => isOrBelow(one, plain) || isOrBelow(plain, one)))
  return named || shared ? 'high' : 'medium'
}

function isOrBelow(name: string, suffix: string): boolean {
  return name === suffix || name.endsWith(`.${suffix}`)
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '[::1]'
}
