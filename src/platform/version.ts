// The version of this program; a test keeps it equal to package.json.

export const VERSION = '0.1.0'

/** Names the judgement of what skills ask for: the build puts a digest of the code that judges here. */
export const JUDGEMENT = 'source'
