// How grave it is to hand a variable to a skill: by what such variables hold, or make other programs do. Pure.
import type { CapabilitySeverity } from './severity.ts'

/** Names of credentials, by their words. */
const CREDENTIAL =
  /(?:^|_)(?:TOKENS?|SECRETS?|PASS|PASSWORDS?|PASSWD|PASSPHRASE|PAT|KEYS?|APIKEY|CREDS?|CREDENTIALS?|AUTH|AUTHORIZATION|COOKIES?|SESSION|JWT|BEARER|MNEMONIC|DSN|NETRC|KUBECONFIG)(?:_|$)|(?:TOKEN|SECRET|PASSWORD|PASSWD|APIKEY|ACCESSKEY|PRIVATEKEY)|(?:DATABASE|DB|MONGO\w{0,20}|MYSQL|POSTGRES\w{0,20}|PG|REDIS|AMQP|RABBITMQ|BROKER|CONNECTION|WEBHOOK)_?(?:URL|URI|STRING)|^(?:DOCKER_HOST|DOCKER_CONFIG|KUBECONFIG)$/

/** Numbers and public halves that only sound like it. */
const PUBLIC =
  /(?:MAX|MIN|NUM|TOTAL)_TOKENS$|TOKENS?_(?:LIMIT|COUNT|BUDGET)$|TOKENIZER|PUBLIC_?KEY|PUBKEY|KEYBOARD/

/** Whoever reads or sets them decides what code other programs load or start. */
const LOADER =
  /^(?:LD_\w+|DYLD_\w+|NODE_OPTIONS|NODE_PATH|NODE_REPL_\w+|PYTHON(?:PATH|STARTUP|HOME|INSPECT|USERBASE|BREAKPOINT|WARNINGS)|PERL5\w+|PERLLIB|RUBYOPT|RUBYLIB|GEM_(?:HOME|PATH)|LUA_(?:PATH|CPATH|INIT)\w*|PHPRC|PHP_INI_SCAN_DIR|BASH_ENV|BASH_FUNC_\w*|ENV|ZDOTDIR|PROMPT_COMMAND|PS4|SHELLOPTS|BASHOPTS|IFS|GIT_\w+|SSH_\w+|GPG_\w+|SUDO_\w+|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|JAVA_OPTS|CLASSPATH|MAVEN_OPTS|GRADLE_OPTS|GCONV_PATH|MAKEFLAGS|MAKEFILES|GNUMAKEFLAGS|GOFLAGS|GOPROXY|CARGO_\w+|RUSTC?_\w*WRAPPER|RUSTFLAGS|NPM_CONFIG_\w+|YARN_\w+|PIP_\w+|UV_\w+|DOTNET_STARTUP_HOOKS|COMSPEC|PATHEXT|LESSOPEN|LESSCLOSE|MANPAGER|OPENSSL_CONF|NODE_EXTRA_CA_CERTS|SSL_CERT_(?:FILE|DIR)|CURL_HOME|WGETRC|VIMINIT|EXINIT)$/

/** They steer where programs and traffic go, or often carry a password. */
const STEERING =
  /^(?:PATH|HOME|SHELL|EDITOR|VISUAL|PAGER|BROWSER|TERM_PROGRAM|TMPDIR|XDG_\w+|USERPROFILE|APPDATA|LOCALAPPDATA|(?:\w+_)?PROXY)$/

/** Windows knows no letter case in names, and some programs read both. */
export function variableSeverity(name: string): CapabilitySeverity {
  const upper = name.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase()
  if (
    (CREDENTIAL.test(upper) && !PUBLIC.test(upper)) ||
    LOADER.test(upper) ||
    LOADER.test(name.toUpperCase())
  )
    return 'high'
  return STEERING.test(upper) ? 'medium' : 'low'
}
