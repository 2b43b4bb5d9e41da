// Which match comes first. Pure.
import type { Candidate } from '../db/search.ts'
import type { QueryWord } from '../db/search-words.ts'

export interface Scored {
  readonly rank: number
  readonly score: number
}

/**
 * The matches, the best first. A word counts most as a word of the name, then as the beginning of one, then as a topic;
 * popularity decides among equals, and what is deprecated comes behind.
 */
export function scored(candidates: readonly Candidate[], words: readonly QueryWord[]): Scored[] {
  const exact = words.map(({ word }) => word).join('-')
  return candidates
    .map((candidate) => ({ rank: candidate.rank, score: scoreOf(candidate, words, exact) }))
    .sort((a, b) => b.score - a.score || a.rank - b.rank)
}

function scoreOf(
  { rank, skill, title, topics, lift }: Candidate,
  words: readonly QueryWord[],
  exact: string,
): number {
  // 2^40 ranks a level, two levels a doubling of the downloads; 0 to 10.
  let score = 10 - rank / 2 ** 42 + lift
  if (words.length > 0 && skill === exact) score += 12
  for (const { word, stem } of words) {
    if (title.includes(` ${word} `) || title.includes(` ${stem} `)) score += 8
    else if (title.includes(` ${word}`)) score += 5
    else if (topics.includes(` ${word} `)) score += 3
    else score += 1
  }
  return score
}
