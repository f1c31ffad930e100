import type { Curve } from './traffic-data.ts'

/** What the lines of a chart are. */
export function Legend({ curves }: { readonly curves: readonly Pick<Curve, 'name' | 'color'>[] }) {
  return (
    <ul class="legend">
      {curves.map(({ name, color }) => (
        <li key={name}>
          <span class="key" style={{ background: `var(${color})` }} aria-hidden="true" />
          {name}
        </li>
      ))}
    </ul>
  )
}
