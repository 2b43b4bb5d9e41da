// The word lists of inference: what is too common to ask about, and what deserves a line of its own.

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/))

/** Words of the shell itself that come before a command. */
export const SHELL_PREFIXES = words(
  'if then else elif do while until ! time command builtin exec nohup env eval xargs parallel sudo doas setsid nice ionice stdbuf unbuffer chronic caffeinate',
)

/** Shell built-ins and plain text and file tools: every script has them, and they do nothing that other lines do not say. */
export const HARMLESS =
  words(`cd echo export source printf test true false set unset exit return local declare typeset
  readonly shift read trap wait jobs bg fg alias type hash let getopts pushd popd break continue for case esac fi done in
  function select shopt ulimit umask cat ls head tail grep egrep fgrep rg sed awk gawk cut sort uniq tr wc tee find fd tree
  pwd date sleep basename dirname realpath readlink mktemp mkdir touch cp mv ln rmdir stat file which whereis diff cmp comm
  paste join column fold fmt nl seq yes jq yq xxd od hexdump base64 md5sum sha1sum sha256sum shasum cksum expr bc id whoami
  hostname uname env clear less more man help history tput stty tar gzip gunzip zip unzip xz bzip2 split rev tac strings
  exec eval command time xargs nohup chmod kill ps top df du free open xdg-open pbcopy pbpaste say
  pass fail default print then else do bash sh zsh code vim vi nano emacs activate deactivate mapfile readarray printenv locale lsof tmutil column
  builtin caller compgen complete disown enable logout suspend times continue const var import from def class await async use select insert update create begin commit
  print println puts require include namespace package module new public private static void int string bool name description version
  watch pgrep cron the this that and or not is are to for with on in if you your it`)

/** Programs whose URL arguments are places that are contacted. */
export const NETWORK_PROGRAMS = words(
  'curl wget http https xh aria2c websocat wscat nc ncat netcat socat telnet dig nslookup host drill ping git pip pip3 uv hurl ab',
)

/** Programs that are worth a line where the text around them is not marked as shell. */
export const KNOWN_PROGRAMS =
  words(`git gh glab npm npx pnpm yarn bun bunx deno node python python3 pip pip3 pipx uv uvx poetry
  conda ruby gem bundle go cargo rustc make cmake gcc clang javac java mvn gradle dotnet docker podman docker-compose kubectl helm
  terraform ansible aws gcloud az gsutil bq vercel netlify wrangler fly heroku supabase firebase curl wget ssh scp rsync
  ffmpeg ffprobe convert magick pandoc pdftotext pdftoppm pdfimages qpdf soffice libreoffice tesseract exiftool yt-dlp
  sqlite3 psql mysql redis-cli mongosh duckdb nc ncat netcat socat telnet sftp ftp lftp rclone brew apt apt-get yum dnf pacman semgrep codeql trivy nmap playwright
  agent-browser osascript launchctl systemctl crontab openssl gpg ssh-keygen stripe sentry-cli slither forge cast anvil`)

/** Interpreters, and the name that rules give them. */
export const INTERPRETERS: Readonly<Record<string, string>> = {
  python: 'python3',
  python3: 'python3',
  py: 'python3',
  node: 'node',
  nodejs: 'node',
  bash: 'bash',
  sh: 'bash',
  zsh: 'bash',
  ruby: 'ruby',
  perl: 'perl',
  php: 'php',
  Rscript: 'Rscript',
  deno: 'deno',
  bun: 'bun',
  tsx: 'npx tsx',
  'ts-node': 'npx ts-node',
  pwsh: 'pwsh',
  osascript: 'osascript',
}

/** What runs a file of this ending when neither a `#!` line nor the instructions say. */
export const BY_EXTENSION: Readonly<Record<string, string>> = {
  py: 'python3',
  js: 'node',
  mjs: 'node',
  cjs: 'node',
  ts: 'npx tsx',
  mts: 'npx tsx',
  sh: 'bash',
  bash: 'bash',
  zsh: 'bash',
  rb: 'ruby',
  pl: 'perl',
  php: 'php',
  r: 'Rscript',
  R: 'Rscript',
  ps1: 'pwsh',
}

/** `program verb` pairs that bring in foreign code: the verb stays in the rule. */
export const INSTALLERS: Readonly<Record<string, RegExp>> = {
  npm: /^(?:i|install|add|ci)$/,
  pnpm: /^(?:i|install|add)$/,
  yarn: /^(?:add|install)$/,
  bun: /^(?:add|install|i)$/,
  pip: /^install$/,
  pip3: /^install$/,
  pipx: /^install$/,
  uv: /^(?:pip|add|tool|sync)$/,
  brew: /^install$/,
  apt: /^install$/,
  'apt-get': /^install$/,
  cargo: /^(?:install|add)$/,
  go: /^(?:install|get)$/,
  gem: /^install$/,
}

/** Programs whose first word says what they do, and of how many words that is made. */
export const VERB_PROGRAMS: ReadonlyMap<string, 1 | 2> = new Map([
  ...[
    ...words(
      'cargo npm pnpm yarn bun pip pip3 pipx uv docker podman kubectl go dotnet brew apt apt-get yum dnf pacman',
    ),
  ].map((name) => [name, 1] as const),
  ...[
    ...words(
      'poetry gem bundle conda helm terraform vercel netlify wrangler fly supabase firebase heroku stripe',
    ),
  ].map((name) => [name, 1] as const),
  ...[...words('gh glab aws gcloud az')].map((name) => [name, 2] as const),
])

/** All that `go` knows; other words after it are prose. */
export const GO_VERBS = words(
  'bug build clean doc env fix fmt generate get install list mod run telemetry test tool version vet work',
)

/** Programs that only fetch what an address names. */
export const CONTACTED_BY_URL = words('curl wget')

/** Runners of packages from a registry: the package is the program. */
export const PACKAGE_RUNNERS = words('npx bunx uvx')

/** Variables that every process has, or that scripts make for themselves. */
export const COMMON_ENV =
  words(`PATH HOME USER PWD SHELL TMPDIR TMP TEMP TERM LANG LC_ALL EDITOR VISUAL PAGER HOSTNAME LOGNAME UID EUID
  IFS OPTARG OPTIND RANDOM SECONDS LINENO PPID MSYSTEM BASH_SOURCE BASH_REMATCH BASH_VERSION FUNCNAME PIPESTATUS OLDPWD COLUMNS LINES REPLY
  NODE_ENV CI DEBUG VERBOSE PYTHONPATH PYTHONUNBUFFERED PYTHONIOENCODING NO_COLOR FORCE_COLOR DISPLAY COLORTERM ARGUMENTS SKILL_DIR BASE_DIR BASEDIR
  SCRIPT_DIR ROOT_DIR PROJECT_ROOT REPO_ROOT CLAUDE_PLUGIN_ROOT CLAUDE_PROJECT_DIR CLAUDE_SKILL_DIR APPDATA LOCALAPPDATA
  USERPROFILE PROGRAMFILES SYSTEMROOT WINDIR OSTYPE XDG_CONFIG_HOME XDG_DATA_HOME XDG_CACHE_HOME XDG_STATE_HOME XDG_RUNTIME_DIR
  NC RED GREEN YELLOW BLUE BOLD RESET CYAN MAGENTA URL FILE DIR NAME OUTPUT INPUT ID DATE TODAY NOW STATUS EOF BODY RESPONSE RESULT JSON`)

/** True for names that by custom hold a secret. */
export function looksSecret(name: string): boolean {
  if (
    /(?:TOKENS|TOKEN_(?:LIMIT|COUNT|BUDGET|FILE|URL)|PUBLIC_KEY|PUBKEY|KEY_(?:FILE|PATH|NAME|ID))$/i.test(
      name,
    )
  ) {
    return /ACCESS_KEY_ID$/i.test(name)
  }
  return /(?:^|_)(?:KEY|API_?KEY|APIKEY|TOKEN|SECRET|PAT|PASS|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|BEARER|COOKIES?|MNEMONIC|SEED_PHRASE|WEBHOOK_URL)$|SECRET|PASSWORD|API_?KEY|ACCESS_KEY|PRIVATE_KEY|_TOKEN_|(?:API|ACCESS|AUTH|BOT)TOKEN$/i.test(
    name,
  )
}

/** Hosts that identify formats, stand for nothing, or are documentation's examples. */
export function isPlaceholderHost(host: string): boolean {
  return (
    /(?:^|\.)(?:example|test|invalid|local|internal|localdomain)$|(?:^|\.)(?:example|yourdomain|yoursite|mysite|mydomain|domain|site|host|server|company|acme|your-?[a-z-]*|my-?app|foo|bar)\.(?:com|org|net|io|dev|test)$/.test(
      host,
    ) ||
    /^(?:www\.w3\.org|schemas\.(?:openxmlformats\.org|microsoft\.com|agentskills\.io)|json-schema\.org|json\.schemastore\.org|purl\.org|www\.sitemaps\.org|xml\.org|ns\.adobe\.com|www\.apache\.org|opensource\.org|creativecommons\.org|spdx\.org|schema\.org|img\.shields\.io)$/.test(
      host,
    )
  )
}

/** Client libraries that contact one service without its address in the code. */
export const LIBRARY_HOSTS: readonly (readonly [RegExp, string])[] = [
  [/^\s*(?:import|from) anthropic\b|['"]@anthropic-ai\/sdk['"]/, 'api.anthropic.com'],
  [/^\s*(?:import|from) openai\b|from ['"]openai['"]|require\(['"]openai['"]\)/, 'api.openai.com'],
  [
    /^\s*(?:import|from) google(?:\.genai|\.generativeai| import genai)\b|['"]@google\/gen(?:erative-)?ai['"]/,
    'generativelanguage.googleapis.com',
  ],
  [/^\s*(?:import|from) (?:boto3|botocore)\b|['"]@aws-sdk\//, '*.amazonaws.com'],
  [/^\s*(?:import|from) slack_sdk\b|['"]@slack\/(?:web-api|bolt)['"]/, 'slack.com'],
  [/^\s*(?:import|from) notion_client\b|['"]@notionhq\/client['"]/, 'api.notion.com'],
  [/['"]@octokit\/|^\s*from github import\b/, 'api.github.com'],
  [/^\s*import stripe\b|from ['"]stripe['"]/, 'api.stripe.com'],
]
