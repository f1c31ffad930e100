import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { ProcessLock } from '@repocast/database'
import { RepocastError } from '@repocast/errors'
import { HashPool } from '@repocast/files'
import type { RepositoryName } from '@repocast/objects'
import { Orders, openCatalog, openStore, Snapshots } from '@repocast/store'
import { AgentLayout } from '../layout.ts'
import { noData } from '../no-data.ts'
import type { AgentOptions } from '../open-agent.ts'
import { readAgentStatus } from '../read-status.ts'
import { parseWords } from './parse-words.ts'

export type OrderKind = 'hold' | 'rollback' | 'resume' | 'pin' | 'unpin' | 'accept'

/** An order of an admin. */
export interface Order {
  readonly kind: OrderKind
  /** `[REPOSITORY] [SERIAL]` */
  readonly words: readonly string[]
  readonly signal: AbortSignal
}

/** What is ordered for a repository now; what `--json` prints. */
export interface OrderResult {
  readonly repository: RepositoryName
  /** The serial that the order was about. */
  readonly serial: number | null
  /** Whether it is done, and not only written down for the agent. */
  readonly done: boolean
  readonly held: number | null
  readonly pinned: readonly number[]
  /** Serials that can be served without the network. */
  readonly kept: readonly number[]
}

/** How long a command waits for the agent to serve what it was told to. */
const waitMilliseconds = 60_000
const lookMilliseconds = 200

/**
 * Gives an order, whether the agent runs or not: it is written into the catalog, at which a running agent looks. A
 * rollback is waited for, and done at once when no agent runs.
 * @throws RepocastError REPOCAST_AGENT_NO_DATA, REPOCAST_REPOSITORY_UNCLEAR, REPOCAST_SERIAL_MALFORMED,
 *   REPOCAST_SNAPSHOT_NOT_KEPT
 */
export async function giveOrder(options: AgentOptions, order: Order): Promise<OrderResult> {
  const layout = new AgentLayout(options.data)
  if (!existsSync(layout.catalog)) throw noData(options.data)
  const catalog = openCatalog(layout.catalog)
  try {
    const [orders, snapshots] = [new Orders(catalog), new Snapshots(catalog)]
    const { repository, serial } = writeDown(order, orders, snapshots)
    const done =
      order.kind !== 'rollback' || serial === undefined || (await serve(options, repository, serial, order.signal))
    const { held, pinned } = orders.of(repository)
    const kept = snapshots.complete(repository)
    return { repository, serial: serial ?? null, done, held: held ?? null, pinned, kept }
  } finally {
    catalog.close()
  }
}

function writeDown({ kind, words }: Order, orders: Orders, snapshots: Snapshots) {
  const { repository, serial: named } = parseWords(words, snapshots.repositories())
  const kept = snapshots.complete(repository)
  const serial = kind === 'resume' ? undefined : (named ?? defaultSerial(kind, kept, orders.of(repository).held))
  if (kind === 'resume') orders.resume(repository)
  else if (serial === undefined)
    throw kind === 'accept' || kind === 'unpin' ? noSerial(kind) : notKept(repository, undefined, kept)
  else if (kind === 'hold') orders.hold(repository, serial)
  else if (kind === 'accept') orders.accept(repository, serial)
  else if (kind === 'unpin') orders.unpin(repository, serial)
  else if (!kept.includes(serial)) throw notKept(repository, serial, kept)
  else if (kind === 'pin') orders.pin(repository, serial)
  else orders.hold(repository, serial)
  return { repository, serial }
}

/** The newest that is here; for a rollback the one before what is served, as far as the catalog tells. Pure. */
export function defaultSerial(kind: OrderKind, kept: readonly number[], held: number | undefined): number | undefined {
  if (kind === 'accept' || kind === 'unpin') return undefined
  const reachable = kept.filter(serial => held === undefined || serial <= held)
  return kind === 'rollback' ? reachable.at(-2) : reachable.at(-1)
}

/** @returns whether the serial is served now */
async function serve(
  options: AgentOptions,
  repository: RepositoryName,
  serial: number,
  signal: AbortSignal,
): Promise<boolean> {
  const lock = new ProcessLock(new AgentLayout(options.data).lock).tryAcquire()
  if (!lock) return await untilServed(options, repository, serial, signal)
  try {
    await serveKept(options, repository, serial, signal)
    return true
  } finally {
    lock.release()
  }
}

/** While no agent runs: what is kept needs no network. */
async function serveKept(
  { data, logger }: AgentOptions,
  repository: RepositoryName,
  serial: number,
  signal: AbortSignal,
): Promise<void> {
  const hashPool = new HashPool()
  const store = await openStore({ directory: data, logger, hashPool })
  try {
    const record = store.snapshots.get(repository, serial)
    if (!record) throw notKept(repository, serial, store.snapshots.complete(repository))
    for (const path of store.generations.servedPaths(repository)) {
      await store.generations.swap(
        await store.generations.build(store.selections.asServed(record), path, { signal }),
        path,
      )
    }
  } finally {
    await store.close()
    await hashPool.close()
  }
}

async function untilServed(
  { data, environment }: AgentOptions,
  repository: RepositoryName,
  serial: number,
  signal: AbortSignal,
): Promise<boolean> {
  for (let waited = 0; waited < waitMilliseconds; waited += lookMilliseconds) {
    const { repositories } = await readAgentStatus(data, environment, signal)
    if (repositories.some(one => one.name === repository && one.serial === serial)) return true
    await sleep(lookMilliseconds, undefined, { signal })
  }
  return false
}

function noSerial(kind: OrderKind): RepocastError {
  return new RepocastError('REPOCAST_SERIAL_MALFORMED', {
    message: `\`${kind}\` needs the serial of a snapshot`,
    hint: '`repocast agent status` tells serials',
  })
}

function notKept(repository: RepositoryName, serial: number | undefined, kept: readonly number[]): RepocastError {
  return new RepocastError('REPOCAST_SNAPSHOT_NOT_KEPT', {
    message:
      serial === undefined
        ? `no ${kept.length > 0 ? 'older ' : ''}snapshot of ${repository} is here as a whole`
        : `the snapshot ${serial} of ${repository} is not here as a whole`,
    hint: kept.length > 0 ? `these are: ${kept.join(', ')}; see \`keep-generations\` in agent.yaml` : 'none is yet',
  })
}
