import { type CallOptions, canConnect } from './can-connect.ts'
import { type Diagnosis, fine, worse } from './finding.ts'

/** Of more than these only the first are tried. */
const peersTried = 20

/** Whether the `peers` of the configuration can be reached. One that cannot may be down, or be misspelt. */
export async function lookAtKnownPeers(peers: readonly string[], options: CallOptions): Promise<Diagnosis> {
  const tried = [...new Set(peers)].slice(0, peersTried)
  const reached = await Promise.all(tried.map(async peer => await canConnect(peer, options)))
  const silent = tried.filter((_, k) => !reached[k])
  const what = 'known peers'
  if (silent.length === 0) return fine(what, `${tried.length} of ${tried.length} can be reached`)
  return worse(
    what,
    `${silent.join(', ')} cannot be reached`,
    'see that they run, and that `peers` names them and their ports',
  )
}
