import xzDecompress from 'xz-decompress'
import { Malformed } from '../metadata/malformed.ts'
import type { ByteSource } from './byte-source.ts'

/** What xz-embedded in WebAssembly has. Each context is a decoder of its own, with up to 64 MiB for its dictionary. */
interface Machine {
  readonly memory: { readonly buffer: ArrayBuffer }
  create_context(): number
  /** Says how many bytes lie in the context's input; none at the end of the file. */
  supply_input(context: number, bytes: number): void
  get_next_output(context: number): number
  destroy_context(context: number): void
}

/** Words of a context: where its input lies, how much of it is used and there, where its output lies, and how much there is. */
const words = { bufferBytes: 0, input: 1, inputUsed: 2, inputBytes: 3, output: 4, outputBytes: 5 } as const

/** Results of get_next_output, from `enum xz_ret` of xz-embedded. */
const ok = 0
const streamEnd = 1
const sentences: Readonly<Record<number, string>> = {
  2: 'it has a checksum that repocast does not know; make it with CRC32 or CRC64',
  3: 'there is no memory for its dictionary',
  4: 'it needs a dictionary of more than 64 MiB, which repocast does not unpack',
  5: 'it is damaged, or there is something else behind its end',
  6: 'it has a filter or a checksum that repocast does not know; make it with LZMA2 alone, and CRC32 or CRC64',
  7: 'it is damaged',
  8: 'it ends too early, or is damaged',
}

/** Unpacks xz: one or several streams, with padding. @throws Malformed */
export async function* unpackXz(source: ByteSource): AsyncGenerator<Uint8Array> {
  const machine = await makeMachine()
  const context = machine.create_context()
  try {
    for (;;) {
      const state = new Uint32Array(machine.memory.buffer, context, Object.keys(words).length)
      if (state[words.inputUsed] === state[words.inputBytes]) await supply(source, machine, context)
      const result = machine.get_next_output(context)
      if (result !== ok && result !== streamEnd) throw new Malformed(sentences[result] ?? 'it is damaged')
      const output = takeOutput(machine, context)
      if (output.length > 0) yield output
      if (result === streamEnd) return
    }
  } finally {
    machine.destroy_context(context)
  }
}

async function supply(source: ByteSource, machine: Machine, context: number): Promise<void> {
  const chunk = (await source.next()) ?? new Uint8Array()
  const [capacity = 0, input = 0] = new Uint32Array(machine.memory.buffer, context)
  const fitting = chunk.subarray(0, capacity)
  source.unread(chunk.subarray(fitting.length))
  new Uint8Array(machine.memory.buffer).set(fitting, input)
  machine.supply_input(context, fitting.length)
}

function takeOutput(machine: Machine, context: number): Uint8Array {
  // The memory may have moved.
  const state = new Uint32Array(machine.memory.buffer, context, Object.keys(words).length)
  const begin = state[words.output] ?? 0
  const output = new Uint8Array(machine.memory.buffer.slice(begin, begin + (state[words.outputBytes] ?? 0)))
  state[words.outputBytes] = 0
  return output
}

/**
 * A machine for one file. The library's own stream has one machine for all, of which only one reader at a time may
 * take, and which is never given back when a reader is slow to end.
 */
async function makeMachine(): Promise<Machine> {
  const library = xzDecompress.XzReadableStream as unknown as {
    _getModuleInstance(): Promise<void>
    readonly _moduleInstance: { readonly exports: Machine }
  }
  await library._getModuleInstance()
  return library._moduleInstance.exports
}
