// What programs can be made to do by their arguments, as words. A program that is in no list is taken at its word.

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** They run code that they are given: as an argument, on standard input, or in any file. */
export const INTERPRETERS = words(`
  sh bash rbash dash ash zsh ksh mksh pdksh fish csh tcsh pwsh powershell cmd nu xonsh elvish rc busybox toybox
  python pypy ipython jython node nodejs deno bun tsx ts-node esno ruby irb jruby perl php lua luajit texlua tclsh wish
  expect guile racket scheme r rscript julia octave groovy scala kotlin jshell swift elixir iex erl escript ghci
  runghc runhaskell ocaml sbcl clisp emacs emacsclient awk gawk mawk nawk wscript cscript mshta rundll32 regsvr32 java
  javaw dotnet mono wine qjs d8 jsc duktape osascript crystal nim v8 raku`)

/** They start a program that their arguments name, and have options of their own. */
export const STARTERS = words(`
  env xargs nohup timeout nice ionice chrt taskset stdbuf setsid setarch time watch strace ltrace perf flock unbuffer
  entr parallel command exec builtin caffeinate arch numactl cpulimit catchsegv torify torsocks proxychains proxychains4
  dbus-run-session xvfb-run systemd-run start chronic ts retry direnv dotenv op-run`)

/** With free arguments they run other programs, install foreign code, or write over any file. */
export const WIDE = words(`
  find fd fdfind rg ag ack make gmake cmake ninja bazel bazelisk buck just task rake gradle gradlew mvn ant meson scons
  tox nox npx pnpx bunx npm pnpm yarn corepack pipx uv uvx poetry pdm hatch pip conda mamba gem bundle bundler cargo go
  rustc gcc cc clang composer mix nix nix-shell nix-build guix brew apt apt-get dnf yum pacman apk snap flatpak port choco
  scoop winget dpkg rpm git gh glab hub hg svn cvs bzr jj tar bsdtar gtar cpio zip rsync split sort sed ed ex vi vim
  nvim view nano pico emacs less more most man info pg bat tmux screen byobu script scriptreplay gdb lldb valgrind rr
  sqlite3 psql mysql mariadb mongo mongosh redis-cli duckdb ftp lftp telnet m4 dc cp mv tee ln install truncate shred
  cat head tail tac nl od xxd hexdump strings base64 base32 grep egrep fgrep rgrep aws gcloud gsutil bq az helm ansible
  ansible-playbook ansible-vault pulumi vault op gpg gpg2 pass age sops openssl keyring secret-tool code codium cursor
  subl idea open xdg-open start-process msbuild xcodebuild xcrun tclsh capsh ansible-test facter puppet chef rpmbuild
  debuild pre-commit husky lefthook act claude codex gemini aider opencode skills skillward`)

/** They rule the machine, destroy, or carry data away, with whatever arguments. */
export const ALWAYS = words(`
  sudo sudoedit su doas pkexec runas gosu su-exec rm unlink dd mkfs fdisk parted wipefs curl wget wget2 aria2c http https
  xh ssh scp sftp mosh sshfs autossh sshpass rclone nc ncat netcat socat chmod chown chgrp chattr setfacl setcap kill pkill
  killall eval source crontab at batch systemctl service launchctl initctl schtasks reg security defaults osascript docker
  podman nerdctl lxc lxd incus buildah ctr crictl kubectl oc k9s terraform tofu terragrunt chroot unshare nsenter mount
  umount insmod modprobe kexec sysctl iptables nft ufw useradd usermod passwd visudo chsh ngrok cloudflared tailscale bpftrace
  gdbserver certutil bitsadmin ldd pamtester logger`)

/** Subcommands of git that stay with their own work whatever their arguments. Others can name a program to run. */
export const GIT_PLAIN = words(`
  add am apply blame branch cat-file check-ignore checkout cherry-pick clean commit describe diff diff-tree fsck
  for-each-ref format-patch gc init log ls-files ls-tree merge merge-base mv name-rev notes reflog reset restore
  rev-list rev-parse revert rm shortlog show show-ref stash status switch symbolic-ref tag version worktree`)

/** Subcommands of git that run what an option or an address of theirs names: harmless only when all is written out. */
export const GIT_REMOTE = words('archive bundle clone fetch grep ls-remote pull push rebase remote')

/** Options and addresses by which git starts another program. */
export const GIT_CODE =
  /^--(?:exec|upload-pack|receive-pack|open-files-in-pager|extcmd|ext-diff|config|template|remote)(?:=|$)|::/
/** Short ones, which mean something else to the plain subcommands; `push -u` only remembers where to. */
export const GIT_SHORT_CODE = /^-[cOxu]/
/** What overwrites or deletes at the other end of a push. */
export const GIT_OVERWRITES = /^(?:-[fd]|--(?:force\S*|mirror|delete|prune))$|^[+:]/
/** Options before the subcommand that only choose the folder or how it is shown. */
export const GIT_BEFORE = /^(?:--no-pager|-P|--no-optional-locks)$/
/** What `git config` is asked for without a change. */
export const GIT_CONFIG_READS = /^(?:--get\S*|--list|-l|get|list)$/

/** Subcommands of package managers that only look. */
export const LOOKING = words(`
  list ls ll la view show info search outdated why audit check freeze help version --version -v -V config-list whoami
  metadata tree fmt vet doc`)

/**
 * Verbs that build, test and run a project by what stands in its own files: whoever may write those gains nothing by
 * other arguments.
 */
export const BUILDING: Readonly<Record<string, ReadonlySet<string>>> = {
  cargo:
    words(`build b check c test t run r bench clippy fmt doc clean nextest fuzz miri expand llvm-cov mutants audit
    deny geiger init new`),
  go: words('build test vet fmt mod clean list doc version env'),
  dotnet: words('build test run format clean'),
  npm: words('test t start'),
  pnpm: words('test t start'),
  yarn: words('test start'),
  bun: words('test'),
  uv: words('build init version format lock remove cache'),
}
/** Of these, a script of the project that is named is as good as a verb. */
export const RUNS_SCRIPTS = words('npm pnpm yarn bun')

/** Options of `uv run` that bring nothing in. */
export const UV_RUN_PLAIN = /^(?:--(?:no-project|frozen|locked|no-sync|quiet|script|isolated|offline)|-[qs])$/

/** What the command of GitHub and its like only show, after the word for what it is of. */
export const GH_LOOKS = words('view list status diff checks watch')

/** Tools that need an own look before their first argument. */
export const SUBCOMMANDS = words(`npm pnpm yarn pip brew gem cargo go uv poetry conda`)

/** Options by which a program is handed code or another program. */
export const CODE_OPTION =
  /^(?:-[a-z]{0,3}[cerES]$|-[ceEpr].|--?(?:eval|exec|execdir|ok|okdir|exec-batch|command|print|import|require|loader|experimental-loader|rsh|rcfile|init-file|init-command|to-command|checkpoint-action|use-compress-program|compress-program|unzip-command|pre|filter|pager|open-files-in-pager|upload-pack|receive-pack|extcmd|ext-diff|run|script|inspect\S*|package|call|node-options|index-url|extra-index-url|find-links|registry|encodedcommand|enc)(?:=|$))/

/** Options of interpreters that take nothing and load nothing. */
export const PLAIN_OPTION = /^(?:-[uBEIOsSdvWq]|-OO|--check|--test|--version|--no-warnings|-V|--help|-h)$/

/** Modules of Python that run what comes after them, or serve files. */
export const RUNNING_MODULES = words(
  'timeit pdb cprofile profile trace code runpy idlelib asyncio pip ensurepip venv virtualenv http.server zipapp pytest unittest doctest site cgi',
)
