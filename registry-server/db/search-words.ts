// Text to the words that are indexed and looked for; both databases get the same. Pure.

/** Words of a query beyond these are dropped. */
const QUERY_WORDS = 8
const WORD_LENGTH = 40

/** Writing systems without spaces between words: each character counts as one. */
const WHOLE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u
const PARTS = new RegExp(`${WHOLE.source}|(?:(?!${WHOLE.source})[\\p{L}\\p{N}])+`, 'gu')

/** The words of a text in order: lower case, without accents, at most 40 characters each. */
export function wordsOf(text: string): string[] {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/([\p{L}\p{N}])['’]s\b/gu, '$1')
  return (plain.match(PARTS) ?? []).map((word) => word.slice(0, WORD_LENGTH))
}

/** An English plural as its singular, so that both find each other; any other word as it is. */
export function stemOf(word: string): string {
  if (!/^[a-z]{3,}s$/.test(word) || /(?:ss|us|is)$/.test(word)) return word
  if (/[^aeiou]ies$/.test(word) && word.length > 5) return `${word.slice(0, -3)}y`
  return /(?:sses|shes|ches|xes)$/.test(word) ? word.slice(0, -2) : word.slice(0, -1)
}

/** What is indexed of a text: every word, and its stem where that differs, with one space between. */
export function indexText(text: string): string {
  const words = new Set<string>()
  for (const word of wordsOf(text)) words.add(word).add(stemOf(word))
  return [...words].join(' ')
}

/** One word of a query; the last one may still be in the making. */
export interface QueryWord {
  readonly word: string
  readonly stem: string
  readonly prefix: boolean
}

/** The distinct words of what was typed. The last counts as a beginning, unless a space or a sign follows it. */
export function queryWords(typed: string): QueryWord[] {
  const words = [...new Set(wordsOf(typed.slice(0, 1000)))].slice(0, QUERY_WORDS)
  const open = /[\p{L}\p{N}]$/u.test(typed)
  return words.map((word, index) => ({
    word,
    stem: stemOf(word),
    prefix: open && index === words.length - 1 && !WHOLE.test(word),
  }))
}

/**
 * Where a skill stands in the index: the greater the popularity, the smaller the number. It moves when its downloads
 * grow by two fifths, not with each one.
 */
export function searchRank(id: number, downloads: number): number {
  const level = Math.min(40, Math.floor(2 * Math.log2(1 + downloads)))
  return (40 - level) * 2 ** 40 + id
}
