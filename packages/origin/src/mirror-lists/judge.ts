import type { PublicMirrorStatistics } from '@repocast/api'

/** What came of asking a mirror for a file. */
export type Answer =
  | { readonly kind: 'same' }
  /** It has the file as it was in the snapshot before. */
  | { readonly kind: 'before' }
  | { readonly kind: 'other'; readonly why: string }
  /** No answer, or none that is meant for clients. */
  | { readonly kind: 'dead'; readonly why: string }

/** A file of which a mirror was asked. */
export interface Asked {
  readonly path: string
  /** Whether it tells the newest snapshot from the one before. */
  readonly isMarker: boolean
  readonly answer: Answer
}

/**
 * What a mirror is for clients: `fresh` serves the newest snapshot, `previous` the one before, `stale` an older one,
 * `wrong` serves what was never published, `dead` does not answer.
 */
export type MirrorState = PublicMirrorStatistics['state']

export interface Judgement {
  readonly state: MirrorState
  /** A sentence for the admin; empty for a fresh mirror. */
  readonly why: string
}

/** What the answers of a mirror make of it. Without markers, two snapshots cannot be told apart. Pure. */
export function judge(asked: readonly Asked[]): Judgement {
  const tell = (state: MirrorState, { path, answer }: Asked): Judgement => ({
    state,
    why: `${path}: ${'why' in answer ? answer.why : 'it is as in the snapshot before'}`,
  })
  const dead = asked.find(({ answer }) => answer.kind === 'dead')
  if (dead) return tell('dead', dead)
  const markers = asked.filter(({ isMarker }) => isMarker)
  const before = markers.find(({ answer }) => answer.kind === 'before')
  const other = markers.find(({ answer }) => answer.kind === 'other')
  if (other) return tell('stale', other)
  // a mirror in the middle of an update is no better than an old one
  if (before)
    return markers.every(({ answer }) => answer.kind === 'before') ? tell('previous', before) : tell('stale', before)
  const wrong = asked.find(({ answer }) => answer.kind === 'other')
  return wrong ? tell('wrong', wrong) : { state: 'fresh', why: '' }
}
