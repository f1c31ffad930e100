import { describeError, type Logger } from '@repocast/errors'

/** Something that has to be ended. */
interface Part {
  readonly name: string
  readonly stop: () => unknown
}

/** A part that does not end in this time is left behind. */
const partSeconds = 10

/** What a program has opened, ended in reverse order. */
export class LifeCycle {
  readonly #parts: Part[] = []
  readonly #logger: Logger
  #ending: Promise<void> | undefined

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** Says how to end what was just started. */
  onEnd(name: string, stop: () => unknown): void {
    this.#parts.push({ name, stop })
  }

  /** Ends everything, last first; what fails or hangs is told and does not keep the others. Once. */
  async end(): Promise<void> {
    this.#ending ??= this.#endAll()
    await this.#ending
  }

  async #endAll(): Promise<void> {
    for (let part = this.#parts.pop(); part; part = this.#parts.pop()) {
      try {
        await withTimeLimit(part)
      } catch (error) {
        this.#logger.error({ part: part.name, error: describeError(error) }, 'a part did not end as it should')
      }
    }
  }
}

async function withTimeLimit({ stop }: Part): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${partSeconds} s`)), partSeconds * 1000)
  })
  try {
    await Promise.race([Promise.resolve(stop()), limit])
  } finally {
    clearTimeout(timer)
  }
}
