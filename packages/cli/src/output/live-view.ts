/** A terminal that can be drawn on. */
export interface Screen {
  readonly columns: number
  readonly rows: number
  write(text: string): void
}

const csi = '\u001b['
const enter = `${csi}?1049h${csi}?25l`
const leave = `${csi}?25h${csi}?1049l`
const [home, clearLine, clearBelow] = [`${csi}H`, `${csi}K`, `${csi}J`]

/** Draws lines over the ones before, on a screen of its own, which is given back by `stop`. */
export class LiveView {
  readonly #screen: Screen
  #last: readonly string[] | undefined

  constructor(screen: Screen) {
    this.#screen = screen
  }

  show(lines: readonly string[]): void {
    const start = this.#last === undefined ? enter : ''
    this.#last = lines
    this.#screen.write(start + frame(lines, this.#screen))
  }

  /** The last lines stay in the terminal. */
  stop(): void {
    if (this.#last === undefined) return
    this.#screen.write(`${leave}${this.#last.join('\n')}\n`)
    this.#last = undefined
  }
}

/** One picture: as many lines as fit, each cut off where the screen ends. Pure. */
export function frame(lines: readonly string[], { columns, rows }: Pick<Screen, 'columns' | 'rows'>): string {
  const shown = lines.slice(0, Math.max(1, rows - 1)).map(line => [...line].slice(0, Math.max(1, columns)).join(''))
  return `${home}${shown.map(line => `${line}${clearLine}`).join('\n')}\n${clearBelow}`
}
