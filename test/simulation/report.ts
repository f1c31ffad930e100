import { distribute } from './run.ts'
import { cases } from './scenarios.ts'

/*
 * Prints what the policies reach in each scenario, and what the same swarm reaches when the origin is asked like any
 * other seeder: `node test/simulation/report.ts`. docs/decisions/distribution.md holds what was decided on it.
 */
const row = (cells: readonly (string | number)[]) => process.stdout.write(`| ${cells.join(' | ')} |\n`)
row(['scenario', 'bound, s', 'last / bound', 'origin sends', 'free choice: last / bound', 'origin sends'])
row(['---', '--:', '--:', '--:', '--:', '--:'])
for (const { name, scenario } of cases) {
  const [handedOut, free] = [distribute(scenario), distribute({ ...scenario, handsOut: false })]
  const figures = [handedOut.ratio, handedOut.originShare, free.ratio, free.originShare]
  row([name, handedOut.ideal.toFixed(1), ...figures.map(figure => figure.toFixed(2))])
}
