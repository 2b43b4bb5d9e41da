// Shell text to the simple commands in it. A reading, not an execution: what it cannot follow it leaves out.

/** One simple command; in its tokens `…` stands for what is computed and `␣` for spaces in quotes. */
export interface ShellCommand {
  readonly argv: readonly string[]
  /** Lines from the start of the text, from 0. */
  readonly line: number
  /** What an earlier command writes is what it reads. */
  readonly piped: boolean
  /** Texts of here-documents that it reads. */
  readonly documents: readonly HereDocument[]
}

export interface HereDocument {
  readonly text: string
  /** The first line of `text`, from the start of the whole, from 0. */
  readonly line: number
}

interface Frame {
  tokens: string[]
  piped: boolean
  documents: HereDocument[]
  /** How many `case` are open, and whether the next words are one's pattern, which is no command. */
  cases: number
  pattern: boolean
  word: string | undefined
  line: number
  /** In double quotes when the frame was opened. */
  readonly quoted: boolean
  readonly end: string
}

const MAX_COMMANDS = 5000
/** What a command is shows at its start. */
const MAX_TOKENS = 64

/** Simple commands in the order of their start; inner ones (`$(…)`, backticks) too. Comments and here-documents are skipped. */
export function shellCommands(text: string): ShellCommand[] {
  const commands: ShellCommand[] = []
  const stack: Frame[] = []
  let frame: Frame = openFrame(0, false, '')
  let quoted = false
  let line = 0
  let heredocs: { delimiter: string; into: HereDocument[] }[] = []
  const endWord = (): void => {
    const { word, tokens } = frame
    frame.word = undefined
    if (word === undefined) return
    if (tokens.length < MAX_TOKENS) tokens.push(word)
    if (word === 'in' && tokens[0] === 'case' && tokens.length > 2) {
      endCommand()
      frame.cases += 1
      frame.pattern = true
    } else if (word === 'esac' && frame.cases > 0 && tokens.length === 1) {
      frame.cases -= 1
      frame.pattern = false
    }
  }
  const endCommand = (): void => {
    endWord()
    if (frame.tokens.length > 0 && commands.length < MAX_COMMANDS)
      commands.push({
        argv: frame.tokens,
        line: frame.line,
        piped: frame.piped,
        documents: frame.documents,
      })
    frame.tokens = []
    frame.piped = false
    frame.documents = []
    frame.line = line
  }
  const add = (piece: string): void => {
    if (frame.tokens.length === 0 && frame.word === undefined) frame.line = line
    frame.word = (frame.word ?? '') + piece
  }
  const open = (end: string): void => {
    add('…')
    stack.push(frame)
    frame = openFrame(line, quoted, end)
    quoted = false
  }
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i] ?? ''
    if (char === '\n') line += 1
    if (char === '\\') {
      if (text[i + 1] === '\n') line += 1
      else add(text[i + 1] ?? '')
      i += 1
    } else if (char === '$' && text[i + 1] === '(' && text[i + 2] !== '(') {
      open(')')
      i += 1
    } else if (char === '`' && frame.end !== '`') {
      open('`')
    } else if (char === frame.end && !quoted && frame.end !== '') {
      endCommand()
      quoted = frame.quoted
      frame = stack.pop() ?? frame
    } else if (char === '"') {
      quoted = !quoted
      add('')
    } else if (quoted) {
      add(/\s/.test(char) ? '␣' : char)
    } else if (char === "'") {
      const end = text.indexOf("'", i + 1)
      // An apostrophe in prose: the rest of the line is no command.
      const inner = end < 0 || end - i > 4000 ? '' : text.slice(i + 1, end)
      add(/\s/.test(inner) ? '␣' : inner)
      if (inner !== '' || end === i + 1) {
        line += inner.split('\n').length - 1
        i = end
      }
    } else if (char === '#' && frame.word === undefined) {
      const end = text.indexOf('\n', i)
      i = (end < 0 ? text.length : end) - 1
    } else if (char === '\n') {
      endWord()
      if (frame.tokens.length > 0) frame.pattern = false
      endCommand()
      if (heredocs.length > 0) {
        for (const { delimiter, into } of heredocs) {
          const start = { at: i + 1, line: line }
          while (i < text.length) {
            const end = text.indexOf('\n', i + 1)
            const body = text.slice(i + 1, end < 0 ? text.length : end)
            if (end < 0) i = text.length
            else i = end
            line += 1
            if (body.trim() === delimiter || end < 0) break
          }
          into.push({ text: text.slice(start.at, i), line: start.line })
        }
        heredocs = []
        frame.line = line
      }
    } else if (char === '<' && text[i + 1] === '<') {
      const [whole, delimiter] = /^<<-?\s*(?:['"]?)([A-Za-z_]\w*)(?:['"]?)/.exec(text.slice(i, i + 80)) ?? []
      if (whole !== undefined && delimiter !== undefined) {
        heredocs.push({ delimiter, into: frame.documents })
        i += whole.length - 1
      } else if (text[i + 2] === '<') {
        endWord()
        add('<<<')
        endWord()
        i += 2
      } else i += 1
    } else if (frame.pattern && (char === ')' || char === '|' || char === '(')) {
      frame.word = undefined
      frame.tokens = []
      frame.pattern = char !== ')'
    } else if (
      /[;|&(){}]/.test(char) &&
      !(char === '{' && (frame.word !== undefined || /\S/.test(text[i + 1] ?? '')))
    ) {
      if (char === '}' && frame.word !== undefined) add(char)
      else {
        endCommand()
        const twice = text[i + 1] === char
        if (char === '|' && !twice) frame.piped = true
        if (char === ';' && twice && frame.cases > 0) {
          frame.pattern = true
          i += 1
        }
        if (char === '|' || char === '&') i += twice || (char === '|' && text[i + 1] === '&') ? 1 : 0
      }
    } else if (/\s/.test(char)) endWord()
    else if (char === '>' || char === '<') {
      endWord()
      add(char)
    } else add(char)
  }
  endCommand()
  while (stack.length > 0) {
    frame = stack.pop() ?? frame
    endCommand()
  }
  return commands
}

function openFrame(line: number, quoted: boolean, end: string): Frame {
  return {
    tokens: [],
    piped: false,
    documents: [],
    cases: 0,
    pattern: false,
    word: undefined,
    line,
    quoted,
    end,
  }
}

/** Names of the functions that the text defines. */
export function shellFunctions(text: string): Set<string> {
  return new Set(
    Array.from(
      text.matchAll(/^[ \t]*(?:function[ \t]+)?([A-Za-z_][\w-]*)[ \t]*\(\)/gm),
      ([, name = '']) => name,
    ),
  )
}
